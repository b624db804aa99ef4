"""What a text signals besides its question, from complaint and crisis to thanks and greeting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from knowledge.classifier import Classifier, learn_classifier
from knowledge.phrases import Phrase, Phrases
from knowledge.reading import FIRED, SIGNALS
from knowledge.spam import APART, dressed, spam_words
from knowledge.vocabulary import Reader
from knowledge.words import TermList, Words

STATUS = "status"
_BY_PHRASE = 0.9  # the value of a signal that a listed phrase fires
_COMPLAINT_FALSE = 0.045  # shares of harmless texts that may fire, judged by texts not learnt from
_SPAM_FALSE = 0.02
_GUARDS = 300  # of the brand's own phrasings that are learnt as harmless, at most
_REASONS = 3
_COURTESIES = ("thanks", "greeting")
_BESIDE = 0.4  # the value of a courtesy beside something else
_SMALL_TALK = 2  # words that a courtesy may hold besides
_SPAM_DOUBT = 0.1  # the chance below which the words speak against a listed phrase of spam
_SPAM_WORDS = 3  # words that are enough to be judged by themselves
_MANNER = 5  # words' worth of whether a text asks or states


@dataclass(frozen=True, slots=True)
class Signalled:
    """The value of each signal, and why."""

    values: Mapping[str, float]
    terms: tuple[str, ...]
    asks_status: bool


@dataclass(frozen=True, slots=True)
class Judges:
    """The classifiers, learnt from the examples and from what the brand's followers ask."""

    complaint: Classifier
    spam: Classifier


def learn_judges(words: Words, reader: Reader, phrasings: Sequence[str]) -> Judges:
    """Learn complaint and spam.

    The brand's own phrasings teach what is no complaint: "paket hilang diganti berapa?" holds a
    complaint's words and is a question.
    """
    step = max(1, -(-len(phrasings) // _GUARDS))
    own = sorted(phrasings)[::step]
    harmless = [*words.question, *own]
    for name in ("thanks", "greeting", STATUS):
        harmless += words.signals.get(name, TermList()).examples
    complaint = learn_classifier(
        (_said(text, reader.all_words(text), reader) for text in words.complaint),
        (_said(text, reader.all_words(text), reader) for text in harmless),
        reader.concepts.of,
        false_alarms=_COMPLAINT_FALSE,
    )
    spam = words.signals.get("spam", TermList())
    ordinary = [*spam.ordinary, *words.complaint[::4], *words.question[::4], *own[::4]]
    return Judges(
        complaint,
        learn_classifier(
            map(spam_words, spam.examples), map(spam_words, ordinary), no_concepts, false_alarms=_SPAM_FALSE
        ),
    )


class Signals:
    """Reads the signals of a text."""

    def __init__(self, words: Words, crisis_terms: Sequence[str], reader: Reader, judges: Judges) -> None:
        self._phrases = Phrases(_phrases(words, crisis_terms), reader.all_words)
        self._judges = judges
        self._reader = reader

    def read(self, text: str, words: Sequence[str]) -> Signalled:
        """Return the signals; `words` are the whole text's."""
        values = dict.fromkeys(SIGNALS, 0.0)
        terms: list[str] = []
        asks_status = False
        for hit in self._phrases.found(words):
            term = f"{hit.label}:{hit.written}"
            if term in terms:
                continue
            if hit.label in _COURTESIES and not self._is_mere_courtesy(text, words, hit.written):
                values[hit.label] = max(values[hit.label], _BESIDE)
                continue
            terms.append(term)
            if hit.label == STATUS:
                asks_status = True
            else:
                values[hit.label] = _BY_PHRASE
        said = _said(text, words, self._reader)
        values["complaint"] = max(values["complaint"], self._judges.complaint.chance(said))
        if values["complaint"] >= FIRED:
            terms += [f"complaint:{word}" for word in self._judges.complaint.reasons(words, _REASONS)]
        self._read_spam(text, values, terms)
        return Signalled(MappingProxyType(values), tuple(terms), asks_status)

    def _is_mere_courtesy(self, text: str, words: Sequence[str], written: str) -> bool:
        """Say whether a thanks or a greeting is all there is; "halo min, paketku mana?" wants an answer."""
        polite = {part.strip("*") for part in written.split()} | self._reader.light
        else_said = [word for word in words if word not in polite]
        return len(else_said) <= (0 if "?" in text else _SMALL_TALK)

    def _read_spam(self, text: str, values: dict[str, float], terms: list[str]) -> None:
        """Judge spam with care, since what fires it is never answered.

        A disguise is reason enough: nobody with a question hides it. A listed phrase, or letters set
        apart as anger sets them too, count where the words do not speak clearly against it, and the
        words count alone where there are enough of them and they ask nothing.
        """
        words = spam_words(text)
        marks = dressed(words)
        chance = self._judges.spam.chance(words)
        hidden = any(mark != APART for mark in marks)
        if hidden or ((values["spam"] or marks) and chance >= _SPAM_DOUBT):
            values["spam"] = max(_BY_PHRASE, chance)
        elif len(words) >= _SPAM_WORDS and not _asks(text, words, self._reader):
            values["spam"] = chance
        else:
            values["spam"] = min(chance, _BESIDE)
        if values["spam"] < FIRED:
            terms[:] = [term for term in terms if not term.startswith("spam:")]
            return
        terms += [f"spam:{mark}" for mark in marks]
        if chance >= FIRED:
            terms += [f"spam:{word}" for word in self._judges.spam.reasons(words, _REASONS) if word[0] != "~"]


def _said(text: str, words: Sequence[str], reader: Reader) -> list[str]:
    """Return the words with a mark, of some weight, of whether the text asks or states.

    "paket hilang diganti berapa?" and "paket saya hilang" share their words, not their manner.
    """
    manner = "~asks" if _asks(text, words, reader) else "~states"
    return [*words, *([manner] * _MANNER)] if words else []


def _asks(text: str, words: Sequence[str], reader: Reader) -> bool:
    """Say whether a text asks, by its question mark or by a word at its edges."""
    return "?" in text or any(word in reader.asking for word in (*words[:3], *words[-1:]))


def no_concepts(_word: str) -> tuple[str, ...]:
    """Return none: spam is judged by its words alone."""
    return ()


def _phrases(words: Words, crisis_terms: Sequence[str]) -> list[Phrase]:
    found: list[Phrase] = []
    for kind, listed in words.crisis.items():
        found += [Phrase("crisis", term, group=kind) for term in listed.terms]
        found += [Phrase("crisis", term, group=kind, veto=True) for term in listed.unless]
    for name, listed in words.signals.items():
        found += [Phrase(name, term, group=name) for term in listed.terms]
        found += [Phrase(name, term, group=name, veto=True) for term in listed.unless]
    return found + [Phrase("crisis", term, group="own") for term in crisis_terms]
