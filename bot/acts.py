"""One act of a member of staff: gate, decide, save, log, enqueue, all in the caller's transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import Connection

from bot import contacts, ledger, outbox
from bot.brand import Brand
from bot.contacts import Thread
from bot.mode import is_lingering
from bot.outbox import Letter
from bot.wording import clock_words
from handoff import climbs, events, people, tickets
from handoff.entry import Entry, Refused
from handoff.policy import Category
from handoff.staff import Person, require, require_hold
from handoff.ticket import Status
from handoff.tickets import Filed
from handoff.when import parse_when

LONGEST = 20_000
WINDOW = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody wants to do, to a ticket or to the conversation with a contact.

    `args` are the act's own values: text, reason, value, awaiting, update, by. `nonce` makes a repeated
    press of the same button one act.
    """

    verb: str
    ticket: int | None = None
    conversation: int | None = None
    args: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    nonce: str | None = None


def perform(conn: Connection, brand: Brand, person: Person, act: Act, now: datetime) -> None:
    """Do it; raises Refused, and changes nothing that is committed, where it may not be."""
    require(person, act.verb)
    thread, filed = _target(conn, act)
    said: int | None = None
    match act.verb:
        case "reply":
            said = _reply(conn, brand, person, act, thread, filed, now)
        case "note":
            said = _note(conn, person, _text(act), thread, filed, now, origin=act.args.get("origin"))
        case "promise":
            said = _promise(conn, brand, person, act, thread, filed, now)
        case "block" | "unblock":
            _block(conn, thread, block=act.verb == "block")
        case _:
            said = _on_ticket(conn, brand, person, act, filed, now)
    data = {"act": act.verb} if said is None else {"act": act.verb, "message": said}
    done = Entry("act", filed.id if filed else None, thread.id, person.id, data)
    ledger.record(conn, brand, [done], now)


def refuse(conn: Connection, brand: Brand, who: str, act: Act, refused: Refused, now: datetime) -> None:
    """Put a refused act on record."""
    data = {"who": who, "act": act.verb, "reason": str(refused)}
    known = act.ticket is not None and refused.code != "unknown"
    entry = Entry("refused", act.ticket if known else None, act.conversation, data=data)
    ledger.record(conn, brand, [entry], now)


def _target(conn: Connection, act: Act) -> tuple[Thread, Filed | None]:
    if act.ticket is not None:
        filed = tickets.get(conn, act.ticket)
        return contacts.get(conn, filed.conversation), filed
    if act.conversation is None:
        raise Refused("unknown", "no ticket and no follower is named")
    return contacts.get(conn, act.conversation), tickets.find_newest(conn, act.conversation)


def _on_ticket(
    conn: Connection, brand: Brand, person: Person, act: Act, filed: Filed | None, now: datetime
) -> int | None:
    """Let something happen to the ticket; returns the message that says why, where there is one."""
    if filed is None:
        raise Refused("not_open", "there is no ticket in this conversation")
    if act.verb == "ack":
        ledger.record(conn, brand, climbs.ack(conn, brand.promises, filed.id, person, now), now)
        return None
    effects = tickets.apply(conn, brand.promises, filed, _event(conn, brand, person, act, filed, now), now)
    ledger.record(conn, brand, effects, now)
    if act.verb != "take_over":
        return None
    thread = contacts.get(conn, filed.conversation)
    return _note(conn, person, _text(act, "reason"), thread, filed, now, source="reason")


def _event(
    conn: Connection, brand: Brand, person: Person, act: Act, filed: Filed, now: datetime
) -> events.Event:
    """Check what depends on the person and the ticket, and name what happens."""
    current = filed.ticket
    holder = people.name_of(conn, current.assignee)
    if act.verb == "claim":
        if current.is_open and current.assignee == person.id:
            raise Refused("held", "you hold the ticket already")
        if current.is_open and current.assignee is not None:
            raise Refused("held", f"{holder} holds the ticket")
        return _taking(filed, person)
    if act.verb == "take_over":
        if current.is_open and current.assignee in (None, person.id):
            raise Refused("not_available", "nobody else holds the ticket")
        _text(act, "reason")
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
            return events.Recategorised(_category(act))
        case "await":
            if current.responded_at is None or current.unanswered_at is not None:
                raise Refused("not_available", "the follower wrote last; ask them something first")
            return events.CustomerAwaited(now)
        case "hand_over":
            return _handing_over(conn, act, filed)
        case _:
            raise Refused("invalid", f"{act.verb} is not done to a ticket")


