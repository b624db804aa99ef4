"""Crises on a real database: what is said, to whom, what is promised with it, and how each one ends."""

from datetime import timedelta

import pytest

from bot import ledger
from handoff import crises
from handoff.crises import Evidence
from tests.cast import ARTICLES, Stage, with_understanding
from tests.test_authority import desk


@pytest.fixture
def scene() -> Stage:
    return desk()


def statuses(scene: Stage) -> list[str]:
    return [data["status"] for _, data in scene.happened("crisis")]


def test_a_sign_that_comes_late_does_not_end_the_watch_early(scene: Stage) -> None:
    scene.does("dan", "watch")
    with scene.open() as conn:
        late = Evidence(scene.now - timedelta(hours=30), contacts=5)
        ledger.record(conn, scene.brand, crises.see(conn, scene.brand.promises, late, scene.now), scene.now)
    scene.sweep()
    assert statuses(scene) == ["watch"]


def test_a_crisis_whose_article_is_gone_is_spoken_of_and_ended(scene: Stage) -> None:
    scene.does("dan", "crisis", scope="pay-bill", statement="Sedang kami tangani.")
    scene.brand = with_understanding(scene.brand, ARTICLES[1:])
    scene.does("dan", "crisis", scope="pay-bill", statement="Masih kami tangani.")
    scene.does("dan", "end_crisis", scope="pay-bill")
    assert statuses(scene) == ["crisis", "recovery", "normal"]


def test_two_scopes_are_paused_at_one_instant(scene: Stage) -> None:
    scene.does("alice", "pause", scope="pay-bill")
    scene.does("alice", "pause", scope="opening-hours")
    assert statuses(scene) == ["paused", "paused"]
