"""The guard: what must not leave for a follower, and what somebody should look at twice. Pure."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType

from handoff.money import Amount, format_amount
from handoff.personal import Datum
from handoff.saying import Saying


class Level(StrEnum):
    """How a finding is taken: the text stays here, leaves after a second tap, or leaves with a word."""

    BLOCK = "block"
    CONFIRM = "confirm"
    HINT = "hint"


LEVELS: Mapping[str, Level] = {
    "promise": Level.BLOCK,
    "personal": Level.BLOCK,
    "likely": Level.CONFIRM,
    "unlike": Level.HINT,
    "insult": Level.CONFIRM,
    "typo": Level.CONFIRM,
    "name": Level.CONFIRM,
    "shouting": Level.HINT,
    "vague": Level.HINT,
}
SURE = 0.7  # the chance from which on a reply is asked about, as the impressions were learnt for
_SHOUTED = 12  # letters from which on capitals are no abbreviation


# What each finding says to who wrote the text.
SENTENCES: Mapping[str, str] = {
    "amount": "it promises {what}, which was not granted on this ticket",
    "share": "it promises a share, which was not granted on this ticket",
    "remedy": 'it promises "{what}", which was not granted on this ticket',
    "gift": 'it reads as a promise ("{what}"); a remedy is granted as one, so that it is on record',
    "card": "it holds a payment card's number",
    "nik": "it holds an identity number",
    "phone": "it holds somebody's mobile number",
    "email": "it holds somebody's mail address",
    "insult": '"{what}" reads as anger or an insult',
    "tone": 'it reads as rude or mocking ("{what}")',
    "typo": '"{what}" looks like a typo for "{meant}"',
    "name": '"{what}" is how another follower is called',
    "shouting": "it is written in capitals, which reads as shouting",
    "vague": "it names a time; put it on record as a promise, so that you are reminded",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the guard found by a `rule`: `said` names its sentence, about `what`."""

    rule: str
    said: str
    what: str = ""
    meant: str = ""

    @property
    def level(self) -> Level:
        """Return how it is taken."""
        return LEVELS[self.rule]

    @property
    def saying(self) -> Saying:
        """Return what it says to who wrote the text."""
        return Saying(SENTENCES[self.said], {"what": self.what, "meant": self.meant})


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
    money. `total` is what they come to, which a text may name, too. Both are in `currency`; `foreign`
    are those that were granted in another one, with it. `known` are numbers and addresses
    that may be said: the brand's own, and what the follower gave. `others` are the first names of other
    followers, `typos` misspelt words with what was meant, `seems` what the whole reads as, rude or a
    promise, with its chance and the words that spoke for it.
    """

    granted: Sequence[int]
    total: int = 0
    currency: str = "IDR"
    foreign: Set[tuple[int, str]] = frozenset()
    known: Set[str] = frozenset()
    own_names: Set[str] = frozenset()
    others: Set[str] = frozenset()
    typos: Sequence[tuple[str, str]] = ()
    seems: Mapping[str, tuple[float, str]] = field(default_factory=lambda: MappingProxyType({}))


def inspect(text: str, parts: Sequence[Part], data: Sequence[Datum], context: Context) -> list[Finding]:
    """Return what is wrong with a text, the gravest first."""
    found = [finding for part in parts for finding in _promises(part, context)]
    if not found and "promise" in context.seems:
        chance, words = context.seems["promise"]  # where something was granted, it may well be that
        found.append(_impression("gift", 0.0 if context.granted else chance, words))
    found += [Finding("personal", datum.kind) for datum in data if not _may_be_said(datum, context)]
    rude = [part.labels[label] for part in parts for label in ("rude", "abuse") if label in part.labels]
    if rude:
        found.append(Finding("insult", "insult", rude[0]))
    elif "rude" in context.seems:
        found.append(_impression("tone", *context.seems["rude"]))
    found += [Finding("typo", "typo", word, meant) for word, meant in context.typos]
    found += [Finding("name", "name", name) for name in _names(text, context)]
    letters = [letter for letter in text if letter.isalpha()]
    capitals = sum(letter.isupper() for letter in letters)
    if len(letters) >= _SHOUTED and capitals > 0.7 * len(letters):
        found.append(Finding("shouting", "shouting"))
    if any("time" in part.labels for part in parts):
        found.append(Finding("vague", "vague"))
    order = list(Level)
    return sorted(dict.fromkeys(found), key=lambda finding: order.index(finding.level))


def _impression(said: str, chance: float, words: str) -> Finding:
    """Ask again about what is learnt only where it is rather sure; a hint is enough for the rest."""
    return Finding("likely" if chance >= SURE else "unlike", said, words)


def _promises(part: Part, context: Context) -> list[Finding]:
    """Find what a clause promises that the ticket was not granted.

    An amount beside a remedy is a promise of it, unless the words speak of a rule or a request; one
    beside a price is a price. What is certain is a promise whatever stands around it. Money is promised
    by a granted amount alone; goods by any remedy.
    """
    labels = part.labels
    remedies = [labels[label] for label in ("money", "goods", "free") if label in labels]
    gives, certain, hedged = ("giving" in labels, "certain" in labels, "hedge" in labels)
    share = "%" in part.text and "money" in labels
    named = bool(part.amounts) or share
    if not remedies and not (gives and part.amounts and "price" not in labels):
        return []
    if part.amounts and not gives and "money" not in labels and ("free" in labels or "price" in labels):
        return []  # what something else costs
    if named:
        most = max(context.granted, default=0)
        beyond = [one for one in part.amounts if not _is_granted(one, context)]
        names_grant = any(
            one.value in context.granted if one.currency == context.currency else _is_granted(one, context)
            for one in part.amounts
        )
        if (not beyond or (names_grant and "price" in labels)) and not (share and not most):
            return []
        is_rule = not gives and (hedged or "offer" in labels)
        if not certain and (is_rule or hedged):
            return []
        if beyond:
            return [Finding("promise", "amount", format_amount(beyond[0].value, beyond[0].currency))]
        return [Finding("promise", "share")]
    money = any(context.granted) or any(amount for amount, _ in context.foreign)
    goods = bool(context.granted or context.foreign)
    missing = ("money" in labels and not money) or not goods
    if missing and (certain or (gives and not hedged and "offer" not in labels)):
        return [Finding("promise", "remedy", remedies[0])]
    return []


def _is_granted(one: Amount, context: Context) -> bool:
    """Say whether no more is named than was granted; of another currency, exactly that."""
    if one.currency != context.currency:
        return (one.value, one.currency) in context.foreign
    return one.value <= max(context.granted, default=0) or one.value == context.total


def _may_be_said(datum: Datum, context: Context) -> bool:
    """Say whether it is the brand's or the follower's own; a card or identity number never is."""
    return datum.kind in ("phone", "email") and datum.plain in context.known


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
