"""What a button of ours carries: a short code that says nothing to who reads it. Pure."""

import re
from dataclasses import dataclass

# Telegram allows 64 bytes; two numbers of the database stay far below.
CODE = re.compile(r"(offer):([0-9]{1,18}):([0-9]{1,2})|(ack):([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class OfferTap:
    """The offered question at `index` under a message of ours."""

    message: int
    index: int


@dataclass(frozen=True, slots=True)
class AckTap:
    """ "I have it" for the alerts of a ticket."""

    ticket: int


Tap = OfferTap | AckTap


def code_of(tap: Tap) -> str:
    """Return what the button carries."""
    match tap:
        case OfferTap(message, index):
            return f"offer:{message}:{index}"
        case AckTap(ticket):
            return f"ack:{ticket}"


def read_code(code: object) -> Tap | None:
    """Return what was tapped; None where it is no code of ours."""
    found = CODE.fullmatch(code) if isinstance(code, str) else None
    if found is None:
        return None
    if found[1]:
        return OfferTap(int(found[2]), int(found[3]))
    return AckTap(int(found[5]))
