"""The learnt model at work: a text's words in, each article's clues out, in well under a millisecond."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.features import Features, Floats, Ints, Token
from knowledge.model import Confidence
from knowledge.overlap import Lists, Mix

_ROOM = 4_000_000  # numbers kept of words already seen
_NEAR = 12  # vocabulary words tried as what a strange word was meant to be
BEST = 5


@dataclass(frozen=True, slots=True)
class Sparse:
    """Rows of which only the strongest numbers are kept, each with its column."""

    ids: NDArray[np.int32]
    values: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tables:
    """What a trained matcher is made of, all plain arrays.

    `by_word` and `by_pair` hold, for each word and pair of the brand, its say on each article and then its
    part in each article's centre; `held` lists each article's words, from `starts` on.
    """

    mix: Mix
    confidence: Confidence
    like: Lists
    lengths: Floats
    by_word: NDArray[np.float32]
    by_pair: Sparse
    held: Ints
    starts: Ints


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that may be meant: its place and the chance that it is right."""

    article: int
    chance: float


class Matcher:
    """Scores texts. Rows of words are kept as they are met; nothing else changes."""

    def __init__(
        self,
        features: Features,
        vocabulary: Sequence[str],
        tables: Tables,
        describe: Callable[[str], tuple[Sequence[str], bool]],
        repair: Callable[[str, Sequence[str]], str],
    ) -> None:
        self._features = features
        self._vocabulary = vocabulary
        self._known = frozenset(vocabulary)
        self._tables = tables
        self._describe = describe
        self._repair = repair
        self.articles = len(tables.starts)
        self._filled = np.flatnonzero(np.diff(np.append(tables.starts, len(tables.held))) > 0)
        self._room = max(1024, _ROOM // max(1, 3 * self.articles))
        self._rows = np.zeros((256, 3 * self.articles), dtype=np.float32)
        mix = tables.mix
        self._square = mix.meaning**2
        self._word_share, self._pair_share = 1 / (1 + mix.pairs), mix.pairs / (1 + mix.pairs)
        self._weights = [float(w) for w in tables.confidence.weights]
        self._seen: dict[str, tuple[Token, int]] = {}
        self._meant: dict[str, str] = {}

    def knows(self, word: str) -> bool:
        """Say whether the brand's texts use the word."""
        return word in self._known

    def best(self, words: Sequence[str]) -> list[Candidate]:
        """Return the best candidates, best first."""
        if not self.articles or not words:
            return []
        if len(self._seen) + 2 * len(words) > self._room:
            self._seen.clear()
        met: dict[int, Token] = {}
        for word in dict.fromkeys(words):
            token, place = self._seen.get(word) or self._meet(word)
            met[place] = token
        tokens = list(met.values())
        square = self._square
        total = self._rows[list(met)].sum(axis=0)
        length = math.sqrt(sum([t.spelling + square * t.meaning for t in tokens])) + 1e-12
        scores = total[: 2 * self.articles] * self._word_share / length
        bag = self._features.bag(tokens)
        if bag.pairs:
            length = math.sqrt(bag.worded + square * bag.conceived) + 1e-12
            ids, values = self._tables.by_pair.ids[bag.pairs], self._tables.by_pair.values[bag.pairs]
            scores = scores + np.bincount(ids.ravel(), values.ravel(), len(scores)) * (
                self._pair_share / length
            )
        says = scores[: self.articles]
        order = self._order(says)
        weight = sum([t.weight for t in tokens]) or 1.0
        covers = (total[2 * self.articles :][order] / weight).tolist()
        return self._judged(
            order.tolist(), says[order].tolist(), covers, scores[self.articles :][order].tolist()
        )

    def _order(self, says: Floats) -> Ints:
        """Return the places of the best, best first; of equals the first by id."""
        if self.articles > BEST:
            few = np.argpartition(-says, BEST)[: BEST + 1]
            few.sort()
            return few[np.argsort(-says[few], kind="stable")][:BEST]
        return np.argsort(-says, kind="stable")

    def _judged(
        self, order: Sequence[int], says: Sequence[float], covers: Sequence[float], centres: Sequence[float]
    ) -> list[Candidate]:
        """Give each its chance; the gap is to the best of the others. No chance exceeds the one before."""
        bias, by_say, by_gap, by_cover, by_centre = self._weights
        found: list[Candidate] = []
        least = 1.0
        for place, article in enumerate(order):
            rival = max(0.0, says[1 if not place else 0]) if len(says) > 1 else 0.0
            sum_ = bias + by_say * says[place] + by_gap * (says[place] - rival)
            sum_ += by_cover * covers[place] + by_centre * centres[place]
            least = min(least, 1 / (1 + math.exp(-min(max(sum_, -30.0), 30.0))))
            if covers[place] > 0:
                found.append(Candidate(article, least))
        return found

    def _meet(self, word: str) -> tuple[Token, int]:
        token = self._features.token(word, *self._describe(word))
        like = self._like(token)
        if word not in self._known:
            near = np.argsort(-like, kind="stable")[:_NEAR].tolist()
            meant = self._repair(word, [self._vocabulary[n] for n in near if like[n] > 0])
            if meant != word:
                found = self._seen.get(meant) or self._meet(meant)
                self._seen[word] = found
                return found
        place = len(self._seen)
        if place >= len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        self._rows[place] = self._row(token, like)
        self._seen[word] = (token, place)
        return token, place

    def _like(self, token: Token) -> Floats:
        values = token.values.copy()
        values[token.spelled :] *= self._tables.mix.meaning**2
        return self._tables.like.gathered(token.parts, values, len(self._vocabulary))

    def _row(self, token: Token, like: Floats) -> NDArray[np.float32]:
        row = np.zeros(3 * self.articles, dtype=np.float32)
        near = np.flatnonzero(like)
        if not len(near):
            return row
        row[: 2 * self.articles] = like[near].astype(np.float32) @ self._tables.by_word[near]
        length = np.sqrt(token.spelling + self._tables.mix.meaning**2 * token.meaning) + 1e-12
        kin = like / (self._tables.lengths * length)
        covers = np.zeros(self.articles)
        covers[self._filled] = np.maximum.reduceat(kin[self._tables.held], self._tables.starts[self._filled])
        row[2 * self.articles :] = covers * token.weight
        return row
