"""What texts are compared by: words, their spelling, their concepts, and pairs of them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.concepts import Concepts
from knowledge.text import grams, stem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

CONCEPTUAL = 1 << 61  # numbers of pairs of concepts begin here
WINDOW = 8  # words apart that still make a pair
_DAMP = 0.8  # rarity to this power: rare words lead, but do not rule
_LIGHT = 0.5
_SPAN = 1 << 30


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
    """A text's distinct words, its known pairs, and what all its pairs weigh, by word and by concept."""

    tokens: tuple[Token, ...]
    pairs: Sequence[int]
    worded: float
    conceived: float


class Features:
    """The features that a brand's texts have, with their weights by rarity."""

    def __init__(
        self, names: Sequence[str], weights: Floats, pairs: Sequence[int], rarities: Floats, texts: int
    ) -> None:
        self.names = {name: place for place, name in enumerate(names)}
        self.weights = weights
        self.pairs = {pair: place for place, pair in enumerate(pairs)}
        self.rarities = rarities
        self.by_concept = np.array([pair >= CONCEPTUAL for pair in pairs], dtype=bool)
        self._conceived = np.where(self.by_concept, rarities**2, 0.0)
        self._worded = rarities**2 - self._conceived
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
            unit=root + 1,
            units=tuple(m + 1 for m in meant) if meant else (root + 1,),
        )

    def bag(self, tokens: Sequence[Token]) -> Bag:
        """Return the text made of these distinct words, with its known pairs."""
        places: list[int] = []
        worded = conceived = strange = strange_ideas = 0.0
        known = self.pairs
        for pair, light in self.keys(tokens).items():
            place = known.get(pair)
            if place is not None:
                places.append(place)
            elif pair >= CONCEPTUAL:
                strange_ideas += 1.0
            else:
                strange += light * light
        if places:
            at = np.array(places)
            worded, conceived = float(self._worded[at].sum()), float(self._conceived[at].sum())
        square = self.unknown**2
        return Bag(tuple(tokens), places, worded + strange * square, conceived + strange_ideas * square)

    def keys(self, tokens: Sequence[Token]) -> dict[int, float]:
        """Return the text's pairs as numbers with their lightness; those of concepts begin at CONCEPTUAL.

        An unknown word's pairs are told apart by the known one only; they weigh, and match nothing.
        """
        found: dict[int, float] = {}
        for at, one in enumerate(tokens):
            unit, light, units = one.unit, one.light, one.units
            for other in tokens[at + 1 : at + 1 + WINDOW]:
                next_unit = other.unit
                if unit < next_unit:
                    found[unit * _SPAN + next_unit] = light * other.light
                elif unit > next_unit or not unit:
                    found[next_unit * _SPAN + unit] = light * other.light
                for idea in units:
                    for next_idea in other.units:
                        if idea < next_idea:
                            found[CONCEPTUAL + idea * _SPAN + next_idea] = 1.0
                        elif idea > next_idea:
                            found[CONCEPTUAL + next_idea * _SPAN + idea] = 1.0
        return found


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
    bare = Features(names, weights, (), np.zeros(0), len(texts))
    tokens = {word: bare.token(word, meant[word], word in light) for word in vocabulary}
    bags = [tuple(tokens[word] for word in dict.fromkeys(text)) for text in texts]
    spread: dict[int, int] = {}
    lights: dict[int, float] = {}
    for bag in bags:
        for pair, lightness in bare.keys(bag).items():
            spread[pair] = spread.get(pair, 0) + 1
            lights[pair] = lightness
    pairs = sorted(pair for pair, count in spread.items() if count > 1)
    rarities = _rarity(len(texts), np.array([spread[pair] for pair in pairs], dtype=float))
    rarities *= np.array([lights[pair] for pair in pairs])
    features = Features(names, weights, pairs, rarities, len(texts))
    return features, tokens, [features.bag(bag) for bag in bags]


def _rarity(many: int, counts: Floats) -> Floats:
    return np.asarray((np.log((1 + many) / (1 + counts)) + 1) ** _DAMP)
