"""Nothing a follower writes is lost: it is stored before it is confirmed, whatever it looks like."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram.intake import ALLOWED, arrival, poll
from bot.channels.telegram.marks import OFFSET, Position, load_position, save_position
from bot.channels.telegram.updates import said
from bot.tables import INBOUND, MARKS
from tests.telegram.fake_api import Fault
from tests.telegram.fake_table import checked
from tests.telegram.playing import ANI, BAYU, PRICE, Stage, staged

QUESTION = "berapa harga paketnya min?"
BROKEN: tuple[Any, ...] = (
    {"message_id": 1, "date": "soon", "chat": {"id": ANI, "type": "private"}, "text": "a"},
    {"message_id": "x", "date": 1_800_000_000, "chat": {"id": "y", "type": "private"}, "from": {"id": 1}},
    "not a message",
    {"chat": []},
    17,
)


def run(folder: Path, scene: Callable[[Stage], Awaitable[None]], *, starts: bool = True) -> None:
    async def whole() -> None:
        async with staged(folder, starts=starts) as stage:
            await scene(stage)

    asyncio.run(whole())


def asked_for(stage: Stage, number: int) -> dict[str, Any]:
    return checked("getUpdates", stage.api.of("getUpdates")[number].given)


def test_the_kinds_it_wants_are_asked_for_by_name(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await stage.until(lambda: stage.api.of("getUpdates"))
        assert asked_for(stage, 0)["allowed_updates"] == list(ALLOWED)
        assert "offset" not in asked_for(stage, 0)

    run(tmp_path, scene)


def test_a_webhook_is_removed_at_start(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.webhook = "https://chat.example.com"
        await stage.start()
        stage.api.says(ANI, QUESTION)
        await stage.until(lambda: stage.api.texts_to(ANI) == [PRICE])

    run(tmp_path, scene, starts=False)


def test_nothing_is_confirmed_that_could_not_be_stored(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        full = "CREATE TRIGGER full BEFORE INSERT ON inbound BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        await stage.service.write(lambda conn: conn.exec_driver_sql(full))
        for text in (QUESTION, "terima kasih"):
            stage.api.says(ANI, text)
        await stage.start()
        await stage.until(lambda: len(stage.api.of("getUpdates")) > 1)
        await stage.stop()
        assert stage.api.confirmed == 0
        assert len(stage.api.updates) == 2
        assert await stage.service.read(load_position) is None
        await stage.service.write(lambda conn: conn.exec_driver_sql("DROP TRIGGER full"))
        await stage.start()
        await stage.until(lambda: len(stage.api.texts_to(ANI)) == 2)
        assert stage.api.texts_to(ANI)[0] == PRICE

    run(tmp_path, scene, starts=False)


def test_the_offset_moves_after_the_commit_and_survives_a_restart(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.says(ANI, QUESTION)
        await stage.until(lambda: stage.api.confirmed)
        position = await stage.service.read(load_position)
        assert position is not None
        assert position.offset == stage.api.confirmed == 1002
        await stage.stop()
        asked = len(stage.api.of("getUpdates"))
        await stage.start()
        await stage.until(lambda: len(stage.api.of("getUpdates")) > asked)
        assert asked_for(stage, asked)["offset"] == 1002

    run(tmp_path, scene)


def test_an_old_position_is_not_used_since_telegram_may_number_anew(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        position = Position(9_000, stage.clock())
        await stage.service.write(lambda conn: save_position(conn, position))
        stage.api.says(ANI, QUESTION)
        await stage.pass_time(7 * 24 * 60)
        await stage.start()
        await stage.until(lambda: stage.api.texts_to(ANI) == [PRICE])
        saved = await stage.service.read(
            lambda conn: conn.execute(MARKS.select().where(MARKS.c.name == OFFSET)).one().value
        )
        assert saved.startswith("1002 ")

    run(tmp_path, scene, starts=False)


def test_an_update_that_comes_twice_is_answered_once(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.says(ANI, QUESTION)
        again = list(stage.api.updates)
        await stage.until(lambda: stage.api.confirmed)
        await stage.stop()
        stage.api.updates = again
        await stage.service.write(lambda conn: conn.execute(MARKS.delete()))
        await stage.start()
        stage.api.says(BAYU, QUESTION)
        await stage.until(lambda: stage.api.texts_to(BAYU))
        assert stage.api.texts_to(ANI) == [PRICE]

    run(tmp_path, scene)


def test_a_malformed_update_stops_nothing(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        for body in BROKEN:
            stage.api.push("message", body)
            stage.api.push("callback_query", body)
            stage.api.push("my_chat_member", body)
        stage.api.updates.append({"message": {"no": "number"}})
        stage.api.says(BAYU, QUESTION)
        await stage.until(lambda: stage.api.texts_to(BAYU) == [PRICE])
        assert stage.api.confirmed == 1000 + 3 * len(BROKEN) + 2
        await stage.until_stored(
            lambda conn: len(conn.execute(INBOUND.select()).all()) == 3 * len(BROKEN) + 2
        )

    run(tmp_path, scene)


@pytest.mark.parametrize(
    "fault",
    [Fault(code=409), Fault(code=500), Fault(cuts=True), Fault(retry_after=1), Fault(code=404)],
    ids=repr,
)
def test_it_asks_again_whatever_telegram_says(tmp_path: Path, fault: Fault) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.plan("getUpdates", fault)
        stage.api.says(ANI, QUESTION)
        await stage.start(polls=False)
        assert stage.line is not None
        polling = poll(
            stage.service, stage.line.channel.bot, stage.line.reception, lambda: None, helpless=0.2
        )
        stage.tasks.append(asyncio.create_task(polling))
        await stage.until(lambda: stage.api.texts_to(ANI) == [PRICE])

    run(tmp_path, scene, starts=False)


def test_a_lane_is_a_chat() -> None:
    chat = {"chat": {"id": ANI}, "from": {"id": BAYU}}
    lanes = {
        "message": (chat, str(ANI)),
        "callback_query": ({"from": {"id": BAYU}, "message": chat}, str(ANI)),
        "my_chat_member": (chat, str(ANI)),
        "business_connection": ({"user": {"id": BAYU}}, str(BAYU)),
        "poll": ({"id": "7"}, "odd"),
    }
    for kind, (body, lane) in lanes.items():
        assert arrival({"update_id": 1, kind: body}).lane == lane


@pytest.mark.parametrize("update", [None, 7, "x", [], {}, {"update_id": "x"}, {"update_id": True}], ids=repr)
def test_what_has_no_number_is_stored_under_one_of_its_own(update: object) -> None:
    assert arrival(update).external_id.startswith("odd:")
    assert arrival(update) == arrival(update)


def test_the_words_are_found_where_the_library_fails() -> None:
    message = {"message_id": 5, "date": 1_800_000_000, "text": "tolong\ud800", "from": {"first_name": 7}}
    found = said({"message": message | {"chat": {"id": ANI, "type": "private"}}})
    assert found is not None
    assert (found.external_id, found.name, found.text, found.remote_id) == (
        str(ANI),
        str(ANI),
        "tolong�",
        "5",
    )
    assert all(said({"message": body}) is None for body in (*BROKEN, message))
    assert said({"callback_query": message}) is None
