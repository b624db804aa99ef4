"""The running process: one writer, many readers, one clock, and the pulse that wakes who waits for news."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, Engine

from bot.brand import Brand
from bot.clock import utc_now
from bot.database import Writer, reading
from bot.settings import Settings

log = logging.getLogger(__name__)
Result = TypeVar("Result")
PAUSE = 1.0


class Pulse:
    """Wakes everybody who waits for news; may be struck from any thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: set[asyncio.Event] = set()

    def strike(self) -> None:
        """Say that something was committed."""
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._wake)

    async def beats(self, every: float) -> AsyncIterator[None]:
        """Yield at once, then after each strike, and at least every so many seconds."""
        woken = asyncio.Event()
        self._waiting.add(woken)
        try:
            while True:
                woken.clear()
                yield
                with suppress(TimeoutError):
                    async with asyncio.timeout(every):
                        await woken.wait()
        finally:
            self._waiting.discard(woken)

    def _wake(self) -> None:
        for woken in self._waiting:
            woken.set()


@dataclass(slots=True)
class Service:
    """What the parts of one process share.

    `brand` is replaced when the knowledge changes, by the one who holds `learning`.
    """

    settings: Settings
    brand: Brand
    engine: Engine
    writer: Writer
    pulse: Pulse
    now: Callable[[], datetime] = field(default=utc_now)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    learning: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def write(self, job: Callable[[Connection], Result]) -> Result:
        """Run the job in the writer's next transaction; returns after its commit.

        Who stops waiting does not stop the job: what was submitted is done.
        """
        return await asyncio.shield(asyncio.wrap_future(self.writer.submit(job)))

    async def read(self, job: Callable[[Connection], Result]) -> Result:
        """Run the job on one consistent state, beside the writer."""

        def run() -> Result:
            with reading(self.engine) as conn:
                return job(conn)

        return await asyncio.to_thread(run)


async def keep_going(part: Callable[[], Awaitable[None]]) -> None:
    """Run a part of the process until cancelled: what goes wrong in it is logged, and it begins again.

    A locked file or a fault in one row must not take the chat and the desk with it.
    """
    while True:
        try:
            await part()
        except Exception:
            log.exception("a part of the process failed and begins again")
        await asyncio.sleep(PAUSE)
