"""The buttons under what the bot says, by what the row to be sent carries."""

from collections.abc import Mapping, Sequence
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.brand import Brand
from bot.card import Card
from bot.channels.telegram.buttons import (
    AckTap,
    CardTap,
    DecideTap,
    EraseTap,
    FeedbackTap,
    HeldTap,
    OfferTap,
    RateTap,
    SureTap,
    Tap,
    UndoTap,
    code_of,
)
from handoff.satisfaction import FACES

IN_ROW = 2
# What a row to be sent asks for: the key of its payload, the kind of button, and the answers.
DECIDED = (
    ("approval", "apr", ("approve", "reject")),
    ("review", "rev", ("justified", "not_justified", "sop_change")),
    ("confirm", "say", ("confirm", "recall")),
    ("crisis", "alarm", ("ack", "pause")),
    ("lock", "lock", ("lock",)),
    ("mark", "mark", ("seen",)),
)


def label_of(answer: str) -> str:
    """Return the name of the words that stand on the button of an answer."""
    return "alert_ack" if answer == "ack" else f"press_{answer}"


def keyboard_of(
    brand: Brand, payload: Mapping[str, Any], message: int | None, language: str
) -> InlineKeyboardMarkup | None:
    """Return the buttons of a row, None where it has none; a follower's are in their `language`."""

    def say(key: str, own: str = brand.language) -> str:
        return brand.wording.say(key, own)

    if payload.get("buttons") and message is not None:
        offers = enumerate(payload["buttons"])
        return _rows([[_button(question, OfferTap(message, index))] for index, (_, question) in offers])
    if payload.get("feedback") and message is not None:
        return _rows(
            [
                [
                    _button(say("feedback_yes", language), FeedbackTap(message, "yes")),
                    _button(say("feedback_no", language), FeedbackTap(message, "no")),
                ]
            ]
        )
    if payload.get("rates") and message is not None:
        return _rows([[_button(face, RateTap(message, mark)) for mark, face in FACES.items()]])
    if payload.get("human") and message is not None:
        return _rows([[_button(say("feedback_human", language), FeedbackTap(message, "human"))]])
    if payload.get("erases") is not None:
        return _rows([[_button(say("erase_yes", language), EraseTap(int(payload["erases"])))]])
    if payload.get("sure") is not None:
        return _rows([[_button(say("press_anyway"), SureTap(int(payload["sure"])))]])
    for key, kind, answers in DECIDED:
        if payload.get(key) is not None:
            number = int(payload[key])
            row = [_button(say(label_of(one)), DecideTap(kind, number, one)) for one in answers]
            own = payload.get("ack")
            ack = [_button(say("alert_ack"), AckTap(int(own)))] if own is not None else []
            return _rows([row, ack] if ack else [row])
    if payload.get("ack") is not None:
        return _rows([[_button(say("alert_ack"), AckTap(int(payload["ack"])))]])
    if payload.get("undo") is not None:
        return _rows([[_button(say("group_undo"), UndoTap(int(payload["undo"])))]])
    if payload.get("held") is not None:
        verbs = ("give",) if payload.get("asks") else ("ask", "note", "drop")
        held = int(payload["held"])
        return _rows([[_button(say(f"held_{verb}"), HeldTap(held, verb)) for verb in verbs]])
    if payload.get("link"):
        return _rows([[InlineKeyboardButton(str(payload["label"]), url=str(payload["link"]))]])
    return None


def card_keyboard(brand: Brand, card: Card) -> InlineKeyboardMarkup:
    """Return the buttons of a ticket's card."""
    buttons = [
        _button(brand.wording.say(f"press_{verb}", brand.language), CardTap(card.ticket, verb))
        for verb in card.verbs
    ]
    return _rows([buttons[at : at + IN_ROW] for at in range(0, len(buttons), IN_ROW)])


def _button(words: str, tap: Tap) -> InlineKeyboardButton:
    return InlineKeyboardButton(words, callback_data=code_of(tap))


def _rows(rows: Sequence[Sequence[InlineKeyboardButton]]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(rows)
