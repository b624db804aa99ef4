"""Quiet hours: when warnings and digests wait. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handoff.calendar import instant_of, moment_of
from handoff.hours import Rota
from handoff.rota import spans

LONGEST = timedelta(days=8)


def quiet_until(quiet: Sequence[Rota], zone: ZoneInfo, at: datetime) -> datetime:
    """Return when the quiet that covers `at` ends, or `at` itself when it is not quiet.

    Hours that touch or overlap are one. Hours that never end within eight days hold nothing back.
    """
    end = now = instant_of(at)
    for begins, ends in sorted(spans(quiet, zone, at.astimezone(zone).date(), -2, LONGEST.days + 2)):
        if begins <= end < ends:
            end = ends
    return moment_of(end) if now < end and moment_of(end) - at < LONGEST else at
