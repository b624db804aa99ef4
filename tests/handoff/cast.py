"""The cast of these tests: a desk of five on a real database, and its promises. 2026-03-16 is a Monday."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, select

from handoff import climbs, people, sweep, tickets
from handoff.calendar import Calendar, parse_interval, parse_weekly
from handoff.entry import Effect, Entry, Notify
from handoff.events import Event
from handoff.policy import DEFAULT_LADDER, Alerting, Category, Kind, Policy, Promises, Role, Rung
from handoff.staff import Person
from handoff.tables import ALERTS
from handoff.tickets import Filed
from tests.databases import new_memory

JAKARTA = ZoneInfo("Asia/Jakarta")
ALWAYS = Calendar.always(JAKARTA)
OFFICE = Calendar(
    "office",
    JAKARTA,
    (tuple(parse_interval(text) for text in ("09:00-12:00", "13:00-17:00")),) * 5 + ((),) * 2,
)
TARGETS = {
    Category.QUESTION: {Kind.FIRST_RESPONSE: "30m", Kind.NEXT_RESPONSE: "60m"},
    Category.COMPLAINT: {Kind.FIRST_RESPONSE: "15m", Kind.NEXT_RESPONSE: "30m", Kind.RESOLUTION: "1440m"},
    Category.CRISIS: {Kind.FIRST_RESPONSE: "5m", Kind.NEXT_RESPONSE: "10m", Kind.RESOLUTION: "480m"},
}


def at(text: str) -> datetime:
    """Read a clock time in Jakarta, on the Monday where no date is given."""
    moment = datetime.fromisoformat(text if "T" in text else f"2026-03-16T{text}")
    return moment.replace(tzinfo=JAKARTA)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def policy(calendar: Calendar = ALWAYS, **targets: int) -> Policy:
    """Promise so many minutes of each kind."""
    return Policy({Kind(kind): minutes(target) for kind, target in targets.items()}, calendar)


def promises(
    ladder: tuple[Rung, ...] = DEFAULT_LADDER,
    quiet: Sequence[str] = (),
    policies: Mapping[Category, Policy] | None = None,
    **alerting: Any,
) -> Promises:
    """Promise what config.toml does, but nothing counted in hours, and no resolution of a question."""
    usual = {
        category: policy(ALWAYS, **{kind: int(target[:-1]) for kind, target in targets.items()})
        for category, targets in TARGETS.items()
    }
    rules = Alerting(minutes(30), minutes(15), tuple(map(parse_weekly, quiet)), 5)
    return Promises(
        JAKARTA, usual | dict(policies or {}), 0.75, timedelta(hours=72), ladder, replace(rules, **alerting)
    )


@dataclass(slots=True)
class Desk:
    """Sari and budi (admins), agus (supervisor), rina and tono (decision-makers), and all that happened."""

    promises: Promises
    engine: Engine = field(default_factory=new_memory)
    people: dict[str, Person] = field(default_factory=dict)
    log: list[tuple[datetime, Entry]] = field(default_factory=list)
    notified: list[int] = field(default_factory=list)

    @contextmanager
    def open(self) -> Iterator[Connection]:
        with self.engine.begin() as conn:
            yield conn

    def remember(self, effects: Sequence[Effect], now: datetime) -> list[Effect]:
        self.log += [(now, effect) for effect in effects if isinstance(effect, Entry)]
        self.notified += [effect.alert for effect in effects if isinstance(effect, Notify)]
        return list(effects)

    def complains(self, now: datetime, category: Category = Category.COMPLAINT, conversation: int = 1) -> int:
        with self.open() as conn:
            ticket, effects = tickets.open_for_contact(conn, self.promises, conversation, category, now, now)
        self.remember(effects, now)
        return ticket

    def get(self, ticket: int = 1) -> Filed:
        with self.open() as conn:
            return tickets.get(conn, ticket)

    def happens(self, event: Event, now: datetime, ticket: int = 1) -> list[Effect]:
        with self.open() as conn:
            effects = tickets.apply(conn, self.promises, tickets.get(conn, ticket), event, now)
        return self.remember(effects, now)

    def sweep(self, now: datetime) -> list[Effect]:
        with self.open() as conn:
            effects = sweep.sweep(conn, self.promises, now)
        return self.remember(effects, now)

    def sweep_to(self, until: datetime) -> None:
        """Sweep at each instant at which something is due."""
        while True:
            with self.open() as conn:
                due = sweep.next_look(conn)
            if due is None or due > until:
                return
            self.sweep(due)

    def acks(self, name: str, now: datetime, ticket: int = 1) -> list[Effect]:
        with self.open() as conn:
            effects = climbs.ack(conn, self.promises, ticket, self.people[name], now)
        return self.remember(effects, now)

    def blocked(self, name: str, now: datetime) -> list[Effect]:
        """Let the newest alert to somebody fail for good."""
        with self.open() as conn:
            mine = select(ALERTS.c.id).where(ALERTS.c.staff_id == self.people[name].id, ~ALERTS.c.held)
            alert = conn.execute(mine.order_by(ALERTS.c.id.desc()).limit(1)).scalar_one()
            effects = climbs.pass_on(conn, self.promises, alert, now)
        return self.remember(effects, now)

    def entries(self, *kinds: str) -> list[Entry]:
        return [entry for _, entry in self.log if entry.kind in kinds]

    def rang(self, *reasons: str) -> list[tuple[str, str, int, int]]:
        """Return the pings that went out: when, to whom, rung and n."""
        names = {person.id: name for name, person in self.people.items()}
        return [
            (f"{now.astimezone(JAKARTA):%H:%M}", names[int(str(entry.data["to"]))], *_place(entry))
            for now, entry in self.log
            if entry.kind == "alert" and (not reasons or entry.data["reason"] in reasons)
        ]


def _place(entry: Entry) -> tuple[int, int]:
    return int(str(entry.data["rung"])), int(str(entry.data["n"]))


def desk(given: Promises | None = None, **on_call: str) -> Desk:
    """Open a desk whose people are on call always, or in the hours named for them."""
    opened = Desk(given or promises())
    roles = {
        "sari": Role.ADMIN, "budi": Role.ADMIN, "agus": Role.SUPERVISOR,
        "rina": Role.DECISION_MAKER, "tono": Role.DECISION_MAKER,
    }  # fmt: skip
    with opened.open() as conn:
        for name, role in roles.items():
            hours = [on_call[name]] if name in on_call else []
            opened.people[name] = people.add_staff(conn, name, role, None, hours)
    return opened
