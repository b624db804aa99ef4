"""The working hours: [calendar.office] and whatever other calendars the brand names."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from importlib import import_module
from types import MappingProxyType
from zoneinfo import ZoneInfo, available_timezones

from bot.settings.table import Table, meant
from handoff.calendar import WEEKDAYS, Calendar, Interval, parse_interval
from knowledge.mistakes import shown

ALWAYS = "always"
OFFICE = "office"
HOLIDAY_YEARS = range(2020, 2041)

_KEYS = (*WEEKDAYS, "holidays", "exceptions", "country", "timezone")
_YEARS = range(1970, 2201)
_WORKDAY = (parse_interval("09:00-12:00"), parse_interval("13:00-17:00"))

_WEEK: tuple[tuple[Interval, ...], ...] = (*(_WORKDAY,) * 5, (), ())
_HOLIDAYS = tuple(
    date(year, month, day)
    for year, days in {
        2026: ((1, 1), (3, 20), (3, 21), (3, 23), (5, 1), (6, 1), (8, 17), (12, 25)),
        2027: ((1, 1), (3, 10), (3, 11), (5, 1), (6, 1), (8, 17), (12, 25)),
    }.items()
    for month, day in days
)
_EXCEPTIONS = {
    date(2026, 12, 24): (parse_interval("09:00-12:00"),),
    date(2026, 12, 31): (parse_interval("09:00-12:00"),),
}


def read_calendars(root: Table, zone: ZoneInfo) -> Mapping[str, Calendar]:
    """Return all calendars by name: "always" is built in, "office" has default hours."""
    section = root.table("calendar")
    calendars = {ALWAYS: Calendar.always(zone)}
    for name in dict.fromkeys((OFFICE, *section)):
        if name == ALWAYS:
            section.wrong(name, "is built in and never closes; give yours another name")
        else:
            calendars[name] = _calendar(name, section.table(name, _KEYS), zone)
    return MappingProxyType(calendars)


def parse_zone(text: str) -> ZoneInfo:
    """Read an IANA time zone such as "Asia/Jakarta"; ValueError names the nearest one."""
    try:
        return ZoneInfo(text)
    except (OSError, ValueError, KeyError):
        raise ValueError(
            f'{shown(text)} is no time zone; allowed is an IANA name such as "Asia/Jakarta"'
            f"{meant(text, sorted(available_timezones()))}"
        ) from None


def parse_date(text: str) -> date:
    """Read "2026-12-25"; ValueError says what is allowed."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            day = date.fromisoformat(text)
            if day.year in _YEARS:
                return day
    except ValueError:
        pass
    raise ValueError(
        f"{shown(text)} is no date; allowed is YYYY-MM-DD of the years {_YEARS[0]} to {_YEARS[-1]}, "
        'such as "2026-12-25"'
    )


def _calendar(name: str, table: Table, brand_zone: ZoneInfo) -> Calendar:
    """Build one calendar. Naming a weekday makes it the brand's own: nothing else stays by default."""
    mistakes = len(table.notes.lines)
    zone = table.parsed("timezone", brand_zone, parse_zone)
    is_default = name == OFFICE and not any(day in table for day in WEEKDAYS)
    week = tuple(table.items(day, parse_interval) for day in WEEKDAYS)
    holidays = table.dates("holidays", parse_date, _HOLIDAYS if is_default else ())
    country = table.parsed("country", frozenset[date](), _days_off)
    exceptions = _EXCEPTIONS if is_default and "exceptions" not in table else _exceptions(table)
    try:
        return Calendar(name, zone, _WEEK if is_default else week, exceptions, frozenset(holidays) | country)
    except ValueError as error:
        if len(table.notes.lines) == mistakes:
            table.notes.add(table.where, str(error).removeprefix(f"calendar {name}: "))
        return Calendar.always(brand_zone)


def _exceptions(calendar: Table) -> dict[date, tuple[Interval, ...]]:
    table = calendar.table("exceptions")
    hours = {}
    for key in table:
        try:
            hours[parse_date(key)] = table.items(key, parse_interval)
        except ValueError as error:
            table.notes.add(table.where, str(error))
    return hours


def _days_off(country: str) -> frozenset[date]:
    """Return a country's holidays; the library behind it is loaded, 0.4 s, only for who uses it."""
    days_off: Callable[[str, Iterable[int]], frozenset[date]] = import_module(
        "handoff.holidays_of"
    ).holidays_of
    return days_off(country, HOLIDAY_YEARS)
