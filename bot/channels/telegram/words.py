"""What a Telegram message says in words and holds besides, whatever kind of message it is."""

from collections.abc import Callable, Mapping, Sequence
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
# What a kind needs to be sent anew; files are named by their id, of a photo's sizes by the largest one's.
FILES = ("animation", "audio", "document", "photo", "sticker", "video", "video_note", "voice")
HELD: dict[str, tuple[str, ...]] = {
    "location": ("latitude", "longitude"),
    "venue": ("title", "address"),
    "contact": ("phone_number", "first_name", "last_name"),
}


@dataclass(frozen=True, slots=True)
class Words:
    """The kind of a message and its text: what was written, or else a placeholder such as "[photo]".

    `media` is what it holds besides: its kind, and what is needed to send it anew.
    """

    kind: str
    text: str
    media: Mapping[str, Any] | None = None


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
    text = caption if caption.strip() else _placeholder(message, kind)
    return Words(kind[:LONGEST_KIND], text, _media(message, kind, caption))


def words_of_all(messages: Sequence[Message]) -> Words | None:
    """Return what the parts of an album say together: its caption, or a placeholder a part."""
    found = [words for words in map(words_of, messages) if words is not None]
    if len(found) <= 1:
        return found[0] if found else None
    captions = [words.text for words in found if words.media is None or words.media["caption"].strip()]
    text = "\n".join(captions) or " ".join(words.text for words in found)
    return Words(found[0].kind, text)


def _media(message: Message, kind: str, caption: str) -> dict[str, Any]:
    held: Any = getattr(message, kind, None)
    media: dict[str, Any] = {"kind": kind[:LONGEST_KIND], "caption": caption}
    if kind in FILES:
        media["file"] = (held[-1] if kind == "photo" else held).file_id
    elif kind in HELD:
        media |= {name: getattr(held, name) for name in HELD[kind] if getattr(held, name) is not None}
        if kind == "venue":
            media |= {"latitude": held.location.latitude, "longitude": held.location.longitude}
    return media


def _placeholder(message: Message, kind: str) -> str:
    said = SAID[kind](getattr(message, kind)) if kind in SAID else ()
    words = " ".join(str(part) for part in said if part is not None)
    return cleaned(f"[{kind}] {words}".rstrip())


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text is a {type(value).__name__}")
    return cleaned(value)
