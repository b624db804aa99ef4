"""The ladder: who is told next, how often, and what "I have it" holds back. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from handoff.policy import Role, Rung

WARNING = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One rung within a climb: `n` pings went out so far, `left` are to come, the next at `next_at`."""

    rung: int
    n: int = 0
    left: int = 0
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Climb:
    """The ladder as one broken promise, or one crisis, climbs it.

    Rung 0 is the warning; 1, 2 ... are the configured rungs. While an ack lasts no rung is due;
    when it ends, the rung reached starts again and the later ones count `after` anew.
    """

    steps: tuple[Step, ...] = ()
    reached: int = WARNING
    broken: bool = False
    acked_until: datetime | None = None
    extended: bool = False
    ended: bool = False

    @property
    def look_at(self) -> datetime | None:
        """When something happens next by itself; None when nothing will."""
        if self.ended:
            return None
        if self.acked_until is not None:
            return self.acked_until
        return min((step.next_at for step in self.steps if step.next_at is not None), default=None)

    @property
    def is_open(self) -> bool:
        """Say whether somebody was pinged and the matter is not over."""
        return not self.ended and any(step.n for step in self.steps)


@dataclass(frozen=True, slots=True)
class Ping:
    """Tell the recipients of a rung for the n-th time."""

    rung: int
    n: int


def warn(at: datetime) -> Climb:
    """Begin at the warning: one ping, before anything is broken."""
    return Climb((Step(WARNING, 0, 1, at),))


def break_promise(climb: Climb, ladder: Sequence[Rung], at: datetime) -> Climb:
    """Start the rungs because the promise broke at `at`; an ack that still lasts holds them back."""
    held = replace(climb, broken=True)
    if climb.acked_until is not None and climb.acked_until > at:
        return held
    steps = tuple(replace(step, left=0, next_at=None) for step in climb.steps)
    return replace(held, steps=steps + _scheduled(ladder, at, first=1), acked_until=None)


def begin_crisis(ladder: Sequence[Rung], at: datetime) -> Climb:
    """Begin at the first rung that names the decision-makers, at once."""
    first = next((n for n, rung in enumerate(ladder, 1) if Role.DECISION_MAKER in rung.to), 1)
    steps = _scheduled(ladder, at, first)
    at_once = tuple(replace(step, next_at=at) if step.rung == first else step for step in steps)
    return Climb(at_once, reached=first, broken=True)


def climb_to(climb: Climb, ladder: Sequence[Rung], now: datetime) -> tuple[Climb, list[Ping]]:
    """Return the pings that are due at `now`, lowest rung first.

    What was missed while nobody swept goes out once, with the number it would have had by now.
    """
    if climb.ended:
        return climb, []
    if climb.acked_until is not None:
        if now < climb.acked_until:
            return climb, []
        climb = _again(climb, ladder, climb.acked_until)
    pings, steps, reached = [], [], climb.reached
    for step in climb.steps:
        if step.next_at is None or step.next_at > now:
            steps.append(step)
            continue
        every = ladder[step.rung - 1].every if step.rung else None
        missed = int((now - step.next_at) / every) if every else 0
        fired = min(1 + missed, step.left)
        left = step.left - fired
        following = step.next_at + every * fired if left and every else None
        steps.append(Step(step.rung, step.n + fired, left, following))
        pings.append(Ping(step.rung, step.n + fired))
        reached = max(reached, step.rung)
    return replace(climb, steps=tuple(steps), reached=reached), pings


def skip(climb: Climb, ladder: Sequence[Rung], rung: int, now: datetime) -> Climb:
    """Bring the next rung that was not yet climbed forward to `now`, since `rung` reached nobody."""
    following = min(
        (s.rung for s in climb.steps if s.rung > rung and s.left == ladder[s.rung - 1].times), default=None
    )
    steps = tuple(
        replace(step, next_at=min(step.next_at or now, now)) if step.rung == following else step
        for step in climb.steps
    )
    return replace(climb, steps=steps)


def ack(climb: Climb, now: datetime, lasts: timedelta) -> Climb:
    """Hold the climb back until `now + lasts`: somebody has it."""
    return replace(climb, acked_until=now + lasts, extended=False)


def extend(climb: Climb, now: datetime, by: timedelta) -> Climb:
    """Lengthen a lasting ack once, because its holder replied."""
    if climb.ended or climb.extended or climb.acked_until is None or climb.acked_until <= now:
        return climb
    return replace(climb, acked_until=climb.acked_until + by, extended=True)


def end(climb: Climb) -> Climb:
    """End it: what stops the deadline, late or not, clears its alerts."""
    return replace(climb, ended=True, acked_until=None)


def _scheduled(ladder: Sequence[Rung], at: datetime, first: int) -> tuple[Step, ...]:
    return tuple(Step(n, 0, rung.times, at + rung.after) for n, rung in enumerate(ladder, 1) if n >= first)


def _again(climb: Climb, ladder: Sequence[Rung], at: datetime) -> Climb:
    """Start the rung reached once more, `n` counting on; the rungs after it count `after` anew."""
    so_far = {step.rung: step.n for step in climb.steps}
    if not climb.broken:
        steps: tuple[Step, ...] = (Step(WARNING, 0, 1, at),)
    else:
        steps = tuple(
            replace(step, next_at=at) if step.rung == climb.reached else step
            for step in _scheduled(ladder, at, first=max(climb.reached, 1))
        )
    resumed = {step.rung for step in steps}
    below = tuple(Step(rung, n) for rung, n in so_far.items() if rung not in resumed)
    counted = tuple(replace(step, n=so_far.get(step.rung, 0)) for step in steps)
    return replace(climb, steps=below + counted, acked_until=None, extended=False)
