"""The timeline of a conversation: what was said and what happened, in one order. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.journal import Logged
from handoff.satisfaction import FACES

# Acts that say who did what; the change of the ticket that comes with them is not said again.
TOLD = frozenset({"claim", "take_over", "release", "resolve", "reopen", "to_bot", "category"})
ACTS = TOLD | {
    "no_reply_needed",
    "promise",
    "await",
    "hand_over",
    "unsend",
    "block",
    "unblock",
    "review_mark",
}


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened, told in small type: `key` picks the words, `staff` is who did it."""

    id: int
    at: datetime
    key: str
    staff: int | None = None
    ticket: int | None = None
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Line:
    """One line: either a message, as its row, or something that happened."""

    at: datetime
    message: Any = None
    happening: Happening | None = None


def timeline(messages: Sequence[Any], entries: Sequence[Logged], *, is_cut: bool = False) -> list[Line]:
    """Return messages and happenings in the order of time; what happened stands before our answer to it.

    What happened before the first message is left out, and after the last one where newer ones are cut off.
    """
    first = messages[0].at if messages else None
    last = messages[-1].at if messages and is_cut else None
    lines = [Line(message.at, message=message) for message in messages]
    lines += [
        Line(h.at, happening=h)
        for h in happenings(entries)
        if (first is None or h.at >= first) and (last is None or h.at <= last)
    ]
    return sorted(lines, key=lambda line: (line.at, _rank(line)))


def _rank(line: Line) -> int:
    if line.message is None:
        return 1
    return 0 if line.message.direction == "in" else 2


def happenings(entries: Sequence[Logged]) -> Iterator[Happening]:
    """Tell the log entries that a person at the desk wants to know of."""
    told = set(_told_by_acts(entries))
    shown: dict[int | None, Mapping[str, Any]] = {}
    for entry in entries:
        match entry.kind:
            case "ticket":
                before, shown[entry.ticket] = shown.get(entry.ticket), entry.data
                if entry.id not in told:
                    yield from _changed(entry, before)
                elif before and before["category"] != entry.data["category"]:
                    yield _about(entry, "recategorised", category=entry.data["category"])
            case "act" if entry.data["act"] in ACTS and entry.data["act"] != "category":
                yield _about(entry, entry.data["act"])
            case "breach" | "met" | "annulled":
                yield _about(entry, entry.kind, deadline=entry.data["deadline"])
            case "nobody_to_tell":
                yield _about(entry, entry.data.get("why", entry.kind))
            case "rated":
                key, mark = "rated_words" if "message" in entry.data else "rated", int(entry.data["mark"])
                yield _about(entry, key, mark=str(mark), face=FACES[mark])
            case "acked" | "send_failed" | "send_uncertain":
                yield _about(entry, entry.kind)


def _told_by_acts(entries: Sequence[Logged]) -> Iterator[int]:
    """Return the changes of a ticket that came with an act: the last one before it, at the same instant."""
    newest: dict[int | None, Logged] = {}
    for entry in entries:
        if entry.kind == "ticket":
            newest[entry.ticket] = entry
        elif entry.kind == "act" and entry.data["act"] in TOLD:
            change = newest.pop(entry.ticket, None)
            if change is not None and change.at == entry.at:
                yield change.id


def _changed(entry: Logged, before: Mapping[str, Any] | None) -> Iterator[Happening]:
    """Tell what changed about a ticket without an act of its own."""
    after = entry.data
    if before is None:
        yield _about(entry, "opened", category=after["category"])
        return
    if after["category"] != before["category"]:
        yield _about(entry, "recategorised", category=after["category"])
    if before["status"] == "resolved" != after["status"]:
        yield _about(entry, "reopened_by_follower")
    elif after["assignee"] is None and before["assignee"] is not None:
        yield _about(entry, "back_in_queue")
    elif after["assignee"] not in (None, before["assignee"]):
        yield Happening(entry.id, entry.at, "claim", after["assignee"], entry.ticket)
    elif after["status"] == "waiting_customer" != before["status"]:
        yield _about(entry, "waiting_customer")


def _about(entry: Logged, key: str, **values: str) -> Happening:
    return Happening(entry.id, entry.at, key, entry.staff, entry.ticket, values)
