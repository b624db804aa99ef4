"""What staff write to the bot in their own chat with it: "/janji #12 16:00 teknisi datang"."""

import re
from datetime import datetime

from sqlalchemy import Connection, select
from telegram import Message

from bot import acts, outbox
from bot.acts import Act
from bot.brand import Brand
from bot.channels.telegram import NAME
from bot.outbox import Letter
from bot.tables import OUTBOX
from bot.turn import Said
from bot.wording import clock_words
from handoff import people, tickets
from handoff.entry import Refused
from handoff.staff import Person
from handoff.when import split_when

_TICKET = re.compile(r"#([0-9]{1,18})(?:\s+|$)")


def promise(conn: Connection, brand: Brand, message: Message, wrote: Said, now: datetime) -> bool:
    """Put the promise on record and say so, or say why not; False where the writer is no staff."""
    sender = message.from_user
    person = people.find_by_telegram(conn, sender.id) if sender is not None else None
    if person is None:
        return False
    act = Act("promise")
    try:
        with conn.begin_nested():
            act, by = _read(conn, brand, person, message, wrote.text, now)
            acts.perform(conn, brand, person, act, now)
        time = clock_words(by, now, brand.zone, brand.language)
        text = brand.wording.say("promised", brand.language, ticket=act.ticket, time=time)
    except Refused as refused:
        acts.refuse(conn, brand, person.name, act, refused, now)
        text = f"{refused.sentence}\n\n{brand.wording.say('promise_usage', brand.language)}"
    cause = f"command:{wrote.external_id}:{wrote.remote_id}"
    outbox.enqueue(conn, [Letter(cause, "command", NAME, wrote.external_id, text)], now)
    return True


def _read(
    conn: Connection, brand: Brand, person: Person, message: Message, text: str, now: datetime
) -> tuple[Act, datetime]:
    """Read what is promised, by when and on which ticket; raises Refused where one of them is missing."""
    _, _, rest = text.partition(" ")
    named = _TICKET.match(rest.strip())
    ticket = int(named[1]) if named else _meant(conn, person, message)
    try:
        by, what = split_when(rest.strip()[named.end() if named else 0 :], now, brand.zone)
    except ValueError as error:
        raise Refused("invalid", str(error)) from error
    return Act("promise", ticket, args={"by": by.isoformat(), "text": what}), by


def _meant(conn: Connection, person: Person, message: Message) -> int:
    """Return the ticket of the alert that is replied to, else the only one the person holds."""
    replied = message.reply_to_message
    if replied is not None:
        about = select(OUTBOX.c.payload).where(
            OUTBOX.c.alert_id.is_not(None),
            OUTBOX.c.channel == NAME,
            OUTBOX.c.recipient == str(message.chat.id),
            OUTBOX.c.remote_id == str(replied.message_id),
        )
        payload = conn.execute(about.limit(1)).scalar_one_or_none() or {}
        if isinstance(payload.get("ack"), int):
            return int(payload["ack"])
    held = [filed.id for filed in tickets.list_open(conn) if filed.ticket.assignee == person.id]
    if len(held) != 1:
        raise Refused("unknown", f"you hold {len(held) or 'no'} tickets; name one")
    return held[0]
