"""The sweep: one pass over everything that is due, in one transaction. Never commits, never sends."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from handoff import approvals, climbs, crises, due, shifts, surveys
from handoff.authority_tables import APPROVALS, CRISES, PAUSES, STATEMENTS
from handoff.entry import Effect, ReturnToBot
from handoff.policy import Promises
from handoff.tables import BURSTS, CLIMBS, DEADLINES, HANDOVERS, SURVEYS, TICKETS

_LOOKS = (
    DEADLINES.c.look_at, CLIMBS.c.look_at, BURSTS.c.digest_at, TICKETS.c.back_to_bot_at, TICKETS.c.held_until,
    HANDOVERS.c.look_at, APPROVALS.c.look_at, CRISES.c.look_at, PAUSES.c.look_at, STATEMENTS.c.look_at,
    SURVEYS.c.look_at,
)  # fmt: skip
# Each index of what is due is asked for its first entry, all in one statement.
_NEXT_LOOKS = select(
    *(select(at).where(at.is_not(None)).order_by(at).limit(1).scalar_subquery() for at in _LOOKS)
)


def sweep(conn: Connection, promises: Promises, now: datetime) -> list[Effect]:
    """Do everything that is due at `now`, the longest overdue first; run twice it does nothing more."""
    effects = due.sweep(conn, promises, now) + climbs.sweep(conn, promises, now)
    effects += shifts.sweep(conn, promises, now)
    effects += approvals.sweep(conn, promises, now) + crises.sweep(conn, promises, now)
    over = select(TICKETS.c.id, TICKETS.c.conversation_id).where(TICKETS.c.back_to_bot_at <= now)
    for row in conn.execute(over.order_by(TICKETS.c.back_to_bot_at)).all():
        conn.execute(update(TICKETS).where(TICKETS.c.id == row.id).values(back_to_bot_at=None))
        effects.append(ReturnToBot(row.conversation_id))
    return effects + surveys.sweep(conn, now)


def next_look(conn: Connection) -> datetime | None:
    """Return the next instant at which a sweep has something to do."""
    return min((at for at in conn.execute(_NEXT_LOOKS).one() if at is not None), default=None)
