"""Working hours: which instants a promise counts, and when a counted time is used up. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import islice
from typing import Self
from zoneinfo import ZoneInfo

from handoff.hours import (
    DAY_MINUTES,
    WEEKDAYS,
    WHOLE_DAY,
    Interval,
    format_duration,
    parse_duration,
    parse_interval,
    parse_weekly,
)

__all__ = [
    "SEARCH_YEARS",
    "WEEKDAYS",
    "WHOLE_DAY",
    "Calendar",
    "Interval",
    "UnreachableError",
    "add",
    "between",
    "boundary",
    "format_duration",
    "instant_of",
    "is_open",
    "last_closing",
    "moment_of",
    "next_opening",
    "overlaps",
    "parse_duration",
    "parse_interval",
    "parse_weekly",
]

SEARCH_YEARS = 20

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.toordinal()
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1) // _MICROSECOND
_BLOCK_DAYS = 13 * 7
_BLOCK = _BLOCK_DAYS * _DAY
_SEARCH_BLOCKS = SEARCH_YEARS * 366 // _BLOCK_DAYS + 1


class UnreachableError(ValueError):
    """The calendar holds too little working time within the years that are searched."""


@dataclass(frozen=True, slots=True)
class _Block:
    """The working time of 13 weeks of UTC: disjoint, sorted, in microseconds since 1970.

    `used[i]` is the working time before interval i; its last item is the block's total.
    """

    begins: list[int]
    ends: list[int]
    used: list[int]

    def worked(self, instant: int) -> int:
        """Return the working time from the block's start to the instant."""
        i = bisect_right(self.begins, instant)
        return self.used[i] - max(0, self.ends[i - 1] - instant) if i else 0


@dataclass(frozen=True)
class Calendar:
    """The hours in which promised time is counted; ValueError where there are none at all.

    `week` holds seven days, Monday first. An exception replaces the intervals of its date and wins
    over a holiday; a holiday removes those of its date. An interval belongs to the day it begins
    on, so the night shift of the eve runs into a holiday. Where intervals overlap the time counts
    once. What was worked out of the zone's clock changes is kept, 13 weeks at a time, so keep the
    calendar rather than make it anew.
    """

    name: str
    zone: ZoneInfo
    week: tuple[tuple[Interval, ...], ...]
    exceptions: Mapping[date, tuple[Interval, ...]] = field(default_factory=dict, hash=False)
    holidays: frozenset[date] = frozenset()
    _blocks: dict[int, _Block] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.week) != len(WEEKDAYS):
            raise ValueError(
                f"calendar {self.name}: a week has seven days, Monday first, not {len(self.week)}"
            )
        object.__setattr__(self, "exceptions", dict(self.exceptions))
        if not any(self.week) and last_closing(self) is None:
            raise ValueError(
                f"calendar {self.name}: there is no working time; give at least one day an interval "
                'such as mon = ["09:00-17:00"]'
            )

    @classmethod
    @cache
    def always(cls, zone: ZoneInfo) -> Self:
        """Return the calendar that never closes, one for each zone."""
        return cls("always", zone, ((WHOLE_DAY,),) * len(WEEKDAYS))

    def on(self, day: date) -> tuple[Interval, ...]:
        """Return the intervals that begin on the day."""
        if (exception := self.exceptions.get(day)) is not None:
            return exception
        return () if day in self.holidays else self.week[day.weekday()]

    def _block(self, number: int) -> _Block:
        block = self._blocks.get(number)
        if block is None:
            block = self._blocks[number] = self._work_out(number)
        return block

    def _work_out(self, number: int) -> _Block:
        """Join and clip what touches the block; zones and nights reach up to three days across."""
        first = _EPOCH_DAY + number * _BLOCK_DAYS
        begin, end = number * _BLOCK, (number + 1) * _BLOCK
        days = range(max(first - 4, 1), min(first + _BLOCK_DAYS + 3, date.max.toordinal() - 1))
        block = _Block([], [], [0])
        for opens, closes in _joined(_spans(self, map(date.fromordinal, days))):
            if opens < end and closes > begin:
                block.begins.append(max(opens, begin))
                block.ends.append(min(closes, end))
                block.used.append(block.used[-1] + block.ends[-1] - block.begins[-1])
        return block


def add(calendar: Calendar, start: datetime, target: timedelta) -> datetime:
    """Return the earliest instant, in UTC, at which the target is used up.

    That is closing time, not the next opening. ValueError for a naive start or a target that is
    not above zero, UnreachableError where 20 years do not hold that much working time.
    """
    if target <= timedelta(0):
        raise ValueError(f"a target is above zero, not {target}")
    instant = instant_of(start)
    number = instant // _BLOCK
    block = calendar._block(number)
    left = block.worked(instant) + target // _MICROSECOND
    last = number + _SEARCH_BLOCKS
    while left > block.used[-1]:
        left -= block.used[-1]
        number += 1
        if number > last:
            raise UnreachableError(
                f"calendar {calendar.name}: {target} of working time after {start.isoformat()} "
                f"is not reached within {SEARCH_YEARS} years"
            )
        block = calendar._block(number)
    i = bisect_left(block.used, left) - 1
    return moment_of(block.begins[i] + left - block.used[i])


