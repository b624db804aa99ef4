"""The figures of a report: what was counted and measured, and how many cases stand behind it. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from bot.reports.period import Period, Step
from handoff.policy import Kind
from handoff.satisfaction import Summary

NOBODY = 0  # in place of a person's id: nobody held the ticket


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took in `cases` cases; of none there is no median and no p90.

    `p90` is the shortest length that at least nine of ten cases did not exceed.
    """

    cases: int
    median: timedelta | None = None
    p90: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How many promises were kept and broken. What still runs, or promises nothing any more, is neither."""

    kept: int = 0
    broken: int = 0

    @property
    def cases(self) -> int:
        """How many were decided."""
        return self.kept + self.broken

    @property
    def share(self) -> float | None:
        """Which share was kept, 0 to 1; None where none was decided."""
        return self.kept / self.cases if self.cases else None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the period. Followers who complained in two parts are counted in each."""

    period: Period
    messages: int
    answered: int
    clarified: int
    handed_off: int
    promises: Outcomes
    complaining: int
    marks: Summary

    @property
    def others(self) -> int:
        """Messages that were none of these: to staff in an open ticket, greetings, thanks, spam."""
        return max(self.messages - self.answered - self.clarified - self.handed_off, 0)


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise that broke at `due_at`. `holder` held the ticket then, NOBODY if nobody did.

    `late_by` is how late it was kept after all, None where it was not. `is_unsent`: a reply of before
    never arrived; `is_undecided`: a request of the ticket waited for a decision; `is_down`: it was noticed
    a minute or more after, since Mimin did not run.
    """

    ticket: int
    conversation: int
    kind: Kind
    category: str
    due_at: datetime
    holder: int
    late_by: timedelta | None
    is_unsent: bool
    is_undecided: bool
    is_down: bool

    @property
    def why(self) -> str:
        """Name the reason that the log shows, the most telling one first."""
        if self.kind is Kind.APPROVAL:
            return "no_decision"
        if self.kind is Kind.REVIEW:
            return "no_review"
        if self.is_unsent:
            return "unsent"
        if self.holder == NOBODY:
            return "nobody_held"
        if self.is_undecided:
            return "undecided"
        return "unanswered" if self.late_by is None else "late"


@dataclass(frozen=True, slots=True)
class Asked:
    """An article that answered: how often, and how often the follower said that it was wrong, or helped."""

    article: str
    title: str
    times: int
    wrong: int
    helpful: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that no article surely answered, in the follower's words; `nearest` came nearest, if any.

    `message` is the first in these words, and stands for all of them; `last_at` is when the last was written.
    """

    text: str
    times: int
    nearest: str | None
    message: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Topic:
    """Followers who complained about what an article is about; `article` is "" where none comes near."""

    article: str
    title: str
    followers: int
    before: int


@dataclass(frozen=True, slots=True)
class Incident:
    """A crisis or watch that began in the period; `told` followers read its statement."""

    scope: str
    status: str
    ticket: int | None
    began_at: datetime
    declared_at: datetime | None
    ended_at: datetime | None
    complaining: int
    told: int


@dataclass(frozen=True, slots=True)
class LowMark:
    """A mark of 1 or 2 that a follower gave, with their `words`, "" where there are none or no more.

    `handler` handled the ticket, `reader` is who of those above read the mark; None is nobody.
    """

    ticket: int
    conversation: int
    category: str
    mark: int
    words: str
    at: datetime
    handler: int | None
    reader: int | None


@dataclass(frozen=True, slots=True)
class Spent:
    """What remedies of one kind gave followers in all, in the unit people speak of."""

    action: str
    currency: str
    times: int
    amount: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything a report says of one period. Each thing is counted when it happened.

    A promise is counted when it was kept, or was due where it broke; first responses and resolutions when
    they came. A mark counts when its follower was asked. `totals` is by the name of what stands behind it
    in `bot.reports.sources`; those with a part after a colon, such as "opened:complaint", are a part of
    the whole.
    """

    period: Period
    step: Step
    made_at: datetime
    totals: Mapping[str, int]
    parts: Sequence[Part]
    first_response: Spread
    resolution: Spread
    decision: Spread
    by_kind: Mapping[str, Outcomes]
    by_category: Mapping[str, Outcomes]
    by_person: Mapping[int, Outcomes]
    by_hour: Mapping[int, Outcomes]
    breaches: Sequence[Breach]
    asked: Sequence[Asked]
    gaps: Sequence[Gap]
    topics: Sequence[Topic]
    incidents: Sequence[Incident]
    spent: Sequence[Spent]
    names: Mapping[int, str]
    complaining_before: int
    marks: Summary
    marks_before: Summary
    low_marks: Sequence[LowMark]

    @property
    def promises(self) -> Outcomes:
        """All promises, of whatever kind."""
        kinds = self.by_kind.values()
        return Outcomes(sum(one.kept for one in kinds), sum(one.broken for one in kinds))

    @property
    def reasons(self) -> Mapping[str, int]:
        """Why promises broke, the most frequent first."""
        found: dict[str, int] = {}
        for breach in self.breaches:
            found[breach.why] = found.get(breach.why, 0) + 1
        return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))

    def total(self, name: str) -> int:
        """Return a total; what never happened is 0."""
        return self.totals.get(name, 0)

    def share(self, name: str, of: str = "messages") -> float | None:
        """Return a total as a share of another, 0 to 1; None of nothing."""
        return self.total(name) / self.total(of) if self.total(of) else None


def spread(seconds: Sequence[float]) -> Spread:
    """Measure how long something took."""
    if not seconds:
        return Spread(0)
    ranked = sorted(seconds)
    p90 = ranked[math.ceil(0.9 * len(ranked)) - 1]
    return Spread(len(ranked), timedelta(seconds=median(ranked)), timedelta(seconds=p90))


def percent(share: float | None) -> str:
    """Say a share, "-" where there is none; never 100% or 0% unless it is all or nothing."""
    if share is None:
        return "-"
    if share in (0, 1):
        return f"{share * 100:.0f}%"
    return f"{min(max(round(share * 100), 1), 99)}%"
