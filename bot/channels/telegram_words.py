"""What a Telegram message says in words, whatever kind of message it is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from telegram import Message

from bot.cutting import cleaned

LONGEST_KIND = 12
# In the order in which they are looked for: an animation is a document too, a venue a location too.
KINDS = (
    "animation", "audio", "photo", "sticker", "story", "video", "video_note", "voice", "document",
    "venue", "location", "contact", "dice", "poll", "game", "invoice", "live_photo", "paid_media",
    "checklist", "gift", "unique_gift", "giveaway",
)  # fmt: skip
SAID: dict[str, Callable[[Any], tuple[object, ...]]] = {
    "audio": lambda it: (it.file_name,),
    "contact": lambda it: (it.first_name, it.last_name, it.phone_number),
    "dice": lambda it: (it.emoji, it.value),
    "document": lambda it: (it.file_name,),
    "location": lambda it: (it.latitude, it.longitude),
    "poll": lambda it: (it.question,),
    "sticker": lambda it: (it.emoji,),
    "venue": lambda it: (it.title, it.address),
    "video": lambda it: (it.file_name,),
}


@dataclass(frozen=True, slots=True)
class Words:
    """The kind of a message and its text: what was written, or else a placeholder such as "[photo]"."""

    kind: str
    text: str


def words_of(message: Message) -> Words | None:
    """Return what a message says; None for a service message, which nobody wrote.

    A kind that the library does not know yet is named by its field. Raises TypeError where a text is none.
    """
    if message.text is not None:
        return Words("text", _text(message.text))
    kind = next((kind for kind in KINDS if getattr(message, kind, None)), None)
    if kind is None:
        kind = next(iter(message.api_kwargs), None)
    if kind is None:
        return None
    caption = _text(message.caption) if message.caption is not None else ""
    return Words(kind[:LONGEST_KIND], caption if caption.strip() else _placeholder(message, kind))


def _placeholder(message: Message, kind: str) -> str:
    said = SAID[kind](getattr(message, kind)) if kind in SAID else ()
    words = " ".join(str(part) for part in said if part is not None)
    return cleaned(f"[{kind}] {words}".rstrip())


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text is a {type(value).__name__}")
    return cleaned(value)
