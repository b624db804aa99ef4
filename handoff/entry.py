"""A log entry: anything that happened. Rooms return them as values; `bot` writes them down. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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


Effect = Entry | Notify | MarkTaken | ReturnToBot


class Refused(Exception):  # noqa: N818 - an answer to a person, not a fault
    """An act that may not happen; it changes nothing.

    `code` is one of CODES, `sentence` tells the person why in words.
    """

    CODES = ("not_available", "not_allowed", "not_open", "held", "guard", "limit", "unknown", "invalid")

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence
