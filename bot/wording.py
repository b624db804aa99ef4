"""The bot's own words: fixed texts by key and language, sayings by their English, and how a time is said."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from handoff.saying import Saying, Term

FOLDER = Path(__file__).parent / "wording"
LANGUAGES = ("id", "en")
DAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
LENGTHS = {"id": ("hari", "jam", "mnt", "dtk"), "en": ("d", "h", "min", "s")}
QUOTE = 60


@dataclass(frozen=True, slots=True)
class Wording:
    """The fixed texts, by language and key; `canned` are the ready replies that staff pick from.

    `sayings` are by language, kind and English; where a language has none, the English is said.
    """

    texts: Mapping[str, Mapping[str, str]]
    canned: Mapping[str, Mapping[str, str]]
    sayings: Mapping[str, Mapping[str, Mapping[str, str]]]

    def say(self, key: str, language: str, **values: object) -> str:
        """Return the text of `key` with its places filled."""
        return self.texts[language][key].format(**values)

    def speak(self, said: object, language: str) -> str:
        """Return a saying, a term or a moment in the words of the language; any other value as it is."""
        match said:
            case Saying(template, values):
                parts = {name: self.speak(value, language) for name, value in values.items()}
                return self._words("sentence", template, language).format(**parts)
            case Term(kind, name):
                return self._words(kind, name, language)
            case Moment(at, now, zone):
                return clock_words(at, now, zone, language)
        return str(said)

    def _words(self, kind: str, english: str, language: str) -> str:
        return self.sayings.get(language, {}).get(kind, {}).get(english, english)


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as a value of a saying; as a string it is in English."""

    at: datetime
    now: datetime
    zone: ZoneInfo

    def __str__(self) -> str:
        return clock_words(self.at, self.now, self.zone, "en")


@cache
def read_wording(folder: Path = FOLDER) -> Wording:
    """Return the texts of every language, read once a process."""
    read = {
        language: tomllib.loads((folder / f"{language}.toml").read_text("utf-8")) for language in LANGUAGES
    }
    return Wording(
        {language: _texts(texts) | _texts(texts["staff"]) for language, texts in read.items()},
        {language: _texts(texts["canned"]) for language, texts in read.items()},
        {"id": tomllib.loads((folder / "refusals.toml").read_text("utf-8"))},
    )


def _texts(table: Mapping[str, object]) -> dict[str, str]:
    return {key: text for key, text in table.items() if isinstance(text, str)}


def clock_words(at: datetime, now: datetime, zone: ZoneInfo, language: str) -> str:
    """Say an instant in the brand's zone as a follower would read it; a day is named unless it is today."""
    local = at.astimezone(zone)
    time = f"{local:%H.%M}" if language == "id" else f"{local:%H:%M}"
    words = f"pukul {time} {local:%Z}" if language == "id" else f"{time} {local:%Z}"
    if local.date() == now.astimezone(zone).date():
        return words
    day = f"{DAYS[language][local.weekday()]} {local.day} {MONTHS[language][local.month - 1]}"
    return f"{day} {words}" if language == "id" else f"{day}, {words}"


def quote(text: str, longest: int = QUOTE) -> str:
    """Return the first words of a text, for saying what was understood."""
    words = " ".join(text.split())
    if len(words) <= longest:
        return words
    return f"{words[:longest].rsplit(' ', 1)[0]} …"


def length_words(length: timedelta | None, language: str) -> str:
    """Say a length to its two largest units, such as "3 jam 05 mnt"; "-" where there is none."""
    if length is None:
        return "-"
    seconds = round(length.total_seconds())
    day, hour, minute, second = LENGTHS[language]
    if seconds < 60:
        return f"{seconds} {second}"
    if seconds < 3600:
        return f"{seconds // 60} {minute}"
    if seconds < 48 * 3600:
        return f"{seconds // 3600} {hour} {seconds % 3600 // 60:02} {minute}"
    return f"{seconds // 86400} {day} {seconds % 86400 // 3600} {hour}"


def date_words(day: date, language: str) -> str:
    """Say a date, such as "23 Nov 2026"."""
    return f"{day.day} {MONTHS[language][day.month - 1]} {day.year}"


def average_words(average: float | None, language: str) -> str:
    """Say an average of marks, such as 4,3 in Indonesian and 4.3 in English; "-" where there is none."""
    if average is None:
        return "-"
    said = f"{average:.1f}"
    return said.replace(".", ",") if language == "id" else said


def number_words(number: int, language: str) -> str:
    """Say a number with its thousands apart: 12.500 in Indonesian, 12,500 in English."""
    said = f"{number:,}"
    return said.replace(",", ".") if language == "id" else said
