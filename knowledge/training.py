"""From articles to a matcher's tables."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.article import Article
from knowledge.features import Features, Floats, Ints, learn_features
from knowledge.learning import learn
from knowledge.matching import Sparse, Tables
from knowledge.overlap import Mix, Overlap
from knowledge.vocabulary import Reader

_SAYS = 24  # articles that a pair speaks of, at most
_CENTRES = 8
_BLOCK = 4096
_ANSWER = 12  # words of an answer's beginning that are read like one more phrasing


def trained(
    articles: Sequence[Article], reader: Reader, progress: Callable[[int, int], None] | None
) -> tuple[Features, list[str], Tables]:
    """Learn the articles, which come sorted by id; the order of their phrasings does not matter."""
    texts: list[list[str]] = []
    owners: list[int] = []
    asked: list[bool] = []
    for place, article in enumerate(articles):
        spoken = sorted({phrasing.text for phrasing in article.phrasings})
        answers = sorted(set(article.answers.values()))
        read = [(reader.words(text), True) for text in spoken]
        read += [(reader.words(answer)[:_ANSWER], False) for answer in answers]
        for words, is_asked in read:
            texts.append(words)
            owners.append(place)
            asked.append(is_asked)
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, len(texts))

    features, vocabulary, bags = learn_features(texts, reader.concepts, reader.light)
    overlap = Overlap(vocabulary, bags, features)
    owner = np.array(owners, dtype=np.int64)
    learnt = learn(overlap, owner, np.array(asked, dtype=bool), len(articles), tick)
    by_text = np.concatenate([learnt.say, learnt.centres], axis=1)
    mix = learnt.mix
    words = np.sqrt(overlap.spelling + mix.meaning**2 * overlap.meaning) + 1e-12
    pairs = np.sqrt(overlap.worded + mix.meaning**2 * overlap.conceived) + 1e-12
    held, starts = _held(overlap, owner, len(articles))
    tables = Tables(
        mix=mix,
        confidence=learnt.confidence,
        like=overlap.features,
        lengths=overlap.lengths(mix),
        by_word=_by_word(overlap, by_text / words[:, None]).astype(np.float32),
        by_pair=_by_pair(overlap, by_text / pairs[:, None], mix),
        held=held,
        starts=starts,
    )
    return features, list(vocabulary), tables


def _by_word(overlap: Overlap, by_text: Floats) -> Floats:
    sums = np.zeros((len(overlap.tokens), by_text.shape[1]))
    for text, words in enumerate(overlap.words):
        sums[words] += by_text[text]
    return sums


def _by_pair(overlap: Overlap, by_text: Floats, mix: Mix) -> Sparse:
    """Return what each pair says of the articles it says most of."""
    articles = by_text.shape[1] // 2
    scale = overlap.rarities * np.where(overlap.by_concept, mix.meaning**2, 1.0)
    ids, values = [], []
    for first in range(0, len(scale), _BLOCK):
        last = min(first + _BLOCK, len(scale))
        starts = overlap.pairs.starts[first : last + 1]
        texts = overlap.pairs.items[starts[0] : starts[-1]]
        rows = np.add.reduceat(by_text[texts], starts[:-1] - starts[0], axis=0)
        rows *= (scale * overlap.rarities)[first:last, None]
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
        np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *(overlap.words[t] for t in np.flatnonzero(owners == a))]))
        for a in range(articles)
    ]
    starts = np.concatenate([[0], np.cumsum([len(words) for words in own])[:-1]]).astype(np.int64)
    return np.concatenate([np.zeros(0, dtype=np.int64), *own]), starts