def _taking(filed: Filed, person: Person) -> events.Event:
    """Name how somebody gets a ticket that nobody holds; the brand's own account may have answered it."""
    if filed.ticket.status in (Status.CLAIMED, Status.WAITING_CUSTOMER):
        return events.TakenOver(person.id)
    return events.Claimed(person.id)


def _handing_over(conn: Connection, act: Act, filed: Filed) -> events.Event:
    """Give it to a colleague who asked for it."""
    to = act.args.get("to")
    taker = people.find_by_id(conn, to) if isinstance(to, int) else None
    if taker is None:
        raise Refused("unknown", "nobody of that name is at the desk")
    if filed.ticket.assignee in (None, taker.id):
        raise Refused("not_available", f"{taker.name} may claim it")
    return events.TakenOver(taker.id)


def _reply(
    conn: Connection,
    brand: Brand,
    person: Person,
    act: Act,
    thread: Thread,
    filed: Filed | None,
    now: datetime,
) -> int:
    """Queue a public message: in waiting it claims, in mode bot it opens a ticket of the writer's."""
    text = _text(act)
    if thread.blocked:
        raise Refused("not_available", f"{thread.name} is blocked; a supervisor unblocks")
    if not thread.reachable:
        why = "has blocked this account, or not opened a private chat with it yet"
        raise Refused("not_available", f"{thread.name} cannot be reached: {why}")
    carried = _carried(act, thread)
    newest = tickets.find_newest(conn, thread.id)
    if filed is not None and newest is not None and newest.id != filed.id:
        raise Refused("not_open", f"ticket {newest.id} followed it in this conversation")
    lingering = filed is not None and is_lingering(filed.ticket, now)
    if filed is None or (not filed.ticket.is_open and not lingering):
        ticket_id, effects = tickets.open_for_staff(conn, brand.promises, thread.id, person.id, now)
        ledger.record(conn, brand, effects, now)
    else:
        ticket_id = filed.id
        if filed.ticket.is_open and filed.ticket.assignee is None:
            effects = tickets.apply(conn, brand.promises, filed, _taking(filed, person), now)
            ledger.record(conn, brand, effects, now)
        elif filed.ticket.assignee != person.id:
            name = people.name_of(conn, filed.ticket.assignee)
            raise Refused("held", f"{name} holds the conversation; your text was not sent")
    awaiting, update = _flag(act, "awaiting"), _flag(act, "update")
    message = contacts.add_message(
        conn, thread.id, direction="out", author="staff", staff_id=person.id, source="admin", text=text,
        at=now, status="queued", ticket_id=ticket_id, awaiting=awaiting,
        is_update=update, media=act.args.get("media"), reply_to=act.args.get("reply_to"),
        origin=act.args.get("origin"),
    )  # fmt: skip
    cause = f"reply:{act.nonce}" if act.nonce else f"message:{message}"
    answered = act.args.get("reply_to")
    if isinstance(answered, int):
        number = contacts.get_message(conn, answered).remote_id
        carried |= {"reply": number} if number is not None and number.isdecimal() else {}
    letter = Letter(
        cause, "admin", thread.channel, thread.external_id, text, payload=carried,
        conversation=thread.id, message=message,
    )  # fmt: skip
    outbox.enqueue(conn, [letter], now)
    return message


