"""Tickets in the database: opened, and one event at a time. Never commits, never sends."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from handoff import clocks, ticket
from handoff.due import settle
from handoff.entry import Effect
from handoff.events import Event, QuestionFailed, ReplyFailed
from handoff.happening import happen, open_ticket
from handoff.policy import Category, Kind, Promises
from handoff.ticket_rows import Filed, conversations, find_newest, get, list_newest, list_open

__all__ = [
    "Filed", "apply", "conversations", "fail_reply", "find_newest", "get", "list_newest", "list_open",
    "open_for_contact", "open_for_staff",
]  # fmt: skip


def open_for_contact(
    conn: Connection, promises: Promises, conversation: int, category: Category, at: datetime, now: datetime
) -> tuple[int, list[Effect]]:
    """Open a ticket because the contact needs a person, counted from their message at `at`."""
    return open_ticket(conn, promises, conversation, *ticket.open_by_contact(category, at), now)


def open_for_staff(
    conn: Connection, promises: Promises, conversation: int, by: int | None, now: datetime
) -> tuple[int, list[Effect]]:
    """Open a ticket because a member of staff wrote first, in their hands."""
    return open_ticket(conn, promises, conversation, *ticket.open_by_staff(by, now), now)


def apply(conn: Connection, promises: Promises, filed: Filed, event: Event, now: datetime) -> list[Effect]:
    """Let one event happen to a ticket; raises Refused, and changes nothing, where it may not.

    What broke before the event is recorded first, so that no later act repairs a broken promise.
    """
    effects = settle(conn, promises, [filed.id], getattr(event, "at", now), now)
    if effects:
        filed = get(conn, filed.id)
    return effects + happen(conn, promises, [(filed, event)], now)[0]


def fail_reply(
    conn: Connection,
    promises: Promises,
    ticket_id: int,
    sent_at: datetime,
    replies: Sequence[tuple[datetime, bool]],
    now: datetime,
    *,
    asked: bool = False,
) -> list[Effect]:
    """Take back what a staff message did that was accepted at `sent_at` and never arrived after all.

    `replies` are the other staff messages of the ticket that stand: when the channel accepted them and
    whether they asked for something; `asked` is the same of the failed one.
    """
    filed = get(conn, ticket_id)
    stored = clocks.load(conn, promises, [ticket_id], whole=True)[ticket_id]
    answered = [
        clock.started_at
        for clock in stored.clocks
        if clock.kind is Kind.NEXT_RESPONSE and clock.stopped_at == sent_at
    ]
    next_at = min((at for at, _ in replies if at >= sent_at), default=None)
    next_asked_at = min((at for at, asks in replies if asks and at >= sent_at), default=None)
    answered_at = min(answered, default=None)
    event: Event
    if asked and next_asked_at is None:
        event = QuestionFailed(sent_at, now, answered_at, next_at)
    else:
        event = ReplyFailed(sent_at, now, answered_at, next_at, next_asked_at)
    return happen(conn, promises, [(filed, event)], now)[0]
