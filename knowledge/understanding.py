"""What a brand's bot understands of a text: articles, signals, language."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

import numpy as np

from knowledge.article import Article, Choice
from knowledge.cache import find_model, keep_model, model_key
from knowledge.matching import BEST, Candidate, Matcher
from knowledge.model import Model
from knowledge.outgoing import Outgoing
from knowledge.primer import Primer, shipped_primer
from knowledge.reading import Match, Reading
from knowledge.signals import Signals
from knowledge.spelling import Spelling
from knowledge.text import MATCHED, normalise, tokens, words_in
from knowledge.vocabulary import Reader
from knowledge.words import Words, shipped_words

OFFERS = 3
NEAR = 0.1  # the score below which an article is not worth asking back with

_ENDS = re.compile(r"[.?!;\n]+(?=\s|$)|\s(?:dan juga|sama|terus|trus|lalu|and also|also)\s")
_FOLLOWS = re.compile(
    r"^\W*(?:(?:oh|ok|oke|terus|trus|lalu|nah|dan|and|so)\W+)?"
    r"(?:kalau|kalo|klo|kl|yang|yg|untuk|utk|what about|how about|and for|and the|for the)\b"
)
_PART = 2  # words that a question of its own has at least
_QUESTIONS = 2  # answered at once, at most
_BARE = 6  # words up to which a text may hang on the one before


class Understanding:
    """One brand's articles and word lists, ready to read texts."""

    def __init__(
        self,
        articles: Sequence[Article],
        language: str,
        words: Words,
        reader: Reader,
        primer: Primer,
        model: Model,
        crisis_terms: Sequence[str],
    ) -> None:
        self._articles = {article.id: article for article in sorted(articles, key=lambda a: a.id)}
        self._ids = list(self._articles)
        self._dated = any(article.valid_from or article.valid_until for article in articles)
        self._language = language
        self._reader = reader
        self._cut = model.tables.confidence.cut
        self._spelling = Spelling(
            model.vocabulary, lambda word: word in primer.spelt or reader.is_listed(word)
        )
        answers = [answer for article in articles for answer in article.answers.values()]
        self.outgoing = Outgoing(words, reader, primer, model.vocabulary, answers)
        self._matcher = Matcher(
            model.features,
            model.vocabulary,
            model.tables,
            reader,
            primer.meanings,
            self._spelling.repaired,
        )
        judges = primer.judges(reader.concepts.of).shifted(model.shifts)
        self._signals = Signals(words, crisis_terms, reader, judges)
        self._languages = primer.languages

    @classmethod
    def build(
        cls,
        articles: Sequence[Article],
        *,
        language: str = "id",
        words: Words | None = None,
        crisis_terms: Sequence[str] = (),
        choices: Sequence[Choice] = (),
        cache: Path | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> "Understanding":
        """Learn the articles, or take what was learnt of the same ones before from the folder `cache`.

        `choices` are what followers said they meant: the chance of a match, and the cut, are learnt from
        them too.

        `progress` is called with the steps done and the steps in all, some for each article.
        """
        words = words or shipped_words()
        reader = Reader(words)
        ordered = sorted(articles, key=lambda a: a.id)
        key = model_key(ordered, words, choices) if cache else ""
        primer = shipped_primer()
        model = find_model(cache, key) if cache else None
        if model is None:
            # scipy, which learning needs, is slow to load, and a start from the cache learns nothing.
            trained = import_module("knowledge.training").trained
            model = trained(ordered, words, reader, primer, choices, progress)
            if cache:
                keep_model(cache, key, model)
        return cls(ordered, language, words, reader, primer, model, crisis_terms)

    @property
    def cut(self) -> float:
        """Return the score from which an article is answered without asking back."""
        return self._cut

    @property
    def articles(self) -> tuple[Article, ...]:
        """Return every article that is answered from, by id."""
        return tuple(self._articles.values())

    @property
    def scopes(self) -> frozenset[str]:
        """Return the names under which articles can be meant together or alone: their ids and tags."""
        tags = (tag for article in self._articles.values() for tag in article.tags)
        return frozenset((*self._articles, *tags))

    def answers(self) -> Iterator[str]:
        """Return every answer that the brand gives, in all languages."""
        for article in self._articles.values():
            yield from article.answers.values()

    def best_article(self, reading: Reading) -> Article | None:
        """Return the article that a text is about, if one comes near enough to ask back with."""
        best = reading.sure[:1] or tuple(m.article for m in reading.matches[:1] if m.score >= NEAR)
        return self._articles[best[0]] if best else None

    def article(self, article_id: str) -> Article | None:
        """Return the article of that id, if this understanding was built with it."""
        return self._articles.get(article_id)

    def offers(self, reading: Reading) -> tuple[tuple[str, str], ...]:
        """Return up to three articles that come near, to ask back with: id and a readable question."""
        return tuple(
            (match.article, self._articles[match.article].title(reading.language))
            for match in reading.matches[:OFFERS]
            if match.score >= NEAR and self._articles[match.article].phrasings
        )

    def respelt(self, text: str) -> tuple[tuple[str, str], ...]:
        """Return the words that are read otherwise than they were written, each once, with what is read.

        Only of the part that matching reads: "brp" as "berapa", and what was misspelt as the brand spells it.
        """
        found: dict[str, str] = {}
        for word in words_in(normalise(text[:MATCHED])):
            meant = tokens(word, self._reader.lexicon)
            found[word] = " ".join(self._spelling.repaired(one) for one in meant)
        return tuple((word, meant) for word, meant in found.items() if meant and meant != word)

    def read(self, text: str, *, on: date | None = None, topic: str | None = None) -> Reading:
        """Say what one text holds.

        `on` leaves out articles that are not valid that day. `topic` is the article answered last: a text
        that hangs on it ("kalau yang HD?") is read together with it.
        """
        plain = normalise(text)
        words = tokens(plain, self._reader.lexicon)
        signalled = self._signals.read(text, words)
        language = self._languages.of(tokens(plain[:MATCHED], _NO_LEXICON), self._language)
        head = words if len(text) <= MATCHED else self._reader.words(text)
        matches, sure = self._matched(text[:MATCHED], plain[:MATCHED], head, on, topic)
        return Reading(
            text=text,
            language=language,
            matches=matches,
            sure=sure,
            signals=signalled.values,
            terms=signalled.terms,
            asks_status=signalled.asks_status,
        )

    def _matched(
        self, text: str, plain: str, words: Sequence[str], on: date | None, topic: str | None
    ) -> tuple[tuple[Match, ...], tuple[str, ...]]:
        found = self._candidates(words, on)
        sure = self._surest(found)
        hangs = not sure and len(words) <= _BARE and _FOLLOWS.match(plain)
        if hangs and topic is not None and topic in self._articles:
            found = self._followed(words, found, self._articles[topic], on)
            sure = self._surest(found)
        parts = [part for part in _ENDS.split(text) if part]
        if len(parts) > 1 and (asked := self._asked(parts, on)):
            sure = tuple(self._ids[part[0].article] for part in asked)
            best: dict[int, Candidate] = {}
            for candidate in (c for part in (*asked, found) for c in part):
                best.setdefault(candidate.article, candidate)
            found = sorted(
                best.values(), key=lambda c: (self._ids[c.article] not in sure, -c.chance, c.article)
            )
        return tuple(Match(self._ids[c.article], c.chance) for c in found[:BEST]), sure

    def _asked(self, parts: Sequence[str], on: date | None) -> list[list[Candidate]]:
        """Return the candidates of two parts that ask two questions surely, or nothing."""
        asked: list[list[Candidate]] = []
        for place, part in enumerate(parts):
            if len(asked) + len(parts) - place < _QUESTIONS:
                return []
            words = self._reader.words(part)
            found = self._candidates(words, on) if len(words) >= _PART else []
            if self._surest(found) and all(found[0].article != other[0].article for other in asked):
                asked.append(found)
                if len(asked) == _QUESTIONS:
                    return asked
        return []

    def _followed(
        self, words: Sequence[str], found: list[Candidate], topic: Article, on: date | None
    ) -> list[Candidate]:
        """Read the words with those of the topic's question that the likeliest article also knows.

        So "kalau yang HD?" after the price of SD asks for the price of HD.
        """
        likeliest = self._articles[self._ids[found[0].article]] if found else topic
        known = {word for phrasing in likeliest.phrasings for word in self._reader.words(phrasing.text)}
        shared = [word for word in self._reader.words(topic.title(self._language)) if word in known]
        if all(word in self._reader.light for word in shared):
            return found
        return self._candidates([*words, *shared], on)

    def _surest(self, found: Sequence[Candidate]) -> tuple[str, ...]:
        return (self._ids[found[0].article],) if found and found[0].chance >= self._cut else ()

    def _candidates(self, words: Sequence[str], on: date | None) -> list[Candidate]:
        if on is None or not self._dated:
            return self._matcher.best(words)
        return self._matcher.best(
            words, np.array([article.is_valid(on) for article in self._articles.values()])
        )


_NO_LEXICON: MappingProxyType[str, str] = MappingProxyType({})
