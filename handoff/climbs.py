"""The climbs of the ladder in the database: who is pinged now, and what an ack holds back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from handoff import alerts, climb_rows, ladder, summons
from handoff.alerts import Bell, Ringing
from handoff.climb_rows import Known, holds
from handoff.entry import Effect, Entry, MarkTaken, Refused
from handoff.ladder import Climb, Ping
from handoff.policy import OWN_REASON, Category, Kind, Promises, Reason
from handoff.saying import Saying
from handoff.staff import Person, outranks_admin
from handoff.switchboard import Switchboard, open_switchboard
from handoff.tables import ALERTS, CLIMBS, DEADLINES, TICKETS


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline that has to be warned of, or that broke at `broken_at`."""

    ticket: int
    deadline: int
    kind: Kind
    assignee: int | None
    broken_at: datetime | None = None
    subject: int | None = None


def begin(conn: Connection, promises: Promises, due: Sequence[Due], now: datetime) -> list[list[Effect]]:
    """Begin the climbs of deadlines with their warning, or go on with the rungs where they broke."""
    rows = climb_rows.rows().where(CLIMBS.c.deadline_id.in_([one.deadline for one in due]))
    known = {one.deadline: one for one in map(climb_rows.read, conn.execute(rows))}
    started = []
    for one in due:
        climb = known.get(one.deadline) or Known(
            None, one.ticket, one.deadline, one.kind, one.assignee, Climb(), subject=one.subject
        )
        climb.assignee = one.assignee
        if one.broken_at is None:
            climb.climb = ladder.warn(climb.climb, now)
        else:
            first = summons.first_rungs(conn, promises, climb)
            climb.climb = ladder.break_promise(climb.climb, promises.ladder, one.broken_at, first)
        started.append(climb)
    return fire(conn, promises, started, now)


def summon(
    conn: Connection, promises: Promises, ticket: int, kind: Kind, subject: int, now: datetime
) -> list[Effect]:
    """Call at once those who decide a request, or review an override: before anything is due."""
    mine = (DEADLINES.c.ticket_id == ticket, DEADLINES.c.kind == kind, DEADLINES.c.subject == subject)
    newest = select(DEADLINES.c.id).where(*mine).order_by(DEADLINES.c.id.desc()).limit(1)
    deadline = conn.execute(newest).scalar_one()
    return begin(conn, promises, [Due(ticket, deadline, kind, None, subject=subject)], now)[0]


def resume(conn: Connection, promises: Promises, deadline: int, now: datetime) -> list[Effect]:
    """Go on climbing at once for a broken deadline that was taken for answered and is not."""
    known = [
        climb_rows.read(row)
        for row in conn.execute(climb_rows.rows().where(CLIMBS.c.deadline_id == deadline, CLIMBS.c.ended))
    ]
    for one in known:
        one.climb = ladder.resume(one.climb, promises.ladder, now)
    return [effect for effects in fire(conn, promises, known, now) for effect in effects]


def raise_crisis(conn: Connection, promises: Promises, ticket: int, now: datetime) -> list[Effect]:
    """Ping the decision-makers about a ticket at once, unless its crisis is being climbed already."""
    if any(known.deadline is None for known in climb_rows.of_ticket(conn, ticket)):
        return []
    assignee = conn.execute(select(TICKETS.c.assignee).where(TICKETS.c.id == ticket)).scalar_one()
    climb = ladder.begin_crisis(promises.ladder, now)
    return fire(conn, promises, [Known(None, ticket, None, None, assignee, climb)], now)[0]


def fire(conn: Connection, promises: Promises, climbs: Sequence[Known], now: datetime) -> list[list[Effect]]:
    """Ping whoever is due now; a rung that finds nobody passes to the next one at once.

    Returns what happened on each climb. However many there are, they are written together.
    """
    if not climbs:
        return []
    board = open_switchboard(conn, promises, now)
    bell = Bell(conn, promises.alerting.digest_after, now)
    happened: list[list[Entry | _Ring]] = []
    for known in climbs:
        so_far: list[Entry | _Ring] = []
        quiet = None if _is_urgent(known) else board.quiet_until
        known.climb, pings = ladder.climb_to(known.climb, promises.ladder, now, quiet)
        while pings:
            for ping in pings:
                if ping.rung == ladder.WARNING:
                    so_far += _warning(conn, known, board, bell, ping)
                elif found := summons.on_rung(conn, board, promises, known, ping.rung):
                    so_far += _rings(known, bell, ping, found)
                else:
                    so_far.append(_nobody(known, board, ping, promises.ladder[ping.rung - 1].to))
                    known.climb = ladder.skip(known.climb, promises.ladder, ping.rung, now)
            known.climb, pings = ladder.climb_to(known.climb, promises.ladder, now, quiet)
        happened.append(so_far)
    climb_rows.save(conn, climbs)
    return _ring(bell, climbs, happened)


