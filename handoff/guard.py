"""The guard: what must not leave for a follower, and what somebody should look at twice. Pure."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from handoff.money import Amount, format_amount
from handoff.personal import Datum


class Level(StrEnum):
    """How a finding is taken: the text stays here, leaves after a second tap, or leaves with a word."""

    BLOCK = "block"
    CONFIRM = "confirm"
    HINT = "hint"


LEVELS: Mapping[str, Level] = {
    "promise": Level.BLOCK,
    "personal": Level.BLOCK,
    "insult": Level.CONFIRM,
    "typo": Level.CONFIRM,
    "name": Level.CONFIRM,
    "shouting": Level.HINT,
    "vague": Level.HINT,
}
_SHOUTED = 12  # letters from which on capitals are no abbreviation


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the guard found; `sentence` says it to who wrote the text."""

    rule: str
    sentence: str

    @property
    def level(self) -> Level:
        """Return how it is taken."""
        return LEVELS[self.rule]


@dataclass(frozen=True, slots=True)
class Part:
    """A clause of a text: what its words are, each label with the phrase that says so, and its amounts."""

    text: str
    labels: Mapping[str, str]
    amounts: Sequence[Amount]


@dataclass(frozen=True, slots=True)
class Context:
    """What the text is held against.

    `granted` are the amounts that the ticket was granted, each by itself; one of 0 is a remedy without
    money. `total` is what they come to, which a text may name, too. `known` are numbers and addresses
    that may be said: the brand's own, and what the follower gave. `others` are the first names of other
    followers, `typos` misspelt words with what was meant.
    """

    granted: Sequence[int]
    total: int = 0
    known: Set[str] = frozenset()
    own_names: Set[str] = frozenset()
    others: Set[str] = frozenset()
    typos: Sequence[tuple[str, str]] = ()


def inspect(text: str, parts: Sequence[Part], data: Sequence[Datum], context: Context) -> list[Finding]:
    """Return what is wrong with a text, the gravest first."""
    found = [finding for part in parts for finding in _promises(part, context)]
    found += [_leak(datum) for datum in data if not _may_be_said(datum, context)]
    rude = [part.labels[label] for part in parts for label in ("rude", "abuse") if label in part.labels]
    if rude:
        found.append(Finding("insult", f'"{rude[0]}" reads as anger or an insult'))
    found += [Finding("typo", f'"{word}" looks like a typo for "{meant}"') for word, meant in context.typos]
    found += [
        Finding("name", f'"{name}" is how another follower is called') for name in _names(text, context)
    ]
    letters = [letter for letter in text if letter.isalpha()]
    capitals = sum(letter.isupper() for letter in letters)
    if len(letters) >= _SHOUTED and capitals > 0.7 * len(letters):
        found.append(Finding("shouting", "it is written in capitals, which reads as shouting"))
    if any("time" in part.labels for part in parts):
        found.append(
            Finding("vague", "it names a time; put it on record as a promise, so that you are reminded")
        )
    order = list(Level)
    return sorted(dict.fromkeys(found), key=lambda finding: order.index(finding.level))


def _promises(part: Part, context: Context) -> list[Finding]:
    """Find what a clause promises that the ticket was not granted.

    An amount beside a remedy is a promise of it, unless the words speak of a rule or a request; one
    beside a price is a price. What is certain is a promise whatever stands around it. Money is promised
    by a granted amount alone; goods by any remedy.
    """
    labels = part.labels
    remedies = [labels[label] for label in ("money", "goods") if label in labels]
    gives, certain, hedged = ("giving" in labels, "certain" in labels, "hedge" in labels)
    share = "%" in part.text and "money" in labels
    named = bool(part.amounts) or share
    if not remedies and not (gives and part.amounts and "price" not in labels):
        return []
    if named:
        most = max(context.granted, default=0)
        beyond = [one.value for one in part.amounts if one.value > most and one.value != context.total]
        names_grant = any(one.value in context.granted for one in part.amounts)
        if (not beyond or (names_grant and "price" in labels)) and not (share and not most):
            return []
        is_rule = not gives and (hedged or "offer" in labels)
        if not certain and (is_rule or hedged):
            return []
        what = format_amount(beyond[0]) if beyond else "a share"
        return [Finding("promise", f"it promises {what}, which was not granted on this ticket")]
    missing = ("money" in labels and not any(context.granted)) or ("goods" in labels and not context.granted)
    if missing and (certain or (gives and not hedged and "offer" not in labels)):
        return [Finding("promise", f'it promises "{remedies[0]}", which was not granted on this ticket')]
    return []


def _may_be_said(datum: Datum, context: Context) -> bool:
    """Say whether it is the brand's or the follower's own; a card or identity number never is."""
    return datum.kind in ("phone", "email") and datum.plain in context.known


def _leak(datum: Datum) -> Finding:
    what = {
        "card": "a payment card's number",
        "nik": "an identity number",
        "phone": "somebody's mobile number",
        "email": "somebody's mail address",
    }[datum.kind]
    return Finding("personal", f"it holds {what}")


_HONORIFICS = frozenset(
    {"kak", "kakak", "bapak", "pak", "ibu", "bu", "mas", "mbak", "bang", "sis", "dear", "hi", "hello",
     "halo", "hai", "mr", "mrs", "ms", "miss"}
)  # fmt: skip


def _names(text: str, context: Context) -> list[str]:
    """Return the names of other followers by which this one is called."""
    words = [word.strip(".,!?:;()") for word in text.split()]
    called = [
        word
        for before, word in pairwise(words)
        if before.lower().rstrip(".") in _HONORIFICS and word.lower() not in _HONORIFICS
    ]
    return [word for word in called if word.lower() in context.others - context.own_names]
