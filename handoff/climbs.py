"""The climbs of the ladder in the database: who is pinged now, and what an ack holds back."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from handoff import alerts, ladder
from handoff.alerts import Ringing
from handoff.entry import Effect, Entry, MarkTaken, Refused
from handoff.ladder import Climb, Ping, Step
from handoff.people import list_staff
from handoff.policy import Category, Promises, Reason
from handoff.quiet import quiet_until
from handoff.staff import Person, recipients
from handoff.tables import ALERTS, CLIMBS, TICKETS

ASSIGNEE = ("assignee",)


def warn(conn: Connection, promises: Promises, ticket: int, deadline: int, now: datetime) -> list[Effect]:
    """Begin the climb of a deadline with its warning, which waits while it is quiet."""
    row_id, climb = _begun(conn, ticket, deadline)
    _save(conn, row_id, ladder.warn(climb, now))
    return fire(conn, promises, row_id, now)


def break_promise(
    conn: Connection, promises: Promises, ticket: int, deadline: int, broken_at: datetime, now: datetime
) -> list[Effect]:
    """Start the rungs for a deadline that broke at `broken_at`."""
    row_id, climb = _begun(conn, ticket, deadline)
    _save(conn, row_id, ladder.break_promise(climb, promises.ladder, broken_at))
    return fire(conn, promises, row_id, now)


def raise_crisis(conn: Connection, promises: Promises, ticket: int, now: datetime) -> list[Effect]:
    """Ping the decision-makers about a ticket at once, unless its crisis is being climbed already."""
    if any(row.deadline_id is None and not row.ended for row in _of_ticket(conn, ticket)):
        return []
    row_id = _insert(conn, ticket, ladder.begin_crisis(promises.ladder, now), None)
    return fire(conn, promises, row_id, now)


def fire(conn: Connection, promises: Promises, climb_id: int, now: datetime) -> list[Effect]:
    """Ping whoever is due now; a rung that finds nobody passes to the next one at once."""
    row = conn.execute(_climbs().where(CLIMBS.c.id == climb_id)).one()
    quiet = quiet_until(promises.alerting.quiet, promises.zone, now)
    call = _switchboard(conn, promises, row, now)
    climb, pings = ladder.climb_to(_load(row.state), promises.ladder, now, quiet)
    effects: list[Effect] = []
    while pings:
        for ping in pings:
            if ping.rung == ladder.WARNING:
                effects += _warn_somebody(conn, promises, row, ping, now)
            elif found := call(promises.ladder[ping.rung - 1].to):
                effects += _ring(conn, promises, row, ping, found, now)
            else:
                effects.append(_nobody(row, ping, promises.ladder[ping.rung - 1].to))
                climb = ladder.skip(climb, promises.ladder, ping.rung, now)
        climb, pings = ladder.climb_to(climb, promises.ladder, now, quiet)
    _save(conn, climb_id, climb)
    return effects


def pass_on(conn: Connection, promises: Promises, alert: int, now: datetime) -> list[Effect]:
    """Climb to the next rung at once, because the person of this alert cannot be reached.

    A digest passes on every alert that it stands for.
    """
    effects: list[Effect] = []
    for lost in alerts.behind(conn, alert):
        row = conn.execute(_climbs().where(CLIMBS.c.id == lost.climb_id)).one()
        climb = _load(row.state)
        if climb.ended or _holds(climb, now):
            continue
        if lost.rung == ladder.WARNING and not climb.broken:
            effects += _warn_somebody(conn, promises, row, Ping(lost.rung, lost.n, now), now, lost.staff_id)
        else:
            _save(conn, row.id, ladder.skip(climb, promises.ladder, lost.rung, now))
            effects += fire(conn, promises, row.id, now)
    return effects


def ack(conn: Connection, promises: Promises, ticket: int, person: Person, now: datetime) -> list[Effect]:
    """Record "I have it" for all open alerts of the ticket; the first one wins.

    Raises Refused where nothing is open, or somebody has it already.
    """
    open_rows = [row for row in _of_ticket(conn, ticket) if _load(row.state).is_open]
    if not open_rows:
        raise Refused("not_available", "there is no open alert for this ticket")
    free = [row for row in open_rows if not _holds(_load(row.state), now)]
    lasts = _ack_lasts(conn, promises, ticket)
    if not free or not all(
        _take(conn, row, ladder.ack(_load(row.state), now, lasts), person) for row in free
    ):
        raise Refused("held", "somebody has it already")
    pinged = conn.execute(
        select(ALERTS.c.id, ALERTS.c.reason)
        .where(ALERTS.c.climb_id.in_([row.id for row in free]))
        .order_by(ALERTS.c.id)
    ).all()
    reason = pinged[-1].reason if pinged else _reason(free[-1])  # the rungs may have found nobody
    acked = Entry("acked", ticket=ticket, staff=person.id, data={"reason": reason})
    return [acked, MarkTaken(tuple(alert.id for alert in pinged), person.id)]


def extend(conn: Connection, promises: Promises, ticket: int, now: datetime) -> None:
    """Lengthen the lasting acks of a ticket once, since staff replied."""
    lasts = _ack_lasts(conn, promises, ticket)
    for row in _of_ticket(conn, ticket):
        _save(conn, row.id, ladder.extend(_load(row.state), now, lasts))


def end(conn: Connection, deadline: int) -> None:
    """Clear the alerts of a deadline that was stopped, late or not."""
    row = _find(conn, deadline)
    if row:
        _save(conn, row.id, ladder.end(_load(row.state)))


def end_warning(conn: Connection, deadline: int) -> None:
    """Clear the warning of a deadline that is paused; a broken promise stays broken."""
    row = _find(conn, deadline)
    if row and not _load(row.state).broken:
        _save(conn, row.id, ladder.end(_load(row.state)))


def end_crisis(conn: Connection, ticket: int) -> None:
    """Clear the crisis alerts of a ticket."""
    for row in _of_ticket(conn, ticket):
        if row.deadline_id is None:
            _save(conn, row.id, ladder.end(_load(row.state)))


def open_alerts(conn: Connection, tickets: Sequence[int], now: datetime) -> dict[int, bool]:
    """Return, for the tickets with open alerts, whether somebody has acked them."""
    rows = conn.execute(_climbs().where(CLIMBS.c.ticket_id.in_(tickets), ~CLIMBS.c.ended))
    found: dict[int, bool] = {}
    for row in rows:
        climb = _load(row.state)
        if climb.is_open:
            found[row.ticket_id] = _holds(climb, now) and found.get(row.ticket_id, True)
    return found


def sweep(conn: Connection, promises: Promises, now: datetime) -> list[Effect]:
    """Ping everybody whose rung is due, then send the digests that are."""
    effects: list[Effect] = []
    due = _climbs().where(CLIMBS.c.look_at <= now).order_by(CLIMBS.c.look_at, CLIMBS.c.id)
    for row in conn.execute(due).all():
        effects += fire(conn, promises, row.id, now)
    return effects + alerts.sweep(conn, promises, now)


def next_look(conn: Connection) -> datetime | None:
    """Return the next instant at which a rung or a digest is due."""
    rung = select(CLIMBS.c.look_at).where(CLIMBS.c.look_at.is_not(None)).order_by(CLIMBS.c.look_at)
    found = [conn.execute(rung.limit(1)).scalar_one_or_none(), alerts.next_look(conn)]
    return min((at for at in found if at is not None), default=None)


def _switchboard(
    conn: Connection, promises: Promises, row: Row[Any], now: datetime
) -> Callable[[Sequence[str]], list[Person]]:
    """Return what finds the people of a rung for this climb."""
    assignee = conn.execute(select(TICKETS.c.assignee).where(TICKETS.c.id == row.ticket_id)).scalar_one()
    return partial(recipients, staff=list_staff(conn), assignee=assignee, zone=promises.zone, at=now)


def _ring(
    conn: Connection, promises: Promises, row: Row[Any], ping: Ping, people: Sequence[Person], now: datetime
) -> list[Effect]:
    ringing = Ringing(row.id, row.ticket_id, _reason(row) if ping.rung else Reason.WARNING, ping)
    return [
        effect for person in people for effect in alerts.ring(conn, promises.alerting, person, ringing, now)
    ]


def _warn_somebody(
    conn: Connection, promises: Promises, row: Row[Any], ping: Ping, now: datetime, lost: int | None = None
) -> list[Effect]:
    """Warn the assignee, else the people of the first rung that finds anybody.

    `lost` was told and cannot be reached, so those are warned who come after.
    """
    call = _switchboard(conn, promises, row, now)
    chain = [(to, call(to)) for to in (ASSIGNEE, *(rung.to for rung in promises.ladder))]
    theirs = (place for place, (_, found) in enumerate(chain) if lost in [person.id for person in found])
    effects: list[Effect] = []
    for to, found in chain[next(theirs, -1) + 1 :]:
        if others := [person for person in found if person.id != lost]:
            told = alerts.told(conn, row.id, ping)
            fresh = [person for person in others if person.id not in told]
            return effects + _ring(conn, promises, row, ping, fresh, now)
        effects.append(_nobody(row, ping, to))
    return effects


def _nobody(row: Row[Any], ping: Ping, to: Sequence[str]) -> Entry:
    return Entry("nobody_to_tell", ticket=row.ticket_id, data={"rung": ping.rung, "to": list(to)})


def _ack_lasts(conn: Connection, promises: Promises, ticket: int) -> timedelta:
    """Return how long an ack lasts: for a ticket in crisis one length holds for all its alerts."""
    category = conn.execute(select(TICKETS.c.category).where(TICKETS.c.id == ticket)).scalar_one()
    return promises.alerting.ack_crisis if category == Category.CRISIS else promises.alerting.ack


def _holds(climb: Climb, now: datetime) -> bool:
    return climb.acked_until is not None and climb.acked_until > now


def _reason(row: Row[Any]) -> Reason:
    """Return why a climb rings now; its warning keeps its own reason."""
    if row.deadline_id is None:
        return Reason.CRISIS
    return Reason.BREACH if _load(row.state).broken else Reason.WARNING


def _climbs() -> Select[Any]:
    return select(CLIMBS)


def _find(conn: Connection, deadline: int) -> Row[Any] | None:
    return conn.execute(_climbs().where(CLIMBS.c.deadline_id == deadline)).first()


def _of_ticket(conn: Connection, ticket: int) -> Sequence[Row[Any]]:
    rows = _climbs().where(CLIMBS.c.ticket_id == ticket, ~CLIMBS.c.ended)
    return conn.execute(rows.order_by(CLIMBS.c.id)).all()


def _begun(conn: Connection, ticket: int, deadline: int) -> tuple[int, Climb]:
    """Return the climb of a deadline, a new one where it has none."""
    known = _find(conn, deadline)
    return (known.id, _load(known.state)) if known else (_insert(conn, ticket, Climb(), deadline), Climb())


def _insert(conn: Connection, ticket: int, climb: Climb, deadline: int | None) -> int:
    values = {"ticket_id": ticket, "deadline_id": deadline, **_values(climb)}
    new: int = conn.execute(insert(CLIMBS).values(values).returning(CLIMBS.c.id)).scalar_one()
    return new


def _save(conn: Connection, row_id: int, climb: Climb) -> None:
    values = _values(climb)
    if climb.acked_until is None:
        values["acked_by"] = None
    conn.execute(update(CLIMBS).where(CLIMBS.c.id == row_id).values(values))


def _take(conn: Connection, row: Row[Any], climb: Climb, person: Person) -> bool:
    """Give the climb to the person if it stands as it was read, and say whether it did."""
    mine = update(CLIMBS).where(
        CLIMBS.c.id == row.id,
        CLIMBS.c.acked_by.is_not_distinct_from(row.acked_by),
        CLIMBS.c.look_at.is_not_distinct_from(row.look_at),
    )
    return conn.execute(mine.values(acked_by=person.id, **_values(climb))).rowcount == 1


def _values(climb: Climb) -> dict[str, object]:
    return {"state": _dump(climb), "look_at": climb.look_at, "ended": climb.ended}


def _dump(climb: Climb) -> dict[str, Any]:
    return {
        "steps": [[s.rung, s.n, s.left, _iso(s.next_at)] for s in climb.steps],
        "broken": climb.broken,
        "acked_until": _iso(climb.acked_until),
        "extended": climb.extended,
        "ended": climb.ended,
    }


def _load(state: Mapping[str, Any]) -> Climb:
    steps = tuple(Step(rung, n, left, _instant(at)) for rung, n, left, at in state["steps"])
    return Climb(
        steps,
        state["broken"],
        _instant(state["acked_until"]),
        state["extended"],
        state["ended"],
    )


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


def _instant(at: str | None) -> datetime | None:
    return datetime.fromisoformat(at) if at else None
