"""Who is on call: weekly hours, dated swaps, and when a shift begins and ends."""

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff.hours import Interval, Rota
from handoff.rota import Swap, is_on_call, read_rota, shift_begin, shift_end, shifts_of_day
from tests.handoff.cast import JAKARTA, at, minutes

OFFICE = read_rota(("mon-fri 08:00-12:00", "mon-fri 12:00-17:00"))
NIGHT = read_rota(("sun 22:00-06:00",))


def test_a_shift_ends_where_nobody_else_of_the_rota_follows_on() -> None:
    assert shift_end(OFFICE, (), JAKARTA, at("09:00")) == at("17:00")
    assert shift_begin(OFFICE, (), JAKARTA, at("17:00")) == at("2026-03-17T08:00")


def test_at_its_end_a_shift_is_over() -> None:
    assert shift_end(OFFICE, (), JAKARTA, at("17:00")) == at("2026-03-17T17:00")
    assert not is_on_call(OFFICE, (), JAKARTA, at("17:00"))


def test_a_night_ends_on_the_next_day() -> None:
    assert shift_end(NIGHT, (), JAKARTA, at("2026-03-15T23:00")) == at("06:00")


@pytest.mark.parametrize("rota", [(), read_rota(("mon-sun 00:00-24:00",))])
def test_who_always_is_on_call_has_no_end(rota: tuple[Rota, ...]) -> None:
    assert shift_end(rota, (), JAKARTA, at("09:00")) is None
    assert shift_begin(rota, (), JAKARTA, at("09:00")) is None


def test_a_swap_gives_and_takes_its_span_and_nothing_else() -> None:
    gives = Swap(at("08:00"), at("17:00"), takes=False)
    takes = Swap(at("08:00"), at("17:00"), takes=True)
    assert not is_on_call(OFFICE, (gives,), JAKARTA, at("09:00"))
    assert is_on_call(OFFICE, (gives,), JAKARTA, at("2026-03-17T09:00"))
    assert is_on_call(NIGHT, (takes,), JAKARTA, at("09:00"))
    assert shift_end(NIGHT, (takes,), JAKARTA, at("09:00")) == at("17:00")
    assert shift_begin(OFFICE, (gives,), JAKARTA, at("07:00")) == at("2026-03-17T08:00")


def test_a_swap_ends_the_day_of_somebody_who_always_is_on_call() -> None:
    gives = Swap(at("12:00"), at("13:00"), takes=False)
    assert shift_end((), (gives,), JAKARTA, at("09:00")) == at("12:00")
    assert shift_begin((), (gives,), JAKARTA, at("12:00")) == at("13:00")


def test_the_newest_swap_wins() -> None:
    span = (at("08:00"), at("17:00"))
    both = (Swap(*span, takes=False), Swap(*span, takes=True))
    assert is_on_call(OFFICE, both, JAKARTA, at("09:00"))
    assert not is_on_call(OFFICE, both[::-1], JAKARTA, at("09:00"))


def test_the_shifts_of_a_day_are_those_that_begin_on_it() -> None:
    monday = at("00:00").date()
    assert shifts_of_day(OFFICE, JAKARTA, monday) == [(at("08:00"), at("12:00")), (at("12:00"), at("17:00"))]
    assert shifts_of_day(NIGHT, JAKARTA, monday) == []
    assert shifts_of_day((), JAKARTA, monday) == [(at("00:00"), at("2026-03-17T00:00"))]


def test_a_shift_that_ends_in_a_clock_change_ends_where_the_clock_jumps_to() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    rota = read_rota(("sat 22:00-02:30",))
    ends = shift_end(rota, (), berlin, datetime(2026, 3, 28, 22, tzinfo=UTC))
    assert ends == datetime(2026, 3, 29, 1, 30, tzinfo=UTC), (
        "02:30 does not exist; it is 03:30 in summer time"
    )


entries = st.builds(
    lambda days, begin, length: Rota(frozenset(days), Interval(begin, begin + length)),
    st.sets(st.integers(0, 6), min_size=1),
    st.integers(0, 1439),
    st.integers(1, 1439),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(entries, min_size=1, max_size=3), st.integers(0, 7 * 24 * 60))
def test_an_end_is_the_first_minute_at_which_somebody_goes_off_call(rota: list[Rota], minute: int) -> None:
    start = at("00:00") + minutes(minute)
    walked = ((n, is_on_call(rota, (), JAKARTA, start + minutes(n))) for n in range(8 * 24 * 60))
    first = next((n for (_, before), (n, on) in pairwise(walked) if before and not on), None)
    expected = start + minutes(first) if first is not None else None
    assert shift_end(rota, (), JAKARTA, start) == expected
