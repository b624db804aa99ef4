"""The clocks of a ticket in the database: carries out what the ticket decided."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from handoff import climbs, deadline
from handoff.actions import (
    Action,
    CancelClock,
    EndCrisis,
    PauseClock,
    RaiseCrisis,
    ResumeClock,
    Retarget,
    StartClock,
    StopClock,
)
from handoff.deadline import Deadline, Status
from handoff.entry import Effect, Entry
from handoff.policy import LATE, Category, Kind, Policy, Promises
from handoff.tables import DEADLINES


def carry_out(
    conn: Connection,
    promises: Promises,
    ticket: int,
    category: Category,
    actions: Sequence[Action],
    now: datetime,
) -> list[Effect]:
    """Start, stop, pause and move the clocks of a ticket, and say which promises were kept or broken."""
    policy, warn_at = promises.policies[category], promises.warn_at
    effects: list[Effect] = []
    for action in actions:
        match action:
            case StartClock(kind, at):
                clock = deadline.start(kind, at, policy, warn_at)
                conn.execute(insert(DEADLINES).values(ticket_id=ticket, **_values(clock)))
            case StopClock(kind, at):
                effects += _stop(conn, promises, policy, ticket, kind, at)
            case PauseClock(kind, at):
                for row_id, clock in _active(conn, ticket, kind):
                    save(conn, row_id, deadline.pause(clock, at))
                    climbs.end_warning(conn, row_id)
            case CancelClock(kind, at):
                for row_id, clock in _active(conn, ticket, kind):
                    save(conn, row_id, deadline.cancel(clock, at))
                    climbs.end(conn, row_id)
            case ResumeClock(kind, at):
                for row_id, clock in _newest(conn, ticket, kind):
                    save(conn, row_id, deadline.resume(clock, at, policy.calendar, warn_at))
            case Retarget(starts):
                _retarget(conn, policy, warn_at, ticket, dict(starts), now)
            case RaiseCrisis():
                effects += climbs.raise_crisis(conn, promises, ticket, now)
            case EndCrisis():
                climbs.end_crisis(conn, ticket)
    return effects


def running(conn: Connection, ticket: int) -> dict[str, datetime]:
    """Return when each running clock of the ticket is due, by kind."""
    rows = conn.execute(
        select(DEADLINES.c.kind, DEADLINES.c.due_at)
        .where(DEADLINES.c.ticket_id == ticket, DEADLINES.c.status == Status.RUNNING)
        .order_by(DEADLINES.c.id)
    )
    return {row.kind: row.due_at for row in rows}


def load(row: Row[Any]) -> Deadline:
    """Read one clock from its row."""
    return Deadline(
        kind=Kind(row.kind),
        started_at=row.started_at,
        target=timedelta(seconds=row.target_seconds) or None,
        due_at=row.due_at,
        warn_at=row.warn_at,
        pauses=tuple((_read(since), _read(until) if until else None) for since, until in row.pauses),
        status=Status(row.status),
        warned=row.warned,
        breached_at=row.breached_at,
        stopped_at=row.stopped_at,
    )


def save(conn: Connection, row_id: int, clock: Deadline) -> None:
    """Write one clock back to its row."""
    conn.execute(update(DEADLINES).where(DEADLINES.c.id == row_id).values(**_values(clock)))


def broken(ticket: int, clock: Deadline, now: datetime) -> Entry:
    """Say that a promise broke: dated when it was due, not when it was noticed."""
    data: dict[str, object] = {"deadline": clock.kind, "due_at": _iso(clock.due_at)}
    if clock.due_at is not None and now - clock.due_at >= LATE:
        data["late"] = True
    return Entry("breach", ticket=ticket, data=data)


def _stop(
    conn: Connection, promises: Promises, policy: Policy, ticket: int, kind: Kind, at: datetime
) -> list[Effect]:
    """Stop the clock. One that a resolve cancelled is kept after all by a reply that arrives in time."""
    effects: list[Effect] = []
    for row_id, clock in _active(conn, ticket, kind) or _newest(conn, ticket, kind):
        counted = deadline.resume(clock, at, policy.calendar, promises.warn_at)
        late = counted.due_at is not None and counted.due_at < at
        if clock.stopped_at is not None and (late or clock.status is Status.STOPPED):
            continue
        if late and counted.breached_at is None:
            effects.append(broken(ticket, counted, at))
            counted = replace(counted, breached_at=counted.due_at)
        elif counted.due_at is not None and counted.breached_at is None:
            data = {"deadline": counted.kind, "due_at": _iso(counted.due_at)}
            effects.append(Entry("met", ticket=ticket, data=data))
        save(conn, row_id, deadline.stop(counted, at))
        climbs.end(conn, row_id)
    return effects


def _retarget(
    conn: Connection,
    policy: Policy,
    warn_at: float,
    ticket: int,
    starts: Mapping[Kind, datetime],
    now: datetime,
) -> None:
    """Apply other targets. A warning that moves to later is given again, and not before."""
    for row_id, clock in _active(conn, ticket):
        moved = deadline.retarget(clock, policy, warn_at, starts.get(clock.kind, clock.started_at))
        warned = moved.warned and moved.warn_at is not None and moved.warn_at <= now
        save(conn, row_id, replace(moved, warned=warned))
        if moved.target is None:
            climbs.end(conn, row_id)
        elif not warned:
            climbs.end_warning(conn, row_id)


def _active(conn: Connection, ticket: int, kind: Kind | None = None) -> list[tuple[int, Deadline]]:
    """Return the clocks that are not over: running, paused, or without a promise for now."""
    rows = _clocks().where(DEADLINES.c.ticket_id == ticket, DEADLINES.c.stopped_at.is_(None))
    if kind is not None:
        rows = rows.where(DEADLINES.c.kind == kind)
    return [(row.id, load(row)) for row in conn.execute(rows.order_by(DEADLINES.c.id))]


def _newest(conn: Connection, ticket: int, kind: Kind) -> list[tuple[int, Deadline]]:
    """Return the newest clock of a kind, over or not, if there is one."""
    rows = _clocks().where(DEADLINES.c.ticket_id == ticket, DEADLINES.c.kind == kind)
    return [(row.id, load(row)) for row in conn.execute(rows.order_by(DEADLINES.c.id.desc()).limit(1))]


def _clocks() -> Select[Any]:
    return select(DEADLINES)


def _values(clock: Deadline) -> dict[str, object]:
    return {
        "kind": clock.kind,
        "started_at": clock.started_at,
        "target_seconds": int(clock.target.total_seconds()) if clock.target else 0,
        "due_at": clock.due_at,
        "warn_at": clock.warn_at,
        "pauses": [[_iso(since), _iso(until)] for since, until in clock.pauses],
        "status": clock.status,
        "warned": clock.warned,
        "breached_at": clock.breached_at,
        "stopped_at": clock.stopped_at,
        "look_at": clock.look_at,
    }


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


def _read(at: str | None) -> datetime:
    return datetime.fromisoformat(at or "")
