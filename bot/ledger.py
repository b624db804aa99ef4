"""The ledger: how what happened in a turn reaches the log and the outbox."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from bot import contacts, journal, notices
from bot.brand import Brand
from bot.mode import Mode
from bot.tables import LOG
from handoff import sweep as rooms
from handoff import tickets
from handoff.entry import Effect, Entry, ReturnToBot

# What changes nothing about who speaks.
MODELESS = frozenset(
    {"breach", "met", "annulled", "clock", "alert", "alert_held", "acked", "nobody_to_tell", "message"}
)


def record(conn: Connection, brand: Brand, effects: Sequence[Effect], now: datetime) -> None:
    """Write what the rooms said happened, and queue what they want sent, in the caller's transaction."""
    entries = [effect for effect in effects if isinstance(effect, Entry)]
    of_ticket = tickets.conversations(conn, {e.ticket for e in entries if e.ticket and not e.conversation})
    written = [(entry, of_ticket.get(entry.ticket or 0)) for entry in entries]
    touched = dict.fromkeys(
        entry.conversation or conversation for entry, conversation in written if entry.kind not in MODELESS
    )
    touched |= {effect.conversation: None for effect in effects if isinstance(effect, ReturnToBot)}
    journal.append_all(conn, written, now)
    notices.send(conn, brand, [effect for effect in effects if not isinstance(effect, Entry)], now)
    for conversation in touched:
        if conversation is not None:
            settle_mode(conn, conversation, now)


def settle_mode(conn: Connection, conversation: int, now: datetime) -> int:
    """Log a change of who speaks, if there was one since the last, and return the epoch that holds now."""
    thread = contacts.get(conn, conversation)
    mode = contacts.current_mode(conn, thread, now)
    known = (
        select(LOG.c.data)
        .where(LOG.c.conversation_id == conversation, LOG.c.kind == "mode")
        .order_by(LOG.c.id.desc())
        .limit(1)
    )
    last = conn.execute(known).scalar_one_or_none()
    if mode == (last["mode"] if last else Mode.BOT):
        return thread.epoch
    journal.append(conn, Entry("mode", data={"mode": mode, "contact": thread.contact}), now, conversation)
    return contacts.raise_epoch(conn, thread, mode)


def sweep(conn: Connection, brand: Brand, now: datetime) -> None:
    """Do everything that is due at `now`: deadlines, rungs, digests, conversations back to the bot."""
    record(conn, brand, rooms.sweep(conn, brand.promises, now), now)
