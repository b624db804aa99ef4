"""Whatever happens to a ticket, in whatever order, against an oracle that walks through the minutes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from handoff.calendar import Calendar, Interval, is_open
from handoff.events import (
    Claimed,
    ContactWrote,
    CustomerAsked,
    Event,
    NoReplyNeeded,
    Promised,
    Recategorised,
    Released,
    Reopened,
    ReplyDelivered,
    Resolved,
    TakenOver,
)
from handoff.policy import RESPONSES, Category, Kind, Policy, Promises, Rung
from handoff.tables import ALERTS
from handoff.ticket import NEXT_STATUS, Status
from tests.handoff.cast import ALWAYS, JAKARTA, Desk, at, desk, minutes, policy, promises

SARI = 1
BERLIN = ZoneInfo("Europe/Berlin")  # its clocks go forward on Sunday, the 29th
FROM = at("2026-03-27T07:00")
REACH = 8 * 24 * 60
STAIRS = (Rung(("assignee", "supervisor"), every=minutes(5), times=2), Rung(("decision_maker",), minutes(15)))


@lru_cache(maxsize=64)
def open_minutes(calendar: Calendar) -> list[bool]:
    return [is_open(calendar, FROM + minutes(minute)) for minute in range(REACH)]


@dataclass(slots=True)
class Clock:
    """One promise of the oracle: the minutes in which it ran, how many of them count, what became of it."""

    kind: Kind
    ran: list[int] = field(default_factory=list)
    runs: bool = True
    counted: int = 0
    due: int | None = None
    broken: bool = False
    by: int | None = None
    warned_at: int = 0

    def run(self, minute: int, rules: Policy) -> None:
        if self.by is not None:
            self.due = minute + 1 if minute + 1 == self.by else self.due
            return
        self.ran.append(minute)
        self.counted += open_minutes(rules.calendar)[minute]
        if self.due is None and self.counted * minutes(1) == rules.targets.get(self.kind):
            self.due = minute + 1

    def run_again(self, ran: Sequence[int], rules: Policy) -> None:
        self.ran, self.counted, self.due = [], 0, None
        for minute in ran:
            self.run(minute, rules)


class Oracle:
    """What DESIGN says of first, next response and resolution, minute by minute, with no due instants."""

    def __init__(self, promised: Promises, category: Category) -> None:
        self.promised, self.category, self.now = promised, category, 0
        self.status, self.answered = Status.WAITING, False
        self.first, self.resolution = Clock(Kind.FIRST_RESPONSE), Clock(Kind.RESOLUTION)
        self.next: Clock | None = None
        self.made: list[Clock] = []
        self.said: list[tuple[str, Kind, int | None]] = []

    @property
    def rules(self) -> Policy:
        return self.promised.policies[self.category]

    @property
    def clocks(self) -> list[Clock]:
        return [clock for clock in (self.first, self.next, self.resolution, *self.made) if clock]

    def notice(self) -> None:
        """Say what has broken by now."""
        for clock in self.clocks:
            if clock.runs and not clock.broken and clock.due is not None:
                clock.broken = True
                self.said.append(("breach", clock.kind, clock.due))
                if clock.kind in RESPONSES and self.status is not Status.WAITING:
                    self.status, self.resolution.runs = Status.WAITING, True

    def step(self) -> None:
        for clock in self.clocks:
            if clock.runs:
                clock.run(self.now, self.rules)
        self.now += 1

    def stop(self, clock: Clock | None) -> None:
        if clock and (clock.runs or clock is self.resolution):
            if not clock.broken and clock.due is not None and clock.due < self.now:
                clock.broken = True  # while it was paused it got a target that was used up before
                self.said.append(("breach", clock.kind, clock.due))
            if not clock.broken and (clock.by or clock.kind in self.rules.targets):
                self.said.append(("met", clock.kind, None))
            clock.runs = False

    def keep_promises(self, *, update: bool) -> None:
        """A reply keeps what was warned of before this minute, else as an update what is due first."""
        running = [clock for clock in self.made if clock.runs]
        warned = [clock for clock in running if clock.warned_at < self.now]
        first = sorted(running, key=lambda clock: clock.by or 0)[:1] if update else []
        for clock in warned or first:
            self.stop(clock)

    def answer(self) -> None:
        if not self.answered:
            self.answered = True
            self.stop(self.first)
        else:
            self.stop(self.next)
            self.next = None

    def happen(self, happened: Event) -> None:
        match happened:
            case ContactWrote(_, thanks):
                if self.status is Status.WAITING_CUSTOMER:
                    self.status, self.resolution.runs = Status.CLAIMED, True
                if self.answered and not thanks and self.next is None:
                    self.next = Clock(Kind.NEXT_RESPONSE)
            case Claimed():
                self.status = Status.CLAIMED
            case Released():
                self.status, self.resolution.runs = Status.WAITING, True
            case ReplyDelivered(_, update):
                self.answer()
                self.keep_promises(update=update)
            case CustomerAsked(_, update):
                self.answer()
                self.keep_promises(update=update)
                if self.status is Status.CLAIMED:
                    self.status, self.resolution.runs = Status.WAITING_CUSTOMER, False
            case Promised(_, by):
                span = int((by - FROM) / minutes(1)) - self.now
                made = Clock(Kind.PROMISE, by=self.now + span, warned_at=self.now + span * 3 // 4)
                self.made.append(made)
            case NoReplyNeeded():
                self.answer()
            case Resolved():
                self.stop(self.next)
                self.stop(self.resolution)
                for clock in self.made:
                    self.stop(clock)
                self.next, self.first.runs, self.status = None, False, Status.RESOLVED
            case Reopened():
                self.status, self.resolution.runs = Status.CLAIMED, True
                if not self.answered:
                    self.first.run_again(range(self.now), self.rules)
                    self.first.runs = True
            case Recategorised(category):
                self.category = category
                for clock in self.clocks:
                    if clock.by is None:
                        clock.run_again(clock.ran, self.rules)

    def may(self, wanted: Event) -> bool:
        if isinstance(wanted, NoReplyNeeded) and (not self.answered or self.next is None):
            return False
        if isinstance(wanted, Recategorised) and wanted.category is self.category:
            return False
        if isinstance(wanted, ReplyDelivered | CustomerAsked) and self.status is Status.RESOLVED:
            return False
        return (self.status, type(wanted)) in NEXT_STATUS


MAKE: Sequence[Callable[[datetime], Event]] = (
    ContactWrote, lambda at: ContactWrote(at, thanks=True), ContactWrote, lambda _: Claimed(SARI),
    lambda _: TakenOver(3), Released, ReplyDelivered, ReplyDelivered, CustomerAsked, CustomerAsked,
    lambda at: ReplyDelivered(at, update=True), lambda at: Promised(at, at + minutes(8)),
    lambda at: Promised(at, at + minutes(240)), NoReplyNeeded, lambda at: Resolved(SARI, at),
    lambda at: Reopened(SARI, at),
    *(lambda _, category=category: Recategorised(category) for category in Category),
)  # fmt: skip
hours = st.lists(
    st.builds(
        lambda begin, length: Interval(begin, begin + length), st.integers(0, 1439), st.integers(1, 1439)
    ),
    max_size=2,
)
calendars = st.just(ALWAYS) | st.builds(
    lambda zone, days, seed: Calendar(f"random-{seed}", zone, tuple(map(tuple, days))),
    st.sampled_from([JAKARTA, BERLIN]),
    st.lists(hours, min_size=7, max_size=7).filter(any),
    st.integers(0, 2**32),
)
targets = st.none() | st.integers(1, 300)
policies = st.builds(
    lambda calendar, **given: policy(calendar, **{kind: target for kind, target in given.items() if target}),
    calendars, first_response=targets, next_response=targets, resolution=targets,
)  # fmt: skip
lives = st.lists(
    st.tuples(st.integers(0, 20) | st.integers(0, 600), st.sampled_from(MAKE), st.booleans()), max_size=14
)
worlds = (
    st.fixed_dictionaries(dict.fromkeys(Category, policies)),
    st.sampled_from(Category),
    lives,
)
Life = list[tuple[int, Callable[[datetime], Event], bool]]


def differences(office: Desk, category: Category, life: Life) -> str:
    """Let both live through it; the sweep comes before an event, or does not."""
    oracle = Oracle(office.promises, category)
    office.complains(FROM, category)
    for later, make, swept in [*life, (600, None, True)]:
        for left in reversed(range(later)):
            oracle.step()
            if left:
                oracle.notice()
        now = FROM + minutes(oracle.now)
        if swept:
            office.sweep_to(now - timedelta(microseconds=1))
        happened = make(now) if make else None
        if happened and oracle.may(happened):
            office.happens(happened, now)
            oracle.happen(happened)
        office.sweep(now)
        oracle.notice()
        if office.get().ticket.status is not oracle.status:
            return f"{office.get().ticket.status} instead of {oracle.status} after {happened}"
    said = [
        (
            entry.kind,
            entry.data["deadline"],
            _minute(str(entry.data["due_at"])) if entry.kind == "breach" else None,
        )
        for entry in office.entries("met", "breach")
    ]
    return (
        "" if sorted(said, key=repr) == sorted(oracle.said, key=repr) else f"{said} instead of {oracle.said}"
    )


def _minute(text: str) -> float:
    return (datetime.fromisoformat(text) - FROM) / minutes(1)


def repeated(office: Desk) -> list[object]:
    """Return the pings that one person got twice for the same rung and number of a climb."""
    with office.open() as conn:
        rows = conn.execute(select(ALERTS.c.climb_id, ALERTS.c.rung, ALERTS.c.n, ALERTS.c.staff_id)).all()
    return [row for row in set(rows) if rows.count(row) > 1]


@settings(max_examples=20, deadline=None)
@given(*worlds)
def test_a_ticket_agrees_with_walking_through_the_minutes(
    rules: dict[Category, Policy], category: Category, life: Life
) -> None:
    office = desk(promises(STAIRS, policies=rules))
    assert differences(office, category, life) == ""
    assert repeated(office) == []


@pytest.mark.long
@settings(max_examples=10_000, deadline=None)
@given(*worlds)
def test_a_ticket_agrees_with_walking_through_the_minutes_ten_thousand_times(
    rules: dict[Category, Policy], category: Category, life: Life
) -> None:
    office = desk(promises(STAIRS, policies=rules))
    assert differences(office, category, life) == ""
    assert repeated(office) == []
