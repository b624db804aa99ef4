"""What staff say: a reply to the follower, a promise by word, a note among themselves."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import contacts, guarding, ledger, outbox
from bot.act import Act, flag, instant, number, text
from bot.brand import Brand
from bot.contacts import Thread
from bot.mode import is_lingering
from bot.outbox import Letter
from bot.uploads import uploads_of
from bot.wording import Moment
from handoff import climbs, events, people, tickets
from handoff.entry import Refused
from handoff.events import Event
from handoff.staff import Person, require_hold
from handoff.ticket import Status
from handoff.tickets import Filed

WINDOW = timedelta(hours=24)
SECOND_THOUGHT = timedelta(seconds=5)  # in which a reply from the desk can be taken back before it leaves


def reply(
    conn: Connection,
    brand: Brand,
    person: Person,
    act: Act,
    thread: Thread,
    filed: Filed | None,
    now: datetime,
) -> int:
    """Queue a public message: in waiting it claims, in mode bot it opens a ticket of the writer's."""
    words = text(act)
    require_reachable(thread)
    carried = _carried(act, thread)
    newest = tickets.find_newest(conn, thread.id)
    if filed is not None and newest is not None and newest.id != filed.id:
        raise Refused("not_open", "ticket {ticket} followed it in this conversation", ticket=newest.id)
    lingering = filed is not None and is_lingering(filed.ticket, now)
    if filed is None or (not filed.ticket.is_open and not lingering):
        ticket_id, effects = tickets.open_for_staff(conn, brand.promises, thread.id, person.id, now)
        ledger.record(conn, brand, effects, now)
    else:
        ticket_id = filed.id
        if filed.ticket.is_open and filed.ticket.assignee is None:
            effects = tickets.apply(conn, brand.promises, filed, taking(filed, person), now)
            ledger.record(conn, brand, effects, now)
        elif filed.ticket.assignee != person.id:
            holder = people.name_of(conn, filed.ticket.assignee)
            raise Refused("held", "{holder} holds the conversation; your text was not sent", holder=holder)
    guarding.require(conn, brand, thread, ticket_id, words, confirmed=flag(act, "confirmed"))
    awaiting, update = flag(act, "awaiting"), flag(act, "update")
    message = contacts.add_message(
        conn, thread.id, direction="out", author="staff", staff_id=person.id, source="admin", text=words,
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
        cause, "admin", thread.channel, thread.external_id, words, payload=carried,
        conversation=thread.id, message=message,
    )  # fmt: skip
    outbox.enqueue(conn, [letter], now)
    if flag(act, "hold"):
        outbox.hold(conn, message, now + SECOND_THOUGHT)
    return message


def unsend(conn: Connection, person: Person, act: Act, thread: Thread) -> int:
    """Take back one's own reply that has not left yet; what it said stays on record."""
    wanted = number(act, "message")
    row = contacts.find_message(conn, wanted, thread.id) if wanted is not None else None
    if row is None:
        raise Refused("unknown", "there is no such message in this conversation")
    if row.staff_id != person.id or row.source != "admin":
        raise Refused("not_allowed", "only who wrote a reply takes it back")
    if not outbox.discard(conn, row.id):
        raise Refused("not_available", "it has left already")
    contacts.change_message(conn, row.id, status="unsent")
    return int(row.id)


def promise(
    conn: Connection,
    brand: Brand,
    person: Person,
    act: Act,
    thread: Thread,
    filed: Filed | None,
    now: datetime,
) -> int:
    """Put a promise on record: who made it holds the ticket, and is warned before it is due."""
    words = text(act)
    if filed is None or not filed.ticket.is_open:
        raise Refused("not_open", "there is no open ticket to promise something on")
    require_hold(person, filed.ticket.assignee, people.name_of(conn, filed.ticket.assignee))
    by = instant(act, "by", now, brand.zone)
    _require_open_window(brand, thread, by)
    filed = held(conn, brand, person, filed, now)
    noted = note(conn, person, words, thread, filed, now, source="promise")
    effects = tickets.apply(conn, brand.promises, filed, events.Promised(now, by, noted), now)
    climbs.extend(conn, brand.promises, filed.id, now)
    ledger.record(conn, brand, effects, now)
    return noted


def require_reachable(thread: Thread) -> None:
    """Raise Refused where nothing may be sent to the follower, or nothing would arrive."""
    if thread.blocked:
        raise Refused("not_available", "{name} is blocked; a supervisor unblocks", name=thread.name)
    if not thread.reachable:
        raise Refused(
            "not_available",
            "{name} cannot be reached: has blocked this account, or not opened a private chat with it yet",
            name=thread.name,
        )


def held(conn: Connection, brand: Brand, person: Person, filed: Filed, now: datetime) -> Filed:
    """Return the ticket in somebody's hands: the person's own, where nobody had it."""
    if filed.ticket.assignee is not None:
        return filed
    effects = tickets.apply(conn, brand.promises, filed, taking(filed, person), now)
    ledger.record(conn, brand, effects, now)
    return tickets.get(conn, filed.id)


def _carried(act: Act, thread: Thread) -> dict[str, object]:
    """Return what goes with a reply besides its text; raises Refused where the channel cannot carry it."""
    media = act.args.get("media")
    if not isinstance(media, list) or not media:
        return {}
    if thread.channel == "web" and len(uploads_of(media)) == len(media):
        return {}  # the page has them already
    if thread.channel != "telegram":
        raise Refused("not_available", "pictures and files do not reach this channel; write what they show")
    return {name: act.args[name] for name in ("media", "copy", "ids")}


def note(
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


def taking(filed: Filed, person: Person) -> Event:
    """Name how somebody gets a ticket that nobody holds; the brand's own account may have answered it."""
    if filed.ticket.status in (Status.CLAIMED, Status.WAITING_CUSTOMER):
        return events.TakenOver(person.id)
    return events.Claimed(person.id)


def _require_open_window(brand: Brand, thread: Thread, by: datetime) -> None:
    """Raise Refused where the channel takes nothing any more by the time that would be promised.

    An account's chat takes what a bot says for a day after the follower's last message (Bot API,
    BusinessBotRights.can_reply).
    """
    if "@" not in thread.external_id or thread.channel != "telegram" or thread.last_at is None:
        return
    closes = thread.last_at + WINDOW
    if by > closes:
        raise Refused(
            "not_available",
            "Telegram lets nobody but the account itself write here after {time}; promise less",
            time=Moment(closes, thread.last_at, brand.zone),
        )
