"""A yes-or-no question about a text, answered from its words, their letters and neighbouring pairs. Pure."""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np

from knowledge.logistic import fit
from knowledge.text import grams

_ROOM = 20_000  # words whose sums are kept
_SOFTNESS = 0.3  # of what a brand teaches beside what was learnt before

Concepts = Callable[[str], Sequence[str]]


class Classifier:
    """Says how likely a text is of the kind.

    `weights` and `rarities` are by name: a word ("=kirim"), a run of its letters, a concept, or two
    neighbouring words; `unknown` is the rarity of all other names. The weights, in a text of length 1, and
    the `bias` make log-odds.
    """

    def __init__(
        self,
        weights: Mapping[str, float],
        rarities: Mapping[str, float],
        unknown: float,
        bias: float,
        concepts: Concepts,
    ) -> None:
        self.weights = weights
        self.rarities = rarities
        self.unknown = unknown
        self.bias = bias
        self._concepts = concepts
        self._strange = (0.0, unknown**2)
        self._seen: dict[str, tuple[float, float]] = {}

    @cached_property
    def _says(self) -> dict[str, tuple[float, float]]:
        """What each name adds to the score and to the square of the length."""
        rarities, unknown = self.rarities, self.unknown
        return {
            name: (weight * (rarity := rarities.get(name, unknown)), rarity * rarity)
            for name, weight in self.weights.items()
        }

    def score(self, words: Sequence[str]) -> float:
        """Return the log-odds; 0 is where it is meant to fire."""
        says, strange = self._says, self._strange
        score = square = 0.0
        before = "^"
        for word in words:
            met = self._seen.get(word) or self._meet(word)
            score += met[0]
            square += met[1]
            met = says.get(f"{before} {word}", strange)
            score += met[0]
            square += met[1]
            before = word
        return score / (square**0.5 or 1.0) + self.bias

    def chance(self, words: Sequence[str]) -> float:
        """Return the chance, between 0 and 1; 0.5 is where it is meant to fire."""
        return 1 / (1 + math.exp(-min(max(self.score(words), -30.0), 30.0))) if words else 0.0

    def reasons(self, words: Sequence[str], most: int) -> list[str]:
        """Return the words that spoke for it most; where none did alone, the two neighbours that did."""
        spoken = {word: (self._seen.get(word) or self._meet(word))[0] for word in words}
        found = [word for word in sorted(spoken, key=lambda w: (-spoken[w], w))[:most] if spoken[word] > 0]
        if found or not words:
            return found
        pairs = [f"{a} {b}" for a, b in pairwise(words)] or list(words)
        return [max(pairs, key=lambda pair: self._says.get(pair, self._strange)[0])]

    def shifted(self, shift: Mapping[str, float]) -> "Classifier":
        """Return the classifier with these weights added to its own."""
        weights = dict(self.weights)
        for name, more in shift.items():
            weights[name] = weights.get(name, 0.0) + more
        return Classifier(weights, self.rarities, self.unknown, self.bias, self._concepts)

    def shift(self, yes: Sequence[Sequence[str]], no: Sequence[Sequence[str]]) -> dict[str, float]:
        """Return what weights must be added so that these texts come out right, all else staying near.

        The texts are given as words; `no` holds what the brand's followers ask, so that a text which only
        resembles a complaint is none there.
        """
        texts = [words for words in (*yes, *no) if words]
        if not texts or not self.weights:
            return {}
        rows = [self.values(words) for words in texts]
        place = {name: at for at, name in enumerate(sorted({name for row in rows for name in row}))}
        table = np.zeros((len(rows), len(place)), dtype=np.float32)
        for at, row in enumerate(rows):
            table[at, [place[name] for name in row]] = list(row.values())
        before = np.array([self.score(words) for words in texts])
        meant = np.arange(len(texts)) < sum(1 for words in yes if words)
        counts = np.where(meant, 0.5 / max(meant.sum(), 1), 0.5 / max((~meant).sum(), 1)) * len(texts)
        fitted = fit((table @ table.T).astype(np.float64), meant, counts, _SOFTNESS, before)
        said = fitted.say @ table
        return {name: float(said[at]) for name, at in place.items() if said[at]}

    def values(self, words: Sequence[str]) -> dict[str, float]:
        """Return the names of a text and their values, for a text of length 1."""
        found: dict[str, float] = {}
        square = 0.0
        for name in names_of(words, self._concepts):
            rarity = self.rarities.get(name, self.unknown)
            square += rarity * rarity
            found[name] = found.get(name, 0.0) + rarity
        return {name: value / square**0.5 for name, value in found.items()}

    def _meet(self, word: str) -> tuple[float, float]:
        if len(self._seen) >= _ROOM:
            self._seen.clear()
        says, strange = self._says, self._strange
        met = [says.get(name, strange) for name in word_names(word, self._concepts)]
        self._seen[word] = found = (sum([one[0] for one in met]), sum([one[1] for one in met]))
        return found


def names_of(words: Sequence[str], concepts: Concepts) -> list[str]:
    """Return the names that a text is judged by."""
    pairs = [f"{a} {b}" for a, b in zip(["^", *words], words, strict=False)]
    return [name for word in words for name in word_names(word, concepts)] + pairs


def word_names(word: str, concepts: Concepts) -> list[str]:
    """Return the names that one word is judged by."""
    return [f"={word}", *grams(word), *[f"@{concept}" for concept in concepts(word)]]
