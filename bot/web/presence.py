"""Who has a conversation open on the desk, and who writes in it. Only this process knows."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic


class Presence:
    """The people who look, counted by their open pages, so that two do not write the same answer;
    `changed` is told.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._open: dict[int, Counter[str]] = {}
        self._changed = changed

    @contextmanager
    def looks(self, conversation: int | None, name: str) -> Iterator[None]:
        """Count a page of somebody's as open meanwhile; one without a conversation counts nowhere."""
        if conversation is None:
            yield
            return
        self._open.setdefault(conversation, Counter())[name] += 1
        self._changed()
        try:
            yield
        finally:
            pages = self._open[conversation]
            pages[name] -= 1
            if not +pages:
                del self._open[conversation]
            self._changed()

    def others(self, conversation: int | None, name: str) -> tuple[str, ...]:
        """Return who else looks at it, in order."""
        pages = self._open.get(conversation or 0, Counter())
        return tuple(sorted(other for other, count in pages.items() if count > 0 and other != name))


class Typing:
    """Who writes to whom, so that the follower sees it; `changed` is told of the conversation, not more
    often than every `SAID_AGAIN` seconds.
    """

    SAID_AGAIN = 3.0

    def __init__(self, changed: Callable[[int], None]) -> None:
        self._writes: dict[int, tuple[str, float]] = {}
        self._changed = changed

    def writes(self, conversation: int, name: str) -> None:
        """Note that somebody of that name writes there now."""
        now = monotonic()
        known, at = self._writes.get(conversation, ("", 0.0))
        if known == name and now - at < self.SAID_AGAIN:
            return
        fresh = {one: said for one, said in self._writes.items() if now - said[1] < self.SAID_AGAIN}
        self._writes = fresh | {conversation: (name, now)}
        self._changed(conversation)

    def last(self, conversation: int | None) -> tuple[str, float] | None:
        """Return who wrote there last and when, in monotonic seconds, unless that is long ago."""
        found = self._writes.get(conversation or 0)
        return found if found and monotonic() - found[1] < self.SAID_AGAIN else None
