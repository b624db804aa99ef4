"""One clock: start, pause, resume, stop, retarget, cancel; by hand, and against stepping through minutes."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff import deadline
from handoff.calendar import Calendar, Interval, is_open
from handoff.deadline import Deadline, Status
from handoff.policy import Kind, Terms
from tests.handoff.cast import ALWAYS, JAKARTA, OFFICE, at, minutes

WARN = 0.75


def terms(calendar: Calendar, target: float | None = None) -> Terms:
    """Promise so many minutes."""
    return Terms(minutes(target) if target else None, calendar, WARN)


OFFICE_DAY = terms(OFFICE, 7 * 60)
HOUR = terms(ALWAYS, 60)


def started(given: Terms = HOUR, when: str = "09:00") -> Deadline:
    return deadline.start(Kind.RESOLUTION, at(when), given)


def paused(clock: Deadline, since: str, until: str) -> Deadline:
    return deadline.resume(deadline.pause(clock, at(since)), at(until))


def test_a_clock_is_due_when_its_target_is_used_up_and_warns_at_three_quarters() -> None:
    clock = started()
    assert (clock.status, clock.warn_at, clock.due_at) == (Status.RUNNING, at("09:45"), at("10:00"))


def test_the_warning_is_due_at_three_quarters_of_the_working_time() -> None:
    clock = started(OFFICE_DAY, "16:00")
    assert clock.warn_at == at("2026-03-17T14:15")
    assert clock.due_at == at("2026-03-17T16:00")


def test_a_target_left_out_is_no_deadline() -> None:
    clock = deadline.start(Kind.NEXT_RESPONSE, at("09:00"), terms(ALWAYS))
    assert (clock.status, clock.due_at, clock.warn_at, clock.look_at) == (Status.CANCELLED, None, None, None)


def test_the_sweep_looks_first_for_the_warning_then_for_the_breach_then_no_more() -> None:
    clock = started()
    assert clock.look_at == at("09:45")
    warned = deadline.warned(clock)
    assert warned.look_at == at("10:00")
    assert deadline.breached(warned).look_at is None
    assert deadline.breached(warned).breached_at == at("10:00")


def test_on_time_means_up_to_the_due_instant() -> None:
    clock = started()
    assert not deadline.is_breached(clock, at("09:59:59"))
    assert deadline.is_breached(clock, at("10:00"))


def test_a_breach_and_a_warning_are_noticed_once() -> None:
    clock = started()
    assert deadline.is_warning_due(clock, at("09:45"))
    assert not deadline.is_warning_due(clock, at("09:44:59"))
    assert not deadline.is_warning_due(deadline.warned(clock), at("09:50"))
    assert not deadline.is_warning_due(deadline.breached(clock), at("10:30"))
    assert not deadline.is_breached(deadline.breached(clock), at("10:30"))


def test_a_pause_is_left_out_and_nothing_is_due_in_it() -> None:
    clock = deadline.pause(started(), at("09:20"))
    assert (clock.status, clock.due_at, clock.look_at) == (Status.PAUSED, None, None)
    assert not deadline.is_breached(clock, at("12:00"))
    assert not deadline.is_warning_due(clock, at("12:00"))
    assert deadline.resume(clock, at("09:50")).due_at == at("10:30")


def test_pauses_add_up_and_count_in_working_time() -> None:
    twice = paused(paused(started(), "09:10", "09:20"), "09:30", "09:50")
    assert (twice.warn_at, twice.due_at) == (at("10:15"), at("10:30"))
    over_lunch = paused(started(OFFICE_DAY), "11:30", "13:30")
    assert over_lunch.due_at == at("2026-03-17T10:00")


def test_a_pause_outside_working_hours_costs_nothing() -> None:
    assert paused(started(OFFICE_DAY), "12:00", "13:00").due_at == at("17:00")


def test_a_pause_that_began_after_the_target_was_used_up_changes_nothing() -> None:
    assert paused(started(), "10:30", "11:00").due_at == at("10:00")


def test_pausing_twice_and_resuming_a_running_clock_change_nothing() -> None:
    clock = deadline.pause(started(), at("09:20"))
    assert deadline.pause(clock, at("09:30")) == clock
    assert deadline.resume(started(), at("09:30")) == started()
    stopped = deadline.stop(started(), at("09:20"))
    assert deadline.pause(stopped, at("09:30")) == stopped


def test_a_stop_that_is_taken_back_leaves_out_the_time_between() -> None:
    stopped = deadline.stop(started(), at("09:20"))
    assert (stopped.status, stopped.look_at, stopped.stopped_at) == (Status.STOPPED, None, at("09:20"))
    again = deadline.resume(stopped, at("11:00"))
    assert (again.status, again.stopped_at, again.due_at) == (Status.RUNNING, None, at("11:40"))


def test_a_cancelled_clock_runs_on_as_if_it_had_never_been_cancelled() -> None:
    cancelled = deadline.cancel(started(), at("09:20"))
    assert cancelled.look_at is None
    assert deadline.resume(cancelled, at("11:00")) == started()


def test_another_policy_counts_from_the_start_and_keeps_an_old_breach() -> None:
    late = deadline.breached(started())
    moved = deadline.retarget(late, terms(ALWAYS, 120), late.started_at)
    assert (moved.due_at, moved.breached_at, moved.look_at) == (at("11:00"), at("10:00"), None)


def test_another_policy_can_count_from_a_later_instant() -> None:
    moved = deadline.retarget(started(), HOUR, at("09:30"))
    assert (moved.started_at, moved.due_at) == (at("09:30"), at("10:30"))


def test_pauses_are_kept_through_a_category_that_promises_nothing() -> None:
    nothing = deadline.retarget(started(), terms(ALWAYS), at("09:00"))
    assert (nothing.status, nothing.due_at, nothing.look_at) == (Status.CANCELLED, None, None)
    waited = paused(nothing, "09:10", "09:40")
    assert (waited.status, waited.due_at) == (Status.CANCELLED, None)
    assert deadline.retarget(waited, HOUR, at("09:00")).due_at == at("10:30")


def test_a_paused_clock_gets_its_new_target_when_it_resumes() -> None:
    clock = deadline.pause(started(), at("09:20"))
    moved = deadline.retarget(clock, terms(ALWAYS, 30), at("09:00"))
    assert moved.status is Status.PAUSED
    assert deadline.resume(moved, at("10:00")).due_at == at("10:10")


# The oracle steps through the minutes and counts those in which the clock ran.

CALENDARS = (
    ALWAYS,
    OFFICE,
    Calendar("nights", JAKARTA, ((Interval(22 * 60, 26 * 60),),) * 7),
    Calendar("two zones away", JAKARTA, ((Interval(30, 31), Interval(31, 90)), (), (), (), (), (), ())),
)
FROM = at("08:00")
REACH = 16 * 24 * 60


@cache
def open_minutes(calendar: Calendar) -> list[bool]:
    return [is_open(calendar, FROM + minutes(minute)) for minute in range(REACH)]


@dataclass(slots=True)
class Oracle:
    """A clock that knows only in which minutes it ran."""

    target: int
    calendar: Calendar
    now: int
    runs: bool = True
    ran: list[int] = field(default_factory=list)

    def step_to(self, minute: int) -> None:
        while self.now < minute:
            if self.runs:
                self.ran.append(self.now)
            self.now += 1

    def due(self) -> int | None:
        counted = [minute for minute in self.ran if open_minutes(self.calendar)[minute]]
        return counted[self.target - 1] + 1 if len(counted) >= self.target else None


events = st.lists(
    st.tuples(
        st.integers(0, 5 * 24 * 60),
        st.sampled_from(["pause", "resume", "stop", "retarget"]),
        st.integers(1, 900),
        st.sampled_from(CALENDARS),
    ),
    max_size=8,
)


def differences(
    target: int, calendar: Calendar, began: int, happened: list[tuple[int, str, int, Calendar]]
) -> str:
    """Let both live through the events, and compare when the promise was due."""
    rules = Terms(minutes(target), calendar, WARN)
    clock = deadline.start(Kind.RESOLUTION, FROM + minutes(began), rules)
    oracle = Oracle(target, calendar, began)
    for later, act, number, other in sorted(happened, key=lambda event: event[0]):
        moment = FROM + minutes(began + later)
        oracle.step_to(began + later)
        if act == "pause":
            clock, oracle.runs = deadline.pause(clock, moment), False
        elif act == "stop" and clock.status is Status.RUNNING:
            clock, oracle.runs = deadline.stop(clock, moment), False
        elif act == "resume":
            clock, oracle.runs = deadline.resume(clock, moment), True
        elif act == "retarget" and clock.stopped_at is None:
            rules = Terms(minutes(number), other, WARN)
            clock = deadline.retarget(clock, rules, clock.started_at)
            oracle.target, oracle.calendar = number, other
    clock = deadline.resume(clock, FROM + minutes(oracle.now))
    oracle.runs = True
    oracle.step_to(REACH)
    due = oracle.due()
    mine = (clock.due_at - FROM) / minutes(1) if clock.due_at else None
    if due is None:
        return "" if mine is not None and mine >= REACH else f"{mine}, but there is not that much time"
    return "" if mine == due else f"due at {mine} instead of {due}"


questions = (st.integers(1, 900), st.sampled_from(CALENDARS), st.integers(0, 3 * 24 * 60), events)


@settings(max_examples=40, deadline=None)
@given(*questions)
def test_a_clock_agrees_with_stepping_through_the_minutes(
    target: int, calendar: Calendar, began: int, happened: list[tuple[int, str, int, Calendar]]
) -> None:
    assert differences(target, calendar, began, happened) == ""


@pytest.mark.long
@settings(max_examples=10_000, deadline=None)
@given(*questions)
def test_a_clock_agrees_with_stepping_through_the_minutes_ten_thousand_times(
    target: int, calendar: Calendar, began: int, happened: list[tuple[int, str, int, Calendar]]
) -> None:
    assert differences(target, calendar, began, happened) == ""


@given(st.integers(1, 10**6), st.integers(0, 10**7))
def test_a_warning_never_comes_after_the_due_instant(seconds: int, later: int) -> None:
    rules = Terms(timedelta(seconds=seconds), OFFICE, WARN)
    clock = deadline.start(Kind.RESOLUTION, FROM + timedelta(seconds=later), replace(rules, warn_at=1))
    assert clock.warn_at == clock.due_at
    earlier = deadline.start(Kind.RESOLUTION, FROM + timedelta(seconds=later), rules)
    assert earlier.warn_at is not None
    assert clock.due_at is not None
    assert FROM < earlier.warn_at < clock.due_at
    assert replace(earlier, terms=clock.terms, warn_at=clock.warn_at) == clock
