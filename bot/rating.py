"""A follower's mark and the words that come with it, and their being read by those above."""

from datetime import datetime

from sqlalchemy import Connection

from bot import asking, contacts, ledger
from bot.asking import RATING
from bot.brand import Brand
from bot.contacts import Thread
from bot.turn import Said
from handoff import surveys
from handoff.entry import Entry, Refused
from handoff.satisfaction import LOW
from handoff.staff import Person
from handoff.tickets import Filed
from knowledge.reading import Reading


def rate(
    conn: Connection,
    brand: Brand,
    thread: Thread,
    ticket: int,
    mark: int,
    now: datetime,
    *,
    asks: bool = True,
) -> bool:
    """Keep the mark and ask once for words; says whether it is another than before.

    Raises Refused where the follower was not asked, there is no such mark, or the question is closed.
    """
    row = surveys.get(conn, ticket)
    if row.conversation_id != thread.id:
        raise Refused("unknown", "nobody asked this follower about it")
    survey = surveys.mark(conn, row, mark, now)
    if survey is None:
        return False
    ledger.record(conn, brand, [Entry("rated", ticket, thread.id, data={"mark": mark})], now)
    if asks and not survey.commented:
        asking.ask_words(conn, brand, thread, ticket, now)
    return True


def comment(conn: Connection, brand: Brand, thread: Thread, ticket: int, said: Said, now: datetime) -> bool:
    """Keep what came in answer to the question for words, and say whether it was taken as that.

    False means that it is an ordinary message: what asks for something, what is alarming, and what comes
    with a picture. A complaint beside a low mark is read by those above; beside a high one it is a message.
    """
    row = surveys.get(conn, ticket)
    if row.conversation_id != thread.id or not surveys.read(row).takes_words(now):
        return False
    day = said.at.astimezone(brand.zone).date()
    reading = brand.understanding.read(said.text, on=day, topic=thread.memory.topic)
    if said.kind != "text" or said.media or not said.text.strip() or not _is_comment(reading, row.mark):
        return False
    words = contacts.add_message(
        conn, thread.id, direction="note", author="contact", source=RATING, text=said.text, at=said.at,
        remote_id=said.remote_id, reply_to=said.reply_to, ticket_id=ticket,
    )  # fmt: skip
    surveys.comment(conn, row, words, now)
    data = {"mark": row.mark, "message": words}
    ledger.record(conn, brand, [Entry("rated", ticket, thread.id, data=data)], now)
    return True


def answers(conn: Connection, brand: Brand, said: Said, now: datetime) -> bool:
    """Take a message as words to a mark where it replies to the question for them; says whether it did."""
    row = surveys.find_by_words(conn, said.reply_to) if said.reply_to is not None else None
    thread = contacts.find(conn, said.channel, said.external_id) if row is not None else None
    if row is None or thread is None:
        return False
    return comment(conn, brand, thread, row.ticket_id, said, now)


def review(conn: Connection, person: Person, filed: Filed | None, now: datetime) -> None:
    """Put on record that somebody above read the low mark of a ticket."""
    if filed is None:
        raise Refused("not_open", "there is no ticket in this conversation")
    surveys.see(conn, surveys.get(conn, filed.id), person.id, now)


def _is_comment(reading: Reading, mark: int) -> bool:
    if reading.fired("crisis") or reading.fired("human") or reading.sure or reading.asks_status:
        return False
    return mark <= LOW or not reading.fired("complaint")
