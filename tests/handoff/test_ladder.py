"""The ladder, sentence by sentence: who is told next, and what "I have it" holds back."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff import ladder
from handoff.ladder import Climb, Ping
from handoff.policy import DEFAULT_LADDER, Rung
from tests.handoff.cast import at, minutes

DUE = at("10:00")
ACK = minutes(30)
STAIRS = (
    Rung(("assignee",), every=minutes(5), times=2),
    Rung(("supervisor",), after=minutes(15)),
    Rung(("decision_maker",), after=minutes(45)),
)


def rung_until(
    climb: Climb, until: datetime, steps: tuple[Rung, ...] = DEFAULT_LADDER
) -> tuple[Climb, list[str]]:
    """Climb at each instant at which something is due, and say when which rung rang for the n-th time."""
    rang = []
    while climb.look_at is not None and climb.look_at <= until:
        now = climb.look_at
        climb, pings = ladder.climb_to(climb, steps, now)
        rang += [f"{now:%H:%M} {ping.rung}.{ping.n}" for ping in pings]
    return climb, rang


def broken(steps: tuple[Rung, ...] = DEFAULT_LADDER) -> Climb:
    return ladder.break_promise(Climb(), steps, DUE)


def test_the_default_ladder_rings_as_it_is_written() -> None:
    _, rang = rung_until(broken(), at("12:00"))
    assert rang == [
        "10:00 1.1", "10:00 2.1", "10:05 1.2", "10:10 1.3", "10:15 3.1", "10:25 3.2", "10:35 3.3",
        "10:45 4.1", "11:45 4.2",
    ]  # fmt: skip


def test_the_second_channel_rings_hourly_up_to_a_day() -> None:
    climb, rang = rung_until(broken(), at("2026-03-18T10:00"))
    assert rang[-1] == "09:45 4.24"
    assert climb.look_at is None


def test_a_warning_rings_once_and_the_breach_starts_the_rungs_at_one() -> None:
    climb, rang = rung_until(ladder.warn(Climb(), at("09:45")), at("09:59"))
    assert rang == ["09:45 0.1"]
    assert rung_until(ladder.break_promise(climb, DEFAULT_LADDER, DUE), DUE)[1] == ["10:00 1.1", "10:00 2.1"]


def test_a_breach_drops_a_warning_that_still_waited() -> None:
    climb = ladder.break_promise(ladder.warn(Climb(), at("09:45")), DEFAULT_LADDER, DUE)
    assert rung_until(climb, DUE)[1] == ["10:00 1.1", "10:00 2.1"]


def test_a_crisis_starts_at_the_first_rung_that_names_the_decision_makers() -> None:
    assert rung_until(ladder.begin_crisis(DEFAULT_LADDER, DUE), at("10:25"))[1] == [
        "10:00 2.1", "10:15 3.1", "10:25 3.2"
    ]  # fmt: skip


def test_a_crisis_rings_at_once_where_the_rung_would_come_later() -> None:
    assert rung_until(ladder.begin_crisis(STAIRS, DUE), at("12:00"), STAIRS)[1] == ["10:00 3.1"]


def test_a_crisis_climbs_from_the_first_rung_where_none_names_the_decision_makers() -> None:
    assert rung_until(ladder.begin_crisis(STAIRS[:2], DUE), at("12:00"), STAIRS[:2])[1] == [
        "10:00 1.1", "10:05 1.2", "10:15 2.1"
    ]  # fmt: skip


def test_nothing_rings_while_an_ack_lasts_and_then_the_rung_reached_starts_again() -> None:
    climb, _ = rung_until(broken(STAIRS), at("10:16"), STAIRS)
    held = ladder.ack(climb, at("10:20"), ACK)
    assert held.look_at == at("10:50")
    assert ladder.climb_to(held, STAIRS, at("10:49")) == (held, [])
    _, rang = rung_until(held, at("12:00"), STAIRS)
    assert rang == ["10:50 2.2", "11:35 3.1"], "the next rung's `after` counts anew"


def test_the_rung_reached_gets_its_full_times_again_and_n_counts_on() -> None:
    climb, _ = rung_until(broken(STAIRS), DUE, STAIRS)
    _, rang = rung_until(ladder.ack(climb, at("10:01"), ACK), at("10:50"), STAIRS)
    assert rang == ["10:31 1.2", "10:36 1.3", "10:46 2.1"]


def test_rungs_that_began_together_start_again_together() -> None:
    climb, _ = rung_until(broken(), at("10:02"))
    _, rang = rung_until(ladder.ack(climb, at("10:02"), ACK), at("10:47"))
    assert rang == ["10:32 1.2", "10:32 2.2", "10:37 1.3", "10:42 1.4", "10:47 3.1"]


def test_a_lower_rung_does_not_start_again() -> None:
    climb, _ = rung_until(broken(), at("10:15"))
    _, rang = rung_until(ladder.ack(climb, at("10:16"), ACK), at("11:06"))
    assert rang == ["10:46 3.2", "10:56 3.3", "11:06 3.4"]


def test_a_crisis_starts_again_where_it_began_and_not_below() -> None:
    climb, _ = rung_until(ladder.begin_crisis(DEFAULT_LADDER, DUE), DUE)
    assert rung_until(ladder.ack(climb, DUE, minutes(15)), at("10:15"))[1] == ["10:15 2.2"]


def test_an_acked_warning_holds_the_breach_back_until_the_ack_ends() -> None:
    climb, _ = rung_until(ladder.warn(Climb(), at("09:45")), at("09:45"))
    held = ladder.break_promise(ladder.ack(climb, at("09:50"), ACK), DEFAULT_LADDER, DUE)
    _, rang = rung_until(held, at("10:35"))
    assert rang == ["10:20 1.1", "10:20 2.1", "10:25 1.2", "10:30 1.3", "10:35 3.1"]


def test_an_acked_warning_is_given_again_when_the_ack_ends_and_nothing_broke() -> None:
    climb, _ = rung_until(ladder.warn(Climb(), at("09:45")), at("09:45"))
    assert rung_until(ladder.ack(climb, at("09:50"), ACK), at("11:00"))[1] == ["10:20 0.2"]


def test_a_second_warning_waits_for_a_lasting_ack() -> None:
    climb, _ = rung_until(ladder.warn(Climb(), at("09:45")), at("09:45"))
    held = ladder.ack(climb, at("09:50"), ACK)
    assert ladder.warn(held, at("10:00")) == held
    assert rung_until(ladder.warn(held, at("10:20")), at("10:20"))[1] == ["10:20 0.2"]


def test_a_breach_as_an_ack_ends_starts_at_once() -> None:
    climb, _ = rung_until(ladder.warn(Climb(), at("09:30")), at("09:30"))
    after = ladder.break_promise(ladder.ack(climb, at("09:30"), ACK), DEFAULT_LADDER, DUE)
    assert rung_until(after, DUE)[1] == ["10:00 1.1", "10:00 2.1"]


def test_an_ack_is_extended_once() -> None:
    climb, _ = rung_until(broken(), DUE)
    longer = ladder.extend(ladder.ack(climb, DUE, ACK), at("10:10"), ACK)
    assert longer.acked_until == at("11:00")
    assert ladder.extend(longer, at("10:20"), ACK) == longer


def test_a_new_ack_can_be_extended_again() -> None:
    climb, _ = rung_until(broken(), DUE)
    climb = ladder.extend(ladder.ack(climb, DUE, ACK), at("10:10"), ACK)
    climb, _ = rung_until(climb, at("11:00"))
    again = ladder.ack(climb, at("11:01"), ACK)
    assert ladder.extend(again, at("11:02"), ACK).acked_until == at("12:01")


@pytest.mark.parametrize("now", ["10:30", "10:31"])
def test_an_ack_that_is_over_is_not_extended(now: str) -> None:
    held = ladder.ack(rung_until(broken(), DUE)[0], DUE, ACK)
    assert ladder.extend(held, at(now), ACK) == held
    assert ladder.extend(broken(), at(now), ACK) == broken()


def test_what_stops_the_deadline_clears_its_alerts() -> None:
    climb = ladder.end(ladder.ack(rung_until(broken(), DUE)[0], DUE, ACK))
    assert climb.look_at is None
    assert not climb.is_open
    assert ladder.climb_to(climb, DEFAULT_LADDER, at("23:00")) == (climb, [])
    assert ladder.extend(climb, at("10:01"), ACK) == climb


def test_a_climb_is_open_from_its_first_ping_to_its_end() -> None:
    assert not broken().is_open
    climb, _ = rung_until(broken(), DUE)
    assert climb.is_open


def test_a_rung_that_reaches_nobody_brings_the_next_one_forward() -> None:
    climb, _ = rung_until(broken(STAIRS), DUE, STAIRS)
    _, rang = rung_until(ladder.skip(climb, STAIRS, 1, at("10:01")), at("12:00"), STAIRS)
    assert rang == ["10:01 2.1", "10:05 1.2", "10:45 3.1"]


def test_the_next_rung_is_not_brought_forward_twice_and_the_last_has_none() -> None:
    climb, _ = rung_until(broken(STAIRS), at("10:15"), STAIRS)
    assert ladder.skip(climb, STAIRS, 1, at("10:20")) == climb
    assert ladder.skip(climb, STAIRS, 3, at("10:20")) == climb


def test_what_was_missed_goes_out_once_with_the_number_it_would_have_had() -> None:
    climb, pings = ladder.climb_to(broken(), DEFAULT_LADDER, at("10:27"))
    assert pings == [Ping(1, 3, DUE), Ping(2, 1, DUE), Ping(3, 2, at("10:15"))]
    assert rung_until(climb, at("10:45"))[1] == ["10:35 3.3", "10:45 4.1"], "the rest keeps its time"


def test_an_ack_that_ended_unnoticed_starts_the_rung_at_its_end() -> None:
    held = ladder.ack(rung_until(broken(STAIRS), DUE, STAIRS)[0], DUE, ACK)
    climb, pings = ladder.climb_to(held, STAIRS, at("10:32"))
    assert pings == [Ping(1, 2, at("10:30"))]
    assert climb.look_at == at("10:35")


def test_a_warning_waits_until_the_quiet_is_over_and_a_breach_does_not() -> None:
    climb, pings = ladder.climb_to(ladder.warn(Climb(), DUE), STAIRS, DUE, at("11:00"))
    assert (pings, climb.look_at) == ([], at("11:00"))
    assert ladder.climb_to(climb, STAIRS, at("11:00"), at("11:00"))[1] == [Ping(0, 1, at("11:00"))]
    assert ladder.climb_to(broken(STAIRS), STAIRS, DUE, at("11:00"))[1] == [Ping(1, 1, DUE)]


def test_a_ladder_that_lost_rungs_is_climbed_as_far_as_it_goes() -> None:
    climb, _ = rung_until(broken(), at("10:26"))
    shorter = DEFAULT_LADDER[:2]
    assert rung_until(climb, at("12:00"), shorter)[1] == []
    assert rung_until(ladder.ack(climb, at("10:30"), ACK), at("11:00"), shorter)[1] == [
        "11:00 1.4",
        "11:00 2.2",
    ]


# Whatever happens, in whatever order.

acts = st.lists(
    st.tuples(
        st.integers(0, 3600), st.sampled_from(["sweep", "ack", "extend", "warn", "break", "skip 1", "skip 3"])
    ),
    max_size=25,
)
rungs = st.builds(
    lambda after, every, times: Rung(("admin",), minutes(after), minutes(every), times),
    st.sampled_from([0, 0, 5, 15, 45]), st.integers(1, 20), st.integers(1, 4),
)  # fmt: skip
ladders = st.one_of(st.just(DEFAULT_LADDER), st.lists(rungs, min_size=1, max_size=4).map(tuple))


def mistakes(steps: tuple[Rung, ...], happened: list[tuple[int, str]], *, crisis: bool) -> list[str]:
    """Let a climb live through it, and say what must never be."""
    now, held_until = DUE, None
    climb = ladder.begin_crisis(steps, now) if crisis else Climb()
    seen: set[tuple[int, int]] = set()
    wrong = []
    for later, act in happened:
        now += timedelta(seconds=later)
        if act == "ack" and climb.is_open and (held_until is None or held_until <= now):
            climb, held_until = ladder.ack(climb, now, ACK), now + ACK
        elif act == "extend":
            climb = ladder.extend(climb, now, ACK)
            held_until = climb.acked_until or held_until
        elif act == "warn" and not climb.broken:
            climb = ladder.warn(climb, now)
        elif act == "break" and not climb.broken:
            climb = ladder.break_promise(climb, steps, now)
        elif act.startswith("skip") and climb.broken:
            climb = ladder.skip(climb, steps, int(act[-1]), now)
        is_over = climb.acked_until is not None and climb.acked_until <= now
        rings_at_once = not climb.broken or any(step.n for step in climb.steps if step.rung)
        climb, pings = ladder.climb_to(climb, steps, now)
        if pings and held_until is not None and now < held_until:
            wrong.append(f"{pings} while an ack lasts")
        if is_over and not pings and (rings_at_once or climb.look_at is None):
            wrong.append("silent although an ack is over")
        again = ladder.climb_to(climb, steps, now)
        if again != (climb, []):
            wrong.append(f"a second sweep did {again[1]}")
        rang = {(ping.rung, ping.n) for ping in pings}
        if len(rang) < len(pings) or rang & seen:
            wrong.append(f"{pings} repeat a number")
        seen |= rang
    return wrong


@settings(max_examples=200, deadline=None)
@given(ladders, acts, st.booleans())
def test_a_ladder_never_climbs_in_an_ack_nor_stays_silent_after_it_nor_repeats_itself(
    steps: tuple[Rung, ...], happened: list[tuple[int, str]], crisis: bool
) -> None:
    assert mistakes(steps, happened, crisis=crisis) == []


@pytest.mark.long
@settings(max_examples=10_000, deadline=None)
@given(ladders, acts, st.booleans())
def test_a_ladder_does_so_in_ten_thousand_lives(
    steps: tuple[Rung, ...], happened: list[tuple[int, str]], crisis: bool
) -> None:
    assert mistakes(steps, happened, crisis=crisis) == []
