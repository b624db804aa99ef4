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
from bot.sender import Sender
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
