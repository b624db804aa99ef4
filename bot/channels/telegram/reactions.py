"""A sign under a message: the follower's is shown to staff, and staff's to the follower."""

from datetime import datetime

from sqlalchemy import Connection, select
from telegram import MessageReactionUpdated, ReactionTypeEmoji
from telegram.constants import ChatType

from bot import contacts, outbox
from bot.channels.telegram.address import NAME
from bot.channels.telegram.heard import find_in_group, find_message, whole
from bot.outbox import WORDS, Letter
from bot.tables import COPIES
from handoff import people


def reacted(conn: Connection, change: MessageReactionUpdated, now: datetime, group: int | None) -> None:
    """Put the same sign under the same message on the other side; a bot has one sign a message."""
    chat, number, person = change.chat.id, whole(change.message_id), change.user
    if person is None or person.is_bot:
        return
    emojis = [one.emoji for one in change.new_reaction if isinstance(one, ReactionTypeEmoji)]
    if change.new_reaction and not emojis:
        return  # signs of somebody's own are not a bot's to give
    sign = emojis[-1] if emojis else ""
    cause = f"sign:{chat}:{number}:{whole(person.id)}:{int(change.date.timestamp())}:{len(emojis)}"
    if chat == group:
        staff = people.find_by_telegram(conn, person.id)
        meant = find_in_group(conn, chat, number) if staff is not None else None
        if meant is not None:
            _to_follower(conn, meant, cause, sign, now)
    elif change.chat.type == ChatType.PRIVATE and group is not None:
        meant = find_message(conn, str(chat), number)
        if meant is not None:
            _to_group(conn, meant, group, cause, sign, now)


def _to_follower(conn: Connection, meant: int, cause: str, sign: str, now: datetime) -> None:
    message = contacts.get_message(conn, meant)
    thread = contacts.get(conn, message.conversation_id)
    if thread.channel == NAME and message.remote_id is not None and thread.reachable and not thread.blocked:
        payload = {"sign": message.remote_id}
        outbox.enqueue(conn, [Letter(cause, "sign", NAME, thread.external_id, sign, payload=payload)], now)


def _to_group(conn: Connection, meant: int, group: int, cause: str, sign: str, now: datetime) -> None:
    message = contacts.get_message(conn, meant)
    copied = select(COPIES.c.remote_id).where(COPIES.c.message_id == meant, COPIES.c.chat == str(group))
    number = conn.execute(copied.order_by(COPIES.c.id.desc()).limit(1)).scalar_one_or_none()
    if number is None and message.origin is not None:
        number = message.origin.rpartition(":")[2]
    if number is not None:
        letter = Letter(cause, "sign", NAME, str(group), sign, payload={"sign": number}, rank=WORDS)
        outbox.enqueue(conn, [letter], now)
