"""What happens to tickets in the database: decided, saved, and carried out on their clocks."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from handoff import clocks, ticket, ticket_rows
from handoff.actions import Action
from handoff.entry import Effect, Entry
from handoff.events import Event, QuestionFailed, ReplyFailed
from handoff.policy import Promises
from handoff.ticket import Ticket
from handoff.ticket_rows import Filed


def open_ticket(
    conn: Connection,
    promises: Promises,
    conversation: int,
    opened: Ticket,
    actions: Sequence[Action],
    now: datetime,
) -> tuple[int, list[Effect]]:
    """Store a ticket that was just opened, start its clocks, and return its id and what happened."""
    new = ticket_rows.add(conn, promises, conversation, opened, now)
    begun = clocks.Clocks([], [])
    because = "opened_by_staff" if opened.by_staff else "contact_wrote"
    move = clocks.Move(new, opened.category, begun, actions, because)
    effects = clocks.advance(conn, promises, [move], now)[0]
    return new, [Entry("ticket", ticket=new, data=_shown(opened, begun.due())), *effects]


def happen(
    conn: Connection, promises: Promises, happenings: Sequence[tuple[Filed, Event]], now: datetime
) -> list[list[Effect]]:
    """Let one event happen to each of these tickets; returns what happened to each."""
    whole = any(isinstance(event, ReplyFailed | QuestionFailed) for _, event in happenings)
    stored = clocks.load(conn, promises, [filed.id for filed, _ in happenings], whole=whole)
    before = {ticket: held.due() for ticket, held in stored.items()}
    after, moves = list[tuple[Filed, Ticket]](), list[clocks.Move]()
    for filed, event in happenings:
        became, actions = ticket.decide(filed.ticket, event)
        after.append((filed, became))
        because = _name(event)
        moves.append(clocks.Move(filed.id, became.category, stored[filed.id], actions, because))
    ticket_rows.save(conn, promises, after, now)
    effects = clocks.advance(conn, promises, moves, now)
    for (filed, became), happened in zip(after, effects, strict=True):
        shown = _shown(became, stored[filed.id].due())
        if shown != _shown(filed.ticket, before[filed.id]):
            happened.append(Entry("ticket", ticket=filed.id, data=shown))
    return effects


def _shown(current: Ticket, due: Mapping[str, datetime]) -> dict[str, Any]:
    """Return what people see of a ticket: a change of it is a log entry."""
    return {
        "status": current.status,
        "category": current.category,
        "assignee": current.assignee,
        "due": {kind: at.astimezone(UTC).isoformat() for kind, at in due.items()},
    }


def _name(event: Event) -> str:
    """Return the event's name as the log says it: contact_wrote."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in type(event).__name__).lstrip("_")
