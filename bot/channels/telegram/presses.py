"""What a button does that is for staff: on cards, on alerts, under texts that were not sent."""

from datetime import datetime

from sqlalchemy import Connection, select
from telegram import CallbackQuery, Message

from bot import acts, contacts, topics
from bot.acts import Act
from bot.brand import Brand
from bot.channels.telegram import desk, public
from bot.channels.telegram.buttons import AckTap, CardTap, HeldTap, UndoTap
from bot.channels.telegram.heard import Heard
from bot.tables import TOPICS
from handoff import people, tickets
from handoff.entry import Refused
from handoff.staff import Person

Said = tuple[str, bool]  # what the person is shown, and whether it has to be closed by hand


def press(
    conn: Connection,
    brand: Brand,
    query: CallbackQuery,
    what: AckTap | CardTap | HeldTap | UndoTap,
    now: datetime,
) -> Said:
    """Do it as the desk would; who is no staff, or may not, changes nothing and uses no button up."""
    person = people.find_by_telegram(conn, query.from_user.id)
    if person is None:
        return brand.wording.say("alert_not_staff", brand.language), True
    act = Act("ack")
    try:
        with conn.begin_nested():
            match what:
                case AckTap(ticket):
                    act = Act("ack", ticket)
                    acts.perform(conn, brand, person, act, now)
                    return brand.wording.say("alert_taken", brand.language, name=person.name), False
                case CardTap(ticket, verb):
                    act = Act(verb, ticket)
                    return _on_card(conn, brand, person, query, act, now)
                case HeldTap(_, verb):
                    act = Act("reply")
                    return _on_held(conn, brand, person, query, verb, now)
                case UndoTap(removal):
                    act = Act("undo")
                    return public.undo(conn, brand, person, removal, now), False
    except Refused as refused:
        acts.refuse(conn, brand, person.name, act, refused, now)
        return refused.sentence, True


def _on_card(
    conn: Connection, brand: Brand, person: Person, query: CallbackQuery, act: Act, now: datetime
) -> Said:
    """Press a button of the card on top of a topic; on any other message it is none."""
    filed = tickets.get(conn, act.ticket or 0)
    place = select(TOPICS.c.chat, TOPICS.c.card).where(TOPICS.c.conversation_id == filed.conversation)
    row, message = conn.execute(place).first(), query.message
    if row is None or message is None or (row.chat, row.card) != (str(message.chat.id), message.message_id):
        raise Refused("not_available", brand.wording.say("button_old", brand.language))
    if act.verb == "promise":
        return brand.wording.say("press_promise_how", brand.language), True
    acts.perform(conn, brand, person, act, now)
    return "", False


def _on_held(
    conn: Connection, brand: Brand, person: Person, query: CallbackQuery, verb: str, now: datetime
) -> Said:
    """Ask the holder for the conversation, keep the text as a note, drop it, or hand over to who asked."""
    notice = query.message
    written = notice.reply_to_message if isinstance(notice, Message) else None
    if not isinstance(notice, Message) or written is None or notice.message_thread_id is None:
        raise Refused("not_available", brand.wording.say("button_old", brand.language))
    conversation = topics.find_topic(conn, notice.chat.id, notice.message_thread_id)
    writer = people.find_by_telegram(conn, written.from_user.id) if written.from_user else None
    if conversation is None or writer is None:
        raise Refused("not_available", brand.wording.say("button_old", brand.language))
    if verb == "give":
        ticket = contacts.open_ticket(conn, conversation)
        acts.perform(conn, brand, person, Act("hand_over", ticket, conversation, {"to": writer.id}), now)
        desk.wrote(conn, brand, Heard(written, (written,)), now)
        return brand.wording.say("held_given", brand.language, name=writer.name), False
    if writer.id != person.id:
        raise Refused("not_allowed", brand.wording.say("held_not_yours", brand.language))
    if verb == "note":
        desk.note(conn, brand, person, written, conversation, now)
        return brand.wording.say("held_noted", brand.language), False
    if verb == "drop":
        return brand.wording.say("held_dropped", brand.language), False
    newest = tickets.find_newest(conn, conversation)
    holder = people.name_of(conn, newest.ticket.assignee) if newest is not None else None
    text = brand.wording.say("held_asks", brand.language, name=person.name, holder=holder or "?")
    desk.answer(conn, written, conversation, text, now, held=written.message_id, asks=True)
    return brand.wording.say("held_asked", brand.language, holder=holder or "?"), False
