"""The ladder: who is told next, how often, and what "I have it" holds back. Pure."""

from collections.abc import Sequence, Set
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
    when it ends, the rung reached starts again, with those that began together with it, and the later
    ones count `after` anew.
    """

    steps: tuple[Step, ...] = ()
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
    """Tell the recipients of a rung for the n-th time; it was due at `due_at`."""

    rung: int
    n: int
    due_at: datetime


def warn(climb: Climb, at: datetime) -> Climb:
    """Begin at the warning: one ping, before anything is broken. An ack that still lasts holds it back."""
    if climb.acked_until is not None and climb.acked_until > at:
        return climb
    return _restarted(replace(climb, ended=False), (Step(WARNING, 0, 1, at),))


def break_promise(
    climb: Climb, ladder: Sequence[Rung], at: datetime, at_once: Set[int] = frozenset()
) -> Climb:
    """Start the rungs because the promise broke at `at`; an ack that still lasts holds them back.

    Where some begin `at_once`, those before them are left out.
    """
    broken = replace(climb, broken=True, ended=False)
    if climb.acked_until is not None and climb.acked_until > at:
        return broken
    return _restarted(broken, _scheduled(ladder, at, at_once))


def begin_crisis(ladder: Sequence[Rung], at: datetime) -> Climb:
    """Begin at the first rung that names the decision-makers, at once."""
    return Climb(_scheduled(ladder, at, at_once={top_rung(ladder)}), broken=True)


def top_rung(ladder: Sequence[Rung]) -> int:
    """Return the first rung that names the decision-makers; the first of all where none does."""
    return next((n for n, rung in enumerate(ladder, 1) if Role.DECISION_MAKER in rung.to), 1)


def climb_to(
    climb: Climb, ladder: Sequence[Rung], now: datetime, quiet_until: datetime | None = None
) -> tuple[Climb, list[Ping]]:
    """Return the pings that are due at `now`, lowest rung first; a warning waits while it is quiet.

    What was missed while nobody swept goes out once, with the number it would have had by now.
    """
    if climb.ended:
        return climb, []
    if climb.acked_until is not None:
        if now < climb.acked_until:
            return climb, []
        climb = _again(climb, ladder, climb.acked_until)
    pings, steps = [], []
    for step in climb.steps:
        if step.rung > len(ladder):  # the configuration has fewer rungs than it had
            steps.append(Step(step.rung, step.n))
        elif step.next_at is None or step.next_at > now:
            steps.append(step)
        elif step.rung == WARNING and quiet_until is not None and quiet_until > now:
            steps.append(replace(step, next_at=quiet_until))
        else:
            every = ladder[step.rung - 1].every if step.rung else None
            missed = int((now - step.next_at) / every) if every else 0
            fired = min(1 + missed, step.left)
            left = step.left - fired
            following = step.next_at + every * fired if left and every else None
            steps.append(Step(step.rung, step.n + fired, left, following))
            pings.append(Ping(step.rung, step.n + fired, step.next_at))
    return replace(climb, steps=tuple(steps)), pings


def skip(climb: Climb, ladder: Sequence[Rung], rung: int, now: datetime) -> Climb:
    """Bring the next rung forward to `now`, since `rung` reached nobody; one that began stays as it is."""
    following = rung + 1
    steps = tuple(
        replace(step, next_at=min(step.next_at or now, now))
        if step.rung == following <= len(ladder) and step.left == ladder[rung].times
        else step
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


def resume(climb: Climb, ladder: Sequence[Rung], at: datetime) -> Climb:
    """Go on after an end that was taken back: the rung reached starts again."""
    return _again(replace(climb, ended=False), ladder, at)


def _again(climb: Climb, ladder: Sequence[Rung], at: datetime) -> Climb:
    """Start the rung reached once more, and those that began together with it; later ones count anew."""
    if not climb.broken:
        return _restarted(climb, (Step(WARNING, 0, 1, at),))
    climbed = {step.rung for step in climb.steps if WARNING < step.rung <= len(ladder) and step.n}
    reached = max(climbed, default=WARNING)
    together = {rung for rung in climbed if ladder[rung - 1].after == ladder[reached - 1].after}
    return _restarted(climb, _scheduled(ladder, at, at_once=together))


def _scheduled(ladder: Sequence[Rung], at: datetime, at_once: Set[int] = frozenset()) -> tuple[Step, ...]:
    """Return the rungs from the first of `at_once` on, the others `after` their time."""
    return tuple(
        Step(n, 0, rung.times, at if n in at_once else at + rung.after)
        for n, rung in enumerate(ladder, 1)
        if n >= min(at_once, default=1)
    )


def _restarted(climb: Climb, steps: tuple[Step, ...]) -> Climb:
    """Climb these steps from now on, `n` counting on; what is not among them rings no more."""
    so_far = {step.rung: step.n for step in climb.steps}
    over = tuple(Step(rung, n) for rung, n in so_far.items() if rung not in {step.rung for step in steps})
    counted = tuple(Step(step.rung, so_far.get(step.rung, 0), step.left, step.next_at) for step in steps)
    return replace(climb, steps=over + counted, acked_until=None, extended=False)
