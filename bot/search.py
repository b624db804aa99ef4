"""Searching everything that was said: messages, notes, names of files and of followers, ticket numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Row, Select, Text, literal, select, text

from bot.search_words import BEGINS, ENDS, Wanted, parts
from bot.tables import CONTACTS, CONVERSATIONS, MESSAGES
from handoff.tables import TICKETS

PAGE = 30
PEOPLE = 5
NEAR = 50  # messages after the one that is looked for
WINDOW = 200
NEWEST = 2**62
FOUND = """
    SELECT rowid AS id, snippet(search, 0, :begins, :ends, '…', 16) AS said,
      highlight(search, 1, :begins, :ends) AS file
    FROM search WHERE search MATCH :query AND rowid < :before
      AND (:ticket IS NULL OR rowid IN (SELECT id FROM messages WHERE ticket_id = :ticket))
    ORDER BY rowid DESC LIMIT :most
"""
NAMED = """
    SELECT conversations.id FROM search_names
    JOIN conversations ON conversations.contact_id = search_names.rowid
    WHERE search_names MATCH :query ORDER BY conversations.last_at DESC LIMIT :most
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """One message that was found. `said` is what surrounds the words, in pieces: text, and whether a hit."""

    message: int
    conversation: int
    name: str
    direction: str
    author: str
    staff: int | None
    at: datetime
    is_deleted: bool
    ticket: int | None
    category: str | None
    status: str | None
    said: Sequence[tuple[str, bool]]
    file: Sequence[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found, newest first; `older` is where the next one begins, if there is one.

    `people` are the conversations of followers with that name, and `ticket` is one called by its number.
    """

    hits: Sequence[Hit] = ()
    older: int | None = None
    people: Sequence[int] = ()
    ticket: int | None = None


def find(conn: Connection, wanted: Wanted, before: int | None = None) -> Found:
    """Return a page of what is wanted; followers and the ticket stand on the first one only."""
    if wanted.problem is not None:
        return Found()
    if wanted.ticket is not None and not _is_ticket(conn, wanted.ticket):
        wanted = wanted.with_number()
    rows = list(conn.execute(_rows(wanted, before)))
    people = []
    if before is None and wanted.words:
        people = list(conn.scalars(text(NAMED), {"query": wanted.everywhere, "most": PEOPLE}))
    return Found(
        hits=[_hit(row) for row in rows[:PAGE]],
        older=rows[PAGE - 1].id if len(rows) > PAGE else None,
        people=people,
        ticket=wanted.ticket if before is None else None,
    )


def list_around(conn: Connection, conversation: int, message: int) -> list[Row[Any]] | None:
    """Return the messages before and after one, oldest first; None where the newest ones hold it anyway."""
    mine = MESSAGES.c.conversation_id == conversation
    newer = select(MESSAGES.c.id).where(mine, MESSAGES.c.id > message).order_by(MESSAGES.c.id)
    if conn.execute(newer.limit(1).offset(WINDOW - NEAR)).first() is None:
        return None
    last = conn.execute(newer.limit(1).offset(NEAR - 1)).scalar_one()
    window = select(MESSAGES).where(mine, MESSAGES.c.id <= last).order_by(MESSAGES.c.id.desc())
    return list(conn.execute(window.limit(WINDOW)))[::-1]


def _is_ticket(conn: Connection, ticket: int) -> bool:
    return conn.execute(select(TICKETS.c.id).where(TICKETS.c.id == ticket)).first() is not None


def _rows(wanted: Wanted, before: int | None) -> Select[Any]:
    """Select one row more than a page has, which tells whether there is another."""
    upto = NEWEST if before is None else before
    if not wanted.words:
        mine = (MESSAGES.c.ticket_id == wanted.ticket, MESSAGES.c.id < upto, MESSAGES.c.text != "")
        said = _shown(MESSAGES.c.text.label("said"), literal(None).label("file"))
        return _joined(said, MESSAGES).where(*mine).order_by(MESSAGES.c.id.desc()).limit(PAGE + 1)
    statement = text(FOUND).bindparams(
        query=wanted.in_messages, before=upto, most=PAGE + 1, ticket=wanted.ticket, begins=BEGINS, ends=ENDS
    )
    found = statement.columns(id=Integer, said=Text, file=Text).subquery("found")
    rows = _joined(_shown(found.c.said, found.c.file), found.join(MESSAGES, MESSAGES.c.id == found.c.id))
    return rows.order_by(found.c.id.desc())


def _shown(said: Any, file: Any) -> Select[Any]:
    return select(
        MESSAGES.c.id, MESSAGES.c.conversation_id, MESSAGES.c.direction, MESSAGES.c.author,
        MESSAGES.c.staff_id, MESSAGES.c.at, MESSAGES.c.deleted_at, CONTACTS.c.name,
        TICKETS.c.id.label("ticket"), TICKETS.c.category, TICKETS.c.status, said, file,
    )  # fmt: skip


def _joined(rows: Select[Any], messages: Any) -> Select[Any]:
    return rows.select_from(
        messages.join(CONVERSATIONS, CONVERSATIONS.c.id == MESSAGES.c.conversation_id)
        .join(CONTACTS, CONTACTS.c.id == CONVERSATIONS.c.contact_id)
        .outerjoin(TICKETS, TICKETS.c.id == MESSAGES.c.ticket_id)
    )


def _hit(row: Row[Any]) -> Hit:
    return Hit(
        message=row.id,
        conversation=row.conversation_id,
        name=row.name,
        direction=row.direction,
        author=row.author,
        staff=row.staff_id,
        at=row.at,
        is_deleted=row.deleted_at is not None,
        ticket=row.ticket,
        category=row.category,
        status=row.status,
        said=parts(row.said or ""),
        file=parts(row.file) if row.file and BEGINS in row.file else (),
    )
