"""Why a promise was kept or broken: its clock, turn by turn, as the log has it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.journal import Logged

BECAUSE = {
    "contact_wrote": "the follower wrote",
    "opened_by_staff": "staff wrote first",
    "released": "the ticket was given back",
    "response_broken": "the answer did not come in time, so the ticket waits again",
    "reply_delivered": "the channel accepted a reply",
    "customer_asked": "the channel accepted a question to the follower",
    "customer_awaited": "staff said that they wait for the follower",
    "reply_failed": "a reply never arrived after all",
    "question_failed": "a question never arrived after all",
    "no_reply_needed": "staff said that no reply is needed",
    "promised": "staff promised it",
    "approval_asked": "a decision was asked for",
    "approval_decided": "it was decided",
    "override_done": "somebody broke the SOP",
    "override_reviewed": "another person reviewed it",
    "resolved": "the ticket was resolved",
    "handed_back": "the conversation went back to the bot",
    "reopened": "the ticket was reopened",
    "recategorised": "the category changed",
}
CHANGES = {"annulled": "taken back", "moved": "measured anew", "cancelled": "promises nothing any more"}
OUTCOMES = {"met": "kept", "breach": "broken", "annulled": "not kept after all"}
ENDS = {"stopped": "stopped", "cancelled": "promises nothing any more", "paused": "paused"}


@dataclass(slots=True)
class Reckoning:
    """One promise of a ticket: what was promised, each turn of its clock, and how it ended.

    `number` counts the clocks of a kind; `target` is None where nothing was promised.
    """

    kind: str
    number: int
    target: timedelta | None
    calendar: str
    turns: list[dict[str, Any]] = field(default_factory=list)
    outcome: str = "running"


def explain(entries: Sequence[Logged], zone: ZoneInfo) -> list[Reckoning]:
    """Return the reckoning of each clock of a ticket, from everything that happened to it."""
    found: dict[int, Reckoning] = {}
    for entry in entries:
        if entry.kind == "clock":
            _turn(found, entry, zone)
        elif entry.kind in OUTCOMES and entry.data.get("clock") in found:
            reckoning = found[entry.data["clock"]]
            if reckoning.outcome != "broken":
                reckoning.outcome = OUTCOMES[entry.kind]
            due_at = _local(entry.data["due_at"], zone)
            reckoning.turns.append({"at": _iso(entry.at, zone), "change": entry.kind, "due_at": due_at})
    return list(found.values())


def _turn(found: dict[int, Reckoning], entry: Logged, zone: ZoneInfo) -> None:
    data = entry.data
    target = data["target_seconds"]
    if data["clock"] not in found:
        number = 1 + sum(other.kind == data["deadline"] for other in found.values())
        found[data["clock"]] = Reckoning(data["deadline"], number, None, data["calendar"])
    reckoning = found[data["clock"]]
    reckoning.target = timedelta(seconds=target) if target else None
    reckoning.calendar = data["calendar"]
    if reckoning.outcome in ("running", *ENDS.values(), "not kept after all"):
        reckoning.outcome = ENDS.get(data["change"], "running")
        if reckoning.target is None:
            reckoning.outcome = ENDS["cancelled"]
    reckoning.turns.append(
        {
            "at": _local(data["from"], zone),
            "change": data["change"],
            "because": data["because"],
            "used_seconds": data["used_seconds"],
            "due_at": _local(data["due_at"], zone) if data["due_at"] else None,
        }
    )


def as_json(reckoning: Reckoning) -> dict[str, Any]:
    """Return one promise as plain values; times in seconds."""
    target = reckoning.target.total_seconds() if reckoning.target else None
    return {
        "deadline": reckoning.kind,
        "number": reckoning.number,
        "target_seconds": target,
        "calendar": reckoning.calendar,
        "outcome": reckoning.outcome,
        "turns": reckoning.turns,
    }


def as_lines(reckoning: Reckoning) -> Iterator[str]:
    """Write one promise for a person, a line a turn."""
    target = f"{_span(reckoning.target)} of {reckoning.calendar}" if reckoning.target else "nothing promised"
    number = f" no. {reckoning.number}" if reckoning.number > 1 else ""
    yield f"{reckoning.kind}{number}: {target}: {reckoning.outcome}"
    for turn in reckoning.turns:
        yield f"  {_when(turn['at'])}  {_words(turn, reckoning.target)}"


def _words(turn: Mapping[str, Any], target: timedelta | None) -> str:
    due = f"; due {_when(turn['due_at'])}" if turn.get("due_at") else ""
    if "because" not in turn:
        return f"{OUTCOMES[turn['change']]}{due}"
    because = BECAUSE.get(turn["because"], str(turn["because"]).replace("_", " "))
    used = (
        f", {_span(timedelta(seconds=turn['used_seconds']))} used" if target and turn["used_seconds"] else ""
    )
    return f"{CHANGES.get(turn['change'], turn['change'])}: {because}{used}{due}"


def _span(span: timedelta) -> str:
    seconds = round(span.total_seconds())
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0s"


def _when(text: str) -> str:
    return f"{datetime.fromisoformat(text):%a %d %b %H:%M:%S}"


def _local(text: str, zone: ZoneInfo) -> str:
    return _iso(datetime.fromisoformat(text), zone)


def _iso(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(timespec="seconds")
