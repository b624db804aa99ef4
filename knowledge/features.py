"""What texts are compared by: words, their letters, their concepts, and pairs of them. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from knowledge.numbers import Floats, Ints
from knowledge.text import grams, stem

WINDOW = 8  # words apart that still make a pair
SPELLING = 1.0  # the weight of a word's letters, and of its concepts, beside the word's own of 1
CONCEPTS = 1.0
PAIRS = 0.8  # the weight of pairs of words, and again of pairs of concepts, beside single words
_LIGHT = 0.5  # what grammar counts, beside a word that says something
_PLAIN = float(np.sqrt(1 + 2 * PAIRS**2))
_SPAN = 1 << 30
_NONE = np.zeros(0, dtype=np.int64)
_CONCEPTUAL = 1 << 60  # the numbers of pairs of concepts begin here

Described = tuple[Sequence[str], bool]


@dataclass(frozen=True, slots=True)
class Token:
    """A word as the model sees it.

    `places` are its known features, `values` theirs; `square` counts the unknown ones too, so that a
    strange word weighs. `unit` stands for the word in pairs, `idea` for its commonest concept, each -1 where
    the brand's texts do not have it.
    """

    places: Ints
    values: Floats
    weight: float
    square: float
    unit: int
    idea: int


@dataclass(frozen=True, slots=True)
class Pairs:
    """A text's known pairs with their values, for a text of length 1."""

    places: Ints
    values: Floats


@dataclass(frozen=True, slots=True)
class Features:
    """The features that a brand's texts have, each weighed by how few of its articles have it.

    `names` holds words ("=kirim"), runs of letters ("<ki") and concepts ("@deliver"), `pairs` numbers of two
    names, in order.
    """

    names: Sequence[str]
    rarities: Floats
    pairs: Ints
    pair_rarities: Floats
    unknown: float
    place: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "place", {name: place for place, name in enumerate(self.names)})

    def token(self, word: str, concepts: Sequence[str], light: bool) -> Token:
        """Return the word's features; `concepts` are what it stands for, `light` says that it says little."""
        place, rarities = self.place, self.rarities
        unit = place.get(f"={stem(word)}", -1)
        weight = (rarities.item(unit) if unit >= 0 else self.unknown) * (_LIGHT if light else 1.0)
        spelt, letters = self._known(grams(word), 1)
        meant, ideas = self._known([f"@{concept}" for concept in concepts], 2)
        own = np.array([unit] if unit >= 0 else [], dtype=np.int64)
        commonest = meant.item(int(ideas.argmin())) if len(meant) else -1
        return Token(
            places=np.concatenate([own, spelt, meant]),
            values=weight * np.concatenate([np.ones(len(own)), SPELLING * letters, CONCEPTS * ideas]),
            weight=weight,
            square=weight**2 * (1 + SPELLING**2 + (CONCEPTS**2 if concepts else 0.0)),
            unit=unit,
            idea=commonest if concepts else unit,
        )

    def _known(self, names: Iterable[str], power: int) -> tuple[Ints, Floats]:
        """Return the places of the known ones of the names, and their values, all of the names making 1."""
        found = [self.place.get(name, -1) for name in names]
        known = np.array([place for place in found if place >= 0], dtype=np.int64)
        values = self.rarities[known] ** power
        strange = (len(found) - len(known)) * self.unknown ** (2 * power)
        return known, values / (float(values @ values) + strange or 1.0) ** 0.5

    def length(self, tokens: Sequence[Token]) -> float:
        """Return what the values of a text's words are divided by."""
        return _PLAIN * (sum([token.square for token in tokens]) ** 0.5 or 1.0)

    def paired(self, tokens: Sequence[Token]) -> Pairs:
        """Return the pairs of a text's distinct words."""
        if len(tokens) < 2 or not len(self.pairs):
            return Pairs(np.zeros(0, dtype=np.int64), np.zeros(0))
        numbers, words, strange = pair_numbers(tokens)
        places = np.minimum(np.searchsorted(self.pairs, numbers), len(self.pairs) - 1)
        known = self.pairs[places] == numbers
        values = np.where(known, self.pair_rarities[places], self.unknown)
        squares = values**2
        for part, unknown in ((slice(0, words), strange[0]), (slice(words, None), strange[1])):
            length = float(squares[part].sum()) + unknown * self.unknown**2
            values[part] *= PAIRS / _PLAIN / (length**0.5 or 1.0)
        return Pairs(places[known], values[known])


