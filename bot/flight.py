"""How many sends are under way at once to a service that is far away: as few as its pace needs."""

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import median

REMEMBERED = 32  # sends, of whose times the middle one counts: a few slow ones mean nothing
PATIENCE = 1.0  # seconds after which a send that still waits keeps nobody else waiting
MOST = 16


class Flight:
    """The sends under way to one channel that takes `rate` messages a second.

    What had left and was not recorded when the process ended may have arrived, and is sent again; what
    leaves together with the one that is told to pause is told so, too. So no more leave at once than the
    rate needs by how long one takes (Little's law): where that is 20 ms, one at a time is enough for 30
    a second; where it is 100 ms, it takes three.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._took: deque[float] = deque(maxlen=REMEMBERED)
        self._under_way: set[object] = set()
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def most(self) -> int:
        """How many may be under way now."""
        takes = median(self._took) if self._took else 0.0
        return min(MOST, max(1, math.ceil(self._rate * takes)))

    @property
    def is_wanted(self) -> bool:
        """Say whether somebody waits for a place."""
        return any(not turn.done() for turn in self._waiting)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a place, and keep it while one is sent and recorded, unless that takes too long."""
        mine = object()
        while len(self._under_way) >= self.most:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn
        self._under_way.add(mine)
        later = asyncio.get_running_loop().call_later(PATIENCE, self._leave, mine)
        try:
            yield
        finally:
            later.cancel()
            self._leave(mine)

    def took(self, seconds: float) -> None:
        """Learn how long the channel had one."""
        self._took.append(seconds)

    def _leave(self, place: object) -> None:
        self._under_way.discard(place)
        for _ in range(self.most - len(self._under_way)):
            self._call_next()

    def _call_next(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
