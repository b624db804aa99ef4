"""What the brand promised and who is told: SLA targets, ladder, alert rules. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from handoff.calendar import Calendar, Rota


class Role(StrEnum):
    """A person's standing at the desk, least first."""

    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    DECISION_MAKER = "decision_maker"


class Category(StrEnum):
    """What a ticket is about; each has its own targets."""

    QUESTION = "question"
    COMPLAINT = "complaint"
    CRISIS = "crisis"


class Kind(StrEnum):
    """The deadlines that run on a ticket."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"


RESPONSES = frozenset({Kind.FIRST_RESPONSE, Kind.NEXT_RESPONSE})


class Reason(StrEnum):
    """Why somebody is pinged."""

    WARNING = "warning"
    BREACH = "breach"
    CRISIS = "crisis"
    DIGEST = "digest"


# What is noticed this much after its time is marked late: nobody swept, since Mimin was down.
LATE = timedelta(minutes=1)

RECIPIENTS = ("assignee", "on_call", *Role)


@dataclass(frozen=True, slots=True)
class Policy:
    """The targets of one category, counted in one calendar. A target left out is no deadline."""

    targets: Mapping[Kind, timedelta]
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: `times` pings in all, `every` apart, the first `after` it started."""

    to: tuple[str, ...]
    after: timedelta = timedelta(0)
    every: timedelta | None = None
    times: int = 1
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class Alerting:
    """How long an ack lasts, when warnings wait, and how many alerts pass before a digest."""

    ack: timedelta
    ack_crisis: timedelta
    quiet: tuple[Rota, ...]
    digest_after: int


@dataclass(frozen=True, slots=True)
class Promises:
    """Everything the handoff room is governed by; built once from the configuration.

    `warn_at` is the share of a target's counted time after which the assignee is warned.
    """

    zone: ZoneInfo
    policies: Mapping[Category, Policy]
    warn_at: float
    reopen_within: timedelta
    ladder: tuple[Rung, ...]
    alerting: Alerting


DEFAULT_LADDER = (
    Rung(("assignee", "supervisor"), every=timedelta(minutes=5), times=3),
    Rung(("decision_maker",)),
    Rung(("decision_maker",), after=timedelta(minutes=15), every=timedelta(minutes=10), times=3),
    Rung(
        ("decision_maker",), after=timedelta(minutes=45), every=timedelta(hours=1), times=24, channel="second"
    ),
)