def pass_on(conn: Connection, promises: Promises, alert: int, now: datetime) -> list[Effect]:
    """Climb to the next rung at once, because the person of this alert cannot be reached.

    A digest passes on every alert that it stands for.
    """
    effects: list[Effect] = []
    for lost in alerts.behind(conn, alert):
        known = climb_rows.read(conn.execute(climb_rows.rows().where(CLIMBS.c.id == lost.climb_id)).one())
        if known.climb.ended or holds(known.climb, now):
            continue
        if lost.rung == ladder.WARNING and not known.climb.broken:
            board = open_switchboard(conn, promises, now)
            bell = Bell(conn, promises.alerting.digest_after, now)
            ping = Ping(lost.rung, lost.n, now)
            told = alerts.told(conn, lost.climb_id, ping)
            rings = _warning(conn, known, board, bell, ping, lost.staff_id, told)
            effects += _ring(bell, [known], [rings])[0]
        else:
            known.climb = ladder.skip(known.climb, promises.ladder, lost.rung, now)
            effects += fire(conn, promises, [known], now)[0]
    return effects


def ack(
    conn: Connection,
    promises: Promises,
    ticket: int | None,
    person: Person,
    now: datetime,
    crisis: int | None = None,
) -> list[Effect]:
    """Record "I have it" for all open alerts of the ticket, without one for those of the crisis, or of all
    crises where none is named; the first one wins. What the person asked for or did is left out, since
    others judge it.

    Raises Refused where nothing is open, somebody has it already, or a crisis is not theirs to take.
    """
    if ticket is None and not outranks_admin(person.role):
        raise Refused("not_allowed", "ack of a crisis takes a supervisor")
    known = climb_rows.of_crisis(conn, crisis) if ticket is None else climb_rows.of_ticket(conn, ticket)
    ringing = [one for one in known if one.climb.is_open]
    if not ringing:
        what = Saying("the crisis") if ticket is None else Saying("this ticket")
        raise Refused("not_available", "there is no open alert for {what}", what=what)
    open_ = [one for one in ringing if summons.judged(conn, one) != person.id]
    if not open_:
        raise Refused("not_available", "others are called here, to judge what you asked for or did")
    free = [one for one in open_ if not holds(one.climb, now)]
    lasts = promises.alerting.ack_crisis if ticket is None else _ack_lasts(conn, promises, ticket)
    if not free or not all(
        climb_rows.take(conn, one, ladder.ack(one.climb, now, lasts), person) for one in free
    ):
        raise Refused("held", "somebody has it already")
    pinged = conn.execute(
        select(ALERTS.c.id, ALERTS.c.reason)
        .where(ALERTS.c.climb_id.in_([one.row for one in free]))
        .order_by(ALERTS.c.id)
    ).all()
    reason = pinged[-1].reason if pinged else free[-1].reason  # the rungs may have found nobody
    data = {"reason": reason} if crisis is None else {"reason": reason, "crisis": crisis}
    acked = Entry("acked", ticket=ticket, staff=person.id, data=data)
    return [acked, MarkTaken(tuple(alert.id for alert in pinged), person.id)]


def is_for(conn: Connection, ticket: int, person: int, now: datetime) -> bool:
    """Say whether "I have it" of this person would be taken: something is open, free, and not theirs."""
    ringing = [one for one in climb_rows.of_ticket(conn, ticket) if one.climb.is_open]
    return any(not holds(one.climb, now) and summons.judged(conn, one) != person for one in ringing)


def extend(conn: Connection, promises: Promises, ticket: int, now: datetime) -> None:
    """Lengthen the lasting acks of a ticket once, since staff replied or promised something."""
    known = climb_rows.of_ticket(conn, ticket)
    lasts = _ack_lasts(conn, promises, ticket)
    for one in known:
        one.climb = ladder.extend(one.climb, now, lasts)
    climb_rows.save(conn, known)


def end(conn: Connection, over: Sequence[int], warned: Sequence[int] = ()) -> None:
    """Clear the alerts of deadlines that were stopped, late or not.

    Of those in `warned` only the warning is cleared: they are paused, or due later than they were, and
    a broken promise stays broken.
    """
    if not over and not warned:
        return
    rows = climb_rows.rows().where(CLIMBS.c.deadline_id.in_([*over, *warned]), ~CLIMBS.c.ended)
    ended = [
        one
        for one in map(climb_rows.read, conn.execute(rows))
        if one.deadline in over or not one.climb.broken
    ]
    for one in ended:
        one.climb = ladder.end(one.climb)
    climb_rows.save(conn, ended)


