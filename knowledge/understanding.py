"""What a brand's bot understands of a text: articles, signals, language."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType

from knowledge.article import Article
from knowledge.matching import Matcher
from knowledge.phrases import Phrase, Phrases
from knowledge.reading import SIGNALS, Match, Reading
from knowledge.text import MATCHED, normalise, tokens
from knowledge.spelling import Spelling
from knowledge.training import trained
from knowledge.vocabulary import Reader
from knowledge.words import Words, shipped_words


class Understanding:
    """One brand's articles and word lists, ready to read texts."""

    def __init__(self, articles: Sequence[Article], language: str, words: Words, crisis_terms: Sequence[str]) -> None:
        ordered = sorted(articles, key=lambda a: a.id)
        self._articles = {article.id: article for article in ordered}
        self._ids = list(self._articles)
        self._language = language
        self._words = words
        self._reader = Reader(words)
        self._phrases = Phrases(_phrases(words, crisis_terms), self._tokens)
        self._matcher: Matcher | None = None
        if ordered:
            features, vocabulary, tables = trained(ordered, self._reader, None)
            spelling = Spelling(vocabulary, self._reader.standard)
            self._cut = tables.confidence.cut
            self._matcher = Matcher(features, vocabulary, tables, self._reader.describe, spelling.repaired)

    @classmethod
    def build(
        cls,
        articles: Sequence[Article],
        *,
        language: str = "id",
        words: Words | None = None,
        crisis_terms: Sequence[str] = (),
        cache: Path | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> "Understanding":
        """Learn the articles."""
        return cls(articles, language, words or shipped_words(), crisis_terms)

    def article(self, article_id: str) -> Article | None:
        """Return the article of that id, if this understanding was built with it."""
        return self._articles.get(article_id)

    def offers(self, reading: Reading) -> tuple[tuple[str, str], ...]:
        """Return up to three (article id, readable question) to ask back with."""
        return tuple((m.article, self._articles[m.article].title(reading.language)) for m in reading.matches[:3])

    def read(self, text: str, *, on: date | None = None, topic: str | None = None) -> Reading:
        """Say what one text holds."""
        words = self._reader.words(text)
        matches: tuple[Match, ...] = ()
        sure: tuple[str, ...] = ()
        if self._matcher:
            topical = [w for w in words if w not in self._reader.filler or self._matcher.knows(w)]
            found = self._matcher.best(topical)
            matches = tuple(Match(self._ids[c.article], c.chance) for c in found if self._open(self._ids[c.article], on))
            sure = (matches[0].article,) if matches and matches[0].score >= self._cut else ()
        signals = dict.fromkeys(SIGNALS, 0.0)
        terms = []
        asks = False
        for hit in self._phrases.found(self._tokens(text)):
            terms.append(f"{hit.label}:{hit.written}")
            if hit.label == "status":
                asks = True
            else:
                signals[hit.label] = 0.9
        return Reading(
            text=text,
            language=self._spoken(words),
            matches=matches,
            sure=sure,
            signals=MappingProxyType(signals),
            terms=tuple(dict.fromkeys(terms)),
            asks_status=asks,
        )

    def _open(self, article_id: str, on: date | None) -> bool:
        return on is None or self._articles[article_id].is_valid(on)

    def _tokens(self, text: str) -> list[str]:
        return tokens(normalise(text), self._words.lexicon)

    def _spoken(self, words: Sequence[str]) -> str:
        counts: Mapping[str, int] = {
            language: sum(word in known for word in words) for language, known in self._words.languages.items()
        }
        best = max(counts.values(), default=0)
        if best == 0 or counts.get(self._language) == best:
            return self._language
        return max(counts, key=lambda language: counts[language])


def _phrases(words: Words, crisis_terms: Sequence[str]) -> list[Phrase]:
    lists = [*(("crisis", terms) for terms in words.crisis.values()), *words.signals.items()]
    found = [Phrase(label, term) for label, terms in lists for term in terms.terms]
    found += [Phrase(label, term, veto=True) for label, terms in lists for term in terms.unless]
    return found + [Phrase("crisis", term) for term in crisis_terms]
