"""What the fake Bot API takes: methods, parameters and their types, in the words of the Bot API's pages.

Held against the library's own signatures, and against a machine-readable specification where there is one.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from telegram.constants import ReactionEmoji


class ApiError(Exception):
    """An answer that is not ok."""

    def __init__(self, code: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after


def bad(description: str) -> ApiError:
    return ApiError(400, f"Bad Request: {description}")


@dataclass(frozen=True)
class Field:
    """One parameter; `types` are its types as the Bot API's pages name them."""

    types: tuple[str, ...]
    required: bool


def fields(**types: str) -> Mapping[str, Field]:
    """Read parameters written as `chat_id="Integer|String!"`; the mark says that one is required."""
    return {
        name: Field(tuple(written.rstrip("!").split("|")), written.endswith("!"))
        for name, written in types.items()
    }


MARKUPS = "InlineKeyboardMarkup|ReplyKeyboardMarkup|ReplyKeyboardRemove|ForceReply"
TABLE: Mapping[str, Mapping[str, Field]] = {
    "getMe": {},
    "getUpdates": fields(
        offset="Integer", limit="Integer", timeout="Integer", allowed_updates="Array of String"
    ),
    "setWebhook": fields(
        url="String!", certificate="InputFile", ip_address="String", max_connections="Integer",
        allowed_updates="Array of String", drop_pending_updates="Boolean", secret_token="String",
    ),
    "deleteWebhook": fields(drop_pending_updates="Boolean"),
    "getWebhookInfo": {},
    "sendMessage": fields(
        business_connection_id="String", chat_id="Integer|String!", message_thread_id="Integer",
        direct_messages_topic_id="Integer", text="String!", parse_mode="String",
        entities="Array of MessageEntity", link_preview_options="LinkPreviewOptions",
        disable_notification="Boolean", protect_content="Boolean", allow_paid_broadcast="Boolean",
        message_effect_id="String", suggested_post_parameters="SuggestedPostParameters",
        reply_parameters="ReplyParameters", reply_markup=MARKUPS,
    ),
    "editMessageText": fields(
        business_connection_id="String", chat_id="Integer|String", message_id="Integer",
        inline_message_id="String", text="String!", parse_mode="String", entities="Array of MessageEntity",
        link_preview_options="LinkPreviewOptions", reply_markup="InlineKeyboardMarkup",
    ),
    "answerCallbackQuery": fields(
        callback_query_id="String!", text="String", show_alert="Boolean", url="String", cache_time="Integer"
    ),
    "setMessageReaction": fields(
        chat_id="Integer|String!", message_id="Integer!", reaction="Array of ReactionType", is_big="Boolean"
    ),
    "setMyCommands": fields(
        commands="Array of BotCommand!", scope="BotCommandScope", language_code="String"
    ),
}  # fmt: skip


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
            if set(button) - {"text"} != {"callback_data"}:
                raise bad("the fake knows only buttons with callback_data")
            if not 1 <= len(str(button["callback_data"]).encode()) <= 64:
                raise bad("BUTTON_DATA_INVALID")
    return value


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
    **dict.fromkeys(
        ("ReplyKeyboardMarkup", "ReplyKeyboardRemove", "ForceReply", "InputFile", "Array of MessageEntity",
         "SuggestedPostParameters"),
        _not_here,
    ),
}  # fmt: skip
