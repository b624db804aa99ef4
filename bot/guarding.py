"""The guard at the gate of every text that staff write: gathers what it is held against, and decides."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from sqlalchemy import Connection

from bot import contacts
from bot.brand import Brand
from bot.contacts import Thread
from handoff import approvals, guard
from handoff.entry import Doubted, Refused
from handoff.guard import Context, Finding, Level, Part
from handoff.money import find_amounts
from handoff.personal import find_personal
from handoff.saying import Saying
from knowledge.understanding import Understanding

LATELY = 50  # messages of a follower among which their own numbers are looked for


def inspect(
    conn: Connection,
    brand: Brand,
    thread: Thread,
    ticket: int | None,
    text: str,
    granting: tuple[int, str] | None = None,
) -> list[Finding]:
    """Return what the guard finds in a text for this follower, the gravest first.

    `granting` is the amount that the text itself grants, and its currency: it names that, or less, and
    nothing else.
    """
    done = approvals.granted(conn, ticket) if ticket is not None else []
    if granting is not None:
        done = [granting]
    currency = granting[1] if granting is not None else brand.promises.currency
    granted = [amount for amount, of in done if of == currency]
    data = find_personal(text)
    context = Context(
        granted=granted,
        total=sum(granted),
        currency=currency,
        foreign=frozenset(one for one in done if one[1] != currency),
        known=_known(conn, brand, thread) if data else frozenset(),
        own_names=_names_in(thread.name),
        others=frozenset(name for one in contacts.list_names(conn, thread.id) for name in _names_in(one)),
        typos=brand.understanding.outgoing.typos(text, [brand.name]),
        seems=impressions(brand, text),
    )
    return guard.inspect(text, parts_of(brand, text, currency), data, context)


def require(
    conn: Connection,
    brand: Brand,
    thread: Thread,
    ticket: int | None,
    text: str,
    *,
    confirmed: bool,
    granting: tuple[int, str] | None = None,
) -> None:
    """Raise Refused where the text may not leave, or not without a second tap."""
    _require(inspect(conn, brand, thread, ticket, text, granting), confirmed=confirmed)


def require_statement(brand: Brand, text: str) -> None:
    """Raise Refused where words for everybody must not leave; a second person reads the rest."""
    context = Context((), known=_published(brand.understanding), currency=brand.promises.currency)
    findings = guard.inspect(text, parts_of(brand, text), find_personal(text), context)
    _require([one for one in findings if one.level is Level.BLOCK], confirmed=False)


def found(refused: Refused) -> object:
    """Return what the guard found in a text, without what becomes of it; else all that is said of it."""
    return refused.saying.values.get("found", refused.saying)


def impressions(brand: Brand, text: str) -> dict[str, tuple[float, str]]:
    """Return what a text reads as, with its chance and the words that spoke for it."""
    seen = brand.understanding.outgoing.seems(text)
    return {name: (one.chance, one.words) for name, one in seen.items()}


def parts_of(brand: Brand, text: str, currency: str | None = None) -> list[Part]:
    """Return the clauses of a text with their amounts; those that name no currency are in the brand's."""
    return [
        Part(clause.text, clause.labels, find_amounts(clause.text, currency or brand.promises.currency))
        for clause in brand.understanding.outgoing.clauses(text)
    ]


def _require(findings: Sequence[Finding], *, confirmed: bool) -> None:
    grave = [one for one in findings if one.level is Level.BLOCK]
    doubtful = [one for one in findings if one.level is Level.CONFIRM]
    if grave:
        raise Refused("guard", "{found}; the text was not sent", found=_joined(grave))
    if doubtful and not confirmed:
        unnamed = [replace(one, what="…") if one.rule == "name" else one for one in doubtful]
        kept = str(_joined(unnamed))
        raise Doubted("guard", "{found}; send it again to confirm", kept, found=_joined(doubtful))


def _joined(findings: Sequence[Finding]) -> Saying:
    first, *others = findings
    if not others:
        return first.saying
    return Saying("{first}; {others}", {"first": first.saying, "others": _joined(others)})


def _known(conn: Connection, brand: Brand, thread: Thread) -> frozenset[str]:
    """Return the numbers and addresses of the brand's own articles, and those that the follower gave."""
    said = [row.text for row in contacts.list_messages(conn, thread.id, LATELY) if row.direction == "in"]
    return _published(brand.understanding) | {datum.plain for text in said for datum in find_personal(text)}


@lru_cache(maxsize=2)
def _published(understanding: Understanding) -> frozenset[str]:
    return frozenset(datum.plain for answer in understanding.answers() for datum in find_personal(answer))


def _names_in(name: str) -> frozenset[str]:
    return frozenset(part for part in re.findall(r"[^\W\d_]{3,}", name.lower()))
