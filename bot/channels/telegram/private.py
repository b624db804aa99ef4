"""What a person writes to the bot in their private chat with it: words, commands, edits, and blocking it."""

from datetime import datetime

from sqlalchemy import Connection, select
from telegram import Chat, ChatMember, ChatMemberUpdated, Message, User
from telegram.constants import ChatType

from bot import acts, contacts, crisis_acts, ledger, outbox, rating, turn
from bot.act import Act
from bot.brand import Brand
from bot.channels.telegram import commands, staff
from bot.channels.telegram.address import NAME, Address
from bot.channels.telegram.heard import Heard, answering, name_of, said_by, whole
from bot.channels.telegram.orders import Order, read_order
from bot.channels.telegram.words import words_of
from bot.logins import page_address
from bot.outbox import Letter
from bot.tables import MESSAGES
from bot.turn import Said
from handoff import people
from handoff.entry import Entry, Refused
from handoff.staff import Person

PROMISE = ("/janji", "/promise")
SIGN_IN = ("/masuk", "/signin")


def wrote(conn: Connection, brand: Brand, heard: Heard, now: datetime) -> None:
    """Answer what a person writes in a private chat."""
    message = heard.message
    sender, words = message.from_user, heard.words
    if not _is_person(message.chat, sender) or sender is None or words is None:
        return
    address = Address(whole(message.chat.id))
    said = answering(conn, said_by(heard, address, name_of(sender), words, now), message)
    if not said.text.startswith("/"):
        if not rating.answers(conn, brand, said, now):
            turn.contact_wrote(conn, brand, said, now, behind=heard.behind)
        return
    person = people.find_by_telegram(conn, sender.id)
    if person is not None:
        people.reached(conn, person, now)
    command = said.text.split()[0].split("@")[0].lower()
    if person is not None and command in PROMISE:
        _promise(conn, brand, person, message, said, now)
    elif person is not None and command in SIGN_IN:
        _sign_in(conn, brand, said, now)
    elif person is not None and (order := read_order(said.text, staff.subject_of(conn, message))) is not None:
        _order(conn, brand, person, order, said, now)
    elif not commands.obey(conn, brand, said, sender, now):
        turn.contact_wrote(conn, brand, said, now, behind=heard.behind)


def edited(conn: Connection, brand: Brand, message: Message, now: datetime, external_id: str) -> None:
    """Keep the new words beside the old ones; what was answered stays answered."""
    words = words_of(message)
    thread = contacts.find(conn, NAME, external_id)
    if thread is None or words is None or words.kind == "location":
        return
    number = str(whole(message.message_id))
    known = (
        select(MESSAGES.c.id, MESSAGES.c.text)
        .where(MESSAGES.c.conversation_id == thread.id, MESSAGES.c.remote_id == number)
        .where(MESSAGES.c.author == "contact")
        .order_by(MESSAGES.c.id.desc())
    )
    before = conn.execute(known).all()
    if before and before[0].text == words.text:
        return
    new = contacts.add_message(
        conn, thread.id, direction="note", author="contact", source="edit", text=words.text, at=now,
        remote_id=number, reply_to=before[-1].id if before else None,
        ticket_id=contacts.open_ticket(conn, thread.id),
    )  # fmt: skip
    ledger.record(conn, brand, [Entry("edited", conversation=thread.id, data={"message": new})], now)


def membership(conn: Connection, brand: Brand, change: ChatMemberUpdated, now: datetime) -> None:
    """Remember that a person blocked the bot, or lets it write again."""
    if not _is_person(change.chat, change.from_user):
        return
    lets = change.new_chat_member.status == ChatMember.MEMBER
    person = people.find_by_telegram(conn, change.from_user.id)
    if person is not None:
        people.reached(conn, person, now if lets else None)
    thread = contacts.find(conn, NAME, str(change.chat.id))
    if thread is None:
        return
    if change.new_chat_member.status == ChatMember.BANNED and thread.reachable:
        contacts.set_unreachable(conn, NAME, thread.external_id)
        ledger.record(conn, brand, [Entry("unreachable", conversation=thread.id)], now)
    elif lets and not thread.reachable:
        contacts.find_or_add(conn, NAME, thread.external_id, thread.name, now)
        ledger.record(conn, brand, [Entry("reachable", conversation=thread.id)], now)


def _promise(
    conn: Connection, brand: Brand, person: Person, message: Message, said: Said, now: datetime
) -> None:
    """Take a promise by word, and say what became of it."""
    text = staff.promise(conn, brand, person, said.text, lambda: staff.meant_by(conn, person, message), now)
    _tell(conn, said, text, now)


def _order(conn: Connection, brand: Brand, person: Person, order: Order, said: Said, now: datetime) -> None:
    """Do an act of authority that needs no topic, and say what became of it."""
    act = Act(order.verb, args=order.args)
    try:
        with conn.begin_nested():
            acts.perform(conn, brand, person, act, now)
        text = brand.wording.say("press_done", brand.language)
    except Refused as refused:
        acts.refuse(conn, brand, person.name, act, refused, now)
        key = "crisis_usage" if order.verb in crisis_acts.VERBS else "request_usage"
        why = brand.wording.speak(refused.saying, brand.language)
        text = f"{why}\n\n{brand.wording.say(key, brand.language)}"
    _tell(conn, said, text, now)


def _sign_in(conn: Connection, brand: Brand, said: Said, now: datetime) -> None:
    """Send a one-time link to the desk, if its pages are served."""
    if page_address(conn) is None:
        _tell(conn, said, brand.wording.say("sign_in_nowhere", brand.language), now)
        return
    text = brand.wording.say("sign_in_link", brand.language, link=staff.LINK)
    _tell(conn, said, text, now, sign_in=True)


def _tell(conn: Connection, said: Said, text: str, now: datetime, **payload: object) -> None:
    """Answer a command."""
    cause = f"command:{said.external_id}:{said.remote_id}"
    outbox.enqueue(conn, [Letter(cause, "command", NAME, said.external_id, text, payload)], now)


def _is_person(chat: Chat, sender: User | None) -> bool:
    return chat.type == ChatType.PRIVATE and sender is not None and not sender.is_bot
