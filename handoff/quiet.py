"""Quiet hours: when warnings and digests wait. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handoff.hours import Rota

LONGEST = timedelta(days=8)


def quiet_until(quiet: Sequence[Rota], zone: ZoneInfo, at: datetime) -> datetime:
    """Return when the quiet that covers `at` ends, or `at` itself when it is not quiet.

    Hours that touch or overlap are one. Hours that never end within eight days hold nothing back.
    """
    midnight = datetime.combine(at.astimezone(zone), time(), zone)
    spans = sorted(
        (_clock(day, entry.interval.begin_minutes), _clock(day, entry.interval.end_minutes))
        for day in (midnight + timedelta(days=n) for n in range(-2, LONGEST.days + 2))
        for entry in quiet
        if day.weekday() in entry.days
    )
    end = at
    for begins, ends in spans:
        if begins <= end < ends:
            end = ends
    return end if end - at < LONGEST else at


def _clock(midnight: datetime, minutes: int) -> datetime:
    """Return the instant of a clock time: in a gap moved forward by its length, doubled the first."""
    return (midnight + timedelta(minutes=minutes)).astimezone(UTC)
