"""Tickets in the database: one event at a time, with its clocks and alerts. Never commits, never sends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from handoff import climbs, clocks, deadline, ticket
from handoff.actions import Action
from handoff.entry import Effect, Entry, Refused, ReturnToBot
from handoff.policy import RESPONSES, Category, Promises
from handoff.tables import DEADLINES, IS_OPEN, TICKETS
from handoff.ticket import BACK_TO_BOT, Event, Status, Ticket


@dataclass(frozen=True, slots=True)
class Filed:
    """A ticket as it stands in the database; `version` is what a later write compares with."""

    id: int
    conversation: int
    version: int
    ticket: Ticket


def find_newest(conn: Connection, conversation: int) -> Filed | None:
    """Return the newest ticket of a conversation, open or not."""
    rows = _rows().where(TICKETS.c.conversation_id == conversation)
    row = conn.execute(rows.order_by(TICKETS.c.id.desc()).limit(1)).first()
    return _filed(row) if row else None


def get(conn: Connection, ticket_id: int) -> Filed:
    """Return the ticket of that id; raises Refused where there is none."""
    row = conn.execute(_rows().where(TICKETS.c.id == ticket_id)).first()
    if row is None:
        raise Refused("unknown", f"there is no ticket {ticket_id}")
    return _filed(row)


def list_open(conn: Connection) -> list[Filed]:
    """Return every open ticket, oldest first."""
    rows = _rows().where(IS_OPEN).order_by(TICKETS.c.id)
    return [_filed(row) for row in conn.execute(rows)]


def open_for_contact(
    conn: Connection, promises: Promises, conversation: int, category: Category, at: datetime, now: datetime
) -> tuple[int, list[Effect]]:
    """Open a ticket because the contact needs a person, counted from their message at `at`."""
    return _open(conn, promises, conversation, *ticket.open_by_contact(category, at), now)


def open_for_staff(
    conn: Connection, promises: Promises, conversation: int, by: int, now: datetime
) -> tuple[int, list[Effect]]:
    """Open a ticket because a member of staff wrote first, in their hands."""
    return _open(conn, promises, conversation, *ticket.open_by_staff(by, now), now)


def apply(conn: Connection, promises: Promises, filed: Filed, event: Event, now: datetime) -> list[Effect]:
    """Let one event happen to a ticket; raises Refused, and changes nothing, where it may not.

    What broke before the event is recorded first, so that no later act repairs a broken promise.
    """
    effects = settle(conn, promises, filed.id, getattr(event, "at", now), now)
    if effects:
        filed = get(conn, filed.id)
    return effects + _happen(conn, promises, filed, event, now)


def settle(
    conn: Connection, promises: Promises, ticket_id: int, before: datetime, now: datetime
) -> list[Effect]:
    """Record what became due strictly before an event, when the sweep has not come by yet."""
    overdue = _deadlines().where(DEADLINES.c.ticket_id == ticket_id, DEADLINES.c.look_at < before)
    effects: list[Effect] = []
    for row in conn.execute(overdue.order_by(DEADLINES.c.look_at, DEADLINES.c.id)).all():
        effects += _look(conn, promises, row, before - datetime.resolution, now)
    return effects


def sweep(conn: Connection, promises: Promises, now: datetime) -> list[Effect]:
    """Do everything that is due at `now`, the longest overdue first; run twice it does nothing more."""
    effects: list[Effect] = []
    due = _deadlines().where(DEADLINES.c.look_at <= now).order_by(DEADLINES.c.look_at, DEADLINES.c.id)
    for row in conn.execute(due).all():
        effects += _look(conn, promises, row, now, now)
    effects += climbs.sweep(conn, promises, now)
    quiet_over = _rows().where(TICKETS.c.back_to_bot_at <= now).order_by(TICKETS.c.back_to_bot_at)
    for row in conn.execute(quiet_over).all():
        conn.execute(update(TICKETS).where(TICKETS.c.id == row.id).values(back_to_bot_at=None))
        effects.append(ReturnToBot(row.conversation_id))
    return effects


def next_look(conn: Connection) -> datetime | None:
    """Return the next instant at which a sweep has something to do."""
    columns = (
        select(DEADLINES.c.look_at).where(DEADLINES.c.look_at.is_not(None)).order_by(DEADLINES.c.look_at),
        select(TICKETS.c.back_to_bot_at)
        .where(TICKETS.c.back_to_bot_at.is_not(None))
        .order_by(TICKETS.c.back_to_bot_at),
    )
    found = [conn.execute(column.limit(1)).scalar_one_or_none() for column in columns]
    return min((at for at in [*found, climbs.next_look(conn)] if at is not None), default=None)


def _open(
    conn: Connection,
    promises: Promises,
    conversation: int,
    opened: Ticket,
    actions: Sequence[Action],
    now: datetime,
) -> tuple[int, list[Effect]]:
    values = {"conversation_id": conversation, **_values(opened)}
    new = conn.execute(insert(TICKETS).values(values).returning(TICKETS.c.id)).scalar_one()
    effects = clocks.carry_out(conn, promises, new, opened.category, actions, now)
    return new, [Entry("ticket", ticket=new, data=_shown(conn, new, opened)), *effects]


def _happen(conn: Connection, promises: Promises, filed: Filed, event: Event, now: datetime) -> list[Effect]:
    before = _shown(conn, filed.id, filed.ticket)
    after, actions = ticket.decide(filed.ticket, event)
    _save(conn, filed, after)
    effects = clocks.carry_out(conn, promises, filed.id, after.category, actions, now)
    shown = _shown(conn, filed.id, after)
    if shown != before:
        effects.append(Entry("ticket", ticket=filed.id, data=shown))
    return effects


def _look(
    conn: Connection, promises: Promises, row: Row[Any], until: datetime, now: datetime
) -> list[Effect]:
    """Warn about a deadline, or record that it broke by `until` and start its ladder."""
    clock = clocks.load(row)
    if not deadline.is_breached(clock, until):
        if not deadline.is_warning_due(clock, until):
            return []
        clocks.save(conn, row.id, deadline.warned(clock))
        return climbs.warn(conn, promises, row.ticket_id, row.id, now)
    late = deadline.breached(clock)
    clocks.save(conn, row.id, late)
    effects: list[Effect] = [clocks.broken(row.ticket_id, clock, now)]
    effects += climbs.break_promise(conn, promises, row.ticket_id, row.id, late.breached_at or now, now)
    filed = get(conn, row.ticket_id)
    if clock.kind in RESPONSES and filed.ticket.assignee is not None:
        effects += _happen(conn, promises, filed, ticket.ResponseBroken(now), now)
    return effects


def _shown(conn: Connection, ticket_id: int, current: Ticket) -> dict[str, Any]:
    """Return what people see of a ticket: a change of it is a log entry."""
    due = clocks.running(conn, ticket_id)
    return {
        "status": current.status,
        "category": current.category,
        "assignee": current.assignee,
        "due": {kind: at.astimezone(UTC).isoformat() for kind, at in due.items()},
    }


def _save(conn: Connection, filed: Filed, after: Ticket) -> None:
    """Write the ticket if nobody wrote it since it was read; raises Refused otherwise."""
    mine = update(TICKETS).where(TICKETS.c.id == filed.id, TICKETS.c.version == filed.version)
    done = conn.execute(mine.values(version=filed.version + 1, **_values(after)))
    if done.rowcount != 1:
        raise Refused("not_available", "somebody else changed the ticket at this moment; look again")


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
        "back_to_bot_at": quiet,
    }


def _rows() -> Select[Any]:
    return select(TICKETS)


def _deadlines() -> Select[Any]:
    return select(DEADLINES)


def _filed(row: Row[Any]) -> Filed:
    read = Ticket(
        status=Status(row.status),
        category=Category(row.category),
        opened_at=row.opened_at,
        assignee=row.assignee,
        responded_at=row.responded_at,
        unanswered_at=row.unanswered_at,
        resolved_at=row.resolved_at,
        handed_back=row.handed_back,
    )
    return Filed(row.id, row.conversation_id, row.version, read)
