"""What the brand promised and who is told: SLA targets, ladder, alert rules. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from handoff.calendar import Calendar
from handoff.hours import Rota


class Role(StrEnum):
    """A person's standing at the desk, least first."""

    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    DECISION_MAKER = "decision_maker"


RANK = {role: rank for rank, role in enumerate(Role)}


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
    PROMISE = "promise"
    APPROVAL = "approval"
    REVIEW = "review"


RESPONSES = frozenset({Kind.FIRST_RESPONSE, Kind.NEXT_RESPONSE})
KEPT_BY_WORDS = RESPONSES | {Kind.PROMISE}  # by what staff write; the others by what they decide
# Whose targets depend on the category of the ticket; the others are the same for every ticket.
TARGETED = (Kind.FIRST_RESPONSE, Kind.NEXT_RESPONSE, Kind.RESOLUTION)


class Reason(StrEnum):
    """Why somebody is pinged."""

    WARNING = "warning"
    BREACH = "breach"
    CRISIS = "crisis"
    PROMISE = "promise"
    APPROVAL = "approval"
    REVIEW = "review"
    OVERRIDE = "override"
    DIGEST = "digest"


# These alerts keep their own reason when they warn or breach.
OWN_REASON = {
    Kind.PROMISE: Reason.PROMISE,
    Kind.APPROVAL: Reason.APPROVAL,
    Kind.REVIEW: Reason.REVIEW,
}


# What is noticed this much after its time is marked late: nobody swept, since Mimin was down.
LATE = timedelta(minutes=1)

RECIPIENTS = ("assignee", "on_call", *Role)


@dataclass(frozen=True, slots=True)
class Policy:
    """The targets of one category, counted in one calendar. A target left out is no deadline."""

    targets: Mapping[Kind, timedelta]
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Terms:
    """What one clock was promised under, and keeps however the configuration changes.

    `target` is counted in `calendar`, None promises nothing; `warn_at` is the share of it after which
    somebody is warned; `version` numbers the stored rules that the calendar belongs to, 0 being those
    of the running process.
    """

    target: timedelta | None
    calendar: Calendar
    warn_at: float
    version: int = 0


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
class Sop:
    """A remedy and the most that each role grants alone, in the unit people speak of.

    Amounts are whole rupiah, and minor units for currencies whose cents are used. A role's limit is the
    sum on one ticket; `contact_30d` and `admin_day` are sums that bind what is done without approval;
    `override_cap` is the most that one override may spend. A limit of 0 grants only amount 0.
    """

    action: str
    currency: str
    admin: int
    supervisor: int
    decision_maker: int
    contact_30d: int
    admin_day: int
    override_cap: int

    def limit(self, role: Role) -> int:
        """Return the most that the role grants on one ticket."""
        return {
            Role.ADMIN: self.admin,
            Role.SUPERVISOR: self.supervisor,
            Role.DECISION_MAKER: self.decision_maker,
        }[role]


@dataclass(frozen=True, slots=True)
class CrisisRules:
    """When complaints are a burst: this many contacts `within`, and so many times the usual."""

    contacts: int = 5
    within: timedelta = timedelta(minutes=30)
    times_usual: float = 3


@dataclass(frozen=True, slots=True)
class Promises:
    """Everything the handoff room is governed by; built once from the configuration.

    `warn_at` is the share of a target's counted time after which the assignee is warned. `approval` is
    how soon a request is decided; without one, half an hour at any time. `version` numbers these rules
    once they are stored, and `former` holds the calendars of the versions before, by version and name.
    """

    zone: ZoneInfo
    policies: Mapping[Category, Policy]
    warn_at: float
    reopen_within: timedelta
    ladder: tuple[Rung, ...]
    alerting: Alerting
    approval: Policy | None = None
    expires: timedelta = timedelta(hours=24)
    sop: tuple[Sop, ...] = ()
    crisis: CrisisRules = CrisisRules()
    version: int = 0
    former: Mapping[tuple[int, str], Calendar] = field(default_factory=lambda: MappingProxyType({}))

    def terms(self, kind: Kind, category: Category) -> Terms:
        """Return what a clock of this kind, begun now, is promised under; a promise names its own instant."""
        if kind in TARGETED:
            policy = self.policies[category]
            return Terms(policy.targets.get(kind), policy.calendar, self.warn_at, self.version)
        if kind is Kind.APPROVAL and self.approval is not None:
            target = self.approval.targets.get(kind)
            return Terms(target, self.approval.calendar, APPROVAL_REMINDER, self.version)
        target, warn_at = OWN_TERMS[kind]
        return Terms(target, Calendar.always(self.zone), warn_at or self.warn_at, self.version)

    @property
    def currency(self) -> str:
        """Return the currency in which the brand speaks: that of its first remedy."""
        return self.sop[0].currency if self.sop else "IDR"

    def find_sop(self, action: str) -> Sop | None:
        """Return the remedy of that name, if there is one."""
        return next((sop for sop in self.sop if sop.action == action), None)

    def calendar(self, version: int, name: str) -> Calendar:
        """Return the calendar of that name as it stood in that version of the rules.

        "sla.question" is that of the category. A name that is gone from rules that were never stored counts
        every hour.
        """
        if name.startswith(OF_CATEGORY):
            return self.policies[Category(name.removeprefix(OF_CATEGORY))].calendar
        if found := self.former.get((version, name)):
            return found
        policies = [*self.policies.values(), *([self.approval] if self.approval else [])]
        known = (policy.calendar for policy in policies if policy.calendar.name == name)
        return next(known, Calendar.always(self.zone))


OF_CATEGORY = "sla."

# An approval is reminded of at half its time; a review is due within a day. None: as every other clock.
APPROVAL_REMINDER = 0.5
OWN_TERMS: Mapping[Kind, tuple[timedelta | None, float | None]] = {
    Kind.PROMISE: (None, None),
    Kind.APPROVAL: (timedelta(minutes=30), APPROVAL_REMINDER),
    Kind.REVIEW: (timedelta(hours=24), None),
}

DEFAULT_LADDER = (
    Rung(("assignee", "supervisor"), every=timedelta(minutes=5), times=3),
    Rung(("decision_maker",)),
    Rung(("decision_maker",), after=timedelta(minutes=15), every=timedelta(minutes=10), times=3),
    Rung(
        ("decision_maker",), after=timedelta(minutes=45), every=timedelta(hours=1), times=24, channel="second"
    ),
)
