"""How fast Telegram may be spoken to: so much a second in all, less to one chat, nothing in a pause."""

import asyncio
import time
from collections import deque
from collections.abc import Callable

# Counted a little longer than the limit says, since a request takes its time to arrive.
SLACK = 0.05
CHAT = (3, 3.0)
GROUP = (20, 60.0)
KEPT = 5_000


class Window:
    """Lets at most `count` through in any `seconds`."""

    def __init__(self, count: int, seconds: float) -> None:
        self._seconds = seconds + SLACK
        self._taken: deque[float] = deque(maxlen=count)

    def wait(self, now: float) -> float:
        """Return how many seconds the next one has to wait."""
        if len(self._taken) < (self._taken.maxlen or 0):
            return 0.0
        return max(0.0, self._taken[0] + self._seconds - now)

    def take(self, now: float) -> None:
        """Let one through."""
        self._taken.append(now)

    def is_idle(self, now: float) -> bool:
        """Say whether everything that went through is so long ago that it no longer counts."""
        return not self._taken or self._taken[-1] + self._seconds <= now


class Pace:
    """The pace of one bot. `rate` is its messages a second, 0 for no pace of our own.

    A pause that Telegram asks for is kept in any case.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._is_free = rate == 0
        count = max(1, int(rate))
        seconds = 0 if self._is_free else count / rate
        self._bot, self._leaving = Window(count, seconds), Window(count, seconds)
        self._chats: dict[str, tuple[Window, ...]] = {}
        self._paused_until = 0.0

    def pause(self, seconds: float) -> None:
        """Let nothing through for so long."""
        self._paused_until = max(self._paused_until, self._clock() + seconds)

    def paused(self) -> float:
        """Return how many seconds of the pause are left."""
        return max(0.0, self._paused_until - self._clock())

    async def turn(self, chat: str | None) -> None:
        """Wait until one more may go to this chat; None goes to no chat and waits for a pause only."""
        while (seconds := max(self.paused(), self.wait(chat))) > 0:
            await asyncio.sleep(seconds)
        self.book(chat)

    def book(self, chat: str | None) -> None:
        """Count one to this chat that did not wait: what follows waits the longer."""
        if not self._is_free and chat is not None:
            now = self._clock()
            for window in self._windows(chat):
                window.take(now)

    async def leave(self) -> None:
        """Wait, where turns that were given apart would leave together because their commits took longer."""
        if self._is_free:
            return
        while (seconds := self._leaving.wait(self._clock())) > 0:
            await asyncio.sleep(seconds)
        self._leaving.take(self._clock())

    def wait(self, chat: str | None) -> float:
        """Return how many seconds the next one to this chat has to wait, a pause left aside."""
        if self._is_free or chat is None:
            return 0.0
        now = self._clock()
        return max(window.wait(now) for window in self._windows(chat))

    def _windows(self, chat: str) -> tuple[Window, ...]:
        """Return everything that limits a message to this chat.

        A group's id is negative; a channel's direct messages are many chats under one such id.
        """
        known = self._chats.get(chat)
        if known is None:
            if len(self._chats) >= KEPT:
                self._forget_idle()
            known = (
                (Window(*CHAT), Window(*GROUP))
                if chat.startswith("-") and "/" not in chat
                else (Window(*CHAT),)
            )
            self._chats[chat] = known
        return (self._bot, *known)

    def _forget_idle(self) -> None:
        now = self._clock()
        self._chats = {
            chat: windows
            for chat, windows in self._chats.items()
            if not all(window.is_idle(now) for window in windows)
        }
