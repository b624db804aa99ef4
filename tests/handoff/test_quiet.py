"""Quiet hours: when warnings and digests wait."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff.calendar import Interval, parse_weekly
from handoff.hours import Rota
from handoff.quiet import quiet_until
from handoff.rota import covers
from tests.handoff.cast import JAKARTA, at, minutes

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = [parse_weekly("mon-sun 22:00-06:00")]


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-16T21:59:59", "2026-03-16T21:59:59"),
        ("2026-03-16T22:00", "2026-03-17T06:00"),
        ("2026-03-17T05:59:59", "2026-03-17T06:00"),
        ("2026-03-17T06:00", "2026-03-17T06:00"),
    ],
)
def test_quiet_lasts_from_its_first_instant_to_before_its_last(now: str, until: str) -> None:
    assert quiet_until(NIGHT, JAKARTA, at(now)) == at(until)


def test_without_quiet_hours_it_is_never_quiet() -> None:
    assert quiet_until([], JAKARTA, at("23:00")) == at("23:00")


def test_hours_that_touch_or_overlap_are_one() -> None:
    hours = [parse_weekly(text) for text in ("mon 20:00-23:00", "mon 22:00-24:00", "tue 00:00-05:00")]
    assert quiet_until(hours, JAKARTA, at("20:30")) == at("2026-03-17T05:00")


def test_a_quiet_weekend_is_waited_out() -> None:
    assert quiet_until([parse_weekly("sat-sun 00:00-24:00")], JAKARTA, at("2026-03-21T10:00")) == at(
        "2026-03-23T00:00"
    )


def test_quiet_that_never_ends_holds_nothing_back() -> None:
    assert quiet_until([parse_weekly("mon-sun 00:00-24:00")], JAKARTA, at("10:00")) == at("10:00")


def test_a_boundary_in_a_gap_moves_forward_by_the_gap() -> None:
    until = quiet_until(
        [parse_weekly("sun 01:00-02:30")], BERLIN, datetime(2026, 3, 29, 1, 30, tzinfo=BERLIN)
    )
    assert until == datetime(2026, 3, 29, 3, 30, tzinfo=BERLIN)


def stepped(quiet: list[Rota], zone: ZoneInfo, now: datetime) -> datetime:
    """Wait minute by minute until somebody may be disturbed."""
    moment = now
    while covers(quiet, zone, moment):
        if moment - now >= timedelta(days=8):
            return now
        moment += minutes(1)
    return moment


def whole_days(days: frozenset[int]) -> Rota:
    return Rota(days, Interval(0, 1440))


rotas = st.builds(
    lambda days, begins, lasts: Rota(days, Interval(begins, begins + lasts)),
    st.frozensets(st.integers(0, 6), min_size=1), st.integers(0, 1439), st.integers(1, 1439),
) | st.builds(whole_days, st.frozensets(st.integers(0, 6), min_size=1, max_size=5))  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    st.lists(rotas, min_size=1, max_size=3),
    st.sampled_from([JAKARTA, BERLIN]),
    st.integers(0, 14 * 1440) | st.integers(1000, 1400),
)
def test_quiet_agrees_with_waiting_minute_by_minute(quiet: list[Rota], zone: ZoneInfo, later: int) -> None:
    now = datetime(2026, 3, 28, tzinfo=UTC) + minutes(later)
    assert quiet_until(quiet, zone, now) == stepped(quiet, zone, now)
