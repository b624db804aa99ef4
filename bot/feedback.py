"""What followers say of an answer: it helped, or it did not."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from bot import contacts, ledger, turn
from bot.brand import Brand
from bot.contacts import Thread
from bot.mode import Mode
from bot.tables import MESSAGES
from handoff.entry import Entry, Refused


def is_asked(row: Row[Any]) -> bool:
    """Say whether a message is an answer from an article, of which a follower may say so."""
    return row.direction == "out" and row.author == "bot" and bool(row.article) and not row.offers


def give(
    conn: Connection, brand: Brand, thread: Thread, message: int, now: datetime, *, helped: bool
) -> bool:
    """Remember whether an answer helped; where it did not, the way to a person is one tap away.

    Says False where it was said before. Raises Refused where it is no answer in their conversation.
    """
    row = conn.execute(select(MESSAGES).where(MESSAGES.c.id == message)).first()
    if row is None or row.conversation_id != thread.id or not is_asked(row):
        raise Refused("unknown", "that is no answer to this follower")
    if row.helped is not None:
        return False
    contacts.change_message(conn, row.id, helped=helped)
    data = {"message": row.id, "article": row.article, "helped": helped}
    ledger.record(conn, brand, [Entry("feedback", conversation=thread.id, data=data)], now)
    if not helped and contacts.current_mode(conn, thread, now) is Mode.BOT:
        sorry = brand.wording.say("feedback_sorry", thread.language or brand.language)
        turn.say(conn, thread, "answer", sorry, f"fb:{row.id}", now, human=True)
    return True
