"""The learnt model at work: a text's words in, the likeliest articles out, in a fraction of a millisecond."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from knowledge.confidence import MOST, NONE
from knowledge.features import Features, Token
from knowledge.meanings import Meanings
from knowledge.model import Tables
from knowledge.numbers import Flags, Floats, Ints, Sayings
from knowledge.vocabulary import Reader

BEST = 5

_ROOM = 4_000_000  # numbers kept of words already seen
_MOST_WORDS = 20_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that may be meant: its place and the chance that it is right."""

    article: int
    chance: float


@dataclass(frozen=True, slots=True)
class _Met:
    """A word that was met: what the model sees in it, and where its row and its point are kept."""

    token: Token
    row: int


class Matcher:
    """Scores texts. Rows of words are kept as they are met; nothing else changes."""

    def __init__(
        self,
        features: Features,
        vocabulary: Sequence[str],
        tables: Tables,
        reader: Reader,
        meanings: Meanings,
        repair: Callable[[str], str],
    ) -> None:
        self._features = features
        self._known = frozenset(vocabulary)
        self._tables = tables
        self._reader = reader
        self._meanings = meanings
        self._repair = repair
        self._room = min(_MOST_WORDS, max(1024, _ROOM // max(1, tables.articles)))
        self._features_say = Sayings(tables.features, tables.articles)
        self._pairs_say = Sayings(tables.pairs, tables.articles)
        self._rows = np.zeros((256, tables.articles), dtype=np.float32)
        self._points = np.zeros((256, meanings.size), dtype=np.float32)
        self._weights = [float(weight) for weight in tables.confidence.weights]
        self._seen: dict[str, _Met] = {}
        self._alone = Lock()

    def best(self, words: Sequence[str], valid: Flags | None = None) -> list[Candidate]:
        """Return the best candidates, best first; none where the brand's texts know nothing of the words.

        `valid` marks the articles that may be given, all where it is None: the others are no rivals either.
        One thread at a time is let in.
        """
        if not self._tables.articles:
            return []
        with self._alone:
            return self._best(words, valid)

    def _best(self, words: Sequence[str], valid: Flags | None) -> list[Candidate]:
        if len(self._seen) + len(words) > self._room:
            self._seen.clear()
        distinct = dict.fromkeys(words)
        met = {found.row: found for found in [self._seen.get(word) or self._meet(word) for word in distinct]}
        if not met:
            return []
        tokens = [found.token for found in met.values()]
        scores = self._scores(tokens, list(met))
        if valid is not None:
            scores[~valid] = -np.inf
        weight = sum([token.weight for token in tokens]) or 1.0
        known = sum([token.weight for token in tokens if token.unit >= 0]) / weight
        if not known and not any(len(token.places) for token in tokens):
            return []
        order = self._order(scores)
        total = float(np.exp(np.minimum(scores, MOST)).sum()) + NONE
        return self._judged(order.tolist(), scores[order].tolist(), total, known)

    def _scores(self, tokens: Sequence[Token], rows: Sequence[int]) -> Floats:
        tables, features = self._tables, self._features
        scores: Floats = self._rows[rows].sum(axis=0) / features.length(tokens) + tables.biases
        pairs = features.paired(tokens)
        if len(pairs.places):
            scores += self._pairs_say.of(pairs.places, pairs.values)
        point = np.array([token.weight for token in tokens], dtype=np.float32) @ self._points[rows]
        length = math.sqrt(float(point @ point))
        if length:
            scores += point @ tables.directions / length
        return scores

    def _order(self, scores: Floats) -> Ints:
        """Return the places of the best, best first; of equals the first by id."""
        if len(scores) > BEST:
            few = np.argpartition(-scores, BEST)[: BEST + 1]
            few.sort()
            return few[np.argsort(-scores[few], kind="stable")][:BEST]
        return np.argsort(-scores, kind="stable")

    def _judged(
        self, order: Sequence[int], scores: Sequence[float], total: float, known: float
    ) -> list[Candidate]:
        """Give each its chance, from its lead over all others, its score and what is known of the text."""
        bias, by_lead, by_score, by_known = self._weights
        found: list[Candidate] = []
        least = 1.0
        for article, raw in zip(order, scores, strict=True):
            if raw == -math.inf:
                break
            score = min(max(raw, -MOST), MOST)
            lead = score - math.log(max(total - math.exp(score), NONE))
            sum_ = bias + by_lead * min(max(lead, -MOST), MOST) + by_score * score + by_known * known
            least = min(least, 1 / (1 + math.exp(-sum_)))
            found.append(Candidate(article, least))
        return found

    def _meet(self, word: str) -> _Met:
        if word not in self._known:
            meant = self._repair(word)
            if meant != word:
                found = self._seen.get(meant) or self._meet(meant)
                self._seen[word] = found
                return found
        concepts, light = self._reader.describe(word)
        token = self._features.token(word, concepts, light)
        place = len(self._seen)
        if place >= len(self._rows):
            self._rows = _doubled(self._rows)
            self._points = _doubled(self._points)
        self._rows[place] = self._features_say.of(token.places, token.values)
        self._points[place] = self._meanings.of(word, concepts)
        self._seen[word] = found = _Met(token, place)
        return found


def _doubled(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.concatenate([rows, np.zeros_like(rows)])
