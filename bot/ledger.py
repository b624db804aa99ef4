"""The ledger: how what happened in a turn reaches the log and the outbox."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from bot import contacts, journal, outbox
from bot.brand import Brand
from bot.mode import Mode
from bot.outbox import Letter
from bot.tables import LOG, OUTBOX
from bot.wording import clock_words, quote
from handoff import clocks, people, tickets
from handoff.entry import Effect, Entry, MarkTaken, Notify, ReturnToBot
from handoff.policy import Reason
from handoff.tables import ALERTS


def record(conn: Connection, brand: Brand, effects: Sequence[Effect], now: datetime) -> None:
    """Write what the rooms said happened, and queue what they want sent, in the caller's transaction."""
    touched: dict[int, None] = {}
    for effect in effects:
        match effect:
            case Entry():
                conversation = effect.conversation
                if conversation is None and effect.ticket is not None:
                    conversation = tickets.get(conn, effect.ticket).conversation
                journal.append(conn, effect, now, conversation)
                if conversation is not None:
                    touched[conversation] = None
            case Notify(alert):
                outbox.enqueue(conn, _alert_letters(conn, brand, alert, now), now)
            case MarkTaken(alerts, by):
                outbox.drop_alerts(conn, alerts)
                outbox.enqueue(conn, _taken_letters(conn, brand, alerts, by), now)
            case ReturnToBot(conversation):
                touched[conversation] = None
    for conversation in touched:
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
    record(conn, brand, tickets.sweep(conn, brand.promises, now), now)


def _alert_letters(conn: Connection, brand: Brand, alert: int, now: datetime) -> list[Letter]:
    """Write the ping of one alert: on the desk, and in Telegram where the brand and the person are."""
    row = conn.execute(select(ALERTS).where(ALERTS.c.id == alert)).one()
    person = people.find_by_id(conn, row.staff_id)
    values: dict[str, object] = {"count": row.count, "ticket": row.ticket_id}
    payload: dict[str, object] = {}
    if row.ticket_id is not None:
        filed = tickets.get(conn, row.ticket_id)
        thread = contacts.get(conn, filed.conversation)
        said = [m.text for m in contacts.list_messages(conn, thread.id, 20) if m.direction == "in"]
        due = min(clocks.running(conn, row.ticket_id).values(), default=None)
        values |= {
            "contact": thread.name,
            "category": brand.wording.say(f"category_{filed.ticket.category}", brand.language),
            "quote": quote(said[-1]) if said else "",
            "time": clock_words(due, now, brand.zone, brand.language) if due else "-",
        }
        payload = {"ack": row.ticket_id}
    text = brand.wording.say(f"alert_{Reason(row.reason)}", brand.language, **values)
    places = [("desk", str(row.staff_id))]
    if brand.has_telegram and person is not None and person.telegram is not None:
        places.append(("telegram", str(person.telegram)))
    return [
        Letter(f"alert:{alert}", "alert", channel, recipient, text, payload=payload, alert=alert)
        for channel, recipient in places
    ]


def _taken_letters(conn: Connection, brand: Brand, alerts: Sequence[int], by: int) -> list[Letter]:
    """Show on the pings that went out, each once, that somebody has the matter."""
    edited = select(OUTBOX.c.alert_id).where(OUTBOX.c.kind == "edit", OUTBOX.c.alert_id.is_not(None))
    sent = select(OUTBOX).where(
        OUTBOX.c.alert_id.in_(alerts),
        OUTBOX.c.kind == "alert",
        OUTBOX.c.channel == "telegram",
        OUTBOX.c.remote_id.is_not(None),
        OUTBOX.c.alert_id.not_in(edited),
    )
    words = brand.wording.say("alert_taken", brand.language, name=people.name_of(conn, by))
    return [
        Letter(
            f"taken:{row.alert_id}", "edit", row.channel, row.recipient, f"{row.text}\n\n{words}",
            payload={"edit": row.remote_id}, alert=row.alert_id,
        )
        for row in conn.execute(sent)
    ]  # fmt: skip
