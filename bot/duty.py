"""The bot's duty in the brand's public group: rather silent than wrong, and never in an argument. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from knowledge.reading import Reading

SURE = 0.9  # what nobody asked the bot is answered only from this score on


class Duty(StrEnum):
    """What it does about one message there."""

    NOTHING = "nothing"
    ANSWER = "answer"
    MOVE = "move"  # to a private chat, with one calm line
    INVITE = "invite"  # addressed, and not sure: please ask in private
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Said:
    """What is known of a message in the group.

    `addressed` says that it names the bot, is a command for it or replies to it; `to_somebody` that it
    replies to another person; `by_staff` that the brand itself wrote it.
    """

    addressed: bool = False
    to_somebody: bool = False
    by_staff: bool = False


def decide(reading: Reading, said: Said) -> Duty:
    """Judge one message of the group.

    What people say to each other is theirs, except where it is spam or hurts somebody.
    """
    if said.by_staff:
        return Duty.NOTHING
    if reading.fired("spam"):
        return Duty.REMOVE
    if reading.fired("crisis"):
        return Duty.MOVE
    if said.to_somebody and not said.addressed:
        return Duty.NOTHING
    if reading.fired("complaint") or (said.addressed and reading.fired("human")):
        return Duty.MOVE
    if reading.sure and (said.addressed or reading.matches[0].score >= SURE):
        return Duty.ANSWER
    small_talk = reading.fired("thanks") or reading.fired("greeting")
    return Duty.INVITE if said.addressed and not small_talk else Duty.NOTHING
