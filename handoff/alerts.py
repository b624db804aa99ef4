"""Alerts in the database: one ping to one person, and the digest of many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from handoff.burst import Burst, count
from handoff.entry import Effect, Entry, Notify
from handoff.ladder import Ping
from handoff.people import find_by_id
from handoff.policy import LATE, Promises, Reason
from handoff.quiet import quiet_until
from handoff.staff import Person
from handoff.tables import ALERTS, BURSTS, add_all


@dataclass(frozen=True, slots=True)
class Ringing:
    """One ping on its way to one person."""

    climb: int
    ticket: int | None
    person: Person
    reason: Reason
    ping: Ping
    held: bool = False
    crisis: int | None = None


class Bell:
    """Rings for one transaction: counts each person's alerts, and writes them all at once."""

    def __init__(self, conn: Connection, digest_after: int, now: datetime) -> None:
        self._conn = conn
        self._most = digest_after
        self._now = now
        self._bursts: dict[int, Burst] = {}
        self._known: set[int] = set()
        self._counted: set[int] = set()
        self._is_read = False

    def passes(self, person: Person, reason: Reason) -> bool:
        """Say whether a ping goes out singly, or is kept for the digest; a crisis is never kept back."""
        if reason is Reason.CRISIS:
            return True
        if not self._is_read:
            for row in self._conn.execute(select(BURSTS)):
                self._bursts[row.staff_id] = Burst(row.began_at, row.passed, row.held, row.digest_at)
            self._known, self._is_read = set(self._bursts), True
        burst, passes = count(self._bursts.get(person.id), self._now, self._most)
        self._bursts[person.id] = burst
        self._counted.add(person.id)
        return passes

    def ring(self, ringings: Sequence[Ringing]) -> list[list[Effect]]:
        """Write the pings down, and return for each what happened and whom to tell."""
        if not ringings:
            return []
        self._save_bursts()
        rows = [
            {
                "climb_id": one.climb,
                "ticket_id": one.ticket,
                "crisis_id": one.crisis,
                "staff_id": one.person.id,
                "reason": one.reason,
                "rung": one.ping.rung,
                "n": one.ping.n,
                "count": 1,
                "raised_at": self._now,
                "held": one.held,
            }
            for one in ringings
        ]
        new = add_all(self._conn, ALERTS, rows)
        return [self._told(one, alert) for one, alert in zip(ringings, new, strict=True)]

    def _told(self, one: Ringing, alert: int) -> list[Effect]:
        """Say whom to tell now; what is held is told by the digest, which stands for it in the log."""
        if one.held:
            return []
        data: dict[str, object] = {
            "alert": alert,
            "to": one.person.id,
            "role": one.person.role,
            "rung": one.ping.rung,
            "reason": one.reason,
            "n": one.ping.n,
        }
        if self._now - one.ping.due_at >= LATE:
            data["late"] = True
        return [Entry("alert", ticket=one.ticket, data=data), Notify(alert)]

    def _save_bursts(self) -> None:
        values = [
            {
                "person": person,
                "began_at": b.began_at,
                "passed": b.passed,
                "held": b.held,
                "digest_at": b.digest_at,
            }
            for person, b in self._bursts.items()
            if person in self._counted
        ]
        if known := [row for row in values if row["person"] in self._known]:
            self._conn.execute(update(BURSTS).where(BURSTS.c.staff_id == bindparam("person")), known)
        if new := [row for row in values if row["person"] not in self._known]:
            self._conn.execute(insert(BURSTS), [{"staff_id": row.pop("person"), **row} for row in new])
        self._known |= self._counted


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
