"""The words of the pages, by language; plain TOML that a brand may edit."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.wording import LANGUAGES

FOLDER = Path(__file__).parent / "words"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language; called with a key such as "desk.title" and the values of its places."""

    language: str
    texts: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """Return the words of `key` with their places filled; raises KeyError where there are none."""
        return self.texts[key].format(**values) if values else self.texts[key]

    def find(self, key: str) -> str | None:
        """Return the words of `key`, if there are any."""
        return self.texts.get(key)


@cache
def read_words(folder: Path = FOLDER) -> dict[str, Words]:
    """Return the words of every language, read once a process."""
    return {language: Words(language, dict(_flat(folder, language))) for language in LANGUAGES}


def _flat(folder: Path, language: str) -> Iterator[tuple[str, str]]:
    for section, texts in tomllib.loads((folder / f"{language}.toml").read_text("utf-8")).items():
        for key, text in texts.items():
            yield f"{section}.{key}", text


def choose_language(asked: str | None, accepted: str, default: str) -> str:
    """Return the language to show: the one asked for, else the first accepted one we have, else the default.

    `accepted` is an Accept-Language header; what is not understood in it is passed over.
    """
    if asked in LANGUAGES:
        return asked
    ranked: list[tuple[float, str]] = []
    for part in accepted.split(","):
        tag, _, weight = part.strip().partition(";q=")
        language = tag.split("-")[0].lower()
        language = "id" if language == "in" else language
        if language in LANGUAGES:
            ranked.append((_weight(weight), language))
    best = max((weight for weight, _ in ranked), default=0.0)
    return next((language for weight, language in ranked if weight == best > 0), default)


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
