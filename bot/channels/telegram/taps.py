"""What a tapped button does. Every tap is answered, and who may not tap it changes nothing."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from telegram import CallbackQuery, Message

from bot import contacts, erasure, feedback, outbox, rating, turn
from bot.brand import Brand
from bot.channels.telegram import presses
from bot.channels.telegram.accounts import owner_of
from bot.channels.telegram.address import NAME, Address
from bot.channels.telegram.buttons import EraseTap, FeedbackTap, OfferTap, RateTap, code_of, read_code
from bot.contacts import Thread
from bot.cutting import cleaned
from bot.outbox import Letter
from bot.tables import MESSAGES
from bot.turn import Said
from handoff import surveys
from handoff.entry import Refused
from handoff.satisfaction import FACES

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
        case FeedbackTap() as given:
            notice = _feedback(conn, brand, query, given, now)
        case RateTap() as rate:
            notice = _rate(conn, brand, query, rate, now)
        case EraseTap(conversation):
            notice = _erase(conn, brand, number, conversation, now)
        case None:
            notice = _unknown(conn, brand, number)
        case what:
            notice = Notice(*presses.press(conn, brand, query, what, now))
    # Not in the lane of the chat: the spinner on the button should not wait for the answer's turn.
    letter = Letter(
        f"tap:{query.id[:LONGEST_ID]}", "callback", NAME, f"tap:{query.id[:LONGEST_ID]}", notice.text,
        payload={"callback": query.id, "alert": notice.is_alert},
    )  # fmt: skip
    outbox.enqueue(conn, [letter], now)


def _offer(conn: Connection, brand: Brand, query: CallbackQuery, offer: OfferTap, now: datetime) -> Notice:
    """Take the offered question as the contact's own words; a second tap on it changes nothing."""
    thread = _asked(conn, query)
    shown = _shown(conn, thread, offer.message)
    if thread is None or shown is None or offer.index >= len(shown.offers):
        return _unknown(conn, brand, query.from_user.id)
    if _was_tapped(conn, thread, code_of(offer)):
        return Notice()
    article, question = shown.offers[offer.index]
    tapped = _said(query, thread, question, code_of(offer), now)
    turn.contact_wrote(conn, brand, replace(tapped, tapped=article), now)
    return Notice()


def _feedback(
    conn: Connection, brand: Brand, query: CallbackQuery, given: FeedbackTap, now: datetime
) -> Notice:
    """Remember whether an answer helped, or let a person answer."""
    thread = _asked(conn, query)
    shown = _shown(conn, thread, given.message)
    if thread is None or shown is None:
        return _unknown(conn, brand, query.from_user.id)
    language = thread.language or brand.language
    say = brand.wording.say
    if given.verdict == "human":
        if not _was_tapped(conn, thread, code_of(given)):
            said = _said(query, thread, say("feedback_human", language), code_of(given), now)
            turn.contact_wrote(conn, brand, replace(said, wants="human"), now)
        return Notice()
    helped = given.verdict == "yes"
    try:
        if not feedback.give(conn, brand, thread, given.message, now, helped=helped):
            return Notice(say("feedback_known", language))
    except Refused:
        return _unknown(conn, brand, query.from_user.id)
    return Notice(say("feedback_thanks", language)) if helped else Notice()


def _rate(conn: Connection, brand: Brand, query: CallbackQuery, given: RateTap, now: datetime) -> Notice:
    """Keep how they found it; a button that was not put to them, or is too old, changes nothing."""
    thread = _asked(conn, query)
    survey = surveys.find_by_message(conn, given.message)
    if thread is None or survey is None or survey.conversation_id != thread.id:
        return _unknown(conn, brand, query.from_user.id)
    language = thread.language or brand.language
    try:
        rating.rate(conn, brand, thread, survey.ticket_id, given.mark, now)
    except Refused:
        return Notice(brand.wording.say("survey_closed", language), is_alert=True)
    return Notice(brand.wording.say("survey_thanks", language, face=FACES[given.mark]))


def _erase(conn: Connection, brand: Brand, number: int, conversation: int, now: datetime) -> Notice:
    """Delete what is known of a follower, because they said so."""
    thread = contacts.find(conn, NAME, str(number))
    if thread is None or thread.id != conversation:
        return _unknown(conn, brand, number)
    language = thread.language or brand.language
    erasure.erase(conn, brand, thread, now)
    text = brand.wording.say("erased", language, brand=brand.name)
    letter = Letter(f"erased:{thread.id}:{int(now.timestamp())}", "command", NAME, str(number), text)
    outbox.enqueue(conn, [letter], now)
    return Notice()


def _unknown(conn: Connection, brand: Brand, number: int) -> Notice:
    """Ask for words where a button is nobody's or somebody else's."""
    thread = contacts.find(conn, NAME, str(number))
    language = (thread.language if thread else None) or brand.language
    return Notice(brand.wording.say("clarify_reword", language), is_alert=True)


def _asked(conn: Connection, query: CallbackQuery) -> Thread | None:
    """Return in whose conversation somebody tapped: their own with the bot, or with the brand's account."""
    shown, number = query.message, query.from_user.id
    if isinstance(shown, Message) and shown.business_connection_id is not None:
        owner = owner_of(conn, shown.business_connection_id)
        return contacts.find(conn, NAME, str(Address(number, owner=owner))) if owner is not None else None
    return contacts.find(conn, NAME, str(number))


def _shown(conn: Connection, thread: Thread | None, message: int) -> Any:
    """Return the message of ours that a button stands under; None where it is not of their conversation."""
    shown = conn.execute(select(MESSAGES).where(MESSAGES.c.id == message)).first()
    return shown if thread is not None and shown is not None and shown.conversation_id == thread.id else None


def _was_tapped(conn: Connection, thread: Thread, code: str) -> bool:
    mine = (MESSAGES.c.conversation_id == thread.id, MESSAGES.c.remote_id == code)
    return conn.execute(select(MESSAGES.c.id).where(*mine).limit(1)).first() is not None


def _said(query: CallbackQuery, thread: Thread, text: str, code: str, now: datetime) -> Said:
    name = cleaned(query.from_user.full_name).strip() or thread.name
    return Said(NAME, thread.external_id, name[:200], text, now, remote_id=code)
