"""The morning's picture in Telegram: it arrives once, under it the sentences, which go alone if need be."""

import asyncio
import struct
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, select

from bot.reports import morning
from bot.reports.morning import PICTURE
from bot.tables import OUTBOX
from tests.telegram.fake_api import Fault
from tests.telegram.fake_people import Sent
from tests.telegram.playing import ANI, RINA, Stage, staged

SQUARE = struct.pack(">II", 1080, 1080)
LARGEST = 100 * 1024


def run(folder: Path, scene: Callable[[Stage], Awaitable[None]]) -> None:
    """Play it on the morning after the day on which Ani asked something."""

    async def whole() -> None:
        async with staged(folder) as stage:
            stage.api.says(RINA, "/start")
            stage.api.says(ANI, "berapa harga paket langganan")
            await stage.until(lambda: stage.api.texts_to(ANI) and stage.api.texts_to(RINA))
            await scene(stage)

    asyncio.run(whole())


async def good_morning(stage: Stage) -> None:
    """Let it be the next morning; on a Monday the week is told of, too, and left out here."""
    service = stage.service
    now = (await stage.messages())[0].at + timedelta(days=1)
    told = await service.read(lambda conn: morning.compose(conn, service.brand, now))
    await service.write(lambda conn: morning.send(conn, service.brand, told[:1], now))


def mornings(stage: Stage) -> list[Sent]:
    return [one for one in stage.api.sent_to(RINA) if " pesan dari " in one.text]


def is_stored(conn: Connection, status: str) -> bool:
    """Say whether the only picture there is stands so in the outbox."""
    return conn.scalars(select(OUTBOX.c.status).where(OUTBOX.c.kind == PICTURE)).all() == [status]


def test_a_picture_arrives_once_with_the_three_sentences_below_it(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        for _ in range(2):
            await good_morning(stage)
        await stage.until(lambda: mornings(stage))
        await stage.until_stored(lambda conn: is_stored(conn, "sent"))
        [shown] = mornings(stage)
        assert shown.kind == "photo"
        assert isinstance(shown.file, bytes)
        assert shown.file.startswith(b"\x89PNG")
        assert shown.file[16:24] == SQUARE
        assert len(shown.file) < LARGEST
        assert shown.text.count(". ") == 2

    run(tmp_path, scene)


def test_one_that_was_not_taken_is_sent_again_and_one_that_may_have_arrived_is_not(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.plan("sendPhoto", Fault(retry_after=1), Fault(cuts=True, accepted=True))
        await good_morning(stage)
        await stage.until(lambda: len(stage.api.of("sendPhoto")) == 2)
        await stage.until_stored(lambda conn: is_stored(conn, "uncertain"))
        await stage.stop()
        await stage.start()
        stage.api.says(RINA, "/start")
        await stage.until(lambda: len(stage.api.texts_to(RINA)) > 2)
        assert len(mornings(stage)) == 1
        await stage.until_stored(lambda conn: is_stored(conn, "uncertain"))

    run(tmp_path, scene)


def test_where_the_picture_is_refused_its_words_arrive(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.plan("sendPhoto", Fault(code=400))
        await good_morning(stage)
        await stage.until(lambda: mornings(stage))
        [said] = mornings(stage)
        assert (said.kind, said.file) == ("text", None)

    run(tmp_path, scene)
