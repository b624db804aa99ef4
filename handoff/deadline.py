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
    the clock is paused. `breached_at` is when it was due, not when somebody noticed, and stays.
    """

    kind: Kind
    started_at: datetime
    target: timedelta
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


def start(kind: Kind, at: datetime, policy: Policy, warn_at: float) -> Deadline | None:
    """Start the clock of this kind at `at`, or return None where the policy promises nothing."""
    target = policy.targets.get(kind)
    if target is None:
        return None
    return _timed(Deadline(kind, at, target, None, None), policy.calendar, warn_at)


def pause(deadline: Deadline, at: datetime) -> Deadline:
    """Stop counting at `at` until the clock is resumed; a clock that does not run stays as it is."""
    if deadline.status is not Status.RUNNING:
        return deadline
    return replace(
        deadline, status=Status.PAUSED, pauses=(*deadline.pauses, (at, None)), due_at=None, warn_at=None
    )


def resume(deadline: Deadline, at: datetime, calendar: Calendar, warn_at: float) -> Deadline:
    """Let it run on from `at`: the time since the pause, or since a stop that is taken back, is left out.

    A cancelled clock runs on as if it had never been cancelled.
    """
    if deadline.status is Status.CANCELLED:
        return replace(deadline, status=Status.RUNNING, stopped_at=None)
    if deadline.status is Status.RUNNING:
        return deadline
    paused_at = next((since for since, until in deadline.pauses[-1:] if until is None), None)
    since = paused_at or deadline.stopped_at or at
    before = deadline.pauses[:-1] if paused_at else deadline.pauses
    running = replace(
        deadline, status=Status.RUNNING, stopped_at=None, pauses=(*before, (since, max(since, at)))
    )
    return _timed(running, calendar, warn_at)


def stop(deadline: Deadline, at: datetime) -> Deadline:
    """Record that the promise was kept, late or not, at `at`."""
    return replace(deadline, status=Status.STOPPED, stopped_at=at)


def cancel(deadline: Deadline, at: datetime) -> Deadline:
    """End a clock that no longer promises anything, neither kept nor broken."""
    return replace(deadline, status=Status.CANCELLED, stopped_at=at)


def retarget(
    deadline: Deadline, policy: Policy, warn_at: float, origin: datetime | None = None
) -> Deadline | None:
    """Apply another policy from the original start, or from `origin`; an old breach stays.

    Returns None where the new policy promises nothing of this kind.
    """
    target = policy.targets.get(deadline.kind)
    if target is None:
        return None
    moved = replace(deadline, target=target, started_at=origin or deadline.started_at)
    return _timed(moved, policy.calendar, warn_at) if moved.status is Status.RUNNING else moved


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
    due = _instant(deadline, calendar, deadline.target)
    warn = _instant(deadline, calendar, deadline.target * warn_at)
    return replace(deadline, due_at=due, warn_at=min(warn, due))


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
