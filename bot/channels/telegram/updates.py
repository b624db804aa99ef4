"""What the bot does with Telegram's updates, those that came as one in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError, StatementError
from telegram import Message, Update
from telegram.constants import ChatType

from bot.brand import Brand
from bot.channels.telegram import (
    business,
    desk,
    private,
    public,
    reactions,
)
from bot.channels.telegram.address import NAME, Address
from bot.channels.telegram.heard import Heard, cleaned_name
from bot.channels.telegram.taps import tap
from bot.cutting import cleaned
from bot.intake import Batch, Reception, Unreadable
from bot.turn import Said

KINDS = ("message", "business_message")
EDITS = ("edited_message", "edited_business_message")


@dataclass(frozen=True, slots=True)
class Premises:
    """Where the brand is at home in Telegram: the staff's `group`, and whether accounts let the bot in."""

    group: int | None = None
    business: bool = True


def reception(premises: Premises) -> Reception:
    """Return how the updates of this brand are handled."""
    return Reception(partial(_handle, premises), said)


def said(raw: Mapping[str, Any]) -> Said | None:
    """Find the words of a contact in an update that could not be handled; None where there are none.

    It reads by hand, since the library may be what failed.
    """
    message = raw.get("message")
    if not isinstance(message, dict):
        return None
    chat, sender, date = (message.get(key) for key in ("chat", "from", "date"))
    if not isinstance(chat, dict) or chat.get("type") != ChatType.PRIVATE or not _is_whole(chat.get("id")):
        return None
    if not isinstance(date, int) or not 0 < date < 2**32:
        return None
    names = [sender.get(key) for key in ("first_name", "last_name")] if isinstance(sender, dict) else []
    name = cleaned_name(" ".join(name for name in names if isinstance(name, str)))
    texts = [message.get(key) for key in ("text", "caption")]
    text = next((cleaned(text) for text in texts if isinstance(text, str)), "[?]")
    number, contact = message.get("message_id"), str(chat["id"])
    remote_id = str(number) if _is_whole(number) else None
    return Said(NAME, contact, name or contact, text, datetime.fromtimestamp(date, UTC), remote_id=remote_id)


def _handle(premises: Premises, conn: Connection, brand: Brand, batch: Batch, now: datetime) -> None:
    """Do what the updates call for; raises Unreadable where one is malformed or of a kind unknown here.

    The library reads more than it checks: what is of a wrong type shows where it is used, at the latest
    where it is stored, and would show there again. A database that is held is no fault of the update.
    """
    try:
        _do(premises, conn, brand, batch, now)
    except OperationalError:
        raise
    except (AttributeError, OverflowError, TypeError, ValueError, StatementError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}") from error


def _do(premises: Premises, conn: Connection, brand: Brand, batch: Batch, now: datetime) -> None:
    updates = [_read(raw) for raw in batch.raws]
    update = updates[0]
    if update.message is not None:
        messages = [one.message for one in updates if one.message is not None]
        _message(premises, conn, brand, _heard(messages, batch.later), now)
    elif update.edited_message is not None:
        _edited(premises, conn, brand, update.edited_message, now)
    elif update.callback_query is not None:
        tap(conn, brand, update.callback_query, now)
    elif update.business_message is not None:
        messages = [one.business_message for one in updates if one.business_message is not None]
        if premises.business:
            business.wrote(conn, brand, _heard(messages, batch.later), now)
    elif update.edited_business_message is not None:
        business.edited(conn, brand, update.edited_business_message, now)
    elif update.deleted_business_messages is not None:
        business.deleted(conn, brand, update.deleted_business_messages, now)
    elif update.business_connection is not None:
        business.connected(conn, brand, update.business_connection, now)
    elif update.my_chat_member is not None:
        private.membership(conn, brand, update.my_chat_member, now)
    elif update.message_reaction is not None:
        reactions.reacted(conn, update.message_reaction, now, premises.group)
    else:
        kinds = ", ".join(sorted(key for key in batch.raws[0] if key != "update_id")) or "nothing"
        raise Unreadable(f"an update of a kind that this version does not know: {cleaned(kinds)[:100]}")


def _message(premises: Premises, conn: Connection, brand: Brand, heard: Heard, now: datetime) -> None:
    chat = heard.message.chat
    if chat.type == ChatType.PRIVATE:
        private.wrote(conn, brand, heard, now)
    elif chat.id == premises.group:
        desk.wrote(conn, brand, heard, now)
    elif heard.message.direct_messages_topic is not None:
        business.wrote_directly(conn, brand, heard, now)
    elif chat.type in (ChatType.GROUP, ChatType.SUPERGROUP):
        public.wrote(conn, brand, heard, now, premises.group)


def _edited(premises: Premises, conn: Connection, brand: Brand, message: Message, now: datetime) -> None:
    if message.chat.id == premises.group:
        desk.edited(conn, brand, message, now)
    elif message.chat.type == ChatType.PRIVATE:
        private.edited(conn, brand, message, now, str(Address(message.chat.id)))
    elif message.direct_messages_topic is not None:
        where = Address(message.chat.id, topic=message.direct_messages_topic.topic_id)
        private.edited(conn, brand, message, now, str(where))


def _heard(messages: Sequence[Message], later: Sequence[Mapping[str, Any]]) -> Heard:
    """Put a message together with what waits behind it: an edit of it is what the person means."""
    first, edits = messages[0], dict[int, Message]()
    for raw in later:
        if any(kind in raw for kind in EDITS):
            try:
                update = _read(raw)
            except Unreadable:  # it will be set aside in its own turn
                continue
            edit = update.edited_message or update.edited_business_message
            if edit is not None and _place(edit) == _place(first):
                edits[edit.message_id] = edit
    current = tuple(edits.get(message.message_id, message) for message in messages)
    behind = sum(any(kind in raw for kind in KINDS) for raw in later)
    return Heard(first, current, behind)


def _place(message: Message) -> tuple[int, str | None]:
    """Return in which chat, and through which account, a message was written: each counts for itself."""
    return message.chat.id, message.business_connection_id


def _read(raw: Mapping[str, Any]) -> Update:
    try:
        return Update.de_json(dict(raw))
    except Exception as error:  # the library raises whatever a missing or wrong field leads to
        raise Unreadable(f"{type(error).__name__}: {error}") from error


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
