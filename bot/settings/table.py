"""Reading a TOML table: typed values out, every mistake noted in a sentence. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import TypeVar

from handoff.calendar import parse_duration
from knowledge.mistakes import nearest, shown

T = TypeVar("T")

_LONGEST_TEXT = 300
_LARGEST = 10**15


@dataclass(frozen=True, slots=True)
class Notes:
    """The mistakes found in one source, each a line that begins with the source's name."""

    source: str
    lines: list[str] = field(default_factory=list)

    def add(self, where: str, sentence: str) -> None:
        """Note a mistake and go on, so that all of them are found in one reading."""
        self.lines.append(": ".join(part for part in (self.source, where, sentence) if part))


class Table:
    """One table of the file. What is missing or wrong reads as the default given.

    `where` is how the table is called in messages. Keys that are not among `keys` are noted at once,
    None allowing any; those in `elsewhere` with a sentence of their own.
    """

    def __init__(
        self,
        values: Mapping[str, object],
        where: str,
        notes: Notes,
        keys: Sequence[str] | None = None,
        elsewhere: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.where = where
        self.notes = notes
        self._values = values
        for key in values:
            if key in elsewhere:
                self.wrong(key, elsewhere[key])
            elif keys is not None and key not in keys:
                self.wrong(key, f"is unknown; allowed is {', '.join(keys)}{meant(key, keys)}")

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def wrong(self, key: str, sentence: str) -> None:
        """Note a mistake at the key."""
        self.notes.add(self.path(key), sentence)

    def path(self, key: str) -> str:
        """Return how the key is called in messages."""
        spelt = key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else shown(key)
        if not self.where:
            return spelt
        return f"{self.where}{', ' if self.where.startswith('[[') else '.'}{spelt}"

    def text(self, key: str, default: str, longest: int = _LONGEST_TEXT) -> str:
        """Return a text that is not blank, holds no line break and is not too long."""
        return self.parsed(key, default, lambda text: line(text, longest))

    def parsed(self, key: str, default: T, parse: Callable[[str], T], longest: int = _LONGEST_TEXT) -> T:
        """Return what `parse` makes of the text; its ValueError is the sentence that is noted."""
        value = self._value(key, str, "text")
        return default if value is None else self._parse(self.path(key), value, parse, default, longest)

    def duration(self, key: str, default: str, *, zero: bool = False) -> timedelta:
        """Return a duration; the default is written as in the file."""
        return self.parsed(
            key, parse_duration(default, zero=zero), lambda text: parse_duration(text, zero=zero)
        )

    def choice(self, key: str, default: str, known: Iterable[str]) -> str:
        """Return one of the known words."""
        return self.parsed(key, default, lambda text: one_of(text, known))

    def whole(self, key: str, default: int, least: int, most: int = _LARGEST) -> int:
        """Return a whole number within the limits."""
        value = self._value(key, int, "a whole number")
        if value is None or least <= value <= most:
            return default if value is None else value
        self.wrong(key, f"{_number(value)} is out of range; allowed is {least} to {most}")
        return default

    def number(self, key: str, default: float, least: float, most: float = _LARGEST) -> float:
        """Return a number within the limits; a whole one will do."""
        value = self._value(key, (int, float), "a number")
        if value is None or least <= value <= most:
            return float(default if value is None else value)
        self.wrong(key, f"{_number(value)} is out of range; allowed is {least} to {most}")
        return default

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false."""
        value = self._value(key, bool, "true or false")
        return default if value is None else value

    def items(self, key: str, parse: Callable[[str], T], default: tuple[T, ...] = ()) -> tuple[T, ...]:
        """Return a list of texts, each as `parse` reads it; those it refuses are noted and left out."""
        values = self._value(key, list, 'a list such as ["...", "..."]')
        if values is None:
            return default
        read: list[T] = []
        for value in values:
            if isinstance(value, str):
                read += self._parse(self.path(key), value, lambda text: [parse(text)], [])
            else:
                self.wrong(key, f"expected a list of text, got {_described(value)} in it")
        return tuple(read)

    def dates(self, key: str, parse: Callable[[str], date], default: tuple[date, ...]) -> tuple[date, ...]:
        """Return a list of dates; TOML's own dates, without quotes, are as good as text."""
        values = self._values.get(key)
        if not isinstance(values, list):
            return self.items(key, parse, default)
        plain = [str(value) if type(value) is date else value for value in values]
        return Table({key: plain}, self.where, self.notes).items(key, parse)

    def table(
        self,
        key: str,
        keys: Sequence[str] | None = None,
        elsewhere: Mapping[str, str] = MappingProxyType({}),
    ) -> "Table":
        """Return the table under the key; one that is missing is an empty one."""
        values = self._value(key, dict, f"a table: write [{self.path(key)}] above its keys")
        return Table(values or {}, self.path(key), self.notes, keys, elsewhere)

    def tables(self, key: str, keys: Sequence[str]) -> "list[Table]":
        """Return the entries written as [[key]]; messages count them from 1."""
        values = self._value(key, list, f"entries: write [[{key}]] above the keys of each")
        entries = []
        for n, value in enumerate(values or [], 1):
            where = f"[[{key}]] no. {n}"
            if isinstance(value, dict):
                entries.append(Table(value, where, self.notes, keys))
            else:
                self.notes.add(where, f"expected a table of keys, got {_described(value)}")
        return entries

    def _value(self, key: str, kind: type[T] | tuple[type[T], ...], expected: str) -> T | None:
        value = self._values.get(key)
        if value is None:
            return None
        if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
            return value
        self.wrong(key, f"expected {expected}, got {_described(value)}")
        return None

    def _parse(
        self, where: str, text: str, parse: Callable[[str], T], default: T, longest: int = _LONGEST_TEXT
    ) -> T:
        if len(text) > longest:
            self.notes.add(where, f"is {len(text)} characters long; allowed are {longest}")
            return default
        try:
            return parse(text)
        except ValueError as error:
            self.notes.add(where, str(error))
            return default


def line(text: str, longest: int = _LONGEST_TEXT) -> str:
    """Return the text if it is one line of print; ValueError says what is wrong with it."""
    if not text.strip():
        raise ValueError("is empty; write some text")
    if text != text.strip() or not text.isprintable():
        raise ValueError(f"{shown(text)} has blanks at an end or characters that do not print; remove them")
    if len(text) > longest:
        raise ValueError(f"{shown(text)} is {len(text)} characters long; allowed are {longest}")
    return text


def one_of(word: str, known: Iterable[str]) -> str:
    """Return the word if it is known; ValueError names the known ones and the nearest."""
    allowed = list(known)
    if word in allowed:
        return word
    raise ValueError(f"{shown(word)} is unknown; allowed is {', '.join(allowed)}{meant(word, allowed)}")


def meant(word: str, known: Iterable[str]) -> str:
    """Return the question whether the nearest known word was meant, to end a sentence; or nothing."""
    found = nearest(word, known)
    return f'; did you mean "{found}"?' if found else ""


def _described(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {_number(value)}"
        case str():
            return f"the text {shown(value)}"
        case list():
            return "a list"
        case dict():
            return "a table"
    return "a date or time"


def _number(value: float) -> str:
    """Return the number as text; Python refuses to write out an integer of many thousand digits."""
    return "it" if isinstance(value, int) and abs(value) > _LARGEST else str(value)
