"""A report by a second, plain way: the log read from its first entry to its last, one entry after another.

Texts, and when a follower wrote, stand in the messages that entries name; all else is the log's own.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from bot import journal
from bot.journal import Logged
from bot.reports.period import Period
from bot.tables import MESSAGES

HOLDERS = ("first_response", "next_response", "resolution", "promise")


@dataclass(slots=True)
class Clock:
    """One promise as the log tells it."""

    ticket: int
    kind: str
    began_at: datetime
    stopped_at: datetime | None = None
    is_kept: bool = False
    broke_at: datetime | None = None


@dataclass(slots=True)
class Told:
    """What the log tells of everything that a report counts."""

    received: dict[int, Logged] = field(default_factory=dict)
    said: dict[int, Logged] = field(default_factory=dict)
    lost: set[int] = field(default_factory=set)
    feedback: dict[int, bool] = field(default_factory=dict)
    changes: dict[int, list[Logged]] = field(default_factory=lambda: defaultdict(list))
    clocks: dict[int, Clock] = field(default_factory=dict)
    opened: dict[int, Logged] = field(default_factory=dict)
    remedies: list[datetime] = field(default_factory=list)
    approvals: dict[int, list[Logged]] = field(default_factory=lambda: defaultdict(list))
    overrides: dict[int, list[Logged]] = field(default_factory=lambda: defaultdict(list))
    crises: dict[int, datetime] = field(default_factory=dict)
    asked: dict[int, int] = field(default_factory=dict)
    marks: dict[int, int] = field(default_factory=dict)


def read_log(entries: Iterable[Logged]) -> Told:
    """Follow the log."""
    told = Told()
    for entry in entries:
        data = entry.data
        match entry.kind:
            case "received":
                told.received[data["message"]] = entry
            case "message" if entry.message is not None:
                told.said[entry.message] = entry
                if data["source"] == "survey" and entry.ticket is not None:
                    told.asked.setdefault(entry.ticket, entry.message)  # what asks for words comes later
            case "send_failed" if "message" in data:
                told.lost.add(data["message"])
            case "rated" if entry.ticket is not None:
                told.marks[entry.ticket] = data["mark"]
            case "feedback":
                told.feedback[data["message"]] = data["helped"]
            case "ticket" if entry.ticket is not None:
                told.changes[entry.ticket].append(entry)
            case "clock" | "met" | "annulled" | "breach":
                _clock(told, entry)
            case "act" if data["act"] == "remedy":
                told.remedies.append(entry.at)
            case "approval":
                told.approvals[data["approval"]].append(entry)
            case "override":
                told.overrides[data["override"]].append(entry)
            case "crisis" if "crisis" in data:
                told.crises.setdefault(data["crisis"], entry.at)
    return told


def _clock(told: Told, entry: Logged) -> None:
    data, ticket = entry.data, entry.ticket or 0
    if entry.kind == "clock":
        at = datetime.fromisoformat(data["from"])
        clock = told.clocks.setdefault(data["clock"], Clock(ticket, data["deadline"], at))
        told.opened.setdefault(ticket, entry)
        match data["change"]:
            case "moved" | "started":
                clock.began_at = at
            case "stopped":
                clock.stopped_at = at
            case "cancelled":  # also where it was met by a reply that never arrived
                clock.stopped_at, clock.is_kept = None, False
            case "annulled" if data["deadline"] != "resolution" and data["due_at"] is None:
                clock.stopped_at = at  # what came after the reply that never arrived met it then
            case "resumed" if clock.stopped_at is not None:
                clock.stopped_at, clock.is_kept = None, False
        return
    clock = told.clocks[data["clock"]]
    if entry.kind == "met":
        clock.is_kept = True
    elif entry.kind == "annulled":
        clock.is_kept, clock.stopped_at = False, None
    else:
        clock.broke_at = datetime.fromisoformat(data["due_at"])


def count_all(conn: Connection, period: Period) -> dict[str, Any]:
    """Return the totals of a period, and kept and broken by kind, category, person and hour."""
    told = read_log(journal.read_since(conn, 0, 1_000_000))
    rows = {row.id: row for row in conn.execute(select(MESSAGES))}
    found: Counter[str] = Counter()

    def is_in(at: datetime | None) -> bool:
        return at is not None and period.begins_at <= at < period.ends_at

    followers = set()
    for message in told.received:
        if is_in(rows[message].at):
            found["messages"] += 1
            followers.add(rows[message].conversation_id)
    found["followers"] = len(followers)
    _count_replies(found, told, rows, is_in)
    _count_tickets(found, told, is_in)
    for number, asked_at in enumerate(told.remedies, 1):
        if is_in(asked_at):
            found.update({"approvals": 1, f"approvals:{_outcome(told.approvals.get(number, []))}": 1})
    for broken in told.overrides.values():
        if is_in(broken[0].at):
            found.update({"overrides": 1, f"overrides:{broken[-1].data.get('verdict', 'open')}": 1})
    found["crises"] = sum(is_in(at) for at in told.crises.values())
    for ticket, question in told.asked.items():
        mark = told.marks.get(ticket)
        if is_in(rows[question].at) and (question not in told.lost or mark is not None):
            found["surveyed"] += 1
            if mark is not None:
                found.update({"rated": 1, f"rated:{mark}": 1})
    found["complaining"] = len(_complaining(told, rows, is_in))
    return {**found, **_promises(told, period.zone, is_in)}


def _outcome(entries: Sequence[Logged]) -> str:
    """Return what became of a remedy; one within the own limit is told of once it arrived, or never will."""
    statuses = [entry.data["status"] for entry in entries]
    return statuses[-1] if statuses and statuses[0] not in ("executed", "failed") else "direct"


def _count_replies(found: Counter[str], told: Told, rows: Mapping[int, Any], is_in: Any) -> None:
    """Count followers' messages by what the bot said to them, and what they thought of answers."""
    answered, clarified = set(), set()
    for number, entry in told.said.items():
        if entry.data["author"] != "bot" or number in told.lost:
            continue
        theirs = [
            m for m, one in told.received.items() if m < number and one.conversation == entry.conversation
        ]
        if entry.data["source"] == "answer" and "article" in entry.data:
            answered.add(max(theirs))
            if is_in(rows[number].at):
                found[f"article:{entry.data['article']}"] += 1
                if number in told.feedback:
                    found["helpful" if told.feedback[number] else "wrong"] += 1
        elif entry.data["source"] == "clarify":
            clarified.add(max(theirs))
    found["answered"] = sum(is_in(rows[message].at) for message in answered)
    found["clarified"] = sum(is_in(rows[message].at) for message in clarified)


