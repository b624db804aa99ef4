"""Requests as the database keeps them: found and read."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from handoff.approval import OPEN, Request, Status
from handoff.authority_tables import APPROVALS
from handoff.entry import Refused


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it stands in the database."""

    id: int
    ticket: int
    conversation: int
    action: str
    currency: str
    text: str
    request: Request


def get(conn: Connection, approval_id: int) -> Asked:
    """Return the request of that id; raises Refused where there is none."""
    row = conn.execute(select(APPROVALS).where(APPROVALS.c.id == approval_id)).first()
    if row is None:
        raise Refused("unknown", "there is no request {request}", request=approval_id)
    return read(row)


def list_open(
    conn: Connection, ticket: int | None = None, statuses: Collection[Status] = OPEN
) -> list[Asked]:
    """Return the requests that wait for somebody, oldest first, of one ticket or all."""
    rows = select(APPROVALS).where(APPROVALS.c.look_at.is_not(None), APPROVALS.c.status.in_(statuses))
    if ticket is not None:
        rows = rows.where(APPROVALS.c.ticket_id == ticket)
    return [read(row) for row in conn.execute(rows.order_by(APPROVALS.c.id)).all()]


def list_of_ticket(conn: Connection, ticket: int) -> list[Row[Any]]:
    """Return every remedy of a ticket, oldest first."""
    return list(
        conn.execute(select(APPROVALS).where(APPROVALS.c.ticket_id == ticket).order_by(APPROVALS.c.id))
    )


def read(row: Row[Any]) -> Asked:
    """Read one request from its row."""
    request = Request(
        status=Status(row.status),
        amount=row.amount,
        asked_by=row.asked_by,
        expires_at=row.expires_at,
        first_by=row.first_by,
        decided_by=row.decided_by,
        granted=row.granted,
    )
    return Asked(row.id, row.ticket_id, row.conversation_id, row.action, row.currency, row.text, request)
