"""The list behind a figure: which messages, tickets or requests were counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select

from bot.reports import promises
from bot.reports.period import Period
from bot.reports.sources import SOURCES
from bot.tables import CONTACTS, CONVERSATIONS, MESSAGES
from bot.wording import quote
from handoff.tables import TICKETS

MOST = 200
PROMISES = ("kept", "broken")


class UnknownFigureError(ValueError):
    """There is no such figure, or it has no such part."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One thing that was counted, in its conversation; `quote` begins the message, where it is one."""

    conversation: int | None
    name: str
    ticket: int | None
    category: str | None
    at: datetime
    quote: str


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind a figure: how many there are, and the newest of them, at most MOST."""

    number: int
    listed: Sequence[Listed]


def list_behind(conn: Connection, name: str, of: str, period: Period) -> Behind:
    """Return what was counted for a figure in a period, the newest first.

    `of` is a part of it, such as a category; of promises "kind:first_response", "category:complaint",
    "person:3" or "hour:9". Raises UnknownFigureError.
    """
    if name in PROMISES:
        return _list_promises(conn, name, of, period)
    if name not in SOURCES:
        raise UnknownFigureError(name)
    found = SOURCES[name](period, of).subquery()
    rows = (
        select(
            found.c.conversation_id, found.c.ticket_id, found.c.at, CONTACTS.c.name, TICKETS.c.category,
            MESSAGES.c.text,
        )
        .select_from(found)
        .outerjoin(CONVERSATIONS, CONVERSATIONS.c.id == found.c.conversation_id)
        .outerjoin(CONTACTS, CONTACTS.c.id == CONVERSATIONS.c.contact_id)
        .outerjoin(TICKETS, TICKETS.c.id == found.c.ticket_id)
        .outerjoin(MESSAGES, MESSAGES.c.id == found.c.message_id)
        .order_by(found.c.at.desc())
        .limit(MOST)
    )  # fmt: skip
    number = conn.execute(select(func.count()).select_from(found)).scalar_one()
    return Behind(
        number,
        [
            Listed(r.conversation_id, r.name or "", r.ticket_id, r.category, r.at, quote(r.text or "", 120))
            for r in conn.execute(rows)
        ],
    )


def _list_promises(conn: Connection, name: str, of: str, period: Period) -> Behind:
    by, _, value = of.partition(":")
    if of and by not in promises.FILTERS:
        raise UnknownFigureError(of)
    found = [
        one
        for one in promises.each_settled(conn, period)
        if bool(one.is_broken) == (name == "broken") and (not of or str(promises.FILTERS[by](one)) == value)
    ]
    newest = sorted(found, key=lambda one: one.at, reverse=True)[:MOST]
    contacts = (
        select(CONVERSATIONS.c.id, CONTACTS.c.name)
        .join(CONTACTS, CONTACTS.c.id == CONVERSATIONS.c.contact_id)
        .where(CONVERSATIONS.c.id.in_({one.conversation for one in newest}))
    )
    names = {row.id: row.name for row in conn.execute(contacts)}
    return Behind(
        len(found),
        [
            Listed(
                one.conversation,
                names.get(one.conversation, ""),
                one.ticket,
                one.category,
                datetime.fromisoformat(one.at).replace(tzinfo=UTC),
                "",
            )
            for one in newest
        ],
    )
