"""The course of a ticket's clocks: what each action does to them, and what people are told of it. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from handoff import deadline
from handoff.actions import (
    Action,
    Annul,
    CancelClock,
    EndCrisis,
    KeepPromises,
    PauseClock,
    RaiseCrisis,
    ResumeClock,
    Retarget,
    StartClock,
    StopClock,
)
from handoff.deadline import Deadline, Status
from handoff.policy import KEPT_BY_WORDS, RESPONSES, TARGETED, Kind, Terms

TermsOf = Callable[[Kind], Terms]


class Change(StrEnum):
    """What became of a clock, as its log entry says it."""

    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    MOVED = "moved"
    ANNULLED = "annulled"


@dataclass(frozen=True, slots=True)
class Changed:
    """The clock at `place` took another turn, which counts from `at`."""

    place: int
    change: Change
    at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """The promise at `place` was kept in time."""

    place: int


@dataclass(frozen=True, slots=True)
class Broken:
    """The promise at `place` turned out to be broken before it was kept."""

    place: int


@dataclass(frozen=True, slots=True)
class Annulled:
    """The promise at `place` was taken for kept, and was not."""

    place: int


@dataclass(frozen=True, slots=True)
class Cleared:
    """The clock at `place` needs no more alerts; `warning`: only the one before it breaks."""

    place: int
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The promise at `place` broke before, and is open again: its alerts go on."""

    place: int


Told = Changed | Kept | Broken | Annulled | Cleared | Unanswered | RaiseCrisis | EndCrisis


