"""A crisis: an incident with a scope, from the first sign to the closing words. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from handoff.entry import Refused
from handoff.saying import Saying

ALL = "all"
CALM = timedelta(hours=24)  # after its last sign a watch is over by itself
HOLD = timedelta(seconds=60)  # between the second person's yes and the first follower who reads it
PAUSE = timedelta(minutes=30)
REMINDER = timedelta(hours=1)


class Status(StrEnum):
    """Where an incident stands."""

    NORMAL = "normal"
    WATCH = "watch"
    CRISIS = "crisis"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class Crisis:
    """What decides the next step of an incident. `seen_at` is its last sign."""

    status: Status
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Watched:
    """There was a sign: a severe message, a burst of complaints, or somebody's word."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Declared:
    """Somebody who may says that this is a crisis, or gives it another statement."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """A decision-maker says that it is over."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Closed:
    """Everybody who got the holding statement was told that it is over, or nobody had to be."""

    at: datetime


@dataclass(frozen=True, slots=True)
class TimePassed:
    """Nothing was seen for a long time."""

    at: datetime


Event = Watched | Declared | Ended | Closed | TimePassed
_N, _W, _C, _R = Status.NORMAL, Status.WATCH, Status.CRISIS, Status.RECOVERY

# (status, event) -> the status after it; what is not named is refused and changes nothing.
NEXT_STATUS: dict[tuple[Status, type[Event]], Status] = {
    (_N, Watched): _W, (_W, Watched): _W, (_C, Watched): _C, (_R, Watched): _R,
    (_N, Declared): _C, (_W, Declared): _C, (_C, Declared): _C, (_R, Declared): _C,
    (_W, Ended): _N, (_C, Ended): _R, (_R, Ended): _R,
    (_R, Closed): _N,
    (_W, TimePassed): _N,
}  # fmt: skip


def decide(before: Crisis, event: Event) -> Crisis:
    """Return the incident after the event; raises Refused where NEXT_STATUS does not name the pair.

    A sign that comes to be known late is no newer for it, and sets nothing back.
    """
    status = NEXT_STATUS.get((before.status, type(event)))
    if status is None:
        raise Refused("not_available", "there is {state} in this scope", state=_STATE[before.status])
    seen = max(before.seen_at, event.at) if isinstance(event, Watched | Declared) else before.seen_at
    return replace(before, status=status, seen_at=seen)


_STATE = {
    _N: Saying("no crisis"),
    _W: Saying("only a watch"),
    _C: Saying("a crisis going on"),
    _R: Saying("a crisis that is over, whose closing words wait for a second person,"),
}


def calm_at(crisis: Crisis) -> datetime | None:
    """Return when a watch is over by itself; None for what a person has to end."""
    return crisis.seen_at + CALM if crisis.status is Status.WATCH else None


def in_scope(scope: str, article: str | None, tags: tuple[str, ...]) -> bool:
    """Say whether a message is concerned: its best article is the scope or carries it as a tag."""
    return scope == ALL or (article is not None and (scope == article or scope in tags))
