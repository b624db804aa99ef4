"""An override: the SOP broken now because circumstances demand it, and looked at afterwards. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from handoff.entry import Refused
from handoff.money import format_amount
from handoff.policy import Sop

MOST_OPEN = 3


class Verdict(StrEnum):
    """What the review found."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"
    SOP_CHANGE = "sop_change"


@dataclass(frozen=True, slots=True)
class Override:
    """One act outside the SOP: who did it, and who reviewed it with which verdict."""

    by: int
    amount: int
    reviewed_by: int | None = None
    reviewed_at: datetime | None = None
    verdict: Verdict | None = None


def require(sop: Sop | None, action: str, amount: int, unreviewed: int) -> None:
    """Raise Refused unless the override may be done; `unreviewed` counts the person's open reviews."""
    if sop is None:
        raise Refused("limit", "there is no remedy {action!r} in the SOP", action=action)
    if unreviewed >= MOST_OPEN:
        raise Refused(
            "limit",
            "{count} of your overrides wait for their review; no further one before",
            count=unreviewed,
        )
    if amount > sop.override_cap:
        raise Refused(
            "limit",
            "an override of {action} spends {most} at most; ask for approval",
            action=action,
            most=format_amount(sop.override_cap, sop.currency),
        )


def review(before: Override, by: int, verdict: str, at: datetime) -> Override:
    """Return the override after its review by another person; raises Refused where that may not be."""
    if by == before.by:
        raise Refused("not_allowed", "nobody reviews their own override; another person does")
    if before.reviewed_at is not None:
        raise Refused("not_open", "the override was reviewed already")
    if verdict not in list(Verdict):
        raise Refused(
            "invalid",
            "{verdict!r} is no verdict; use {known}",
            verdict=verdict,
            known=", ".join(Verdict),
        )
    return replace(before, reviewed_by=by, reviewed_at=at, verdict=Verdict(verdict))
