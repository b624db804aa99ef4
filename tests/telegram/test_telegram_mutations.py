"""Updates in which something is not as it should be: each is handled or set aside, and nothing stops."""

import asyncio
import json
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select

from bot import intake
from bot.brand import Brand
from bot.channels.telegram.intake import arrival
from bot.channels.telegram.updates import Premises, reception
from bot.clock import utc_now
from bot.database import transaction
from bot.settings import load_settings
from bot.tables import INBOUND, TOPICS
from bot.wording import read_wording
from handoff import people
from tests.databases import new_memory
from tests.telegram.fake_world import World
from tests.telegram.playing import (
    ANI,
    BAYU,
    COMPLAINT,
    CONFIG,
    OWNER,
    PRICE,
    PUBLIC,
    SARI,
    STAFF,
    STAFF_GROUP,
    Stage,
    staged,
    understanding,
)

QUESTION = "berapa harga paketnya min?"
FRESH = 10_000  # numbers of messages that nothing else refers to
GOOD, EVERY = 600_000, 50  # who asks what can be understood, and after how many that cannot
ODD: tuple[Any, ...] = (
    None, True, -1, 0, 2**70, 1e300, "", "\ud800", "\0", "x" * 5000, "/start s_", "ack:1", "card:1:claim",
    [], [[]], {}, {"id": {}}, ANI, SARI, STAFF_GROUP, PUBLIC,
)  # fmt: skip
PHOTO = [{"file_id": "p", "file_unique_id": "u", "width": 1, "height": 1}]


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.long)])
@pytest.mark.timeout(900)
def test_each_is_handled_or_set_aside(tmp_path: Path, count: int) -> None:
    """Each is tried as often as intake tries it."""
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    settings = load_settings(tmp_path / "config.toml", {}, tmp_path)
    brand = Brand("Layarku", "id", settings.promises, understanding(), read_wording())
    engine, now = new_memory(), utc_now()
    taken = reception(Premises(STAFF_GROUP))
    with transaction(engine) as conn:
        for person in STAFF:
            people.add_staff(conn, person.name, person.role, person.telegram)
        for update in UPDATES:
            _take(conn, brand, taken, update, now)
        conversation = conn.execute(select(func.min(INBOUND.c.id))).scalar_one()
        topic = {"conversation_id": conversation, "chat": str(STAFF_GROUP), "thread": 7, "card": 1}
        conn.execute(insert(TOPICS).values(topic | {"name": "", "icon": ""}))
        for update in mutated(random.Random(count), count):
            _take(conn, brand, taken, update, now)
        left = {row.status for row in conn.execute(select(INBOUND.c.status).distinct())}
    assert left <= {"done", "dead"}
    engine.dispose()


