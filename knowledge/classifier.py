"""A yes-or-no question about a text, learnt from examples of both. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.features import Floats, Ints
from knowledge.text import grams

Small = NDArray[np.float32]

_SELDOM = 3  # a name found in no more texts than this is not learnt
_SOFTNESS = 0.5
_ROOM = 20_000  # words whose sums are kept


class Classifier:
    """Says how likely a text is of the kind, from its words, their letters and neighbouring pairs."""

    def __init__(
        self,
        weights: dict[str, float],
        rarities: dict[str, float],
        unknown: float,
        line: Floats,
        concepts: Callable[[str], Sequence[str]],
    ) -> None:
        self.weights = weights
        self.rarities = rarities
        self.unknown = unknown
        self.line = line
        self._concepts = concepts
        self._slope, self._bias = float(line[0]), float(line[1])
        self._seen: dict[str, tuple[float, float]] = {}

    def chance(self, words: Sequence[str]) -> float:
        """Return the chance, between 0 and 1; 0.5 is where it is meant to fire."""
        if not words:
            return 0.0
        score = square = 0.0
        before = "^"
        for word in words:
            met = self._seen.get(word) or self._meet(word)
            score += met[0]
            square += met[1]
            pair = f"{before} {word}"
            rarity = self.rarities.get(pair)
            if rarity is None:
                square += self.unknown
            else:
                score += self.weights[pair]
                square += rarity
            before = word
        value = self._slope * score / square**0.5 + self._bias
        return float(1 / (1 + np.exp(-min(max(value, -30.0), 30.0))))

    def reasons(self, words: Sequence[str], most: int) -> list[str]:
        """Return the words that spoke for it most."""
        spoken = {word: (self._seen.get(word) or self._meet(word))[0] for word in words}
        return [word for word in sorted(spoken, key=lambda w: (-spoken[w], w))[:most] if spoken[word] > 0]

    def _meet(self, word: str) -> tuple[float, float]:
        if len(self._seen) >= _ROOM:
            self._seen.clear()
        names = _names(word, self._concepts)
        met = (
            sum(self.weights.get(name, 0.0) for name in names),
            sum(self.rarities.get(name, self.unknown) for name in names),
        )
        self._seen[word] = met
        return met


def learn_classifier(
    yes: Iterable[Sequence[str]],
    no: Iterable[Sequence[str]],
    concepts: Callable[[str], Sequence[str]],
    *,
    false_alarms: float,
) -> Classifier:
    """Learn from texts given as words, `no` holding also what the brand's own followers ask.

    0.5 is put where at most the share `false_alarms` of `no` fires, each half judged by a model that
    learnt from the other half alone.
    """
    texts = [list(words) for words in yes]
    positive = len(texts)
    texts += [list(words) for words in no]
    if positive in (0, len(texts)):
        return Classifier({}, {}, 1.0, np.array([0.0, -30.0]), concepts)
    known: dict[str, list[str]] = {}
    for word in sorted({word for words in texts for word in words}):
        known[word] = _names(word, concepts)
    named = [[n for word in words for n in known[word]] + _neighbours(words) for words in texts]
    spread = Counter(name for names in named for name in set(names))
    kept = sorted(name for name, count in spread.items() if count > _SELDOM)
    place = {name: at for at, name in enumerate(kept)}
    rarity = np.log((1 + len(texts)) / (1 + np.array([spread[name] for name in kept], dtype=float))) + 1
    unknown = float(np.log(1 + len(texts)) + 1)
    matrix = np.zeros((len(texts), len(kept)), dtype=np.float32)
    for row, names in enumerate(named):
        columns = [place[name] for name in names if name in place]
        values = rarity[columns]
        np.add.at(matrix[row], columns, values)
        square = float(values @ values) + (len(names) - len(columns)) * unknown**2
        matrix[row] /= square**0.5 or 1.0
    target = np.where(np.arange(len(texts)) < positive, 1.0, -1.0).astype(np.float32)
    likeness = matrix @ matrix.T + 1
    softness = _SOFTNESS / np.where(target > 0, max(1.0, (len(texts) - positive) / max(positive, 1)), 1.0)
    judged = np.zeros(len(texts))
    for half in (0, 1):
        other, own = np.arange(1 - half, len(texts), 2), np.arange(half, len(texts), 2)
        judged[own] = likeness[np.ix_(own, other)] @ _solved(likeness, softness, target, other)
    line = _line(judged, target > 0, false_alarms)
    say = _solved(likeness, softness, target, np.arange(len(texts)))
    line[1] += line[0] * float(say.sum())
    found = (matrix.T @ say).astype(float)
    weights = dict(zip(kept, (found * rarity).tolist(), strict=True))
    return Classifier(weights, dict(zip(kept, (rarity**2).tolist(), strict=True)), unknown**2, line, concepts)


def _solved(likeness: Small, softness: Floats, target: Small, some: Ints) -> Small:
    system = likeness[np.ix_(some, some)] + np.diag(softness[some]).astype(np.float32)
    return np.asarray(np.linalg.solve(system, target[some]))


def _line(scores: Floats, truth: np.ndarray[tuple[int], np.dtype[np.bool_]], false_alarms: float) -> Floats:
    """Return slope and bias of the chance, 0.5 at the score that few enough of the others reach."""
    low = np.sort(scores[~truth])
    cut = float(np.quantile(low, 1 - false_alarms)) if len(low) else 0.0
    reach = float(np.median(scores[truth])) if truth.any() else cut + 1.0
    slope = 2.0 / max(reach - cut, 0.1)
    return np.array([slope, -slope * cut])


def _neighbours(words: Sequence[str]) -> list[str]:
    return [f"{a} {b}" for a, b in zip(["^", *words], words, strict=False)]


def _names(word: str, concepts: Callable[[str], Sequence[str]]) -> list[str]:
    return [f"={word}", *sorted(grams(word)), *(f"@{concept}" for concept in concepts(word))]
