"""A ticket: one matter for a human, from the first word to resolved. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from handoff.actions import (
    Action,
    CancelClock,
    EndCrisis,
    PauseClock,
    RaiseCrisis,
    ResumeClock,
    Retarget,
    StartClock,
    StopClock,
)
from handoff.entry import Refused
from handoff.policy import Category, Kind

BACK_TO_BOT = timedelta(hours=2)


class Status(StrEnum):
    """Where a ticket stands."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    WAITING_CUSTOMER = "waiting_customer"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What decides a ticket's next step.

    `unanswered_at` is the oldest message of the contact that no staff message followed. While
    `responded_at` is None the first response is owed; a ticket that staff opened has it from the
    start, since nobody waited. `handed_back` marks a resolve that gave the conversation back to the
    bot at once.
    """

    status: Status
    category: Category
    opened_at: datetime
    assignee: int | None = None
    responded_at: datetime | None = None
    unanswered_at: datetime | None = None
    resolved_at: datetime | None = None
    handed_back: bool = False

    @property
    def is_open(self) -> bool:
        """Say whether somebody still has work with it."""
        return self.status is not Status.RESOLVED


# Events: past tense, what happened.


@dataclass(frozen=True, slots=True)
class ContactWrote:
    """The contact sent a message at `at`; mere `thanks` asks for no answer."""

    at: datetime
    thanks: bool = False


@dataclass(frozen=True, slots=True)
class Claimed:
    """Somebody picked the waiting ticket."""

    by: int


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A person of higher standing took it from its holder."""

    by: int


@dataclass(frozen=True, slots=True)
class Released:
    """The holder gave it back, or could not keep it."""

    at: datetime


@dataclass(frozen=True, slots=True)
class ReplyDelivered:
    """The channel accepted a public staff message at `at`."""

    at: datetime


@dataclass(frozen=True, slots=True)
class CustomerAsked:
    """The channel accepted a staff message at `at` that asks the contact for something."""

    at: datetime


@dataclass(frozen=True, slots=True)
class NoReplyNeeded:
    """A person decided that the contact's last words need no answer."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Resolved:
    """The matter is settled."""

    by: int
    at: datetime


@dataclass(frozen=True, slots=True)
class HandedBack:
    """The bot speaks again; an open matter is settled with it."""

    by: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Reopened:
    """The matter is not settled after all; `by` holds it. The contact's own words may have shown it."""

    by: int
    at: datetime
    by_contact: bool = False


