"""What one person, who may have no Telegram, finds on top of the desk: pings, and notices for them."""

from collections.abc import Hashable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, String, cast, literal, literal_column, select

from bot.tables import IS_NOTICE, OUTBOX
from bot.web.queries import NOT_RESOLVED, SHOWN
from handoff import climb_rows
from handoff.authority_tables import CRISES, IS_UNREVIEWED, OVERRIDES
from handoff.crisis import Status
from handoff.tables import ALERTS, CLIMBS, DEADLINES, TICKETS

# As the partial index says it, with the table named: others have a status, too.
GOING_ON = CRISES.c.status != literal_column("'normal'")


def list_open(conn: Connection, me: int, dismissed: int, now: datetime) -> list[Row[Any]]:
    """Return the pings of one person, newest first, the newest of each matter.

    A ping is shown until somebody has the matter, it is over, or the person dismissed it.
    """
    shown = _shown(me, dismissed)
    digest = conn.execute(shown.where(ALERTS.c.climb_id.is_(None)).limit(1))
    of_matters = [*_on_tickets(conn, shown, now), *_of_crises(conn, shown, now)]
    return sorted([*of_matters, *digest], key=lambda row: row.id, reverse=True)


def list_notices(conn: Connection, me: int, dismissed: int) -> list[Row[Any]]:
    """Return the notices and lists of the shift before that one person did not dismiss, oldest first."""
    mine = (IS_NOTICE, OUTBOX.c.recipient == str(me), OUTBOX.c.id > dismissed)
    rows = select(OUTBOX.c.id, OUTBOX.c.text, OUTBOX.c.payload).where(*mine)
    return list(conn.execute(rows.order_by(OUTBOX.c.id).limit(SHOWN)))


def _shown(me: int, dismissed: int) -> Select[Any]:
    return (
        select(ALERTS.c.id, ALERTS.c.ticket_id, ALERTS.c.crisis_id, ALERTS.c.climb_id, ALERTS.c.reason,
               ALERTS.c.raised_at, OUTBOX.c.text, TICKETS.c.conversation_id,
               DEADLINES.c.kind, DEADLINES.c.subject, CLIMBS.c.reason.label("climbs_for"))
        .join(OUTBOX, OUTBOX.c.cause == literal("alert:") + cast(ALERTS.c.id, String))
        .outerjoin(CLIMBS, CLIMBS.c.id == ALERTS.c.climb_id)
        .outerjoin(DEADLINES, DEADLINES.c.id == CLIMBS.c.deadline_id)
        .outerjoin(TICKETS, TICKETS.c.id == ALERTS.c.ticket_id)
        .where(OUTBOX.c.channel == "desk", OUTBOX.c.recipient == str(me), OUTBOX.c.kind == "alert")
        .where(ALERTS.c.id > dismissed, ALERTS.c.staff_id == me)
        .order_by(ALERTS.c.id.desc())
    )  # fmt: skip


def _on_tickets(conn: Connection, shown: Select[Any], now: datetime) -> list[Row[Any]]:
    """Return those about tickets: of each one the newest, and of each request, override and promise on it.

    A review goes on where its ticket is resolved.
    """
    unreviewed = select(OVERRIDES.c.ticket_id).where(IS_UNREVIEWED)
    climbing = CLIMBS.c.ticket_id.in_(select(TICKETS.c.id).where(NOT_RESOLVED).union(unreviewed))
    rows = _free(conn, shown, now, climbing, ~CLIMBS.c.ended)
    return _newest(((row.ticket_id, row.subject and (row.kind, row.subject)), row) for row in rows)


def _of_crises(conn: Connection, shown: Select[Any], now: datetime) -> list[Row[Any]]:
    """Return those about crises: of each one its alarm or reminder, and that of the news it promises."""
    of_crises = CLIMBS.c.crisis_id.in_(select(CRISES.c.id).where(GOING_ON))
    going_on = shown.join(CRISES, CRISES.c.id == CLIMBS.c.crisis_id).where(of_crises)
    reminds = (CRISES.c.status == Status.CRISIS) & (ALERTS.c.raised_at >= CRISES.c.declared_at)
    open_ = ~CLIMBS.c.ended | (CLIMBS.c.reason.is_(None) & reminds)
    rows = _free(conn, going_on, now, open_)
    return _newest(((row.crisis_id, row.climbs_for), row) for row in rows)


def _free(conn: Connection, shown: Select[Any], now: datetime, *which: ColumnElement[bool]) -> list[Row[Any]]:
    """Return the newest pings of these whose matter nobody has."""
    rows = conn.execute(shown.where(*which).limit(SHOWN)).all()
    held = climb_rows.list_held(conn, {row.climb_id for row in rows}, now)
    return [row for row in rows if row.climb_id not in held]


def _newest(pings: Iterable[tuple[Hashable, Row[Any]]]) -> list[Row[Any]]:
    """Return the first of each key."""
    found: dict[Hashable, Row[Any]] = {}
    for key, row in pings:
        found.setdefault(key, row)
    return list(found.values())
