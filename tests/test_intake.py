"""Intake: stored before it is confirmed, handled in order, set aside when it cannot be."""

from datetime import datetime

import pytest
from sqlalchemy import Connection, select

from bot import intake
from bot.brand import Brand
from bot.channels import web
from bot.flood import AT_ONCE, WINDOW, NotYet
from bot.intake import ATTEMPTS, Arrival, Batch, Reception
from bot.tables import INBOUND, MESSAGES
from tests.cast import COMPLAINT, QUESTION, Stage, stage


class Broken(Exception):  # noqa: N818 - a fault on purpose
    """What a handler of these tests raises."""


def break_on_purpose(conn: Connection, brand: Brand, batch: Batch, now: datetime) -> None:
    web.RECEPTION.handle(conn, brand, batch, now)
    if batch.raws[0]["text"] == QUESTION:
        raise Broken("on purpose")


FAULTY = Reception(break_on_purpose, web.RECEPTION.said)


@pytest.fixture
def scene() -> Stage:
    return stage()


def arrive(scene: Stage, *texts: str, who: str = "ani") -> None:
    arrivals = [web.arrival(who, who, text, f"{who}-{text}", scene.now) for text in texts]
    with scene.open() as conn:
        intake.store(conn, arrivals, scene.now)


def work(scene: Stage, reception: Reception = web.RECEPTION) -> int:
    """Do what the worker does once, and return how many it took."""
    with scene.open() as conn:
        pending = intake.list_pending(conn, ["web"], scene.now)
    for row in pending:
        try:
            with scene.open() as conn:
                intake.handle(conn, scene.brand, reception, row, scene.now)
        except NotYet as error:
            with scene.open() as conn:
                intake.put_off(conn, row.id, error.until)
        except Broken as error:
            with scene.open() as conn:
                intake.set_aside(conn, scene.brand, reception, row.id, error, scene.now)
    return len(pending)


def stored(scene: Stage) -> list[tuple[str, int]]:
    with scene.open() as conn:
        return [(row.status, row.attempts) for row in conn.execute(select(INBOUND).order_by(INBOUND.c.id))]


def heard(scene: Stage) -> list[str]:
    with scene.open() as conn:
        said = select(MESSAGES.c.text).where(MESSAGES.c.direction == "in").order_by(MESSAGES.c.id)
        return list(conn.execute(said).scalars())


def test_an_update_that_comes_twice_is_one_message(scene: Stage) -> None:
    arrive(scene, QUESTION)
    arrive(scene, QUESTION)
    assert work(scene) == 1
    assert work(scene) == 0
    assert heard(scene) == [QUESTION]


def test_within_a_lane_nothing_overtakes_and_lanes_do_not_wait_for_each_other(scene: Stage) -> None:
    arrive(scene, "one", "two", "three")
    arrive(scene, "other", who="budi")
    assert work(scene) == 2
    assert heard(scene) == ["one", "other"]
    assert [work(scene), work(scene), work(scene)] == [1, 1, 0]
    assert heard(scene) == ["one", "other", "two", "three"]


def test_a_handler_that_fails_leaves_nothing_behind_and_is_tried_again(scene: Stage) -> None:
    arrive(scene, QUESTION)
    work(scene, FAULTY)
    assert heard(scene) == []
    assert stored(scene) == [("pending", 1)]
    assert work(scene) == 0
    scene.later(seconds=1)
    assert work(scene) == 1
    assert stored(scene) == [("done", 1)]


def test_a_failing_update_holds_only_its_own_lane_and_then_a_person_reads_it(scene: Stage) -> None:
    arrive(scene, QUESTION, "and then this")
    arrive(scene, "other", who="budi")
    work(scene, FAULTY)
    assert heard(scene) == ["other"]
    for _ in range(ATTEMPTS):
        scene.later(minutes=1)
        work(scene, FAULTY)
    assert heard(scene) == ["other", QUESTION, "and then this"]
    assert [status for status, _ in stored(scene)] == ["dead", "done", "done"]
    assert any("ada kendala" in text for text in scene.deliver())


def test_a_person_may_try_a_dead_update_again(scene: Stage) -> None:
    arrive(scene, QUESTION)
    for _ in range(ATTEMPTS):
        work(scene, FAULTY)
        scene.later(minutes=1)
    with scene.open() as conn:
        (dead,) = intake.list_dead(conn)
        assert dead.error == "Broken: on purpose"
        assert intake.retry(conn, dead.id)
        assert not intake.retry(conn, dead.id)
    assert work(scene) == 1


def test_updates_of_a_channel_that_is_not_connected_wait(scene: Stage) -> None:
    with scene.open() as conn:
        intake.store(conn, [Arrival("telegram", "1", "1", {})], scene.now)
    assert work(scene) == 0
    assert stored(scene) == [("pending", 0)]


def test_a_flood_is_stored_whole_and_answered_once_a_window(scene: Stage) -> None:
    arrive(scene, *[f"{QUESTION} {n}" for n in range(100)])
    while work(scene):
        scene.deliver()
    assert len(heard(scene)) == 99
    assert len(spoken(scene)) == AT_ONCE
    assert stored(scene)[-1] == ("pending", 0)
    scene.now += WINDOW
    assert work(scene) == 1
    assert (len(heard(scene)), len(spoken(scene))) == (100, AT_ONCE + 1)
    assert work(scene) == 0


def test_in_a_flood_others_are_answered_and_what_needs_a_person_does_not_wait(scene: Stage) -> None:
    arrive(scene, *[f"{QUESTION} {n}" for n in range(10)])
    while work(scene):
        pass
    arrive(scene, COMPLAINT)
    arrive(scene, QUESTION, who="budi")
    while work(scene):
        pass
    assert scene.modes() == ["waiting"]
    assert len(heard(scene)) == 12
    assert len(spoken(scene)) == AT_ONCE + 2


def test_an_album_is_handled_as_one_after_its_last_part_came(scene: Stage) -> None:
    seen: list[int] = []
    reception = Reception(
        lambda conn, brand, batch, now: seen.append(len(batch.raws)),  # noqa: ARG005
        web.RECEPTION.said,
    )
    with scene.open() as conn:
        parts = [Arrival("web", f"{n}", "ani", {}, bundle="album" if n < 3 else None) for n in range(4)]
        intake.store(conn, parts, scene.now)
    assert work(scene, reception) == 0
    scene.later(seconds=1)
    assert [work(scene, reception), work(scene, reception)] == [1, 1]
    assert seen == [3, 1]


def spoken(scene: Stage) -> list[str]:
    with scene.open() as conn:
        said = select(MESSAGES.c.text).where(MESSAGES.c.author == "bot").order_by(MESSAGES.c.id)
        return list(conn.execute(said).scalars())
