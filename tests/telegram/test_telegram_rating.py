"""How it went, in Telegram: five faces, words as a reply, forged buttons, the topic and the ping."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.tables import MESSAGES
from handoff import surveys, tickets
from handoff.satisfaction import Rules
from tests.telegram.fake_people import Sent
from tests.telegram.playing import AGUS, ANI, BAYU, COMPLAINT, SARI, STAFF_GROUP, Stage, staged

FACES = ["😡", "🙁", "😐", "🙂", "😍"]
FORGED = ("rate:{}:0", "rate:{}:6", "rate:{}:55", "rate:{}", "rate:-1:5", "rate:{}:5:5", "rate:4711:5")


def run(folder: Path, scene: Callable[[Stage, Sent], Awaitable[None]]) -> None:
    """Play it from where Ani, whom Sari helped, is asked."""

    async def whole() -> None:
        async with staged(folder, group=True) as stage:
            stage.service.brand = replace(stage.service.brand, satisfaction=Rules())
            stage.api.says(ANI, COMPLAINT)
            await stage.until(lambda: stage.api.groups[STAFF_GROUP].topics and stage.api.texts_to(ANI))
            for one in (SARI, AGUS):
                stage.api.says(one, "/start")
            await stage.until(lambda: all(stage.api.texts_to(one) for one in (SARI, AGUS)))
            await stage.act_as("sari", "claim")
            await stage.act_as("sari", "reply", text="Sudah kami perbaiki, Kak.")
            await stage.until(lambda: "Sudah kami" in stage.api.texts_to(ANI)[-1])
            await stage.act_as("sari", "resolve")
            await stage.pass_time(1)
            await stage.until(lambda: "penilaiannya" in stage.api.texts_to(ANI)[-1])
            await scene(stage, stage.api.sent_to(ANI)[-1])

    asyncio.run(whole())


async def mark(stage: Stage) -> int | None:
    row = await stage.service.read(lambda conn: surveys.get(conn, 1))
    return row.mark if row.mark is None else int(row.mark)


async def tap(stage: Stage, who: int, question: Sent, **what: Any) -> dict[str, Any]:
    tapped = stage.api.taps_on(who, question, **what)
    await stage.until(lambda: stage.api.taps[tapped] is not None)
    return stage.api.taps[tapped] or {}


async def in_topic(stage: Stage, text: str) -> None:
    thread = stage.api.topic_named(STAFF_GROUP, "Ani")
    await stage.until(lambda: any(text in one.text for one in stage.api.in_topic(STAFF_GROUP, thread)))


def test_a_face_is_tapped_changed_and_shown_in_the_topic(tmp_path: Path) -> None:
    async def scene(stage: Stage, question: Sent) -> None:
        assert [one["text"] for one in question.keyboard[0]] == FACES
        assert "🙂" in (await tap(stage, ANI, question, at=3))["text"]
        await stage.until(lambda: "Mau cerita sedikit" in stage.api.texts_to(ANI)[-1])
        said = len(stage.api.texts_to(ANI))
        await tap(stage, ANI, question, at=4)
        await tap(stage, ANI, question, at=4)
        assert await mark(stage) == 5
        await in_topic(stage, "😍 Follower memberi nilai 5 dari 5.")
        await in_topic(stage, "Dinilai 😍 5 dari 5")
        await stage.pass_time(24 * 60)
        answer = await tap(stage, ANI, question, at=0)
        assert answer["alert"]
        assert "sudah ditutup" in answer["text"]
        assert await mark(stage) == 5
        assert len(stage.api.texts_to(ANI)) == said, "words are asked for once"

    run(tmp_path, scene)


def test_words_are_a_reply_and_anything_else_is_a_message(tmp_path: Path) -> None:
    async def scene(stage: Stage, question: Sent) -> None:
        await tap(stage, ANI, question, at=0)
        await stage.until(lambda: "Mau cerita sedikit" in stage.api.texts_to(ANI)[-1])
        asking = stage.api.sent_to(ANI)[-1]
        stage.api.says(ANI, "lama sekali baru dijawab", reply_to_message=stage.api.shown(asking))
        await in_topic(stage, "⭐ Ani: lama sekali baru dijawab")
        row = await stage.service.read(lambda conn: surveys.get(conn, 1))
        assert row.words_id is not None
        stage.api.says(ANI, "dan masih mati", reply_to_message=stage.api.shown(asking))
        said = MESSAGES.select().where(MESSAGES.c.text == "dan masih mati", MESSAGES.c.direction == "in")
        await stage.until_stored(lambda conn: conn.execute(said).all())
        assert await stage.service.read(lambda conn: tickets.get(conn, 1).ticket.is_open)

    run(tmp_path, scene)


def test_forged_and_foreign_buttons_change_nothing(tmp_path: Path) -> None:
    async def scene(stage: Stage, question: Sent) -> None:
        number = question.keyboard[0][0]["callback_data"].split(":")[1]
        for data in FORGED:
            assert (await tap(stage, ANI, question, data=data.format(number)))["alert"], data
        assert (await tap(stage, BAYU, question, at=0))["alert"]
        stage.api.says(BAYU, "berapa harga paket langganan")
        await stage.until(lambda: stage.api.texts_to(BAYU))
        assert (await tap(stage, BAYU, question, at=0))["alert"]
        assert await mark(stage) is None

    run(tmp_path, scene)


def test_a_low_mark_is_read_by_the_button_under_its_ping(tmp_path: Path) -> None:
    async def scene(stage: Stage, question: Sent) -> None:
        await tap(stage, ANI, question, at=1)
        await stage.pass_time(10)
        await stage.until(lambda: "🙁 2 dari 5" in stage.api.texts_to(AGUS)[-1])
        ping = stage.api.sent_to(AGUS)[-1]
        assert "sari" in ping.text
        assert [one["text"] for one in ping.keyboard[0]] == ["Sudah saya baca"]
        assert (await tap(stage, AGUS, question, data="mark:1:seen"))["alert"], "not under its ping"
        assert (await tap(stage, SARI, ping))["alert"], "in another's chat, and no supervisor"
        assert (await tap(stage, AGUS, ping))["text"] == "Selesai."
        row = await stage.service.read(lambda conn: surveys.get(conn, 1))
        assert (row.seen_by, row.mark) == (2, 2)
        assert (await tap(stage, AGUS, ping))["alert"], "it is read once"

    run(tmp_path, scene)
