"""Who has a conversation open on the desk, so that two people do not write the same answer."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Presence:
    """The people who look, counted by their open pages. Only this process knows; `changed` is told."""

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
