"""What people do in the fake's Telegram, and how its groups and their topics are arranged."""

import itertools
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from tests.telegram.fake_people import BOT, ICONS, Account, Group, Person, Sent, Topic
from tests.telegram.fake_table import ApiError, bad, units


class Groups:
    """People, groups and accounts, and everything that is written there by people."""

    FORUM = frozenset(
        {
            "createForumTopic", "editForumTopic", "closeForumTopic", "reopenForumTopic", "deleteForumTopic",
            "getForumTopicIconStickers", "pinChatMessage", "restrictChatMember", "getBusinessConnection",
        }
    )  # fmt: skip
    push: Callable[[str, Any], int]

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.people: dict[int, Person] = {}
        self.groups: dict[int, Group] = {}
        self.accounts: dict[str, Account] = {}
        self.sent: list[Sent] = []
        self.reactions: dict[tuple[int, int], list[str]] = {}
        self.heard: dict[tuple[int, int], dict[str, Any]] = {}
        self._message_ids = itertools.count(1)
        self._ids = itertools.count(1)

    def person(self, number: int, name: str, **known: Any) -> Person:
        """Let somebody exist."""
        self.people[number] = Person(number, name, **known)
        return self.people[number]

    def group(self, number: int, title: str, **known: Any) -> Group:
        """Let a supergroup exist, with the bot as its administrator."""
        self.groups[number] = Group(number, title, **known)
        return self.groups[number]

    def connects(self, owner: int, **known: Any) -> str:
        """Let somebody make the bot their account's chatbot; returns the connection."""
        account = Account(f"bc{next(self._ids)}", owner, **known)
        self.accounts[account.id] = account
        self.tells(account)
        return account.id

    def tells(self, account: Account) -> None:
        """Let Telegram say how an account's connection stands."""
        body = {"id": account.id, "user": self.people[account.owner].user, "user_chat_id": account.owner,
                "date": self._date(), "is_enabled": account.is_enabled,
                "rights": {"can_reply": account.can_reply} if account.can_reply else {}}  # fmt: skip
        self.push("business_connection", body)

    def says(self, number: int, text: str | None = None, **content: Any) -> int:
        """Let somebody write to the bot; returns the message's id. `content` is anything else it holds."""
        message = self._written(self.people[number].chat, number, text, content)
        self.push("message", message)
        return int(message["message_id"])

    def says_in(self, chat: int, number: int, text: str | None = None, **content: Any) -> int:
        """Let somebody write in a group; `thread` names the topic there."""
        thread = content.pop("thread", None)
        place = {} if thread is None else {"message_thread_id": thread, "is_topic_message": True}
        message = self._written(self.groups[chat].chat, number, text, place | content)
        self.push("message", message)
        return int(message["message_id"])

    def says_to(self, account: str, customer: int, text: str | None = None, **content: Any) -> int:
        """Let a customer write to somebody's account that lets the bot in."""
        self.accounts[account].wrote_at[customer] = self.now().timestamp()
        return self._says_through(account, customer, customer, text, content)

    def owner_says(self, account: str, customer: int, text: str | None = None, **content: Any) -> int:
        """Let the owner answer a customer from their own phone."""
        return self._says_through(account, customer, self.accounts[account].owner, text, content)

    def takes_back(self, account: str, customer: int, *numbers: int) -> None:
        """Let messages be deleted in a chat of an account."""
        body = {"business_connection_id": account, "chat": self.people[customer].chat}
        self.push("deleted_business_messages", body | {"message_ids": list(numbers)})

    def edits(self, number: int, message_id: int, text: str, chat: int | None = None, **more: Any) -> None:
        """Let somebody change what they wrote."""
        place = self.people[number].chat if chat is None else self.groups[chat].chat
        head = {"message_id": message_id, "date": self._date(), "edit_date": self._date(), "chat": place}
        kind = "edited_business_message" if "business_connection_id" in more else "edited_message"
        self.push(kind, head | {"from": self.people[number].user, "text": text} | more)

    def reacts(self, chat: int, number: int, message_id: int, emoji: str | None) -> None:
        """Let somebody put a sign under a message, or take theirs away."""
        place = self.groups[chat].chat if chat in self.groups else self.people[chat].chat
        new = [{"type": "emoji", "emoji": emoji}] if emoji else []
        body = {"chat": place, "message_id": message_id, "user": self.people[number].user,
                "date": self._date(), "old_reaction": [], "new_reaction": new}  # fmt: skip
        self.push("message_reaction", body)

    def topic_named(self, chat: int, start: str) -> int:
        """Return the thread of the newest topic whose name begins so."""
        found = [number for number, topic in self.groups[chat].topics.items() if topic.name.startswith(start)]
        return found[-1]

    def in_topic(self, chat: int, thread: int) -> list[Sent]:
        """Return what the bot has put into a topic."""
        return [one for one in self.sent if (one.chat, one.thread) == (chat, thread) and not one.is_deleted]

    def arrange(self, method: str, given: Mapping[str, Any]) -> Any:
        """Do a call about a group itself."""
        if method == "getForumTopicIconStickers":
            return [_sticker(emoji, number) for emoji, number in ICONS.items()]
        if method == "getBusinessConnection":
            raise bad("BUSINESS_CONNECTION_INVALID")
        if method == "restrictChatMember":
            group = self._group(given["chat_id"], "can_restrict_members")
            lets = given["permissions"].get("can_send_messages", False)
            group.muted.pop(given["user_id"], None)
            if not lets:
                group.muted[given["user_id"]] = given.get("until_date")
            return True
        if method == "pinChatMessage":
            group = self._group(given["chat_id"], "can_pin_messages")
            message = self.find(group.id, given["message_id"])
            group.topics[message.thread or 0].pinned.append(message.id)
            return True
        group = self._group(given["chat_id"], "can_manage_topics")
        return self._arrange_topic(method, group, given)

    def _arrange_topic(self, method: str, group: Group, given: Mapping[str, Any]) -> Any:
        icon = given.get("icon_custom_emoji_id", "")
        if icon and icon not in ICONS.values():
            raise bad("STICKER_INVALID")
        if "name" in given and not 1 <= units(given["name"]) <= 128:
            raise bad("topic name is too long")
        if method == "createForumTopic":
            if not group.is_forum:
                raise bad("the chat is not a forum")
            number = next(group.numbers)
            group.topics[number] = Topic(given["name"], icon)
            return {"message_thread_id": number, "name": given["name"], "icon_color": 7322096}
        thread = given["message_thread_id"]
        topic = group.topics.get(thread)
        if topic is None:
            raise bad("TOPIC_ID_INVALID")
        if method == "deleteForumTopic":
            self.loses_topic(group.id, thread)
        elif method == "editForumTopic":
            new = (given.get("name", topic.name), icon or topic.icon)
            if new == (topic.name, topic.icon):
                raise bad("TOPIC_NOT_MODIFIED")
            topic.name, topic.icon = new
        else:
            topic.is_closed = method == "closeForumTopic"
        return True

    def loses_topic(self, chat: int, thread: int) -> None:
        """Let a topic be deleted with all that stands in it; nobody is told."""
        del self.groups[chat].topics[thread]
        for one in self.sent:
            one.is_deleted |= (one.chat, one.thread) == (chat, thread)

    def find(self, chat: int, number: int) -> Sent:
        """Return a message of the bot; raises ApiError where there is none."""
        for one in self.sent:
            if (one.chat, one.id) == (chat, number) and not one.is_deleted:
                return one
        raise bad("message to edit not found")

    def _group(self, chat: object, right: str) -> Group:
        group = self.groups.get(chat) if isinstance(chat, int) else None
        if group is None:
            raise bad("chat not found")
        if not group.is_member:
            raise ApiError(403, "Forbidden: bot is not a member of the supergroup chat")
        if right not in group.rights:
            raise bad("not enough rights to manage the chat")
        return group

    def _says_through(
        self, account: str, customer: int, writer: int, text: str | None, content: dict[str, Any]
    ) -> int:
        place = {"business_connection_id": account}
        message = self._written(self.people[customer].chat, writer, text, place | content)
        self.push("business_message", message)
        return int(message["message_id"])

    def _written(
        self, chat: dict[str, Any], number: int, text: str | None, content: dict[str, Any]
    ) -> dict[str, Any]:
        """Make a message of somebody; where the bot may copy it from, it is remembered."""
        group = self.groups.get(chat["id"])
        new = next(group.numbers) if group is not None else next(self._message_ids)
        message = {"message_id": new, "date": self._date(), "chat": chat, "from": self.people[number].user}
        message |= ({} if text is None else {"text": text}) | content
        if "business_connection_id" not in content:
            self.heard[chat["id"], new] = message
        return message

    def shown(self, message: Sent) -> dict[str, Any]:
        """Return a message of the bot as an update or an answer holds it."""
        group = self.groups.get(message.chat)
        chat = group.chat if group is not None else self.people[message.chat].chat
        shown = {"message_id": message.id, "date": self._date(), "from": BOT, "chat": chat}
        shown |= {"text": message.text} if message.kind == "text" else {"caption": message.text}
        if message.thread is not None:
            shown |= {"message_thread_id": message.thread, "is_topic_message": True}
        if message.account is not None:
            shown["business_connection_id"] = message.account
        replied = self.heard.get((message.chat, message.reply_to)) if message.reply_to else None
        if replied is not None:
            shown["reply_to_message"] = replied
        return shown | ({"reply_markup": {"inline_keyboard": message.keyboard}} if message.keyboard else {})

    def _date(self) -> int:
        return int(self.now().timestamp())


def _sticker(emoji: str, number: str) -> dict[str, Any]:
    sizes = {"width": 100, "height": 100, "is_animated": False, "is_video": False}
    names = {"file_id": number, "file_unique_id": number, "type": "custom_emoji", "emoji": emoji}
    return {**names, **sizes, "custom_emoji_id": number}


__all__ = ["Groups", "Person", "Sent"]
