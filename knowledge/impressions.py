"""What a reply of staff reads as by all its words: rude, or a promise. Pure."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from knowledge.numbers import Flags, Floats, Ints
from knowledge.text import normalise, tokens
from knowledge.vocabulary import Reader

KINDS = ("rude", "promise")
_CLAUSE = re.compile(r"(?<=[.!?;\n])\s+|\n+|,\s+(?=tapi|tp|namun|but|however)")
_FEWEST = 4  # words that a text or a clause holds at least to be judged by them alone
_REASONS = 3
_SHORT = 4
_RUNS = (4, 6, 8)  # letters of the runs that a text is judged by, across its words
_PIECE = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[?!.,]")

Names = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Impression:
    """What a text reads as: the chance of it, and the words that spoke for it most."""

    chance: float
    words: str


@dataclass(frozen=True, slots=True)
class Impressions:
    """Judges replies. `names` are what was learnt, in order; `rarities` and, of each kind, `weights` are
    theirs. `unknown` is the rarity of any other name. The weights, in a text of length 1, and the bias of
    the kind make log-odds; 0 is where it is worth a hint.
    """

    names: Names
    rarities: Floats
    unknown: float
    weights: Mapping[str, Floats]
    biases: Mapping[str, float]

    def scores(self, text: str, reader: Reader) -> dict[str, float]:
        """Return the log-odds of each kind."""
        named = reply_names(text, reader)
        if not len(named):
            return dict.fromkeys(self.weights, -math.inf)
        _, known = self._places(named)
        rarities = self.rarities[known]
        length = math.sqrt(float(rarities @ rarities) + (len(named) - len(known)) * self.unknown**2)
        return {
            kind: float(weights[known] @ rarities) / length + self.biases[kind]
            for kind, weights in self.weights.items()
        }

    def of(self, text: str, reader: Reader) -> dict[str, Impression]:
        """Return what a text seems to be by all its words, or one of its clauses by its own."""
        found: dict[str, tuple[float, str]] = {}
        for part in with_clauses(text):
            if len(tokens(normalise(part), {})) < _FEWEST:
                continue
            for kind, score in self.scores(part, reader).items():
                if score >= 0 and (kind not in found or score > found[kind][0]):
                    found[kind] = score, part
        return {
            kind: Impression(chance(score), self._reasons(part, kind))
            for kind, (score, part) in found.items()
        }

    def _places(self, named: Names) -> tuple[Flags, Ints]:
        """Return which of the names were learnt, and where those stand."""
        place = np.minimum(np.searchsorted(self.names, named), len(self.names) - 1)
        is_known = self.names[place] == named
        return is_known, place[is_known]

    def _reasons(self, text: str, kind: str) -> str:
        """Return the words that spoke for it most, by themselves and with their neighbours, in order."""
        words = list(dict.fromkeys(tokens(normalise(text), {})))
        pairs = list(zip(["^", *words], words, strict=False))
        said = np.zeros(len(words))
        for named in ([f"={word}" for word in words], [f"{a} {b}" for a, b in pairs]):
            is_known, place = self._places(_numbers(named))
            said[is_known] += self.weights[kind][place] * self.rarities[place]
        telling = sorted(np.argsort(-said, kind="stable")[:_REASONS])
        return " ".join(words[at] for at in telling if said[at] > 0)


def chance(score: float) -> float:
    """Return the chance, between 0 and 1, that log-odds stand for."""
    return 1 / (1 + math.exp(-min(max(score, -30.0), 30.0)))


def with_clauses(text: str) -> list[str]:
    """Return a text and each of its clauses, as it is judged."""
    return list(dict.fromkeys((text, *clauses(text))))


def clauses(text: str) -> list[str]:
    """Return the parts of a text that stand for themselves."""
    return [part for part in _CLAUSE.split(text) if part.strip()]


def reply_names(text: str, reader: Reader) -> Names:
    """Return the names that a reply is judged by, as numbers in order: its words and marks, neighbours,
    those with one between, and runs of letters that go across words, so that a turn of phrase counts
    whichever endings its words have.
    """
    words = reply_words(text, reader)
    if not words:
        return np.array([], dtype=np.uint32)
    plain = f" {' '.join(_PIECE.findall(normalise(text)))} "
    named = [f"={word}" for word in words]
    named += [f"{a} {b}" for a, b in zip(["^", *words], words, strict=False)]
    named += [f"{a} _ {b}" for a, b in zip(words, words[2:], strict=False)]
    named += [f"#{plain[at : at + size]}" for size in _RUNS for at in range(len(plain) - size + 1)]
    return np.unique(_numbers(named))


def _numbers(named: Sequence[str]) -> Names:
    return np.array([crc32(name.encode()) for name in named], dtype=np.uint32)


def reply_words(text: str, reader: Reader) -> Sequence[str]:
    """Return the words of a reply as they were written, and marks.

    "lu" and "Anda" differ in nothing but tone, so slang stands beside the standard word that it is for.
    The marks say how the text begins and ends, and whether it asks, is loud, or is short.
    """
    plain = normalise(text)
    words = tokens(plain, {})
    if not words:
        return []
    standard = [f"+{word}" for word in tokens(plain, reader.lexicon) if word not in words]
    marks = [mark for sign, mark in (("?", "~asks"), ("!", "~loud")) if sign in text]
    short = ["~short"] if len(words) <= _SHORT else []
    return [*words, *marks, *short, f"<{words[0]}", f"{words[-1]}>", *standard]
