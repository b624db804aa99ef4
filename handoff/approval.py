"""A request: a remedy above somebody's limit, from asked to done. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from handoff.entry import Refused
from handoff.saying import Term


class Status(StrEnum):
    """Where a request stands."""

    PENDING = "pending"
    APPROVED = "approved"
    APPROVED_CHANGED = "approved_changed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    EXECUTED = "executed"
    FAILED = "failed"
    LAPSED = "lapsed"


OPEN = (Status.PENDING, Status.APPROVED_CHANGED)
# What counts as granted: done, or on its way to the follower.
GRANTED = (Status.APPROVED, Status.EXECUTED)


@dataclass(frozen=True, slots=True)
class Request:
    """What decides the next step of a request.

    `amount` is what was asked, `granted` what was approved instead, where that differs. `first_by` is
    the first of two decision-makers, above the limit of one. `decided_by` is None for what was granted
    within the requester's own limit.
    """

    status: Status
    amount: int
    asked_by: int
    expires_at: datetime
    first_by: int | None = None
    decided_by: int | None = None
    granted: int | None = None

    @property
    def worth(self) -> int:
        """Return the amount that holds: what was approved, else what was asked."""
        return self.amount if self.granted is None else self.granted


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody may decide at this moment, read from the database at the act.

    `most` is their limit less what the ticket was granted; below 0 nothing is left. `is_top` says that
    two of their kind may approve what is above the limit of one.
    """

    person: int
    may_decide: bool
    most: int
    is_top: bool = False
    is_beneficiary: bool = False


@dataclass(frozen=True, slots=True)
class Approved:
    """Somebody approves it, as asked or with another `amount`; `first_stands` says that who approved it
    first of two still may.
    """

    by: Standing
    at: datetime
    amount: int | None = None
    first_stands: bool = True


@dataclass(frozen=True, slots=True)
class Rejected:
    """Somebody turns it down."""

    by: Standing
    at: datetime


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Who asked takes it back."""

    by: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Reworded:
    """Who asked has written the text for the changed amount; `still` is what the approvers may still do."""

    by: int
    at: datetime
    still: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Delivered:
    """The channel accepted the text."""


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """The text will never arrive."""


@dataclass(frozen=True, slots=True)
class TimePassed:
    """It is void: its time is over."""

    at: datetime


@dataclass(frozen=True, slots=True)
class TicketClosed:
    """The ticket was settled while it was open."""


@dataclass(frozen=True, slots=True)
class RequesterLeft:
    """Who asked is at the desk no more, so that nothing is done in their name."""


Event = (
    Approved
    | Rejected
    | Withdrawn
    | Reworded
    | Delivered
    | Undeliverable
    | TimePassed
    | TicketClosed
    | RequesterLeft
)
_P, _C, _A = Status.PENDING, Status.APPROVED_CHANGED, Status.APPROVED

# (status, event) -> the statuses it may lead to; what is not named is refused and changes nothing.
NEXT_STATUS: dict[tuple[Status, type[Event]], tuple[Status, ...]] = {
    (_P, Approved): (Status.PENDING, Status.APPROVED, Status.APPROVED_CHANGED),
    (_P, Rejected): (Status.REJECTED,),
    (_P, Withdrawn): (Status.WITHDRAWN,),
    (_P, TimePassed): (Status.EXPIRED,),
    (_P, TicketClosed): (Status.WITHDRAWN,),
    (_P, RequesterLeft): (Status.WITHDRAWN,),
    (_C, Reworded): (Status.APPROVED,),
    (_C, TimePassed): (Status.LAPSED,),
    (_C, TicketClosed): (Status.LAPSED,),
    (_C, RequesterLeft): (Status.LAPSED,),
    (_A, Delivered): (Status.EXECUTED,),
    (_A, Undeliverable): (Status.FAILED,),
    (Status.EXECUTED, Undeliverable): (
        Status.FAILED,
    ),  # the channel took it, and says later that it was lost
}


def decide(before: Request, event: Event) -> Request:
    """Return the request after the event.

    Raises Refused: who may not is told first, then what is over, then what is above a limit.
    """
    _require_person(before, event)
    possible = NEXT_STATUS.get((before.status, type(event)))
    if possible is None:
        state = Term("request", before.status.replace("_", " "))
        code = "not_available" if before.status is Status.APPROVED_CHANGED else "not_open"
        raise Refused(code, "the request is {state}", state=state)
    at = getattr(event, "at", None)
    if at is not None and not isinstance(event, TimePassed) and at >= before.expires_at:
        raise Refused("not_open", "the request has expired")
    match event:
        case Approved():
            return _approved(before, event)
        case Rejected(by):
            return replace(before, status=possible[0], decided_by=by.person)
        case Reworded(_, _, still):
            _require_still(before, still)
    return replace(before, status=possible[0])


def _require_person(request: Request, event: Event) -> None:
    match event:
        case Approved(by) | Rejected(by):
            if not by.may_decide:
                raise Refused("not_allowed", "deciding a request takes a supervisor")
            if by.person == request.asked_by:
                raise Refused("not_allowed", "nobody decides their own request; another person does")
            if by.is_beneficiary:
                raise Refused("not_allowed", "nobody decides what they gain by themselves")
        case Withdrawn(by):
            if by != request.asked_by:
                raise Refused("not_allowed", "only who asked takes a request back")
        case Reworded(by):
            if by != request.asked_by:
                raise Refused("not_allowed", "only who asked writes the new text")


def _approved(request: Request, event: Approved) -> Request:
    """Approve within the approver's limit, or as the first or second of two above everybody's.

    A first approval by somebody who may not any more is none.
    """
    if not event.first_stands:
        request = replace(request, first_by=None)
    by, amount = event.by, request.worth if event.amount is None else event.amount
    if request.first_by is not None and amount != request.worth:
        raise Refused(
            "invalid",
            "the first approval is for {amount}; approve that, or reject it",
            amount=request.worth,
        )
    changed = None if amount == request.amount else amount
    done = Status.APPROVED if changed is None else Status.APPROVED_CHANGED
    if request.first_by is None and amount <= by.most:
        return replace(request, status=done, decided_by=by.person, granted=changed)
    if not by.is_top:
        raise Refused("limit", "the amount is above your limit for this ticket")
    if request.first_by is None:
        return replace(request, first_by=by.person, granted=changed)
    if request.first_by == by.person:
        raise Refused("not_allowed", "above the limit of one, another decision-maker approves as well")
    return replace(request, status=done, decided_by=by.person)


def _require_still(request: Request, still: tuple[Standing, ...]) -> None:
    """Raise Refused unless those who approved could do so at this moment, too."""
    people = {standing.person for standing in still if standing.may_decide}
    wanted = {request.decided_by, request.first_by} - {None}
    if not wanted <= people:
        raise Refused("limit", "who approved it may not any more; ask again")
    if request.first_by is not None:
        if not all(standing.is_top for standing in still):
            raise Refused("limit", "who approved it may not any more; ask again")
    elif any(request.worth > standing.most for standing in still):
        raise Refused("limit", "the amount is above the approver's limit by now; ask again")
