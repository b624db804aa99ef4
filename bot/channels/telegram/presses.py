"""What a button does that is for staff: on cards, on alerts, under texts that were not sent."""

from datetime import datetime

from sqlalchemy import Connection, select
from telegram import CallbackQuery, Message

from bot import acts, contacts, granting, outbox, topics
from bot.act import Act
from bot.brand import Brand
from bot.channels.telegram import desk, public
from bot.channels.telegram.address import NAME
from bot.channels.telegram.buttons import AckTap, CardTap, DecideTap, HeldTap, SureTap, UndoTap
from bot.channels.telegram.heard import heard_again
from bot.tables import TOPICS
from handoff import crises, people, tickets
from handoff.entry import Refused
from handoff.staff import Person

MOST_SHOWN = 200  # characters of what a tap is answered with (Bot API, answerCallbackQuery)
# What a ping carries, by the kind of button under it.
SUBJECTS = {
    "apr": "approval",
    "rev": "review",
    "say": "confirm",
    "alarm": "crisis",
    "lock": "lock",
    "mark": "mark",
}
Said = tuple[str, bool]  # what the person is shown, and whether it has to be closed by hand


def press(
    conn: Connection,
    brand: Brand,
    query: CallbackQuery,
    what: AckTap | CardTap | HeldTap | UndoTap | SureTap | DecideTap,
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
                case SureTap():
                    act = Act("reply")
                    return _on_doubted(conn, brand, query, now)
                case DecideTap():
                    act = _decision(conn, what)
                    return _on_decision(conn, brand, person, query, what, act, now)
                case UndoTap(removal):
                    act = Act("undo")
                    return public.undo(conn, brand, person, removal, now), False
    except Refused as refused:
        acts.refuse(conn, brand, person.name, act, refused, now)
        return brand.wording.speak(refused.saying, brand.language), True


def _on_card(
    conn: Connection, brand: Brand, person: Person, query: CallbackQuery, act: Act, now: datetime
) -> Said:
    """Press a button of the card on top of a topic; on any other message it is none."""
    filed = tickets.get(conn, act.ticket or 0)
    place = select(TOPICS.c.chat, TOPICS.c.card).where(TOPICS.c.conversation_id == filed.conversation)
    row, message = conn.execute(place).first(), query.message
    if row is None or message is None or (row.chat, row.card) != (str(message.chat.id), message.message_id):
        raise Refused("not_available", "This button is no longer good.")
    if act.verb == "promise":
        return brand.wording.say("press_promise_how", brand.language), True
    if act.verb == "remedy":
        limits = granting.room_words(granting.rooms(conn, brand.promises, person, filed, now))
        return brand.wording.say("press_remedy_how", brand.language, limits=limits)[:MOST_SHOWN], True
    acts.perform(conn, brand, person, act, now)
    return "", False


def _on_doubted(conn: Connection, brand: Brand, query: CallbackQuery, now: datetime) -> Said:
    """Do after all what was written, because its writer is sure."""
    notice = query.message
    written = notice.reply_to_message if isinstance(notice, Message) else None
    if written is None or written.from_user is None:
        raise Refused("not_available", "This button is no longer good.")
    if written.from_user.id != query.from_user.id:
        raise Refused("not_allowed", "Only who wrote it can press this.")
    desk.wrote(conn, brand, heard_again(conn, written), now, sure=True)
    return "", False


def _decision(conn: Connection, what: DecideTap) -> Act:
    """Return the act that a button under a ping stands for; a pause is for the scope of its crisis."""
    match what.kind:
        case "apr":
            return Act(what.answer, args={"approval": what.number})
        case "rev":
            return Act("review", args={"override": what.number, "verdict": what.answer})
        case "say":
            return Act(what.answer, args={"version": what.number})
        case "mark":
            return Act("review_mark", what.number)
        case "lock":
            return Act("lock", args={"person": what.number})
        case _ if what.answer == "pause":
            return Act("pause", args={"scope": crises.get(conn, what.number).scope})
        case _:
            return Act(what.answer, args={"crisis": what.number})


def _on_decision(
    conn: Connection,
    brand: Brand,
    person: Person,
    query: CallbackQuery,
    what: DecideTap,
    act: Act,
    now: datetime,
) -> Said:
    """Decide by a button, which counts only under the ping that was sent for it, in that person's chat."""
    message = query.message
    where = (str(message.chat.id), str(message.message_id)) if message else ("", "")
    key = SUBJECTS[what.kind]
    if outbox.find_ping(conn, NAME, *where).get(key) != what.number:
        raise Refused("not_available", "This button is no longer good.")
    if act.verb == "reject":
        return brand.wording.say("press_reject_how", brand.language), True
    acts.perform(conn, brand, person, act, now)
    return brand.wording.say("press_done", brand.language), False


def _on_held(
    conn: Connection, brand: Brand, person: Person, query: CallbackQuery, verb: str, now: datetime
) -> Said:
    """Ask the holder for the conversation, keep the text as a note, drop it, or hand over to who asked."""
    notice = query.message
    written = notice.reply_to_message if isinstance(notice, Message) else None
    if not isinstance(notice, Message) or written is None or notice.message_thread_id is None:
        raise Refused("not_available", "This button is no longer good.")
    conversation = topics.find_topic(conn, notice.chat.id, notice.message_thread_id)
    writer = people.find_by_telegram(conn, written.from_user.id) if written.from_user else None
    if conversation is None or writer is None:
        raise Refused("not_available", "This button is no longer good.")
    if verb == "give":
        ticket = contacts.open_ticket(conn, conversation)
        acts.perform(conn, brand, person, Act("hand_over", ticket, conversation, {"to": writer.id}), now)
        desk.wrote(conn, brand, heard_again(conn, written), now)
        return brand.wording.say("held_given", brand.language, name=writer.name), False
    if writer.id != person.id:
        raise Refused("not_allowed", "Only who wrote it can press this.")
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
