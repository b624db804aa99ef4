"""Who is woken by what is written, and who is not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select

from bot.database import METADATA, Writer, open_engine, reading
from bot.service import Pulse, Service
from bot.settings import load_settings
from bot.tables import MARKS
from tests.cast import NOON, small_brand

LONG = 30.0  # nobody is woken by the time


def play(folder: Path, scene: Callable[[Service], Awaitable[None]]) -> list[str]:
    """Play a scene and return what stands in the database after it."""

    async def whole() -> list[str]:
        engine = open_engine(f"sqlite:///{folder / 'mimin.db'}")
        METADATA.create_all(engine)
        pulse = Pulse()
        writer = Writer(engine, pulse.strike)
        settings = load_settings(None, {}, folder)
        try:
            async with asyncio.timeout(10):
                await scene(Service(settings, small_brand(), engine, writer, pulse, now=lambda: NOON))
        finally:
            await asyncio.to_thread(writer.close)
        with reading(engine) as conn:
            names = list(conn.execute(select(MARKS.c.name).order_by(MARKS.c.name)).scalars())
        engine.dispose()
        return names

    return asyncio.run(whole())


def put(name: str) -> Callable[[Connection], None]:
    def job(conn: Connection) -> None:
        conn.execute(insert(MARKS).values(name=name, value="x"))

    return job


async def waiting(beats: AsyncIterator[None]) -> asyncio.Task[None]:
    """Take the first beat, which comes at once, and wait for the next."""
    await anext(beats)

    async def following() -> None:
        await anext(beats)

    task = asyncio.create_task(following())
    await asyncio.sleep(0)
    return task


def test_what_is_written_wakes_everybody(tmp_path: Path) -> None:
    async def scene(service: Service) -> None:
        tasks = [await waiting(service.pulse.beats(LONG, watching=watches)) for watches in (True, False)]
        await service.write(put("loud"))
        await asyncio.gather(*tasks)

    assert play(tmp_path, scene) == ["loud"]


def test_what_is_written_quietly_wakes_only_who_watches(tmp_path: Path) -> None:
    async def scene(service: Service) -> None:
        page = await waiting(service.pulse.beats(LONG, watching=True))
        worker = await waiting(service.pulse.beats(LONG))
        await service.write(put("quiet"), quiet=True)
        await page
        assert not worker.done()
        await service.write(put("loud"))
        await worker

    assert play(tmp_path, scene) == ["loud", "quiet"]


def test_what_changes_nothing_wakes_nobody(tmp_path: Path) -> None:
    async def scene(service: Service) -> None:
        page = await waiting(service.pulse.beats(LONG, watching=True))
        await service.write(lambda conn: conn.execute(select(MARKS)).all())
        with pytest.raises(ZeroDivisionError):
            await service.write(lambda _: 1 / 0)
        assert not page.done()
        await service.write(put("loud"))
        await page

    assert play(tmp_path, scene) == ["loud"]


def test_somebody_can_wake_only_themselves(tmp_path: Path) -> None:
    async def scene(service: Service) -> None:
        woken = asyncio.Event()
        mine, other = service.pulse.beats(LONG, woken=woken), service.pulse.beats(LONG)
        tasks = [await waiting(mine), await waiting(other)]
        woken.set()
        await tasks[0]
        assert not tasks[1].done()
        service.pulse.strike()
        await tasks[1]

    play(tmp_path, scene)


def test_who_stops_waiting_does_not_stop_the_job(tmp_path: Path) -> None:
    async def scene(service: Service) -> None:
        left = asyncio.create_task(service.write(put("left")))
        await asyncio.sleep(0)
        left.cancel()
        with pytest.raises(asyncio.CancelledError):
            await left
        await service.write(put("stayed"))

    assert play(tmp_path, scene) == ["left", "stayed"]


def test_one_of_many_that_fails_fails_alone(tmp_path: Path) -> None:
    async def scene(service: Service) -> None:
        outcomes = await asyncio.gather(
            *(service.write(put(name)) for name in ("a", "b", "a", "c")), return_exceptions=True
        )
        assert [outcome is None for outcome in outcomes] == [True, True, False, True]

    assert play(tmp_path, scene) == ["a", "b", "c"]
