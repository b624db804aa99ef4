"""Signs of a crisis: who complained when, and whether it is more than usual."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, insert, select

from handoff import crises, surge
from handoff.authority_tables import SIGNS
from handoff.crises import Evidence
from handoff.entry import Effect
from handoff.policy import Promises
from handoff.prepared import Prepared

INSTANT = timedelta(microseconds=1)
# Carried out fifteen times for a message that complains, where many do.
COUNTED = Prepared(
    select(func.count(func.distinct(SIGNS.c.conversation_id)).label("followers")).where(
        SIGNS.c.at >= bindparam("begins"), SIGNS.c.at < bindparam("ends"), ~SIGNS.c.known
    )
)


def complained(
    conn: Connection,
    promises: Promises,
    conversation: int,
    message: int,
    article: str | None,
    at: datetime,
    now: datetime,
    *,
    ticket: int | None,
    severe: bool,
    history_since: datetime,
    known: bool = False,
) -> list[Effect]:
    """Count a message that complains; a severe one, or one too many, begins a watch.

    What is `known`, as it is about a crisis that was declared, begins none. `history_since` is when the
    first follower ever wrote: before 14 days of it nothing is usual.
    """
    values = {"at": at, "conversation_id": conversation, "message_id": message, "is_severe": severe}
    conn.execute(insert(SIGNS).values({**values, "article": article, "known": known}))
    if known:
        return []
    effects = crises.see(conn, promises, Evidence(at, ticket), now) if severe else []
    rules = promises.crisis
    contacts = count_lately(conn, promises, at)
    if contacts < rules.contacts:
        return effects
    usually = usual(conn, promises, at, history_since)
    if not surge.is_surge(contacts, usually, rules):
        return effects
    return effects + crises.see(conn, promises, Evidence(at, None, contacts, usually), now)


def count(conn: Connection, begins: datetime, ends: datetime) -> int:
    """Return how many different followers complained anew in the span, its end left out."""
    return int(COUNTED.value(conn, begins=begins, ends=ends))


def count_lately(conn: Connection, promises: Promises, at: datetime) -> int:
    """Return how many did so in the time that makes a burst, up to `at` and with it."""
    return count(conn, at - promises.crisis.within, at + INSTANT)


def usual(conn: Connection, promises: Promises, at: datetime, history_since: datetime) -> float:
    """Return how many followers usually complain in this half hour of the day."""
    slots = surge.slots_before(at, promises.zone)
    if slots[-1][0] < history_since:
        return 0.0
    return surge.usual([count(conn, begins, ends) for begins, ends in slots])
