"""Phrases of the word lists, found in a text's words. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

GAP = 4  # words that ` .. ` may stand for, at most


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of a list: `label` says what it fires, `written` is how the list writes it."""

    label: str
    written: str
    veto: bool = False


class Phrases:
    """Many phrases behind one look-up by first word, so that a text costs the same however many there are."""

    def __init__(self, phrases: Iterable[Phrase], tokens: Callable[[str], Sequence[str]]) -> None:
        self._by_word: dict[str, list[tuple[tuple[str, ...], Phrase]]] = {}
        self._by_start: dict[str, list[tuple[tuple[str, ...], Phrase]]] = {}
        for phrase in phrases:
            pattern = tuple(_pattern(phrase.written, tokens))
            if not pattern:
                continue
            first = pattern[0]
            index = self._by_start if first.endswith("*") else self._by_word
            index.setdefault(first.rstrip("*"), []).append((pattern, phrase))
        self._starts = sorted({len(start) for start in self._by_start})

    def found(self, words: Sequence[str]) -> list[Phrase]:
        """Return the phrases that the words hold, with no veto standing over the same words."""
        hits: list[tuple[int, int, Phrase]] = []
        vetoes: list[tuple[int, int, str]] = []
        for place, word in enumerate(words):
            candidates = self._by_word.get(word, ())
            for length in self._starts:
                if length > len(word):
                    break
                if started := self._by_start.get(word[:length]):
                    candidates = (*candidates, *started)
            for pattern, phrase in candidates:
                end = _end(pattern, words, place)
                if end is None:
                    continue
                if phrase.veto:
                    vetoes.append((place, end, phrase.label))
                else:
                    hits.append((place, end, phrase))
        return [hit for start, end, hit in hits if not any(_over(start, end, hit.label, veto) for veto in vetoes)]


def _over(start: int, end: int, label: str, veto: tuple[int, int, str]) -> bool:
    return veto[2] == label and veto[0] < end and start < veto[1]


def _pattern(written: str, tokens: Callable[[str], Sequence[str]]) -> Iterator[str]:
    for word in written.split():
        if word == "..":
            yield word
        elif word.endswith("*"):
            yield word.lower()
        else:
            yield from tokens(word)


def _end(pattern: Sequence[str], words: Sequence[str], place: int) -> int | None:
    """Return where the pattern that begins at `place` ends, or None where it does not hold."""
    at = place + 1
    gap = 0
    for part in pattern[1:]:
        if part == "..":
            gap = GAP
            continue
        stop = min(at + gap + 1, len(words))
        at = next((i + 1 for i in range(at, stop) if _same(part, words[i])), 0)
        if not at:
            return None
        gap = 0
    return at


def _same(part: str, word: str) -> bool:
    return word.startswith(part[:-1]) if part.endswith("*") else word == part
