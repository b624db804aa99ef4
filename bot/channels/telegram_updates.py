"""What the bot does with one Telegram update, in one transaction."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select
from telegram import Chat, ChatMember, ChatMemberUpdated, Message, Update, User
from telegram.constants import ChatType

from bot import contacts, ledger, outbox, turn
from bot.brand import Brand
from bot.channels import telegram_staff
from bot.channels.telegram import NAME
from bot.channels.telegram_taps import tap
from bot.channels.telegram_words import words_of
from bot.cutting import cleaned
from bot.intake import Batch, Reception, Unreadable
from bot.mode import SILENT
from bot.outbox import Letter
from bot.tables import MESSAGES
from bot.turn import Said
from bot.wording import LANGUAGES
from handoff import tickets
from handoff.entry import Entry

LONGEST_NAME = 200
PROMISE = ("/janji", "/promise")
COMMANDS = {"/start": "start", "/help": "help"}


def handle(conn: Connection, brand: Brand, batch: Batch, now: datetime) -> None:
    """Do what an update calls for.

    Groups, business chats and kinds that are not known yet stay stored, and nothing is said. Raises
    Unreadable where the update is malformed.
    """
    try:
        update = Update.de_json(dict(batch.raws[0]))
    except Exception as error:  # the library raises whatever a missing or wrong field leads to
        raise Unreadable(f"{type(error).__name__}: {error}") from error
    if update.message is not None:
        _message(conn, brand, update.message, now)
    elif update.edited_message is not None:
        _edited(conn, brand, update.edited_message, now)
    elif update.callback_query is not None:
        tap(conn, brand, update.callback_query, now)
    elif update.my_chat_member is not None:
        _membership(conn, brand, update.my_chat_member, now)


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
    name = cleaned(" ".join(name for name in names if isinstance(name, str)))[:LONGEST_NAME].strip()
    texts = [message.get(key) for key in ("text", "caption")]
    text = next((cleaned(text) for text in texts if isinstance(text, str)), "[?]")
    number, contact = message.get("message_id"), str(chat["id"])
    remote_id = str(number) if _is_whole(number) else None
    return Said(NAME, contact, name or contact, text, datetime.fromtimestamp(date, UTC), remote_id=remote_id)


RECEPTION = Reception(handle, said)


def _message(conn: Connection, brand: Brand, message: Message, now: datetime) -> None:
    """Answer what a person writes in a private chat."""
    sender, words = message.from_user, words_of(message)
    if not _is_person(message.chat, sender) or sender is None or words is None:
        return
    wrote = Said(
        NAME, str(_whole(message.chat.id)), _name(sender), words.text, min(message.date, now),
        remote_id=str(_whole(message.message_id)), kind=words.kind,
    )  # fmt: skip
    command = words.text.split(maxsplit=1)[0].split("@")[0].lower() if words.text.startswith("/") else None
    if command in PROMISE and telegram_staff.promise(conn, brand, message, wrote, now):
        return
    if command in COMMANDS:
        _tell(conn, brand, wrote, COMMANDS[command], sender.language_code, now)
    else:
        turn.contact_wrote(conn, brand, wrote, now)


def _tell(
    conn: Connection, brand: Brand, wrote: Said, key: str, language_code: str | None, now: datetime
) -> None:
    """Store a command and say its fixed text, unless a person speaks in this conversation."""
    thread = contacts.find_or_add(conn, NAME, wrote.external_id, wrote.name, now)
    mode = contacts.current_mode(conn, thread, wrote.at)
    incoming = contacts.add_message(
        conn, thread.id, direction="in", author="contact", source=wrote.kind, text=wrote.text, at=wrote.at,
        remote_id=wrote.remote_id, ticket_id=_open_ticket(conn, thread.id),
    )  # fmt: skip
    own = language_code[:2] if language_code and language_code[:2] in LANGUAGES else brand.language
    language = thread.language or own
    contacts.remember(conn, thread, thread.memory, language, wrote.at)
    ledger.record(conn, brand, [Entry("received", conversation=thread.id, data={"mode": mode})], now)
    if mode in SILENT:
        return
    text = brand.wording.say(key, language, brand=brand.name)
    message = contacts.add_message(
        conn, thread.id, direction="out", author="bot", source="answer", text=text, at=now, status="queued"
    )
    letter = Letter(
        f"message:{incoming}", "answer", NAME, thread.external_id, text,
        conversation=thread.id, epoch=ledger.settle_mode(conn, thread.id, now), message=message,
    )  # fmt: skip
    outbox.enqueue(conn, [letter], now)


def _edited(conn: Connection, brand: Brand, message: Message, now: datetime) -> None:
    """Keep the new words beside the old ones; what was answered stays answered."""
    words = words_of(message)
    thread = contacts.find(conn, NAME, str(message.chat.id))
    if thread is None or words is None or words.kind == "location":
        return
    number = str(_whole(message.message_id))
    known = (
        select(MESSAGES.c.text)
        .where(MESSAGES.c.conversation_id == thread.id, MESSAGES.c.remote_id == number)
        .where(MESSAGES.c.author == "contact")
        .order_by(MESSAGES.c.id.desc())
    )
    if conn.execute(known.limit(1)).scalar_one_or_none() == words.text:
        return
    contacts.add_message(
        conn, thread.id, direction="note", author="contact", source="edit", text=words.text, at=now,
        remote_id=number, ticket_id=_open_ticket(conn, thread.id),
    )  # fmt: skip
    ledger.record(conn, brand, [Entry("edited", conversation=thread.id)], now)


def _membership(conn: Connection, brand: Brand, change: ChatMemberUpdated, now: datetime) -> None:
    """Remember that a person blocked the bot, or lets it write again."""
    if not _is_person(change.chat, change.from_user):
        return
    thread = contacts.find(conn, NAME, str(change.chat.id))
    if thread is None:
        return
    if change.new_chat_member.status == ChatMember.BANNED and thread.reachable:
        contacts.set_unreachable(conn, NAME, thread.external_id)
        ledger.record(conn, brand, [Entry("unreachable", conversation=thread.id)], now)
    elif change.new_chat_member.status == ChatMember.MEMBER and not thread.reachable:
        contacts.find_or_add(conn, NAME, thread.external_id, thread.name, now)
        ledger.record(conn, brand, [Entry("reachable", conversation=thread.id)], now)


def _is_person(chat: Chat, sender: User | None) -> bool:
    return chat.type == ChatType.PRIVATE and sender is not None and not sender.is_bot


def _open_ticket(conn: Connection, conversation: int) -> int | None:
    newest = tickets.find_newest(conn, conversation)
    return newest.id if newest is not None and newest.ticket.is_open else None


def _name(user: User) -> str:
    return cleaned(user.full_name)[:LONGEST_NAME].strip() or str(user.id)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _whole(value: object) -> int:
    """Return an id; raises TypeError where it is none."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"an id is a {type(value).__name__}")
    return value
