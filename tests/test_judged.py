"""Who asked, or broke the SOP, is judged by others: they call nobody off and are not called themselves."""

import pytest
from sqlalchemy import select

from bot import acts
from bot.act import Act
from bot.tables import OUTBOX
from handoff.entry import Refused
from tests.cast import Stage
from tests.test_authority import asks, desk


@pytest.fixture
def scene() -> Stage:
    """The ticket was answered, so that nothing but authority rings."""
    scene = desk()
    scene.does("alice", "reply", text="Baik Kak, kami periksa.")
    scene.deliver()
    scene.now = scene.now.replace(hour=7)  # 14.00 in Jakarta
    return scene


def breaks_the_sop(scene: Stage, who: str = "alice") -> None:
    scene.does(who, "override", action="refund", amount=900_000, reason="di bandara")


def passes(scene: Stage, minutes: int, step: int = 1) -> None:
    for _ in range(0, minutes, step):
        scene.later(minutes=step)
        scene.sweep()


def pings(scene: Stage, who: str = "") -> list[str]:
    mine = select(OUTBOX.c.text).where(OUTBOX.c.kind == "alert", OUTBOX.c.status != "discarded")
    if who:
        mine = mine.where(OUTBOX.c.recipient == str(scene.person(who).id))
    with scene.open() as conn:
        return list(conn.scalars(mine.order_by(OUTBOX.c.id)))


def test_who_asked_does_not_hold_back_those_who_decide(scene: Stage) -> None:
    asks(scene, 750_000)
    passes(scene, 16)
    with pytest.raises(Refused, match="not_available"):
        scene.does("alice", "ack", ticket=1)
    passes(scene, 29)
    assert any("Perlu diputuskan" in text for text in pings(scene, "dan"))


def test_who_overrode_does_not_call_off_the_reviewers(scene: Stage) -> None:
    breaks_the_sop(scene)
    with pytest.raises(Refused, match="not_available"):
        scene.does("alice", "ack", ticket=1)
    assert [text.split()[0] for text in pings(scene, "sue")] == ["LANGKAH"]
    scene.does("sue", "ack", ticket=1)


def test_an_ack_takes_the_rest_of_the_ticket_and_leaves_the_request(scene: Stage) -> None:
    scene.says("halo, bagaimana ini?")
    asks(scene, 750_000)
    passes(scene, 120, 5)
    scene.does("alice", "ack", ticket=1)
    before = len(scene.happened("alert"))
    passes(scene, 20, 5)
    assert {data["reason"] for _, data in scene.happened("alert")[before:]} == {"approval"}


def test_a_review_that_is_late_says_so_and_does_not_ring_who_is_reviewed(scene: Stage) -> None:
    breaks_the_sop(scene)
    scene.later(hours=24)
    scene.sweep()
    late = [text for text in pings(scene, "sue") if text.startswith("TINJAUAN TERLEWAT")]
    assert len(late) == 1
    assert "di bandara" in late[0]
    assert not [text for text in pings(scene, "alice") if "di luar SOP" in text]


def test_the_ping_of_a_second_request_says_its_own_time(scene: Stage) -> None:
    asks(scene, 750_000)
    scene.later(minutes=10)
    asks(scene, 760_000)
    assert ["14.30" in pings(scene)[0], "14.40" in pings(scene)[1]] == [True, True]


def takes(scene: Stage, who: str, **args: object) -> None:
    person = scene.person(who)
    with scene.open() as conn:
        acts.perform(conn, scene.brand, person, Act("ack", args=args), scene.now)


def test_a_crisis_is_taken_by_those_above_and_by_its_number_alone(scene: Stage) -> None:
    scene.does("alice", "watch", scope="pay-bill")
    scene.does("alice", "watch", scope="coverage")
    with pytest.raises(Refused, match="not_allowed"):
        takes(scene, "bob")
    passes(scene, 5)
    takes(scene, "dan", crisis=1)
    before = len(pings(scene, "dan"))
    passes(scene, 12)
    assert [text.split()[1] for text in pings(scene, "dan")[before:]] == ["(coverage):"]
    takes(scene, "sue")
    assert [data.get("crisis") for _, data in scene.happened("acked")] == [1, None]
