"""Quiet hours: when warnings and digests wait. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from handoff.calendar import Rota, covers


def quiet_until(quiet: Sequence[Rota], zone: ZoneInfo, at: datetime) -> datetime:
    """Return when the quiet that covers `at` ends, or `at` itself when it is not quiet.

    Hours that never end within eight days hold nothing back.
    """
    if not quiet or not covers(quiet, zone, at):
        return at
    last = at + timedelta(days=8)
    moment = at.astimezone(UTC).replace(second=0, microsecond=0)
    while moment < last:
        moment += timedelta(minutes=1)
        if not covers(quiet, zone, moment):
            return moment
    return at
