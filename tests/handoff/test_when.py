"""Instants as people name them."""

from datetime import datetime, timedelta

import pytest

from handoff.when import parse_when, split_when
from tests.handoff.cast import JAKARTA, at

NOON = at("12:00")  # a Monday


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("16:00", at("16:00")),
        ("16.00", at("16:00")),
        (" 9:05  ".replace("9", "13"), at("13:05")),
        ("hari ini 16:00", at("16:00")),
        ("besok 09:00", at("2026-03-17T09:00")),
        ("Tomorrow 9:00", at("2026-03-17T09:00")),
        ("lusa 10.30", at("2026-03-18T10:30")),
        ("jumat 10:00", at("2026-03-20T10:00")),
        ("senin 10:00", at("2026-03-23T10:00")),
        ("mon 13:00", at("13:00")),
        ("2h", at("14:00")),
        ("90m", at("13:30")),
        ("2026-03-17 16:00", at("2026-03-17T16:00")),
        ("2026-03-17T16:00", at("2026-03-17T16:00")),
        ("2026-03-16T16:00+09:00", at("14:00")),
        ("2026-03-16T09:00:00Z", at("16:00")),
    ],
)
def test_a_time_is_read_as_it_is_meant(text: str, meant: datetime) -> None:
    assert parse_when(text, NOON, JAKARTA) == meant


NO_TIMES = ("", "soon", "25:00", "16:60", "0m", "-2h", "16", "kemarin 10:00", "９:００", "1e9h")


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_no_time_says_what_is(text: str) -> None:
    with pytest.raises(ValueError, match=r'is no time; write a time such as "16:00"'):
        parse_when(text, NOON, JAKARTA)


@pytest.mark.parametrize("text", ["12:00", "09:00", "2026-03-15", "2026-03-16T11:59:59+07:00"])
def test_what_has_passed_is_not_taken_for_tomorrow(text: str) -> None:
    with pytest.raises(ValueError, match="is past"):
        parse_when(text, NOON, JAKARTA)


@pytest.mark.parametrize("text", ["400d", "2028-01-01 10:00"])
def test_more_than_a_year_away_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="more than a year away"):
        parse_when(text, NOON, JAKARTA)


@pytest.mark.parametrize(
    ("text", "after", "rest"),
    [
        ("16:00 teknisi datang", timedelta(hours=4), "teknisi datang"),
        ("besok 09:00 teknisi datang", timedelta(hours=21), "teknisi datang"),
        ("2h kabar dari gudang", timedelta(hours=2), "kabar dari gudang"),
        ("hari ini 13:00 ok", timedelta(hours=1), "ok"),
        ("16:00", timedelta(hours=4), ""),
    ],
)
def test_a_time_at_the_start_is_split_from_what_is_promised(text: str, after: timedelta, rest: str) -> None:
    assert split_when(text, NOON, JAKARTA) == (NOON + after, rest)


def test_without_a_time_at_the_start_nothing_is_guessed() -> None:
    with pytest.raises(ValueError, match='"teknisi" is no time'):
        split_when("teknisi datang 16:00", NOON, JAKARTA)
