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

    def __init__(
        self,
        listed: Mapping[str, Sequence[str]],
        grammar: Iterable[str],
        slang: Mapping[str, str],
        texts: Iterable[Sequence[str]],
    ) -> None:
        indonesian = {*listed.get(_ID, ()), *slang}
        english = set(listed.get(_EN, ()))
        both = indonesian & english
        self._weights = {word: -_LISTED for word in indonesian} | dict.fromkeys(english, _BORROWED)
        self._weights |= dict.fromkeys(english.intersection(grammar), _LISTED)
        self._weights |= dict.fromkeys(both, 0.0)
        self._grams: dict[str, float] = {}
        learnt: dict[str, Counter[str]] = {_ID: Counter(indonesian - both), _EN: Counter(english - both)}
        for words in texts:
            score = sum(self._weights.get(word, 0.0) for word in words)
            if abs(score) >= _LISTED + _BORROWED:
                learnt[_EN if score > 0 else _ID].update(set(words))
        self._learn(learnt)

    def _learn(self, learnt: Mapping[str, Counter[str]]) -> None:
        """Weigh words that texts of one language hold, and the letters of all."""
        totals = {language: sum(words.values()) + 1.0 for language, words in learnt.items()}
        for word in set(learnt[_ID]) | set(learnt[_EN]):
            if word not in self._weights:
                ratio = (learnt[_EN][word] + 0.3) / totals[_EN] * totals[_ID] / (learnt[_ID][word] + 0.3)
                self._weights[word] = min(max(math.log(ratio), -_LISTED), _BORROWED)
        spelt = {language: Counter(g for w in sorted(words) for g in grams(w)) for language, words in learnt.items()}
        sizes = {language: sum(counts.values()) + 1.0 for language, counts in spelt.items()}
        for gram in set(spelt[_ID]) | set(spelt[_EN]):
            ratio = (spelt[_EN][gram] + 0.5) / sizes[_EN] * sizes[_ID] / (spelt[_ID][gram] + 0.5)
            self._grams[gram] = math.log(ratio)

    def of(self, words: Sequence[str], otherwise: str) -> str:
        """Return the language of the words, `otherwise` where nothing tells."""
        score = 0.0
        for word in words:
            weight = self._weights.get(word)
            score += self._strange(word) if weight is None else weight
        if abs(score) < 0.2:
            return otherwise
        return _EN if score > 0 else _ID

    def _strange(self, word: str) -> float:
        if not word.isalpha() or not word.isascii():
            return 0.0
        found = [self._grams.get(gram, 0.0) for gram in sorted(grams(word))]
        weight = min(max(sum(found) / len(found) * 1.5, -_MOST), _MOST / 2) if found else 0.0
        if len(self._weights) < _ROOM:
            self._weights[word] = weight
        return weight
