"""What a ticket wants done to its clocks and alerts: imperative, the answer of `ticket.decide`. Pure."""

from dataclasses import dataclass
from datetime import datetime

from handoff.policy import Kind


@dataclass(frozen=True, slots=True)
class StartClock:
    """Begin a promise of this kind at `at`.

    `by` is its instant where somebody named one; otherwise the policy says. `subject` is the request,
    override or note it belongs to.
    """

    kind: Kind
    at: datetime
    by: datetime | None = None
    subject: int | None = None


@dataclass(frozen=True, slots=True)
class StopClock:
    """The promise of this kind, all of them or that of `subject`, was kept, in time or late, at `at`."""

    kind: Kind
    at: datetime
    subject: int | None = None


@dataclass(frozen=True, slots=True)
class KeepPromises:
    """A staff message arrived at `at`: it keeps what was warned of, and as an `update` what is due next."""

    at: datetime
    update: bool = False


@dataclass(frozen=True, slots=True)
class PauseClock:
    """Count no further until resumed."""

    kind: Kind
    at: datetime


@dataclass(frozen=True, slots=True)
class CancelClock:
    """Promise nothing of this kind any more, or nothing for `subject`."""

    kind: Kind
    at: datetime
    subject: int | None = None


@dataclass(frozen=True, slots=True)
class ResumeClock:
    """Run on: after a pause, or because what stopped it was taken back."""

    kind: Kind
    at: datetime


@dataclass(frozen=True, slots=True)
class Annul:
    """What a message stopped or paused at `sent_at` did not happen.

    The next staff message that stands, at `next_at`, stopped it instead, or else the resolve at
    `settled_at`. `paused_at` is when the pause begins instead, if a later question stands.
    """

    sent_at: datetime
    at: datetime
    next_at: datetime | None = None
    settled_at: datetime | None = None
    paused_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Retarget:
    """Measure the clocks by the targets of the new category, each from its instant."""

    starts: tuple[tuple[Kind, datetime], ...]


@dataclass(frozen=True, slots=True)
class RaiseCrisis:
    """Ping the decision-makers at once."""


@dataclass(frozen=True, slots=True)
class EndCrisis:
    """The crisis of this ticket needs no more pings."""


Action = (
    StartClock
    | StopClock
    | KeepPromises
    | PauseClock
    | CancelClock
    | ResumeClock
    | Annul
    | Retarget
    | RaiseCrisis
    | EndCrisis
)
