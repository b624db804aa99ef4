"""What happens to a ticket: past tense, the questions that `ticket.decide` answers. Pure."""

from dataclasses import dataclass
from datetime import datetime

from handoff.policy import Category


@dataclass(frozen=True, slots=True)
class ContactWrote:
    """The contact sent a message at `at`; mere `thanks` asks for no answer."""

    at: datetime
    thanks: bool = False


@dataclass(frozen=True, slots=True)
class Claimed:
    """Somebody picked the waiting ticket."""

    by: int | None


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
    """The channel accepted a public staff message at `at`; an `update` is the news that was promised."""

    at: datetime
    update: bool = False


@dataclass(frozen=True, slots=True)
class CustomerAsked:
    """The channel accepted a staff message at `at` that asks the contact for something."""

    at: datetime
    update: bool = False


@dataclass(frozen=True, slots=True)
class CustomerAwaited:
    """Staff said afterwards that their last message was a question: the customer is waited for."""

    at: datetime


@dataclass(frozen=True, slots=True)
class ReplyFailed:
    """A staff message that was accepted at `sent_at` never arrived after all.

    `answered_at` is when the message was written that it answered as a next response; `next_at` when
    the channel accepted the next staff message that stands; `next_asked_at` the next question that
    stands. Each is None where there is none.
    """

    sent_at: datetime
    at: datetime
    answered_at: datetime | None = None
    next_at: datetime | None = None
    next_asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class QuestionFailed:
    """As `ReplyFailed`, where it was the question that the ticket waited for the contact to answer."""

    sent_at: datetime
    at: datetime
    answered_at: datetime | None = None
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NoReplyNeeded:
    """A person decided that the contact's last words need no answer."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Promised:
    """Staff promised the contact something at `at`, to be done by `by`; `note` is where it says what."""

    at: datetime
    by: datetime
    note: int | None = None


@dataclass(frozen=True, slots=True)
class ApprovalAsked:
    """A remedy above somebody's limit waits for a decision, as request `approval`."""

    approval: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ApprovalDecided:
    """The request was decided, whatever the decision."""

    approval: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ApprovalDropped:
    """Nobody has to decide the request any more: it was taken back, or is void."""

    approval: int
    at: datetime


@dataclass(frozen=True, slots=True)
class OverrideDone:
    """Somebody broke the SOP because circumstances demanded it; another person reviews it."""

    override: int
    at: datetime


@dataclass(frozen=True, slots=True)
class OverrideReviewed:
    """Another person looked at the override."""

    override: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Resolved:
    """The matter is settled."""

    by: int
    at: datetime


@dataclass(frozen=True, slots=True)
class HandedBack:
    """The bot speaks again; an open matter is settled with it."""

    by: int | None
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
    | CustomerAwaited
    | ReplyFailed
    | QuestionFailed
    | NoReplyNeeded
    | Promised
    | ApprovalAsked
    | ApprovalDecided
    | ApprovalDropped
    | OverrideDone
    | OverrideReviewed
    | Resolved
    | HandedBack
    | Reopened
    | ResponseBroken
    | Recategorised
)
