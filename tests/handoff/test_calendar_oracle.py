"""The calendar against an oracle that steps through the minutes.

The oracle knows clock changes only by asking what a clock shows.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from handoff.calendar import (
    WHOLE_DAY,
    Calendar,
    Interval,
    UnreachableError,
    add,
    between,
    is_open,
    next_opening,
    parse_interval,
)
from handoff.hours import Rota
from handoff.rota import covers

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

ZONES = (
    "Asia/Jakarta", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia",
    "Africa/Casablanca", "America/Sao_Paulo", "America/Havana", "Asia/Kathmandu", "Africa/Cairo",
)  # fmt: skip
REACH = 25 * 24 * 60


def offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).replace(tzinfo=UTC) - instant


def clock_changes(zone: ZoneInfo) -> list[datetime]:
    days = [datetime(2005, 1, 1, tzinfo=UTC) + n * DAY for n in range(25 * 365)]
    return [day for day in days if offset(day, zone) != offset(day + DAY, zone)]


CHANGES = {name: clock_changes(ZoneInfo(name)) for name in ZONES}


def boundary(wall: datetime, zone: ZoneInfo) -> datetime:
    """Find the first instant whose clock shows `wall`; in a gap the one as far past its end."""
    read_as_utc = wall.replace(tzinfo=UTC)
    around = {offset(read_as_utc + n * timedelta(hours=15), zone) for n in range(-2, 3)}
    shown = [
        instant
        for ahead in around
        for instant in [read_as_utc - ahead]
        if instant.astimezone(zone).replace(tzinfo=None) == wall
    ]
    return min(shown) if shown else boundary(wall + max(around) - min(around), zone)


class Oracle:
    """The minutes of a stretch of time, each one open or not."""

    def __init__(self, calendar: Calendar, start: datetime) -> None:
        self.first = start.astimezone(UTC).replace(second=0, microsecond=0) - 5 * DAY
        self.open = [False] * REACH
        day = self.first.date() - 4 * DAY
        while day < self.first.date() + REACH * MINUTE + 4 * DAY:
            if day in calendar.exceptions:
                today = calendar.exceptions[day]
            elif day in calendar.holidays:
                today = ()
            else:
                today = calendar.week[day.weekday()]
            for interval in today:
                midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001
                opens = boundary(midnight + interval.begin_minutes * MINUTE, calendar.zone)
                closes = boundary(midnight + interval.end_minutes * MINUTE, calendar.zone)
                for minute in range(self.minute(opens), self.minute(closes)):
                    if 0 <= minute < REACH:
                        self.open[minute] = True
            day += DAY

    def minute(self, instant: datetime) -> int:
        return (instant - self.first) // MINUTE

    def is_open(self, instant: datetime) -> bool:
        return self.open[self.minute(instant)]

    def add(self, start: datetime, target: timedelta) -> datetime | None:
        now, left = start.astimezone(UTC), target
        while left and self.minute(now) < REACH:
            step = self.first + (self.minute(now) + 1) * MINUTE - now
            if self.is_open(now):
                step = min(step, left)
                left -= step
            now += step
        return None if left else now

    def between(self, start: datetime, end: datetime) -> timedelta:
        now, worked = start.astimezone(UTC), timedelta(0)
        while now < end:
            step = min(self.first + (self.minute(now) + 1) * MINUTE, end) - now
            worked += step if self.is_open(now) else timedelta(0)
            now += step
        return worked

    def next_opening(self, at: datetime) -> datetime | None:
        if self.is_open(at):
            return at.astimezone(UTC)  # a doubled time never equals another zone's (PEP 495)
        later = [n for n in range(self.minute(at), REACH) if self.open[n]]
        return self.first + later[0] * MINUTE if later else None


clock_minutes = st.one_of(
    st.sampled_from([0, 1, 30, 60, 90, 119, 120, 150, 150, 179, 180, 210, 540, 1020, 1439]),
    st.integers(0, 1439),
)


@st.composite
def some_intervals(draw: st.DrawFn) -> tuple[Interval, ...]:
    found = []
    for _ in range(draw(st.integers(0, 3))):
        begin, end = draw(clock_minutes), draw(clock_minutes)
        found.append(WHOLE_DAY if begin == end else Interval(begin, end if end > begin else end + 1440))
    return tuple(found)


@st.composite
def questions(draw: st.DrawFn) -> tuple[Calendar, datetime, timedelta, datetime]:
    """Draw a calendar, a start near a clock change or anywhere, a target and another instant."""
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    anywhere = st.datetimes(datetime(2005, 1, 1), datetime(2029, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001
    near = st.sampled_from(CHANGES[zone.key] or [datetime(2026, 3, 19, tzinfo=UTC)])
    start = draw(st.one_of(near, near, anywhere)) + draw(st.integers(-2 * 1440, 1440)) * MINUTE
    start += draw(st.sampled_from([timedelta(0), timedelta(seconds=17), timedelta(microseconds=999_999)]))
    dates = st.integers(-2, 8).map(lambda n: start.date() + timedelta(days=n))
    days = tuple(draw(some_intervals()) for _ in range(7))
    exceptions = draw(st.dictionaries(dates, some_intervals(), max_size=4))
    assume(any(days) or any(exceptions.values()))
    try:
        calendar = Calendar("random", zone, days, exceptions, draw(st.frozensets(dates, max_size=6)))
    except ValueError:
        assume(False)  # the only exception was swallowed by a gap
    target = draw(st.one_of(st.integers(1, 12 * 60), st.integers(1, 6 * 1440))) * MINUTE
    target += draw(st.sampled_from([timedelta(0), timedelta(seconds=43), timedelta(microseconds=1)]))
    day = (
        start.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None) + draw(st.integers(0, 5)) * DAY
    )
    if draw(st.booleans()) and calendar.on(day.date()):
        closing = boundary(day + draw(st.sampled_from(calendar.on(day.date()))).end_minutes * MINUTE, zone)
        target = between(calendar, start, max(start, closing)) or target
    other = (
        start
        + draw(st.integers(0, 15 * 1440)) * MINUTE
        + draw(st.sampled_from([timedelta(0), timedelta(seconds=3.6)]))
    )
    return calendar, start.astimezone(draw(st.sampled_from([UTC, zone]))), target, other


def differences(calendar: Calendar, start: datetime, target: timedelta, other: datetime) -> list[str]:
    oracle = Oracle(calendar, start)
    wrong = []
    due = oracle.add(start, target)
    try:
        mine = add(calendar, start, target)
    except UnreachableError:
        mine = datetime.max.replace(tzinfo=UTC)
    if due is None:
        if mine < oracle.first + REACH * MINUTE:
            wrong.append(f"add: {mine}, but there is not that much time")
    elif mine != due:
        wrong.append(f"add: {mine} instead of {due}")
    elif between(calendar, start, mine) != target:
        wrong.append(f"between does not undo add: {between(calendar, start, mine)}")
    if between(calendar, start, other) != oracle.between(start, other):
        wrong.append(f"between: {between(calendar, start, other)} instead of {oracle.between(start, other)}")
    for instant in (start, other):
        if is_open(calendar, instant) != oracle.is_open(instant):
            wrong.append(f"is_open {instant}")
        opening = oracle.next_opening(instant)
        if opening is not None and next_opening(calendar, instant) != opening:
            wrong.append(f"next_opening {instant}: {next_opening(calendar, instant)} instead of {opening}")
    return wrong


@pytest.mark.parametrize("name", [name for name in ZONES if CHANGES[name]])
def test_the_calendar_agrees_around_clock_changes(name: str) -> None:
    for change in CHANGES[name][-2:]:
        for hours in (("00:30-01:30", "02:30-05:00"), ("23:15-02:15",), ("02:00-03:00", "23:30-00:30")):
            calendar = Calendar("changing", ZoneInfo(name), (tuple(map(parse_interval, hours)),) * 7)
            for later in (0, 25, 50):
                start = change - DAY + timedelta(hours=later)
                assert (
                    differences(calendar, start, timedelta(hours=later / 8, minutes=15), start + 2 * DAY)
                    == []
                )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(questions())
def test_the_calendar_agrees_with_stepping_through_the_minutes(
    question: tuple[Calendar, datetime, timedelta, datetime],
) -> None:
    assert differences(*question) == []


@pytest.mark.long
@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(questions())
def test_the_calendar_agrees_with_stepping_through_the_minutes_ten_thousand_times(
    question: tuple[Calendar, datetime, timedelta, datetime],
) -> None:
    assert differences(*question) == []


@settings(max_examples=50, deadline=None)
@given(questions(), st.integers(0, 200))
def test_a_rota_agrees_with_a_calendar_of_the_same_hours(
    question: tuple[Calendar, datetime, timedelta, datetime], later: int
) -> None:
    calendar, start, _, _ = question
    assume(any(calendar.week))
    rota = [Rota(frozenset({day}), hours) for day in range(7) for hours in calendar.week[day]]
    plain, instant = (
        replace(calendar, exceptions={}, holidays=frozenset()),
        start + timedelta(hours=later / 2),
    )
    assert covers(rota, calendar.zone, instant) == is_open(plain, instant)


@settings(max_examples=30, deadline=None)
@given(questions(), st.integers(1, 300))
def test_working_time_undoes_adding_it_over_years(
    question: tuple[Calendar, datetime, timedelta, datetime], times: int
) -> None:
    calendar, start, target, _ = question
    assume(any(calendar.week))
    try:
        due = add(calendar, start, times * target)
    except UnreachableError:
        return
    assert between(calendar, start, due) == times * target
    assert between(calendar, start, due - timedelta(microseconds=1)) == times * target - timedelta(
        microseconds=1
    )
