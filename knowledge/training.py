"""From articles to a matcher's tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.article import Article
from knowledge.features import Features, Flags, Floats, Ints, learn_features
from knowledge.language import Languages
from knowledge.learning import learn
from knowledge.matching import Sparse, Tables
from knowledge.model import learn_confidence
from knowledge.overlap import Lists, Mix, Overlap
from knowledge.signals import Judges, learn_judges
from knowledge.text import normalise, tokens
from knowledge.vocabulary import Reader
from knowledge.words import Words

_TEXT_SAYS = 64  # articles that a text speaks of, at most
_SAYS = 12  # articles that a pair speaks of, at most
_CENTRES = 4
_BLOCK = 2048  # pairs summed at a time
_ANSWER = 12  # words of an answer's beginning that are read like one more phrasing


@dataclass(frozen=True, slots=True)
class Model:
    """All that was learnt: of the articles, of the signals, of the languages."""

    features: Features
    vocabulary: Sequence[str]
    tables: Tables
    judges: Judges
    languages: Languages
    crisis_terms: Sequence[str]


def trained(
    articles: Sequence[Article],
    words: Words,
    reader: Reader,
    crisis_terms: Sequence[str],
    progress: Callable[[int, int], None] | None,
) -> Model:
    """Learn the articles, which come sorted by id; the order of their phrasings does not matter."""
    phrasings = sorted({phrasing.text for article in articles for phrasing in article.phrasings})
    listed = (*words.signals.values(), *words.crisis.values())
    texts = [*words.complaint, *words.question, *(text for terms in listed for text in terms.examples)]
    features, vocabulary, tables = _matching(articles, reader, progress)
    return Model(
        features=features,
        vocabulary=vocabulary,
        tables=tables,
        judges=learn_judges(words, reader, phrasings),
        languages=Languages.learnt(
            words.languages, words.light, words.lexicon, (tokens(normalise(t), {}) for t in texts)
        ),
        crisis_terms=tuple(crisis_terms),
    )


def articles_texts(articles: Sequence[Article], reader: Reader) -> tuple[list[list[str]], Ints, Flags]:
    """Return all texts as words, each one's article, and whether it is a phrasing or an answer's beginning.

    An article's phrasings come sorted, and before its answers.
    """
    texts: list[list[str]] = []
    owners: list[int] = []
    asked: list[bool] = []
    for place, article in enumerate(articles):
        spoken = sorted({phrasing.text for phrasing in article.phrasings})
        answers = sorted(set(article.answers.values()))
        texts += [reader.words(text) for text in spoken]
        texts += [reader.words(answer)[:_ANSWER] for answer in answers]
        asked += [True] * len(spoken) + [False] * len(answers)
        owners += [place] * (len(spoken) + len(answers))
    return texts, np.array(owners, dtype=np.int64), np.array(asked, dtype=bool)


def _matching(
    articles: Sequence[Article], reader: Reader, progress: Callable[[int, int], None] | None
) -> tuple[Features, list[str], Tables]:
    texts, owners, asked = articles_texts(articles, reader)
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, len(texts))

    features, vocabulary, bags = learn_features(texts, reader.concepts, reader.light)
    if not texts:
        none, zero = np.zeros(0, dtype=np.int64), np.zeros(0)
        empty = np.zeros((0, 0), dtype=np.float32)
        nothing = Lists(np.zeros(1, dtype=np.int64), none, zero)
        sparse = Sparse(np.zeros((0, 1), dtype=np.int32), np.zeros((0, 1), dtype=np.float32))
        confidence = learn_confidence([], [], np.zeros((0, 4)))
        return features, [], Tables(Mix(1.0, 1.0), confidence, nothing, zero, empty, sparse, none, none)
    overlap = Overlap(vocabulary, bags, features)
    learnt = learn(overlap, owners, asked, len(articles), tick)
    by_text = np.concatenate([learnt.say, learnt.centres], axis=1)
    mix = learnt.mix
    by_words, by_pairs = overlap.text_lengths(mix)
    held, starts = _held(overlap, owners, len(articles))
    tables = Tables(
        mix=mix,
        confidence=learnt.confidence,
        like=overlap.features,
        lengths=overlap.lengths(mix),
        by_word=_by_word(overlap, by_text, by_words),
        by_pair=_by_pair(overlap, by_text, by_pairs, mix),
        held=held,
        starts=starts,
    )
    return features, list(vocabulary), tables


def _by_word(overlap: Overlap, by_text: Floats, lengths: Floats) -> NDArray[np.float32]:
    """Return what each word of the vocabulary says of each article."""
    sums = np.zeros((len(overlap.tokens), by_text.shape[1]), dtype=np.float32)
    for text, words in enumerate(overlap.words):
        sums[words] += by_text[text] / lengths[text]
    return sums


def _by_pair(overlap: Overlap, by_text: Floats, lengths: Floats, mix: Mix) -> Sparse:
    """Return what each pair says of the articles it says most of."""
    articles = by_text.shape[1] // 2
    scale = overlap.rarities**2 * np.where(overlap.by_concept, mix.meaning**2, 1.0)
    said = [_strongest(by_text[:, :articles], _TEXT_SAYS, 0), _strongest(by_text[:, articles:], 1, articles)]
    columns = np.concatenate([part[0] for part in said], axis=1)
    numbers = np.concatenate([part[1] for part in said], axis=1)
    ids, values = [], []
    for first in range(0, len(scale), _BLOCK):
        last = min(first + _BLOCK, len(scale))
        starts = overlap.pairs.starts[first : last + 1]
        texts = overlap.pairs.items[starts[0] : starts[-1]]
        pair = np.repeat(np.arange(last - first), np.diff(starts))
        weights = scale[first:last][pair] / lengths[texts]
        at = pair[:, None] * (2 * articles) + columns[texts]
        flat = np.bincount(
            at.ravel(), (numbers[texts] * weights[:, None]).ravel(), (last - first) * 2 * articles
        )
        rows = flat.astype(np.float64).reshape(last - first, 2 * articles)
        kept = [_strongest(rows[:, :articles], _SAYS, 0), _strongest(rows[:, articles:], _CENTRES, articles)]
        ids.append(np.concatenate([k[0] for k in kept], axis=1))
        values.append(np.concatenate([k[1] for k in kept], axis=1))
    if not ids:
        return Sparse(np.zeros((0, 1), np.int32), np.zeros((0, 1), np.float32))
    return Sparse(np.concatenate(ids), np.concatenate(values))


def _strongest(rows: Floats, most: int, shift: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    if rows.shape[1] > most:
        ids = np.sort(np.argpartition(-np.abs(rows), most, axis=1)[:, :most], axis=1)
    else:
        ids = np.broadcast_to(np.arange(rows.shape[1]), rows.shape)
    return (ids + shift).astype(np.int32), np.take_along_axis(rows, ids, axis=1).astype(np.float32)


def _held(overlap: Overlap, owners: Ints, articles: int) -> tuple[Ints, Ints]:
    own = [
        np.unique(
            np.concatenate(
                [np.zeros(0, dtype=np.int64), *(overlap.words[t] for t in np.flatnonzero(owners == a))]
            )
        )
        for a in range(articles)
    ]
    starts = np.concatenate([[0], np.cumsum([len(words) for words in own])[:-1]]).astype(np.int64)
    return np.concatenate([np.zeros(0, dtype=np.int64), *own]), starts