@dataclass(frozen=True, slots=True)
class ResponseBroken:
    """A promised answer did not come in time, so anyone may claim."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Recategorised:
    """It turned out to be something else. The new targets count from the original start, or from
    `origin`, the message that showed it.
    """

    category: Category
    origin: datetime | None = None


Event = (
    ContactWrote
    | Claimed
    | TakenOver
    | Released
    | ReplyDelivered
    | CustomerAsked
    | NoReplyNeeded
    | Resolved
    | HandedBack
    | Reopened
    | ResponseBroken
    | Recategorised
)


_W, _C, _A, _R = Status.WAITING, Status.CLAIMED, Status.WAITING_CUSTOMER, Status.RESOLVED

# (status, event) -> the status after it; what is not named is refused and changes nothing.
NEXT_STATUS: dict[tuple[Status, type[Event]], Status] = {
    (_W, ContactWrote): _W, (_C, ContactWrote): _C, (_A, ContactWrote): _C,
    (_W, Claimed): _C,
    (_C, TakenOver): _C, (_A, TakenOver): _A,
    (_C, Released): _W, (_A, Released): _W,
    (_W, ReplyDelivered): _W, (_C, ReplyDelivered): _C, (_A, ReplyDelivered): _A, (_R, ReplyDelivered): _R,
    (_W, CustomerAsked): _W, (_C, CustomerAsked): _A, (_A, CustomerAsked): _A, (_R, CustomerAsked): _R,
    (_W, NoReplyNeeded): _W, (_C, NoReplyNeeded): _C, (_A, NoReplyNeeded): _A,
    (_W, Resolved): _R, (_C, Resolved): _R, (_A, Resolved): _R,
    (_W, HandedBack): _R, (_C, HandedBack): _R, (_A, HandedBack): _R, (_R, HandedBack): _R,
    (_R, Reopened): _C,
    (_W, ResponseBroken): _W, (_C, ResponseBroken): _W, (_A, ResponseBroken): _W,
    (_W, Recategorised): _W, (_C, Recategorised): _C, (_A, Recategorised): _A,
}  # fmt: skip


def open_by_contact(category: Category, at: datetime) -> tuple[Ticket, list[Action]]:
    """Open a ticket because the contact needs a person; every promise counts from their message."""
    actions: list[Action] = [StartClock(Kind.FIRST_RESPONSE, at), StartClock(Kind.RESOLUTION, at)]
    if category is Category.CRISIS:
        actions.append(RaiseCrisis())
    return Ticket(Status.WAITING, category, at, unanswered_at=at), actions


def open_by_staff(by: int, at: datetime) -> tuple[Ticket, list[Action]]:
    """Open a ticket because staff wrote first: theirs from the start, and nobody waited for an answer."""
    ticket = Ticket(Status.CLAIMED, Category.QUESTION, at, assignee=by, responded_at=at)
    return ticket, [StartClock(Kind.RESOLUTION, at)]


def decide(before: Ticket, event: Event) -> tuple[Ticket, list[Action]]:
    """Return the ticket after the event and what has to happen to its clocks.

    Raises Refused where NEXT_STATUS does not name the pair.
    """
    status = NEXT_STATUS.get((before.status, type(event)))
    if status is None:
        raise _refused(before, event)
    ticket = replace(before, status=status)
    match event:
        case ContactWrote(at, thanks):
            actions: list[Action] = []
            if before.status is Status.WAITING_CUSTOMER:
                actions.append(ResumeClock(Kind.RESOLUTION, at))
            if thanks or ticket.unanswered_at is not None:
                return ticket, actions
            if ticket.responded_at is not None:
                actions.append(StartClock(Kind.NEXT_RESPONSE, at))
            return replace(ticket, unanswered_at=at), actions
        case Claimed(by) | TakenOver(by):
            return replace(ticket, assignee=by), []
        case Released(at) | ResponseBroken(at):
            paused = before.status is Status.WAITING_CUSTOMER
            return replace(ticket, assignee=None), [ResumeClock(Kind.RESOLUTION, at)] if paused else []
        case ReplyDelivered(at):
            return _answered(ticket, at)
        case CustomerAsked(at):
            asked, actions = _answered(ticket, at)
            if before.status is Status.CLAIMED:
                actions.append(PauseClock(Kind.RESOLUTION, at))
            return asked, actions
        case NoReplyNeeded(at):
            if ticket.responded_at is None or ticket.unanswered_at is None:
                raise Refused("not_available", "no reply is owed at the moment")
            return replace(ticket, unanswered_at=None), [StopClock(Kind.NEXT_RESPONSE, at)]
        case Resolved(by, at):
            return _settled(ticket, by, at)
        case HandedBack(by, at):
            settled, actions = _settled(ticket, by, at) if before.is_open else (ticket, [])
            return replace(settled, handed_back=True), actions
        case Reopened(by, at, by_contact):
            return _reopened(ticket, by, at, by_contact=by_contact)
        case Recategorised(category, origin):
            return _recategorised(ticket, category, origin)


def _answered(ticket: Ticket, at: datetime) -> tuple[Ticket, list[Action]]:
    """Stop what a public staff message answers: everything the contact wrote until then."""
    if ticket.responded_at is None:
        return replace(ticket, responded_at=at, unanswered_at=None), [StopClock(Kind.FIRST_RESPONSE, at)]
    if ticket.unanswered_at is None or ticket.unanswered_at > at:
        return ticket, []
    return replace(ticket, unanswered_at=None), [StopClock(Kind.NEXT_RESPONSE, at)]


def _settled(ticket: Ticket, by: int, at: datetime) -> tuple[Ticket, list[Action]]:
    """Settle it. A first response that never came is neither kept nor broken by that."""
    actions: list[Action] = [StopClock(Kind.RESOLUTION, at), EndCrisis()]
    if ticket.responded_at is None:
        actions.insert(0, CancelClock(Kind.FIRST_RESPONSE, at))
    elif ticket.unanswered_at is not None:
        actions.insert(0, StopClock(Kind.NEXT_RESPONSE, at))
    holder = ticket.assignee if ticket.assignee is not None else by
    return replace(ticket, assignee=holder, unanswered_at=None, resolved_at=at), actions


def _reopened(ticket: Ticket, by: int, at: datetime, *, by_contact: bool) -> tuple[Ticket, list[Action]]:
    """Take the resolve back. A first response that never came runs on where staff reopens; what the
    contact writes now is a next one, since the resolve stood in for the first.
    """
    actions: list[Action] = [ResumeClock(Kind.RESOLUTION, at)]
    responded_at = ticket.responded_at or (ticket.resolved_at if by_contact else None)
    if responded_at is None:
        actions.append(ResumeClock(Kind.FIRST_RESPONSE, at))
    if ticket.category is Category.CRISIS:
        actions.append(RaiseCrisis())
    after = replace(ticket, assignee=by, responded_at=responded_at, resolved_at=None, handed_back=False)
    return after, actions


def _recategorised(
    ticket: Ticket, category: Category, origin: datetime | None
) -> tuple[Ticket, list[Action]]:
    if category is ticket.category:
        raise Refused("not_available", f"the ticket is already of category {category}")
    starts = [(Kind.RESOLUTION, origin or ticket.opened_at)]
    if ticket.responded_at is None:
        starts.append((Kind.FIRST_RESPONSE, origin or ticket.opened_at))
    elif ticket.unanswered_at is not None:
        starts.append((Kind.NEXT_RESPONSE, origin or ticket.unanswered_at))
    actions: list[Action] = [Retarget(tuple(starts))]
    if category is Category.CRISIS:
        actions.append(RaiseCrisis())
    elif ticket.category is Category.CRISIS:
        actions.append(EndCrisis())
    return replace(ticket, category=category), actions


def _refused(ticket: Ticket, event: Event) -> Refused:
    verb = type(event).__name__
    if ticket.status is Status.RESOLVED:
        return Refused("not_open", "the ticket is resolved")
    if isinstance(event, Claimed):
        return Refused("held", "somebody holds the ticket already")
    return Refused("not_available", f"{verb} does not fit a ticket that is {ticket.status.replace('_', ' ')}")
