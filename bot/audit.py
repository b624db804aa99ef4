"""The audit: acts of staff in a chain of hashes, so that nothing in it is changed unseen.

Each entry holds the hash of the one before. What a person wrote is in it as a salted digest only, so that
erasure can delete the words with their salt, and the chain still fits.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from bot.access_tables import AUDIT, SEALED
from handoff.entry import Entry

BEGIN = "0" * 64
# What stands in the chain: who did, or tried, what they are trusted with.
AUDITED = frozenset(
    {"act", "refused", "approval", "override", "crisis", "statement", "suspicious", "erased", "retried",
     "staff_added", "staff_role", "staff_changed", "staff_removed", "sessions_ended",
     "staff_invited", "staff_login_made",
     "delegated", "undelegated"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at the chain found: its length and head, how many words were erased, and the first entry
    that does not fit, with why; `later` counts the entries after the head that was asked for.
    """

    entries: int
    head: str
    erased: int = 0
    bad: int | None = None
    why: str | None = None
    later: int | None = None


def append(conn: Connection, entries: Sequence[tuple[Entry, int | None]], now: datetime) -> None:
    """Chain the entries that belong there; a writing transaction is alone, so that nobody comes between."""
    audited = [(entry, conversation) for entry, conversation in entries if entry.kind in AUDITED]
    if not audited:
        return
    last = conn.execute(select(AUDIT.c.id, AUDIT.c.hash).order_by(AUDIT.c.id.desc()).limit(1)).first()
    number, before = (last.id, last.hash) if last else (0, BEGIN)
    for entry, conversation in audited:
        number += 1
        salt = token_hex(16) if entry.words else ""
        row = {
            "id": number,
            "at": now.astimezone(UTC),
            "kind": entry.kind,
            "conversation_id": entry.conversation or conversation,
            "ticket_id": entry.ticket,
            "staff_id": entry.staff,
            "data": json.loads(json.dumps(dict(entry.data))),
            "seal": _seal(salt, entry.words) if entry.words else "",
            "before": before,
        }
        before = _hash(row)
        conn.execute(insert(AUDIT).values(**row, hash=before))
        if entry.words:
            words = {"salt": salt, "text": entry.words, "conversation_id": row["conversation_id"]}
            conn.execute(insert(SEALED).values(audit_id=number, **words))


def head(conn: Connection) -> tuple[int, str]:
    """Return how many entries there are and the hash of the last, to be kept outside."""
    last = conn.execute(select(AUDIT.c.id, AUDIT.c.hash).order_by(AUDIT.c.id.desc()).limit(1)).first()
    return (last.id, last.hash) if last else (0, BEGIN)


def erase(conn: Connection, conversation: int) -> None:
    """Delete the words of a conversation with their salts; that something was done stays."""
    conn.execute(delete(SEALED).where(SEALED.c.conversation_id == conversation))


def verify(conn: Connection, kept: str | None = None) -> Verdict:
    """Look at every entry from the first on; `kept` is a head that somebody noted before.

    Any change, deletion or reorder shows at the first entry that does not fit; that the newest were cut
    off shows only where a head was kept outside.
    """
    erased_in = _erased(conn)
    number, before, erased, kept_at = 0, BEGIN, 0, 0 if kept == BEGIN else None
    for row, words in _rows(conn):
        number += 1
        if (why := _why_not(row, words, number, before, erased_in)) is not None:
            return Verdict(number - 1, before, erased, number, why)
        erased += bool(row.seal) and words is None
        before = row.hash
        if before == kept:
            kept_at = number
    if kept is not None and kept_at is None:
        why = "the kept head is not in the chain: entries were cut off, or all of it was written anew"
        return Verdict(number, before, erased, number + 1, why)
    return Verdict(number, before, erased, later=None if kept_at is None else number - kept_at)


def _why_not(
    row: Row[Any], words: tuple[str, str] | None, number: int, before: str, erased_in: Mapping[int, int]
) -> str | None:
    """Say why an entry does not follow the one before; None where it does."""
    if row.id != number:
        return f"entry {number} is missing"
    if row.before != before:
        return f"entry {number} does not follow the one before"
    if row.hash != _hash(row._asdict()):
        return f"entry {number} was changed"
    if row.seal and words is None and erased_in.get(row.conversation_id or 0, 0) < number:
        return f"the words of entry {number} were deleted, and not by an erasure"
    if words is not None and _seal(*words) != row.seal:
        return f"the words of entry {number} were changed"
    return None


def _rows(conn: Connection) -> Iterator[tuple[Row[Any], tuple[str, str] | None]]:
    joined = select(AUDIT, SEALED.c.salt, SEALED.c.text).outerjoin(SEALED, SEALED.c.audit_id == AUDIT.c.id)
    for row in conn.execute(joined.order_by(AUDIT.c.id)).yield_per(1_000):
        yield row, (row.salt, row.text) if row.salt is not None else None


def _erased(conn: Connection) -> dict[int, int]:
    """Return the entry of the last erasure of each conversation that was erased."""
    rows = select(AUDIT.c.conversation_id, func.max(AUDIT.c.id)).where(AUDIT.c.kind == "erased")
    return {row[0]: row[1] for row in conn.execute(rows.group_by(AUDIT.c.conversation_id))}


def _seal(salt: str, words: str) -> str:
    return sha256(f"{salt}:{words}".encode()).hexdigest()


def _hash(row: Mapping[str, Any]) -> str:
    """Return the hash of an entry: of all that it says, and of the hash before it."""
    said = [
        row["id"], row["at"].astimezone(UTC).isoformat(), row["kind"], row["conversation_id"],
        row["ticket_id"], row["staff_id"], row["data"], row["seal"], row["before"],
    ]  # fmt: skip
    written = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return sha256(written.encode()).hexdigest()
