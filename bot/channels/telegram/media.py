"""Pictures, files and places sent anew by what Telegram calls them, where a message cannot be copied."""

from collections.abc import Mapping, Sequence
from typing import Any

from telegram import (
    Bot,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    ReplyParameters,
)

# How each kind is sent, and under which name it takes its file.
METHODS = {
    "animation": ("send_animation", "animation"),
    "audio": ("send_audio", "audio"),
    "document": ("send_document", "document"),
    "photo": ("send_photo", "photo"),
    "sticker": ("send_sticker", "sticker"),
    "video": ("send_video", "video"),
    "video_note": ("send_video_note", "video_note"),
    "voice": ("send_voice", "voice"),
}
UNCAPTIONED = ("sticker", "video_note")
PLACES = {"location": "send_location", "venue": "send_venue", "contact": "send_contact"}
GROUPED = {
    "audio": InputMediaAudio,
    "document": InputMediaDocument,
    "photo": InputMediaPhoto,
    "video": InputMediaVideo,
}


def can_send(media: Sequence[Mapping[str, Any]]) -> bool:
    """Say whether everything there is of a kind that can be sent anew."""
    return all("file" in one or one["kind"] in PLACES for one in media)


async def send_media(
    bot: Bot,
    chat: int,
    media: Sequence[Mapping[str, Any]],
    *,
    thread: int | None = None,
    reply: ReplyParameters | None = None,
    **way: Any,
) -> list[int] | None:
    """Send it, an album as one; returns the numbers of the messages, None where a kind cannot be sent.

    `way` is through whom or in which part of a chat: business_connection_id, direct_messages_topic_id.
    """
    if not media or not can_send(media):
        return None
    place = {"message_thread_id": thread, "reply_parameters": reply} | way
    if len(media) > 1 and all(one["kind"] in GROUPED for one in media):
        items = [GROUPED[one["kind"]](one["file"], caption=one["caption"] or None) for one in media]
        sent = await bot.send_media_group(chat, items, **place)
        return [message.message_id for message in sent]
    return [await _send_one(bot, chat, one, place) for one in media]


async def _send_one(bot: Bot, chat: int, one: Mapping[str, Any], place: Mapping[str, Any]) -> int:
    kind = one["kind"]
    if kind in PLACES:
        held = {key: value for key, value in one.items() if key not in ("kind", "caption", "id")}
        message = await getattr(bot, PLACES[kind])(chat, **held, **place)
    else:
        method, name = METHODS[kind]
        caption = {} if kind in UNCAPTIONED else {"caption": one["caption"] or None}
        message = await getattr(bot, method)(chat, **{name: one["file"]}, **caption, **place)
    return int(message.message_id)
