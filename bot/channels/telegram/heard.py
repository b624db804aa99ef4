"""What somebody wrote in Telegram, read from one message or from the parts of an album."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select
from telegram import Message, User

from bot import contacts
from bot.channels.telegram.address import NAME, Address
from bot.channels.telegram.words import Words, words_of, words_of_all
from bot.cutting import cleaned
from bot.tables import CONTACTS, CONVERSATIONS, COPIES, INBOUND, MESSAGES
from bot.turn import Said

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Heard:
    """What came as one: the first `message` as it was sent, and all `parts` as they stand now.

    `behind` is how many messages of the same lane wait behind it.
    """

    message: Message
    parts: tuple[Message, ...]
    behind: int = 0

    @property
    def words(self) -> Words | None:
        """What it says; None for a service message, which nobody wrote."""
        return words_of_all(self.parts)

    @property
    def media(self) -> tuple[dict[str, object], ...]:
        """What it holds besides words, a part each, with the part's own number in its chat."""
        found = [(part, words_of(part)) for part in self.parts]
        return tuple(
            {**words.media, "id": part.message_id}
            for part, words in found
            if words and words.media is not None
        )


def heard_again(conn: Connection, first: Message) -> Heard:
    """Put a message together with the other parts of its album, as they came; for a second tap."""
    parts = {part.message_id: part for part in list_album(conn, first)}
    return Heard(first, tuple((parts | {first.message_id: first}).values()))


def list_album(conn: Connection, message: Message) -> list[Message]:
    """Return what came so far of the album that a message is a part of, in order; nothing for another."""
    if message.media_group_id is None:
        return []
    mine = (INBOUND.c.channel == NAME, INBOUND.c.bundle == message.media_group_id)
    raws = conn.scalars(select(INBOUND.c.raw).where(*mine).order_by(INBOUND.c.id))
    parts = [Message.de_json(raw["message"]) for raw in raws if "message" in raw]
    return [part for part in parts if part.chat.id == message.chat.id]


def said_by(heard: Heard, address: Address, name: str, words: Words, now: datetime) -> Said:
    """Make it the message of a contact; nobody writes in the future, whatever a clock says."""
    return Said(
        NAME, str(address), name, words.text, min(heard.message.date, now),
        remote_id=str(whole(heard.message.message_id)), kind=words.kind, media=heard.media,
    )  # fmt: skip


def answering(conn: Connection, said: Said, message: Message) -> Said:
    """Note which message of the conversation it replies to, where that one is known."""
    replied = message.reply_to_message
    if replied is None:
        return said
    meant = find_message(conn, said.external_id, replied.message_id)
    return replace(said, reply_to=meant) if meant is not None else said


def find_message(conn: Connection, external_id: str, number: int) -> int | None:
    """Return the message that has this number in a follower's chat."""
    mine = (
        select(MESSAGES.c.id)
        .join(CONVERSATIONS, CONVERSATIONS.c.id == MESSAGES.c.conversation_id)
        .join(CONTACTS, CONTACTS.c.id == CONVERSATIONS.c.contact_id)
        .where(CONTACTS.c.channel == NAME, CONTACTS.c.external_id == external_id)
        .where(MESSAGES.c.remote_id == str(number), MESSAGES.c.source != "edit")
    )
    found: int | None = conn.execute(mine.order_by(MESSAGES.c.id.desc()).limit(1)).scalar_one_or_none()
    return found


def find_in_group(conn: Connection, chat: int, number: int) -> int | None:
    """Return the message that stands under this number in the staff's group: a copy, or one written there."""
    copied = select(COPIES.c.message_id).where(COPIES.c.chat == str(chat), COPIES.c.remote_id == str(number))
    found: int | None = conn.execute(copied.order_by(COPIES.c.id.desc()).limit(1)).scalar_one_or_none()
    if found is not None:
        return found
    return contacts.find_by_origin(conn, f"{chat}:{number}")


def name_of(user: User) -> str:
    """Return what somebody calls themselves; their number where that is nothing one can read."""
    return cleaned_name(user.full_name) or str(user.id)


def cleaned_name(name: str) -> str:
    """Return a name as the database keeps it."""
    return cleaned(name)[:LONGEST_NAME].strip()


def whole(value: object) -> int:
    """Return an id; raises TypeError where it is none."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"an id is a {type(value).__name__}")
    return value
