"""Who and what there is in the fake's Telegram: people, groups with topics, messages."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

BOT = {"id": 123456, "is_bot": True, "first_name": "Mimin", "username": "mimin_fake_bot"}
RIGHTS = ("can_manage_topics", "can_pin_messages", "can_delete_messages", "can_restrict_members")
ICONS = {"💬": "icon1", "❗️": "icon2", "‼️": "icon3", "🔥": "icon4", "✅": "icon5"}


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
class Topic:
    """A topic of a forum; `pinned` holds the numbers of its pinned messages."""

    name: str
    icon: str = ""
    is_closed: bool = False
    pinned: list[int] = field(default_factory=list)


@dataclass
class Group:
    """A supergroup; `rights` are the bot's as an administrator, `muted` who may not write there."""

    id: int
    title: str
    is_forum: bool = False
    is_direct: bool = False
    is_member: bool = True
    rights: set[str] = field(default_factory=lambda: set(RIGHTS))
    topics: dict[int, Topic] = field(default_factory=dict)
    muted: dict[int, int | None] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(2))

    @property
    def chat(self) -> dict[str, Any]:
        shown = {"id": self.id, "type": "supergroup", "title": self.title}
        shown |= {"is_forum": True} if self.is_forum else {}
        return shown | ({"is_direct_messages": True} if self.is_direct else {})


@dataclass
class Account:
    """A person's account that lets the bot into its chats; `wrote_at` is when each customer last did."""

    id: str
    owner: int
    can_reply: bool = True
    can_delete: bool = True
    is_enabled: bool = True
    wrote_at: dict[int, float] = field(default_factory=dict)


@dataclass
class Sent:
    """A message of the bot as it stands now. `account` is the connection through which it was sent."""

    chat: int
    id: int
    text: str
    keyboard: list[list[dict[str, Any]]] = field(default_factory=list)
    preview: Mapping[str, Any] | None = None
    edits: int = 0
    thread: int | None = None
    direct: int | None = None
    account: str | None = None
    kind: str = "text"
    file: str | bytes | None = None
    reply_to: int | None = None
    copy_of: tuple[int, int] | None = None
    entities: list[dict[str, Any]] = field(default_factory=list)
    is_deleted: bool = False
