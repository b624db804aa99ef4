"""Acts that move a ticket: claim, release, resolve, hand back and so on."""

from datetime import datetime

from sqlalchemy import Connection

from bot import contacts, ledger, outbox
from bot.act import Act, category, number, text
from bot.brand import Brand
from bot.replying import note, taking
from handoff import approvals, climbs, events, people, tickets
from handoff.entry import Refused
from handoff.events import Event
from handoff.saying import Term
from handoff.staff import Person, require_hold
from handoff.tickets import Filed

SETTLES = ("resolve", "to_bot")


def on_ticket(
    conn: Connection, brand: Brand, person: Person, act: Act, filed: Filed | None, now: datetime
) -> int | None:
    """Let something happen to the ticket; returns the message that says why, where there is one."""
    if filed is None:
        raise Refused("not_open", "there is no ticket in this conversation")
    if act.verb == "ack":
        ledger.record(conn, brand, climbs.ack(conn, brand.promises, filed.id, person, now), now)
        return None
    event = _event(conn, brand, person, act, filed, now)
    if act.verb in SETTLES:
        outbox.let_go(conn, filed.conversation)  # a promise is not kept by a reply that may be taken back
    effects = approvals.close(conn, filed.id, now) if act.verb in SETTLES else []
    effects += tickets.apply(conn, brand.promises, filed, event, now)
    ledger.record(conn, brand, effects, now)
    if act.verb != "take_over":
        return None
    thread = contacts.get(conn, filed.conversation)
    return note(conn, person, text(act, "reason"), thread, filed, now, source="reason")


def _event(conn: Connection, brand: Brand, person: Person, act: Act, filed: Filed, now: datetime) -> Event:
    """Check what depends on the person and the ticket, and name what happens."""
    current = filed.ticket
    holder = people.name_of(conn, current.assignee)
    if act.verb == "claim":
        if current.is_open and current.assignee == person.id:
            raise Refused("held", "you hold the ticket already")
        if current.is_open and current.assignee is not None:
            raise Refused("held", "{holder} holds the ticket", holder=holder)
        return taking(filed, person)
    if act.verb == "take_over":
        if current.is_open and current.assignee in (None, person.id):
            raise Refused("not_available", "nobody else holds the ticket")
        text(act, "reason")
        return events.TakenOver(person.id)
    if act.verb == "reopen":
        _require_reopening(conn, brand, filed, now)
        return events.Reopened(person.id, now)
    if current.is_open:
        require_hold(person, current.assignee, holder)
    match act.verb:
        case "release":
            return events.Released(now)
        case "resolve":
            return events.Resolved(person.id, now)
        case "no_reply_needed":
            return events.NoReplyNeeded(now)
        case "to_bot":
            return events.HandedBack(person.id, now)
        case "category":
            return events.Recategorised(category(act))
        case "await":
            if current.responded_at is None or current.unanswered_at is not None:
                raise Refused("not_available", "the follower wrote last; ask them something first")
            return events.CustomerAwaited(now)
        case "hand_over":
            return _handing_over(conn, act, filed)
        case _:
            raise Refused("invalid", "{act} is not done to a ticket", act=Term("act", act.verb))


def _handing_over(conn: Connection, act: Act, filed: Filed) -> Event:
    """Give it to a colleague."""
    to = number(act, "to")
    taker = people.find_by_id(conn, to) if to is not None else None
    if taker is None:
        raise Refused("unknown", "nobody of that name is at the desk")
    if filed.ticket.assignee in (None, taker.id):
        raise Refused("not_available", "{name} may claim it", name=taker.name)
    return events.TakenOver(taker.id)


def _require_reopening(conn: Connection, brand: Brand, filed: Filed, now: datetime) -> None:
    if filed.ticket.resolved_at is None:
        raise Refused("not_available", "the ticket is open")
    newest = tickets.find_newest(conn, filed.conversation)
    if newest is not None and newest.id != filed.id:
        raise Refused("not_available", "ticket {ticket} followed it in this conversation", ticket=newest.id)
    if now - filed.ticket.resolved_at > brand.promises.reopen_within:
        raise Refused("not_available", "it was resolved too long ago; a new message opens a new ticket")
