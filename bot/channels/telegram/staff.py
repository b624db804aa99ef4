"""What staff write to the bot itself: a promise, "/janji #12 16:00 teknisi datang", and "/masuk"."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from telegram import Message

from bot import acts, journal, outbox
from bot.act import Act
from bot.brand import Brand
from bot.channels.telegram.address import NAME
from bot.logins import create_login, page_address
from bot.wording import clock_words
from handoff import people, tickets
from handoff.entry import Entry, Refused
from handoff.saying import UnclearError
from handoff.staff import Person
from handoff.when import split_when

LINK = "[…]"
_TICKET = re.compile(r"#([0-9]{1,18})(?:\s+|$)")


def promise(
    conn: Connection, brand: Brand, person: Person, text: str, meant: Callable[[], int], now: datetime
) -> str:
    """Put the promise on record; returns what to say of it, or why it may not be.

    `meant` names the ticket where the text names none, or raises Refused.
    """
    act = Act("promise")
    try:
        with conn.begin_nested():
            act, by = _read(brand, text, meant, now)
            acts.perform(conn, brand, person, act, now)
        time = clock_words(by, now, brand.zone, brand.language)
        return brand.wording.say("promised", brand.language, ticket=act.ticket, time=time)
    except Refused as refused:
        acts.refuse(conn, brand, person.name, act, refused, now)
        why = brand.wording.speak(refused.saying, brand.language)
        return f"{why}\n\n{brand.wording.say('promise_usage', brand.language)}"


def sign_in_link(conn: Connection, account: int, now: datetime) -> str | None:
    """Return a one-time link to the desk for the person of a Telegram account, None where there is none.

    It is made while the message that brings it is sent, where `LINK` stands in it, and stored nowhere.
    """
    address, person = page_address(conn), people.find_by_telegram(conn, account)
    if address is None or person is None:
        return None
    journal.append(conn, Entry("staff_login_made", staff=person.id), now)
    return f"{address}/login/{create_login(conn, person.id, now)}"


def subject_of(conn: Connection, message: Message) -> dict[str, int]:
    """Return the request, override or statement of the ping that is replied to, by its value's name."""
    payload = _pinged(conn, message)
    named = {"approval": "approval", "review": "override", "confirm": "version"}
    return {name: payload[key] for key, name in named.items() if isinstance(payload.get(key), int)}


def meant_by(conn: Connection, person: Person, message: Message) -> int:
    """Return the ticket of the alert that is replied to, else the only one the person holds."""
    payload = _pinged(conn, message)
    if isinstance(payload.get("ack"), int):
        return int(payload["ack"])
    held = [filed.id for filed in tickets.list_open(conn) if filed.ticket.assignee == person.id]
    if not held:
        raise Refused("unknown", "you hold no tickets; name one")
    if len(held) > 1:
        raise Refused("unknown", "you hold {count} tickets; name one", count=len(held))
    return held[0]


def _pinged(conn: Connection, message: Message) -> Mapping[str, Any]:
    """Return what the ping carried that is replied to."""
    replied = message.reply_to_message
    if replied is None:
        return {}
    return outbox.find_ping(conn, NAME, str(message.chat.id), str(replied.message_id))


def _read(brand: Brand, text: str, meant: Callable[[], int], now: datetime) -> tuple[Act, datetime]:
    """Read what is promised, by when and on which ticket; raises Refused where one of them is missing."""
    _, _, rest = text.partition(" ")
    named = _TICKET.match(rest.strip())
    ticket = int(named[1]) if named else meant()
    try:
        by, what = split_when(rest.strip()[named.end() if named else 0 :], now, brand.zone)
    except UnclearError as error:
        raise Refused("invalid", error.saying) from error
    return Act("promise", ticket, args={"by": by.isoformat(), "text": what}), by
