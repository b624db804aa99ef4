"""What a text that staff wrote says, clause by clause, and which of its words look misspelt. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from knowledge.impressions import Impression, clauses
from knowledge.phrases import Phrase, Phrases
from knowledge.primer import Primer
from knowledge.slips import Slips, names_in
from knowledge.text import normalise, tokens
from knowledge.vocabulary import Reader
from knowledge.words import TermList, Words

ABUSE = "abuse"
_UNKIND = frozenset({"rude", ABUSE})
_OWN = 5  # texts that the brand's own words count for
_DOUBT = -1.5  # the log-odds below which the words of a clause speak against a listed phrase of rudeness
_LEET = str.maketrans("013457@$!", "oieastasi")
_MIXED = re.compile(r"\b(?=\w*[a-zA-Z])[\w@$!]*[0-9@$!][\w@$!]*[a-zA-Z]\w*\b|\b[a-zA-Z]+[0-9@$]+\b")
_APART = re.compile(r"\b(?:\w[\s.*_-]){3,}\w\b")


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
        self._impressions = primer.impressions
        standard = (word.rstrip("*") for word in reader.standard)
        right = frozenset([*vocabulary, *standard, *reader.lexicon])
        names = frozenset(name for answer in answers for name in names_in(answer))
        self._slips = Slips(right, {**primer.counts, **dict.fromkeys(vocabulary, _OWN)}, names)

    def clauses(self, text: str) -> list[Clause]:
        """Return the parts of a text that stand for themselves, with what each says."""
        return [Clause(part, self._labels(part)) for part in clauses(text)]

    def seems(self, text: str) -> Mapping[str, Impression]:
        """Return what a text seems to be by all its words, or one of its clauses by its own: rude, a
        promise.
        """
        return self._impressions.of(text, self._reader)

    def typos(self, text: str, names: Sequence[str] = ()) -> list[tuple[str, str]]:
        """Return the words that are likely misspelt, each with the word that was meant; `names` are right."""
        return self._slips.find(text, names)

    def _labels(self, text: str) -> dict[str, str]:
        words = self._reader.all_words(text)
        labels: dict[str, str] = {}
        for hit in self._phrases.found(words):
            labels.setdefault(hit.label, _shown(hit.written))
        if labels.keys() & _UNKIND and self._impressions.scores(text, self._reader)["rude"] < _DOUBT:
            labels = {label: said for label, said in labels.items() if label not in _UNKIND}
        for variant in self._undisguised(text):  # who hides a word means it
            for hit in self._phrases.found(variant):
                if hit.label in _UNKIND:
                    labels.setdefault(hit.label, _shown(hit.written))
        return labels

    def _undisguised(self, text: str) -> Iterator[Sequence[str]]:
        """Return the words of insults that hide behind digits, signs and blanks: "g0blok", "b o d o h"."""
        for shown in (_MIXED.findall(text), [re.sub(r"[\s.*_-]", "", hit) for hit in _APART.findall(text)]):
            if shown:
                yield tokens(normalise(" ".join(shown).translate(_LEET)), self._reader.lexicon)


def _shown(phrase: str) -> str:
    """Return a phrase of the lists as people read it."""
    return phrase.replace("*", "").replace(" .. ", " … ")
