"""Asking a follower how it went, and telling those above of a low mark."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, update

from bot import contacts, cover, journal, outbox
from bot.brand import Brand
from bot.contacts import Thread
from bot.outbox import Letter, Status
from bot.places import places, seniors
from bot.tables import IS_QUEUED, OUTBOX
from handoff import crises, people, satisfaction, statements, surveys, tickets
from handoff.crisis import Status as CrisisStatus
from handoff.entry import Entry
from handoff.policy import Category
from handoff.quiet import quiet_until
from handoff.satisfaction import FACES
from handoff.tickets import Filed

SURVEY = "survey"  # the source and the kind of what asks
RATING = "rating"  # the source of the words that come with a mark


def follow(conn: Connection, brand: Brand, entries: Sequence[Entry], now: datetime) -> None:
    """Plan the question where a ticket was resolved, and take it back where one is open again."""
    status = {one.ticket: str(one.data["status"]) for one in entries if one.kind == "ticket" and one.ticket}
    resolved = {ticket for ticket, is_now in status.items() if is_now == "resolved"}
    if brand.satisfaction is not None:
        for ticket, conversation in tickets.conversations(conn, resolved).items():
            quiet = brand.promises.alerting.quiet
            at = quiet_until(quiet, brand.zone, now + brand.satisfaction.after)
            surveys.plan(conn, ticket, conversation, at)
    if status.keys() - resolved:
        for ticket in surveys.cancel(conn, status.keys() - resolved):
            _take_back(conn, ticket)


def ask(conn: Connection, brand: Brand, ticket: int, now: datetime) -> None:
    """Put the question, once, if this is the moment.

    It goes out while a person speaks, too, so it is not fenced.
    """
    filed = tickets.get(conn, ticket)
    thread = contacts.get(conn, filed.conversation)
    if brand.satisfaction is None or not satisfaction.may_ask(_facts(conn, brand, filed, thread, now), now):
        return
    text = brand.wording.say("survey", thread.language or brand.language)
    message = _say(conn, brand, thread, ticket, f"survey:{ticket}", text, now, rates=True)
    surveys.asked(conn, ticket, message, filed.ticket.assignee, now)


def ask_words(conn: Connection, brand: Brand, thread: Thread, ticket: int, now: datetime) -> None:
    """Ask for a few words to the mark, once, where the channel has no form for them."""
    row = surveys.get(conn, ticket)
    if thread.channel == "web" or row.words_asked_id is not None or thread.blocked or not thread.reachable:
        return
    text = brand.wording.say("survey_words", thread.language or brand.language)
    surveys.ask_words(conn, row, _say(conn, brand, thread, ticket, f"survey:{ticket}:words", text, now))


def tell_mark(conn: Connection, brand: Brand, ticket: int, now: datetime) -> None:
    """Tell those above, except who handled it, what mark a ticket got, and in what words."""
    row, filed = surveys.get(conn, ticket), tickets.get(conn, ticket)
    thread = contacts.get(conn, filed.conversation)
    words = contacts.get_message(conn, row.words_id).text if row.words_id is not None else ""
    say = brand.wording.say
    text = say(
        "mark_low",
        brand.language,
        ticket=ticket,
        category=say(f"category_{filed.ticket.category}", brand.language),
        contact=thread.name,
        name=people.name_of(conn, row.staff_id) or brand.name,
        face=FACES[row.mark],
        mark=row.mark,
        text=words or "-",
    )
    cause = f"mark:{ticket}:words" if words else f"mark:{ticket}"
    payload = {"staff": True, "mark": ticket}
    but = () if row.staff_id is None else (row.staff_id,)
    letters = [
        Letter(cause, "notice", channel, recipient, text, payload=payload, conversation=thread.id)
        for person in seniors(conn, brand, now, *but)
        for channel, recipient in places(brand, person.id, person)
    ]
    outbox.enqueue(conn, letters, now)


def _facts(conn: Connection, brand: Brand, filed: Filed, thread: Thread, now: datetime) -> satisfaction.Facts:
    asked = surveys.list_asked(conn, thread.id)
    return satisfaction.Facts(
        resolved=contacts.open_ticket(conn, thread.id) is None,
        reachable=thread.reachable and not thread.blocked and not thread.is_erased and _may_tap(thread),
        replied=bool(contacts.list_replies(conn, filed.id)),
        waived=_was_waived(conn, filed.id),
        in_crisis=_is_in_crisis(conn, brand, filed, thread, now),
        asked_at=asked[0].asked_at if asked else None,
    )


def _may_tap(thread: Thread) -> bool:
    """Say whether a tap can come back: not from a channel's direct messages, which name a topic."""
    return not (thread.channel == "telegram" and "/" in thread.external_id)


def _was_waived(conn: Connection, ticket: int) -> bool:
    """Say whether staff closed the follower's last words as needing no reply, and replied no more."""
    waived = False
    for entry in journal.read_ticket(conn, ticket):
        if entry.kind == "act" and entry.data["act"] == "no_reply_needed":
            waived = True
        elif entry.kind == "message" and entry.data["author"] == "staff":
            waived = False
    return waived


def _is_in_crisis(conn: Connection, brand: Brand, filed: Filed, thread: Thread, now: datetime) -> bool:
    """Say whether the matter is a crisis, lies under one, or the follower was told to hold on in one."""
    if filed.ticket.category is Category.CRISIS:
        return True
    going_on = [one.id for one in crises.list_going_on(conn) if one.crisis.status is not CrisisStatus.WATCH]
    if any(thread.id in statements.receivers(conn, crisis) for crisis in going_on):
        return True
    first = contacts.first_message(conn, filed.id)
    text = contacts.get_message(conn, first).text if first else ""
    day = now.astimezone(brand.zone).date()
    reading = brand.understanding.read(text, on=day, topic=thread.memory.topic)
    about = {None, thread.memory.topic}
    return any(cover.find_cover(conn, brand, thread, reading, one, now) is not None for one in about)


def _take_back(conn: Connection, ticket: int) -> None:
    """Take the question back where it has not left yet."""
    mine = update(OUTBOX).where(IS_QUEUED, OUTBOX.c.kind == SURVEY, OUTBOX.c.cause == f"survey:{ticket}")
    dropped = mine.values(status=Status.DISCARDED, error="the ticket is open again")
    for message in conn.scalars(dropped.returning(OUTBOX.c.message_id)).all():
        contacts.change_message(conn, message, status="failed")
        surveys.unasked(conn, ticket)


def _say(
    conn: Connection,
    brand: Brand,
    thread: Thread,
    ticket: int,
    cause: str,
    text: str,
    now: datetime,
    *,
    rates: bool = False,
) -> int:
    message = contacts.add_message(
        conn, thread.id, direction="out", author="bot", source=SURVEY, text=text, at=now, status="queued",
        ticket_id=ticket,
    )  # fmt: skip
    payload = {"language": thread.language or brand.language} | ({"rates": True} if rates else {})
    letter = Letter(
        cause, SURVEY, thread.channel, thread.external_id, text, payload=payload, conversation=thread.id,
        message=message,
    )  # fmt: skip
    outbox.enqueue(conn, [letter], now)
    return message