@dataclass(slots=True)
class Course:
    """The clocks of one ticket as they stand `at` an instant, in the order they began."""

    clocks: list[Deadline]
    terms_of: TermsOf
    at: datetime

    def follow(self, actions: Sequence[Action]) -> list[Told]:
        """Carry the actions out and return what people are told, in order."""
        return [told for action in actions for told in self._carry_out(action)]

    def _carry_out(self, action: Action) -> Iterator[Told]:
        match action:
            case StartClock(kind, at, by, subject):
                yield from self._start(kind, at, by, subject)
            case StopClock(kind, at, subject):
                yield from self._stop(kind, at, subject)
            case KeepPromises(at, update):
                for place in self._kept_by(at, update=update):
                    yield from self._stop_one(place, at)
            case PauseClock(kind, at):
                for place in self._active(kind):
                    if self._put(place, deadline.pause(self.clocks[place], at)):
                        yield Changed(place, Change.PAUSED, at)
                        yield Cleared(place, warning=True)
            case CancelClock(kind, at, subject):
                for place in self._about(kind, subject):
                    self._put(place, deadline.cancel(self.clocks[place], at))
                    yield Changed(place, Change.CANCELLED, at)
                    yield Cleared(place)
            case ResumeClock(kind, at):
                for place in self._newest(kind):
                    if self._put(place, deadline.resume(self.clocks[place], at)):
                        yield Changed(place, Change.RESUMED, at)
            case Annul():
                yield from self._annul(action)
            case Retarget(starts):
                yield from self._retarget(dict(starts))
            case RaiseCrisis() | EndCrisis():
                yield action

    def _start(self, kind: Kind, at: datetime, by: datetime | None, subject: int | None) -> Iterator[Told]:
        terms = self.terms_of(kind)
        if by is not None:
            terms = replace(terms, target=by - at)
        self.clocks.append(deadline.start(kind, at, terms, subject))
        yield Changed(len(self.clocks) - 1, Change.STARTED, at)

    def _stop(self, kind: Kind, at: datetime, subject: int | None) -> Iterator[Told]:
        """Stop the clocks of a kind. One that a resolve cancelled is kept after all by a reply in time."""
        for place in self._about(kind, subject) or (self._newest(kind) if kind in TARGETED else []):
            yield from self._stop_one(place, at)

    def _stop_one(self, place: int, at: datetime) -> Iterator[Told]:
        clock = self.clocks[place]
        counted = deadline.resume(clock, at)
        late = counted.due_at is not None and counted.due_at < at
        if clock.is_over and (late or clock.status is Status.STOPPED):
            return
        broke = late and counted.breached_at is None
        if broke:
            counted = replace(counted, breached_at=counted.due_at)
        self._put(place, deadline.stop(counted, at))
        yield Changed(place, Change.STOPPED, at)
        if broke:
            yield Broken(place)
        elif counted.due_at is not None and counted.breached_at is None:
            yield Kept(place)
        yield Cleared(place)

    def _kept_by(self, at: datetime, *, update: bool) -> list[int]:
        """Return the promises that a staff message at `at` keeps: those warned of before it.

        An `update` is the news that was promised: it keeps the one that is due next, too.
        """
        running = [place for place in self._active(Kind.PROMISE) if self.clocks[place].due_at is not None]
        running.sort(key=lambda place: (self.clocks[place].due_at, place))
        warned = [place for place in running if (self.clocks[place].warn_at or at) < at]
        return warned or (running[:1] if update else [])

    def _annul(self, action: Annul) -> Iterator[Told]:
        """Take back what a message did that never arrived; the next one that stands did it instead."""
        owed_again = False
        for place, clock in enumerate(self.clocks):
            if clock.kind is Kind.RESOLUTION:
                if self._put(place, deadline.unpause(clock, action.sent_at, action.paused_at)):
                    yield Changed(place, Change.ANNULLED, action.at)
            elif (
                clock.kind in KEPT_BY_WORDS
                and clock.stopped_at == action.sent_at
                and clock.status is Status.STOPPED
            ):
                owed_again = owed_again or clock.kind in RESPONSES
                yield from self._owe_again(place, action)
        for place, clock in enumerate(self.clocks):
            followed = action.next_at is None or clock.started_at < action.next_at
            begun_since = clock.started_at > action.sent_at and followed
            if owed_again and clock.kind is Kind.NEXT_RESPONSE and begun_since:
                self._put(place, deadline.cancel(clock, action.at))
                yield Changed(place, Change.CANCELLED, action.at)
                yield Cleared(place)

    def _owe_again(self, place: int, action: Annul) -> Iterator[Told]:
        was_kept = self.clocks[place].breached_at is None
        clock = deadline.unstop(self.clocks[place])
        ends = [action.next_at, action.settled_at]
        if (
            clock.kind is Kind.PROMISE
            and action.next_at
            and action.next_at <= (clock.warn_at or action.next_at)
        ):
            ends = [action.settled_at]  # came too early to be the news that was promised
        end = min((at for at in ends if at is not None), default=None)
        if end is not None and clock.due_at is not None and clock.due_at < end and was_kept:
            clock = replace(clock, breached_at=clock.due_at)
        if clock.kind is Kind.FIRST_RESPONSE and action.next_at is None and end is not None:
            clock = deadline.cancel(clock, end)
        elif end is not None:
            clock = deadline.stop(clock, end)
        self._put(place, clock)
        change = Change.CANCELLED if clock.status is Status.CANCELLED else Change.ANNULLED
        yield Changed(place, change, action.at if end is None else end)
        if was_kept and (end is None or clock.breached_at is not None):
            yield Annulled(place)
        if was_kept and clock.breached_at is not None:
            yield Broken(place)
        elif not was_kept and clock.status is Status.RUNNING:
            yield Unanswered(place)

    def _retarget(self, starts: Mapping[Kind, datetime]) -> Iterator[Told]:
        """Apply other targets. A warning that moves to later is given again, and not before."""
        for place, clock in enumerate(self.clocks):
            if clock.is_over or clock.kind not in TARGETED:
                continue
            origin = starts.get(clock.kind, clock.started_at)
            moved = deadline.retarget(clock, self.terms_of(clock.kind), origin)
            warned = moved.warned and moved.warn_at is not None and moved.warn_at <= self.at
            if self._put(place, replace(moved, warned=warned)):
                yield Changed(place, Change.MOVED, origin)
            if moved.terms.target is None:
                yield Cleared(place)
            elif not warned:
                yield Cleared(place, warning=True)

    def _active(self, kind: Kind) -> list[int]:
        """Return the clocks that are not over: running, paused, or without a promise for now."""
        return [place for place, clock in enumerate(self.clocks) if clock.kind is kind and not clock.is_over]

    def _about(self, kind: Kind, subject: int | None) -> list[int]:
        """Return those of them that belong to the subject; all, where none is named."""
        return [
            place for place in self._active(kind) if subject is None or self.clocks[place].subject == subject
        ]

    def _newest(self, kind: Kind) -> list[int]:
        """Return the newest clock of a kind, over or not, if there is one."""
        return [place for place, clock in enumerate(self.clocks) if clock.kind is kind][-1:]

    def _put(self, place: int, clock: Deadline) -> bool:
        """Let the clock stand as it is now, and say whether that is a change."""
        changed = clock != self.clocks[place]
        self.clocks[place] = clock
        return changed
