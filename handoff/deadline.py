"""A deadline: one promise with an instant, and what happened to it. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from handoff.calendar import Calendar, add, between
from handoff.policy import Kind, Policy

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
    change of category may give it one.
    """

    kind: Kind
    started_at: datetime
    target: timedelta | None
    due_at: datetime | None
    warn_at: datetime | None
    pauses: tuple[Pause, ...] = ()
    status: Status = Status.RUNNING
    warned: bool = False
    breached_at: datetime | None = None
    stopped_at: datetime | None = None

    @property
    def look_at(self) -> datetime | None:
        """When the sweep has to look at it next; None when nothing more can become due."""
        if self.status is not Status.RUNNING or self.breached_at is not None:
            return None
        return self.due_at if self.warned else self.warn_at


def start(kind: Kind, at: datetime, policy: Policy, warn_at: float) -> Deadline:
    """Start the clock of this kind at `at`; it is due at no time where the policy promises nothing."""
    return _timed(Deadline(kind, at, policy.targets.get(kind), None, None), policy.calendar, warn_at)


def pause(deadline: Deadline, at: datetime) -> Deadline:
    """Stop counting at `at` until the clock is resumed; one that is paused or over stays as it is."""
    if deadline.status is Status.PAUSED or deadline.stopped_at is not None:
        return deadline
    return replace(
        deadline, status=Status.PAUSED, pauses=(*deadline.pauses, (at, None)), due_at=None, warn_at=None
    )


def resume(deadline: Deadline, at: datetime, calendar: Calendar, warn_at: float) -> Deadline:
    """Let it run on from `at`: the time since the pause, or since a stop that is taken back, is left out.

    One that was cancelled runs on as if it had never been.
    """
    if deadline.status is Status.PAUSED:
        before, since = deadline.pauses[:-1], deadline.pauses[-1][0]
    elif deadline.status is Status.STOPPED and deadline.stopped_at is not None:
        before, since = deadline.pauses, deadline.stopped_at
    elif deadline.stopped_at is not None:
        return _timed(replace(deadline, stopped_at=None), calendar, warn_at)
    else:
        return deadline
    pauses = (*before, (since, max(since, at)))
    return _timed(replace(deadline, stopped_at=None, pauses=pauses), calendar, warn_at)


def stop(deadline: Deadline, at: datetime) -> Deadline:
    """Record that the promise was kept, late or not, at `at`."""
    return replace(deadline, status=Status.STOPPED, stopped_at=at)


def cancel(deadline: Deadline, at: datetime) -> Deadline:
    """End a clock that no longer promises anything, neither kept nor broken."""
    return replace(deadline, status=Status.CANCELLED, stopped_at=at)


def retarget(deadline: Deadline, policy: Policy, warn_at: float, origin: datetime) -> Deadline:
    """Apply another policy, counted from `origin`; an old breach stays."""
    moved = replace(deadline, target=policy.targets.get(deadline.kind), started_at=origin)
    return moved if moved.status is Status.PAUSED else _timed(moved, policy.calendar, warn_at)


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


def _timed(deadline: Deadline, calendar: Calendar, warn_at: float) -> Deadline:
    """Let it run, and work out when it is due and when to warn."""
    if deadline.target is None:
        return replace(deadline, status=Status.CANCELLED, due_at=None, warn_at=None)
    due = _instant(deadline, calendar, deadline.target)
    warn = _instant(deadline, calendar, deadline.target * warn_at)
    return replace(deadline, status=Status.RUNNING, due_at=due, warn_at=min(warn, due))


def _instant(deadline: Deadline, calendar: Calendar, target: timedelta) -> datetime:
    """Find when `target` of counted time is used up, walking over the finished pauses."""
    left, since = target, deadline.started_at
    for began, ended in deadline.pauses:
        if began > since:
            counted = between(calendar, since, began)
            if counted >= left:
                break
            left -= counted
        since = max(since, ended or began)
    return add(calendar, since, left)
