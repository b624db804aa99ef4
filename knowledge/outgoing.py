"""What a text that staff wrote says, clause by clause, and which of its words look misspelt. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from knowledge.phrases import Phrase, Phrases
from knowledge.primer import Primer
from knowledge.spelling import Spelling
from knowledge.text import normalise, tokens
from knowledge.vocabulary import Reader
from knowledge.words import TermList, Words

ABUSE = "abuse"
_CLAUSE = re.compile(r"(?<=[.!?;\n])\s+|\n+|,\s+(?=tapi|tp|namun|but|however)")
TYPED = 5  # letters that a word has at least to be looked at for its spelling
_LONG = 9  # letters from which on two of them may be wrong
_WORD = re.compile(rf"(?<![\w@./'-])[^\W\d_]{{{TYPED},}}(?![\w@/']|-(?!(?:nya|ku|mu|lah|kah|pun|an)\b)|\.\w)")
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
        primer: Primer,
        vocabulary: Sequence[str],
        answers: Sequence[str],
    ) -> None:
        """Take the lists, what was learnt before, and the brand's own words and answers."""
        lists = {**words.guard, ABUSE: words.signals.get(ABUSE, TermList())}
        phrases = [
            Phrase(label, written, group=label, veto=veto)
            for label, listed in lists.items()
            for veto, written_ones in ((False, listed.terms), (True, listed.unless))
            for written in written_ones
        ]
        self._phrases = Phrases(phrases, reader.all_words)
        self._reader = reader
        standard = (word.rstrip("*") for word in reader.standard)
        self._right = frozenset([*vocabulary, *primer.spelt, *standard])
        self._spelling = Spelling(sorted({*vocabulary, *primer.common}), self._right.__contains__)
        self._names = frozenset(name for answer in answers for name in _names_in(answer))

    def clauses(self, text: str) -> list[Clause]:
        """Return the parts of a text that stand for themselves, with what each says."""
        parts = [part for part in _CLAUSE.split(text) if part.strip()]
        return [Clause(part, self._labels(part)) for part in parts]

    def typos(self, text: str, names: Sequence[str] = ()) -> list[tuple[str, str]]:
        """Return the words that are likely misspelt, each with the word that was meant.

        A word with a capital inside a sentence is a name: only one of the brand's, as its answers or
        `names` write it, is told from its misspelling.
        """
        ours = self._names.union(*(name.split() for name in names))
        found: dict[str, str] = {}
        for hit in _WORD.finditer(text):
            word, plain = hit[0], normalise(hit[0])
            if self._stands(plain) or word in ours:
                continue
            if word != word.lower() and not (_begins(text, hit.start()) or word.isupper()):
                near = [name for name in ours if len(name) >= TYPED and OSA.distance(word, name) == 1]
                found |= {word: min(near)} if near else {}
                continue
            meant = self._spelling.repaired(plain)
            is_near = OSA.distance(plain, meant) <= (1 if len(plain) < _LONG else 2)
            if meant != plain and is_near and not plain.startswith(meant) and not meant.startswith(plain):
                found[word] = meant
        return list(found.items())

    def _stands(self, word: str) -> bool:
        """Say whether a word is right: known as it is, as a chat word, or under its affixes."""
        if word in self._reader.lexicon or word in self._right:
            return True
        return any(stem in self._right for stem in _stems(word))

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


def _begins(text: str, start: int) -> bool:
    """Say whether a sentence begins there, where every word has a capital."""
    before = text[:start].rstrip()
    return not before or before[-1] in ".!?:\n" or "\n" in text[len(before) : start]


def _names_in(text: str) -> Iterator[str]:
    for hit in _WORD.finditer(text):
        if hit[0][0].isupper() and not hit[0].isupper() and not _begins(text, hit.start()):
            yield hit[0]


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
