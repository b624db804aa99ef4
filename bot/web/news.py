"""News: tells every open page that the log grew. One reader serves them all."""

import asyncio
import logging
from collections.abc import AsyncIterator, Set
from contextlib import suppress
from dataclasses import dataclass, field

from bot import journal
from bot.service import Service

log = logging.getLogger(__name__)
EVERY = 0.5


@dataclass(eq=False, slots=True)
class Follower:
    """One open page. `conversation` is the only one it cares for; None is all of them."""

    conversation: int | None = None
    woken: asyncio.Event = field(default_factory=asyncio.Event)


class News:
    """Watches the log while at least one page is open."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._followers: set[Follower] = set()
        self._reader: asyncio.Task[None] | None = None

    async def follow(self, follower: Follower, seconds: float | None = None) -> AsyncIterator[None]:
        """Yield at once, then whenever something happened that concerns the page, for so long."""
        loop = asyncio.get_running_loop()
        until = None if seconds is None else loop.time() + seconds
        self._followers.add(follower)
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read())
        try:
            while not self._service.stopping.is_set() and (until is None or loop.time() < until):
                follower.woken.clear()
                yield
                left = None if until is None else until - loop.time()
                with suppress(TimeoutError):
                    await asyncio.wait_for(follower.woken.wait(), left)
        finally:
            self._followers.discard(follower)
            if not self._followers and self._reader is not None:
                self._reader.cancel()
                self._reader = None

    def stir(self) -> None:
        """Let every open page look, since something changed that no log holds."""
        self._wake(None)

    def nudge(self, conversation: int) -> None:
        """Let the follower's pages of one conversation look."""
        for follower in self._followers:
            if follower.conversation == conversation:
                follower.woken.set()

    async def _read(self) -> None:
        """Read what was committed since the last look, and wake whom it concerns."""
        position: int | None = None
        async for _ in self._service.pulse.beats(EVERY, watching=True):
            if self._service.stopping.is_set():
                self._wake(None)
            try:
                position = await self._look(position)
            except Exception:
                log.exception("the log could not be read; it is tried again")

    async def _look(self, position: int | None) -> int:
        if position is None:
            position = await self._service.read(journal.position)
            self._wake(None)  # what came while the reader started is not missed
            return position
        entries = await self._service.read(lambda conn: journal.read_since(conn, position))
        if not entries:
            return position
        self._wake({entry.conversation for entry in entries})
        return entries[-1].id

    def _wake(self, touched: Set[int | None] | None) -> None:
        for follower in self._followers:
            if touched is None or follower.conversation is None or follower.conversation in touched:
                follower.woken.set()
