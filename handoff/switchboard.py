"""The switchboard: who is on call at one instant, read once for a whole transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from handoff.people import list_staff
from handoff.policy import Promises
from handoff.quiet import quiet_until
from handoff.staff import Person, recipients


@dataclass(slots=True)
class Switchboard:
    """Finds the people a rung names; `quiet_until` is when warnings may ring again."""

    staff: Sequence[Person]
    promises: Promises
    now: datetime
    quiet_until: datetime
    _found: dict[tuple[tuple[str, ...], int | None], list[Person]] = field(default_factory=dict)

    def find(self, to: tuple[str, ...], assignee: int | None) -> list[Person]:
        """Return whom the names mean at this instant."""
        holder = assignee if "assignee" in to else None
        if (to, holder) not in self._found:
            found = recipients(to, self.staff, holder, self.promises.zone, self.now)
            self._found[to, holder] = found
        return self._found[to, holder]

    def why_nobody(self, to: Sequence[str]) -> str:
        """Say why a rung found nobody: no such person is at the desk, or none of them is on call."""
        roles = {"admin" if name == "assignee" else name for name in to}
        somebody = any("on_call" in roles or person.role in roles for person in self.staff)
        return "nobody_on_call" if somebody else "nobody_at_desk"


def open_switchboard(conn: Connection, promises: Promises, now: datetime) -> Switchboard:
    """Read who is at the desk, and whether it is quiet."""
    quiet = quiet_until(promises.alerting.quiet, promises.zone, now)
    return Switchboard(list_staff(conn), promises, now, quiet)
