"""Deleting what is known of a follower: words, name, files; that something happened stays on record.

The full-text index follows by its triggers; its file is cleaned after the commit.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update

from bot import audit, briefing, contacts, ledger, outbox
from bot.brand import Brand
from bot.channels import files, index
from bot.contacts import Thread
from bot.outbox import Letter, Status
from bot.tables import CONTACTS, CONVERSATIONS, COPIES, INBOUND, MESSAGES, OUTBOX, REMOVALS, TOPICS
from bot.uploads import uploads_of
from handoff import approvals, events, tickets
from handoff.authority_tables import APPROVALS, CRISES, OVERRIDES, SIGNS
from handoff.entry import Entry
from handoff.policy import Reason
from handoff.tables import ALERTS, TICKETS

NOBODY = "-"
DAY = timedelta(days=1)


def erase(conn: Connection, brand: Brand, thread: Thread, now: datetime) -> None:
    """Delete it, in the caller's transaction; an open matter ends with it, since nobody can answer any more.

    The person may come back at any time, and is somebody new then. What waits to be sent to them is
    given up; what it would have granted is not granted.
    """
    newest = tickets.find_newest(conn, thread.id)
    if newest is not None and newest.ticket.is_open:
        ledger.record(conn, brand, approvals.close(conn, newest.id, now), now)
        over = tickets.apply(conn, brand.promises, newest, events.HandedBack(None, now), now)
        ledger.record(conn, brand, over, now)
    mine = MESSAGES.c.conversation_id == thread.id
    blank: dict[str, object] = {"text": "", "media": None, "reading": None, "offers": [], "origin": None}
    uploads = _uploads(conn, thread)
    conn.execute(delete(COPIES).where(COPIES.c.message_id.in_(select(MESSAGES.c.id).where(mine))))
    conn.execute(update(MESSAGES).where(mine).values(blank))
    conn.execute(delete(INBOUND).where(INBOUND.c.lane == lane_of(thread), INBOUND.c.status != "pending"))
    lost = _blank_sends(conn, thread)
    _reword_pings(conn, brand, thread, now)
    conn.execute(update(APPROVALS).where(APPROVALS.c.conversation_id == thread.id).values(text="", reason=""))
    conn.execute(update(OVERRIDES).where(OVERRIDES.c.conversation_id == thread.id).values(reason=""))
    audit.erase(conn, thread.id)
    for message in lost:
        contacts.change_message(conn, message, status="failed")
        ledger.record(conn, brand, approvals.delivered(conn, message, arrived=False, now=now), now)
    if thread.external_id.isdecimal():
        theirs = REMOVALS.c.person == int(thread.external_id)
        conn.execute(update(REMOVALS).where(theirs).values(text="", name=NOBODY))
    gone = {"name": NOBODY, "external_id": f"{contacts.ERASED}{thread.contact}", "reachable": False}
    conn.execute(update(CONTACTS).where(CONTACTS.c.id == thread.contact).values(gone))
    forgotten: dict[str, object] = {"offers": [], "topic": None, "clarified_at": None, "asked_at": None}
    conn.execute(update(CONVERSATIONS).where(CONVERSATIONS.c.id == thread.id).values(forgotten))
    topic = conn.execute(select(TOPICS).where(TOPICS.c.conversation_id == thread.id)).first()
    if topic is not None:
        payload = {"topic": thread.id}
        outbox.enqueue(
            conn,
            [Letter(f"erase:{thread.id}:{topic.thread}", "erase", "telegram", topic.chat, "", payload)],
            now,
        )
    if uploads:
        letter = Letter(
            f"erase:{thread.id}:uploads", "erase", files.NAME, str(thread.id), "", {"uploads": uploads}
        )
        outbox.enqueue(conn, [letter], now)
    outbox.enqueue(conn, [Letter(f"erase:{thread.id}:index", "erase", index.NAME, index.NAME, "")], now)
    ledger.record(conn, brand, [Entry("erased", conversation=thread.id)], now)


def lane_of(thread: Thread) -> str:
    """Return the lane in which what this contact sent arrives."""
    return f"{thread.channel}:{thread.external_id.partition('@')[0]}"


def _uploads(conn: Connection, thread: Thread) -> list[str]:
    """Return the files of theirs that are kept here; they are deleted once this is committed."""
    mine = MESSAGES.c.conversation_id == thread.id
    found = [
        name for media in conn.scalars(select(MESSAGES.c.media).where(mine)) for name in uploads_of(media)
    ]
    return list(dict.fromkeys(found))


def _blank_sends(conn: Connection, thread: Thread) -> list[int]:
    """Blank the texts of what was sent and told of them; what has not left yet never does.

    Returns the messages to the follower that were lost so.
    """
    of_theirs = select(TICKETS.c.id).where(TICKETS.c.conversation_id == thread.id)
    alerts = select(ALERTS.c.id).where(ALERTS.c.ticket_id.in_(of_theirs))
    about = (OUTBOX.c.conversation_id == thread.id) | OUTBOX.c.alert_id.in_(alerts)
    waiting = update(OUTBOX).where(about, OUTBOX.c.status == Status.QUEUED)
    given_up = waiting.values(status=Status.DISCARDED, error="the follower's data were deleted")
    lost = list(conn.scalars(given_up.returning(OUTBOX.c.message_id)))
    conn.execute(update(OUTBOX).where(about).values(text="", payload={}))
    return sorted({message for message in lost if message is not None})


def _reword_pings(conn: Connection, brand: Brand, thread: Thread, now: datetime) -> None:
    """Write the pings of crises in which they complained anew: those quote who did, and belong to nobody.

    They still go out, and stay on the desk. The time that makes a burst may have been longer than it is.
    """
    signs = select(func.min(SIGNS.c.at), func.max(SIGNS.c.at)).where(SIGNS.c.conversation_id == thread.id)
    first, last = conn.execute(signs).one()
    if first is None:
        return
    lasting = CRISES.c.ended_at.is_(None) | (CRISES.c.ended_at >= first)
    begun = CRISES.c.began_at <= last + max(brand.promises.crisis.within, DAY)
    for crisis in list(conn.scalars(select(CRISES.c.id).where(begun, lasting))):
        pings = select(ALERTS.c.id).where(
            ALERTS.c.crisis_id == crisis, ALERTS.c.ticket_id.is_(None), ALERTS.c.reason == Reason.CRISIS
        )
        anew = briefing.crisis_ping(conn, brand, crisis, now)
        conn.execute(update(OUTBOX).where(OUTBOX.c.alert_id.in_(pings)).values(text=anew))
