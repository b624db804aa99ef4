"""Misspelt words brought back to words that the brand uses. Pure."""

from collections import Counter
from collections.abc import Callable, Sequence

from rapidfuzz.distance import OSA

from knowledge.text import grams

_NEAR = 12  # vocabulary words tried as what a strange word was meant to be
_COMMON = 400  # words that share a run of letters, from which on the run says nothing
_VOWELS = str.maketrans("", "", "aeiou")
_CLITICS = ("nya", "kah", "lah", "pun", "ku", "mu", "in", "an")


class Spelling:
    """Finds the vocabulary's word that a strange word was most likely meant to be."""

    def __init__(self, vocabulary: Sequence[str], is_right: Callable[[str], bool]) -> None:
        """Take the brand's words, and what says of any other word that it is right as it stands."""
        self._known = frozenset(vocabulary)
        self._is_right = is_right
        self._bones: dict[str, list[str]] = {}
        self._spelt: dict[str, list[str]] = {}
        for word in sorted(self._known):
            if len(word) >= 3 and word.isalpha():
                self._bones.setdefault(bones(word), []).append(word)
                for gram in grams(word):
                    self._spelt.setdefault(gram, []).append(word)

    def repaired(self, word: str) -> str:
        """Return the word of the brand that was meant, or the word itself where none is near enough."""
        if word in self._known or len(word) < 3 or not word.isalpha():
            return word
        for clitic in _CLITICS:
            if word.endswith(clitic) and word[: -len(clitic)] in self._known and len(word) - len(clitic) >= 4:
                return word[: -len(clitic)]
        if self._is_right(word):
            return word
        short = squeezed(word)
        if short in self._known:
            return short
        shape = bones(short)
        candidates = set(self._similar(short))
        if len(shape) >= 3:
            candidates.update(self._bones.get(shape, ()))
        best = min(((_cost(short, shape, w) / len(w), w) for w in candidates), default=(1.0, word))
        return best[1] if best[0] * len(best[1]) <= _allowed(short) else word

    def _similar(self, word: str) -> list[str]:
        """Return the words that share most of their letters with it."""
        shared: Counter[str] = Counter()
        for gram in grams(word):
            holders = self._spelt.get(gram, ())
            if len(holders) <= _COMMON:
                shared.update(dict.fromkeys(holders, 1))
        likest = sorted(shared, key=lambda w: (-shared[w] / (len(w) + len(word)), w))
        return likest[:_NEAR]


def squeezed(word: str) -> str:
    """Return the word with doubled letters made one."""
    return "".join(letter for at, letter in enumerate(word) if not at or letter != word[at - 1])


def bones(word: str) -> str:
    """Return the word's first letter and its consonants."""
    return word[:1] + squeezed(word)[1:].translate(_VOWELS)


def _cost(word: str, shape: str, candidate: str) -> float:
    distance = OSA.distance(word, candidate, score_cutoff=5)
    if bones(candidate) == shape:
        return distance / 2
    return float(distance) if len(word) > 4 or word[0] == candidate[0] else 9.0


def _allowed(word: str) -> float:
    return 1.0 if len(word) < 8 else 2.0
