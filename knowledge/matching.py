"""The learnt model at work: a text's words in, each article's clues out, in well under a millisecond."""

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
class Tables:
    """What a trained matcher is made of, all plain arrays.

    `by_word` (vocabulary x 2 articles) and `by_text` (texts x 2 articles) hold each one's say and its part
    in the article's centre; `held` lists each article's words, from `starts` on.
    """

    mix: Mix
    confidence: Confidence
    like: Lists
    pairs: Lists
    lengths: Floats
    by_word: NDArray[np.float32]
    by_text: NDArray[np.float32]
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
        self._seen: dict[str, tuple[Token, int]] = {}
        self._meant: dict[str, str] = {}

    def knows(self, word: str) -> bool:
        """Say whether the brand's texts use the word."""
        return word in self._known

    def best(self, words: Sequence[str], boost: int | None = None) -> list[Candidate]:
        """Return the best candidates, best first; `boost` is an article that is a little likelier."""
        if not self.articles or not words:
            return []
        if len(self._seen) + 2 * len(words) > self._room:
            self._seen.clear()
        met = [self._meet(word) for word in dict.fromkeys(words)]
        met = list({place: (token, place) for token, place in met}.values())
        tokens = [token for token, _ in met]
        square = self._tables.mix.meaning**2
        total = self._rows[[place for _, place in met]].sum(axis=0, dtype=np.float64)
        length = np.sqrt(sum(t.spelling + square * t.meaning for t in tokens)) + 1e-12
        scores = total[: 2 * self.articles] / length + self._by_pairs(tokens, square)
        scores /= 1 + self._tables.mix.pairs
        says, centres = scores[: self.articles], scores[self.articles :]
        covers = total[2 * self.articles :] / (sum(t.weight for t in tokens) or 1.0)
        if boost is not None:
            says[boost] += 0.1
        if self.articles > BEST:
            few = np.argpartition(-says, BEST)[:BEST]
            few.sort()
        else:
            few = np.arange(self.articles)
        order = few[np.argsort(-says[few], kind="stable")]
        return self._judged(says, covers, centres, order)

    def _judged(self, says: Floats, covers: Floats, centres: Floats, order: Ints) -> list[Candidate]:
        many = len(order)
        top = says[order]
        rival = np.full(many, max(0.0, float(top[0])))
        rival[0] = max(0.0, float(top[1])) if many > 1 else 0.0
        gaps = top - rival if self.articles > 1 else top
        rows = np.stack([top, gaps, covers[order], centres[order]], axis=1)
        chances = self._tables.confidence.chance(rows)
        chances = np.minimum.accumulate(chances)
        return [Candidate(int(a), float(c)) for a, c in zip(order, chances, strict=True) if covers[a] > 0]

    def _by_pairs(self, tokens: Sequence[Token], square: float) -> Floats:
        bag = self._features.bag(tokens)
        if not len(bag.pairs):
            return np.zeros(2 * self.articles)
        weights = np.where(bag.by_concept, square, 1.0) * bag.weights
        shared = self._tables.pairs.gathered(bag.pairs, weights, len(self._tables.by_text))
        near = np.flatnonzero(shared)
        length = np.sqrt(bag.worded + square * bag.conceived) + 1e-12
        found = shared[near].astype(np.float32) @ self._tables.by_text[near]
        return np.asarray(found * (self._tables.mix.pairs / length), dtype=np.float64)

    def _meet(self, word: str) -> tuple[Token, int]:
        known = self._seen.get(word)
        if known is not None:
            return known
        token = self._features.token(word, *self._describe(word))
        like = self._like(token)
        if word not in self._known:
            near = np.argsort(-like, kind="stable")[:_NEAR] if len(like) else []
            meant = self._repair(word, [self._vocabulary[n] for n in near if like[n] > 0])
            if meant != word:
                found = self._meet(meant)
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

