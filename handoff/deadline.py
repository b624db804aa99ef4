"""A deadline: one promise with an instant, and what happened to it. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from handoff.calendar import add, between
from handoff.policy import Kind, Terms

Pause = tuple[datetime, datetime | None]


class Status(StrEnum):
    """Where a deadline stands; only a running one can warn or breach."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Deadline:
    """One clock of one ticket.

    `due_at` is the earliest instant at which the target is used up, pauses left out, and None while
    the clock is paused. `breached_at` is when it was due, not when somebody noticed, and stays. A
    clock without a target promises nothing and stands as cancelled, but its pauses are kept, since a
    change of category may give it one. `subject` is the request, override or note it
    belongs to.
    """

    kind: Kind
    started_at: datetime
    terms: Terms
    due_at: datetime | None
    warn_at: datetime | None
    pauses: tuple[Pause, ...] = ()
    status: Status = Status.RUNNING
    warned: bool = False
    breached_at: datetime | None = None
    stopped_at: datetime | None = None
    subject: int | None = None

    @property
    def is_over(self) -> bool:
        """Say whether it was kept, late or not, or promises nothing any more."""
        return self.stopped_at is not None

    @property
    def look_at(self) -> datetime | None:
        """When the sweep has to look at it next; None when nothing more can become due."""
        if self.status is not Status.RUNNING or self.breached_at is not None:
            return None
        return self.due_at if self.warned else self.warn_at


def start(kind: Kind, at: datetime, terms: Terms, subject: int | None = None) -> Deadline:
    """Start the clock of this kind at `at`; it is due at no time where the terms promise nothing."""
    return _timed(Deadline(kind, at, terms, None, None, subject=subject))


def pause(deadline: Deadline, at: datetime) -> Deadline:
    """Stop counting at `at` until the clock is resumed; one that is paused or over stays as it is."""
    if deadline.status is Status.PAUSED or deadline.stopped_at is not None:
        return deadline
    return replace(
        deadline, status=Status.PAUSED, pauses=(*deadline.pauses, (at, None)), due_at=None, warn_at=None
    )


def resume(deadline: Deadline, at: datetime) -> Deadline:
    """Let it run on from `at`: the time since the pause, or since a stop that is taken back, is left out.

    One that was cancelled runs on as if it had never been.
    """
    if deadline.status is Status.PAUSED:
        before, since = deadline.pauses[:-1], deadline.pauses[-1][0]
    elif deadline.status is Status.STOPPED and deadline.stopped_at is not None:
        before, since = deadline.pauses, deadline.stopped_at
    elif deadline.stopped_at is not None:
        return _timed(replace(deadline, stopped_at=None))
    else:
        return deadline
    pauses = (*before, (since, max(since, at)))
    return _timed(replace(deadline, stopped_at=None, pauses=pauses))


def unstop(deadline: Deadline) -> Deadline:
    """Let it run as if it had never been stopped, since what stopped it did not happen."""
    return _timed(replace(deadline, stopped_at=None))


def unpause(deadline: Deadline, since: datetime, instead: datetime | None = None) -> Deadline:
    """Take back the pause that began at `since`, or let it begin `instead`, if it lasted until then."""
    pauses = tuple(
        (since if instead is None else instead, until) if began == since else (began, until)
        for began, until in deadline.pauses
        if began != since or (instead is not None and (until is None or instead < until))
    )
    if pauses == deadline.pauses:
        return deadline
    changed = replace(deadline, pauses=pauses)
    still_paused = bool(pauses) and pauses[-1][1] is None
    return changed if deadline.is_over or still_paused else _timed(changed)


def stop(deadline: Deadline, at: datetime) -> Deadline:
    """Record that the promise was kept, late or not, at `at`."""
    return replace(deadline, status=Status.STOPPED, stopped_at=at)


def cancel(deadline: Deadline, at: datetime) -> Deadline:
    """End a clock that no longer promises anything, neither kept nor broken."""
    return replace(deadline, status=Status.CANCELLED, stopped_at=at)


def retarget(deadline: Deadline, terms: Terms, origin: datetime) -> Deadline:
    """Apply other terms, counted from `origin`; an old breach stays."""
    moved = replace(deadline, terms=terms, started_at=origin)
    return moved if moved.status is Status.PAUSED else _timed(moved)


def used(deadline: Deadline, at: datetime) -> timedelta:
    """Return how much of the target was used up at `at`, in counted time."""
    ends = [at, *([deadline.stopped_at] if deadline.stopped_at else [])]
    until, counted, since = min(ends), timedelta(0), deadline.started_at
    for began, ended in deadline.pauses:
        if since < began:
            counted += between(deadline.terms.calendar, since, min(began, until))
        since = max(since, ended or until)
        if since >= until:
            return counted
    return counted + max(between(deadline.terms.calendar, since, until), timedelta(0))


def is_breached(deadline: Deadline, now: datetime) -> bool:
    """Say whether the promise is broken at `now` and was not yet known to be: on time means stop <= due."""
    return (
        deadline.status is Status.RUNNING
        and deadline.breached_at is None
        and deadline.due_at is not None
        and deadline.due_at <= now
    )


def is_warning_due(deadline: Deadline, now: datetime) -> bool:
    """Say whether the assignee has to be warned at `now`."""
    return (
        deadline.status is Status.RUNNING
        and not deadline.warned
        and deadline.breached_at is None
        and deadline.warn_at is not None
        and deadline.warn_at <= now
    )


def warned(deadline: Deadline) -> Deadline:
    """Record that the assignee was warned."""
    return replace(deadline, warned=True)


def breached(deadline: Deadline) -> Deadline:
    """Record the breach, dated when the promise was due."""
    return replace(deadline, warned=True, breached_at=deadline.due_at)


def _timed(deadline: Deadline) -> Deadline:
    """Let it run, and work out when it is due and when to warn."""
    target = deadline.terms.target
    if target is None:
        return replace(deadline, status=Status.CANCELLED, due_at=None, warn_at=None)
    due = _instant(deadline, target)
    warn = _instant(deadline, target * deadline.terms.warn_at)
    return replace(deadline, status=Status.RUNNING, due_at=due, warn_at=min(warn, due))


def _instant(deadline: Deadline, target: timedelta) -> datetime:
    """Find when `target` of counted time is used up, walking over the finished pauses."""
    calendar = deadline.terms.calendar
    left, since = target, deadline.started_at
    for began, ended in deadline.pauses:
        if began > since:
            counted = between(calendar, since, began)
            if counted >= left:
                break
            left -= counted
        since = max(since, ended or began)
    return add(calendar, since, left)
