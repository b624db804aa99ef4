"""The shelf: articles as the knowledge page lists them, with what is known of each. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.cover import Stop
from bot.reports.figures import Asked
from handoff.crisis import in_scope
from knowledge.article import LANGUAGES, Article


class Order(StrEnum):
    """In which order articles are listed."""

    ASKED = "asked"
    WRONG = "wrong"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Shelved:
    """An article with how often it answered, what stops its answers now, and whether it is valid today."""

    article: Article
    title: str
    figures: Asked
    stops: Sequence[Stop]
    is_valid: bool

    @property
    def questions(self) -> Sequence[tuple[str | None, Sequence[str]]]:
        """Its questions by language, those of none last."""
        said = self.article.phrasings
        by_language = [
            (language, [one.text for one in said if one.language == language])
            for language in (*LANGUAGES, None)
        ]
        return [(language, texts) for language, texts in by_language if texts]

    @property
    def missing(self) -> Sequence[str]:
        """The languages it has no answer in: who writes one of them reads another language."""
        return [language for language in LANGUAGES if not self.article.answers.get(language)]


def shelve(
    articles: Iterable[Article],
    asked: Mapping[str, Asked],
    stops: Sequence[Stop],
    today: date,
    language: str,
) -> list[Shelved]:
    """Put what is known beside each article; titles are in `language` where there is one."""
    found = []
    for article in articles:
        title = article.title(language)
        figures = asked.get(article.id) or Asked(article.id, title, 0, 0, 0)
        mine = [stop for stop in stops if in_scope(stop.scope, article.id, article.tags)]
        found.append(Shelved(article, title, figures, mine, article.is_valid(today)))
    return found


def matching(shelf: Iterable[Shelved], query: str) -> list[Shelved]:
    """Return the articles that hold every word of the query, anywhere and in any case."""
    words = query.casefold().split()
    return [one for one in shelf if _holds(_text(one.article), words)] if words else list(shelf)


def ordered(shelf: Iterable[Shelved], order: Order) -> list[Shelved]:
    """Return them in that order; of equals the first by name."""
    by_name = sorted(shelf, key=lambda one: (one.title.casefold(), one.article.id))
    if order is Order.ASKED:
        return sorted(by_name, key=lambda one: -one.figures.times)
    if order is Order.WRONG:
        return sorted(by_name, key=lambda one: (-one.figures.wrong, -one.figures.times))
    return by_name


def _holds(text: str, words: Sequence[str]) -> bool:
    return all(word in text for word in words)


def _text(article: Article) -> str:
    """Return everything that can be searched."""
    phrasings = (phrasing.text for phrasing in article.phrasings)
    return "\n".join((article.id, *article.tags, *phrasings, *article.answers.values())).casefold()
