"""The folder of uploads as a way out: files are deleted once it is committed that they are to be."""

import asyncio

from bot.channels.channel import Sending, Unsent
from bot.uploads import Uploads

NAME = "files"
AGAIN = 60.0


class Files:
    """Deletes what it is told to. A crash between the commit and the deletion loses nothing."""

    rate: float | None = None

    def __init__(self, uploads: Uploads) -> None:
        self._uploads = uploads

    async def wait_turn(self, sending: Sending) -> None:
        """A disk has no pace."""

    async def send(self, sending: Sending) -> str | None:
        """Delete the files; where the disk refuses, it is tried again."""
        try:
            await asyncio.to_thread(self._uploads.delete, sending.payload["uploads"])
        except OSError as error:
            raise Unsent(error.strerror or str(error), AGAIN) from error
        return None
