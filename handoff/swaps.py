"""Dated swaps of the on-call rota: one person takes another's shift of a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from handoff import people, shifts
from handoff.entry import Refused
from handoff.hours import Interval
from handoff.policy import Promises
from handoff.rota import read_rota, shifts_of_day, span
from handoff.staff import Person
from handoff.tables import SWAPS


@dataclass(frozen=True, slots=True)
class Swapped:
    """A swap as it stands: who gives, who takes, and for how long."""

    id: int
    gives: str
    takes: str
    begins_at: datetime
    ends_at: datetime


def swap(
    conn: Connection,
    promises: Promises,
    gives: Person,
    takes: Person,
    day: date,
    now: datetime,
    interval: Interval | None = None,
) -> list[Swapped]:
    """Let `takes` be on call instead of `gives`: in their shifts that begin on the day, or a part of it.

    Raises Refused where there is no shift to give, or it is over.
    """
    if gives.id == takes.id:
        raise Refused("invalid", "{name} cannot swap with themselves", name=gives.name)
    zone = promises.zone
    spans = [span(interval, zone, day)] if interval else shifts_of_day(read_rota(gives.on_call), zone, day)
    if not spans:
        raise Refused("invalid", "{name} has no shift that begins on {day}", name=gives.name, day=day)
    if max(end for _, end in spans) <= now:
        raise Refused("invalid", "{name}'s shift of {day} is over", name=gives.name, day=day)
    made = []
    for begins_at, ends_at in spans:
        values = {"gives_id": gives.id, "takes_id": takes.id, "begins_at": begins_at, "ends_at": ends_at}
        row = conn.execute(insert(SWAPS).values(values).returning(SWAPS)).one()
        made.append(_read(conn, row))
    _recount(conn, promises, (gives, takes), now)
    return made


def list_swaps(conn: Connection, now: datetime) -> list[Swapped]:
    """Return the swaps that are not over, the next first."""
    rows = conn.execute(select(SWAPS).where(SWAPS.c.ends_at > now).order_by(SWAPS.c.begins_at, SWAPS.c.id))
    return [_read(conn, row) for row in rows.all()]


def undo(conn: Connection, promises: Promises, swap_id: int, now: datetime) -> Swapped:
    """Take a swap back; raises Refused where there is none."""
    row = conn.execute(select(SWAPS).where(SWAPS.c.id == swap_id, SWAPS.c.ends_at > now)).first()
    if row is None:
        raise Refused("unknown", "there is no swap {swap} to come", swap=swap_id)
    undone = _read(conn, row)
    conn.execute(delete(SWAPS).where(SWAPS.c.id == swap_id))
    both = [people.find_by_id(conn, person) for person in (row.gives_id, row.takes_id)]
    _recount(conn, promises, [person for person in both if person is not None], now)
    return undone


def clean(conn: Connection, before: datetime) -> None:
    """Forget swaps that ended before."""
    conn.execute(delete(SWAPS).where(SWAPS.c.ends_at < before))


def _recount(conn: Connection, promises: Promises, both: Sequence[Person], now: datetime) -> None:
    for person in both:
        shifts.recount(conn, promises, person, now)


def _read(conn: Connection, row: Row[Any]) -> Swapped:
    gives, takes = (people.name_of(conn, person) or "?" for person in (row.gives_id, row.takes_id))
    return Swapped(row.id, gives, takes, row.begins_at, row.ends_at)
