"""The way in from Telegram: updates are asked for, stored, and only then confirmed."""

import asyncio
import hashlib
import json
import logging
import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from telegram import Bot
from telegram.constants import ChatType
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.warnings import PTBUserWarning

from bot import intake
from bot.channels.telegram.address import NAME
from bot.channels.telegram.channel import LONG_POLL
from bot.channels.telegram.marks import Position, load_position, save_position
from bot.channels.telegram.outcomes import Flooded, plain
from bot.intake import Arrival, Reception
from bot.service import Service

log = logging.getLogger(__name__)
ALLOWED = (
    "message",
    "edited_message",
    "callback_query",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "my_chat_member",
    "message_reaction",
)
AT_ONCE = 100
SHORTEST, LONGEST = 0.5, 60.0
HELPLESS = 15.0
MARGIN = 10
LONGEST_BUNDLE = 80


class Unconfirmable(Exception):  # noqa: N818 - Telegram never does this
    """Updates came without a number, so that they cannot be confirmed."""


async def poll(
    service: Service, bot: Bot, reception: Reception, on_first: Callable[[], None], helpless: float = HELPLESS
) -> None:
    """Ask for updates until cancelled; `on_first` is called once the first request is under way.

    `helpless` is how many seconds pass before the next try where only a person can help.

    Nothing stops it: what cannot be read is stored all the same, and where Telegram or the database
    fails, it asks again later for what it has not confirmed.
    """
    # The library says that there is Bot.get_updates. That one fails a whole batch for one bad update.
    warnings.filterwarnings("ignore", r"Please use 'Bot\.getUpdates'", PTBUserWarning)
    poller = _Poller(service, bot, reception, on_first)
    pause = SHORTEST
    while True:
        try:
            await poller.round()
            pause = SHORTEST
            continue
        except Flooded as error:
            seconds = error.seconds
            log.warning("Telegram wants no questions for %g s", seconds)
        except Conflict as error:
            seconds, poller.is_hooked = helpless, True
            log.error("somebody else takes the updates of this bot; only one may (%s)", plain(error))
        except InvalidToken:
            seconds = helpless
            log.error("Telegram does not take the token in MIMIN_TELEGRAM_TOKEN")
        except TelegramError as error:
            seconds, pause = pause, min(pause * 2, LONGEST)
            log.warning("no updates from Telegram (%s); next try in %g s", plain(error), seconds)
        except Exception:
            seconds, pause = pause, min(pause * 2, LONGEST)
            log.exception("updates could not be stored and were not confirmed; next try in %g s", seconds)
        await asyncio.sleep(seconds)


def arrival(update: object) -> Arrival:
    """Make one update ready to be stored, whatever it is; its lane is its chat, or its topic there."""
    raw = update if isinstance(update, dict) else {"odd": update}
    number = raw.get("update_id")
    if not _is_number(number):
        number = f"odd:{hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()[:32]}"
    return Arrival(NAME, str(number), _lane(raw), raw, _bundle(raw))


class _Poller:
    """One way of asking: remembers the position, and whether a webhook may stand in the way."""

    def __init__(
        self, service: Service, bot: Bot, reception: Reception, on_first: Callable[[], None]
    ) -> None:
        self._service = service
        self._bot = bot
        self._reception = reception
        self._on_first: Callable[[], None] | None = on_first
        self._position: Position | None = None
        self._is_placed = False
        self._is_full = False
        self.is_hooked = True

    async def round(self) -> None:
        """Ask once and store what came, with the new position, in one transaction."""
        if not self._is_placed:
            self._position = await self._service.read(load_position)
            self._is_placed = True
        if self.is_hooked:
            await self._unhook()
        while self._is_full:  # what Telegram keeps is safe there
            await asyncio.sleep(SHORTEST)
            self._is_full = await self._service.read(intake.is_full)
        updates = await self._ask()
        if not updates:
            return
        now = self._service.now()
        numbers = [u["update_id"] for u in updates if isinstance(u, dict) and _is_number(u.get("update_id"))]
        position = Position(max(numbers) + 1, now) if numbers else None
        arrivals = [arrival(update) for update in updates]
        self._is_full = await self._service.write(lambda conn: self._store(conn, arrivals, position, now))
        if position is None:
            raise Unconfirmable("Telegram sent updates without a number")
        self._position = position

    def _store(
        self, conn: Connection, arrivals: Sequence[Arrival], position: Position | None, now: datetime
    ) -> bool:
        """Store what came with the new position, and say whether enough waits now."""
        intake.store_and_handle(conn, self._service.brand, self._reception, arrivals, now)
        if position is not None:
            save_position(conn, position)
        return intake.is_full(conn)

    async def _ask(self) -> Sequence[object]:
        """Wait for updates; they come as they are, since reading one may fail."""
        asked: dict[str, Any] = {"timeout": LONG_POLL, "limit": AT_ONCE, "allowed_updates": list(ALLOWED)}
        if self._position is not None and self._position.holds(self._service.now()):
            asked["offset"] = self._position.offset
        request = asyncio.ensure_future(
            self._bot.do_api_request("getUpdates", asked, read_timeout=LONG_POLL + MARGIN)
        )
        await asyncio.sleep(0)
        if self._on_first is not None:
            self._on_first()
            self._on_first = None
        updates = await request
        if not isinstance(updates, list):
            raise TelegramError("the answer holds no list of updates")
        return updates

    async def _unhook(self) -> None:
        """Remove a webhook, which would keep updates from being asked for."""
        try:
            await self._bot.delete_webhook()
            self.is_hooked = False
        except TelegramError as error:
            log.warning("whether a webhook is set could not be asked: %s", plain(error))


def _lane(raw: Mapping[str, Any]) -> str:
    """Return the chat an update belongs to, so that one contact's are handled in order.

    In a group many speak: there it is the topic, else the person.
    """
    bodies = [body for body in raw.values() if isinstance(body, dict)]
    inner = [body["message"] for body in bodies if isinstance(body.get("message"), dict)]
    for body in (*inner, *bodies):
        owner: Mapping[str, Any] = next(
            (body[key] for key in ("chat", "from", "user") if isinstance(body.get(key), dict)), {}
        )
        if not _is_number(owner.get("id")):
            continue
        if owner.get("type") != ChatType.SUPERGROUP:
            return str(owner["id"])
        topic, sender = body.get("message_thread_id"), body.get("from")
        if not _is_number(topic):
            topic = sender.get("id") if isinstance(sender, dict) else None
        return f"{owner['id']}/{topic}" if _is_number(topic) else str(owner["id"])
    return "odd"


def _bundle(raw: Mapping[str, Any]) -> str | None:
    """Return the album that an update is a part of."""
    bodies = [raw[kind] for kind in ("message", "business_message") if isinstance(raw.get(kind), dict)]
    album = bodies[0].get("media_group_id") if bodies else None
    return album[:LONGEST_BUNDLE] if isinstance(album, str) and album else None


def _is_number(value: object) -> bool:
    """Say whether it is an id as Telegram gives them; they fit into 52 bits."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**52
