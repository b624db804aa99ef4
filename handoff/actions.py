"""What a ticket wants done to its clocks and alerts: imperative, the answer of `ticket.decide`. Pure."""

from dataclasses import dataclass
from datetime import datetime

from handoff.policy import Kind


@dataclass(frozen=True, slots=True)
class StartClock:
    """Begin a promise of this kind at `at`."""

    kind: Kind
    at: datetime


@dataclass(frozen=True, slots=True)
class StopClock:
    """The promise of this kind was kept, in time or late, at `at`."""

    kind: Kind
    at: datetime


@dataclass(frozen=True, slots=True)
class PauseClock:
    """Count no further until resumed."""

    kind: Kind
    at: datetime


@dataclass(frozen=True, slots=True)
class CancelClock:
    """Promise nothing of this kind any more."""

    kind: Kind
    at: datetime


@dataclass(frozen=True, slots=True)
class ResumeClock:
    """Run on: after a pause, or because what stopped it was taken back."""

    kind: Kind
    at: datetime


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


Action = StartClock | StopClock | PauseClock | CancelClock | ResumeClock | Retarget | RaiseCrisis | EndCrisis
