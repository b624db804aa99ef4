"""A log entry: anything that happened. Rooms return them as values; `bot` writes them down. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from handoff.saying import Saying


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened, in the past tense of `kind`; `data` holds plain JSON values, never a text
    that a person wrote, nor a follower's name: it can never be erased.

    Of `words` the chain of acts holds a salted digest; they stand apart with their salt, and erasing the
    conversation deletes both.
    """

    kind: str
    ticket: int | None = None
    conversation: int | None = None
    staff: int | None = None
    data: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    words: str = ""


@dataclass(frozen=True, slots=True)
class Notify:
    """Send the alert of this id to its person."""

    alert: int


@dataclass(frozen=True, slots=True)
class MarkTaken:
    """Show on these alerts that `by` has the matter."""

    alerts: tuple[int, ...]
    by: int


@dataclass(frozen=True, slots=True)
class ReturnToBot:
    """The quiet time after a resolve is over in this conversation."""

    conversation: int


@dataclass(frozen=True, slots=True)
class TellDelay:
    """Tell the contact honestly that what was promised for `due_at` has not come yet."""

    ticket: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class HandOver:
    """Give `to`, who is on call, the list of tickets that `left` held and that wait again."""

    handover: int
    to: int
    left: int
    tickets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SendRemedy:
    """Send the follower the text of a remedy that was granted."""

    approval: int


@dataclass(frozen=True, slots=True)
class TellRequester:
    """Tell who asked for a remedy what became of the request."""

    approval: int


@dataclass(frozen=True, slots=True)
class MarkSettled:
    """Show on the pings about this request or override, which `kind` of deadline says, how it ended."""

    kind: str
    subject: int
    by: int | None


@dataclass(frozen=True, slots=True)
class TellClosing:
    """Tell everybody who got the holding statement that it is over, in the words of this statement."""

    statement: int


@dataclass(frozen=True, slots=True)
class AskSecond:
    """Ask those who may for the second person's yes to this statement."""

    statement: int


@dataclass(frozen=True, slots=True)
class TellSeniors:
    """Tell the supervisors and decision-makers on call, except `by`, what somebody did; `key` picks the
    words, `until` is a time in them. `subject` is the pause or the person that it is about.
    """

    key: str
    values: Mapping[str, object]
    until: datetime | None
    by: int
    subject: int


@dataclass(frozen=True, slots=True)
class ReportCrisis:
    """Give the supervisors and decision-makers on call the report of a crisis that is over."""

    crisis: int


@dataclass(frozen=True, slots=True)
class AskSurvey:
    """Ask the follower how it went with this ticket, if this is the moment."""

    ticket: int


@dataclass(frozen=True, slots=True)
class TellMark:
    """Tell those above of the low mark that this ticket got."""

    ticket: int


Effect = (
    Entry
    | Notify
    | MarkTaken
    | ReturnToBot
    | TellDelay
    | HandOver
    | SendRemedy
    | TellRequester
    | MarkSettled
    | TellClosing
    | AskSecond
    | TellSeniors
    | ReportCrisis
    | AskSurvey
    | TellMark
)


class Refused(Exception):  # noqa: N818 - an answer to a person, not a fault
    """An act that may not happen; it changes nothing.

    `code` is one of CODES; `saying` tells the person why, and `bot` says it in their language. `kept` is
    the sentence as it may stand among the words of the conversation, where it differs: without another
    follower's name.
    """

    # Each code with what stands for its sentences where nothing can be erased: nobody's words or name.
    CODES: Mapping[str, str] = MappingProxyType(
        {
            "not_available": "it does not fit as things stand",
            "not_allowed": "it takes another role or person",
            "not_open": "it is over",
            "held": "somebody else has it",
            "guard": "the text may not leave, or not without a second tap",
            "limit": "it is above a limit",
            "unknown": "there is no such thing",
            "invalid": "a value is missing or cannot be read",
        }
    )

    def __init__(
        self, code: str, template: str | Saying, /, kept: str | None = None, **values: object
    ) -> None:
        self.code = code
        self.saying = template if isinstance(template, Saying) else Saying(template, values)
        self.kept = self.sentence if kept is None else kept
        super().__init__(f"{code}: {self.sentence}")

    @property
    def sentence(self) -> str:
        """Return why, in English."""
        return str(self.saying)

    @property
    def openly(self) -> str:
        """Return the code and a sentence that holds nothing personal."""
        return f"{self.code}: {self.CODES[self.code]}"


class Doubted(Refused):
    """An act that happens only after a second tap of the same person."""
