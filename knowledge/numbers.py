"""The kinds of arrays that this room passes around. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Small = NDArray[np.float32]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_ROOM = 4_000_000  # numbers up to which rows are kept instead of lists: a few times quicker, and larger


@dataclass(frozen=True, slots=True)
class Lists:
    """Many short lists of numbers in one array, by place: list i lies from `starts[i]` to `starts[i + 1]`."""

    starts: Ints
    items: NDArray[np.int32]
    values: Small

    def dense(self, many: int) -> Small:
        """Return the lists as rows of length `many`."""
        rows = np.zeros((len(self.starts) - 1, many), dtype=np.float32)
        rows[np.repeat(np.arange(len(rows)), np.diff(self.starts)), self.items] = self.values
        return rows

    def gathered(self, places: Ints, weights: Floats, many: int) -> Floats:
        """Return the weighted sum of the lists at `places`, as an array of length `many`."""
        starts = self.starts[places]
        sizes = self.starts[places + 1] - starts
        total = int(sizes.sum())
        if not total:
            return np.zeros(many)
        shift = np.repeat(starts - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes)
        at = shift + np.arange(total)
        said = self.values[at] * np.repeat(weights, sizes)
        return np.bincount(self.items[at], said, many).astype(np.float64)


class Sayings:
    """What each of many features says of each of `articles`, summed for the features of one text."""

    def __init__(self, lists: Lists, articles: int) -> None:
        self._lists = lists
        self._articles = articles
        self._rows = lists.dense(articles) if (len(lists.starts) - 1) * articles <= _ROOM else None

    def of(self, places: Ints, weights: Floats) -> Floats:
        """Return the weighted sum of what the features at `places` say."""
        if self._rows is not None:
            return np.asarray(weights @ self._rows[places])
        return self._lists.gathered(places, weights, self._articles)
