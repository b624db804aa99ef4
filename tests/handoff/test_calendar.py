"""Working hours, sentence by sentence. 2026-03-16 is a Monday."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from timeit import repeat
from zoneinfo import ZoneInfo

import pytest

from handoff.calendar import (
    Calendar,
    Interval,
    UnreachableError,
    add,
    between,
    is_open,
    last_closing,
    next_opening,
    overlaps,
    parse_interval,
    parse_weekly,
)
from handoff.holidays_of import holidays_of
from handoff.rota import covers

JAKARTA = ZoneInfo("Asia/Jakarta")
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = ("09:00-12:00", "13:00-17:00")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def intervals(*texts: str) -> tuple[Interval, ...]:
    return tuple(parse_interval(text) for text in texts)


def week(**days: tuple[str, ...]) -> tuple[tuple[Interval, ...], ...]:
    return tuple(intervals(*days.get(day, ())) for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))


def every_day(*texts: str, zone: ZoneInfo = JAKARTA) -> Calendar:
    return Calendar("every day", zone, (intervals(*texts),) * 7)


def office(zone: ZoneInfo = JAKARTA, **more: object) -> Calendar:
    return replace(
        Calendar("office", zone, week(mon=OFFICE, tue=OFFICE, wed=OFFICE, thu=OFFICE, fri=OFFICE)),
        **more,  # type: ignore[arg-type]
    )


def at(text: str, zone: ZoneInfo = JAKARTA) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


@pytest.mark.parametrize(
    ("start", "target", "due"),
    [
        ("2026-03-16T09:30", hours(2), "2026-03-16T11:30"),
        ("2026-03-16T11:00", hours(2), "2026-03-16T14:00"),
        ("2026-03-16T12:30", hours(1), "2026-03-16T14:00"),
        ("2026-03-16T16:00", hours(2), "2026-03-17T10:00"),
        ("2026-03-20T16:30", hours(1), "2026-03-23T09:30"),
        ("2026-03-21T10:00", hours(7), "2026-03-23T17:00"),
        ("2026-03-16T00:00", DAY, "2026-03-19T12:00"),
    ],
)
def test_only_working_time_is_counted(start: str, target: timedelta, due: str) -> None:
    assert add(office(), at(start), target) == at(due)


def test_a_target_used_up_at_closing_time_is_due_then_and_not_at_the_next_opening() -> None:
    assert add(office(), at("2026-03-16T15:00"), hours(2)) == at("2026-03-16T17:00")
    assert add(office(), at("2026-03-16T11:00"), hours(1)) == at("2026-03-16T12:00")
    assert add(office(), at("2026-03-16T15:00"), hours(2) + timedelta(microseconds=1)) > at(
        "2026-03-17T09:00"
    )


def test_results_are_in_utc_and_keep_their_microseconds() -> None:
    due = add(office(), at("2026-03-16T09:30:00.000001"), timedelta(seconds=1))
    assert due.tzinfo is UTC
    assert due == at("2026-03-16T09:30:01.000001")


def test_a_night_shift_belongs_to_the_day_it_begins_on() -> None:
    nights = Calendar("nights", JAKARTA, week(mon=("22:00-02:00",)))
    assert is_open(nights, at("2026-03-17T01:59"))
    assert not is_open(nights, at("2026-03-16T01:59"))
    assert not is_open(nights, at("2026-03-17T22:30"))


def test_a_holiday_removes_the_intervals_of_its_day_whole_and_no_others() -> None:
    nights = replace(every_day("22:00-02:00"), holidays=frozenset({date(2026, 3, 17)}))
    assert is_open(nights, at("2026-03-17T01:00")), "the eve's shift runs into the holiday"
    assert not is_open(nights, at("2026-03-17T23:00"))
    assert not is_open(nights, at("2026-03-18T01:00")), "the holiday's own shift is gone to its end"
    assert is_open(nights, at("2026-03-18T22:00"))


def test_an_exception_replaces_the_intervals_of_its_day() -> None:
    ramadan = office(exceptions={date(2026, 3, 17): intervals("08:00-10:00"), date(2026, 3, 18): ()})
    assert add(ramadan, at("2026-03-16T16:30"), hours(2)) == at("2026-03-17T09:30")
    assert add(ramadan, at("2026-03-17T09:30"), hours(1)) == at("2026-03-19T09:30")


def test_an_exception_dated_on_a_holiday_wins() -> None:
    open_holiday = office(
        holidays=frozenset({date(2026, 3, 17)}), exceptions={date(2026, 3, 17): intervals("10:00-11:00")}
    )
    assert next_opening(open_holiday, at("2026-03-16T17:00")) == at("2026-03-17T10:00")


def test_overlapping_intervals_count_once() -> None:
    twice = every_day("09:00-12:00", "11:00-13:00", "22:00-02:00", "01:00-03:00")
    assert between(twice, at("2026-03-16T00:00"), at("2026-03-17T00:00")) == hours(3 + 4 + 2)


def test_a_calendar_that_never_closes_counts_elapsed_time_over_every_clock_change() -> None:
    for zone in ("Asia/Jakarta", "Europe/Berlin", "America/Sao_Paulo", "America/Havana", "Pacific/Apia"):
        always = Calendar.always(ZoneInfo(zone))
        for start in (datetime(2011, 12, 1, tzinfo=UTC), datetime(2018, 10, 20, 13, 7, tzinfo=UTC)):
            for days in (1, 30, 365, 4_000):
                assert add(always, start, timedelta(days)) == start + timedelta(days)
    assert Calendar.always(JAKARTA).name == "always"


def test_a_boundary_in_a_gap_moves_forward_by_the_length_of_the_gap() -> None:
    spring = every_day("02:30-05:00", zone=BERLIN)  # on 2026-03-29 02:00 becomes 03:00
    assert next_opening(spring, at("2026-03-28T23:00Z")) == at("2026-03-29T03:30+02:00")
    assert between(spring, at("2026-03-28T23:00Z"), at("2026-03-29T22:00Z")) == hours(1.5)
    short = every_day("01:00-02:30", zone=BERLIN)
    assert between(short, at("2026-03-28T23:00Z"), at("2026-03-29T22:00Z")) == hours(1.5)
    assert not is_open(short, at("2026-03-29T03:30+02:00"))


def test_an_interval_that_a_gap_turns_around_is_no_time_at_all() -> None:
    swallowed = every_day("02:30-03:00", zone=BERLIN)
    assert next_opening(swallowed, at("2026-03-28T23:00Z")) == at("2026-03-30T02:30+02:00")
    with pytest.raises(ValueError, match="no working time"):
        Calendar("gap", BERLIN, ((),) * 7, {date(2026, 3, 29): intervals("02:30-03:00")})


def test_a_doubled_boundary_is_the_first() -> None:
    autumn = every_day("02:30-04:00", zone=BERLIN)  # on 2026-10-25 03:00 becomes 02:00
    assert next_opening(autumn, at("2026-10-24T22:00Z")) == at("2026-10-25T02:30+02:00")
    assert between(autumn, at("2026-10-24T22:00Z"), at("2026-10-25T23:00Z")) == hours(2.5)
    early = every_day("01:00-02:30", zone=BERLIN)
    assert not is_open(early, at("2026-10-25T02:15+01:00"))


def test_a_start_in_the_doubled_hour_is_read_by_its_offset() -> None:
    always = Calendar.always(BERLIN)
    second = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1)
    assert add(always, second, hours(1)) == at("2026-10-25T03:30+01:00")
    assert between(always, second.replace(fold=0), second) == hours(1)


def test_the_closing_instant_is_no_longer_open_and_the_opening_instant_is() -> None:
    assert is_open(office(), at("2026-03-16T09:00"))
    assert not is_open(office(), at("2026-03-16T12:00"))
    assert next_opening(office(), at("2026-03-16T12:00")) == at("2026-03-16T13:00")
    assert next_opening(office(), at("2026-03-16T10:15")) == at("2026-03-16T10:15")


def test_working_time_backwards_is_negative() -> None:
    assert between(office(), at("2026-03-17T10:00"), at("2026-03-16T16:00")) == -hours(2)


@pytest.mark.parametrize("count", [add, between])
def test_a_naive_instant_is_refused(count: Callable[..., object]) -> None:
    naive = datetime(2026, 3, 16, 9)  # noqa: DTZ001
    with pytest.raises(ValueError, match="needs its offset"):
        count(office(), naive, hours(1) if count is add else at("2026-03-17T09:00"))
    for ask in (is_open, next_opening):
        with pytest.raises(ValueError, match="needs its offset"):
            ask(office(), naive)
    with pytest.raises(ValueError, match="needs its offset"):
        covers([parse_weekly("mon 09:00-12:00")], JAKARTA, naive)


@pytest.mark.parametrize("target", [timedelta(0), -hours(1)])
def test_a_target_that_is_not_above_zero_is_refused(target: timedelta) -> None:
    with pytest.raises(ValueError, match="above zero"):
        add(office(), at("2026-03-16T09:00"), target)


def test_a_calendar_without_any_working_time_is_refused() -> None:
    for exceptions in ({}, {date(2026, 3, 17): ()}):
        with pytest.raises(ValueError, match="calendar closed: there is no working time"):
            Calendar("closed", JAKARTA, ((),) * 7, exceptions)
    with pytest.raises(ValueError, match="seven days"):
        Calendar("short", JAKARTA, (intervals("09:00-12:00"),) * 6)


def test_dated_exceptions_alone_are_a_calendar_which_ends_with_the_last() -> None:
    bazaar = Calendar(
        "bazaar", JAKARTA, ((),) * 7, {date(2026, 3, 17): intervals("09:00-12:00", "22:00-02:00")}
    )
    assert add(bazaar, at("2020-01-01T00:00"), hours(7)) == at("2026-03-18T02:00")
    assert last_closing(bazaar) == at("2026-03-18T02:00")
    assert last_closing(office()) is None
    with pytest.raises(UnreachableError, match=r"calendar bazaar: 7:00:01 .* not reached within 20 years"):
        add(bazaar, at("2020-01-01T00:00"), timedelta(hours=7, seconds=1))
    with pytest.raises(UnreachableError, match="does not open within 20 years"):
        next_opening(bazaar, at("2026-03-18T02:00"))


def test_a_search_through_years_of_holidays_ends() -> None:
    closed = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(30 * 366))
    with pytest.raises(UnreachableError):
        add(office(holidays=closed), at("2026-01-05T09:00"), hours(1))


def test_the_ends_of_time_are_refused_in_words_or_counted() -> None:
    assert is_open(Calendar.always(JAKARTA), datetime(1, 1, 10, tzinfo=UTC))
    for start in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
        with pytest.raises(UnreachableError):
            add(Calendar.always(JAKARTA), start, timedelta(days=36_500))


def test_a_calendar_does_not_follow_a_change_of_the_mapping_it_was_made_from() -> None:
    exceptions = {date(2026, 3, 17): intervals("09:00-10:00")}
    calendar = office(exceptions=exceptions)
    exceptions.clear()
    assert not is_open(calendar, at("2026-03-17T15:00"))
    assert calendar == office(exceptions={date(2026, 3, 17): intervals("09:00-10:00")})


def test_overlaps_are_told_in_words() -> None:
    assert overlaps(office()) == []
    assert overlaps(Calendar.always(BERLIN)) == []
    clash = Calendar(
        "clash",
        JAKARTA,
        week(mon=("09:00-12:00", "11:00-13:00"), sun=("22:00-10:00",)),
        {date(2026, 3, 17): intervals("00:00-24:00"), date(2026, 3, 16): intervals("23:00-00:30")},
    )
    assert overlaps(clash) == [
        f"{pair} overlap; the time they share counts once"
        for pair in (
            "mon 09:00-12:00 and mon 11:00-13:00",
            "sun 22:00-10:00 and mon 09:00-12:00",
            "2026-03-16 23:00-00:30 and 2026-03-17 00:00-24:00",
        )
    ]


def test_a_year_away_takes_at_most_50_microseconds() -> None:
    start, year = at("2026-01-05T10:00"), 240 * hours(7)
    for zone in (JAKARTA, BERLIN):
        calendar = office(zone, holidays=holidays_of("ID", range(2025, 2029)))
        assert add(calendar, start, year) > start + timedelta(days=350)
        ask = partial(add, calendar, start, year)
        fastest = min(repeat(ask, number=100, repeat=20)) / 100
        assert fastest < 50e-6


def test_a_rota_covers_its_hours_and_a_night_runs_into_the_next_day() -> None:
    rota = [parse_weekly("mon-fri 08:00-17:00"), parse_weekly("sun 22:00-06:00")]
    assert covers(rota, JAKARTA, at("2026-03-16T08:00"))
    assert not covers(rota, JAKARTA, at("2026-03-16T17:00"))
    assert covers(rota, JAKARTA, at("2026-03-16T05:59"))
    assert not covers(rota, JAKARTA, at("2026-03-17T05:59"))
    assert covers(rota, JAKARTA, at("2026-03-16T01:00Z")), "the zone is the rota's, not the instant's"


def test_without_a_rota_one_is_always_on_call() -> None:
    assert covers([], JAKARTA, at("2026-03-16T03:00"))


# Holidays of a country.


def test_indonesian_holidays_hold_the_joint_leave() -> None:
    days = holidays_of("ID", [2026])
    assert date(2026, 8, 17) in days
    assert date(2026, 12, 24) in days, "cuti bersama"
    assert {day.year for day in days} == {2026}


def test_other_countries_give_their_public_holidays() -> None:
    assert date(2026, 10, 3) in holidays_of("DE", range(2025, 2028))


@pytest.mark.parametrize("country", ["", "id", "XX", "IDN", "Indonesia"])
def test_an_unknown_country_is_refused(country: str) -> None:
    with pytest.raises(ValueError, match=f'"{country}" is no country'):
        holidays_of(country, [2026])


@pytest.mark.parametrize(
    ("said", "meant"),
    [("senin-jumat 08:00-17:00", "mon-fri 08:00-17:00"), ("Sen-Jum 08:00-17:00", "mon-fri 08:00-17:00"),
     ("sabtu 22:00-06:00", "sat 22:00-06:00"), ("jum'at-minggu 09:00-12:00", "fri-sun 09:00-12:00"),
     ("rab-kam 09:00-12:00", "wed-thu 09:00-12:00"), ("sel 09:00-12:00", "tue 09:00-12:00")],
)  # fmt: skip
def test_days_have_their_indonesian_names_too(said: str, meant: str) -> None:
    assert parse_weekly(said) == parse_weekly(meant)
