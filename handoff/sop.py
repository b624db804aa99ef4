"""The SOP: what somebody may grant right now, by the limits of their role, the follower and the day. Pure."""

from dataclasses import dataclass

from handoff.policy import RANK, Role, Sop


@dataclass(frozen=True, slots=True)
class Spent:
    """What was granted of one remedy so far, in its unit: on the ticket, whoever granted it; without
    approval to the follower in 30 days, and by the person since the brand's day began.
    """

    ticket: int = 0
    contact_30d: int = 0
    admin_day: int = 0


@dataclass(frozen=True, slots=True)
class Room:
    """The most that may be granted now without asking, and the limit that binds it."""

    amount: int
    bound_by: str


def room(sop: Sop, role: Role, spent: Spent) -> Room:
    """Return what the person may grant now: 0 where all is spent, which leaves what costs nothing."""
    left = {
        "role": sop.limit(role) - spent.ticket,
        "contact_30d": sop.contact_30d - spent.contact_30d,
        "admin_day": sop.admin_day - spent.admin_day,
    }
    tightest = min(left, key=lambda name: left[name])
    return Room(max(left[tightest], 0), tightest)


def is_within(sop: Sop, role: Role, amount: int, spent: Spent) -> bool:
    """Say whether the person may grant it without asking; what costs nothing needs no room."""
    return amount <= room(sop, role, spent).amount


def sufficient_roles(sop: Sop, amount: int, on_ticket: int) -> list[Role]:
    """Return the roles whose limit covers the amount on top of what the ticket was granted, lowest first.

    Above everybody's limit it is the decision-makers, two of them.
    """
    above = [role for role in Role if RANK[role] >= RANK[Role.SUPERVISOR]]
    found = [role for role in above if on_ticket + amount <= sop.limit(role)]
    return found or [Role.DECISION_MAKER]
