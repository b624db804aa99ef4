"""What somebody may grant right now on a ticket, without asking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from handoff import approvals
from handoff.money import format_amount
from handoff.policy import Promises
from handoff.sop import room
from handoff.staff import Person
from handoff.tickets import Filed


@dataclass(frozen=True, slots=True)
class Granted:
    """A remedy with the most of it that may be granted now, and the limit that binds it."""

    action: str
    most: str
    bound_by: str


def rooms(
    conn: Connection, promises: Promises, person: Person, filed: Filed, now: datetime
) -> Sequence[Granted]:
    """Return each remedy of the SOP with what the person may grant of it now."""
    found = []
    for sop in promises.sop:
        left = room(sop, person.role, approvals.spent(conn, promises, sop, person, filed, now))
        found.append(Granted(sop.action, format_amount(left.amount, sop.currency), left.bound_by))
    return found


def room_words(granted: Sequence[Granted]) -> str:
    """Say it in one line."""
    return ", ".join(f"{one.action} {one.most}" for one in granted)
