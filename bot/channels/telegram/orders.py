"""Acts of authority as staff write them to the bot: "/remedi refund 150rb kalimat", "/setuju 3". Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

# What a command does, and what is written behind it, in order; the last takes all that is left.
ORDERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "remedi": ("remedy", ("action", "amount", "text")),
    "remedy": ("remedy", ("action", "amount", "text")),
    "langgar": ("override", ("action", "amount", "reason")),
    "override": ("override", ("action", "amount", "reason")),
    "setuju": ("approve", ("approval", "amount")),
    "approve": ("approve", ("approval", "amount")),
    "tolak": ("reject", ("approval", "reason")),
    "reject": ("reject", ("approval", "reason")),
    "tarik": ("withdraw", ("approval",)),
    "withdraw": ("withdraw", ("approval",)),
    "kalimat": ("reword", ("approval", "text")),
    "reword": ("reword", ("approval", "text")),
    "tinjau": ("review", ("override", "verdict", "reason")),
    "review": ("review", ("override", "verdict", "reason")),
    "waspada": ("watch", ("scope",)),
    "watch": ("watch", ("scope",)),
    "jeda": ("pause", ("scope",)),
    "pause": ("pause", ("scope",)),
    "krisis": ("crisis", ("scope", "statement")),
    "crisis": ("crisis", ("scope", "statement")),
    "konfirmasi": ("confirm", ("version",)),
    "confirm": ("confirm", ("version",)),
    "batalkan": ("recall", ("version",)),
    "recall": ("recall", ("version",)),
    "akhirkrisis": ("end_crisis", ("scope", "statement")),
    "endcrisis": ("end_crisis", ("scope", "statement")),
    "kunci": ("lock", ("person",)),
    "lock": ("lock", ("person",)),
    "keluar": ("end_sessions", ("person",)),
    "signout": ("end_sessions", ("person",)),
}
_AMOUNT = 5  # digits from which on "/setuju 150000" names an amount
# An amount as it is written, "150 rb" and "Rp 1.500.000" in one.
_WRITTEN = re.compile(r"(?:rp\.?\s*)?\S+(?:\s+(?:rb|ribu|k|jt|juta)\b)?", re.IGNORECASE)
MOST_DIGITS = 20  # more than any number has; what has so many is refused as unknown
NUMBERED = ("approval", "override", "version")
VERDICTS = {"dibenarkan": "justified", "salah": "not_justified", "ubahsop": "sop_change"}


@dataclass(frozen=True, slots=True)
class Order:
    """An act with its values, as they were written."""

    verb: str
    args: Mapping[str, object]


def read_order(text: str, subject: Mapping[str, int] | None = None) -> Order | None:
    """Read a command; None where it is none of these.

    `subject` is the request, override or statement of the message that is replied to, by the name of its
    value; it need not be named then. The number of one is left out, too, where only one is open.
    """
    first, rest = _split(text)
    found = ORDERS.get(first[1:].split("@")[0].lower())
    if found is None or not first.startswith("/"):
        return None
    verb, names = found
    args: dict[str, object] = {}
    left = rest.strip()
    for place, name in enumerate(names):
        if name in NUMBERED:
            word, behind = _split(left)
            number = word.removeprefix("#")
            is_number = number.isascii() and number.isdigit()
            is_id = is_number and (word != number or verb != "approve" or len(number) < _AMOUNT)
            if subject and name in subject:
                args[name] = subject[name]
                left = behind if is_number and int(number[:MOST_DIGITS]) == subject[name] else left
            elif is_id:
                args[name], left = int(number[:MOST_DIGITS]), behind
        elif name == "amount":
            amount = _WRITTEN.match(left)
            args[name] = amount[0].strip() if amount else ""
            left = left[amount.end() :].strip() if amount else left
        elif place + 1 == len(names):
            args[name] = left
        else:
            args[name], left = _split(left)
    if "verdict" in args:
        args["verdict"] = VERDICTS.get(str(args["verdict"]).lower(), args["verdict"])
    if args.get("amount") == "":
        del args["amount"]
    return Order(verb, args)


def _split(text: str) -> tuple[str, str]:
    """Return the first word and what stands behind it, however they are set apart."""
    parts = text.split(None, 1)
    return (parts[0], parts[1].strip() if len(parts) > 1 else "") if parts else ("", "")
