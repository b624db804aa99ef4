"""Hours as people write them: intervals of a day, weekly shifts, durations. Pure."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from handoff.saying import UnclearError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60

_LONGEST = timedelta(days=36_500)
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_DURATION = re.compile(r"([0-9]{1,12})([smhd])")
_INTERVAL = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")
_LETTERS = re.compile(r"[a-z']+")
_INDONESIAN = {
    name: day
    for names, day in zip(
        ("senin sen", "selasa sel", "rabu rab", "kamis kam", "jumat jum'at jum", "sabtu sab", "minggu min"),
        ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
        strict=True,
    )
    for name in names.split()
}
_WEEKLY = re.compile(rf"({'|'.join(WEEKDAYS)})(?:-({'|'.join(WEEKDAYS)}))? +(\S+)")


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Opening hours, in minutes from the midnight their day begins with.

    An end above 1,440 lies on the next day: "22:00-02:00" is 1320 to 1560.
    """

    begin_minutes: int
    end_minutes: int

    def __post_init__(self) -> None:
        whole_day = (self.begin_minutes, self.end_minutes) == (0, DAY_MINUTES)
        shorter = 0 < self.end_minutes - self.begin_minutes < DAY_MINUTES
        if not 0 <= self.begin_minutes < DAY_MINUTES or not (whole_day or shorter):
            raise ValueError("an interval begins within its day and lasts at most 24 h")

    def __str__(self) -> str:
        end = self.end_minutes if self.end_minutes <= DAY_MINUTES else self.end_minutes - DAY_MINUTES
        return f"{_clock(self.begin_minutes)}-{_clock(end)}"


WHOLE_DAY = Interval(0, DAY_MINUTES)


class Rota(NamedTuple):
    """One entry of an on-call rota: the days it begins on, Monday being 0, and its hours."""

    days: frozenset[int]
    interval: Interval


def parse_interval(text: str) -> Interval:
    """Read "09:00-12:00", or past midnight "22:00-02:00"; UnclearError says what is allowed."""
    found = _INTERVAL.fullmatch(text)
    if found:
        hour, minute, end_hour, end_minute = map(int, found.groups())
        begin, end = hour * 60 + minute, end_hour * 60 + end_minute
        if max(minute, end_minute) < 60 and begin < DAY_MINUTES and end <= DAY_MINUTES and begin != end:
            return Interval(begin, end if end > begin else end + DAY_MINUTES)
    raise UnclearError(
        '"{text}" is no interval; allowed is HH:MM-HH:MM from 00:00 to 24:00, such as "09:00-12:00", '
        '"22:00-02:00" past midnight or "00:00-24:00" for the whole day',
        text=text,
    )


def parse_duration(text: str, *, zero: bool = False) -> timedelta:
    """Read "30s", "15m", "4h" or "3d", a day being 24 h; `zero` also allows "0m"."""
    if found := _DURATION.fullmatch(text):
        seconds = int(found[1]) * _UNITS[found[2]]
        if (seconds or zero) and seconds <= _LONGEST.total_seconds():
            return timedelta(seconds=seconds)
    least = "from zero" if zero else "above zero"
    raise ValueError(
        f'"{text}" is no duration; allowed is a whole number with s, m, h or d, {least} and at most '
        f'{_LONGEST.days}d, such as "30s", "15m", "4h" or "3d"'
    )


def format_duration(duration: timedelta) -> str:
    """Return the shortest text that `parse_duration` reads back: 90 min are "90m", 24 h are "1d"."""
    seconds, rest = divmod(duration, timedelta(seconds=1))
    if rest or seconds < 0:
        raise ValueError(f"a duration is written in whole seconds from zero, not as {duration}")
    unit = next(unit for unit in "dhms" if seconds % _UNITS[unit] == 0) if seconds else "m"
    return f"{seconds // _UNITS[unit]}{unit}"


def parse_weekly(text: str) -> Rota:
    """Read "mon-fri 08:00-17:00" or "mon 08:00-12:00"; "fri-mon" runs over the week's end.

    Days have their Indonesian names, too: "senin-jumat", "sen-jum".
    """
    plain = _LETTERS.sub(lambda day: _INDONESIAN.get(day[0], day[0]), text.strip().lower())
    found = _WEEKLY.fullmatch(plain)
    if not found:
        raise UnclearError(
            '"{text}" is no weekly shift; allowed are days of mon, tue, wed, thu, fri, sat, sun and an '
            'interval, such as "mon-fri 08:00-17:00", "sat 22:00-06:00" or "mon-sun 00:00-24:00"',
            text=text,
        )
    first = WEEKDAYS.index(found[1])
    last = WEEKDAYS.index(found[2]) if found[2] else first
    return Rota(frozenset((first + n) % 7 for n in range((last - first) % 7 + 1)), parse_interval(found[3]))


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