def _promise(
    conn: Connection,
    brand: Brand,
    person: Person,
    act: Act,
    thread: Thread,
    filed: Filed | None,
    now: datetime,
) -> int:
    """Put a promise on record: who made it holds the ticket, and is warned before it is due."""
    text = _text(act)
    if filed is None or not filed.ticket.is_open:
        raise Refused("not_open", "there is no open ticket to promise something on")
    require_hold(person, filed.ticket.assignee, people.name_of(conn, filed.ticket.assignee))
    try:
        by = parse_when(str(act.args.get("by") or ""), now, brand.zone)
    except ValueError as error:
        raise Refused("invalid", str(error)) from error
    _require_open_window(brand, thread, by)
    if filed.ticket.assignee is None:
        effects = tickets.apply(conn, brand.promises, filed, _taking(filed, person), now)
        ledger.record(conn, brand, effects, now)
        filed = tickets.get(conn, filed.id)
    note = _note(conn, person, text, thread, filed, now, source="promise")
    effects = tickets.apply(conn, brand.promises, filed, events.Promised(now, by, note), now)
    climbs.extend(conn, brand.promises, filed.id, now)
    ledger.record(conn, brand, effects, now)
    return note


def _carried(act: Act, thread: Thread) -> dict[str, object]:
    """Return what goes with a reply besides its text; raises Refused where the channel cannot carry it."""
    if not act.args.get("media"):
        return {}
    if thread.channel != "telegram":
        raise Refused("not_available", "pictures and files do not reach this channel; write what they show")
    return {name: act.args[name] for name in ("media", "copy", "ids")}


def _note(
    conn: Connection,
    person: Person,
    text: str,
    thread: Thread,
    filed: Filed | None,
    now: datetime,
    source: str = "note",
    origin: object = None,
) -> int:
    return contacts.add_message(
        conn, thread.id, direction="note", author="staff", staff_id=person.id, source=source, text=text,
        at=now, ticket_id=filed.id if filed else None, origin=origin,
    )  # fmt: skip


def _block(conn: Connection, thread: Thread, *, block: bool) -> None:
    if thread.blocked == block:
        raise Refused("not_available", f"{thread.name} is {'already' if block else 'not'} blocked")
    contacts.set_blocked(conn, thread, blocked=block)


def _require_open_window(brand: Brand, thread: Thread, by: datetime) -> None:
    """Raise Refused where the channel takes nothing any more by the time that would be promised.

    An account's chat takes what a bot says for a day after the follower's last message (Bot API,
    BusinessBotRights.can_reply).
    """
    if "@" not in thread.external_id or thread.channel != "telegram" or thread.last_at is None:
        return
    closes = thread.last_at + WINDOW
    if by > closes:
        time = clock_words(closes, thread.last_at, brand.zone, brand.language)
        raise Refused(
            "not_available",
            f"Telegram lets nobody but the account itself write here after {time}; promise less",
        )


def _require_reopening(conn: Connection, brand: Brand, filed: Filed, now: datetime) -> None:
    if filed.ticket.resolved_at is None:
        raise Refused("not_available", "the ticket is open")
    newest = tickets.find_newest(conn, filed.conversation)
    if newest is not None and newest.id != filed.id:
        raise Refused("not_available", f"ticket {newest.id} followed it in this conversation")
    if now - filed.ticket.resolved_at > brand.promises.reopen_within:
        raise Refused("not_available", "it was resolved too long ago; a new message opens a new ticket")


def _flag(act: Act, name: str) -> bool:
    value = act.args.get(name, False)
    if not isinstance(value, bool):
        raise Refused("invalid", f"{name} is true or false")
    return value


def _category(act: Act) -> Category:
    value = act.args.get("value")
    if value not in list(Category):
        raise Refused("invalid", f"{value!r} is not a category; use {', '.join(Category)}")
    return Category(str(value))


def _text(act: Act, name: str = "text") -> str:
    value = act.args.get(name)
    if not isinstance(value, str) or not value.strip():
        raise Refused("invalid", f"{act.verb} needs a {name}")
    if len(value) > LONGEST:
        raise Refused("invalid", f"the {name} is longer than {LONGEST} characters")
    return value
