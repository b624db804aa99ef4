"""The clock of the machine is set back or forward, or nobody sweeps for a while: no ping twice, none lost."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from handoff import burst
from handoff.burst import Burst
from handoff.events import Claimed
from handoff.policy import Rung
from handoff.tables import ALERTS
from tests.handoff.cast import Desk, at, desk, minutes, promises

TEN = at("10:00")
STAIRS = (Rung(("supervisor",), every=minutes(5), times=3), Rung(("decision_maker",), minutes(15)))


def alerted(office: Desk) -> list[tuple[int, int, int, int]]:
    with office.open() as conn:
        mine = select(ALERTS.c.climb_id, ALERTS.c.rung, ALERTS.c.n, ALERTS.c.staff_id).order_by(ALERTS.c.id)
        return [tuple(row) for row in conn.execute(mine)]


def complained() -> Desk:
    office = desk(promises(STAIRS, digest_after=1_000))
    for conversation in (1, 2, 3):
        office.complains(TEN + minutes(conversation), conversation=conversation)
    office.happens(Claimed(1), at("10:05"), 2)
    return office


def test_a_clock_set_back_repeats_nothing_and_goes_on_where_it_was() -> None:
    office = complained()
    office.sweep_to(at("10:22"))
    before = alerted(office)
    for now in ("09:00", "10:00", "10:21"):
        office.sweep(at(now))
    assert alerted(office) == before
    office.sweep_to(at("10:40"))
    straight = complained()
    straight.sweep_to(at("10:40"))
    assert sorted(alerted(office)) == sorted(alerted(straight))


def test_a_clock_set_forward_fires_everything_once_and_marks_it_late_the_most_urgent_first() -> None:
    office = complained()
    office.sweep_to(at("10:05"))
    office.sweep(at("13:00"))
    office.sweep(at("13:00"))
    breaches = [entry for entry in office.entries("breach") if entry.data["deadline"] == "first_response"]
    assert [entry.ticket for entry in breaches] == [1, 2, 3]
    assert all(entry.data["late"] for entry in breaches)
    assert len(set(alerted(office))) == len(alerted(office))
    assert {rung for _, rung, _, _ in alerted(office)} == {1, 2}, "not the warning of what broke since"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-90, 90), max_size=12))
def test_no_walk_of_the_clock_rings_twice_or_loses_a_rung(steps: list[int]) -> None:
    office, now = complained(), at("10:05")
    for step in steps:
        now = max(now + minutes(step), at("08:00"))
        office.sweep(now)
    end = max(now, at("16:00"))
    office.sweep_to(end)
    found = alerted(office)
    assert len(set(found)) == len(found)
    broken = {(entry.ticket, entry.data["deadline"]) for entry in office.entries("breach")}
    assert {(ticket, "first_response") for ticket in (1, 2, 3)} <= broken
    assert len(office.entries("breach")) == len(broken), "each promise breaks once"
    for climb in {climb for climb, *_ in found}:
        rungs = {rung for one, rung, *_ in found if one == climb}
        assert {1, 2} <= rungs, "every rung rang"
        assert max(n for one, rung, n, _ in found if (one, rung) == (climb, 1)) == 3


@pytest.mark.parametrize("back", [timedelta(seconds=1), timedelta(hours=1)])
def test_a_burst_that_began_before_the_clock_was_set_back_is_over(back: timedelta) -> None:
    full = Burst(TEN, passed=5, held=2, digest_at=TEN + minutes(2))
    after, passes = burst.count(full, TEN - back, 5)
    assert passes
    assert after.held == 2
    assert after.digest_at is not None
    assert after.digest_at <= TEN - back + burst.LENGTH, "the digest does not wait for the step"


def counted(moments: list[int], most: int) -> list[bool]:
    state, passed = None, []
    for moment in sorted(moments):
        state, passes = burst.count(state, TEN + timedelta(seconds=moment), most)
        passed.append(passes)
    return passed


@given(st.lists(st.integers(0, 1000), max_size=40), st.integers(1, 6))
def test_never_more_than_the_limit_pass_within_a_burst(moments: list[int], most: int) -> None:
    passed: list[datetime] = [
        TEN + timedelta(seconds=moment)
        for moment, passes in zip(sorted(moments), counted(moments, most), strict=True)
        if passes
    ]
    for first in passed:
        assert sum(first <= one < first + burst.LENGTH for one in passed) <= 2 * most
    assert passed[: min(most, len(moments))] == [TEN + timedelta(seconds=m) for m in sorted(moments)[:most]]
