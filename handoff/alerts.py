"""Alerts in the database: one ping to one person, and the digest of many."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from handoff.entry import Effect, Entry, Notify
from handoff.ladder import Ping
from handoff.people import find_by_id
from handoff.policy import Alerting, Promises, Reason
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
        conn.execute(mine.values(held=0, passed=0, digest_at=None, began_at=now - BURST))
        effects += _digest(conn, burst.staff_id, burst.held, now)
    return effects


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
    """Count an alert of the person within its burst, and say whether it goes out singly."""
    burst = conn.execute(
        select(BURSTS.c.began_at, BURSTS.c.passed, BURSTS.c.held).where(BURSTS.c.staff_id == staff_id)
    ).first()
    began, passed, held = (burst.began_at, burst.passed, burst.held) if burst else (now, 0, 0)
    if now - began >= BURST and not held:
        began, passed = now, 0
    fits = passed < alerting.digest_after and not held
    passed, held = (passed + 1, held) if fits else (passed, held + 1)
    values = {
        "began_at": began,
        "passed": passed,
        "held": held,
        "digest_at": began + BURST if held else None,
    }
    statement = upsert(BURSTS).values(staff_id=staff_id, **values)
    conn.execute(statement.on_conflict_do_update(index_elements=["staff_id"], set_=values))
    return fits
