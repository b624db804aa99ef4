"""How the fake Bot API reads what it is given, and what it says where something is wrong with that."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from telegram.constants import ReactionEmoji

from tests.telegram.fake_methods import TABLE, Field

ENTITIES = frozenset({"date_time", "bold", "italic", "mention", "bot_command", "url", "text_link"})
PERMISSIONS = (
    "can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos",
    "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
    "can_add_web_page_previews", "can_change_info", "can_invite_users", "can_pin_messages",
    "can_manage_topics", "can_edit_tag", "can_react_to_messages",
)  # fmt: skip


class ApiError(Exception):
    """An answer that is not ok."""

    def __init__(self, code: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after


def bad(description: str) -> ApiError:
    return ApiError(400, f"Bad Request: {description}")


def checked(method: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters as values; raises ApiError for one unknown, missing or of a wrong type."""
    known = TABLE[method]
    for name in given:
        if name not in known:
            raise bad(f"the fake knows no parameter {name!r} of {method}")
    for name, field in known.items():
        if field.required and name not in given:
            raise bad(f"parameter {name!r} of {method} is missing")
    return {name: _value(name, known[name], value) for name, value in given.items()}


def units(text: str) -> int:
    """Return the length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def _value(name: str, field: Field, given: Any) -> Any:
    for kind in field.types:
        try:
            return READERS[kind](given)
        except (ValueError, TypeError, KeyError):
            continue
    raise bad(f"parameter {name!r} is no {' or '.join(field.types)}: {given!r}")


def _integer(given: Any) -> int:
    if isinstance(given, bool) or not re.fullmatch(r"-?[0-9]+", str(given)):
        raise ValueError(given)
    return int(given)


def _boolean(given: Any) -> bool:
    return {"true": True, "false": False, "True": True, "False": False}[str(given)]


def _string(given: Any) -> str:
    if not isinstance(given, str):
        raise TypeError(given)
    return given


def _json(given: Any) -> Any:
    return json.loads(given) if isinstance(given, str) else given


def _object(*needed: str, also: tuple[str, ...] = ()) -> Callable[[Any], dict[str, Any]]:
    def read(given: Any) -> dict[str, Any]:
        value = _json(given)
        if not isinstance(value, dict) or not set(needed) <= set(value) <= {*needed, *also}:
            raise ValueError(given)
        return value

    return read


def _array(item: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    def read(given: Any) -> list[Any]:
        value = _json(given)
        if not isinstance(value, list):
            raise TypeError(given)
        return [item(each) for each in value]

    return read


def _reaction(given: Any) -> dict[str, Any]:
    value = _object("type", "emoji")(given)
    if value["type"] != "emoji" or value["emoji"] not in list(ReactionEmoji):
        raise bad("REACTION_INVALID")
    return value


def _keyboard(given: Any) -> dict[str, Any]:
    """Read an inline keyboard; what Telegram refuses of it is refused in Telegram's words."""
    value = _object("inline_keyboard")(given)
    for row in value["inline_keyboard"]:
        for button in row:
            text = button.get("text")
            if not isinstance(text, str) or not text.strip():
                raise bad("can't parse inline keyboard button: text must be non-empty")
            if set(button) == {"text", "url"}:
                if not str(button["url"]).startswith("https://"):
                    raise bad("BUTTON_URL_INVALID")
                continue
            if set(button) - {"text"} != {"callback_data"}:
                raise bad("the fake knows only buttons with callback_data or url")
            if not 1 <= len(str(button["callback_data"]).encode()) <= 64:
                raise bad("BUTTON_DATA_INVALID")
    return value


def _entity(given: Any) -> dict[str, Any]:
    value = _object("type", "offset", "length", also=("unix_time", "date_time_format", "url"))(given)
    if value["type"] not in ENTITIES or (value["type"] == "date_time") != ("unix_time" in value):
        raise bad(f"can't parse MessageEntity: {value['type']!r}")
    if value["type"] == "date_time" and not re.fullmatch("r|w?[dD]?[tT]?", value.get("date_time_format", "")):
        raise bad("can't parse MessageEntity: wrong date-time format")
    return value


def _float(given: Any) -> float:
    if isinstance(given, bool):
        raise TypeError(given)
    return float(given)


def _file(given: Any) -> str | bytes:
    """Read a file, or what Telegram calls it; the fake fetches nothing."""
    if isinstance(given, bytes):
        return given
    if not isinstance(given, str) or "/" in given:
        raise bad("wrong file identifier/HTTP URL specified")
    return given


def _not_here(given: Any) -> Any:
    raise bad(f"the fake does not take {given!r}")


READERS: Mapping[str, Callable[[Any], Any]] = {
    "Integer": _integer,
    "Boolean": _boolean,
    "String": _string,
    "Array of String": _array(_string),
    "InlineKeyboardMarkup": _keyboard,
    "LinkPreviewOptions": _object(also=("is_disabled", "url", "prefer_small_media", "show_above_text")),
    "Array of ReactionType": _array(_reaction),
    "Array of BotCommand": _array(_object("command", "description")),
    "BotCommandScope": _object("type", also=("chat_id", "user_id")),
    "ReplyParameters": _object("message_id", also=("chat_id", "allow_sending_without_reply", "quote")),
    "Array of MessageEntity": _array(_entity),
    "Array of Integer": _array(_integer),
    "Float": _float,
    "InputFile": _file,
    "ChatPermissions": _object(also=PERMISSIONS),
    **{
        f"Array of InputMedia{kind}": _array(_object("type", "media", also=("caption",)))
        for kind in ("Audio", "Document", "Photo", "Video")
    },
    **dict.fromkeys(
        ("ReplyKeyboardMarkup", "ReplyKeyboardRemove", "ForceReply", "Array of InputMediaLivePhoto",
         "SuggestedPostParameters"),
        _not_here,
    ),
}  # fmt: skip