def pair_numbers(tokens: Sequence[Token]) -> tuple[Ints, int, tuple[int, int]]:
    """Return the numbers of the pairs of words and then of concepts, and how many are of words.

    Last come how many pairs of words and of concepts have a strange part: those have no number.
    """
    first, second = _within_window(len(tokens))
    units = np.array([token.unit for token in tokens])
    words, strange = _numbered(units[first], units[second])
    ideas = np.array([token.idea for token in tokens])
    one, other = ideas[first], ideas[second]
    differ = (one != other) | (one < 0)
    concepts, strange_ideas = _numbered(one[differ], other[differ])
    return np.concatenate([words, concepts + _CONCEPTUAL]), len(words), (strange, strange_ideas)


@lru_cache(maxsize=256)
def _within_window(many: int) -> tuple[Ints, Ints]:
    """Return the places of all pairs of `many` words that stand near enough to one another."""
    first, second = np.triu_indices(many, 1)
    near = second - first <= WINDOW
    return first[near], second[near]


def _numbered(one: Ints, other: Ints) -> tuple[Ints, int]:
    """Return the numbers of pairs once each, and how many pairs have none for being strange."""
    low = np.minimum(one, other)
    numbers = np.sort((low * _SPAN + np.maximum(one, other))[low >= 0])
    strange = len(low) - len(numbers)
    if len(numbers) > 1:
        numbers = numbers[np.concatenate([[True], numbers[1:] != numbers[:-1]])]
    return numbers, strange


def learn_features(
    texts: Sequence[Sequence[str]], owners: Sequence[int], described: Mapping[str, Described]
) -> tuple[Features, Mapping[str, Token]]:
    """Return the features of a brand's texts and its vocabulary.

    `texts` holds each text's distinct words, `owners` its article. A feature that every article has says
    little, however often it stands in one article: so it is articles that are counted, not texts.
    """
    spoken: dict[int, set[str]] = {}
    for words, owner in zip(texts, owners, strict=True):
        spoken.setdefault(owner, set()).update(words)
    spread: Counter[str] = Counter()
    for own in spoken.values():
        spread.update({name for word in own for name in _names(word, described[word][0])})
    articles = len(spoken)
    names = sorted(spread)
    unknown = float(_rarity(articles, np.zeros(1))[0])
    rarities = _rarity(articles, np.array([spread[name] for name in names], dtype=float))
    bare = Features(names, rarities, np.zeros(0, dtype=np.int64), np.zeros(0), unknown)
    tokens = {word: bare.token(word, *described[word]) for word in sorted(described)}
    shared: dict[int, list[Ints]] = {}
    for words, owner in zip(texts, owners, strict=True):
        if len(words) > 1:
            shared.setdefault(owner, []).append(pair_numbers([tokens[word] for word in words])[0])
    by_article = [np.unique(np.concatenate(numbers)) for numbers in shared.values()]
    pairs, counts = np.unique(np.concatenate([_NONE, *by_article]), return_counts=True)
    features = Features(names, rarities, pairs, _rarity(articles, counts.astype(float)), unknown)
    return features, tokens


def _names(word: str, concepts: Sequence[str]) -> list[str]:
    return [f"={stem(word)}", *grams(word), *(f"@{concept}" for concept in concepts)]


def _rarity(many: int, counts: Floats) -> Floats:
    return np.asarray(np.log((1 + many) / (1 + counts)) + 1)
