"""From articles to a model."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.sparse import csr_array

from knowledge.article import Article, Choice
from knowledge.confidence import Confidence
from knowledge.features import Features, Token, learn_features
from knowledge.learning import Learnt, Texts, learn, mixture
from knowledge.meanings import Meanings, direction
from knowledge.model import Model, Tables
from knowledge.numbers import Flags, Floats, Ints, Lists
from knowledge.primer import Primer
from knowledge.signals import learn_shifts
from knowledge.vocabulary import Reader
from knowledge.words import Words

MEANING = 0.6  # the weight of where a text lies, beside its words and pairs, where that helps at all
_GAIN = 0.01  # share of the phrasings that it must help to find again
_CHOICE = 2_000  # texts up to which it is tried whether it helps
_ANSWER = 12  # words of an answer's beginning that are read like one more phrasing
_STRANGERS = 800  # texts about nothing the brand wrote, at most
_FAMILIAR = 0.3  # share of the strangers that may well be about what the brand wrote: the nearest
_LEAST = 300  # features that an article speaks through, at least
_ROOM = 3_000_000  # numbers that say something of an article, for all articles together

Words_ = Sequence[str]


@dataclass(frozen=True, slots=True)
class Phrased:
    """A brand's texts as distinct words, each one's article, and whether it is a phrasing.

    The others are beginnings of answers. An article's phrasings come sorted, and before its answers;
    `written` holds the texts as they stand.
    """

    texts: Sequence[Sequence[str]]
    owners: Ints
    asked: Flags
    written: Sequence[str]


def trained(
    articles: Sequence[Article],
    words: Words,
    reader: Reader,
    primer: Primer,
    choices: Sequence[Choice],
    progress: Callable[[int, int], None] | None = None,
) -> Model:
    """Learn the articles, which come sorted by id; the order of their phrasings does not matter."""
    place = {article.id: at for at, article in enumerate(articles)}
    chosen = [
        (reader.words(choice.text), place[choice.article]) for choice in choices if choice.article in place
    ]
    phrasings = sorted({phrasing.text for article in articles for phrasing in article.phrasings})
    own = phrased(articles, reader)
    lesson = learn_articles(own, spans_of(articles), reader, primer, chosen, progress)
    return Model(
        features=lesson.features,
        vocabulary=lesson.vocabulary,
        tables=_tables(lesson, primer.meanings.size),
        shifts=learn_shifts(primer.judges(reader.concepts.of), words, reader, phrasings),
    )


def spans_of(articles: Sequence[Article]) -> Ints:
    """Return the first and the last day of each article, as numbers."""
    days = [(one.valid_from or date.min, one.valid_until or date.max) for one in articles]
    return np.array([[first.toordinal(), last.toordinal()] for first, last in days], dtype=np.int64)


def phrased(articles: Sequence[Article], reader: Reader) -> Phrased:
    """Return all texts of the articles that hold a word."""
    texts: list[list[str]] = []
    owners: list[int] = []
    asked: list[bool] = []
    written: list[str] = []
    for place, article in enumerate(articles):
        spoken = [(text, None, True) for text in sorted({p.text for p in article.phrasings})]
        answers = [(text, _ANSWER, False) for text in sorted(set(article.answers.values()))]
        for text, most, is_asked in (*spoken, *answers):
            words = reader.words(text)[:most]
            if words:
                texts.append(list(dict.fromkeys(words)))
                owners.append(place)
                asked.append(is_asked)
                written.append(text)
    return Phrased(texts, np.array(owners, dtype=np.int64), np.array(asked, dtype=bool), written)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learnt of a brand's articles; `learnt` is None where there are none.

    `meaning` is the weight of where a text lies among the needs; 0 where the words of the brand do without.
    """

    features: Features
    vocabulary: Sequence[str]
    meaning: float
    learnt: Learnt | None


