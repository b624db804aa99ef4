"""A story: what happened, line by line, for `mimin simulate`. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from bot.cutting import cleaned

KEYS = {
    "at", "who", "says", "does", "to", "ticket", "text", "awaiting", "reason", "by", "action", "amount",
    "approval", "override", "verdict", "scope", "statement", "value", "update", "confirmed", "version",
    "mark", "words",
}  # fmt: skip
YEARS = (1970, 2200)
SCENES = ("wait", "deliver_fail", "bounce")


class StoryError(Exception):
    """A line that is no story line; the message is one line with its number."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a story. `args` are the values of an act, by name."""

    number: int
    at: datetime
    who: str | None = None
    says: str | None = None
    does: str | None = None
    to: str | None = None
    ticket: int | None = None
    args: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


def read_story(lines: Iterable[str], name: str) -> list[Line]:
    """Read a story; raises StoryError at the first line that is not one, or is out of order."""
    story: list[Line] = []
    for number, text in enumerate(lines, 1):
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        try:
            line = _line(number, text)
            if story and line.at < story[-1].at:
                raise StoryError("lies before the line above it; a story is ordered by `at`")
        except StoryError as error:
            raise StoryError(f"{name}:{number}: {error}") from error
        story.append(line)
    return story


def _line(number: int, text: str) -> Line:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StoryError(f"is not JSON: {error}") from error
    if not isinstance(read, dict):
        raise StoryError("is not a JSON object")
    unknown = sorted(set(read) - KEYS)
    if unknown:
        raise StoryError(f"unknown key {unknown[0]!r}; use {', '.join(sorted(KEYS))}")
    who, says, does = _text(read, "who"), _text(read, "says"), _text(read, "does")
    if (says is None) == (does is None):
        raise StoryError('needs either "says" or "does"')
    if who is None and does not in SCENES:
        raise StoryError('needs "who"')
    if does == "deliver_fail" and "to" not in read:
        raise StoryError('needs "to": whose next message fails')
    if does == "bounce" and "to" not in read:
        raise StoryError('needs "to": whose last message comes back')
    ticket = read.get("ticket")
    if ticket is not None and (not isinstance(ticket, int) or isinstance(ticket, bool)):
        raise StoryError('"ticket" is a whole number')
    args = {
        key: value for key, value in read.items() if key not in ("at", "who", "says", "does", "to", "ticket")
    }
    return Line(number, _instant(read.get("at")), who, says, does, _text(read, "to"), ticket, args)


def _text(read: Mapping[str, object], key: str) -> str | None:
    value = read.get(key)
    if value is not None and not isinstance(value, str):
        raise StoryError(f'"{key}" is a text')
    if key in ("who", "to", "does") and value is not None and not value.strip():
        raise StoryError(f'"{key}" is empty')
    return cleaned(value) if value is not None else None


def _instant(value: object) -> datetime:
    try:
        at = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        at = datetime.min  # noqa: DTZ901 - as naive as an instant without an offset, and refused with it
    if at.tzinfo is None or not YEARS[0] <= at.year <= YEARS[1]:
        raise StoryError('"at" is an instant with its offset, such as "2026-11-23T09:00:00+07:00"')
    return at
