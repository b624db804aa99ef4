"""Intervals, weekly shifts and durations as people write them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.hours import (
    Interval,
    Rota,
    format_duration,
    parse_duration,
    parse_interval,
    parse_weekly,
)

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("09:00-12:00", 540, 720),
        ("22:00-02:00", 1320, 1560),
        ("00:00-24:00", 0, 1440),
        ("22:00-24:00", 1320, 1440),
        ("22:00-00:00", 1320, 1440),
        ("00:00-00:01", 0, 1),
    ],
)
def test_an_interval_is_read(text: str, begin: int, end: int) -> None:
    assert parse_interval(text) == Interval(begin, end)
    assert parse_interval(str(Interval(begin, end))) == Interval(begin, end)


@pytest.mark.parametrize(
    "text",
    ["", "09:00", "9:00-12:00", "25:00-26:00", "09:60-10:00", "09:00-24:01", "24:00-02:00", "09:00-09:00",
     "00:00-00:00", "09:00-12:00 ", "09:00–12:00", "٠٩:٠٠-١٢:٠٠", "09.00-12.00"],
)  # fmt: skip
def test_what_is_no_interval_is_refused_and_told_what_is(text: str) -> None:
    with pytest.raises(ValueError, match="is no interval; allowed is HH:MM-HH:MM"):
        parse_interval(text)


@pytest.mark.parametrize(("begin", "end"), [(-1, 5), (1440, 1500), (5, 5), (10, 5), (60, 1501), (1, 1441)])
def test_an_interval_out_of_range_is_refused(begin: int, end: int) -> None:
    with pytest.raises(ValueError, match="begins within its day"):
        Interval(begin, end)


@pytest.mark.parametrize(
    ("text", "duration", "shortest"),
    [
        ("30s", timedelta(seconds=30), "30s"),
        ("15m", timedelta(minutes=15), "15m"),
        ("90m", timedelta(minutes=90), "90m"),
        ("4h", timedelta(hours=4), "4h"),
        ("24h", DAY, "1d"),
        ("3d", 3 * DAY, "3d"),
        ("36500d", 36_500 * DAY, "36500d"),
    ],
)
def test_a_duration_is_read_and_written(text: str, duration: timedelta, shortest: str) -> None:
    assert parse_duration(text) == duration
    assert format_duration(duration) == shortest


@pytest.mark.parametrize(
    "text",
    ["", "0m", "0s", "-5m", "5", "m", "1.5h", "1h30m", "5 m", "5M", "٥m", "36501d", "999999999999d",
     "9" * 5000 + "d"],
)  # fmt: skip
def test_what_is_no_duration_is_refused_and_told_what_is(text: str) -> None:
    with pytest.raises(
        ValueError, match="is no duration; allowed is a whole number with s, m, h or d, above zero"
    ):
        parse_duration(text)


def test_zero_is_a_duration_only_where_it_is_asked_for() -> None:
    assert parse_duration("0m", zero=True) == timedelta(0)
    assert format_duration(timedelta(0)) == "0m"
    with pytest.raises(ValueError, match="from zero"):
        parse_duration("-1m", zero=True)


@given(st.integers(0, 36_500 * 86_400).map(lambda seconds: timedelta(seconds=seconds)))
def test_a_written_duration_is_read_back(duration: timedelta) -> None:
    assert parse_duration(format_duration(duration), zero=True) == duration


@pytest.mark.parametrize("duration", [timedelta(seconds=-1), timedelta(microseconds=1)])
def test_a_duration_below_a_second_is_not_written(duration: timedelta) -> None:
    with pytest.raises(ValueError, match="whole seconds"):
        format_duration(duration)


@pytest.mark.parametrize(
    ("text", "days", "interval"),
    [
        ("mon-fri 08:00-17:00", {0, 1, 2, 3, 4}, "08:00-17:00"),
        ("mon 08:00-12:00", {0}, "08:00-12:00"),
        ("mon-sun 00:00-24:00", set(range(7)), "00:00-24:00"),
        ("fri-mon 22:00-06:00", {4, 5, 6, 0}, "22:00-06:00"),
        ("Sun-Mon  08:00-09:00", {6, 0}, "08:00-09:00"),
    ],
)
def test_a_weekly_shift_is_read(text: str, days: set[int], interval: str) -> None:
    assert parse_weekly(text) == Rota(frozenset(days), parse_interval(interval))


@pytest.mark.parametrize("text", ["", "mon", "08:00-17:00", "lun-ven 08:00-17:00", "mon,tue 08:00-17:00"])
def test_what_is_no_weekly_shift_is_refused_and_told_what_is(text: str) -> None:
    with pytest.raises(ValueError, match="is no weekly shift; allowed are days of mon, tue"):
        parse_weekly(text)


def test_a_weekly_shift_with_bad_hours_is_told_about_the_hours() -> None:
    with pytest.raises(ValueError, match="is no interval"):
        parse_weekly("mon-fri 25:00-17:00")