def between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Return the working time from start to end, negative where end is the earlier; undoes `add`."""
    first, last = instant_of(start), instant_of(end)
    if last < first:
        return -between(calendar, end, start)
    number, final = first // _BLOCK, last // _BLOCK
    worked = calendar._block(final).worked(last) - calendar._block(number).worked(first)
    worked += sum(calendar._block(n).used[-1] for n in range(number, final))
    return worked * _MICROSECOND


def next_opening(calendar: Calendar, at: datetime) -> datetime:
    """Return the instant itself if it is open, else the next opening; UTC.

    UnreachableError where the calendar does not open again within 20 years.
    """
    instant = instant_of(at)
    first = instant // _BLOCK
    for number in range(first, first + _SEARCH_BLOCKS + 1):
        block = calendar._block(number)
        i = bisect_right(block.ends, instant)
        if i < len(block.ends):
            return moment_of(max(block.begins[i], instant))
    raise UnreachableError(
        f"calendar {calendar.name}: does not open within {SEARCH_YEARS} years after {at.isoformat()}"
    )


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Say whether the instant is counted; the closing instant itself no longer is."""
    instant = instant_of(at)
    block = calendar._block(instant // _BLOCK)
    i = bisect_right(block.begins, instant)
    return i > 0 and instant < block.ends[i - 1]


def last_closing(calendar: Calendar) -> datetime | None:
    """Return when a calendar of dated exceptions only closes for good; None where the week goes on."""
    if any(calendar.week):
        return None
    return max((moment_of(closes) for _, closes in _spans(calendar, calendar.exceptions)), default=None)


def overlaps(calendar: Calendar) -> list[str]:
    """Return a readable line for each pair of intervals that share time, which counts once."""
    week = [
        (day * DAY_MINUTES, f"{WEEKDAYS[day % 7]} {interval}", interval, True)
        for day in range(8)
        for interval in calendar.week[day % 7]
    ]
    around = {day + timedelta(days=n) for day in calendar.exceptions for n in (-1, 0, 1)}
    dated = [
        (day.toordinal() * DAY_MINUTES, f"{day} {interval}", interval, day in calendar.exceptions)
        for day in around
        for interval in calendar.on(day)
    ]
    lines = []
    for hours in (week, dated):
        hours.sort(key=lambda entry: entry[0] + entry[2].begin_minutes)
        for i, (midnight, one, interval, wanted) in enumerate(hours):
            end = midnight + interval.end_minutes
            for next_midnight, other, following, also_wanted in islice(hours, i + 1, None):
                if next_midnight + following.begin_minutes >= end:
                    break
                if wanted or also_wanted:
                    lines.append(f"{one} and {other} overlap; the time they share counts once")
    return list(dict.fromkeys(lines))


def instant_of(moment: datetime) -> int:
    """Return the microseconds since 1970; ValueError for a naive datetime."""
    if moment.utcoffset() is None:
        raise ValueError(f"an instant needs its offset from UTC; {moment.isoformat()} has none")
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(instant: int) -> datetime:
    """Return the instant of so many microseconds since 1970, in UTC."""
    return _EPOCH + timedelta(microseconds=instant)


def boundary(day: date, minutes: int, zone: ZoneInfo) -> int:
    """Return the instant of a clock time, in microseconds since 1970.

    In a gap it is moved forward by the gap's length, a doubled one is the first: fold=0 in PEP 495.
    """
    days, minutes = divmod(minutes, DAY_MINUTES)
    day = date.fromordinal(day.toordinal() + days)
    return instant_of(datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=zone))


def _spans(calendar: Calendar, days: Iterable[date]) -> Iterator[tuple[int, int]]:
    """Yield opening and closing instants; an interval that a clock change swallows yields none."""
    for day in days:
        for interval in calendar.on(day):
            opens = boundary(day, interval.begin_minutes, calendar.zone)
            closes = boundary(day, interval.end_minutes, calendar.zone)
            if opens < closes:
                yield opens, closes


def _joined(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the spans in order, those that touch or overlap as one."""
    begin = end = None
    for opens, closes in sorted(spans):
        if begin is None or end is None:
            begin, end = opens, closes
        elif opens <= end:
            end = max(end, closes)
        else:
            yield begin, end
            begin, end = opens, closes
    if begin is not None and end is not None:
        yield begin, end
