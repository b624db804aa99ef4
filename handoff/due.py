"""What is due of the deadlines: warned of, or recorded as broken, and the ladder begun."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from handoff import climbs, clocks, deadline, ticket_rows
from handoff.climbs import Due
from handoff.deadline import Deadline
from handoff.entry import Effect
from handoff.events import ResponseBroken
from handoff.happening import happen
from handoff.policy import RESPONSES, Promises
from handoff.tables import DEADLINES, TICKETS


def settle(
    conn: Connection, promises: Promises, tickets: Sequence[int], before: datetime, now: datetime
) -> list[Effect]:
    """Record what became due strictly before an event, when the sweep has not come by yet."""
    overdue = DEADLINES.c.ticket_id.in_(tickets) & (DEADLINES.c.look_at < before)
    return _look(conn, promises, _list(conn, overdue), before - datetime.resolution, now)


def sweep(conn: Connection, promises: Promises, now: datetime) -> list[Effect]:
    """Look at every deadline that is due at `now`, the longest overdue first."""
    return _look(conn, promises, _list(conn, DEADLINES.c.look_at <= now), now, now)


def _look(
    conn: Connection, promises: Promises, rows: Sequence[Row[Any]], until: datetime, now: datetime
) -> list[Effect]:
    """Warn about deadlines, or record that they broke by `until` and start their ladders.

    They are done together, but a ticket that comes up again is looked at after what its first one did.
    """
    effects: list[Effect] = []
    batch: dict[int, Row[Any]] = {}
    for row in rows:
        if row.ticket_id in batch:
            effects += _look_at(conn, promises, list(batch.values()), until, now)
            batch = {}
        batch[row.ticket_id] = row
    return effects + _look_at(conn, promises, list(batch.values()), until, now)


def _look_at(
    conn: Connection, promises: Promises, rows: Sequence[Row[Any]], until: datetime, now: datetime
) -> list[Effect]:
    seen: list[tuple[int, int, Deadline]] = []
    for row in rows:
        clock = clocks.read(promises, row)
        if deadline.is_breached(clock, until):
            seen.append((row.id, row.ticket_id, deadline.breached(clock)))
        elif deadline.is_warning_due(clock, until):
            seen.append((row.id, row.ticket_id, deadline.warned(clock)))
    if not seen:
        return []
    clocks.save_looked(conn, [(row_id, clock) for row_id, _, clock in seen])
    found = ticket_rows.rows().where(TICKETS.c.id.in_([ticket_id for _, ticket_id, _ in seen]))
    filed = {row.id: ticket_rows.read(row) for row in conn.execute(found)}
    due = [
        Due(ticket_id, row_id, clock.kind, filed[ticket_id].ticket.assignee, clock.breached_at, clock.subject)
        for row_id, ticket_id, clock in seen
    ]
    rung = climbs.begin(conn, promises, due, now)
    unanswered = [
        ticket_id
        for _, ticket_id, clock in seen
        if clock.breached_at and clock.kind in RESPONSES and filed[ticket_id].ticket.assignee is not None
    ]
    events = [(filed[ticket_id], ResponseBroken(now)) for ticket_id in unanswered]
    returned = dict(zip(unanswered, happen(conn, promises, events, now) if events else [], strict=True))
    effects: list[Effect] = []
    for (row_id, ticket_id, clock), pings in zip(seen, rung, strict=True):
        effects += clocks.broken(ticket_id, row_id, clock, now) if clock.breached_at else []
        effects += [*pings, *returned.get(ticket_id, [])]
    return effects


def _list(conn: Connection, which: ColumnElement[bool]) -> Sequence[Row[Any]]:
    return conn.execute(select(DEADLINES).where(which).order_by(DEADLINES.c.look_at, DEADLINES.c.id)).all()
