"""What a channel has to do: bring one outbox row to its recipient, and say honestly what became of it."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.intake import Reception


@dataclass(frozen=True, slots=True)
class Sending:
    """One outbox row as a channel sees it."""

    id: int
    kind: str
    recipient: str
    text: str
    payload: Mapping[str, Any]
    message: int | None


class Unsent(Exception):  # noqa: N818 - an outcome
    """It was proven not to be sent; it may be tried again after so many seconds."""

    def __init__(self, reason: str, retry_after: float = 1.0) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class NotYet(Unsent):
    """Nothing is wrong: something else had to be done first, and it is tried again at once."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, 0.0)


class Uncertain(Exception):  # noqa: N818 - an outcome
    """It may have arrived, or not."""


class Rejected(Exception):  # noqa: N818 - an outcome
    """It will never be accepted; `blocked` says that the person does not want to hear from us."""

    def __init__(self, reason: str, *, blocked: bool = False) -> None:
        super().__init__(reason)
        self.blocked = blocked


class Channel(Protocol):
    """A way out. Knows nothing of tickets.

    `rate` is how many messages a second it takes at most; None where nothing travels.
    """

    rate: float | None

    async def wait_turn(self, sending: Sending) -> None:
        """Wait until the pace of the channel allows this send."""

    async def send(self, sending: Sending) -> str | None:
        """Send it and return the channel's id of it; raises Unsent, Uncertain or Rejected."""


class Closing(Channel, Protocol):
    """A way out that keeps connections."""

    async def close(self) -> None:
        """Close them."""


class Page:
    """A channel whose recipients read pages of ours: what is committed is delivered."""

    rate: float | None = None

    async def wait_turn(self, sending: Sending) -> None:
        """Pages have no pace."""

    async def send(self, sending: Sending) -> str | None:  # noqa: ARG002
        """Nothing has to travel: the page shows it."""
        return None


class Hook(Protocol):
    """Where a service posts its updates to us."""

    def knows(self, *secrets: str) -> bool:
        """Say whether each of these is the secret that it was told."""

    async def take(self, body: bytes) -> None:
        """Store what was posted; returns after the commit, raises Full where it should come again later."""


class Line(Protocol):
    """A connected outside service: its channel out, how its updates are handled, and its intake.

    `hook` is there where updates are posted to us, and None where they are asked for.
    """

    channel: Channel
    reception: Reception
    hook: Hook | None

    def take_in(self, on_first: Callable[[], None]) -> Coroutine[Any, Any, None]:
        """Bring updates in until cancelled; `on_first` is called when the first request is under way."""

    def works(self) -> Sequence[Callable[[], Coroutine[Any, Any, None]]]:
        """Return what else it does until cancelled; each begins again where it fails."""

    async def close(self) -> None:
        """End the connection."""
