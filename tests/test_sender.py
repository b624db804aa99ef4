"""The sender beside a channel that takes nothing for a while: said once, and said when it is over."""

import asyncio
import logging
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import outbox
from bot.channels.channel import Sending, Unsent
from bot.database import METADATA, Writer, open_engine, reading
from bot.outbox import Letter
from bot.sender import AT_ONCE, Sender
from bot.service import Pulse, Service
from bot.settings import load_settings
from bot.tables import OUTBOX
from tests.cast import NOON, small_brand


class Stubborn:
    """A channel that refuses so many times, with proof that nothing left, and then accepts."""

    rate: float | None = None

    def __init__(self, refusals: int) -> None:
        self.left = refusals
        self.taken: list[str] = []

    async def wait_turn(self, sending: Sending) -> None:
        """It has no pace."""

    async def send(self, sending: Sending) -> str | None:
        """Refuse, or take it."""
        if self.left:
            self.left -= 1
            raise Unsent("mail.example: no connection", retry_after=0)
        self.taken.append(sending.text)
        return None


class Stuck:
    """A channel that ends no send before it is told to."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ends = asyncio.Event()

    rate: float | None = None

    async def wait_turn(self, sending: Sending) -> None:
        """It has no pace."""

    async def send(self, sending: Sending) -> str | None:
        """Begin, and wait."""
        self.begun.append(sending.recipient)
        await self.ends.wait()
        return None


async def deliver(folder: Path, channel: Stubborn, texts: list[str]) -> list[str]:
    engine = open_engine(f"sqlite:///{folder / 'mimin.db'}")
    METADATA.create_all(engine)
    pulse = Pulse()
    writer = Writer(engine, pulse.strike)
    service = Service(load_settings(None, {}, folder), small_brand(), engine, writer, pulse, now=lambda: NOON)
    letters = [
        Letter(f"cause:{n}", "alert", "email", "sue@example.org", text) for n, text in enumerate(texts)
    ]
    await service.write(lambda conn: outbox.enqueue(conn, letters, NOON))
    sending = asyncio.create_task(Sender(service, {"email": channel}).run())
    async with asyncio.timeout(10):
        async for _ in pulse.beats(0.05):
            if len(channel.taken) == len(texts):
                break
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    await asyncio.to_thread(writer.close)
    with reading(engine) as conn:
        states = list(conn.execute(select(OUTBOX.c.status).order_by(OUTBOX.c.id)).scalars())
    engine.dispose()
    return states


def test_a_channel_that_takes_nothing_is_named_once_and_so_is_its_return(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    channel = Stubborn(refusals=4)
    with caplog.at_level(logging.INFO, "bot.sender"):
        states = asyncio.run(deliver(tmp_path, channel, ["satu", "dua"]))
    assert (states, channel.taken) == (["sent", "sent"], ["satu", "dua"])
    assert [record.getMessage() for record in caplog.records if record.name == "bot.sender"] == [
        "email takes nothing at the moment and is tried again: mail.example: no connection",
        "email takes messages again",
    ]


def test_a_channel_that_hangs_has_a_hundred_under_way_and_holds_up_no_other(tmp_path: Path) -> None:
    async def whole() -> None:
        engine = open_engine(f"sqlite:///{tmp_path / 'mimin.db'}")
        METADATA.create_all(engine)
        pulse = Pulse()
        writer = Writer(engine, pulse.strike)
        settings = load_settings(None, {}, tmp_path)
        service = Service(settings, small_brand(), engine, writer, pulse, now=lambda: NOON)
        letters = [Letter(f"cause:{n}", "alert", "webhook", f"{n}", "halo") for n in range(120)]
        letters.append(Letter("cause:mail", "alert", "email", "sue@example.org", "halo"))
        await service.write(lambda conn: outbox.enqueue(conn, letters, NOON))
        stuck, taking = Stuck(), Stubborn(refusals=0)
        sending = asyncio.create_task(Sender(service, {"webhook": stuck, "email": taking}).run())
        async with asyncio.timeout(10):
            async for _ in pulse.beats(0.05):
                if taking.taken and len(stuck.begun) >= AT_ONCE:
                    break
        assert stuck.begun == [f"{n}" for n in range(AT_ONCE)]
        stuck.ends.set()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await asyncio.to_thread(writer.close)
        engine.dispose()

    asyncio.run(whole())
