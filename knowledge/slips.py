"""Words that somebody misspelt in haste, each with the word that was meant. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set

from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge.text import normalise

SHORTEST = 4  # letters that a word has at least to be looked at, and one more that what was meant has
_SHORT, _LONG = 7, 11  # letters from which on any letter may stand for another, and two may be wrong
_NEAREST = 8
# By letters from how many on, how many texts hold a word that others may be misspelt from: the longer it is,
# the less likely another word lies so near to it.
_COMMON = ((9, 1), (7, 2), (SHORTEST + 1, 5))
_WORD = re.compile(
    rf"(?<![\w@./'-])[^\W\d_]{{{SHORTEST},}}(?![\w@/']|-(?!(?:nya|ku|mu|lah|kah|pun|an)\b)|\.\w)"
)
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_KEYS = {key: (x, y) for y, row in enumerate(_ROWS) for x, key in enumerate(row)}
_BESIDE = {(-1, 0), (1, 0), (0, -1), (1, -1), (0, 1), (-1, 1)}
_AFFIXES = re.compile(
    r"(?:di|ke|se|ber|ter|per|pe|pem|pen|peng|me|mem|men|meng|meny)?(.{4,}?)(?:kan|an|i|nya|lah|kah|pun|ku|mu)?"
)
_ASSIMILATED = {"men": "t", "mem": "p", "meny": "s", "meng": "k"}
_PREFIXES = ("meng", "meny", "men", "mem", "me", "ber", "ter", "di", "se", "ke", "pe", "un", "re")
_CLITICS = ("nya", "kan", "kah", "lah", "pun", "an", "ku", "mu", "i")
_ENGLISH = ("s", "es", "d", "ed", "ing", "er", "ers", "ly", "y", "e")
_ENDINGS = frozenset({"", *_CLITICS, *_ENGLISH, "in", "annya", "kannya"})


class Slips:
    """Tells slips of the fingers from words that it does not know."""

    def __init__(self, right: Set[str], counts: Mapping[str, int], names: frozenset[str]) -> None:
        """Take the words that are right as they stand, in how many texts each of the others stands, which
        are right too, and the brand's names.
        """
        self._right = right | counts.keys()
        self._names = names
        meant: dict[str, list[str]] = {}
        for word in sorted(counts, key=lambda word: (-counts[word], word)):
            least = next((least for size, least in _COMMON if len(word) >= size), None)
            if least is not None and counts[word] >= least and word.isalpha():
                meant.setdefault(word[0], []).append(word)
        self._meant = meant

    def find(self, text: str, names: Sequence[str] = ()) -> list[tuple[str, str]]:
        """Return the words that are likely misspelt, each with the word that was meant.

        A word with a capital inside a sentence is a name: only one of the brand's, or of `names`, is told
        from its misspelling.
        """
        ours = self._names.union(*(name.split() for name in names))
        found: dict[str, str] = {}
        for hit in _WORD.finditer(text):
            word, plain = hit[0], normalise(hit[0])
            if word in ours or self._stands(plain):
                continue
            if word != word.lower() and not (begins(text, hit.start()) or word.isupper()):
                near = [name for name in ours if len(name) > SHORTEST and OSA.distance(word, name) == 1]
                found |= {word: min(near)} if near else {}
                continue
            meant = self._nearest(plain) or self._nearest_under_ending(plain)
            if meant is not None:
                found[word] = meant
        return list(found.items())

    def _stands(self, word: str) -> bool:
        """Say whether a word is right: known as it is, or under its affixes."""
        return word in self._right or any(stem in self._right for stem in _stems(word))

    def _nearest(self, word: str) -> str | None:
        """Return the word that it was most likely meant to be; the first letter is seldom wrong."""
        most = 1 if len(word) < _LONG else 2
        near = process.extract(
            word, self._meant.get(word[0], ()), scorer=OSA.distance, score_cutoff=most, limit=_NEAREST
        )
        return next((meant for meant, *_ in near if _is_slip(word, meant)), None)

    def _nearest_under_ending(self, word: str) -> str | None:
        for clitic in _CLITICS:
            stem = word.removesuffix(clitic)
            if stem != word and len(stem) > SHORTEST:
                meant = self._nearest(stem)
                if meant is not None and not f"{meant}{clitic}".startswith(word):
                    return f"{meant}{clitic}"
        return None


def names_in(text: str) -> Iterator[str]:
    """Return the words that a text writes as names."""
    for hit in _WORD.finditer(text):
        if hit[0][0].isupper() and not hit[0].isupper() and not begins(text, hit.start()):
            yield hit[0]


def begins(text: str, start: int) -> bool:
    """Say whether a sentence begins there, where every word has a capital."""
    before = text[:start].rstrip()
    return not before or before[-1] in ".!?:\n" or "\n" in text[len(before) : start]


def _is_slip(word: str, meant: str) -> bool:
    """Say whether a word looks like another that was typed in haste, and not like a word of its own.

    In a short word letters are swapped, left out or doubled, or their neighbours on the keyboard are hit;
    any letter for any other makes too many words of another meaning. Another form of a word is none.
    """
    if meant.startswith(word) and len(word) < _SHORT:
        return False
    if word.startswith(meant) and word[-1] != word[-2]:
        return False
    if len(word) == len(meant) < _SHORT and sorted(word) != sorted(meant):
        pairs = zip(word, meant, strict=True)
        if not all(_are_neighbours(typed, right) for typed, right in pairs if typed != right):
            return False
    return not _are_forms_of_one(word, meant)


def _are_neighbours(one: str, other: str) -> bool:
    (x, y), (u, v) = _KEYS.get(one, (99, 99)), _KEYS.get(other, (-99, -99))
    return (u - x, v - y) in _BESIDE


def _are_forms_of_one(word: str, meant: str) -> bool:
    shared = next((at for at, (a, b) in enumerate(zip(word, meant, strict=False)) if a != b), None)
    shared = min(len(word), len(meant)) if shared is None else shared
    return any(word[at:] in _ENDINGS and meant[at:] in _ENDINGS for at in range(3, shared + 1))


def _stems(word: str) -> Iterator[str]:
    """Return what a word may be made of, of four letters or more."""
    found = _AFFIXES.fullmatch(word)
    stems = [found[1]] if found and found[1] != word else []
    stems += [word.removesuffix(ending) for ending in (*_CLITICS, *_ENGLISH) if word.endswith(ending)]
    for front in _PREFIXES:
        if word.startswith(front):
            stem = word.removeprefix(front)
            stems += [stem, _ASSIMILATED.get(front, "") + stem]
            stems += [stem.removesuffix(ending) for ending in ("kan", "nya", "an", "i")]
    return (stem for stem in stems if len(stem) >= SHORTEST)
