"""Bursts of complaints: none in ordinary days, and a real one with the first contact that meets both."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import insert

from handoff import signs
from handoff.authority_tables import SIGNS
from handoff.policy import CrisisRules
from handoff.surge import is_surge, usual
from tests.cast import NOON, Stage, stage

DAYS = 30
FORTNIGHT = 14 * 24 * 60  # in minutes
SIGN = {"conversation_id": 10**6, "message_id": 0, "is_severe": False}


def quiet(hour: int) -> float:
    """A small brand: some three followers complain a day."""
    return 0.1 if 8 <= hour < 22 else 0.02


def busy(hour: int) -> float:
    """A large one: fifteen followers complain in half an hour by day, and hardly anybody by night."""
    return 15.0 if 6 <= hour < 24 else 0.1


def arrivals(rate: Callable[[int], float], random: Random, days: int) -> list[float]:
    """Return when followers complain, in minutes, spread by chance within each half hour."""
    times: list[float] = []
    for slot in range(days * 48):
        left = rate(slot // 2 % 24)
        gap = random.expovariate(left)
        while gap < 1:
            times.append((slot + gap) * 30)
            gap += random.expovariate(left)
    return times


def history(scene: Stage, times: list[float]) -> list[float]:
    """Let a different follower complain at each time, and return the times at which a watch began."""
    begins = NOON.astimezone(scene.brand.zone).replace(hour=0, minute=0) - timedelta(days=14)
    seen: list[float] = []
    with scene.open() as conn:
        for number, minutes in enumerate(times, 1):
            at = begins + timedelta(minutes=minutes)
            effects = signs.complained(
                conn, scene.brand.promises, number, number, None, at, at,
                ticket=None, severe=False, history_since=begins,
            )  # fmt: skip
            if any(getattr(one, "kind", None) == "crisis" for one in effects):
                seen.append(minutes)
    return seen


@pytest.mark.parametrize(
    ("rate", "days"),
    [
        (quiet, DAYS),
        (busy, 2),
        pytest.param(busy, DAYS, marks=[pytest.mark.long, pytest.mark.timeout(7_200)]),
    ],
    ids=["quiet-30", "busy-2", "busy-30"],
)
def test_ordinary_days_begin_no_watch(rate: Callable[[int], float], days: int) -> None:
    """A brand's first fortnight has no usual yet, so a busy one is looked at from the fifteenth day on."""
    scene, times = stage(), arrivals(rate, Random(1), 14 + days)
    began = NOON.astimezone(scene.brand.zone).replace(hour=0, minute=0) - timedelta(days=14)
    before = [minutes for minutes in times if minutes < FORTNIGHT] if rate is busy else []
    with scene.open() as conn:
        rows = [
            {
                "at": began + timedelta(minutes=m),
                "conversation_id": 10**6 + n,
                "message_id": n,
                "is_severe": False,
            }
            for n, m in enumerate(before)
        ]
        conn.execute(insert(SIGNS), rows or [{**SIGN, "at": began}])
    seen = history(scene, times[len(before) :])
    ordinary = [minutes for minutes in seen if minutes > FORTNIGHT]
    assert ordinary == []
    if rate is quiet:
        assert seen == []


def test_the_watch_begins_with_the_first_follower_who_meets_both_thresholds() -> None:
    rules = CrisisRules()
    assert [is_surge(n, 1.0, rules) for n in (4, 5)] == [False, True]
    assert [is_surge(n, 2.0, rules) for n in (5, 6)] == [False, True]
    assert usual([3] * 13) == 0
    assert usual([3] * 14) == 3
    scene = stage()
    assert len(history(scene, [10.0, 12.0, 14.0, 16.0, 39.0, 40.5])) == 1
    with scene.open() as conn:
        assert len(conn.execute(SIGNS.select()).all()) == 6
