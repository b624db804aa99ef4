"""What is said about requests and overrides: the approved text, the answer to who asked, the old pings."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from bot import contacts, outbox
from bot.brand import Brand
from bot.outbox import Letter
from bot.places import tell
from bot.tables import OUTBOX
from bot.wording import quote
from handoff import approvals, people
from handoff.authority_tables import APPROVALS
from handoff.entry import MarkSettled
from handoff.money import format_amount
from handoff.policy import Kind
from handoff.tables import ALERTS, CLIMBS, DEADLINES


def send_remedy(conn: Connection, approval: int, now: datetime) -> None:
    """Queue the text of a remedy that was granted: in the name of who wrote it, whoever holds the ticket."""
    asked = approvals.get(conn, approval)
    thread = contacts.get(conn, asked.conversation)
    message = contacts.add_message(
        conn, thread.id, direction="out", author="staff", staff_id=asked.request.asked_by, source="remedy",
        text=asked.text, at=now, status="queued", ticket_id=asked.ticket,
    )  # fmt: skip
    approvals.set_message(conn, approval, message)
    letter = Letter(
        f"remedy:{approval}", "remedy", thread.channel, thread.external_id, asked.text,
        conversation=thread.id, message=message,
    )  # fmt: skip
    outbox.enqueue(conn, [letter], now)


def tell_requester(conn: Connection, brand: Brand, approval: int, now: datetime) -> None:
    """Tell who asked, if they are at the desk still, what became of it and what is theirs to do now."""
    row = conn.execute(select(APPROVALS).where(APPROVALS.c.id == approval)).one()
    money = format_amount(row.amount if row.granted is None else row.granted, row.currency)
    text = brand.wording.say(
        f"request_{row.status}",
        brand.language,
        number=approval,
        ticket=row.ticket_id,
        what=f"{row.action} {money}",
        name=people.name_of(conn, row.decided_by or row.first_by) or "-",
        reason=quote(row.reason, 400) or "-",
    )
    asker = people.find_by_id(conn, row.asked_by)
    if asker is not None:
        cause = f"request:{approval}:{row.status}:{row.first_by or 0}"
        tell(conn, brand, asker, cause, text, now, about=row.conversation_id)


def settled(conn: Connection, brand: Brand, over: MarkSettled) -> list[Letter]:
    """Show on the pings about a request or an override how it ended; those that wait are dropped."""
    mine = (
        select(ALERTS.c.id)
        .join(CLIMBS, CLIMBS.c.id == ALERTS.c.climb_id)
        .join(DEADLINES, DEADLINES.c.id == CLIMBS.c.deadline_id)
        .where(DEADLINES.c.kind == over.kind, DEADLINES.c.subject == over.subject)
    )
    pinged = list(conn.scalars(mine))
    key = "request_over"
    if over.kind == Kind.APPROVAL:
        key = f"settled_{approvals.get(conn, over.subject).request.status}"
    words = brand.wording.say(key, brand.language, name=people.name_of(conn, over.by) or "-")
    outbox.drop_alerts(conn, pinged)
    return edited(conn, pinged, "settled", words)


def edited(conn: Connection, alerts: Sequence[int], cause: str, words: str) -> list[Letter]:
    """Return what writes some words under the pings that went out in Telegram, and takes their buttons."""
    known = select(OUTBOX.c.alert_id).where(OUTBOX.c.kind == "edit", OUTBOX.c.cause.startswith(f"{cause}:"))
    sent = select(OUTBOX).where(
        OUTBOX.c.alert_id.is_not(None),
        OUTBOX.c.alert_id.in_(alerts),
        OUTBOX.c.kind == "alert",
        OUTBOX.c.channel == "telegram",
        OUTBOX.c.remote_id.is_not(None),
        OUTBOX.c.alert_id.not_in(known.where(OUTBOX.c.alert_id.is_not(None))),
    )
    return [
        Letter(
            f"{cause}:{row.alert_id}", "edit", row.channel, row.recipient, f"{row.text}\n\n{words}",
            payload={"edit": row.remote_id}, alert=row.alert_id,
        )
        for row in conn.execute(sent)
    ]  # fmt: skip
