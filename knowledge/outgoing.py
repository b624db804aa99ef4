"""What a text that staff wrote says, clause by clause, and which of its words look misspelt. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from knowledge.phrases import Phrase, Phrases
from knowledge.text import normalise, tokens
from knowledge.vocabulary import Reader
from knowledge.words import TermList, Words

ABUSE = "abuse"
_CLAUSE = re.compile(r"(?<=[.!?;\n])\s+|\n+|,\s+(?=tapi|tp|namun|but|however)")
_WORD = re.compile(r"(?<![\w@./'-])[^\W\d_]{5,}(?![\w@/'-]|\.\w)")
_LEET = str.maketrans("013457@$!", "oieastasi")
_MIXED = re.compile(r"\b(?=\w*[a-zA-Z])[\w@$!]*[0-9@$!][\w@$!]*[a-zA-Z]\w*\b|\b[a-zA-Z]+[0-9@$]+\b")
_APART = re.compile(r"\b(?:\w[\s.*_-]){3,}\w\b")
_AFFIXES = re.compile(
    r"(?:di|ke|se|ber|ter|per|pe|pem|pen|peng|me|mem|men|meng|meny)?(.{3,}?)(?:kan|an|i|nya|lah|kah|pun|ku|mu)?"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a text with what its words are: `labels` are kinds of the guard's lists, each with the
    phrase that says so.
    """

    text: str
    labels: dict[str, str]


class Outgoing:
    """Reads what staff write."""

    def __init__(
        self,
        words: Words,
        reader: Reader,
        repaired: Callable[[str], str],
        is_right: Callable[[str], bool],
    ) -> None:
        """Take the lists, what brings a misspelt word back to the brand's, and what is right as it stands."""
        lists = {**words.guard, ABUSE: words.signals.get(ABUSE, TermList())}
        phrases = [
            Phrase(label, written, group=label, veto=veto)
            for label, listed in lists.items()
            for veto, written_ones in ((False, listed.terms), (True, listed.unless))
            for written in written_ones
        ]
        self._phrases = Phrases(phrases, reader.all_words)
        self._reader = reader
        self._repaired = repaired
        self._is_right = is_right

    def clauses(self, text: str) -> list[Clause]:
        """Return the parts of a text that stand for themselves, with what each says."""
        parts = [part for part in _CLAUSE.split(text) if part.strip()]
        return [Clause(part, self._labels(part)) for part in parts]

    def typos(self, text: str) -> list[tuple[str, str]]:
        """Return the words that are likely misspelt, each with the brand's word that was meant.

        A word with a capital inside a sentence is a name and no mistake.
        """
        found: dict[str, str] = {}
        for hit in _WORD.finditer(text):
            word = hit[0]
            begins = not text[: hit.start()].strip() or text[: hit.start()].rstrip()[-1] in ".!?\n"
            if word != word.lower() and not (begins or word.isupper()):
                continue
            plain = normalise(word)
            if self._stands(plain):
                continue
            meant = self._repaired(plain)
            if meant != plain and not plain.startswith(meant) and not meant.startswith(plain):
                found[word] = meant
        return list(found.items())

    def _stands(self, word: str) -> bool:
        """Say whether a word is right: known as it is, as a chat word, or under its affixes."""
        if word in self._reader.lexicon or self._is_right(word):
            return True
        return any(self._is_right(stem) for stem in _stems(word))

    def _labels(self, text: str) -> dict[str, str]:
        words = self._reader.all_words(text)
        labels: dict[str, str] = {}
        for variant in (words, *self._undisguised(text)):
            for hit in self._phrases.found(variant):
                if variant is words or hit.label in (ABUSE, "rude"):
                    labels.setdefault(hit.label, hit.written)
        return labels

    def _undisguised(self, text: str) -> Iterator[Sequence[str]]:
        """Return the words of insults that hide behind digits, signs and blanks: "g0blok", "b o d o h"."""
        for shown in (_MIXED.findall(text), [re.sub(r"[\s.*_-]", "", hit) for hit in _APART.findall(text)]):
            if shown:
                yield tokens(normalise(" ".join(shown).translate(_LEET)), self._reader.lexicon)


def _stems(word: str) -> Iterator[str]:
    found = _AFFIXES.fullmatch(word)
    if found and found[1] != word:
        yield found[1]
    for ending in ("kan", "nya", "an", "i", "s", "ed", "ing", "ly", "er", "es"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            yield word[: -len(ending)]
    for front in ("meng", "meny", "men", "mem", "me", "ber", "ter", "di", "se", "ke", "pe", "un", "re"):
        if word.startswith(front) and len(word) - len(front) >= 3:
            stem = word[len(front) :]
            yield stem
            for letter in {"men": "t", "mem": "p", "meny": "s", "meng": "k"}.get(front, ""):
                yield letter + stem
            for ending in ("kan", "nya", "an", "i"):
                if stem.endswith(ending):
                    yield stem[: -len(ending)]
