"""The mode of a conversation: who speaks. Derived, never stored. Pure."""

from datetime import datetime
from enum import StrEnum

from handoff.ticket import BACK_TO_BOT, Status, Ticket


class Mode(StrEnum):
    """Who answers the contact."""

    BOT = "bot"
    WAITING = "waiting"
    HUMAN = "human"
    BLOCKED = "blocked"


SILENT = frozenset({Mode.HUMAN, Mode.BLOCKED})


def mode_of(*, blocked: bool, newest: Ticket | None, now: datetime) -> Mode:
    """Derive the mode from the block flag and the newest ticket.

    For two hours after a resolve the follower still reaches the same person, unless that person
    handed the conversation back.
    """
    if blocked:
        return Mode.BLOCKED
    if newest is None:
        return Mode.BOT
    if newest.status is Status.WAITING:
        return Mode.WAITING
    if newest.is_open or is_lingering(newest, now):
        return Mode.HUMAN
    return Mode.BOT


def is_lingering(ticket: Ticket, now: datetime) -> bool:
    """Say whether the ticket was resolved so recently that it is not over for the follower."""
    return (
        ticket.resolved_at is not None and not ticket.handed_back and now < ticket.resolved_at + BACK_TO_BOT
    )
