"""The clocks of tickets in the database: carries out what the tickets decided."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, or_, select, update

from handoff import climbs, course, deadline
from handoff.actions import Action, EndCrisis, RaiseCrisis
from handoff.course import Annulled, Broken, Changed, Cleared, Course, Kept, Unanswered
from handoff.deadline import Deadline, Status
from handoff.entry import Effect, Entry, TellDelay
from handoff.policy import LATE, Category, Kind, Promises, Terms
from handoff.tables import DEADLINES, add_all

MICROSECOND = timedelta(microseconds=1)
# Clocks of these kinds may be taken up again after they are over: by a reopening, by a late reply.
TAKEN_UP = (Kind.FIRST_RESPONSE, Kind.RESOLUTION)


@dataclass(slots=True)
class Clocks:
    """The clocks of one ticket as they stand: their rows, the oldest first, and what each says."""

    ids: list[int]
    clocks: list[Deadline]

    def due(self) -> dict[str, datetime]:
        """Return when each kind is due that is running, the earliest of a kind."""
        found: dict[str, datetime] = {}
        for clock in self.clocks:
            if clock.status is Status.RUNNING and clock.due_at is not None:
                found[clock.kind] = min(clock.due_at, found.get(clock.kind, clock.due_at))
        return found


@dataclass(frozen=True, slots=True)
class Move:
    """What one ticket wants done to its clocks, and the name of the event because of which."""

    ticket: int
    category: Category
    stored: Clocks
    actions: Sequence[Action]
    because: str


def load(
    conn: Connection, promises: Promises, tickets: Sequence[int], *, whole: bool = False
) -> dict[int, Clocks]:
    """Return the clocks of each ticket that something may still happen to; `whole`: all there ever were."""
    rows = select(DEADLINES).where(DEADLINES.c.ticket_id.in_(tickets))
    if not whole:
        rows = rows.where(or_(DEADLINES.c.stopped_at.is_(None), DEADLINES.c.kind.in_(TAKEN_UP)))
    found = {ticket: Clocks([], []) for ticket in tickets}
    for row in conn.execute(rows.order_by(DEADLINES.c.id)):
        found[row.ticket_id].ids.append(row.id)
        found[row.ticket_id].clocks.append(read(promises, row))
    return found


def advance(conn: Connection, promises: Promises, moves: Sequence[Move], now: datetime) -> list[list[Effect]]:
    """Start, stop, pause and move the clocks of tickets; returns what happened to each."""
    changed: list[tuple[int, Deadline]] = []
    begun: list[tuple[Clocks, int, Deadline]] = []
    told: list[list[course.Told]] = []
    for move in moves:
        stored = move.stored
        before = list(stored.clocks)
        running = Course(stored.clocks, lambda kind, at=move.category: promises.terms(kind, at), now)  # type: ignore[misc]
        told.append(running.follow(move.actions))
        for place, clock in enumerate(stored.clocks):
            if place >= len(before):
                begun.append((stored, move.ticket, clock))
            elif clock is not before[place]:
                changed.append((stored.ids[place], clock))
    save(conn, changed)
    _begin(conn, begun)
    _clear(conn, moves, told)
    return [_effects(conn, promises, move, one, now) for move, one in zip(moves, told, strict=True)]


def running(conn: Connection, ticket: int) -> dict[str, datetime]:
    """Return when each running kind of clock of the ticket is due, the earliest of a kind."""
    rows = conn.execute(
        select(DEADLINES.c.kind, DEADLINES.c.due_at)
        .where(DEADLINES.c.ticket_id == ticket, DEADLINES.c.status == Status.RUNNING)
        .order_by(DEADLINES.c.due_at.desc())
    )
    return {row.kind: row.due_at for row in rows}


def read(promises: Promises, row: Row[Any]) -> Deadline:
    """Read one clock from its row."""
    target = timedelta(microseconds=row.target_us) if row.target_us else None
    calendar = promises.calendar(row.rules_id, row.calendar)
    return Deadline(
        kind=Kind(row.kind),
        started_at=row.started_at,
        terms=Terms(target, calendar, row.warn_share, row.rules_id),
        due_at=row.due_at,
        warn_at=row.warn_at,
        pauses=tuple((_read(since), _read(until) if until else None) for since, until in row.pauses),
        status=Status(row.status),
        warned=row.warned,
        breached_at=row.breached_at,
        stopped_at=row.stopped_at,
        subject=row.subject,
    )


def save(conn: Connection, clocks: Sequence[tuple[int, Deadline]]) -> None:
    """Write clocks back to their rows."""
    if clocks:
        rows = [{"row": row_id, **_values(clock)} for row_id, clock in clocks]
        conn.execute(update(DEADLINES).where(DEADLINES.c.id == bindparam("row")), rows)


def save_looked(conn: Connection, clocks: Sequence[tuple[int, Deadline]]) -> None:
    """Write back what the sweep found: a warning or a breach, and nothing else."""
    if clocks:
        rows = [
            {"row": row_id, "warned": c.warned, "breached_at": c.breached_at, "look_at": c.look_at}
            for row_id, c in clocks
        ]
        conn.execute(update(DEADLINES).where(DEADLINES.c.id == bindparam("row")), rows)


def broken(ticket: int, row_id: int, clock: Deadline, now: datetime) -> list[Effect]:
    """Say that a promise broke: dated when it was due, not when it was noticed.

    Of a promise that staff made by word the contact is told at once.
    """
    data: dict[str, object] = {"clock": row_id, "deadline": clock.kind, "due_at": _iso(clock.due_at)}
    if clock.due_at is not None and now - clock.due_at >= LATE:
        data["late"] = True
    effects: list[Effect] = [Entry("breach", ticket=ticket, data=data)]
    if clock.kind is Kind.PROMISE and clock.due_at is not None:
        effects.append(TellDelay(ticket, clock.due_at))
    return effects


def _begin(conn: Connection, begun: Sequence[tuple[Clocks, int, Deadline]]) -> None:
    rows = [{"ticket_id": ticket, **_values(clock)} for _, ticket, clock in begun]
    for (stored, _, _), new in zip(begun, add_all(conn, DEADLINES, rows), strict=True):
        stored.ids.append(new)


def _clear(conn: Connection, moves: Sequence[Move], told: Sequence[Sequence[course.Told]]) -> None:
    """End the alerts of what was stopped, and the warnings of what is due later than it was."""
    over, warned = list[int](), list[int]()
    for move, one in zip(moves, told, strict=True):
        for what in one:
            if isinstance(what, Cleared):
                (warned if what.warning else over).append(move.stored.ids[what.place])
    climbs.end(conn, over, warned)


def _effects(
    conn: Connection, promises: Promises, move: Move, told: Iterable[course.Told], now: datetime
) -> list[Effect]:
    effects: list[Effect] = []
    for what in told:
        match what:
            case Changed():
                effects.append(_changed(move, what))
            case Kept(place):
                effects.append(Entry("met", ticket=move.ticket, data=_due(move.stored, place)))
            case Annulled(place):
                effects.append(Entry("annulled", ticket=move.ticket, data=_due(move.stored, place)))
            case Broken(place):
                effects += broken(move.ticket, move.stored.ids[place], move.stored.clocks[place], now)
            case Unanswered(place):
                effects += climbs.resume(conn, promises, move.stored.ids[place], now)
            case RaiseCrisis():
                effects += climbs.raise_crisis(conn, promises, move.ticket, now)
            case EndCrisis():
                climbs.end_crisis(conn, move.ticket)
            case Cleared():
                pass
    return effects


def _changed(move: Move, what: Changed) -> Entry:
    """Say what became of a clock and why, for whoever asks later how it came to be met or broken."""
    clock = move.stored.clocks[what.place]
    target = clock.terms.target
    data: dict[str, object] = {
        "clock": move.stored.ids[what.place],
        "deadline": clock.kind,
        "change": what.change,
        "because": move.because,
        "from": _iso(what.at),
        "used_seconds": deadline.used(clock, what.at).total_seconds(),
        "target_seconds": target.total_seconds() if target else None,
        "calendar": clock.terms.calendar.name,
        "due_at": _iso(clock.due_at) if clock.status is Status.RUNNING else None,
    }
    return Entry("clock", ticket=move.ticket, data=data)


def _due(stored: Clocks, place: int) -> Mapping[str, object]:
    clock = stored.clocks[place]
    return {"clock": stored.ids[place], "deadline": clock.kind, "due_at": _iso(clock.due_at)}


def _values(clock: Deadline) -> dict[str, object]:
    target = clock.terms.target
    return {
        "kind": clock.kind,
        "started_at": clock.started_at,
        "target_us": target // MICROSECOND if target else 0,
        "calendar": clock.terms.calendar.name,
        "warn_share": clock.terms.warn_at,
        "rules_id": clock.terms.version,
        "due_at": clock.due_at,
        "warn_at": clock.warn_at,
        "pauses": [[_iso(since), _iso(until)] for since, until in clock.pauses],
        "status": clock.status,
        "warned": clock.warned,
        "breached_at": clock.breached_at,
        "stopped_at": clock.stopped_at,
        "subject": clock.subject,
        "look_at": clock.look_at,
    }


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


def _read(at: str | None) -> datetime:
    return datetime.fromisoformat(at or "")
