"""Alerts in the database: one ping to one person, and the digest of many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from handoff.entry import Effect, Entry, Notify
from handoff.ladder import Ping
from handoff.people import find_by_id
from handoff.policy import LATE, Alerting, Promises, Reason
from handoff.quiet import quiet_until
from handoff.staff import Person
from handoff.tables import ALERTS, BURSTS

BURST = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Ringing:
    """What an alert is about."""

    climb: int
    ticket: int
    reason: Reason
    ping: Ping


def ring(
    conn: Connection, alerting: Alerting, person: Person, ringing: Ringing, now: datetime
) -> list[Effect]:
    """Ping one person, or keep the ping for their digest when too many came at once.

    A crisis is never kept back.
    """
    held = ringing.reason is not Reason.CRISIS and not _passes(conn, alerting, person.id, now)
    alert = conn.execute(
        insert(ALERTS)
        .values(
            climb_id=ringing.climb,
            ticket_id=ringing.ticket,
            staff_id=person.id,
            reason=ringing.reason,
            rung=ringing.ping.rung,
            n=ringing.ping.n,
            count=1,
            raised_at=now,
            held=held,
        )
        .returning(ALERTS.c.id)
    ).scalar_one()
    data = {
        "alert": alert,
        "to": person.id,
        "role": person.role,
        "rung": ringing.ping.rung,
        "reason": ringing.reason,
        "n": ringing.ping.n,
    }
    if now - ringing.ping.due_at >= LATE:
        data["late"] = True
    kind = "alert_held" if held else "alert"
    entry = Entry(kind, ticket=ringing.ticket, data=data)
    return [entry] if held else [entry, Notify(alert)]


def sweep(conn: Connection, promises: Promises, now: datetime) -> list[Effect]:
    """Send the digests that are due; while it is quiet they wait."""
    due = select(BURSTS.c.staff_id, BURSTS.c.held).where(BURSTS.c.digest_at <= now)
    effects: list[Effect] = []
    for burst in conn.execute(due.order_by(BURSTS.c.digest_at, BURSTS.c.staff_id)).all():
        later = quiet_until(promises.alerting.quiet, promises.zone, now)
        mine = update(BURSTS).where(BURSTS.c.staff_id == burst.staff_id)
        if later > now:
            conn.execute(mine.values(digest_at=later))
            continue
        conn.execute(mine.values(held=0, digest_at=None))
        effects += _digest(conn, burst.staff_id, burst.held, now)
    return effects


def told(conn: Connection, climb: int, ping: Ping) -> set[int]:
    """Return who was pinged for this rung and number already."""
    mine = select(ALERTS.c.staff_id).where(
        ALERTS.c.climb_id == climb, ALERTS.c.rung == ping.rung, ALERTS.c.n == ping.n
    )
    return set(conn.execute(mine).scalars())


def behind(conn: Connection, alert: int) -> Sequence[Row[Any]]:
    """Return the alert itself, or those that a digest stands for."""
    row = conn.execute(select(ALERTS).where(ALERTS.c.id == alert)).one()
    if row.climb_id is not None:
        return [row]
    before = select(func.max(ALERTS.c.id)).where(
        ALERTS.c.staff_id == row.staff_id, ALERTS.c.reason == Reason.DIGEST, ALERTS.c.id < alert
    )
    since = conn.execute(before).scalar_one() or 0
    kept = select(ALERTS).where(
        ALERTS.c.staff_id == row.staff_id, ALERTS.c.held, ALERTS.c.id > since, ALERTS.c.id < alert
    )
    return conn.execute(kept.order_by(ALERTS.c.id)).all()


def next_look(conn: Connection) -> datetime | None:
    """Return when the next digest is due."""
    due = select(BURSTS.c.digest_at).where(BURSTS.c.digest_at.is_not(None))
    return conn.execute(due.order_by(BURSTS.c.digest_at).limit(1)).scalar_one_or_none()


def _digest(conn: Connection, staff_id: int, count: int, now: datetime) -> list[Effect]:
    person = find_by_id(conn, staff_id)
    if person is None:
        return []
    values = {
        "staff_id": staff_id, "reason": Reason.DIGEST, "rung": 0, "n": 1, "count": count,
        "raised_at": now, "held": False,
    }  # fmt: skip
    alert = conn.execute(insert(ALERTS).values(values).returning(ALERTS.c.id)).scalar_one()
    data = {
        "alert": alert, "to": staff_id, "role": person.role, "rung": 0,
        "reason": Reason.DIGEST, "n": 1, "count": count,
    }  # fmt: skip
    return [Entry("alert", data=data), Notify(alert)]


def _passes(conn: Connection, alerting: Alerting, staff_id: int, now: datetime) -> bool:
    """Count an alert of the person within its burst, and say whether it goes out singly.

    A digest that still waits, since it is quiet, keeps no later burst from passing.
    """
    mine = BURSTS.c.staff_id == staff_id
    burst = conn.execute(select(BURSTS).where(mine)).first()
    if burst is None:
        burst_of_one = {"staff_id": staff_id, "began_at": now, "passed": 1, "held": 0}
        conn.execute(insert(BURSTS).values(burst_of_one))
        return True
    is_over = now - burst.began_at >= BURST
    began, passed = (now, 0) if is_over else (burst.began_at, burst.passed)
    if passed < alerting.digest_after:
        conn.execute(update(BURSTS).where(mine).values(began_at=began, passed=passed + 1))
        return True
    digest_at = burst.digest_at or began + BURST
    conn.execute(update(BURSTS).where(mine).values(held=burst.held + 1, digest_at=digest_at))
    return False
