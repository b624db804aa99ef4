"""All that was learnt of one brand, as plain values. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.confidence import Confidence
from knowledge.features import Features
from knowledge.numbers import Floats, Lists, Small
from knowledge.signals import Shifts


@dataclass(frozen=True, slots=True)
class Tables:
    """What tells the articles apart: what each feature, pair and direction says of each, and its bias.

    `features` and `pairs` have a list a feature, of articles with values; `directions` is numbers x articles.
    """

    features: Lists
    pairs: Lists
    directions: Small
    biases: Floats
    confidence: Confidence

    @property
    def articles(self) -> int:
        """Return how many articles there are."""
        return len(self.biases)


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that was learnt of a brand: its articles, and what its texts change of the signals."""

    features: Features
    vocabulary: Sequence[str]
    tables: Tables
    shifts: Shifts
