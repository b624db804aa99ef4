"""A person's own /start link: it tells us their Telegram account, and lets the bot write to them."""

from datetime import datetime

from sqlalchemy import Connection, select

from bot import journal, logins, outbox
from bot.brand import Brand
from bot.channels.telegram.address import NAME
from bot.channels.telegram.marks import load_bot
from bot.logins import Purpose
from bot.outbox import Letter
from bot.turn import Said
from handoff import people
from handoff.entry import Entry, Refused
from handoff.staff import Person
from handoff.tables import STAFF

PREFIX = "s_"


def invite(conn: Connection, staff_id: int, now: datetime) -> str:
    """Return what a new member of staff opens or sends to the bot, once, within three days.

    It is a link where this database has seen the bot's name, else the words to send.
    """
    token = logins.create_login(conn, staff_id, now, Purpose.TELEGRAM)
    bot = load_bot(conn)
    return f"https://t.me/{bot.username}?start={PREFIX}{token}" if bot else f"/start {PREFIX}{token}"


def accept(conn: Connection, brand: Brand, said: Said, payload: str, language: str, now: datetime) -> None:
    """Take the account that sent the link for the person's, and say so; the link is used up."""
    text = brand.wording.say("invite_over", language)
    try:
        with conn.begin_nested():
            person = _taken(conn, payload, int(said.external_id), now)
            entry = Entry("staff_changed", staff=person.id, data={"telegram": True})
            journal.append(conn, entry, now)
            text = brand.wording.say("invite_taken", brand.language, name=person.name)
    except Refused as refused:
        text = f"{text} ({brand.wording.speak(refused.saying, language)})"
    cause = f"invite:{said.external_id}:{said.remote_id}"
    outbox.enqueue(conn, [Letter(cause, "command", NAME, said.external_id, text)], now)


def _taken(conn: Connection, payload: str, account: int, now: datetime) -> Person:
    staff_id = logins.use_login(conn, payload.removeprefix(PREFIX), Purpose.TELEGRAM, now)
    person = people.find_by_id(conn, staff_id) if staff_id is not None else None
    if person is None:
        raise Refused("unknown", "it was opened before, or is older than three days")
    known = people.find_by_telegram(conn, account)
    if known is not None and known.id != person.id:
        raise Refused("invalid", "this account is {name}'s already", name=known.name)
    former = select(STAFF.c.id).where(STAFF.c.telegram == account, ~STAFF.c.active)
    if conn.execute(former).first() is not None:
        raise Refused("invalid", "this account belonged to somebody who left")
    people.change(conn, person, telegram=account)
    people.reached(conn, person, now)
    return person
