"""When: the instants that people name, such as "16:00", "besok 09:00" or "2h". Pure."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from handoff.calendar import boundary, moment_of
from handoff.hours import parse_duration
from handoff.saying import Saying, UnclearError

FURTHEST = timedelta(days=366)
DAYS = {"today": 0, "hari ini": 0, "tomorrow": 1, "besok": 1, "lusa": 2}
WEEKDAYS = {
    name: number
    for names in (
        ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu"),
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    )
    for number, name in enumerate(names)
}
HINT = Saying('write a time such as "16:00", "besok 09:00", "jumat 10:00", "2026-12-24 16:00" or "2h"')
_CLOCK = re.compile(r"(?:(?P<day>[a-z ]+) )?(?P<hour>[0-9]{1,2})[:.](?P<minute>[0-9]{2})")
_MOST_WORDS = 3


def parse_when(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Read an instant that is still to come; UnclearError says what is allowed.

    Clock times are read in the zone, and of today where no day is named: one that has passed is refused
    rather than taken for tomorrow's. A weekday is the next one of that name. Durations count from `now`.
    """
    at = _read(" ".join(text.lower().split()), now, zone)
    if at is None:
        raise UnclearError('"{text}" is no time; {hint}', text=text.strip(), hint=HINT)
    if at <= now:
        raise UnclearError('"{text}" is past; {hint}', text=text.strip(), hint=HINT)
    if at - now > FURTHEST:
        raise UnclearError('"{text}" is more than a year away', text=text.strip())
    return at


def split_when(text: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, str]:
    """Read an instant at the start of a text and return it with the rest; UnclearError as `parse_when`."""
    words = text.split()
    for count in range(min(_MOST_WORDS, len(words)), 0, -1):
        if _read(" ".join(words[:count]).lower(), now, zone) is not None:
            return parse_when(" ".join(words[:count]), now, zone), " ".join(words[count:])
    raise UnclearError('"{text}" is no time; {hint}', text=" ".join(words[:1]), hint=HINT)


def _read(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    if found := _CLOCK.fullmatch(text):
        return _clock_time(found["day"], int(found["hour"]), int(found["minute"]), now, zone)
    try:
        return now + parse_duration(text)
    except (ValueError, OverflowError):
        pass
    try:
        at = datetime.fromisoformat(text.upper())
        return at if at.utcoffset() is not None else at.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _clock_time(day: str | None, hour: int, minute: int, now: datetime, zone: ZoneInfo) -> datetime | None:
    if hour > 23 or minute > 59:
        return None
    today = now.astimezone(zone).date()
    if day in WEEKDAYS:
        days = (WEEKDAYS[day] - today.weekday()) % 7
        at = moment_of(boundary(today + timedelta(days=days), hour * 60 + minute, zone))
        return at if at > now else moment_of(boundary(today + timedelta(days=7), hour * 60 + minute, zone))
    if day is not None and day not in DAYS:
        return None
    return moment_of(boundary(today + timedelta(days=DAYS[day or "today"]), hour * 60 + minute, zone))
