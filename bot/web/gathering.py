"""Work that many ask for at about the same time is done once for all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Made = TypeVar("Made")
CROWDED = 1.0  # seconds for which it is crowded after two asked at once


@dataclass(slots=True)
class _Asked(Generic[Made]):
    """When it was begun last and until when it is crowded, in the loop's seconds; what waits to be begun."""

    begun: float = 0.0
    crowded: float = 0.0
    busy: int = 0
    coming: "asyncio.Task[Made] | None" = None


class Gathering(Generic[Key, Made]):
    """Makes what is asked for by a key. Nobody gets what was begun before they asked.

    Where several ask at once, one making is begun in `apart` seconds, and all who asked before get it; who
    is alone waits for nothing.
    """

    def __init__(self, make: Callable[[Key], Awaitable[Made]], apart: float) -> None:
        self._make = make
        self._apart = apart
        self._asked: dict[Key, _Asked[Made]] = {}

    async def get(self, key: Key) -> Made:
        """Return what is made from now on; raises what its making raises."""
        now = asyncio.get_running_loop().time()
        asked = self._asked.setdefault(key, _Asked())
        if asked.busy:
            asked.crowded = now + CROWDED
        if asked.coming is None:
            wait = asked.begun + self._apart - now if now < asked.crowded else 0.0
            asked.coming = asyncio.create_task(self._make_next(key, asked, wait))
        return await asyncio.shield(asked.coming)  # who goes away takes it from nobody

    async def _make_next(self, key: Key, asked: "_Asked[Made]", wait: float) -> Made:
        asked.busy += 1
        try:
            await asyncio.sleep(max(0.0, wait))
            asked.coming = None  # who asks from here on gets the next one
            asked.begun = asyncio.get_running_loop().time()
            return await self._make(key)
        finally:
            asked.busy -= 1
            if not asked.busy and asked.crowded < asyncio.get_running_loop().time():
                self._asked.pop(key, None)
