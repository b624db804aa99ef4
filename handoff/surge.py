"""A surge: more followers complain at once than is usual at this time of the day. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from handoff.policy import CrisisRules

DAYS = 14
SLOT = timedelta(minutes=30)


def slot_of(at: datetime, zone: ZoneInfo) -> datetime:
    """Return when the half hour of the brand's day began that holds `at`."""
    local = at.astimezone(zone)
    return local.replace(minute=local.minute // 30 * 30, second=0, microsecond=0)


def slots_before(at: datetime, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """Return the same half hour of each of the 14 days before, the newest first."""
    begins = slot_of(at, zone)
    found = []
    for day in range(1, DAYS + 1):
        naive = begins.replace(tzinfo=None) - timedelta(days=day)
        began = naive.replace(tzinfo=zone)
        found.append((began, began + SLOT))
    return found


def usual(counts: Sequence[int]) -> float:
    """Return how many different followers usually complain in this half hour: the median of 14 days.

    With fewer days of history there is no usual yet, and it is 0.
    """
    return float(median(counts)) if len(counts) >= DAYS else 0.0


def is_surge(contacts: int, usually: float, rules: CrisisRules) -> bool:
    """Say whether so many different followers are a burst: enough, and far above the usual."""
    return contacts >= rules.contacts and contacts >= rules.times_usual * usually
