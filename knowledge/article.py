"""An article: one answer of the knowledge base, with its phrasings. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

LANGUAGES = ("id", "en")


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One way a follower may put the question. `language` is None where nobody said."""

    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What a follower meant by a text: the article they chose when they were asked back."""

    text: str
    article: str


@dataclass(frozen=True, slots=True)
class Article:
    """One answer and the questions it answers.

    `id` is a slug of lower-case letters, digits and hyphens. `answers` maps a language to the whole
    text that is sent. `valid_from` and `valid_until` are days in the brand's zone, both inclusive.
    """

    id: str
    phrasings: tuple[Phrasing, ...]
    answers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    tags: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None

    def is_valid(self, on: date) -> bool:
        """Say whether the answer may be given on that day."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_until is None or on <= self.valid_until
        )

    def answer(self, language: str, fallback: str) -> str | None:
        """Return the answer in `language`, else in the brand's `fallback`, else in any it has."""
        return (
            self.answers.get(language)
            or self.answers.get(fallback)
            or next(iter(self.answers.values()), None)
        )

    def title(self, language: str) -> str:
        """Return a readable question for a button: the first phrasing in `language`, else the first."""
        return next((p.text for p in self.phrasings if p.language == language), self.phrasings[0].text)
