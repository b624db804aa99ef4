"""Crises on a real database: what is said, to whom, what is promised with it, and how each one ends."""

from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import acts, contacts, delivery, ledger, outbox
from bot.act import Act
from bot.tables import OUTBOX
from handoff import crises, people
from handoff.crises import Evidence
from handoff.entry import Refused
from tests.cast import ARTICLES, COMPLAINT, NOON, QUESTION, Stage, with_understanding
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


def declare(scene: Stage, words: str, by: str = "") -> None:
    scene.does("dan", "crisis", scope="all", statement=words, by=by)


def goes_live(scene: Stage, words: str) -> None:
    scene.does("sue", "confirm", statement=words)
    scene.later(seconds=60)
    scene.sweep()


def promises(scene: Stage) -> list[int]:
    return [data["rung"] for _, data in scene.happened("alert") if data["reason"] == "promise"]


def at_16_00(scene: Stage) -> list[int]:
    scene.now = NOON.replace(hour=9)  # in Jakarta
    scene.sweep()
    return promises(scene)


def test_news_is_owed_once_followers_can_read_that_it_comes(scene: Stage) -> None:
    declare(scene, "Satu.", "16:00")
    assert at_16_00(scene) == []
    goes_live(scene, "Satu.")
    assert 1 in promises(scene), "late as it is"
    declare(scene, "Dua.")
    goes_live(scene, "Dua.")
    rung = len(promises(scene))
    scene.later(hours=3)
    scene.sweep()
    assert len(promises(scene)) == rung, "the news has come"


def test_news_that_is_taken_back_within_its_minute_was_none(scene: Stage) -> None:
    declare(scene, "Satu.", "16:00")
    goes_live(scene, "Satu.")
    declare(scene, "Dua.")
    scene.does("sue", "confirm", statement="Dua.")
    scene.later(seconds=10)
    scene.does("dan", "recall")
    assert 1 in at_16_00(scene)


def test_a_later_promise_that_nobody_confirmed_replaces_none(scene: Stage) -> None:
    declare(scene, "Satu.", "16:00")
    goes_live(scene, "Satu.")
    declare(scene, "Dua.", "20:00")
    assert 1 in at_16_00(scene)


def test_a_crisis_that_ends_owes_no_news(scene: Stage) -> None:
    declare(scene, "Satu.", "16:00")
    scene.does("sue", "confirm", statement="Satu.")
    scene.later(seconds=60)
    scene.does("dan", "end_crisis", scope="all")
    assert at_16_00(scene) == []


def told(scene: Stage, who: str) -> list[tuple[str, str]]:
    """What the bot said or noted of the crisis in somebody's conversation."""
    with scene.open() as conn:
        thread = contacts.find(conn, "web", who)
        assert thread is not None
        said = contacts.list_messages(conn, thread.id, 50)
    return [(one.source, one.text) for one in said if one.source in ("holding", "draft", "closing")]


def complains_and_is_claimed(scene: Stage) -> None:
    """Zed gets the statement, which bob's claim fences off before it leaves."""
    declare(scene, "Sedang kami tangani.")
    goes_live(scene, "Sedang kami tangani.")
    scene.says(COMPLAINT, "zed")
    with scene.open() as conn:
        thread, bob = contacts.find(conn, "web", "zed"), people.find_staff(conn, "bob")
        assert thread is not None
        assert bob is not None
        acts.perform(conn, scene.brand, bob, Act("claim", conversation=thread.id), scene.now)
    assert "Sedang kami tangani." not in scene.deliver()


def ends(scene: Stage) -> list[str]:
    scene.does("dan", "end_crisis", scope="all", statement="Sudah pulih.")
    with suppress(Refused):
        scene.does("sue", "confirm", statement="Sudah pulih.")
    scene.later(minutes=2)
    scene.sweep()
    return scene.deliver()


def test_a_statement_that_never_left_is_laid_before_the_holder(scene: Stage) -> None:
    complains_and_is_claimed(scene)
    scene.says("halo kok belum", "zed")
    assert told(scene, "zed")[-1] == ("draft", "Sedang kami tangani.")
    assert "Sudah pulih." not in ends(scene)


def test_closing_words_go_to_nobody_whom_the_statement_never_reached(scene: Stage) -> None:
    complains_and_is_claimed(scene)
    assert "Sudah pulih." not in ends(scene)


def test_a_statement_that_did_not_arrive_is_said_again_and_a_retry_counts(scene: Stage) -> None:
    declare(scene, "Sedang kami tangani.")
    goes_live(scene, "Sedang kami tangani.")
    for who in ("zed", "yan"):
        scene.says(QUESTION, who)
        with scene.open() as conn:
            row = conn.execute(select(OUTBOX.c.id).where(OUTBOX.c.kind == "holding")).scalars().all()[-1]
            assert outbox.mark_sending(conn, row) is not None
            delivery.failed(conn, scene.brand, row, "400: gone", scene.now)
    with scene.open() as conn:
        assert delivery.retry(conn, row, scene.now)
    scene.says(QUESTION, "zed")
    scene.says(QUESTION, "yan")
    assert scene.deliver().count("Sedang kami tangani.") == 2
    assert ends(scene).count("Sudah pulih.") == 2
