"""What was granted so far, summed up in the database: on a ticket, to a follower, by a person and day."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, func, select

from handoff.approval import GRANTED
from handoff.authority_tables import APPROVALS, OVERRIDES
from handoff.sop import Spent

MONTH = timedelta(days=30)
WORTH = func.coalesce(APPROVALS.c.granted, APPROVALS.c.amount)
IS_GRANTED = APPROVALS.c.status.in_(GRANTED)


def spent(
    conn: Connection, zone: ZoneInfo, action: str, ticket: int, conversation: int, person: int, now: datetime
) -> Spent:
    """Return what binds the person's next grant of this remedy on the ticket."""
    since = now - MONTH
    day = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    alone = APPROVALS.c.decided_by.is_(None)
    return Spent(
        ticket=on_ticket(conn, action, ticket),
        contact_30d=_approvals(conn, action, alone, APPROVALS.c.conversation_id == conversation,
                               APPROVALS.c.asked_at > since)
        + _overrides(conn, action, OVERRIDES.c.conversation_id == conversation, OVERRIDES.c.at > since),
        admin_day=_approvals(conn, action, alone, APPROVALS.c.asked_by == person,
                             APPROVALS.c.asked_at >= day)
        + _overrides(conn, action, OVERRIDES.c.by_id == person, OVERRIDES.c.at >= day),
    )  # fmt: skip


def on_ticket(conn: Connection, action: str, ticket: int) -> int:
    """Return what the ticket was granted of this remedy, whoever granted it."""
    return _approvals(conn, action, APPROVALS.c.ticket_id == ticket) + _overrides(
        conn, action, OVERRIDES.c.ticket_id == ticket
    )


def in_30_days(conn: Connection, action: str, conversation: int, now: datetime) -> int:
    """Return what the follower was granted of this remedy in 30 days, with approval or without."""
    since = now - MONTH
    return _approvals(
        conn, action, APPROVALS.c.conversation_id == conversation, APPROVALS.c.asked_at > since
    ) + _overrides(conn, action, OVERRIDES.c.conversation_id == conversation, OVERRIDES.c.at > since)


def granted(conn: Connection, ticket: int) -> list[tuple[int, str]]:
    """Return the amounts that the ticket was granted, each with its currency: those that a text may name."""
    done = select(WORTH, APPROVALS.c.currency).where(APPROVALS.c.ticket_id == ticket, IS_GRANTED)
    broken = select(OVERRIDES.c.amount, OVERRIDES.c.currency).where(OVERRIDES.c.ticket_id == ticket)
    rows = [
        *conn.execute(done.order_by(APPROVALS.c.id)),
        *conn.execute(broken.order_by(OVERRIDES.c.id)),
    ]
    return [(amount, currency) for amount, currency in rows]


def _approvals(conn: Connection, action: str, *which: ColumnElement[bool]) -> int:
    return _sum(conn, select(func.sum(WORTH)).where(APPROVALS.c.action == action, IS_GRANTED, *which))


def _overrides(conn: Connection, action: str, *which: ColumnElement[bool]) -> int:
    return _sum(conn, select(func.sum(OVERRIDES.c.amount)).where(OVERRIDES.c.action == action, *which))


def _sum(conn: Connection, statement: Any) -> int:
    return int(conn.execute(statement).scalar_one() or 0)
