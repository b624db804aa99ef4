"""The wall clock."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Read the wall clock; the only place that does."""
    return datetime.now(UTC)
