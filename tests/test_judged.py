"""Who asked, or broke the SOP, is judged by others: they call nobody off and are not called themselves."""

import pytest
from sqlalchemy import select

from bot.tables import OUTBOX
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
