"""Phrases of the word lists, found in a text's words. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

GAP = 4  # words that ` .. ` may stand for, at most


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of a list, as `written` there: it fires `label`, unless a veto of its `group` is over it."""

    label: str
    written: str
    group: str = ""
    veto: bool = False


_Waiting = tuple[tuple[str, ...], frozenset[str], Phrase]


class Phrases:
    """Many phrases behind one look-up a word.

    Each phrase waits under its rarest word, so that a text is not held against every phrase that begins
    with "saya".
    """

    def __init__(self, phrases: Iterable[Phrase], tokens: Callable[[str], Sequence[str]]) -> None:
        patterns = [(tuple(_pattern(phrase.written, tokens)), phrase) for phrase in phrases]
        common = Counter(part for pattern, _ in patterns for part in set(pattern))
        self._by_word: dict[str, list[_Waiting]] = {}
        self._by_start: dict[str, list[_Waiting]] = {}
        for pattern, phrase in patterns:
            parts = [part for part in pattern if part != ".."]
            if not parts:
                continue
            rarest = min(parts, key=lambda part: (common[part], -len(part), part))
            index = self._by_start if rarest.endswith("*") else self._by_word
            needed = frozenset(part for part in parts if not part.endswith("*"))
            index.setdefault(rarest.rstrip("*"), []).append((pattern, needed, phrase))
        self._starts = sorted({len(start) for start in self._by_start})

    def found(self, words: Sequence[str]) -> list[Phrase]:
        """Return the phrases that the words hold, where no veto of the same group stands over them."""
        hits: list[tuple[int, int, Phrase]] = []
        vetoes: list[tuple[int, int, str]] = []
        said: dict[str, list[int]] = {}
        for place, word in enumerate(words):
            said.setdefault(word, []).append(place)
        for pattern, needed, phrase in self._candidates(said):
            if not needed <= said.keys():
                continue
            for start, end in _places(pattern, words, said):
                if phrase.veto:
                    vetoes.append((start, end, phrase.group))
                else:
                    hits.append((start, end, phrase))
        if not vetoes:
            return [hit for _, _, hit in hits]
        return [
            hit for start, end, hit in hits if not any(_over(start, end, hit.group, veto) for veto in vetoes)
        ]

    def _candidates(self, words: Iterable[str]) -> Iterator[_Waiting]:
        for word in words:
            if word in self._by_word:
                yield from self._by_word[word]
            for length in self._starts:
                if length > len(word):
                    break
                if word[:length] in self._by_start:
                    yield from self._by_start[word[:length]]


def _over(start: int, end: int, group: str, veto: tuple[int, int, str]) -> bool:
    return veto[2] == group and veto[0] < end and start < veto[1]


def _pattern(written: str, tokens: Callable[[str], Sequence[str]]) -> Iterator[str]:
    for word in written.split():
        if word == "..":
            yield word
        elif word.endswith("*"):
            yield word.lower()
        else:
            yield from tokens(word)


def _places(
    pattern: Sequence[str], words: Sequence[str], said: Mapping[str, Sequence[int]]
) -> Iterator[tuple[int, int]]:
    """Yield where the pattern begins and ends; `said` has the places of each word."""
    first = pattern[0]
    if first[-1] == "*":
        begins = sorted(place for word in said if word.startswith(first[:-1]) for place in said[word])
    else:
        begins = list(said.get(first, ()))
    for place in begins:
        end = _end(pattern, words, place)
        if end is not None:
            yield place, end


def _end(pattern: Sequence[str], words: Sequence[str], place: int) -> int | None:
    """Return where the pattern that begins at `place` ends first; None where it does not hold."""
    ends = {place + 1}
    gap = 0
    for part in pattern[1:]:
        if part == "..":
            gap = GAP
            continue
        ends = {
            reached + 1
            for at in ends
            for reached in range(at, min(at + gap + 1, len(words)))
            if words[reached] == part or (part[-1] == "*" and words[reached].startswith(part[:-1]))
        }
        gap = 0
    return min(ends, default=None)
