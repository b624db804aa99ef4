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
from bot.uploads import Uploads

log = logging.getLogger(__name__)
Result = TypeVar("Result")
PAUSE = 1.0


class Pulse:
    """Wakes everybody who waits for news; may be struck from any thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: set[asyncio.Event] = set()
        self._watching: set[asyncio.Event] = set()

    def strike(self, quiet: bool = False) -> None:
        """Say that something was committed; quietly, where it is news but nothing has to be done."""
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            if not quiet:
                self._loop.call_soon_threadsafe(self._wake)
            elif self._watching:
                self._loop.call_soon_threadsafe(self._show)

    async def beats(
        self, every: float, *, watching: bool = False, woken: asyncio.Event | None = None
    ) -> AsyncIterator[None]:
        """Yield at once, then after each strike, and at least every so many seconds.

        Who is `watching` hears the quiet ones too. `woken` is an event with which the caller wakes itself.
        """
        woken = woken or asyncio.Event()
        self._waiting.add(woken)
        if watching:
            self._watching.add(woken)
        try:
            while True:
                woken.clear()
                yield
                with suppress(TimeoutError):
                    async with asyncio.timeout(every):
                        await woken.wait()
        finally:
            self._waiting.discard(woken)
            self._watching.discard(woken)

    def _wake(self) -> None:
        for woken in self._waiting:
            woken.set()

    def _show(self) -> None:
        for woken in self._watching:
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

    @property
    def uploads(self) -> Uploads:
        """Return the folder of what came by a page."""
        return Uploads(self.settings.uploads, self.settings.largest_upload)

    async def write(self, job: Callable[[Connection], Result], *, quiet: bool = False) -> Result:
        """Run the job in the writer's next transaction; returns after its commit.

        Who stops waiting does not stop the job: what was submitted is done. A `quiet` one wakes those who
        watch, and nobody who works.
        """
        return await self.writer.submit_here(job, quiet=quiet)

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
