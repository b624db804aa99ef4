"""Which acts a person may try on what they see: only those get a button. Pure."""

from datetime import datetime, timedelta

from bot.contacts import Thread
from bot.mode import is_lingering
from handoff.staff import Person, may, outranks_admin
from handoff.ticket import Status, Ticket

VERBS = (
    "claim", "reply", "note", "take_over", "release", "resolve", "no_reply_needed", "reopen", "to_bot",
    "category", "promise", "await", "ack", "block", "unblock", "hand_over",
)  # fmt: skip
ON_MESSAGES = ("unsend",)  # beneath the message that it is about


def buttons(
    person: Person,
    thread: Thread,
    newest: Ticket | None,
    now: datetime,
    reopen_within: timedelta,
    *,
    is_called: bool = False,
) -> frozenset[str]:
    """Return the acts that the server would accept now; it checks each of them again.

    `is_called` says whether an alert of the ticket is open, free, and not about what the person did.
    """
    found = {"note", "unblock" if thread.blocked else "block"}
    if not thread.blocked and thread.reachable and _may_write(person, newest, now):
        found.add("reply")
    if is_called:
        found.add("ack")
    if newest is not None:
        found |= _on_open(person, newest) if newest.is_open else _on_resolved(newest, now, reopen_within)
    return frozenset(verb for verb in found if may(person.role, verb))


def _may_write(person: Person, newest: Ticket | None, now: datetime) -> bool:
    if newest is None or (not newest.is_open and not is_lingering(newest, now)):
        return True
    return newest.assignee in (None, person.id)


def _on_open(person: Person, ticket: Ticket) -> set[str]:
    if ticket.assignee is None:
        found = {"claim", "resolve", "to_bot", "category", "promise"}
    elif ticket.assignee == person.id:
        found = {"release", "resolve", "to_bot", "category", "promise", "hand_over"}
    elif outranks_admin(person.role):
        found = {"take_over", "release", "resolve", "to_bot", "category", "promise", "hand_over"}
    else:
        return set()
    if ticket.responded_at is not None and ticket.unanswered_at is not None:
        found.add("no_reply_needed")
    elif ticket.responded_at is not None and ticket.status is Status.CLAIMED:
        found.add("await")
    return found


def _on_resolved(ticket: Ticket, now: datetime, reopen_within: timedelta) -> set[str]:
    found = set()
    if ticket.resolved_at is not None and now - ticket.resolved_at <= reopen_within:
        found.add("reopen")
    if is_lingering(ticket, now):
        found.add("to_bot")
    return found
