"""The alarms of a crisis of many followers: climbed like a broken promise, with no ticket of its own."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from handoff import climb_rows, climbs, ladder
from handoff.alerts import Bell, Ringing
from handoff.climb_rows import Known
from handoff.entry import Effect
from handoff.ladder import Climb, Ping
from handoff.policy import Kind, Promises, Reason, Role
from handoff.switchboard import open_switchboard
from handoff.tables import ALERTS, CLIMBS


def alarm(conn: Connection, promises: Promises, crisis: int, now: datetime) -> list[Effect]:
    """Ping the decision-makers at once, unless they are being pinged about it already."""
    if any(known.kind is None for known in climb_rows.of_crisis(conn, crisis)):
        return []
    climb = ladder.begin_crisis(promises.ladder, now)
    return climbs.fire(conn, promises, [_known(crisis, None, climb)], now)[0]


def quieten(conn: Connection, crisis: int, kind: Kind | None = None) -> None:
    """End the alarm, or the pings about the promised news: somebody decided, or kept it."""
    ended = [known for known in climb_rows.of_crisis(conn, crisis) if known.kind is kind]
    for one in ended:
        one.climb = ladder.end(one.climb)
    climb_rows.save(conn, ended)


def warn_of_news(conn: Connection, promises: Promises, crisis: int, now: datetime) -> list[Effect]:
    """Warn who promised news that it is due soon."""
    known = _of_news(conn, crisis)
    known.climb = ladder.warn(known.climb, now)
    return climbs.fire(conn, promises, [known], now)[0]


def news_is_late(
    conn: Connection, promises: Promises, crisis: int, due_at: datetime, now: datetime
) -> list[Effect]:
    """Climb the ladder, since the promised news did not come."""
    known = _of_news(conn, crisis)
    known.climb = ladder.break_promise(known.climb, promises.ladder, due_at)
    return climbs.fire(conn, promises, [known], now)[0]


def remind(
    conn: Connection, promises: Promises, crisis: int, now: datetime, *, but: Sequence[int] = ()
) -> list[Effect]:
    """Remind the decision-makers on call that the crisis goes on."""
    board = open_switchboard(conn, promises, now)
    people = [one for one in board.find((Role.DECISION_MAKER,), None) if one.id not in but]
    row = conn.execute(
        select(CLIMBS.c.id).where(CLIMBS.c.crisis_id == crisis, CLIMBS.c.reason.is_(None))
    ).scalar()
    if row is None:
        known = _known(crisis, None, ladder.end(Climb()))
        climb_rows.save(conn, [known])
        row = known.row or 0
    rung = ladder.top_rung(promises.ladder)
    so_far = select(func.max(ALERTS.c.n)).where(ALERTS.c.climb_id == row, ALERTS.c.rung == rung)
    ping = Ping(rung, (conn.execute(so_far).scalar() or 0) + 1, now)
    bell = Bell(conn, promises.alerting.digest_after, now)
    rung_for = bell.ring([Ringing(row, None, one, Reason.CRISIS, ping, crisis=crisis) for one in people])
    return [effect for effects in rung_for for effect in effects]


def _of_news(conn: Connection, crisis: int) -> Known:
    going_on = [known for known in climb_rows.of_crisis(conn, crisis) if known.kind is Kind.PROMISE]
    return going_on[0] if going_on else _known(crisis, Kind.PROMISE, Climb())


def _known(crisis: int, kind: Kind | None, climb: Climb) -> Known:
    return Known(None, None, None, kind, None, climb, crisis=crisis)
