"""The state behind the fake Bot API: chats, messages, updates, taps; and what each method does to it."""

import asyncio
import itertools
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from tests.telegram.fake_groups import Groups
from tests.telegram.fake_people import BOT, Sent
from tests.telegram.fake_sending import Sending
from tests.telegram.fake_table import ApiError, bad, units

UNASKED = {"chat_member", "message_reaction", "message_reaction_count"}
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"

__all__ = ["BOT", "Sent", "World"]


class World(Sending, Groups):
    """Everything the fake knows; people are told apart by their number."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__(now)
        self.updates: list[dict[str, Any]] = []
        self.taps: dict[str, dict[str, Any] | None] = {}
        self.commands: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.typing: list[int] = []
        self.webhook = ""
        self.hook: dict[str, Any] = {}
        self.confirmed = 0
        self._allowed: list[str] | None = None
        self._update_ids = itertools.count(1001)
        self._tap_ids = itertools.count(1)
        self._poller = 0
        self._news = asyncio.Event()

    def texts_to(self, number: int) -> list[str]:
        """Return what the bot's messages to somebody say now."""
        return [message.text for message in self.sent if message.chat == number and not message.is_deleted]

    def sent_to(self, number: int) -> list[Sent]:
        """Return the bot's messages to somebody that still stand."""
        return [message for message in self.sent if message.chat == number and not message.is_deleted]

    def taps_on(self, number: int, message: Sent, row: int = 0, data: str | None = None, at: int = 0) -> str:
        """Let somebody tap a button; returns the tap's id. `data` is what a forged client sends instead."""
        tap = f"tap{next(self._tap_ids)}"
        self.taps[tap] = None
        pressed = data if data is not None else message.keyboard[row][at]["callback_data"]
        self.push(
            "callback_query",
            {
                "id": tap, "from": self.people[number].user, "chat_instance": "1", "data": pressed,
                "message": self.shown(message),
            },
        )  # fmt: skip
        return tap

    def blocks(self, number: int, *, blocked: bool = True) -> None:
        """Let somebody block the bot, or let it back."""
        person = self.people[number]
        was, person.has_blocked = person.has_blocked, blocked
        states = [
            {"user": BOT, "status": "kicked" if state else "member"} | ({"until_date": 0} if state else {})
            for state in (was, blocked)
        ]
        change = {"chat": person.chat, "from": person.user, "date": int(self.now().timestamp())}
        self.push("my_chat_member", change | {"old_chat_member": states[0], "new_chat_member": states[1]})

    def push(self, kind: str, body: Any) -> int:
        """Queue an update, unless its kind was not asked for; returns its number."""
        number = next(self._update_ids)
        unwanted = kind in UNASKED if not self._allowed else kind not in self._allowed
        if not unwanted:
            self.updates.append({"update_id": number, kind: body})
            self._news.set()
        return number

    async def do(self, method: str, given: Mapping[str, Any]) -> Any:
        """Do one call whose parameters are right."""
        match method:
            case "getMe":
                return {**BOT, "can_join_groups": True, "can_read_all_group_messages": False,
                        "supports_inline_queries": False}  # fmt: skip
            case "getUpdates":
                return await self._get_updates(**given)
            case "setWebhook" | "deleteWebhook":
                return self._set_webhook(given)
            case "getWebhookInfo":
                pending = len(self.updates)
                return {"url": self.webhook, "has_custom_certificate": False, "pending_update_count": pending}
            case "answerCallbackQuery":
                return self._answer_tap(given)
            case "setMyCommands":
                scope = given.get("scope", {"type": "default"})
                key = f"{scope['type']}:{scope.get('chat_id', '')}".rstrip(":")
                self.commands[key, given.get("language_code", "")] = given["commands"]
                return True
            case "sendChatAction":
                self.target(given)
                self.typing.append(given["chat_id"])
                return True
            case _ if method in self.FORUM:
                return self.arrange(method, given)
            case _:
                return self.deliver(method, given)

    def _set_webhook(self, given: Mapping[str, Any]) -> bool:
        url = given.get("url", "")
        if url and not url.startswith(("https://", "http://127.0.0.1")):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        self.webhook, self.hook = url, dict(given)
        if given.get("allowed_updates"):
            self._allowed = given["allowed_updates"]
        if given.get("drop_pending_updates"):
            self.updates.clear()
        self._news.set()
        return True

    async def next_for_webhook(self) -> dict[str, Any]:
        """Wait for the next update to post; it stays until `confirm` is called with what follows it."""
        while not (self.webhook and self.updates):
            self._news.clear()
            await self._news.wait()
        return self.updates[0]

    async def _get_updates(
        self, offset: int = 0, limit: int = 100, timeout: int = 0, allowed_updates: list[str] | None = None
    ) -> list[dict[str, Any]]:
        """Return what is unconfirmed, and wait for it; a newer question ends an older one."""
        if self.webhook:
            raise ApiError(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook"
            )
        if not 1 <= limit <= 100 or timeout < 0:
            raise bad("limit or timeout out of range")
        if allowed_updates is not None:
            self._allowed = allowed_updates
        if offset < 0:
            self.confirm(self.updates[offset:][0]["update_id"] if self.updates else 0)
        else:
            self.confirm(offset)
        self._poller += 1
        mine = self._poller
        self._news.set()
        ends = asyncio.get_running_loop().time() + timeout
        while True:
            self._news.clear()
            if mine != self._poller:
                raise ApiError(409, "Conflict: terminated by other getUpdates request")
            left = ends - asyncio.get_running_loop().time()
            if self.updates or left <= 0:
                return self.updates[:limit]
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._news.wait()

    def confirm(self, before: int) -> None:
        """Forget the updates below a number."""
        self.updates = [update for update in self.updates if update.get("update_id", 0) >= before]
        self.confirmed = max(self.confirmed, before)

    def _answer_tap(self, given: Mapping[str, Any]) -> bool:
        tap = given["callback_query_id"]
        if tap not in self.taps or self.taps[tap] is not None:
            raise bad(TOO_OLD)
        if units(given.get("text", "")) > 200:
            raise bad("MESSAGE_TOO_LONG")
        self.taps[tap] = {"text": given.get("text", ""), "alert": given.get("show_alert", False)}
        return True
