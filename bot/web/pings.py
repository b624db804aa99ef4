"""What one person, who may have no Telegram, finds on top of the desk: pings, and notices for them."""

from collections.abc import Hashable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, String, bindparam, cast, literal, literal_column, select

from bot.tables import IS_NOTICE, OUTBOX
from bot.web.queries import NOT_RESOLVED, SHOWN
from handoff import climb_rows
from handoff.authority_tables import CRISES, IS_UNREVIEWED, OVERRIDES
from handoff.crisis import Status
from handoff.tables import ALERTS, CLIMBS, DEADLINES, TICKETS

# As the partial index says it, with the table named: others have a status, too.
GOING_ON = CRISES.c.status != literal_column("'normal'")
# Written once and not for each page, since writing them takes longer than SQLite needs to answer.
_PINGS = (
    select(ALERTS.c.id, ALERTS.c.ticket_id, ALERTS.c.crisis_id, ALERTS.c.climb_id, ALERTS.c.reason,
           ALERTS.c.raised_at, OUTBOX.c.text, TICKETS.c.conversation_id,
           DEADLINES.c.kind, DEADLINES.c.subject, CLIMBS.c.reason.label("climbs_for"))
    .join(OUTBOX, OUTBOX.c.cause == literal("alert:") + cast(ALERTS.c.id, String))
    .outerjoin(CLIMBS, CLIMBS.c.id == ALERTS.c.climb_id)
    .outerjoin(DEADLINES, DEADLINES.c.id == CLIMBS.c.deadline_id)
    .outerjoin(TICKETS, TICKETS.c.id == ALERTS.c.ticket_id)
    .where(OUTBOX.c.channel == "desk", OUTBOX.c.recipient == cast(bindparam("me"), String))
    .where(OUTBOX.c.kind == "alert", ALERTS.c.staff_id == bindparam("me"))
    .where(ALERTS.c.id > bindparam("dismissed"))
    .order_by(ALERTS.c.id.desc())
)  # fmt: skip
_DIGEST = _PINGS.where(ALERTS.c.climb_id.is_(None)).limit(1)
# Those about tickets; a review goes on where its ticket is resolved.
_ON_TICKETS = _PINGS.where(
    CLIMBS.c.ticket_id.in_(
        select(TICKETS.c.id).where(NOT_RESOLVED).union(select(OVERRIDES.c.ticket_id).where(IS_UNREVIEWED))
    ),
    ~CLIMBS.c.ended,
).limit(SHOWN)
# Those about crises that go on: the alarm, the reminder, and that of the news that is promised.
_REMINDS = (CRISES.c.status == Status.CRISIS) & (ALERTS.c.raised_at >= CRISES.c.declared_at)
_OF_CRISES = (
    _PINGS.join(CRISES, CRISES.c.id == CLIMBS.c.crisis_id)
    .where(CLIMBS.c.crisis_id.in_(select(CRISES.c.id).where(GOING_ON)))
    .where(~CLIMBS.c.ended | (CLIMBS.c.reason.is_(None) & _REMINDS))
    .limit(SHOWN)
)


def list_open(conn: Connection, me: int, dismissed: int, now: datetime) -> list[Row[Any]]:
    """Return the pings of one person, newest first, the newest of each matter: of each ticket, of each
    request, override and promise on it, of each crisis and of its news.

    A ping is shown until somebody has the matter, it is over, or the person dismissed it.
    """
    mine = {"me": me, "dismissed": dismissed}
    on_tickets: list[Row[Any]] = list(conn.execute(_ON_TICKETS, mine))
    of_crises: list[Row[Any]] = list(conn.execute(_OF_CRISES, mine))
    climbing = {row.climb_id for row in (*on_tickets, *of_crises)}
    held = climb_rows.list_held(conn, climbing, now) if climbing else set()
    found: dict[Hashable, Row[Any]] = {}
    for row in on_tickets:
        if row.climb_id not in held:
            found.setdefault((row.ticket_id, row.subject and (row.kind, row.subject)), row)
    for row in of_crises:
        if row.climb_id not in held:
            found.setdefault(("crisis", row.crisis_id, row.climbs_for), row)
    digest: list[Row[Any]] = list(conn.execute(_DIGEST, mine))
    return sorted([*found.values(), *digest], key=lambda row: row.id, reverse=True)


def list_notices(conn: Connection, me: int, dismissed: int) -> list[Row[Any]]:
    """Return the notices and lists of the shift before that one person did not dismiss, oldest first."""
    mine = (IS_NOTICE, OUTBOX.c.recipient == str(me), OUTBOX.c.id > dismissed)
    rows = select(OUTBOX.c.id, OUTBOX.c.text, OUTBOX.c.payload).where(*mine)
    return list(conn.execute(rows.order_by(OUTBOX.c.id).limit(SHOWN)))
