"""The clocks of a ticket in the database: carries out what the ticket decided."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from handoff import climbs, deadline
from handoff.deadline import Deadline, Status
from handoff.entry import Effect, Entry
from handoff.policy import Category, Kind, Promises
from handoff.tables import DEADLINES
from handoff.ticket import (
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

ACTIVE = (Status.RUNNING, Status.PAUSED)


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
                begin(conn, promises, ticket, category, kind, at)
            case StopClock(kind, at):
                effects += _stop(conn, promises, ticket, category, kind, at)
            case PauseClock(kind, at):
                for row_id, clock in _of_kind(conn, ticket, kind):
                    save(conn, row_id, deadline.pause(clock, at))
                    climbs.end_warning(conn, row_id)
            case CancelClock(kind, at):
                for row_id, clock in _of_kind(conn, ticket, kind):
                    save(conn, row_id, deadline.cancel(clock, at))
                    climbs.end(conn, row_id)
            case ResumeClock(kind, at):
                for row_id, clock in _of_kind(conn, ticket, kind, Status)[-1:]:
                    save(conn, row_id, deadline.resume(clock, at, policy.calendar, warn_at))
            case Retarget(starts):
                _retarget(conn, promises, ticket, category, dict(starts), now)
            case RaiseCrisis():
                effects += climbs.raise_crisis(conn, promises, ticket, now)
            case EndCrisis():
                climbs.end_crisis(conn, ticket)
    return effects


def begin(
    conn: Connection, promises: Promises, ticket: int, category: Category, kind: Kind, at: datetime
) -> None:
    """Start one clock, unless the category promises nothing of the kind."""
    clock = deadline.start(kind, at, promises.policies[category], promises.warn_at)
    if clock is not None:
        conn.execute(insert(DEADLINES).values(ticket_id=ticket, **_values(clock)))


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
        target=timedelta(seconds=row.target_seconds),
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
    if clock.due_at is not None and now - clock.due_at >= timedelta(minutes=1):
        data["late"] = True
    return Entry("breach", ticket=ticket, data=data)


def _stop(
    conn: Connection, promises: Promises, ticket: int, category: Category, kind: Kind, at: datetime
) -> list[Effect]:
    effects: list[Effect] = []
    for row_id, clock in _of_kind(conn, ticket, kind):
        counted = deadline.resume(clock, at, promises.policies[category].calendar, promises.warn_at)
        if counted.due_at is not None and counted.due_at < at and counted.breached_at is None:
            effects.append(broken(ticket, counted, at))
            counted = replace(counted, breached_at=counted.due_at)
        elif counted.breached_at is None:
            data = {"deadline": counted.kind, "due_at": _iso(counted.due_at)}
            effects.append(Entry("met", ticket=ticket, data=data))
        save(conn, row_id, deadline.stop(counted, at))
        climbs.end(conn, row_id)
    return effects


def _retarget(
    conn: Connection,
    promises: Promises,
    ticket: int,
    category: Category,
    starts: dict[Kind, datetime],
    now: datetime,
) -> None:
    policy = promises.policies[category]
    for row_id, clock in _active(conn, ticket):
        origin = starts.pop(clock.kind, None)
        moved = deadline.retarget(clock, policy, promises.warn_at, origin) if origin else None
        if moved is None:
            save(conn, row_id, deadline.cancel(clock, now))
            climbs.end(conn, row_id)
            continue
        warned = moved.warned and moved.warn_at is not None and moved.warn_at <= now
        save(conn, row_id, replace(moved, warned=warned))
    for kind, at in starts.items():
        begin(conn, promises, ticket, category, kind, at)


def _active(conn: Connection, ticket: int) -> list[tuple[int, Deadline]]:
    return [found for kind in Kind for found in _of_kind(conn, ticket, kind)]


def _of_kind(
    conn: Connection, ticket: int, kind: Kind, statuses: Sequence[Status] | type[Status] = ACTIVE
) -> list[tuple[int, Deadline]]:
    rows = conn.execute(
        select(DEADLINES)
        .where(
            DEADLINES.c.ticket_id == ticket,
            DEADLINES.c.kind == kind,
            DEADLINES.c.status.in_(list(statuses)),
        )
        .order_by(DEADLINES.c.id)
    )
    return [(row.id, load(row)) for row in rows]


def _values(clock: Deadline) -> dict[str, object]:
    return {
        "kind": clock.kind,
        "started_at": clock.started_at,
        "target_seconds": int(clock.target.total_seconds()),
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
