"""Work that many ask for at about the same time is done once for all of them."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Made = TypeVar("Made")
CROWD, SPANS = 4, 5  # so many askers within so many times `apart` are a crowd


@dataclass(slots=True)
class _Asked(Generic[Made]):
    """When it was asked for last and begun last, in the loop's seconds, and what is to come."""

    times: "deque[float]" = field(default_factory=lambda: deque(maxlen=CROWD))
    begun: float = 0.0
    coming: "asyncio.Task[Made] | None" = None

    def is_old(self, since: float) -> bool:
        return self.coming is None and max(self.begun, *self.times) < since


class Gathering(Generic[Key, Made]):
    """Makes what is asked for by a key. Nobody gets what was begun before they asked.

    Where a crowd asks, one making is begun in `apart` seconds, and all who asked before get it; who is
    alone waits for nothing.
    """

    def __init__(self, make: Callable[[Key], Awaitable[Made]], apart: float) -> None:
        self._make = make
        self._apart = apart
        self._asked: dict[Key, _Asked[Made]] = {}

    async def get(self, key: Key) -> Made:
        """Return what is made from now on; raises what its making raises."""
        now = asyncio.get_running_loop().time()
        asked = self._asked.get(key)
        if asked is None:
            since = now - SPANS * self._apart
            self._asked = {one: kept for one, kept in self._asked.items() if not kept.is_old(since)}
            asked = self._asked[key] = _Asked()
        asked.times.append(now)
        if asked.coming is None:
            is_crowd = len(asked.times) == CROWD and now - asked.times[0] < SPANS * self._apart
            wait = asked.begun + self._apart - now if is_crowd else 0.0
            asked.coming = asyncio.create_task(self._make_next(key, asked, wait))
        return await asyncio.shield(asked.coming)  # who goes away takes it from nobody

    async def _make_next(self, key: Key, asked: "_Asked[Made]", wait: float) -> Made:
        await asyncio.sleep(max(0.0, wait))
        asked.coming = None  # who asks from here on gets the next one
        asked.begun = asyncio.get_running_loop().time()
        return await self._make(key)
