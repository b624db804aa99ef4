"""The ledger: how what happened in a turn reaches the log and the outbox."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot import asking, contacts, journal, notices
from bot.brand import Brand
from bot.contacts import Thread
from bot.mode import Mode, mode_of
from handoff import sweep as rooms
from handoff import tickets
from handoff.entry import Effect, Entry, ReturnToBot

# What changes nothing about who speaks.
MODELESS = frozenset(
    {
        "breach",
        "met",
        "annulled",
        "clock",
        "alert",
        "acked",
        "nobody_to_tell",
        "message",
        "approval",
        "override",
        "crisis",
        "statement",
        "draft",
        "suspicious",
        "refused",
        "rated",
    }
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
    asking.follow(conn, brand, entries, now)
    notices.send(conn, brand, [effect for effect in effects if not isinstance(effect, Entry)], now)
    settle_modes(conn, [conversation for conversation in touched if conversation is not None], now)


def settle_mode(conn: Connection, conversation: int, now: datetime) -> int:
    """Log a change of who speaks, if there was one since the last, and return the epoch that holds now."""
    return settle_modes(conn, [conversation], now)[conversation]


def settle_modes(conn: Connection, conversations: Sequence[int], now: datetime) -> dict[int, int]:
    """Do so in several conversations, in a handful of statements however many they are."""
    if not conversations:
        return {}
    threads = contacts.list_threads(conn, conversations)
    newest = tickets.list_newest(conn, conversations)
    last = journal.last_modes(conn, conversations)
    changed: list[tuple[Thread, Mode]] = []
    for thread in threads:
        filed = newest.get(thread.id)
        mode = mode_of(blocked=thread.blocked, newest=filed.ticket if filed else None, now=now)
        if mode != last.get(thread.id, Mode.BOT):
            changed.append((thread, mode))
    entries = [
        (Entry("mode", data={"mode": mode, "contact": thread.contact}), thread.id) for thread, mode in changed
    ]
    journal.append_all(conn, entries, now)
    return {thread.id: thread.epoch for thread in threads} | contacts.raise_epochs(conn, changed)


def sweep(conn: Connection, brand: Brand, now: datetime) -> None:
    """Do everything that is due at `now`: deadlines, rungs, digests, conversations back to the bot."""
    record(conn, brand, rooms.sweep(conn, brand.promises, now), now)