@pytest.mark.parametrize("count", [200, pytest.param(10_000, marks=pytest.mark.long)])
@pytest.mark.timeout(3_600)
def test_good_questions_among_them_are_answered(tmp_path: Path, count: int) -> None:
    """The whole of a running Mimin takes them; at its end nothing waits and nothing has stopped."""

    async def scene(stage: Stage) -> None:
        good = [GOOD + n for n in range(count // EVERY)]
        for n, update in enumerate(mutated(random.Random(count + 1), count)):
            stage.api.updates.append(update | {"update_id": len(stage.api.updates) + 1})
            if n % EVERY == EVERY - 1:
                stage.api.person(good[n // EVERY], "Cici")
                stage.api.says(good[n // EVERY], QUESTION)
                stage.api.updates[-1]["update_id"] = len(stage.api.updates)
        await stage.start()
        while await stage.service.read(_is_waiting) or stage.api.updates:
            assert not any(task.done() for task in stage.tasks), "something has stopped"
            stage.clock.ahead += timedelta(seconds=5)  # what is tried again later is tried again now
            await asyncio.sleep(0.05)
        await stage.until(lambda: all(stage.api.texts_to(number) == [PRICE] for number in good))
        left = await stage.service.read(_states)
        assert set(left) == {"done", "dead"}
        assert sum(left.values()) == count + len(good)

    async def whole() -> None:
        async with staged(tmp_path, group=True, starts=False) as stage:
            await scene(stage)

    asyncio.run(whole())


def _is_waiting(conn: Connection) -> bool:
    return (
        conn.execute(select(INBOUND.c.id).where(INBOUND.c.status == "pending").limit(1)).first() is not None
    )


def _states(conn: Connection) -> dict[str, int]:
    states = select(INBOUND.c.status, func.count()).group_by(INBOUND.c.status)
    return dict(map(tuple, conn.execute(states)))


def _take(conn: Any, brand: Brand, taken: intake.Reception, update: object, now: Any) -> None:
    intake.store(conn, [arrival(update)], now)
    for _ in range(intake.ATTEMPTS):
        pending = intake.list_pending(conn, ["telegram"], now + timedelta(days=1))
        for row in pending:
            try:
                with conn.begin_nested():
                    intake.handle(conn, brand, taken, row, now)
            except Exception as error:
                intake.set_aside(conn, brand, taken, row.id, error, now)
        if not pending:
            return


def mutated(chance: random.Random, count: int) -> Iterator[dict[str, Any]]:
    """Make updates of every kind in which one value, somewhere, is wrong, missing, doubled or misplaced."""
    for number in range(1, count + 1):
        update = json.loads(json.dumps(chance.choice(UPDATES)))
        for kind, key in (
            ("callback_query", "id"),
            ("message", "message_id"),
            ("business_message", "message_id"),
        ):
            if kind in update:  # Telegram gives no two of them the same number
                update[kind][key] = f"tap{number}" if key == "id" else FRESH + number
        yield _mutated(chance, update) | {"update_id": number}


async def _updates() -> list[dict[str, Any]]:
    world = World(utc_now)
    for number, name in ((ANI, "Ani"), (BAYU, "Bayu"), (SARI, "Sari"), (OWNER, "Layarku")):
        world.person(number, name)
    world.group(STAFF_GROUP, "Staf", is_forum=True)
    world.group(PUBLIC, "Penonton")
    world._allowed = [
        "message", "edited_message", "callback_query", "business_connection", "business_message",
        "edited_business_message", "deleted_business_messages", "my_chat_member", "message_reaction",
        "something_new",
    ]  # fmt: skip
    number = world.says(ANI, QUESTION)
    world.says(ANI, COMPLAINT)
    for command in ("/start price", "/hapus", "/status", "/janji #1 2h teknisi"):
        world.says(ANI, command)
    world.says(SARI, "/janji #1 2h teknisi datang")
    world.says(ANI, location={"latitude": 1.5, "longitude": 2.5})
    sizes = {"width": 1, "height": 1, "is_animated": False, "is_video": False}
    world.says(ANI, sticker={"file_id": "f", "file_unique_id": "u", "type": "regular", "emoji": "👍"} | sizes)
    for _ in range(2):
        world.says(ANI, photo=PHOTO, media_group_id="a", caption="ini")
    world.edits(ANI, number, "lain")
    world.blocks(ANI)
    reply = {"message_id": 3, "date": 1_800_000_000, "chat": world.groups[STAFF_GROUP].chat, "text": "x"}
    for text in ("Saya cek ya, Kak.", "// catatan", "/ambil", "/selesai", "/hapus"):
        world.says_in(STAFF_GROUP, SARI, text, thread=7, reply_to_message=reply)
    world.says_in(STAFF_GROUP, SARI, thread=7, photo=PHOTO, caption="ini")
    world.says_in(PUBLIC, ANI, "slot gacor maxwin gacor88")
    world.says_in(PUBLIC, ANI, COMPLAINT)
    account = world.connects(OWNER)
    world.says_to(account, ANI, QUESTION)
    world.owner_says(account, ANI, "halo kak")
    world.edits(ANI, 1, "lain", business_connection_id=account)
    world.takes_back(account, ANI, 1, 2)
    world.reacts(ANI, ANI, 2, "👍")
    world.reacts(STAFF_GROUP, SARI, 2, "👍")
    shown = {"message_id": 1, "date": 1_800_000_000, "chat": world.groups[STAFF_GROUP].chat,
             "message_thread_id": 7, "text": "x", "reply_to_message": reply}  # fmt: skip
    for data in ("ack:1", "card:1:claim", "held:3:ask", "fb:2:no", "erase:1", "undo:1", "offer:2:0"):
        tap = {"id": data, "from": world.people[SARI].user, "chat_instance": "1", "message": shown}
        world.push("callback_query", tap | {"data": data})
    world.push("something_new", {"chat": world.people[ANI].chat})
    return world.updates


UPDATES = asyncio.run(_updates())


def _mutated(chance: random.Random, update: dict[str, Any]) -> dict[str, Any]:
    place: Any = update
    while True:
        key = chance.choice(list(place) if isinstance(place, dict) else range(len(place)))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or chance.random() < 0.2:
            break
        place = inner
    match chance.randrange(6):
        case 0 if isinstance(place, dict):
            del place[key]
        case 1 if isinstance(place, dict):
            place[f"{key}_"] = place.pop(key)
        case 2:
            place[key] = [place[key], place[key]]
        case 3:
            place[key] = {"message": place[key]}
        case _:
            place[key] = chance.choice(ODD)
    return update
