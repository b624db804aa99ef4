"""What a text signals besides its question, from complaint and crisis to thanks and greeting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from knowledge.classifier import Classifier
from knowledge.examples import complaint_examples, crisis_examples, spam_examples
from knowledge.phrases import Phrase, Phrases
from knowledge.reading import FIRED, SIGNALS
from knowledge.spam import APART, dressed, spam_words
from knowledge.vocabulary import Reader
from knowledge.words import Words, shipped_words

Shifts = Mapping[str, Mapping[str, float]]

STATUS = "status"
OWN = "own"  # the group of the crisis terms that a brand lists itself
DANGER = "safety"  # the group of those that speak of danger to somebody
_BY_PHRASE = 0.9  # the value of a signal that a listed phrase fires
_GUARDS = 200  # of the brand's own phrasings that are learnt as harmless, at most
_ANCHORS = 80  # shipped examples of each kind that hold against them, at most
_CRISIS_DOUBT = -0.25  # the log-odds below which the words speak against a listed phrase of a crisis
_DANGER_DOUBT = -2.5  # the same where it speaks of danger: a fire that is asked for other words costs most
_SHORT_CRY = 3  # words of a text that leave no room for doubt about danger
_REASONS = 3
_COURTESIES = ("thanks", "greeting")
_BESIDE = 0.4  # the value of a courtesy beside something else
_SMALL_TALK = 2  # words that a courtesy may hold besides
_SPAM_DOUBT = 0.35  # the chance below which the words speak against a listed phrase of spam
_SPAM_WORDS = 3  # words that are enough to be judged by themselves


@dataclass(frozen=True, slots=True)
class Signalled:
    """The value of each signal, and why."""

    values: Mapping[str, float]
    terms: tuple[str, ...]
    asks_status: bool


@dataclass(frozen=True, slots=True)
class Judges:
    """The classifiers that every brand begins with."""

    complaint: Classifier
    crisis: Classifier
    spam: Classifier

    def shifted(self, shifts: Shifts) -> "Judges":
        """Return them as a brand's own texts change them."""
        changed = {name: getattr(self, name).shifted(shift) for name, shift in shifts.items()}
        return replace(self, **changed)


def learn_shifts(judges: Judges, words: Words, reader: Reader, phrasings: Sequence[str]) -> Shifts:
    """Return, by judge, what a brand's own texts change of its weights.

    The brand's own phrasings teach what is no complaint and no spam: "paket hilang diganti berapa?" holds a
    complaint's words and is a question. A crisis is one for every brand. Some of the shipped examples hold
    against them, so that a real complaint stays one; what the brand added to the lists is learnt here too.
    """
    shipped = shipped_words()
    own = _evenly(sorted(phrasings), _GUARDS)
    shifts = {}
    for name, judge, (yes, no), (known_yes, known_no) in (
        ("complaint", judges.complaint, complaint_examples(words), complaint_examples(shipped)),
        ("crisis", judges.crisis, crisis_examples(words), crisis_examples(shipped)),
        ("spam", judges.spam, spam_examples(words), spam_examples(shipped)),
    ):
        known = {*known_yes, *known_no}
        added = [text for text in yes if text not in known]
        refused = [text for text in no if text not in known]
        refused += () if name == "crisis" else own
        if added or refused:
            seen = spam_words if name == "spam" else reader.manner
            shifts[name] = judge.shift(
                [seen(text) for text in (*_evenly(known_yes, _ANCHORS), *added)],
                [seen(text) for text in (*_evenly(known_no, _ANCHORS), *refused)],
            )
    return MappingProxyType(shifts)


def _evenly(texts: Sequence[str], most: int) -> Sequence[str]:
    return texts[:: max(1, -(-len(texts) // most))]


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
        asks_status = warned = in_danger = False
        for hit in self._phrases.found(words):
            term = f"{hit.label}:{hit.written}"
            warned = warned or hit.group == OWN
            in_danger = in_danger or hit.group == DANGER
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
        said = self._reader.with_manner(text, words)
        doubt = _DANGER_DOUBT if in_danger else _CRISIS_DOUBT
        certain = warned or (in_danger and len(words) <= _SHORT_CRY)
        self._read_crisis(said, words, values, terms, doubt=None if certain else doubt)
        values["complaint"] = max(values["complaint"], self._judges.complaint.chance(said))
        if values["complaint"] >= FIRED:
            terms += self._reasons("complaint", self._judges.complaint, words)
        self._read_spam(text, values, terms)
        return Signalled(MappingProxyType(values), tuple(dict.fromkeys(terms)), asks_status)

    def _reasons(self, signal: str, judge: Classifier, words: Sequence[str]) -> list[str]:
        """Return the words that spoke most for a signal, those that say something before grammar."""
        light = self._reader.light
        telling = [word for word in words if word not in light] or words
        return [f"{signal}:{word}" for word in judge.reasons(telling, _REASONS)]

    def _is_mere_courtesy(self, text: str, words: Sequence[str], written: str) -> bool:
        """Say whether a thanks or a greeting is all there is; "halo min, paketku mana?" wants an answer."""
        polite = {part.strip("*") for part in written.split()} | self._reader.light
        else_said = [word for word in words if word not in polite]
        return len(else_said) <= (0 if "?" in text else _SMALL_TALK)

    def _read_crisis(
        self,
        said: Sequence[str],
        words: Sequence[str],
        values: dict[str, float],
        terms: list[str],
        *,
        doubt: float | None,
    ) -> None:
        """Judge a crisis by its words; a listed phrase counts where they do not speak clearly against it.

        Clearly means below `doubt`, in log-odds; None where the phrase counts whatever they say: the brand
        listed it itself, or it cries for help in so few words that the others say nothing.
        """
        judge = self._judges.crisis
        chance = judge.chance(said)
        if doubt is not None and values["crisis"] and judge.score(said) < doubt:
            values["crisis"] = min(chance, _BESIDE)
            terms[:] = [term for term in terms if not term.startswith("crisis:")]
        values["crisis"] = max(values["crisis"], chance)
        if chance >= FIRED:
            terms += self._reasons("crisis", judge, words)

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
        elif len(words) >= _SPAM_WORDS and not self._reader.asks(text, words):
            values["spam"] = chance
        else:
            values["spam"] = min(chance, _BESIDE)
        if values["spam"] < FIRED:
            terms[:] = [term for term in terms if not term.startswith("spam:")]
            return
        terms += [f"spam:{mark}" for mark in marks]
        if chance >= FIRED:
            terms += [f"spam:{word}" for word in self._judges.spam.reasons(words, _REASONS) if word[0] != "~"]


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
    return found + [Phrase("crisis", term, group=OWN) for term in crisis_terms]
