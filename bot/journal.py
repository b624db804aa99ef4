"""The log: what happened, written in the transaction in which it happened, and read by position."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from bot import audit
from bot.tables import LOG
from handoff.entry import Entry
from handoff.prepared import Prepared, among

ADD = Prepared(insert(LOG), "at", "kind", "conversation_id", "ticket_id", "staff_id", "message_id", "data")
LAST_MODES = Prepared(
    select(LOG.c.conversation_id, LOG.c.data).where(
        LOG.c.id.in_(
            select(func.max(LOG.c.id))
            .where(among(LOG.c.conversation_id, "conversations"), LOG.c.kind == "mode")
            .group_by(LOG.c.conversation_id)
        )
    )
)


@dataclass(frozen=True, slots=True)
class Logged:
    """A log entry as it stands; `id` is its position."""

    id: int
    at: datetime
    kind: str
    conversation: int | None
    ticket: int | None
    staff: int | None
    message: int | None
    data: Mapping[str, Any]


def append(
    conn: Connection, entry: Entry, now: datetime, conversation: int | None = None, message: int | None = None
) -> None:
    """Write one entry; a conversation that it does not name itself is filled in."""
    append_all(conn, [(entry, conversation)], now, message)


def append_all(
    conn: Connection,
    entries: Sequence[tuple[Entry, int | None]],
    now: datetime,
    message: int | None = None,
) -> None:
    """Write entries in order, each with the conversation that it does not name itself."""
    rows = [
        {
            "at": now,
            "kind": entry.kind,
            "conversation_id": entry.conversation or conversation,
            "ticket_id": entry.ticket,
            "staff_id": entry.staff,
            "message_id": message,
            "data": dict(entry.data),
        }
        for entry, conversation in entries
    ]
    if rows:
        ADD.run_all(conn, rows)
        audit.append(conn, entries, now)


def position(conn: Connection) -> int:
    """Return the position of the newest entry; 0 when there is none."""
    return conn.execute(select(func.max(LOG.c.id))).scalar_one() or 0


def read_since(conn: Connection, after: int, limit: int = 1_000) -> list[Logged]:
    """Return what happened after a position, in order."""
    return _read(conn, select(LOG).where(LOG.c.id > after).order_by(LOG.c.id).limit(limit))


def read_conversation(conn: Connection, conversation: int, limit: int = 500) -> list[Logged]:
    """Return what happened in one conversation, in order, the newest `limit` of it."""
    newest = select(LOG).where(LOG.c.conversation_id == conversation).order_by(LOG.c.id.desc()).limit(limit)
    return _read(conn, newest)[::-1]


def read_ticket(conn: Connection, ticket: int) -> list[Logged]:
    """Return everything that happened to one ticket, in order."""
    return _read(conn, select(LOG).where(LOG.c.ticket_id == ticket).order_by(LOG.c.id))


def last_modes(conn: Connection, conversations: Sequence[int]) -> dict[int, str]:
    """Return who spoke in each conversation when that last changed."""
    rows = LAST_MODES.all(conn, conversations=list(conversations))
    return {row.conversation_id: row.data["mode"] for row in rows}


def _read(conn: Connection, statement: Any) -> list[Logged]:
    rows: Sequence[Any] = conn.execute(statement).all()
    return [
        Logged(r.id, r.at, r.kind, r.conversation_id, r.ticket_id, r.staff_id, r.message_id, r.data)
        for r in rows
    ]
