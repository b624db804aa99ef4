"""What a button of ours carries: a short code that says nothing to who reads it. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OfferTap:
    """The offered question at `index` under a message of ours."""

    message: int
    index: int


@dataclass(frozen=True, slots=True)
class AckTap:
    """ "I have it" for the alerts of a ticket."""

    ticket: int


@dataclass(frozen=True, slots=True)
class CardTap:
    """An act on the card of a ticket."""

    ticket: int
    verb: str


@dataclass(frozen=True, slots=True)
class HeldTap:
    """What becomes of a text that was not sent, since somebody else holds the conversation.

    `message` is its number in the staff's group; `verb` is ask, note, drop or give.
    """

    message: int
    verb: str


@dataclass(frozen=True, slots=True)
class FeedbackTap:
    """Whether an answer of ours helped: yes, no, or a person is wanted."""

    message: int
    verdict: str


@dataclass(frozen=True, slots=True)
class RateTap:
    """How a follower found it, from 1 to 5, under the question for it, which is `message`."""

    message: int
    mark: int


@dataclass(frozen=True, slots=True)
class EraseTap:
    """A follower's yes to deleting what is known of them."""

    conversation: int


@dataclass(frozen=True, slots=True)
class SureTap:
    """The second tap for what was written in a topic, and asked for one."""

    message: int


@dataclass(frozen=True, slots=True)
class DecideTap:
    """An answer to a request, an override, a statement or a low mark, of which `kind` it is."""

    kind: str
    number: int
    answer: str


@dataclass(frozen=True, slots=True)
class UndoTap:
    """What was taken away from the public group comes back."""

    removal: int


Tap = SureTap | DecideTap | OfferTap | AckTap | CardTap | HeldTap | FeedbackTap | RateTap | EraseTap | UndoTap

_ID = "([0-9]{1,18})"
_ANSWERS = "approve|reject|justified|not_justified|sop_change|confirm|recall|ack|pause|lock|seen"
# Telegram allows 64 bytes; a few words and a number or two of the database stay far below.
_CODES: tuple[tuple[type[Tap], str, tuple[Callable[[str], object], ...]], ...] = (
    (OfferTap, f"offer:{_ID}:([0-9]{{1,2}})", (int, int)),
    (AckTap, f"ack:{_ID}", (int,)),
    (CardTap, f"card:{_ID}:([a-z_]{{2,16}})", (int, str)),
    (HeldTap, f"held:{_ID}:(ask|note|drop|give)", (int, str)),
    (FeedbackTap, f"fb:{_ID}:(yes|no|human)", (int, str)),
    (RateTap, f"rate:{_ID}:([1-5])", (int, int)),
    (EraseTap, f"erase:{_ID}", (int,)),
    (UndoTap, f"undo:{_ID}", (int,)),
    (SureTap, f"sure:{_ID}", (int,)),
    (DecideTap, f"(apr|rev|say|alarm|lock|mark):{_ID}:({_ANSWERS})", (str, int, str)),
)
_PATTERNS = {kind: re.compile(pattern, re.ASCII) for kind, pattern, _ in _CODES}


def code_of(tap: Tap) -> str:
    """Return what the button carries."""
    match tap:
        case OfferTap(message, index):
            return f"offer:{message}:{index}"
        case AckTap(ticket):
            return f"ack:{ticket}"
        case CardTap(ticket, verb):
            return f"card:{ticket}:{verb}"
        case HeldTap(message, verb):
            return f"held:{message}:{verb}"
        case FeedbackTap(message, verdict):
            return f"fb:{message}:{verdict}"
        case RateTap(message, mark):
            return f"rate:{message}:{mark}"
        case EraseTap(conversation):
            return f"erase:{conversation}"
        case UndoTap(removal):
            return f"undo:{removal}"
        case SureTap(message):
            return f"sure:{message}"
        case DecideTap(kind, number, answer):
            return f"{kind}:{number}:{answer}"


def read_code(code: object) -> Tap | None:
    """Return what was tapped; None where it is no code of ours."""
    if not isinstance(code, str):
        return None
    for kind, _, readers in _CODES:
        found = _PATTERNS[kind].fullmatch(code)
        if found is not None:
            return kind(*(read(part) for read, part in zip(readers, found.groups(), strict=True)))  # type: ignore[arg-type]
    return None
