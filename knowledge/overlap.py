"""How much a text shares with each text of the brand. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.features import Bag, Features, Floats, Ints, Token

_FAINT = 1e-3  # a likeness below it is not kept


@dataclass(frozen=True, slots=True)
class Mix:
    """How the kinds of likeness are weighed: concepts against letters, pairs against words."""

    meaning: float
    pairs: float


@dataclass(frozen=True, slots=True)
class Shared:
    """What one text shares with every text of the brand, before any weighing."""

    spelling: Floats
    meaning: Floats
    worded: Floats
    conceived: Floats


class Lists:
    """Many short lists of numbers in one array, by place."""

    def __init__(self, starts: Ints, items: Ints, values: Floats) -> None:
        self.starts, self.items, self.values = starts, items, values

    @classmethod
    def inverted(cls, lists: Sequence[tuple[Ints, Floats]], many: int) -> "Lists":
        """Return, for each of `many` items, which lists hold it and with what value."""
        sizes = np.array([len(items) for items, _ in lists], dtype=np.int64)
        holders = np.repeat(np.arange(len(lists)), sizes)
        items = np.concatenate([np.zeros(0, dtype=np.int64), *(items for items, _ in lists)])
        values = np.concatenate([np.zeros(0), *(values for _, values in lists)])
        order = np.argsort(items, kind="stable")
        starts = np.searchsorted(items[order], np.arange(many + 1))
        return cls(starts, holders[order], values[order])

    def gathered(self, places: Ints, weights: Floats, many: int) -> Floats:
        """Return the weighted sum of the lists at `places`, as an array of length `many`."""
        starts, sizes = self.starts[places], self.starts[places + 1] - self.starts[places]
        total = int(sizes.sum())
        if not total:
            return np.zeros(many)
        shift = np.repeat(starts - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes)
        at = shift + np.arange(total)
        summed = np.bincount(self.items[at], self.values[at] * np.repeat(weights, sizes), many)
        return summed.astype(np.float64)


class Overlap:
    """The brand's texts, indexed by what they share."""

    def __init__(self, vocabulary: Mapping[str, Token], bags: Sequence[Bag], features: Features) -> None:
        self.tokens = list(vocabulary.values())
        self.place = {id(token): place for place, token in enumerate(self.tokens)}
        self.bags = bags
        self.features = Lists.inverted([(t.parts, t.values) for t in self.tokens], len(features.names))
        self.rarities = features.rarities
        self.by_concept = features.by_concept
        pairs = [np.array(bag.pairs, dtype=np.int64) for bag in bags]
        self.pairs = Lists.inverted([(p, features.rarities[p]) for p in pairs], len(features.pairs))
        self.words = [np.array([self.place[id(t)] for t in bag.tokens], dtype=np.int64) for bag in bags]
        self.all_words = np.concatenate([np.zeros(0, dtype=np.int64), *self.words])
        self.starts = np.concatenate([[0], np.cumsum([len(words) for words in self.words])]).astype(np.int64)
        self.spelling = np.array([sum(t.spelling for t in bag.tokens) for bag in bags])
        self.meaning = np.array([sum(t.meaning for t in bag.tokens) for bag in bags])
        self.worded = np.array([bag.worded for bag in bags])
        self.conceived = np.array([bag.conceived for bag in bags])
        self._kin: dict[int, tuple[Ints, Floats, Floats]] = {}

    def likeness(self, token: Token) -> tuple[Floats, Floats]:
        """Return how like the word is to each of the vocabulary, by letters and by concepts."""
        many, cut = len(self.tokens), token.spelled
        return (
            self.features.gathered(token.parts[:cut], token.values[:cut], many),
            self.features.gathered(token.parts[cut:], token.values[cut:], many),
        )

    def row(self, text: int) -> Shared:
        """Return what the brand's text number `text` shares with all of them."""
        many = len(self.tokens)
        kin = [self._kind(place) for place in self.words[text]]
        ids = np.concatenate([np.zeros(0, dtype=np.int64), *(k[0] for k in kin)])
        spelling = np.bincount(ids, np.concatenate([np.zeros(0), *(k[1] for k in kin)]), many).astype(
            np.float64
        )
        meaning = np.bincount(ids, np.concatenate([np.zeros(0), *(k[2] for k in kin)]), many).astype(
            np.float64
        )
        bag = self.bags[text]
        return Shared(
            spelling=self.by_text(spelling),
            meaning=self.by_text(meaning),
            worded=self._by_pairs(bag, ideas=False),
            conceived=self._by_pairs(bag, ideas=True),
        )

    def _by_pairs(self, bag: Bag, *, ideas: bool) -> Floats:
        places = np.array(bag.pairs, dtype=np.int64)
        places = places[self.by_concept[places] == ideas]
        return self.pairs.gathered(places, self.rarities[places], len(self.bags))

    def by_text(self, by_word: Floats) -> Floats:
        """Sum a value of each vocabulary word over each text's words."""
        sums = np.concatenate([[0.0], np.cumsum(by_word[self.all_words])])
        return np.asarray(sums[self.starts[1:]] - sums[self.starts[:-1]])

    def _kind(self, place: int) -> tuple[Ints, Floats, Floats]:
        if place not in self._kin:
            spelling, meaning = self.likeness(self.tokens[place])
            near = np.flatnonzero(spelling + meaning > _FAINT)
            self._kin[place] = (near, spelling[near], meaning[near])
        return self._kin[place]

    def kinship(self, place: int, mix: Mix, lengths: Floats) -> Floats:
        """Return the cosine of a vocabulary word with each of them; `lengths` are theirs under the mix."""
        near, spelling, meaning = self._kind(place)
        full = np.zeros(len(self.tokens))
        full[near] = (spelling + mix.meaning**2 * meaning) / (lengths[near] * lengths[place])
        return full

    def lengths(self, mix: Mix) -> Floats:
        """Return the length of each vocabulary word under the mix."""
        return np.sqrt([t.spelling + mix.meaning**2 * t.meaning for t in self.tokens]) + 1e-12

    def text_lengths(self, mix: Mix) -> tuple[Floats, Floats]:
        """Return the length of each text under the mix, by its words and by its pairs."""
        square = mix.meaning**2
        return (
            np.sqrt(self.spelling + square * self.meaning) + 1e-12,
            np.sqrt(self.worded + square * self.conceived) + 1e-12,
        )

    def sketches(self, mix: Mix, size: int) -> NDArray[np.float32]:
        """Return each text as `size` numbers whose products are near to the texts' likeness under the mix.

        Each feature is added to one of the numbers, chosen with its sign by its own number (a count sketch).
        """
        words, pairs = self.text_lengths(mix)
        by_word, by_pair = 1 / (1 + mix.pairs), mix.pairs / (1 + mix.pairs)
        result = np.zeros((len(self.bags), size), dtype=np.float32)
        weights = self.rarities * np.where(self.by_concept, mix.meaning, 1.0)
        for text, bag in enumerate(self.bags):
            parts = [t.parts for t in bag.tokens]
            values = [_scaled(t, mix.meaning) for t in bag.tokens]
            places = np.array(bag.pairs, dtype=np.int64)
            ids = np.concatenate([np.zeros(0, dtype=np.int64), *parts, places + len(self.features.starts)])
            said = np.concatenate([np.zeros(0), *values]) * (by_word**0.5 / words[text])
            both = np.concatenate([said, weights[places] * (by_pair**0.5 / pairs[text])])
            mixed = (ids * 2654435761 + 97) % (1 << 32)
            sign = np.where(mixed & (1 << 31), 1.0, -1.0)
            result[text] = np.bincount((mixed >> 7) % size, both * sign, size)
        return result


def _scaled(token: Token, meaning: float) -> Floats:
    values = token.values.copy()
    values[token.spelled :] *= meaning
    return values
