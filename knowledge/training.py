"""From articles to a matcher's tables."""

from collections.abc import Callable, Sequence

import numpy as np

from knowledge.article import Article
from knowledge.features import Features, Ints, learn_features
from knowledge.learning import learn
from knowledge.matching import Tables
from knowledge.overlap import Overlap
from knowledge.vocabulary import Reader

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
    overlap = Overlap(vocabulary, bags, len(features.names), len(features.pairs))
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
        pairs=overlap.pairs,
        lengths=overlap.lengths(mix),
        by_word=_by_word(overlap, by_text / words[:, None]).astype(np.float32),
        by_text=(by_text / pairs[:, None]).astype(np.float32),
        held=held,
        starts=starts,
    )
    return features, list(vocabulary), tables


def _by_word(overlap: Overlap, by_text: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    sums = np.zeros((len(overlap.tokens), by_text.shape[1]))
    for text, words in enumerate(overlap.words):
        sums[words] += by_text[text]
    return sums


def _held(overlap: Overlap, owners: Ints, articles: int) -> tuple[Ints, Ints]:
    own = [
        np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *(overlap.words[t] for t in np.flatnonzero(owners == a))]))
        for a in range(articles)
    ]
    starts = np.concatenate([[0], np.cumsum([len(words) for words in own])[:-1]]).astype(np.int64)
    return np.concatenate([np.zeros(0, dtype=np.int64), *own]), starts
