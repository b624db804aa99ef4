"""What stands on top of the desk for one person, who may have nothing else that rings."""

import pytest

from bot import outbox
from bot.outbox import Letter
from bot.web import pings
from tests.cast import Stage
from tests.test_authority import asks, desk


@pytest.fixture
def scene() -> Stage:
    """The ticket was answered, so that nothing but authority rings."""
    scene = desk()
    scene.does("alice", "reply", text="Baik Kak, kami periksa.")
    scene.deliver()
    return scene


def shown(scene: Stage, who: str, dismissed: int = 0) -> list[str]:
    person = scene.person(who)
    with scene.open() as conn:
        return [row.text for row in pings.list_open(conn, person.id, dismissed, scene.now)]


def first_words(scene: Stage, who: str) -> list[str]:
    return [text.splitlines()[0] for text in shown(scene, who)]


def test_of_two_requests_each_one_shows(scene: Stage) -> None:
    asks(scene, 750_000)
    asks(scene, 760_000)
    assert [text.split(":")[1].split()[1] for text in first_words(scene, "sue")] == ["2", "1"]
    scene.does("sue", "reject", approval=1, reason="belum ada bukti")
    assert len(shown(scene, "sue")) == 1


def test_a_review_shows_on_when_its_ticket_is_resolved_and_until_it_is_done(scene: Stage) -> None:
    scene.does("alice", "override", action="refund", amount=900_000, reason="di bandara")
    scene.does("alice", "resolve")
    scene.later(hours=24)
    scene.sweep()
    assert [text.split(":")[0] for text in first_words(scene, "sue")] == ["TINJAUAN TERLEWAT"]
    scene.does("sue", "review", override=1, verdict="justified")
    assert shown(scene, "sue") == []


def test_of_two_watches_each_one_shows_until_somebody_has_it_or_it_is_over(scene: Stage) -> None:
    for scope in ("pay-bill", "coverage", "opening-hours"):
        scene.does("alice", "watch", scope=scope)
    assert [text.split("(")[1].split(")")[0] for text in first_words(scene, "dan")] == [
        "opening-hours", "coverage", "pay-bill",
    ]  # fmt: skip
    scene.does("dan", "end_crisis", scope="coverage")
    assert len(shown(scene, "dan")) == 2


def test_a_reminder_shows_while_the_crisis_goes_on(scene: Stage) -> None:
    scene.does("alice", "watch", scope="pay-bill")
    scene.does("sue", "crisis", scope="pay-bill", statement="Sedang kami tangani.")
    assert [text.split()[0] for text in first_words(scene, "dan")] == ["KRISIS"]
    scene.later(hours=1)
    scene.sweep()
    assert len(shown(scene, "dan")) == 1
    scene.does("dan", "end_crisis", scope="pay-bill")
    assert shown(scene, "dan") == []


def test_every_notice_shows_until_it_is_dismissed(scene: Stage) -> None:
    bob = scene.person("bob")
    letters = [
        Letter("one", "notice", "desk", str(bob.id), "Satu"),
        Letter("two", "handover", "desk", str(bob.id), "Serah terima"),
        Letter("three", "notice", "desk", str(bob.id), "Tiga"),
    ]
    with scene.open() as conn:
        outbox.enqueue(conn, letters, scene.now)
        found = pings.list_notices(conn, bob.id, 0)
        assert [row.text for row in found] == ["Satu", "Serah terima", "Tiga"]
        assert [row.text for row in pings.list_notices(conn, bob.id, found[0].id)] == ["Serah terima", "Tiga"]
