"""Which concepts of the word lists a word stands for. Pure."""

from collections.abc import Mapping, Sequence

_ROOM = 50_000  # words whose concepts are kept
_PREFIXES = ("meng", "meny", "mem", "men", "me", "di", "ber", "ter", "peng", "pem", "pen", "pe", "ke", "se")


class Concepts:
    """The concepts by word, and by a word's beginning where the list has a `*`."""

    def __init__(self, concepts: Mapping[str, Sequence[str]]) -> None:
        self._exact: dict[str, list[str]] = {}
        self._starts: dict[str, list[str]] = {}
        for concept in sorted(concepts):
            for member in concepts[concept]:
                index = self._starts if member.endswith("*") else self._exact
                index.setdefault(member.rstrip("*"), []).append(concept)
        self._met: dict[str, tuple[str, ...]] = {}
        self._lengths = sorted({len(start) for start in self._starts})

    def of(self, word: str) -> tuple[str, ...]:
        """Return the word's concepts, trying it without an Indonesian prefix where it has none of its own."""
        met = self._met.get(word)
        if met is not None:
            return met
        found = self._find(word)
        for prefix in _PREFIXES:
            if found:
                break
            if word.startswith(prefix) and len(word) - len(prefix) >= 3:
                found = self._find(word[len(prefix) :])
        if len(self._met) >= _ROOM:
            self._met.clear()
        self._met[word] = met = tuple(sorted(found))
        return met

    def _find(self, word: str) -> set[str]:
        found = set(self._exact.get(word, ()))
        for length in self._lengths:
            if length > len(word):
                break
            found.update(self._starts.get(word[:length], ()))
        return found
