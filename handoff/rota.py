"""The rota: who is on call by the week, and the dated swaps that win over it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from handoff.calendar import boundary, instant_of, moment_of
from handoff.hours import Interval, Rota, parse_weekly

# How far a shift's begin or end is looked for: a week has every weekly shift, and a day more for the nights.
HORIZON_DAYS = 9
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Swap:
    """A span in which a person is on call, or is not, whatever their weekly hours say."""

    begins_at: datetime
    ends_at: datetime
    takes: bool


@lru_cache(maxsize=1_000)
def read_rota(hours: tuple[str, ...]) -> tuple[Rota, ...]:
    """Read weekly hours as the configuration writes them; ValueError as `parse_weekly`."""
    return tuple(map(parse_weekly, hours))


def covers(rota: Sequence[Rota], zone: ZoneInfo, at: datetime) -> bool:
    """Say whether a person with this rota is on call; one without entries always is."""
    instant = instant_of(at)
    today = at.astimezone(zone).date()
    return not rota or any(begin <= instant < end for begin, end in spans(rota, zone, today, -3, 2))


def is_on_call(rota: Sequence[Rota], swaps: Sequence[Swap], zone: ZoneInfo, at: datetime) -> bool:
    """Say whether the person can be called at that instant; the newest swap wins over the week."""
    for swap in reversed(swaps):
        if swap.begins_at <= at < swap.ends_at:
            return swap.takes
    return covers(rota, zone, at)


def shift_end(
    rota: Sequence[Rota], swaps: Sequence[Swap], zone: ZoneInfo, after: datetime
) -> datetime | None:
    """Return the next instant at which the person goes off call; None for who always is on call."""
    return _turn(rota, swaps, zone, after, on_call=False)


def shift_begin(
    rota: Sequence[Rota], swaps: Sequence[Swap], zone: ZoneInfo, after: datetime
) -> datetime | None:
    """Return the next instant at which the person comes on call; None where there is none soon."""
    return _turn(rota, swaps, zone, after, on_call=True)


def shifts_of_day(rota: Sequence[Rota], zone: ZoneInfo, day: date) -> list[tuple[datetime, datetime]]:
    """Return the shifts that begin on the day, by the week alone; who always is on call has the day."""
    if not rota:
        return [span(Interval(0, 1_440), zone, day)]
    return [(moment_of(begin), moment_of(end)) for begin, end in spans(rota, zone, day, 0, 1)]


def span(interval: Interval, zone: ZoneInfo, day: date) -> tuple[datetime, datetime]:
    """Return when an interval of a day begins and ends."""
    begin, end = (boundary(day, minutes, zone) for minutes in (interval.begin_minutes, interval.end_minutes))
    return moment_of(begin), moment_of(end)


def _turn(
    rota: Sequence[Rota], swaps: Sequence[Swap], zone: ZoneInfo, after: datetime, *, on_call: bool
) -> datetime | None:
    today = after.astimezone(zone).date()
    shifts = spans(rota, zone, today, -3, HORIZON_DAYS)
    turns = {moment_of(instant) for ends in shifts for instant in ends}
    turns |= {at for swap in swaps for at in (swap.begins_at, swap.ends_at)}
    for at in sorted(turns):
        before, since = (is_on_call(rota, swaps, zone, moment) for moment in (at - _TICK, at))
        if at > after and since is on_call and before is not on_call:
            return at
    return None


def spans(rota: Sequence[Rota], zone: ZoneInfo, day: date, first: int, end: int) -> list[tuple[int, int]]:
    """Return the shifts that begin on the days around, from `first` to before `end`, in microseconds since
    1970.
    """
    days = [day + timedelta(days=n) for n in range(first, end)]
    return [
        (
            boundary(one, entry.interval.begin_minutes, zone),
            boundary(one, entry.interval.end_minutes, zone),
        )
        for one in days
        for entry in rota
        if one.weekday() in entry.days
    ]
