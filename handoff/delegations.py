"""Authority to approve, lent to somebody: dated, for some remedies, up to a cap, and not handed on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from handoff import people
from handoff.authority_tables import DELEGATIONS
from handoff.entry import Refused
from handoff.policy import Promises
from handoff.saying import Saying
from handoff.staff import Person, outranks_admin


@dataclass(frozen=True, slots=True)
class Delegation:
    """Who lent authority to whom; `action` None is every remedy, `cap` the most on one ticket, in
    the unit people speak of.
    """

    id: int
    gives: Person
    takes: Person
    action: str | None
    cap: int
    begins_at: datetime
    ends_at: datetime


def delegate(
    conn: Connection,
    promises: Promises,
    gives: Person,
    takes: Person,
    action: str | None,
    cap: int,
    begins_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> Delegation:
    """Lend it; raises Refused where there is none of one's own to lend, or the dates make no sense."""
    if gives.id == takes.id:
        raise Refused("invalid", "{name} cannot delegate to themselves", name=gives.name)
    if not outranks_admin(gives.role):
        raise Refused("not_allowed", "{name} has no authority of their own to lend", name=gives.name)
    if action is not None and promises.find_sop(action) is None:
        known = ", ".join(sop.action for sop in promises.sop) or Saying("none")
        raise Refused(
            "unknown", "there is no remedy {action!r}; there is {known}", action=action, known=known
        )
    if ends_at <= begins_at or ends_at <= now:
        raise Refused("invalid", "a delegation ends after it begins, and not in the past")
    if cap < 0:
        raise Refused("invalid", "a cap is not negative")
    values = {
        "gives_id": gives.id, "takes_id": takes.id, "action": action, "cap": cap,
        "begins_at": begins_at, "ends_at": ends_at,
    }  # fmt: skip
    new = conn.execute(insert(DELEGATIONS).values(values).returning(DELEGATIONS.c.id)).scalar_one()
    return Delegation(new, gives, takes, action, cap, begins_at, ends_at)


def list_current(conn: Connection, now: datetime) -> list[Delegation]:
    """Return the delegations that are not over, of people who are both at the desk."""
    rows = select(DELEGATIONS).where(DELEGATIONS.c.ends_at > now).order_by(DELEGATIONS.c.id)
    return _read(conn, conn.execute(rows).all())


def currency_of(promises: Promises, action: str | None) -> str | None:
    """Return the currency of a remedy, None where every remedy is meant and they differ."""
    used = {sop.currency for sop in promises.sop if action in (None, sop.action)} or {promises.currency}
    return used.pop() if len(used) == 1 else None


def to_person(conn: Connection, person: int, action: str, now: datetime) -> list[Delegation]:
    """Return what was lent to the person and holds now; who gave it must still have it to give."""
    rows = select(DELEGATIONS).where(
        DELEGATIONS.c.takes_id == person, DELEGATIONS.c.begins_at <= now, DELEGATIONS.c.ends_at > now
    )
    found = _read(conn, conn.execute(rows).all())
    return [one for one in found if one.action in (None, action) and outranks_admin(one.gives.role)]


def lent_to(conn: Connection, person: int, now: datetime) -> bool:
    """Say whether any authority is lent to the person now."""
    return any(
        one.takes.id == person and one.begins_at <= now and outranks_admin(one.gives.role)
        for one in list_current(conn, now)
    )


def undo(conn: Connection, delegation: int, now: datetime) -> Delegation:
    """Take one back; raises Refused where there is none that is not over."""
    known = next((one for one in list_current(conn, now) if one.id == delegation), None)
    if known is None:
        raise Refused("unknown", "there is no delegation {number} that is not over", number=delegation)
    conn.execute(delete(DELEGATIONS).where(DELEGATIONS.c.id == delegation))
    return known


def _read(conn: Connection, rows: Sequence[Row[Any]]) -> list[Delegation]:
    if not rows:
        return []
    known = {person.id: person for person in people.list_staff(conn)}
    return [
        Delegation(row.id, known[row.gives_id], known[row.takes_id], row.action, row.cap, row.begins_at,
                   row.ends_at)
        for row in rows
        if row.gives_id in known and row.takes_id in known
    ]  # fmt: skip
