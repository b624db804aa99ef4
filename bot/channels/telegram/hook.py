"""The other way in from Telegram: it posts each update to us, and is answered after it is stored."""

import asyncio
import json
import logging
from collections.abc import Callable
from hmac import compare_digest
from typing import Any

from sqlalchemy import Connection
from telegram import Bot
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot import intake
from bot.channels.telegram.intake import ALLOWED, HELPLESS, LONGEST, SHORTEST, arrival
from bot.channels.telegram.outcomes import Flooded, plain
from bot.intake import Full, Reception
from bot.service import Service

log = logging.getLogger(__name__)
# One at a time keeps the order of a conversation: of two that travel at once the later may arrive first.
AT_ONCE = 1


class Hook:
    """The webhook of one bot. Its secret is a part of the address and a header; both are compared."""

    def __init__(self, service: Service, bot: Bot, reception: Reception) -> None:
        settings = service.settings.telegram
        if settings.webhook is None or settings.secret is None:
            raise ValueError("a webhook needs an address and a secret")
        self._service = service
        self._bot = bot
        self._reception = reception
        self._secret = settings.secret
        self._address = f"{settings.webhook}/telegram/{settings.secret}"

    def knows(self, *secrets: str) -> bool:
        """Say whether each of these is the secret."""
        return all(compare_digest(secret.encode(), self._secret.encode()) for secret in secrets)

    async def take(self, body: bytes) -> None:
        """Store what Telegram posted; returns after the commit. Raises Full where so much waits already.

        What is no JSON is stored all the same: refused, it would be posted again for ever.
        """
        try:
            update: object = json.loads(body)
        except (ValueError, RecursionError):
            update = {"odd": body.decode("utf-8", "replace")}
        arrived, service = arrival(update), self._service

        def job(conn: Connection) -> None:
            if intake.is_full(conn):
                raise Full
            intake.store_and_handle(conn, service.brand, self._reception, [arrived], service.now())

        await service.write(job)

    async def hang_on(self, on_first: Callable[[], None]) -> None:
        """Tell Telegram where to post, until it has taken it, and stay; `on_first` is called then."""
        pause = SHORTEST
        while not await self._is_set():
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST)
        on_first()
        await asyncio.Event().wait()

    async def _is_set(self) -> bool:
        asked: dict[str, Any] = {
            "url": self._address,
            "secret_token": self._secret,
            "allowed_updates": list(ALLOWED),
            "max_connections": AT_ONCE,
        }
        try:
            await self._bot.set_webhook(**asked)
        except Flooded as error:
            await asyncio.sleep(error.seconds)
        except (BadRequest, InvalidToken) as error:
            log.error("Telegram does not take the webhook: %s", plain(error).replace(self._secret, "..."))
            await asyncio.sleep(HELPLESS)
        except TelegramError as error:
            log.warning("the webhook is not set yet (%s)", plain(error).replace(self._secret, "..."))
        else:
            return True
        return False
