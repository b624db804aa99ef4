"""Locking an account out: somebody above does it at once, and what the person held waits again."""

from datetime import datetime

from sqlalchemy import Connection

from bot import act as values
from bot import ledger
from bot.act import Act
from bot.brand import Brand
from bot.logins import revoke
from handoff import people, shifts
from handoff.entry import Entry, Refused, TellSeniors
from handoff.staff import Person, outranks


def lock(conn: Connection, brand: Brand, person: Person, act: Act, now: datetime) -> None:
    """Lock the account of somebody below: no act, button or page of theirs works from now on.

    Raises Refused where they are not below. `mimin staff add` brings them back.
    """
    other = _meant(conn, act)
    if other is None:
        raise Refused("unknown", "nobody of that name or number is at the desk")
    if not outranks(person, other):
        raise Refused("not_allowed", f"locking {other.name} takes somebody above them")
    freed = shifts.leave(conn, brand.promises, other, now)
    revoke(conn, other.id)
    entry = Entry("staff_removed", staff=other.id, data={"by": person.id})
    told = TellSeniors("locked", {"who": other.name}, None, person.id, other.id)
    ledger.record(conn, brand, [entry, *freed, told], now)


def _meant(conn: Connection, act: Act) -> Person | None:
    named = act.args.get("person")
    if isinstance(named, str) and not named.isdigit():
        return people.find_staff(conn, named.strip())
    return people.find_by_id(conn, values.number(act, "person") or 0)
