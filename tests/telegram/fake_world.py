"""The state behind the fake Bot API: chats, messages, updates, taps; and what each method does to it."""

import asyncio
import itertools
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.telegram.fake_table import ApiError, bad, units

BOT = {"id": 123456, "is_bot": True, "first_name": "Mimin", "username": "mimin_fake_bot"}
UNASKED = {"chat_member", "message_reaction", "message_reaction_count"}
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@dataclass
class Person:
    """Somebody with a private chat; who never started the bot cannot be written to."""

    id: int
    first_name: str
    language_code: str = "id"
    has_started: bool = True
    has_blocked: bool = False

    @property
    def user(self) -> dict[str, Any]:
        return {
            "id": self.id, "is_bot": False, "first_name": self.first_name,
            "language_code": self.language_code,
        }  # fmt: skip

    @property
    def chat(self) -> dict[str, Any]:
        return {"id": self.id, "type": "private", "first_name": self.first_name}


@dataclass
class Sent:
    """A message of the bot as it stands now."""

    chat: int
    id: int
    text: str
    keyboard: list[list[dict[str, Any]]] = field(default_factory=list)
    preview: Mapping[str, Any] | None = None
    edits: int = 0


class World:
    """Everything the fake knows; people are told apart by their number."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.people: dict[int, Person] = {}
        self.sent: list[Sent] = []
        self.updates: list[dict[str, Any]] = []
        self.reactions: dict[tuple[int, int], list[str]] = {}
        self.taps: dict[str, dict[str, Any] | None] = {}
        self.commands: list[dict[str, Any]] = []
        self.webhook = ""
        self.confirmed = 0
        self._allowed: list[str] | None = None
        self._update_ids = itertools.count(1001)
        self._message_ids = itertools.count(1)
        self._tap_ids = itertools.count(1)
        self._poller = 0
        self._news = asyncio.Event()

    def person(self, number: int, name: str, **known: Any) -> Person:
        """Let somebody exist."""
        self.people[number] = Person(number, name, **known)
        return self.people[number]

    def texts_to(self, number: int) -> list[str]:
        """Return what the bot's messages to somebody say now."""
        return [message.text for message in self.sent if message.chat == number]

    def says(self, number: int, text: str | None = None, **content: Any) -> int:
        """Let somebody write; returns the message's id. `content` is anything else a message may hold."""
        message = self._message(number, **({} if text is None else {"text": text}), **content)
        self.push("message", message)
        return int(message["message_id"])

    def edits(self, number: int, message_id: int, text: str) -> None:
        """Let somebody change what they wrote."""
        date = int(self.now().timestamp())
        message = self._message(number, text=text, edit_date=date) | {"message_id": message_id}
        self.push("edited_message", message)

    def taps_on(self, number: int, message: Sent, row: int = 0, data: str | None = None) -> str:
        """Let somebody tap a button; returns the tap's id. `data` is what a forged client sends instead."""
        tap = f"tap{next(self._tap_ids)}"
        self.taps[tap] = None
        shown = {
            "message_id": message.id, "date": int(self.now().timestamp()), "from": BOT, "text": message.text,
            "chat": self.people[message.chat].chat,
        }  # fmt: skip
        self.push(
            "callback_query",
            {
                "id": tap, "from": self.people[number].user, "chat_instance": "1", "message": shown,
                "data": data if data is not None else message.keyboard[row][0]["callback_data"],
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
                self.webhook = given.get("url", "")
                if given.get("drop_pending_updates"):
                    self.updates.clear()
                return True
            case "getWebhookInfo":
                pending = len(self.updates)
                return {"url": self.webhook, "has_custom_certificate": False, "pending_update_count": pending}
            case "sendMessage":
                return self._send(given)
            case "editMessageText":
                return self._edit(given)
            case "answerCallbackQuery":
                return self._answer_tap(given)
            case "setMessageReaction":
                self._writable(given["chat_id"])
                emojis = [reaction["emoji"] for reaction in given.get("reaction", ())]
                self.reactions[given["chat_id"], given["message_id"]] = emojis
                return True
            case _:
                self.commands = given["commands"]
                return True

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
            self._confirm(self.updates[offset:][0]["update_id"] if self.updates else 0)
        else:
            self._confirm(offset)
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

    def _confirm(self, before: int) -> None:
        self.updates = [update for update in self.updates if update.get("update_id", 0) >= before]
        self.confirmed = max(self.confirmed, before)

    def _send(self, given: Mapping[str, Any]) -> dict[str, Any]:
        person = self._writable(given["chat_id"])
        text = self._text(given)
        message = Sent(
            person.id,
            next(self._message_ids),
            text,
            given.get("reply_markup", {}).get("inline_keyboard", []),
            given.get("link_preview_options"),
        )
        self.sent.append(message)
        return self._shown(message)

    def _edit(self, given: Mapping[str, Any]) -> dict[str, Any]:
        self._writable(given.get("chat_id"))
        place = (given["chat_id"], given.get("message_id"))
        message = next((sent for sent in self.sent if (sent.chat, sent.id) == place), None)
        if message is None:
            raise bad("message to edit not found")
        text, keyboard = self._text(given), given.get("reply_markup", {}).get("inline_keyboard", [])
        if (text, keyboard) == (message.text, message.keyboard):
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly the same"
            )
        message.text, message.keyboard, message.edits = text, keyboard, message.edits + 1
        return self._shown(message)

    def _answer_tap(self, given: Mapping[str, Any]) -> bool:
        tap = given["callback_query_id"]
        if tap not in self.taps or self.taps[tap] is not None:
            raise bad(TOO_OLD)
        if units(given.get("text", "")) > 200:
            raise bad("MESSAGE_TOO_LONG")
        self.taps[tap] = {"text": given.get("text", ""), "alert": given.get("show_alert", False)}
        return True

    def _writable(self, chat: object) -> Person:
        """Return who a chat is with; raises ApiError where the bot may not write there."""
        person = self.people.get(chat) if isinstance(chat, int) else None
        if person is None or not person.has_started:
            raise bad("chat not found")
        if person.has_blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        return person

    def _text(self, given: Mapping[str, Any]) -> str:
        text: str = given["text"]
        if not text.strip():
            raise bad("message text is empty")
        if units(text) > 4096:
            raise bad("message is too long")
        return text.strip()

    def _message(self, number: int, **content: Any) -> dict[str, Any]:
        person = self.people[number]
        head = {"message_id": next(self._message_ids), "date": int(self.now().timestamp())}
        return head | {"chat": person.chat, "from": person.user} | content

    def _shown(self, message: Sent) -> dict[str, Any]:
        shown = {
            "message_id": message.id, "date": int(self.now().timestamp()), "from": BOT, "text": message.text,
            "chat": self.people[message.chat].chat,
        }  # fmt: skip
        return shown | ({"reply_markup": {"inline_keyboard": message.keyboard}} if message.keyboard else {})
