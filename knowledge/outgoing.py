"""What a text that staff wrote says, clause by clause, and which of its words look misspelt. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from knowledge.phrases import Phrase, Phrases
from knowledge.primer import Primer
from knowledge.reading import FIRED
from knowledge.signals import no_concepts
from knowledge.spelling import Spelling
from knowledge.text import normalise, tokens
from knowledge.vocabulary import Reader
from knowledge.words import TermList, Words

ABUSE = "abuse"
_CLAUSE = re.compile(r"(?<=[.!?;\n])\s+|\n+|,\s+(?=tapi|tp|namun|but|however)")
JUDGED = ("rude", "promise")
_RUDE_DOUBT = -3.0  # the log-odds below which the words speak against a listed phrase of rudeness
_FEWEST = 4  # words that a text or a clause holds at least to be judged by them alone
_REASONS = 3
_SHORT = 4
TYPED = 5  # letters that a word has at least to be looked at for its spelling
_MIDDLE, _LONG = 7, 11  # letters from which on one may be another, and two may be wrong
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


@dataclass(frozen=True, slots=True)
class Impression:
    """What a text reads as: the chance of it, and the words that spoke for it most."""

    chance: float
    words: str


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
        self._judges = {name: primer.judge(name, no_concepts) for name in JUDGED}
        self._names = frozenset(name for answer in answers for name in _names_in(answer))

    def clauses(self, text: str) -> list[Clause]:
        """Return the parts of a text that stand for themselves, with what each says."""
        parts = [part for part in _CLAUSE.split(text) if part.strip()]
        return [Clause(part, self._labels(part)) for part in parts]

    def seems(self, text: str) -> dict[str, Impression]:
        """Return what a text seems to be by all its words, or one of its clauses by its own: rude, a
        promise.
        """
        found: dict[str, Impression] = {}
        for part in with_clauses(text):
            words = reply_words(part, self._reader)
            if sum(word.isalnum() for word in words) < _FEWEST:
                continue
            for name, judge in self._judges.items():
                chance = judge.chance(words)
                if chance >= FIRED and (name not in found or chance > found[name].chance):
                    said = [word for word in words if word.isalnum()]
                    telling = sorted(judge.reasons(said, _REASONS), key=text.lower().find)
                    found[name] = Impression(chance, " ".join(telling))
        return found

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
            if meant != plain and _is_slip(plain, meant):
                found[word] = meant
        return list(found.items())

    def _stands(self, word: str) -> bool:
        """Say whether a word is right: known as it is, as a chat word, or under its affixes."""
        if word in self._reader.lexicon or word in self._right:
            return True
        return any(stem in self._right for stem in _stems(word))

    def _labels(self, text: str) -> dict[str, str]:
        words = self._reader.all_words(text)
        is_kind = self._judges["rude"].score(reply_words(text, self._reader)) < _RUDE_DOUBT
        labels: dict[str, str] = {}
        for variant in (words, *self._undisguised(text)):
            for hit in self._phrases.found(variant):
                if (variant is words or hit.label in (ABUSE, "rude")) and not (
                    is_kind and hit.label == "rude"
                ):
                    labels.setdefault(hit.label, hit.written)
        return labels

    def _undisguised(self, text: str) -> Iterator[Sequence[str]]:
        """Return the words of insults that hide behind digits, signs and blanks: "g0blok", "b o d o h"."""
        for shown in (_MIXED.findall(text), [re.sub(r"[\s.*_-]", "", hit) for hit in _APART.findall(text)]):
            if shown:
                yield tokens(normalise(" ".join(shown).translate(_LEET)), self._reader.lexicon)


def with_clauses(text: str) -> list[str]:
    """Return a text and each of its clauses, as it is judged."""
    return list(dict.fromkeys((text, *(part for part in _CLAUSE.split(text) if part.strip()))))


def reply_words(text: str, reader: Reader) -> list[str]:
    """Return what a reply is judged by: its words as they were written, and marks.

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


def _is_slip(word: str, meant: str) -> bool:
    """Say whether a word looks like another that was typed in haste, and not like a word of its own.

    The first letter is seldom wrong. In a short word letters are swapped, left out or doubled; one for
    another makes too many words of another meaning.
    """
    if word[0] != meant[0] or word.startswith(meant) or meant.startswith(word):
        return False
    replaced = len(word) == len(meant) and sorted(word) != sorted(meant)
    if replaced and len(word) < _MIDDLE:
        return False
    return OSA.distance(word, meant) <= (1 if len(word) < _LONG else 2)


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
