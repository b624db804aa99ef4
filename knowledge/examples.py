"""What the signals are learnt from: the listed texts that are of a kind, and those that are not. Pure."""

from collections.abc import Sequence

from knowledge.words import TermList, Words

_BESIDE = ("thanks", "greeting", "status")  # signals whose examples complain of nothing


def complaint_examples(words: Words) -> tuple[Sequence[str], Sequence[str]]:
    """Return texts that complain and texts that do not."""
    harmless = list(words.question)
    for name in _BESIDE:
        harmless += words.signals.get(name, TermList()).examples
    return words.complaint, harmless


def crisis_examples(words: Words) -> tuple[Sequence[str], Sequence[str]]:
    """Return texts that are a crisis and texts that are not, plain complaints among them."""
    kinds = words.crisis.values()
    ordinary = [text for listed in kinds for text in listed.ordinary]
    return (
        [text for listed in kinds for text in listed.examples],
        [*ordinary, *words.complaint[::2], *words.question[::3]],
    )


def spam_examples(words: Words) -> tuple[Sequence[str], Sequence[str]]:
    """Return texts that are spam and texts that are not."""
    spam = words.signals.get("spam", TermList())
    return spam.examples, [*spam.ordinary, *words.complaint[::4], *words.question[::4]]
