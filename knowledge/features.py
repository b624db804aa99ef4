"""What texts are compared by: words, their spelling, their concepts, and pairs of them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from knowledge.concepts import Concepts
from knowledge.text import grams, stem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WINDOW = 8  # words apart that still make a pair
_DAMP = 0.8  # rarity to this power: rare words lead, but do not rule
_LIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Token:
    """A word as the model sees it.

    `parts` are the known features with their `values`; the first `spelled` of them are the word and its
    letters, the rest its concepts. The norms count unknown features too, so that a strange word weighs.
    """

    parts: Ints
    values: Floats
    spelled: int
    weight: float
    spelling: float
    meaning: float
    light: float
    unit: int
    units: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bag:
    """A text's distinct words, and what all its pairs would weigh together (by word, by concept)."""

    tokens: tuple[Token, ...]
    pairs: Ints
    weights: Floats
    by_concept: NDArray[np.bool_]
    worded: float
    conceived: float


class Features:
    """The features that a brand's texts have, with their weights by rarity."""

    def __init__(self, names: Sequence[str], weights: Floats, pairs: Ints, rarities: Floats, texts: int) -> None:
        self.names = {name: place for place, name in enumerate(names)}
        self.weights = weights
        self.pairs = pairs
        self.rarities = rarities
        self.texts = texts
        self.unknown = float(_rarity(texts, np.zeros(1))[0])

    def token(self, word: str, concepts: Sequence[str], light: bool) -> Token:
        """Return the word's features; `concepts` are what it stands for."""
        root = self.names.get(f"={stem(word)}", -1)
        lightness = _LIGHT if light else 1.0
        weight = lightness * (self.weights[root] if root >= 0 else self.unknown)
        spelled = [self.names.get(gram, -1) for gram in sorted(grams(word))]
        known = np.array([place for place in spelled if place >= 0], dtype=np.int64)
        values = self.weights[known]
        length = np.sqrt(values @ values + (len(spelled) - len(known)) * self.unknown**2) or 1.0
        meant = [self.names.get(f"@{concept}", -1) for concept in concepts]
        ideas = np.array([place for place in meant if place >= 0], dtype=np.int64)
        meanings = self.weights[ideas]
        own = [root] if root >= 0 else []
        return Token(
            parts=np.concatenate([np.array(own, dtype=np.int64), known, ideas]),
            values=np.concatenate([np.full(len(own), weight), values * (weight / length), meanings]),
            spelled=len(own) + len(known),
            weight=float(weight),
            spelling=float(2 * weight**2),
            meaning=float(meanings @ meanings + (len(meant) - len(ideas)) * self.unknown**2),
            light=lightness,
            unit=root,
            units=tuple(meant) if meant else (root,),
        )

    def bag(self, tokens: Sequence[Token]) -> Bag:
        """Return the text made of these distinct words, with its known pairs."""
        keys, lights, by_concept = self.keys(tokens)
        if not len(keys):
            none = np.zeros(0)
            return Bag(tuple(tokens), keys, none, by_concept, 0.0, 0.0)
        places = np.searchsorted(self.pairs, keys)
        places[places == len(self.pairs)] = 0
        known = (self.pairs[places] == keys) if len(self.pairs) else np.zeros(len(keys), dtype=bool)
        weights = lights * np.where(known, self.rarities[places] if len(self.pairs) else 0.0, self.unknown)
        squares = weights * weights
        conceived = float(squares[by_concept].sum())
        return Bag(
            tuple(tokens), places[known], weights[known], by_concept[known], float(squares.sum()) - conceived, conceived
        )

    def keys(self, tokens: Sequence[Token]) -> tuple[Ints, Floats, NDArray[np.bool_]]:
        """Return the text's pairs as numbers, with their lightness, and which are pairs of concepts."""
        units = np.array([t.unit for t in tokens], dtype=np.int64)
        light = np.array([t.light for t in tokens])
        left, right = _places(len(units))
        worded = self._key(units[left], units[right], 0)
        lights = light[left] * light[right]
        ideas = np.array([u for t in tokens for u in t.units], dtype=np.int64)
        at = np.array([i for i, t in enumerate(tokens) for _ in t.units], dtype=np.int64)
        left, right = _places(len(ideas), WINDOW * 3)
        apart = at[right] - at[left]
        fit = (apart > 0) & (apart <= WINDOW)
        conceived = self._key(ideas[left[fit]], ideas[right[fit]], 1)
        keys, first = np.unique(np.concatenate([worded, conceived]), return_index=True)
        lights = np.concatenate([lights, np.ones(len(conceived))])[first]
        real = keys >= 0
        return keys[real], lights[real], first[real] >= len(worded)

    def _key(self, left: Ints, right: Ints, kind: int) -> Ints:
        """Return one number a pair, whichever way round; -1 where a word stands beside itself.

        An unknown word's pairs are told apart by the known one only; they weigh, and match nothing.
        """
        many = len(self.names) + 2
        low, high = np.minimum(left, right) + 1, np.maximum(left, right) + 1
        return np.where((low == high) & (low > 0), -1, (kind * many + low) * many + high)


def learn_features(
    texts: Sequence[Sequence[str]], concepts: Concepts, light: frozenset[str]
) -> tuple[Features, Mapping[str, Token], list[Bag]]:
    """Return the features of a brand's texts, its vocabulary, and each text as a bag."""
    vocabulary = sorted({word for text in texts for word in text})
    meant = {word: concepts.of(word) for word in vocabulary}
    roots = {word: f"={stem(word)}" for word in vocabulary}
    counts: dict[str, int] = {}
    for text in texts:
        for name in {roots[w] for w in text} | {f"@{c}" for w in text for c in meant[w]}:
            counts[name] = counts.get(name, 0) + 1
    spelling: dict[str, int] = {}
    for word in vocabulary:
        for gram in grams(word):
            spelling[gram] = spelling.get(gram, 0) + 1
    names = sorted(counts) + sorted(spelling)
    weights = np.concatenate(
        [
            _rarity(len(texts), np.array([counts[name] for name in sorted(counts)], dtype=float)),
            _rarity(len(vocabulary), np.array([spelling[name] for name in sorted(spelling)], dtype=float)),
        ]
    )
    bare = Features(names, weights, np.zeros(0, dtype=np.int64), np.zeros(0), len(texts))
    tokens = {word: bare.token(word, meant[word], word in light) for word in vocabulary}
    bags = [tuple(tokens[word] for word in dict.fromkeys(text)) for text in texts]
    found = [bare.keys(bag)[0] for bag in bags]
    pairs, spread = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *found]), return_counts=True)
    features = Features(names, weights, pairs, _rarity(len(texts), spread.astype(float)), len(texts))
    return features, tokens, [features.bag(bag) for bag in bags]


def _rarity(many: int, counts: Floats) -> Floats:
    return np.asarray((np.log((1 + many) / (1 + counts)) + 1) ** _DAMP)


@lru_cache(maxsize=256)
def _places(many: int, window: int = WINDOW) -> tuple[Ints, Ints]:
    left, right = np.triu_indices(many, 1)
    near = right - left <= window
    return left[near], right[near]
