"""The full-text index as a way out: what was deleted is taken out of its file once that is committed."""

from bot.channels.channel import Sending
from bot.search_index import purge
from bot.service import Service

NAME = "search"


class Index:
    """Purges the index in short steps, between which others write. A crash in between loses nothing."""

    rate: float | None = None

    def __init__(self, service: Service) -> None:
        self._service = service

    async def wait_turn(self, sending: Sending) -> None:
        """An index has no pace."""

    async def send(self, sending: Sending) -> str | None:  # noqa: ARG002
        """Purge it to the end."""
        begins = True
        while await self._service.write(lambda conn, begins=begins: purge(conn, begins=begins), quiet=True):  # type: ignore[misc]
            begins = False
        return None
