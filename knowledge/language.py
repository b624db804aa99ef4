"""Which language a text is written in, from its words and, for words nobody listed, their letters. Pure."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from knowledge.article import LANGUAGES
from knowledge.text import grams

_LISTED = 2.5  # what a word of one language's list weighs
_BORROWED = 1.0  # what an English noun or verb weighs: Indonesian chat borrows them, but not the grammar
_MOST = 1.5  # what a word nobody listed weighs at most
_ROOM = 50_000

_ID, _EN = LANGUAGES


class Languages:
    """Tells Indonesian from English; every weight is above zero where English is likelier."""

    def __init__(self, weights: Mapping[str, float], spelling: Mapping[str, float]) -> None:
        self.weights = dict(weights)
        self.spelling = dict(spelling)

    @classmethod
    def learnt(
        cls,
        listed: Mapping[str, Sequence[str]],
        grammar: Iterable[str],
        slang: Mapping[str, str],
        texts: Iterable[tuple[str, Sequence[str]]],
    ) -> "Languages":
        """Learn from the lists, the lexicon's slang, and the words of texts whose language is known."""
        indonesian = {*listed.get(_ID, ()), *slang}
        english = set(listed.get(_EN, ()))
        both = indonesian & english
        weights = dict.fromkeys(indonesian, -_LISTED) | dict.fromkeys(english, _BORROWED)
        weights |= dict.fromkeys(english.intersection(grammar), _LISTED)
        weights |= dict.fromkeys(both, 0.0)
        learnt: dict[str, Counter[str]] = {_ID: Counter(indonesian - both), _EN: Counter(english - both)}
        for language, words in texts:
            learnt[language].update(set(words))
        for word, ratio in _ratios(learnt, 0.3).items():
            weights.setdefault(word, min(max(ratio, -_LISTED), _BORROWED))
        spelt = {
            language: Counter(gram for word in sorted(words) for gram in grams(word))
            for language, words in learnt.items()
        }
        return cls(weights, _ratios(spelt, 0.5))

    def of(self, words: Sequence[str], otherwise: str) -> str:
        """Return the language of the words, `otherwise` where nothing tells."""
        score = 0.0
        for word in words:
            weight = self.weights.get(word)
            score += self._strange(word) if weight is None else weight
        if abs(score) < 0.2:
            return otherwise
        return _EN if score > 0 else _ID

    def _strange(self, word: str) -> float:
        if not word.isalpha() or not word.isascii():
            return 0.0
        found = [self.spelling.get(gram, 0.0) for gram in grams(word)]
        weight = min(max(sum(found) / len(found) * 1.5, -_MOST), _MOST / 2) if found else 0.0
        if len(self.weights) < _ROOM:
            self.weights[word] = weight
        return weight


def _ratios(counts: Mapping[str, Counter[str]], smooth: float) -> dict[str, float]:
    """Return for each item how much likelier English is, as a logarithm."""
    english, indonesian = counts[_EN], counts[_ID]
    shift = math.log((sum(indonesian.values()) + 1.0) / (sum(english.values()) + 1.0))
    return {
        item: math.log((english[item] + smooth) / (indonesian[item] + smooth)) + shift
        for item in sorted({*english, *indonesian})
    }
