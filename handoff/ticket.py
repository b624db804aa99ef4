"""A ticket: one matter for a human, from the first word to resolved. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from handoff.actions import (
    Action,
    Annul,
    CancelClock,
    EndCrisis,
    KeepPromises,
    PauseClock,
    RaiseCrisis,
    ResumeClock,
    Retarget,
    StartClock,
    StopClock,
)
from handoff.entry import Refused
from handoff.events import (
    ApprovalAsked,
    ApprovalDecided,
    ApprovalDropped,
    Claimed,
    ContactWrote,
    CustomerAsked,
    CustomerAwaited,
    Event,
    HandedBack,
    NoReplyNeeded,
    OverrideDone,
    OverrideReviewed,
    Promised,
    QuestionFailed,
    Recategorised,
    Released,
    Reopened,
    ReplyDelivered,
    ReplyFailed,
    Resolved,
    ResponseBroken,
    TakenOver,
)
from handoff.policy import Category, Kind
from handoff.saying import Term

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
    `responded_at` is None the first response is owed; a ticket `by_staff`, who opened it, has it from
    the start, since nobody waited. `assignee` is None in waiting, and where the brand's own account, which
    is nobody in particular, answered. `handed_back` marks a resolve that gave the conversation back to
    the bot at once.
    """

    status: Status
    category: Category
    opened_at: datetime
    assignee: int | None = None
    responded_at: datetime | None = None
    unanswered_at: datetime | None = None
    resolved_at: datetime | None = None
    handed_back: bool = False
    by_staff: bool = False

    @property
    def is_open(self) -> bool:
        """Say whether somebody still has work with it."""
        return self.status is not Status.RESOLVED


_W, _C, _A, _R = Status.WAITING, Status.CLAIMED, Status.WAITING_CUSTOMER, Status.RESOLVED

# (status, event) -> the status after it; what is not named is refused and changes nothing.
NEXT_STATUS: dict[tuple[Status, type[Event]], Status] = {
    (_W, ContactWrote): _W, (_C, ContactWrote): _C, (_A, ContactWrote): _C,
    (_W, Claimed): _C,
    (_C, TakenOver): _C, (_A, TakenOver): _A,
    (_C, Released): _W, (_A, Released): _W,
    (_W, ReplyDelivered): _W, (_C, ReplyDelivered): _C, (_A, ReplyDelivered): _A, (_R, ReplyDelivered): _R,
    (_W, CustomerAsked): _W, (_C, CustomerAsked): _A, (_A, CustomerAsked): _A, (_R, CustomerAsked): _R,
    (_C, CustomerAwaited): _A,
    (_W, ReplyFailed): _W, (_C, ReplyFailed): _C, (_A, ReplyFailed): _A, (_R, ReplyFailed): _R,
    (_W, QuestionFailed): _W, (_C, QuestionFailed): _C, (_A, QuestionFailed): _C, (_R, QuestionFailed): _R,
    (_C, Promised): _C, (_A, Promised): _A,
    (_W, ApprovalAsked): _W, (_C, ApprovalAsked): _C, (_A, ApprovalAsked): _A,
    (_W, ApprovalDecided): _W, (_C, ApprovalDecided): _C, (_A, ApprovalDecided): _A,
    (_W, ApprovalDropped): _W, (_C, ApprovalDropped): _C, (_A, ApprovalDropped): _A,
    (_W, OverrideDone): _W, (_C, OverrideDone): _C, (_A, OverrideDone): _A,
    (_W, OverrideReviewed): _W, (_C, OverrideReviewed): _C, (_A, OverrideReviewed): _A,
    (_R, OverrideReviewed): _R,
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


def open_by_staff(by: int | None, at: datetime) -> tuple[Ticket, list[Action]]:
    """Open a ticket because staff wrote first: theirs from the start, and nobody waited for an answer.

    What the brand's own account wrote is in nobody's hands.
    """
    ticket = Ticket(Status.CLAIMED, Category.QUESTION, at, assignee=by, responded_at=at, by_staff=True)
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
        case ReplyDelivered(at, update):
            return _answered(ticket, at, update=update)
        case CustomerAsked(at, update):
            asked, actions = _answered(ticket, at, update=update)
            if before.status is Status.CLAIMED:
                actions.append(PauseClock(Kind.RESOLUTION, at))
            return asked, actions
        case CustomerAwaited(at):
            return ticket, [PauseClock(Kind.RESOLUTION, at)]
        case ReplyFailed() | QuestionFailed():
            return _failed(ticket, event)
        case Promised(at, by, note):
            if by <= at:
                raise Refused("invalid", "a promise is for a time that is still to come")
            return ticket, [StartClock(Kind.PROMISE, at, by, note)]
        case ApprovalAsked(approval, at):
            return ticket, [StartClock(Kind.APPROVAL, at, subject=approval)]
        case ApprovalDecided(approval, at):
            return ticket, [StopClock(Kind.APPROVAL, at, approval)]
        case ApprovalDropped(approval, at):
            return ticket, [CancelClock(Kind.APPROVAL, at, approval)]
        case OverrideDone(override, at):
            return ticket, [StartClock(Kind.REVIEW, at, subject=override)]
        case OverrideReviewed(override, at):
            return ticket, [StopClock(Kind.REVIEW, at, override)]
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


def _answered(ticket: Ticket, at: datetime, *, update: bool) -> tuple[Ticket, list[Action]]:
    """Stop what a public staff message answers: everything the contact wrote until then."""
    kept: list[Action] = [KeepPromises(at, update)]
    if ticket.responded_at is None:
        return replace(ticket, responded_at=at, unanswered_at=None), [
            StopClock(Kind.FIRST_RESPONSE, at),
            *kept,
        ]
    if ticket.unanswered_at is None or ticket.unanswered_at > at:
        return ticket, kept
    return replace(ticket, unanswered_at=None), [StopClock(Kind.NEXT_RESPONSE, at), *kept]


def _failed(ticket: Ticket, event: ReplyFailed | QuestionFailed) -> tuple[Ticket, list[Action]]:
    """Take back what a message did that never arrived; what it had answered is owed again."""
    paused_at = event.next_asked_at if isinstance(event, ReplyFailed) else None
    annulled = Annul(event.sent_at, event.at, event.next_at, ticket.resolved_at, paused_at)
    is_owed = event.next_at is None and ticket.is_open
    if ticket.responded_at == event.sent_at and not ticket.by_staff:
        owed = ticket.opened_at if is_owed else ticket.unanswered_at
        return replace(ticket, responded_at=event.next_at, unanswered_at=owed), [annulled]
    if event.answered_at is not None and is_owed:
        return replace(ticket, unanswered_at=event.answered_at), [annulled]
    return ticket, [annulled]


def _settled(ticket: Ticket, by: int | None, at: datetime) -> tuple[Ticket, list[Action]]:
    """Settle it. A first response that never came is neither kept nor broken by that."""
    actions: list[Action] = [
        StopClock(Kind.RESOLUTION, at),
        StopClock(Kind.PROMISE, at),
        CancelClock(Kind.APPROVAL, at),
        EndCrisis(),
    ]
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
        known = Term("category", category)
        raise Refused("not_available", "the ticket is already of category {category}", category=known)
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
    if ticket.status is Status.RESOLVED:
        return Refused("not_open", "the ticket is resolved")
    if isinstance(event, Claimed):
        return Refused("held", "somebody holds the ticket already")
    return Refused(
        "not_available",
        "{event} does not fit a ticket that is {status}",
        event=Term("event", type(event).__name__),
        status=Term("status", ticket.status.replace("_", " ")),
    )
