"""A log entry: anything that happened. Rooms return them as values; `bot` writes them down. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened, in the past tense of `kind`; `data` holds plain JSON values, never a text
    that a person wrote.
    """

    kind: str
    ticket: int | None = None
    conversation: int | None = None
    staff: int | None = None
    data: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Notify:
    """Send the alert of this id to its person."""

    alert: int


@dataclass(frozen=True, slots=True)
class MarkTaken:
    """Show on these alerts that `by` has the matter."""

    alerts: tuple[int, ...]
    by: int


@dataclass(frozen=True, slots=True)
class ReturnToBot:
    """The quiet time after a resolve is over in this conversation."""

    conversation: int


@dataclass(frozen=True, slots=True)
class TellDelay:
    """Tell the contact honestly that what was promised for `due_at` has not come yet."""

    ticket: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class HandOver:
    """Give `to`, who is on call, the list of tickets that `left` held and that wait again."""

    handover: int
    to: int
    left: int
    tickets: tuple[int, ...]


Effect = Entry | Notify | MarkTaken | ReturnToBot | TellDelay | HandOver


class Refused(Exception):  # noqa: N818 - an answer to a person, not a fault
    """An act that may not happen; it changes nothing.

    `code` is one of CODES, `sentence` tells the person why in words.
    """

    CODES = ("not_available", "not_allowed", "not_open", "held", "guard", "limit", "unknown", "invalid")

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence
