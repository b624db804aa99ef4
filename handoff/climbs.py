"""The climbs of the ladder in the database: who is pinged now, and what an ack holds back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from handoff import alerts, ladder
from handoff.alerts import Ringing
from handoff.entry import Effect, Entry, MarkTaken, Refused
from handoff.ladder import Climb, Step
from handoff.people import list_staff
from handoff.policy import Promises, Reason, Rung
from handoff.quiet import quiet_until
from handoff.staff import Person, recipients
from handoff.tables import ALERTS, CLIMBS, TICKETS

WARNING = Rung(("assignee",))


def warn(conn: Connection, promises: Promises, ticket: int, deadline: int, now: datetime) -> list[Effect]:
    """Begin the climb of a deadline with its warning, which waits while it is quiet."""
    at = quiet_until(promises.alerting.quiet, promises.zone, now)
    known = _find(conn, deadline)
    if known:
        before = _load(known.state)
        step = Step(ladder.WARNING, sum(s.n for s in before.steps if not s.rung), 1, at)
        climb = replace(before, steps=(step,), ended=False, acked_until=None)
        row_id: int = known.id
        _save(conn, row_id, climb)
    else:
        row_id = _insert(conn, ticket, ladder.warn(at), deadline)
    return fire(conn, promises, row_id, now)


def break_promise(
    conn: Connection, promises: Promises, ticket: int, deadline: int, broken_at: datetime, now: datetime
) -> list[Effect]:
    """Start the rungs for a deadline that broke at `broken_at`."""
    known = _find(conn, deadline)
    before = replace(_load(known.state), ended=False) if known else Climb()
    climb = ladder.break_promise(before, promises.ladder, broken_at)
    row_id: int = known.id if known else _insert(conn, ticket, climb, deadline)
    _save(conn, row_id, climb)
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
    assignee = conn.execute(select(TICKETS.c.assignee).where(TICKETS.c.id == row.ticket_id)).scalar_one()
    people = list_staff(conn)
    climb, pings = ladder.climb_to(_load(row.state), promises.ladder, now)
    effects: list[Effect] = []
    while pings:
        for ping in pings:
            to = promises.ladder[ping.rung - 1].to if ping.rung else WARNING.to
            found = recipients(to, people, assignee, promises.zone, now)
            ringing = Ringing(climb_id, row.ticket_id, _reason(row, ping.rung), ping)
            for person in found:
                effects += alerts.ring(conn, promises.alerting, person, ringing, now)
            if not found:
                data = {"rung": ping.rung, "to": list(to)}
                effects.append(Entry("nobody_to_tell", ticket=row.ticket_id, data=data))
                climb = ladder.skip(climb, promises.ladder, ping.rung, now)
        climb, pings = ladder.climb_to(climb, promises.ladder, now)
    _save(conn, climb_id, climb)
    return effects


def pass_on(conn: Connection, promises: Promises, alert: int, now: datetime) -> list[Effect]:
    """Climb to the next rung at once, because the person of this alert cannot be reached."""
    lost = conn.execute(select(ALERTS.c.climb_id, ALERTS.c.rung).where(ALERTS.c.id == alert)).one()
    if lost.climb_id is None:
        return []
    row = conn.execute(_climbs().where(CLIMBS.c.id == lost.climb_id)).one()
    if row.ended:
        return []
    climb = _load(row.state)
    if climb.acked_until is not None and now < climb.acked_until:
        return []
    _save(conn, row.id, ladder.skip(climb, promises.ladder, lost.rung, now))
    return fire(conn, promises, row.id, now)


def ack(conn: Connection, promises: Promises, ticket: int, person: Person, now: datetime) -> list[Effect]:
    """Record "I have it" for all open alerts of the ticket; the first one wins.

    Raises Refused where nothing is open, or somebody has it already.
    """
    open_rows = [row for row in _of_ticket(conn, ticket) if _load(row.state).is_open]
    if not open_rows:
        raise Refused("not_available", "there is no open alert for this ticket")
    free = [row for row in open_rows if not _holds(_load(row.state), now)]
    if not free:
        raise Refused("held", "somebody has it already")
    for row in free:
        lasts = promises.alerting.ack if row.deadline_id else promises.alerting.ack_crisis
        _save(conn, row.id, ladder.ack(_load(row.state), now, lasts), acked_by=person.id)
    pinged = conn.execute(
        select(ALERTS.c.id, ALERTS.c.reason)
        .where(ALERTS.c.climb_id.in_([row.id for row in free]))
        .order_by(ALERTS.c.id)
    ).all()
    acked = Entry("acked", ticket=ticket, staff=person.id, data={"reason": pinged[-1].reason})
    return [acked, MarkTaken(tuple(alert.id for alert in pinged), person.id)]


def extend(conn: Connection, promises: Promises, ticket: int, now: datetime) -> None:
    """Lengthen the lasting acks of a ticket once, since staff replied."""
    for row in _of_ticket(conn, ticket):
        by = promises.alerting.ack if row.deadline_id else promises.alerting.ack_crisis
        _save(conn, row.id, ladder.extend(_load(row.state), now, by))


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


def _holds(climb: Climb, now: datetime) -> bool:
    return climb.acked_until is not None and climb.acked_until > now


def _reason(row: Row[Any], rung: int) -> Reason:
    if row.deadline_id is None:
        return Reason.CRISIS
    return Reason.BREACH if rung else Reason.WARNING


def _climbs() -> Select[Any]:
    return select(CLIMBS)


def _find(conn: Connection, deadline: int) -> Row[Any] | None:
    return conn.execute(_climbs().where(CLIMBS.c.deadline_id == deadline)).first()


def _of_ticket(conn: Connection, ticket: int) -> Sequence[Row[Any]]:
    rows = _climbs().where(CLIMBS.c.ticket_id == ticket, ~CLIMBS.c.ended)
    return conn.execute(rows.order_by(CLIMBS.c.id)).all()


def _insert(conn: Connection, ticket: int, climb: Climb, deadline: int | None) -> int:
    values = {"ticket_id": ticket, "deadline_id": deadline, "state": _dump(climb), "look_at": climb.look_at}
    new: int = conn.execute(insert(CLIMBS).values(values).returning(CLIMBS.c.id)).scalar_one()
    return new


def _save(conn: Connection, row_id: int, climb: Climb, acked_by: int | None = None) -> None:
    values: dict[str, object] = {"state": _dump(climb), "look_at": climb.look_at, "ended": climb.ended}
    if acked_by is not None:
        values["acked_by"] = acked_by
    conn.execute(update(CLIMBS).where(CLIMBS.c.id == row_id).values(values))


def _dump(climb: Climb) -> dict[str, Any]:
    return {
        "steps": [[s.rung, s.n, s.left, _iso(s.next_at)] for s in climb.steps],
        "reached": climb.reached,
        "broken": climb.broken,
        "acked_until": _iso(climb.acked_until),
        "extended": climb.extended,
        "ended": climb.ended,
    }


def _load(state: Mapping[str, Any]) -> Climb:
    steps = tuple(Step(rung, n, left, _instant(at)) for rung, n, left, at in state["steps"])
    return Climb(
        steps,
        state["reached"],
        state["broken"],
        _instant(state["acked_until"]),
        state["extended"],
        state["ended"],
    )


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


def _instant(at: str | None) -> datetime | None:
    return datetime.fromisoformat(at) if at else None
