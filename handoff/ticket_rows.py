"""Tickets as the database keeps them: found, read, and written only where nobody else wrote meanwhile."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, insert, literal_column, select, update

from handoff.entry import Refused
from handoff.people import find_by_id
from handoff.policy import Category, Promises
from handoff.prepared import Prepared, among
from handoff.staff import shift_end
from handoff.tables import IS_OPEN, TICKETS
from handoff.ticket import BACK_TO_BOT, Status, Ticket

# Carried out for every message of a follower.
NEWEST = Prepared(
    select(TICKETS)
    .where(TICKETS.c.conversation_id == bindparam("conversation"))
    .order_by(TICKETS.c.id.desc())
    .limit(literal_column("1"))
)
NEWEST_OF_EACH = Prepared(
    select(TICKETS).where(
        TICKETS.c.id.in_(
            select(func.max(TICKETS.c.id))
            .where(among(TICKETS.c.conversation_id, "conversations"))
            .group_by(TICKETS.c.conversation_id)
        )
    )
)


@dataclass(frozen=True, slots=True)
class Filed:
    """A ticket as it stands in the database; `version` is what a later write compares with.

    `held_until` is the end of the assignee's shift; None is never.
    """

    id: int
    conversation: int
    version: int
    ticket: Ticket
    held_until: datetime | None = None


def find_newest(conn: Connection, conversation: int) -> Filed | None:
    """Return the newest ticket of a conversation, open or not."""
    row = NEWEST.first(conn, conversation=conversation)
    return read(row) if row else None


def list_newest(conn: Connection, conversations: Sequence[int]) -> dict[int, Filed]:
    """Return the newest ticket of each conversation that has one."""
    found = NEWEST_OF_EACH.all(conn, conversations=list(conversations))
    return {row.conversation_id: read(row) for row in found}


def get(conn: Connection, ticket_id: int) -> Filed:
    """Return the ticket of that id; raises Refused where there is none."""
    row = conn.execute(rows().where(TICKETS.c.id == ticket_id)).first()
    if row is None:
        raise Refused("unknown", "there is no ticket {ticket}", ticket=ticket_id)
    return read(row)


def list_open(conn: Connection) -> list[Filed]:
    """Return every open ticket, oldest first."""
    return [read(row) for row in conn.execute(rows().where(IS_OPEN).order_by(TICKETS.c.id))]


def conversations(conn: Connection, tickets: Collection[int]) -> dict[int, int]:
    """Return the conversation of each of these tickets."""
    if not tickets:
        return {}
    found = select(TICKETS.c.id, TICKETS.c.conversation_id).where(TICKETS.c.id.in_(tickets))
    return {row.id: row.conversation_id for row in conn.execute(found)}


def add(conn: Connection, promises: Promises, conversation: int, opened: Ticket, now: datetime) -> int:
    """Store a ticket that was just opened and return its id."""
    values = {"conversation_id": conversation, **_values(opened)}
    values["held_until"] = held_until(conn, promises, opened.assignee, now)
    new: int = conn.execute(insert(TICKETS).values(values).returning(TICKETS.c.id)).scalar_one()
    return new


def save(conn: Connection, promises: Promises, after: Sequence[tuple[Filed, Ticket]], now: datetime) -> None:
    """Write the tickets if nobody wrote them since they were read; raises Refused otherwise."""
    values = [
        {
            "row": filed.id,
            "seen": filed.version,
            "version": filed.version + 1,
            "held_until": _held_until(conn, promises, filed, became, now),
            **_values(became),
        }
        for filed, became in after
    ]
    mine = update(TICKETS).where(TICKETS.c.id == bindparam("row"), TICKETS.c.version == bindparam("seen"))
    if conn.execute(mine, values).rowcount != len(values):
        raise Refused("not_available", "somebody else changed the ticket at this moment; look again")


def rows() -> Select[Any]:
    """Select tickets."""
    return select(TICKETS)


def read(row: Row[Any]) -> Filed:
    """Read one ticket from its row."""
    read = Ticket(
        status=Status(row.status),
        category=Category(row.category),
        opened_at=row.opened_at,
        assignee=row.assignee,
        responded_at=row.responded_at,
        unanswered_at=row.unanswered_at,
        resolved_at=row.resolved_at,
        handed_back=row.handed_back,
        by_staff=row.by_staff,
    )
    return Filed(row.id, row.conversation_id, row.version, read, row.held_until)


def held_until(conn: Connection, promises: Promises, assignee: int | None, now: datetime) -> datetime | None:
    """Return the end of the assignee's shift, at which what they hold waits again; None is never."""
    holder = find_by_id(conn, assignee) if assignee is not None else None
    return shift_end(holder, promises.zone, now) if holder else None


def _held_until(
    conn: Connection, promises: Promises, filed: Filed, became: Ticket, now: datetime
) -> datetime | None:
    """Return the same for a ticket that changed: looked up only where somebody new holds it."""
    if became.assignee is None or not became.is_open:
        return None
    if became.assignee == filed.ticket.assignee and filed.ticket.is_open:
        return filed.held_until
    return held_until(conn, promises, became.assignee, now)


def _values(current: Ticket) -> dict[str, object]:
    quiet = current.resolved_at + BACK_TO_BOT if current.resolved_at and not current.handed_back else None
    return {
        "status": current.status,
        "category": current.category,
        "assignee": current.assignee,
        "opened_at": current.opened_at,
        "responded_at": current.responded_at,
        "unanswered_at": current.unanswered_at,
        "resolved_at": current.resolved_at,
        "handed_back": current.handed_back,
        "by_staff": current.by_staff,
        "back_to_bot_at": quiet,
    }
