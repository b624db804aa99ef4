"""What the bot sends in the fake's Telegram: words, files, copies, edits, signs; what is refused of it."""

from collections.abc import Mapping
from typing import Any

from tests.telegram.fake_groups import Groups
from tests.telegram.fake_people import Group, Sent
from tests.telegram.fake_table import ApiError, bad, units

FILES = {
    "sendPhoto": "photo", "sendVideo": "video", "sendAnimation": "animation", "sendAudio": "audio",
    "sendVoice": "voice", "sendVideoNote": "video_note", "sendDocument": "document",
    "sendSticker": "sticker",
}  # fmt: skip
PLACES = {"sendLocation": "location", "sendVenue": "venue", "sendContact": "contact"}
DAY = 86_400


class Sending(Groups):
    """The calls that write."""

    def deliver(self, method: str, given: Mapping[str, Any]) -> Any:
        """Do a call that writes, changes or deletes a message."""
        match method:
            case "sendMessage":
                return self.shown(self._put(given, self._text(given), "text"))
            case "editMessageText" | "editMessageCaption":
                return self._edit(method, given)
            case "setMessageReaction":
                return self._react(given)
            case "copyMessage":
                return {"message_id": self._copy(given, given["message_id"]).id}
            case "copyMessages":
                ids = given["message_ids"]
                if ids != sorted(set(ids)) or not 1 <= len(ids) <= 100:
                    raise bad("message identifiers must be in a strictly increasing order")
                return [{"message_id": self._copy(given, number).id} for number in ids]
            case "sendMediaGroup":
                return self._album(given)
            case "deleteMessage" | "deleteBusinessMessages":
                return self._delete(method, given)
            case _ if method in FILES:
                file = given[FILES[method]]
                return self.shown(self._put(given, self._caption(given), FILES[method], file=file))
            case _:
                return self.shown(self._put(given, "", PLACES[method]))

    def target(self, given: Mapping[str, Any]) -> Group | None:
        """Return the group a call goes to, None for a person's chat; raises ApiError where it may not."""
        chat, account = given.get("chat_id"), given.get("business_connection_id")
        if account is not None:
            self._may_write_through(str(account), chat)
            return None
        group = self.groups.get(chat) if isinstance(chat, int) else None
        if group is None:
            person = self.people.get(chat) if isinstance(chat, int) else None
            if person is None or not person.has_started:
                raise bad("chat not found")
            if person.has_blocked:
                raise ApiError(403, "Forbidden: bot was blocked by the user")
            return None
        if not group.is_member:
            raise ApiError(403, "Forbidden: bot is not a member of the supergroup chat")
        if group.is_direct and "direct_messages_topic_id" not in given:
            raise bad("DIRECT_MESSAGES_TOPIC_REQUIRED")
        thread = given.get("message_thread_id")
        if thread is not None and thread not in group.topics:
            raise bad("message thread not found")
        if thread is not None and group.topics[thread].is_closed:
            raise bad("TOPIC_CLOSED")
        return group

    def _may_write_through(self, connection: str, chat: object) -> None:
        account = self.accounts.get(connection)
        if account is None:
            raise bad("business connection not found")
        if not account.is_enabled:
            raise bad("business connection is disabled")
        if not account.can_reply:
            raise bad("BUSINESS_CONNECTION_NOT_ALLOWED")
        wrote_at = account.wrote_at.get(chat) if isinstance(chat, int) else None
        if wrote_at is None or self.now().timestamp() - wrote_at > DAY:
            raise bad("BUSINESS_PEER_USAGE_MISSING")

    def _put(self, given: Mapping[str, Any], text: str, kind: str, **more: Any) -> Sent:
        group = self.target(given)
        reply = given.get("reply_parameters")
        answers = reply["message_id"] if reply is not None else None
        if reply is not None and not self._exists(given["chat_id"], answers):
            if not reply.get("allow_sending_without_reply"):
                raise bad("message to be replied not found")
            answers = None
        for entity in given.get("entities", ()):
            if entity["offset"] < 0 or entity["offset"] + entity["length"] > units(text):
                raise bad("entity ends beyond the end of the text")
        message = Sent(
            given["chat_id"],
            next(group.numbers) if group is not None else next(self._message_ids),
            text,
            given.get("reply_markup", {}).get("inline_keyboard", []),
            given.get("link_preview_options"),
            thread=given.get("message_thread_id"),
            direct=given.get("direct_messages_topic_id"),
            account=given.get("business_connection_id"),
            kind=kind,
            reply_to=answers,
            entities=list(given.get("entities", ())),
            **more,
        )
        self.sent.append(message)
        return message

    def _copy(self, given: Mapping[str, Any], number: int) -> Sent:
        source = (given["from_chat_id"], number)
        heard = self.heard.get(source)
        if heard is None:
            raise bad("message to copy not found")
        kind = next((k for k in (*FILES.values(), *PLACES.values()) if k in heard), "text")
        if kind == "text" and "text" not in heard:
            raise bad("message can't be copied")
        return self._put(given, heard.get("text", heard.get("caption", "")), kind, copy_of=source)

    def _album(self, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        items = given["media"]
        kinds = {item["type"] for item in items}
        if not 2 <= len(items) <= 10 or not (kinds <= {"photo", "video"} or len(kinds) == 1):
            raise bad("wrong number or kinds of media in the group")
        put = [self._put(given, self._caption(item), item["type"], file=item["media"]) for item in items]
        return [self.shown(message) for message in put]

    def _edit(self, method: str, given: Mapping[str, Any]) -> dict[str, Any]:
        self.target(given)
        message = self.find(given["chat_id"], given.get("message_id", 0))
        if (method == "editMessageText") != (message.kind == "text"):
            raise bad("there is no text in the message to edit")
        text = self._text(given) if method == "editMessageText" else self._caption(given)
        keyboard = given.get("reply_markup", {}).get("inline_keyboard", [])
        if (text, keyboard) == (message.text, message.keyboard):
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly the same"
            )
        message.text, message.keyboard, message.edits = text, keyboard, message.edits + 1
        message.entities = list(given.get("entities", ()))
        return self.shown(message)

    def _react(self, given: Mapping[str, Any]) -> bool:
        if given["chat_id"] not in self.groups:
            self.target(given)
        emojis = [reaction["emoji"] for reaction in given.get("reaction", ())]
        if len(emojis) > 1:
            raise bad("REACTIONS_TOO_MANY")
        if not self._exists(given["chat_id"], given["message_id"]):
            raise bad("message to react not found")
        self.reactions[given["chat_id"], given["message_id"]] = emojis
        return True

    def _delete(self, method: str, given: Mapping[str, Any]) -> bool:
        numbers = given.get("message_ids", [given.get("message_id")])
        if method == "deleteBusinessMessages":
            account = self.accounts.get(given["business_connection_id"])
            if account is None or not account.can_delete:
                raise bad("not enough rights to delete messages")
        chat = given.get("chat_id")
        group = self.groups.get(chat) if isinstance(chat, int) else None
        if group is not None and "can_delete_messages" not in group.rights:
            raise bad("message can't be deleted")
        found = False
        for one in self.sent:
            if one.id in numbers and (chat is None or one.chat == chat):
                one.is_deleted = found = True
        for number in numbers:
            found |= self.heard.pop((chat, number), None) is not None if isinstance(chat, int) else False
        if not found:
            raise bad("message to delete not found")
        return True

    def _exists(self, chat: int, number: int | None) -> bool:
        ours = any((one.chat, one.id) == (chat, number) and not one.is_deleted for one in self.sent)
        theirs = (chat, number) in self.heard if number is not None else False
        return ours or theirs or chat not in self.groups  # a person's chat with an account is not kept here

    def _text(self, given: Mapping[str, Any]) -> str:
        text: str = given["text"]
        if not text.strip():
            raise bad("message text is empty")
        if units(text) > 4096:
            raise bad("message is too long")
        return text.strip()

    def _caption(self, given: Mapping[str, Any]) -> str:
        caption: str = given.get("caption", "")
        if units(caption) > 1024:
            raise bad("message caption is too long")
        return caption
