"""A period: the days a report is about, in the brand's time zone, and how it is divided. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

MOST_DAYS = 400
USUAL_DAYS = 7
YEARS = range(2000, 2201)
_DAY = timedelta(days=1)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Step(StrEnum):
    """In what a period is divided; weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class PeriodError(ValueError):
    """Days that are no period. `code` is date, order, long or step, and the message says it in a line."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both with it."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def begins_at(self) -> datetime:
        """The first instant of its first day."""
        return _midnight(self.first, self.zone)

    @property
    def ends_at(self) -> datetime:
        """The first instant after it."""
        return _midnight(self.last + _DAY, self.zone)

    @property
    def before(self) -> "Period":
        """As many days, directly before it."""
        return Period(self.first - timedelta(days=self.days), self.first - _DAY, self.zone)

    @property
    def usual_step(self) -> Step:
        """In what it is best divided, so that a chart can be read."""
        if self.days <= 31:
            return Step.DAY
        return Step.WEEK if self.days <= 182 else Step.MONTH

    def parts(self, step: Step) -> list["Period"]:
        """Divide it; its first and last part may be shorter than a whole week or month."""
        found, first = list[Period](), self.first
        while first <= self.last:
            last = min(_last_of(first, step), self.last)
            found.append(Period(first, last, self.zone))
            first = last + _DAY
        return found


PRESETS: Mapping[str, Callable[[date], tuple[date, date]]] = {
    "today": lambda today: (today, today),
    "yesterday": lambda today: (today - _DAY, today - _DAY),
    "this_week": lambda today: (today - timedelta(days=today.weekday()), today),
    "last_7_days": lambda today: (today - timedelta(days=USUAL_DAYS - 1), today),
    "this_month": lambda today: (today.replace(day=1), today),
    "last_30_days": lambda today: (today - timedelta(days=29), today),
}


def read_period(begins: str, ends: str, now: datetime, zone: ZoneInfo) -> Period:
    """Read the two dates; without both it is the last seven days, with one it reaches to or is that day.

    Raises PeriodError for what is no date, ends before it begins or has more than MOST_DAYS days.
    """
    today = now.astimezone(zone).date()
    if not begins and not ends:
        return Period(*PRESETS["last_7_days"](today), zone)
    first = _date(begins or ends)
    last = _date(ends) if ends else max(today, first)
    if last < first:
        raise PeriodError("order", f"{last} lies before {first}; a report ends after it begins")
    if (last - first).days >= MOST_DAYS:
        raise PeriodError("long", f"from {first} to {last} are more than {MOST_DAYS} days")
    return Period(first, last, zone)


def read_step(text: str, period: Period) -> Step:
    """Read in what the period is divided; nothing is the usual. Raises PeriodError for anything else."""
    if not text:
        return period.usual_step
    try:
        return Step(text)
    except ValueError as error:
        raise PeriodError("step", f"{text[:40]!r} is none of {', '.join(Step)}") from error


def _date(text: str) -> date:
    try:
        found = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        raise PeriodError("date", f"{text[:40]!r} is no date; write it as 2026-11-23")
    return found


def _last_of(first: date, step: Step) -> date:
    if step is Step.DAY:
        return first
    if step is Step.WEEK:
        return first + timedelta(days=6 - first.weekday())
    following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    return following - _DAY


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)
