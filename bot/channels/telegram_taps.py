"""What a tapped button does. Every tap is answered, and who may not tap it changes nothing."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select
from telegram import CallbackQuery

from bot import acts, contacts, outbox, turn
from bot.acts import Act
from bot.brand import Brand
from bot.channels.telegram import NAME
from bot.channels.telegram_buttons import AckTap, OfferTap, code_of, read_code
from bot.cutting import cleaned
from bot.outbox import Letter
from bot.tables import MESSAGES
from bot.turn import Said
from handoff import people
from handoff.entry import Refused

LONGEST_ID = 60


@dataclass(frozen=True, slots=True)
class Notice:
    """What the person who tapped is shown; an alert has to be closed by hand."""

    text: str = ""
    is_alert: bool = False


def tap(conn: Connection, brand: Brand, query: CallbackQuery, now: datetime) -> None:
    """Do what the button is for, and queue the answer to the tap."""
    number = query.from_user.id
    if not isinstance(number, int) or not isinstance(query.id, str):
        raise TypeError("a tap without a person")
    match read_code(query.data):
        case OfferTap() as offer:
            notice = _offer(conn, brand, query, offer, now)
        case AckTap(ticket):
            notice = _ack(conn, brand, number, ticket, now)
        case _:
            notice = _unknown(conn, brand, number)
    # Not in the lane of the chat: the spinner on the button should not wait for the answer's turn.
    letter = Letter(
        f"tap:{query.id[:LONGEST_ID]}", "callback", NAME, f"tap:{query.id[:LONGEST_ID]}", notice.text,
        payload={"callback": query.id, "alert": notice.is_alert},
    )  # fmt: skip
    outbox.enqueue(conn, [letter], now)


def _offer(conn: Connection, brand: Brand, query: CallbackQuery, offer: OfferTap, now: datetime) -> Notice:
    """Take the offered question as the contact's own words; a second tap on it changes nothing."""
    number = query.from_user.id
    thread = contacts.find(conn, NAME, str(number))
    shown = conn.execute(
        select(MESSAGES.c.conversation_id, MESSAGES.c.offers).where(MESSAGES.c.id == offer.message)
    ).first()
    is_theirs = thread is not None and shown is not None and shown.conversation_id == thread.id
    if thread is None or shown is None or not is_theirs or offer.index >= len(shown.offers):
        return _unknown(conn, brand, number)
    used = select(MESSAGES.c.id).where(
        MESSAGES.c.conversation_id == thread.id, MESSAGES.c.remote_id == code_of(offer)
    )
    if conn.execute(used.limit(1)).first() is not None:
        return Notice()
    article, question = shown.offers[offer.index]
    name = cleaned(query.from_user.full_name).strip() or thread.name
    tapped = Said(NAME, thread.external_id, name[:200], question, now, article, remote_id=code_of(offer))
    turn.contact_wrote(conn, brand, tapped, now)
    return Notice()


def _ack(conn: Connection, brand: Brand, number: int, ticket: int, now: datetime) -> Notice:
    """ "I have it": for staff only, and as the desk would take it."""
    person = people.find_by_telegram(conn, number)
    if person is None:
        return Notice(brand.wording.say("alert_not_staff", brand.language), is_alert=True)
    act = Act("ack", ticket)
    try:
        with conn.begin_nested():
            acts.perform(conn, brand, person, act, now)
    except Refused as refused:
        acts.refuse(conn, brand, person.name, act, refused, now)
        return Notice(refused.sentence, is_alert=True)
    return Notice(brand.wording.say("alert_taken", brand.language, name=person.name))


def _unknown(conn: Connection, brand: Brand, number: int) -> Notice:
    """Ask for words where a button is nobody's or somebody else's."""
    thread = contacts.find(conn, NAME, str(number))
    language = (thread.language if thread else None) or brand.language
    return Notice(brand.wording.say("clarify_reword", language), is_alert=True)
