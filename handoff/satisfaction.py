"""Satisfaction: whether a follower is asked how it went, what a mark means, when it may change. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from handoff.entry import Refused

FACES = {1: "😡", 2: "🙁", 3: "😐", 4: "🙂", 5: "😍"}
LOW = 2  # a mark up to this one opens a review
CHANGEABLE = timedelta(hours=24)  # from the first mark on
APART = timedelta(days=7)  # between two questions to the same follower
FOR_WORDS = timedelta(minutes=10)  # how long a low mark waits for words before those above are told


@dataclass(frozen=True, slots=True)
class Rules:
    """How followers are asked: this long `after` the resolve, and in a story only where it is `simulated`."""

    after: timedelta = timedelta(minutes=1)
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides whether the question is asked, as it stands when its time has come.

    `resolved` says that no ticket of the follower is open, this one or another; `replied` that a reply of
    a person arrived, `waived` that they closed the matter as needing no reply. `asked_at` is when the same
    follower was asked last, about whichever ticket.
    """

    resolved: bool
    reachable: bool
    replied: bool
    waived: bool
    in_crisis: bool
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Survey:
    """The question about one ticket and its answer. `marked_at` is the first mark; `commented` says that
    words came with it, `told_at` when those above were told of a low mark, `seen_at` when one had read it.
    """

    asked_at: datetime | None = None
    mark: int | None = None
    marked_at: datetime | None = None
    commented: bool = False
    told_at: datetime | None = None
    seen_at: datetime | None = None
    look_at: datetime | None = None

    @property
    def is_to_review(self) -> bool:
        """Say whether somebody above still has to read it."""
        return self.mark is not None and self.mark <= LOW and self.seen_at is None

    def takes_marks(self, now: datetime) -> bool:
        """Say whether a mark may be given or changed."""
        if self.asked_at is None:
            return False
        return self.marked_at is None or now < self.marked_at + CHANGEABLE

    def takes_words(self, now: datetime) -> bool:
        """Say whether words may come with the mark; they come once."""
        return self.mark is not None and not self.commented and self.takes_marks(now)


def may_ask(facts: Facts, now: datetime) -> bool:
    """Say whether the follower is asked: a person helped, the matter is over, and it is no bad moment."""
    if not (facts.resolved and facts.reachable and facts.replied) or facts.waived or facts.in_crisis:
        return False
    return facts.asked_at is None or now - facts.asked_at >= APART


def marked(survey: Survey, mark: int, now: datetime) -> Survey:
    """Return the survey with a new mark; raises Refused where there is no such mark, or it is too late.

    A low mark looks again in ten minutes, so that the words which may follow are read with it. One that is
    raised in that time is told to nobody; what was told once is not told again.
    """
    if mark not in FACES:
        raise Refused("invalid", "a mark is {least} to {most}", least=min(FACES), most=max(FACES))
    if not survey.takes_marks(now):
        raise Refused("not_available", "this question is closed")
    after = replace(survey, mark=mark, marked_at=survey.marked_at or now)
    waits = after.is_to_review and survey.told_at is None
    patience = now if survey.commented else now + FOR_WORDS
    return replace(after, look_at=(survey.look_at or patience) if waits else None)


def commented(survey: Survey, now: datetime) -> Survey:
    """Return the survey once words came with its mark: those above get to read a low one's at once."""
    if not survey.takes_words(now):
        raise Refused("not_available", "this question is closed")
    return replace(survey, commented=True, look_at=now if survey.is_to_review else None)


def seen(survey: Survey, now: datetime) -> Survey:
    """Return the survey once somebody above read it; raises Refused where nothing waits to be read."""
    if not survey.is_to_review:
        raise Refused("not_open", "no low mark of this ticket waits to be read")
    return replace(survey, seen_at=now, look_at=None)


class Summary(NamedTuple):
    """The figures of a period: `average` is None while nobody answered, `by_mark` counts every mark."""

    asked: int
    answered: int
    average: float | None
    by_mark: dict[int, int]


def summary(marks: Sequence[int | None]) -> Summary:
    """Sum up the marks of a period, one for each follower who was asked: None is no answer."""
    given = Counter(mark for mark in marks if mark is not None)
    return _summed(len(marks), {mark: given[mark] for mark in FACES})


def together(parts: Sequence[Summary]) -> Summary:
    """Sum up periods of which none overlaps another."""
    by_mark = {mark: sum(part.by_mark[mark] for part in parts) for mark in FACES}
    return _summed(sum(part.asked for part in parts), by_mark)


def _summed(asked: int, by_mark: dict[int, int]) -> Summary:
    answered = sum(by_mark.values())
    total = sum(mark * count for mark, count in by_mark.items())
    return Summary(asked, answered, total / answered if answered else None, by_mark)
