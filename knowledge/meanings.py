"""Words as points in a space where words of the same need lie near one another. Pure."""

from collections.abc import Sequence

import numpy as np

from knowledge.numbers import Floats, Small
from knowledge.text import stem


class Meanings:
    """The points of words, learnt once from needs that were put in several ways.

    `names` holds words ("=kirim") and concepts ("@deliver"); a word that was not met lies between its
    concepts.
    """

    def __init__(self, names: Sequence[str], points: Small) -> None:
        self.names = names
        self.points = points
        self._place = {name: place for place, name in enumerate(names)}

    @property
    def size(self) -> int:
        """Return the numbers a point has."""
        return int(self.points.shape[1])

    def of(self, word: str, concepts: Sequence[str]) -> Small:
        """Return the word's point, of length 1; zero where nothing is known of it."""
        place = self._place.get(f"={stem(word)}", -1)
        if place >= 0:
            return np.asarray(self.points[place])
        near = [self._place[name] for name in (f"@{concept}" for concept in concepts) if name in self._place]
        between = self.points[near].sum(axis=0)
        return np.asarray(between / (float(between @ between) ** 0.5 or 1.0), dtype=np.float32)


def direction(points: Sequence[Small], weights: Sequence[float], size: int) -> Floats:
    """Return where a text of these words lies, as a direction of length 1; zero where no word is known."""
    if not points:
        return np.zeros(size)
    together = np.asarray(weights) @ np.asarray(points, dtype=np.float64)
    return np.asarray(together / (float(together @ together) ** 0.5 or 1.0))
