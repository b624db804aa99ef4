"""One act of a member of staff: gate, decide, save, log, enqueue, all in the caller's transaction."""

from datetime import datetime

from sqlalchemy import Connection

from bot import contacts, crisis_acts, ledger, rating, remedy_acts, replying, staffing, suspicion, ticket_acts
from bot.act import Act, number, text
from bot.brand import Brand
from bot.contacts import Thread
from handoff import climbs, delegations, tickets
from handoff.entry import Doubted, Entry, Refused
from handoff.staff import LENT, Person, require
from handoff.tickets import Filed


def perform(conn: Connection, brand: Brand, person: Person, act: Act, now: datetime) -> None:
    """Do it; raises Refused, and changes nothing that is committed, where it may not be."""
    lent = act.verb in LENT and delegations.lent_to(conn, person.id, now)
    require(person, act.verb, lent=lent)
    ticket, conversation, said = _do(conn, brand, person, act, now)
    data = {"act": act.verb} if said is None else {"act": act.verb, "message": said}
    ledger.record(conn, brand, [Entry("act", ticket, conversation, person.id, data)], now)


def refuse(conn: Connection, brand: Brand, who: str, act: Act, refused: Refused, now: datetime) -> None:
    """Put a refused act on record; somebody above is told where one person is refused again and again.

    The sentence may quote the follower's name or what was typed, so it is kept where erasure deletes it,
    and nowhere where no conversation is known.
    """
    data: dict[str, object] = {"who": who, "act": act.verb, "reason": refused.openly}
    if isinstance(refused, Doubted):
        data["doubted"] = True
    ticket = act.ticket if refused.code != "unknown" else None
    conversation = act.conversation
    if conversation is None and ticket is not None:
        conversation = tickets.conversations(conn, {ticket}).get(ticket)
    words = refused.kept if conversation is not None else ""
    entry = Entry("refused", ticket, conversation, data=data, words=words)
    ledger.record(conn, brand, [entry, *suspicion.noticed(conn, who, refused, now)], now)


def _do(
    conn: Connection, brand: Brand, person: Person, act: Act, now: datetime
) -> tuple[int | None, int | None, int | None]:
    """Carry the act out; returns the ticket and the conversation it was for, and the message it wrote."""
    if act.verb in crisis_acts.VERBS:
        crisis_acts.perform(conn, brand, person, act, now)
        return None, None, None
    if act.verb == "ack" and act.ticket is None and act.conversation is None:
        crisis = number(act, "crisis")
        ledger.record(conn, brand, climbs.ack(conn, brand.promises, None, person, now, crisis), now)
        return None, None, None
    if act.verb in staffing.VERBS:
        staffing.perform(conn, brand, person, act, now)
        return None, None, None
    if act.verb in remedy_acts.DECIDES:
        filed = remedy_acts.decide(conn, brand, person, act, now)
        return filed.id, filed.conversation, None
    thread, found = _target(conn, act)
    said: int | None = None
    match act.verb:
        case "reply":
            said = replying.reply(conn, brand, person, act, thread, found, now)
        case "note":
            origin = act.args.get("origin")
            said = replying.note(conn, person, text(act), thread, found, now, origin=origin)
        case "unsend":
            said = replying.unsend(conn, person, act, thread)
        case "promise":
            said = replying.promise(conn, brand, person, act, thread, found, now)
        case "remedy" | "override":
            remedy_acts.grant(conn, brand, person, act, thread, found, now)
        case "review_mark":
            rating.review(conn, person, found, now)
        case "block" | "unblock":
            _block(conn, thread, block=act.verb == "block")
        case _:
            said = ticket_acts.on_ticket(conn, brand, person, act, found, now)
    return found.id if found else None, thread.id, said


def _target(conn: Connection, act: Act) -> tuple[Thread, Filed | None]:
    if act.ticket is not None:
        filed = tickets.get(conn, act.ticket)
        return contacts.get(conn, filed.conversation), filed
    if act.conversation is None:
        raise Refused("unknown", "no ticket and no follower is named")
    return contacts.get(conn, act.conversation), tickets.find_newest(conn, act.conversation)


def _block(conn: Connection, thread: Thread, *, block: bool) -> None:
    if block and thread.blocked:
        raise Refused("not_available", "{name} is already blocked", name=thread.name)
    if not block and not thread.blocked:
        raise Refused("not_available", "{name} is not blocked", name=thread.name)
    contacts.set_blocked(conn, thread, blocked=block)