def learn_articles(
    own: Phrased,
    spans: Ints,
    reader: Reader,
    primer: Primer,
    chosen: Sequence[tuple[Sequence[str], int]] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Lesson:
    """Learn what tells the articles apart.

    `spans` are the articles' first and last days, `chosen` followers' own texts, as words, with the place of
    the article that they meant.
    """
    described = {word: reader.describe(word) for words in own.texts for word in words}
    features, vocabulary = learn_features(own.texts, own.owners.tolist(), described)
    if not len(own.owners):
        return Lesson(features, (), 0.0, None)
    articles = len(spans)
    weights = (MEANING, 0.0) if len(own.owners) <= _CHOICE else (MEANING,)
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, articles * len(weights))

    encoder = _Encoder(features, vocabulary, reader, primer.meanings)
    texts = encoder.encoded(own.texts, own.owners.tolist())
    strangers = encoder.encoded(_strangers(primer, texts, own.owners))
    heard = encoder.encoded([list(dict.fromkeys(words)) for words, _ in chosen])
    meant = np.array([article for _, article in chosen], dtype=np.int64)
    kept = max(_LEAST, _ROOM // articles)
    lessons = []
    for meaning in weights:
        mixed, apart, witnesses = (part.mixed(meaning) for part in (texts, strangers, heard))
        learnt = learn(mixed, own.owners, own.asked, apart, (witnesses, meant), spans, kept, tick)
        lessons.append(Lesson(features, list(vocabulary), meaning, learnt))
    return _best(lessons, own)


def _best(lessons: Sequence[Lesson], own: Phrased) -> Lesson:
    """Return the first lesson, unless the last finds about as many of the left-out phrasings again.

    Where the phrasings of an article are alike and those of others near, its own words tell it best, and
    what lies near them among the needs only misleads.
    """
    shares = [_found_again(lesson.learnt, own) for lesson in lessons if lesson.learnt is not None]
    return lessons[0] if len(lessons) == 1 or shares[0] > shares[-1] + _GAIN else lessons[-1]


def _found_again(learnt: Learnt, own: Phrased) -> float:
    asked = own.asked[learnt.alone]
    right = learnt.taken_for[asked] == own.owners[learnt.alone[asked]]
    return float(right.mean()) if len(right) else 0.0


class _Encoder:
    """Turns texts into what the learner sees."""

    def __init__(
        self, features: Features, vocabulary: Mapping[str, Token], reader: Reader, meanings: Meanings
    ) -> None:
        self._features = features
        self._tokens = dict(vocabulary)
        self._reader = reader
        self._meanings = meanings

    def encoded(self, texts: Sequence[Words_], owners: Sequence[int] | None = None) -> Texts:
        """Return the texts; `owners` are the articles of the brand's own, none of which knows itself."""
        columns, values, sizes = [], [], []
        features, names = self._features, len(self._features.names)
        met = [[self._token(word) for word in words] for words in texts]
        for tokens in met:
            pairs = features.paired(tokens)
            length = features.length(tokens)
            columns += [*(token.places for token in tokens), pairs.places + names]
            values += [*(token.values / length for token in tokens), pairs.values]
            sizes.append(sum(len(token.places) for token in tokens) + len(pairs.places))
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
        table = csr_array(
            (
                np.concatenate([np.zeros(0), *values]).astype(np.float32),
                np.concatenate([np.zeros(0, dtype=np.int64), *columns]).astype(np.int32),
                starts,
            ),
            shape=(len(texts), names + len(features.pairs)),
        )
        table.sum_duplicates()
        known, apart = _known(met, owners)
        return Texts(table, self.directions(texts).astype(np.float32), known, apart)

    def directions(self, texts: Sequence[Words_]) -> Floats:
        rows = np.zeros((len(texts), self._meanings.size))
        for at, words in enumerate(texts):
            points = [self._meanings.of(word, self._reader.concepts.of(word)) for word in words]
            rows[at] = direction(points, [self._token(word).weight for word in words], self._meanings.size)
        return rows

    def _token(self, word: str) -> Token:
        found = self._tokens.get(word)
        if found is None:
            found = self._tokens[word] = self._features.token(word, *self._reader.describe(word))
        return found


def _known(met: Sequence[Sequence[Token]], owners: Sequence[int] | None) -> tuple[Floats, Floats]:
    """Return the share of each text's weight that other texts know, and that other articles know."""
    texts: Counter[int] = Counter()
    articles: Counter[int] = Counter()
    if owners is not None:
        texts.update(unit for tokens in met for unit in {token.unit for token in tokens})
        pairs = {(owner, t.unit) for owner, tokens in zip(owners, met, strict=True) for t in tokens}
        articles.update(unit for _, unit in pairs)
    own = 0 if owners is None else 1
    shares = np.zeros((len(met), 2))
    for at, tokens in enumerate(met):
        whole = sum(token.weight for token in tokens) or 1.0
        for token in tokens:
            if token.unit >= 0:
                shares[at, 0] += token.weight / whole if texts[token.unit] >= 2 * own else 0.0
                shares[at, 1] += token.weight / whole if articles[token.unit] >= 2 * own else 0.0
    return shares[:, 0], shares[:, 1]


def _strangers(primer: Primer, texts: Texts, owners: Ints) -> list[Words_]:
    """Return texts that lie near the brand's articles, and are about something else for all one can tell."""
    if not primer.strangers:
        return []
    centres = np.stack([texts.directions[owners == a].sum(axis=0) for a in range(int(owners.max()) + 1)])
    centres /= np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9)
    nearest = np.full(len(primer.strangers), -1.0)
    for centre in centres:
        np.maximum(nearest, primer.directions @ centre, out=nearest)
    far = np.flatnonzero(nearest < np.quantile(nearest, 1 - _FAMILIAR))
    away = primer.directions[far]
    each = max(1, _STRANGERS // len(centres))
    chosen: set[int] = set()
    for centre in centres:
        near = away @ centre
        chosen.update(far[np.argpartition(-near, min(each, len(near) - 1))[:each]].tolist())
    return [primer.strangers[at] for at in sorted(chosen)]


def _tables(lesson: Lesson, size: int) -> Tables:
    learnt, names = lesson.learnt, len(lesson.features.names)
    if learnt is None:
        none = Lists(np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32))
        nothing = Confidence(np.zeros(4), 1.0)
        return Tables(none, none, np.zeros((size, 0), dtype=np.float32), np.zeros(0), nothing)
    by_words, by_direction = mixture(lesson.meaning)
    cuts = [int(np.searchsorted(said.places, names)) for said in learnt.said]
    singles = [(said.places[:cut], said.values[:cut]) for said, cut in zip(learnt.said, cuts, strict=True)]
    pairs = [
        (said.places[cut:] - names, said.values[cut:]) for said, cut in zip(learnt.said, cuts, strict=True)
    ]
    return Tables(
        features=_inverted(singles, names, by_words),
        pairs=_inverted(pairs, len(lesson.features.pairs), by_words),
        directions=np.stack([one.direction for one in learnt.said], axis=1).astype(np.float32)
        * np.float32(by_direction),
        biases=np.array([said.bias for said in learnt.said]),
        confidence=learnt.confidence,
    )


def _inverted(lists: Sequence[tuple[Ints, Floats]], many: int, scale: float) -> Lists:
    """Return, for each of `many` items, which lists hold it and with what value, scaled for use."""
    sizes = np.array([len(items) for items, _ in lists], dtype=np.int64)
    holders = np.repeat(np.arange(len(lists), dtype=np.int32), sizes)
    items = np.concatenate([items for items, _ in lists])
    values = np.concatenate([values for _, values in lists])
    order = np.argsort(items, kind="stable")
    starts = np.searchsorted(items[order], np.arange(many + 1)).astype(np.int64)
    return Lists(starts, holders[order], (values[order] * scale).astype(np.float32))
