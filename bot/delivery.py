"""What became of a send: accepted, refused for good, to be tried again, or nobody knows."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from bot import contacts, journal, ledger, outbox
from bot.brand import Brand
from bot.outbox import RESENT, Status
from bot.tables import MESSAGES
from handoff import approvals, climbs, people, statements, tickets
from handoff.entry import Effect, Entry
from handoff.events import CustomerAsked, ReplyDelivered
from handoff.prepared import Prepared

ATTEMPTS = 4
REMEDY = "remedy"  # the source of a message that grants something
# Carried out for every message that is sent.
ACCEPTED = Prepared(
    update(MESSAGES).where(MESSAGES.c.id == bindparam("row")), "status", "remote_id", "accepted_at"
)
MESSAGE = Prepared(select(MESSAGES).where(MESSAGES.c.id == bindparam("row")))


def delivered(
    conn: Connection, brand: Brand, row_id: int, now: datetime, remote_id: str | None = None
) -> None:
    """Record that the channel accepted a row; a whole staff message stops the clocks it answers."""
    row = outbox.mark_sent(conn, row_id, remote_id)
    if row is None:
        return
    accepted(conn, brand, row.message_id, now, now, remote_id)


def accepted(
    conn: Connection, brand: Brand, message_id: int, at: datetime, now: datetime, remote_id: str | None = None
) -> None:
    """Record that a whole message arrived `at` an instant: a staff message stops what it answers."""
    ACCEPTED.run(conn, row=message_id, status="sent", remote_id=remote_id, accepted_at=at)
    message = MESSAGE.first(conn, row=message_id)
    if message.source == REMEDY:
        ledger.record(conn, brand, approvals.delivered(conn, message_id, arrived=True, now=now), now)
    journal.append(conn, _said(message), now, message.conversation_id, message.id)
    if message.author == "staff" and message.ticket_id is not None:
        event = CustomerAsked if message.awaiting else ReplyDelivered
        happened = event(at, update=message.is_update)
        filed = tickets.get(conn, message.ticket_id)
        effects = tickets.apply(conn, brand.promises, filed, happened, now)
        climbs.extend(conn, brand.promises, filed.id, now)
        ledger.record(conn, brand, effects, now)


def failed(
    conn: Connection, brand: Brand, row_id: int, reason: str, now: datetime, *, blocked: bool = False
) -> None:
    """Record that a row will never arrive. A person who blocked us gets nothing more until they write."""
    row = outbox.get(conn, row_id)
    outbox.move(conn, row_id, Status.SENDING, Status.DEAD, error=reason)
    effects: list[Effect] = []
    if row.message_id is not None:
        lost = [row.message_id]
        if blocked:
            contacts.set_unreachable(conn, row.channel, row.recipient)
            lost += outbox.drop_for(conn, row.channel, row.recipient, reason)
        for message in lost:
            contacts.change_message(conn, message, status="failed")
            statements.mark_lost(conn, message)
            effects += approvals.delivered(conn, message, arrived=False, now=now)
    if blocked and row.channel == "telegram" and row.recipient.isdecimal():
        people.unreached(conn, int(row.recipient))
    data = {"outbox": row_id, "kind": row.kind, "blocked": blocked}
    effects.append(Entry("send_failed", conversation=row.conversation_id, data=data))
    effects += _pass_on(conn, brand, row, now)
    ledger.record(conn, brand, effects, now)


def bounced(conn: Connection, brand: Brand, message_id: int, reason: str, now: datetime) -> None:
    """Record that a message the channel had accepted never arrived: what it stopped runs as if unsaid."""
    message = contacts.get_message(conn, message_id)
    if message.status != "sent" or not outbox.kill_sent(conn, message_id, reason):
        return
    contacts.change_message(conn, message_id, status="failed")
    statements.mark_lost(conn, message_id)
    data = {"message": message_id, "kind": message.source, "blocked": False}
    effects: list[Effect] = [Entry("send_failed", conversation=message.conversation_id, data=data)]
    effects += approvals.delivered(conn, message_id, arrived=False, now=now)
    if message.author == "staff" and message.ticket_id is not None:
        others = contacts.list_replies(conn, message.ticket_id)
        standing = [(other.accepted_at, other.awaiting) for other in others if other.id != message_id]
        effects += tickets.fail_reply(
            conn,
            brand.promises,
            message.ticket_id,
            message.accepted_at,
            standing,
            now,
            asked=message.awaiting,
        )
    ledger.record(conn, brand, effects, now)


def postponed(conn: Connection, row_id: int, reason: str, not_before: datetime) -> None:
    """Queue a row again that was proven not to have been sent."""
    outbox.move(conn, row_id, Status.SENDING, Status.QUEUED, error=reason, not_before=not_before)


def uncertain(
    conn: Connection, brand: Brand, row_id: int, reason: str, now: datetime, again_at: datetime
) -> None:
    """Record that a row may have arrived: what may be said twice is sent again, a person's words are not."""
    row = outbox.get(conn, row_id)
    outbox.move(conn, row_id, Status.SENDING, Status.UNCERTAIN, error=reason, attempts=row.attempts + 1)
    if row.kind in RESENT and row.attempts + 1 < ATTEMPTS:
        outbox.move(conn, row_id, Status.UNCERTAIN, Status.QUEUED, not_before=again_at)
        return
    if row.message_id is not None:
        contacts.change_message(conn, row.message_id, status="uncertain")
    data = {"outbox": row_id, "kind": row.kind}
    effects: list[Effect] = [Entry("send_uncertain", conversation=row.conversation_id, data=data)]
    effects += _pass_on(conn, brand, row, now)
    ledger.record(conn, brand, effects, now)


def recover(conn: Connection, brand: Brand, now: datetime) -> None:
    """After a start: what was being sent when the last process ended may have arrived, or not."""
    for row in outbox.list_sending(conn):
        uncertain(conn, brand, row.id, "the process ended while it was sent", now, now)


def retry(conn: Connection, row_id: int, now: datetime) -> bool:
    """Queue a dead or uncertain row again because a person wants it; says whether it still was one.

    A remedy that was lost counts as not granted, so it is granted anew, within the limits of then.
    """
    row = outbox.find(conn, row_id)
    if row is None or Status(row.status) not in (Status.DEAD, Status.UNCERTAIN):
        return False
    if row.kind == REMEDY and row.status == Status.DEAD:
        return False
    if row.message_id is not None:
        contacts.change_message(conn, row.message_id, status="queued")
        statements.mark_lost(conn, row.message_id, is_lost=False)
    return outbox.move(conn, row_id, Status(row.status), Status.QUEUED, not_before=now, epoch=None)


def _pass_on(conn: Connection, brand: Brand, row: Row[Any], now: datetime) -> list[Effect]:
    """Go on to the next rung where an alert reached its person nowhere but, perhaps, on the desk."""
    if row.alert_id is None or row.kind != "alert" or outbox.is_on_its_way(conn, row.alert_id):
        return []
    return climbs.pass_on(conn, brand.promises, row.alert_id, now)


def _said(message: Row[Any]) -> Entry:
    data = {"source": message.source, "author": message.author}
    if message.article:
        data["article"] = message.article
    return Entry("message", ticket=message.ticket_id, staff=message.staff_id, data=data)
