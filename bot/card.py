"""The card above a follower's topic: how their ticket stands, with its buttons. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cutting import shortened, units
from bot.wording import Wording, clock_words
from handoff.satisfaction import FACES
from handoff.ticket import Status
from handoff.tickets import Filed

LONGEST_NAME = 128
CALM, PRESSING, LATE, DONE = "💬", "❗️", "‼️", "✅"

# What may be pressed while the ticket stands so; the desk and commands do the rest.
PRESSED = {
    Status.WAITING: ("claim", "resolve"),
    Status.CLAIMED: ("await", "promise", "remedy", "release", "resolve"),
    Status.WAITING_CUSTOMER: ("promise", "remedy", "release", "resolve"),
    Status.RESOLVED: ("reopen",),
}


@dataclass(frozen=True, slots=True)
class Promise:
    """A running promise: its kind, when it is due, and from when it is pressing."""

    kind: str
    due_at: datetime
    warn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Matter:
    """What a card tells of: the ticket, whose it is, who holds it, what is still owed, and what the holder
    may grant without asking, empty where the SOP has no remedies, and the mark that the follower gave it.
    """

    filed: Filed
    contact: str
    where: str
    holder: str | None
    promises: Sequence[Promise]
    quote: str
    room: str = ""
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a card's text, in UTF-16 units, that the reader's own clock shows as the time left."""

    offset: int
    length: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Card:
    """A card as it is shown: the topic's name and icon, the text with its times, and the buttons."""

    ticket: int
    name: str
    icon: str
    text: str
    spans: tuple[Span, ...]
    verbs: tuple[str, ...]


def card_of(matter: Matter, wording: Wording, language: str, zone: ZoneInfo, now: datetime) -> Card:
    """Write the card of a matter as it stands at `now`."""
    ticket, say = matter.filed.ticket, wording.say
    category = say(f"category_{ticket.category}", language)
    lines = [f"#{matter.filed.id} {category} · {matter.contact} ({matter.where})"]
    holder = matter.holder or say("card_account", language)
    lines.append(say(f"card_{ticket.status}", language, holder=holder))
    if matter.mark is not None:
        lines.append(say("card_rated", language, face=FACES[matter.mark], mark=matter.mark))
    text, spans = "\n".join(lines), []
    for promise in matter.promises:
        time = clock_words(promise.due_at, now, zone, language)
        what = say(f"promise_{promise.kind}", language)
        text += "\n" + say("card_due", language, what=what, time=time) + " ("
        left = _left(promise.due_at, now, wording, language)
        spans.append(Span(units(text), units(left), promise.due_at))
        text += f"{left})"
    if matter.room and ticket.is_open:
        text += "\n" + say("card_room", language, what=matter.room)
    if matter.quote:
        text += f"\n\n“{matter.quote}”"
    return Card(
        ticket=matter.filed.id,
        name=topic_name(matter, category),
        icon=icon_of(matter, now),
        text=text,
        spans=tuple(spans),
        verbs=tuple(verb for verb in PRESSED[ticket.status] if verb != "remedy" or matter.room),
    )


def topic_name(matter: Matter, category: str) -> str:
    """Return what the topic is called: who, which ticket, and what it is about."""
    tail = f" #{matter.filed.id} {category}"
    first = (matter.contact.split() or [matter.contact])[0]
    return shortened(first, LONGEST_NAME - units(tail)) + tail


def icon_of(matter: Matter, now: datetime) -> str:
    """Return the sign that ages with the most urgent promise."""
    if not matter.filed.ticket.is_open:
        return DONE
    if any(promise.due_at < now for promise in matter.promises):
        return LATE
    if any(promise.warn_at is None or promise.warn_at <= now for promise in matter.promises):
        return PRESSING
    return CALM


def _left(due_at: datetime, now: datetime, wording: Wording, language: str) -> str:
    """Say how much is left, for who reads it in an app that does not count by itself."""
    minutes = int(abs((due_at - now).total_seconds()) // 60)
    days, hours = minutes // 1440, minutes % 1440 // 60
    if days:
        span = wording.say("span_days", language, days=days, hours=hours)
    elif hours:
        span = wording.say("span_hours", language, hours=hours, minutes=minutes % 60)
    else:
        span = wording.say("span_minutes", language, minutes=minutes)
    return wording.say("card_late" if due_at < now else "card_left", language, span=span)