def end_crisis(conn: Connection, ticket: int) -> None:
    """Clear the crisis alerts of a ticket."""
    ended = [known for known in climb_rows.of_ticket(conn, ticket) if known.deadline is None]
    for one in ended:
        one.climb = ladder.end(one.climb)
    climb_rows.save(conn, ended)


def open_alerts(conn: Connection, tickets: Sequence[int], now: datetime) -> dict[int, bool]:
    """Return, for the tickets with open alerts, whether somebody has acked them."""
    rows = conn.execute(climb_rows.rows().where(CLIMBS.c.ticket_id.in_(tickets), ~CLIMBS.c.ended))
    found: dict[int, bool] = {}
    for known in map(climb_rows.read, rows):
        if known.climb.is_open and known.ticket is not None:
            found[known.ticket] = holds(known.climb, now) and found.get(known.ticket, True)
    return found


def sweep(conn: Connection, promises: Promises, now: datetime) -> list[Effect]:
    """Ping everybody whose rung is due, then send the digests that are."""
    due = climb_rows.rows().where(CLIMBS.c.look_at <= now).order_by(CLIMBS.c.look_at, CLIMBS.c.id)
    fired = fire(conn, promises, [climb_rows.read(row) for row in conn.execute(due)], now)
    return [effect for effects in fired for effect in effects] + alerts.sweep(conn, promises, now)


@dataclass(frozen=True, slots=True)
class _Ring:
    """A ping that was decided and is not written yet."""

    person: Person
    reason: Reason
    ping: Ping
    held: bool


def _rings(known: Known, bell: Bell, ping: Ping, people: Sequence[Person]) -> list[Entry | _Ring]:
    reason = _reason(known, ping)
    return [_Ring(person, reason, ping, not bell.passes(person, reason)) for person in people]


def _reason(known: Known, ping: Ping) -> Reason:
    """Say why it rings: the first ping about an override says that it was done, not yet that it waits."""
    if ping.rung:
        return known.reason
    if known.kind is Kind.REVIEW and ping.n == 1:
        return Reason.OVERRIDE
    return OWN_REASON.get(known.kind or Kind.RESOLUTION, Reason.WARNING)


def _is_urgent(known: Known) -> bool:
    """Say whether its warnings ring in quiet hours, too: a request, and the news of an override."""
    return known.kind is Kind.APPROVAL or (known.kind is Kind.REVIEW and not known.climb.is_open)


def _warning(
    conn: Connection,
    known: Known,
    board: Switchboard,
    bell: Bell,
    ping: Ping,
    lost: int | None = None,
    told: Collection[int] = (),
) -> list[Entry | _Ring]:
    """Warn those whom it calls first, else the next who can be found.

    `lost` was told and cannot be reached, so those are warned who come after and were not `told` yet.
    """
    chain = summons.calls(conn, board, known)
    theirs = (place for place, call in enumerate(chain) if lost in [person.id for person in call.people])
    so_far: list[Entry | _Ring] = []
    for call in chain[next(theirs, -1) + 1 :]:
        if others := [person for person in call.people if person.id != lost]:
            return so_far + _rings(known, bell, ping, [one for one in others if one.id not in told])
        so_far.append(_nobody(known, board, ping, call.names))
    return so_far


def _ring(
    bell: Bell, climbs: Sequence[Known], happened: Sequence[Sequence[Entry | _Ring]]
) -> list[list[Effect]]:
    """Write the pings of all climbs down together, and put them where they were decided."""
    rung = bell.ring(
        [
            Ringing(known.row or 0, known.ticket, one.person, one.reason, one.ping, one.held, known.crisis)
            for known, so_far in zip(climbs, happened, strict=True)
            for one in so_far
            if isinstance(one, _Ring)
        ]
    )
    told = iter(rung)
    return [
        [effect for one in so_far for effect in (next(told) if isinstance(one, _Ring) else [one])]
        for so_far in happened
    ]


def _nobody(known: Known, board: Switchboard, ping: Ping, to: Sequence[str]) -> Entry:
    data = {"rung": ping.rung, "to": list(to), "why": board.why_nobody(to)}
    return Entry("nobody_to_tell", ticket=known.ticket, data=data)


def _ack_lasts(conn: Connection, promises: Promises, ticket: int) -> timedelta:
    """Return how long an ack lasts: for a ticket in crisis one length holds for all its alerts."""
    category = conn.execute(select(TICKETS.c.category).where(TICKETS.c.id == ticket)).scalar_one()
    return promises.alerting.ack_crisis if category == Category.CRISIS else promises.alerting.ack
