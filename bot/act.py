"""What somebody at the desk wants to do, and the values it comes with, read strictly. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from handoff.entry import Refused
from handoff.money import parse_amount
from handoff.policy import Category
from handoff.saying import Term, UnclearError
from handoff.when import parse_when

LONGEST = 20_000
MOST = 2**63
MOST_DIGITS = 19
SHOWN = 40  # characters of a value that is wrong


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody wants to do, to a ticket or to the conversation with a contact.

    `args` are the act's own values, by the names of the public contract: text, reason, amount, by ...
    `nonce` makes a repeated press of the same button one act.
    """

    verb: str
    ticket: int | None = None
    conversation: int | None = None
    args: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    nonce: str | None = None


def flag(act: Act, name: str) -> bool:
    """Return a value that is true or false, false by default."""
    value = act.args.get(name, False)
    if not isinstance(value, bool):
        raise Refused("invalid", "{name} is true or false", name=name)
    return value


def category(act: Act) -> Category:
    """Return the category that is named."""
    value = act.args.get("value")
    if value not in list(Category):
        raise Refused(
            "invalid", "{value} is not a category; use {known}", value=shown(value), known=", ".join(Category)
        )
    return Category(str(value))


def text(act: Act, name: str = "text", *, needed: bool = True) -> str:
    """Return a text; one that is needed is not blank."""
    value = act.args.get(name)
    if value is None and not needed:
        return ""
    what = Term("value", name)
    if not isinstance(value, str) or (needed and not value.strip()):
        raise Refused("invalid", "{act} needs a {value}", act=Term("act", act.verb), value=what)
    if len(value) > LONGEST:
        raise Refused("invalid", "the {value} is longer than {most} characters", value=what, most=LONGEST)
    return value


def instant(act: Act, name: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant that is named, as "16:00" or in full."""
    try:
        return parse_when(str(act.args.get(name) or ""), now, zone)
    except UnclearError as error:
        raise Refused("invalid", error.saying) from error


def number(act: Act, name: str) -> int | None:
    """Return a number of the database, None where none is named."""
    value = act.args.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value) if len(value) <= MOST_DIGITS else MOST
    what = Term("value", name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refused("invalid", "{given} is no number of a {value}", given=shown(value), value=what)
    if not 0 < value < MOST:
        raise Refused("unknown", "there is no {value} of that number", value=what)
    return value


def shown(value: object) -> str:
    """Return a wrong value as it is shown to who wrote it: its beginning."""
    return repr(value[:SHOWN] if isinstance(value, str) else value)[: SHOWN + 2]


def amount(act: Act, currency: str) -> int | None:
    """Return the amount in the unit people speak of, None where none is named."""
    value = act.args.get("amount")
    if value is None or value == "":
        return None
    try:
        return parse_amount(value, currency)
    except UnclearError as error:
        raise Refused("invalid", error.saying) from error