def _count_tickets(found: Counter[str], told: Told, is_in: Any) -> None:
    for ticket, opened in told.opened.items():
        at, last = datetime.fromisoformat(opened.data["from"]), told.changes[ticket][-1]
        category = last.data["category"]
        if is_in(at):
            found.update({"opened": 1, f"opened:{category}": 1})
            found["handed_off"] += opened.data["because"] == "contact_wrote"
        if last.data["status"] == "resolved":
            since = [one for one in told.changes[ticket] if one.data["status"] != "resolved"][-1]
            done = next(one for one in told.changes[ticket] if one.id > since.id)
            if is_in(done.at):
                found.update({"resolved": 1, f"resolved:{category}": 1})


def _complaining(told: Told, rows: Mapping[int, Any], is_in: Any) -> set[int]:
    """Return who wrote something in which a complaint or a crisis fired, spam left out."""
    found = set()
    for message, entry in told.received.items():
        fired = {term.partition(":")[0] for term in (rows[message].reading or {}).get("terms", ())}
        if fired & {"complaint", "crisis"} and "spam" not in fired and entry.data["mode"] != "blocked":
            found.add(rows[message].conversation_id if is_in(rows[message].at) else 0)
    return found - {0}


def _promises(told: Told, zone: ZoneInfo, is_in: Any) -> dict[str, Counter[Any]]:
    """Return kept and broken promises as (name, is broken), by what they are counted by."""
    found: dict[str, Counter[Any]] = {name: Counter() for name in ("kind", "category", "person", "hour")}
    for clock in told.clocks.values():
        broke = clock.broke_at
        at = broke or (clock.stopped_at if clock.is_kept else None)
        if at is None or not is_in(at):
            continue
        holder = None
        for change in told.changes[clock.ticket]:
            if change.at < at or (change.at == at and broke is None):
                holder = change.data["assignee"]
        is_broken = broke is not None
        found["kind"][clock.kind, is_broken] += 1
        found["category"][told.changes[clock.ticket][-1].data["category"], is_broken] += 1
        found["hour"][clock.began_at.astimezone(zone).hour, is_broken] += 1
        if clock.kind in HOLDERS:
            found["person"][holder or 0, is_broken] += 1
    return found
