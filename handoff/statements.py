"""The words said of a crisis: proposed by one person, confirmed by another, read a minute later."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from handoff.authority_tables import CRISES, IS_GOING_ON, STATEMENTS, TOLD
from handoff.crisis import HOLD
from handoff.entry import Refused
from handoff.staff import Person

HOLDING, CLOSING = "holding", "closing"
WAITS = (STATEMENTS.c.confirmed_by.is_(None), STATEMENTS.c.withdrawn_at.is_(None))
IS_SAID = (~TOLD.c.is_draft, ~TOLD.c.is_lost)


def propose(
    conn: Connection,
    crisis: int,
    kind: str,
    text: str,
    person: Person,
    now: datetime,
    update_by: datetime | None = None,
) -> int:
    """Store a new version, to be confirmed; an older one that still waits is dropped.

    `update_by` is when it promises the next news.
    """
    if not text.strip():
        raise Refused("invalid", "a statement needs words")
    mine = update(STATEMENTS).where(STATEMENTS.c.crisis_id == crisis, STATEMENTS.c.kind == kind, *WAITS)
    conn.execute(mine.values(withdrawn_at=now))
    values = {"crisis_id": crisis, "kind": kind, "text": text, "by_id": person.id, "at": now}
    values |= {"update_by": update_by}
    new: int = conn.execute(insert(STATEMENTS).values(values).returning(STATEMENTS.c.id)).scalar_one()
    return new


def confirm(
    conn: Connection, person: Person, words: str, now: datetime, statement: int | None = None
) -> Row[Any]:
    """Confirm the version with these words and return it; raises Refused where another person has to."""
    waiting = list_waiting(conn)
    if not waiting:
        raise Refused("not_available", "no statement waits to be confirmed")
    same = [row for row in waiting if row.text.strip() == words.strip() and statement in (None, row.id)]
    if not same:
        raise Refused("invalid", "these are not the words that wait to be confirmed; repeat them exactly")
    row = next((one for one in same if one.by_id != person.id), None)
    if row is None:
        raise Refused("not_allowed", "who wrote a statement does not confirm it; another person does")
    live_at = now + HOLD
    mine = update(STATEMENTS).where(STATEMENTS.c.id == row.id, *WAITS)
    confirmed = {"confirmed_by": person.id, "live_at": live_at, "look_at": live_at}
    if conn.execute(mine.values(confirmed)).rowcount != 1:
        raise Refused("not_available", "somebody else confirmed it at this moment")
    return row


def recall(conn: Connection, statement: int, now: datetime) -> Row[Any]:
    """Take a version back that nobody can have read yet, and return it."""
    row = get(conn, statement)
    mine = update(STATEMENTS).where(STATEMENTS.c.id == statement, *_unread(now))
    if conn.execute(mine.values(withdrawn_at=now, live_at=None, look_at=None)).rowcount != 1:
        raise Refused("not_available", "it is too late; followers may have read it")
    return row


def drop_unread(conn: Connection, crisis: int, now: datetime) -> None:
    """Drop every version that nobody can have read: the crisis took another turn."""
    mine = update(STATEMENTS).where(STATEMENTS.c.crisis_id == crisis, *_unread(now))
    conn.execute(mine.values(withdrawn_at=now, live_at=None, look_at=None))


def list_waiting(conn: Connection) -> Sequence[Row[Any]]:
    """Return the versions that wait for a second person, oldest first."""
    going_on = select(CRISES.c.id).where(IS_GOING_ON)
    rows = select(STATEMENTS).where(STATEMENTS.c.crisis_id.in_(going_on), *WAITS)
    return conn.execute(rows.order_by(STATEMENTS.c.id)).all()


def list_unread(conn: Connection, now: datetime) -> Sequence[Row[Any]]:
    """Return the versions that can still be taken back: not confirmed, or within the minute after it."""
    going_on = select(CRISES.c.id).where(IS_GOING_ON)
    rows = select(STATEMENTS).where(STATEMENTS.c.crisis_id.in_(going_on), *_unread(now))
    return conn.execute(rows.order_by(STATEMENTS.c.id)).all()


def list_of_crisis(conn: Connection, crisis: int) -> Sequence[Row[Any]]:
    """Return every version of a crisis, oldest first."""
    return conn.execute(
        select(STATEMENTS).where(STATEMENTS.c.crisis_id == crisis).order_by(STATEMENTS.c.id)
    ).all()


def get(conn: Connection, statement: int) -> Row[Any]:
    """Return one version; raises Refused where there is none."""
    row = conn.execute(select(STATEMENTS).where(STATEMENTS.c.id == statement)).first()
    if row is None:
        raise Refused("unknown", "there is no statement {statement}", statement=statement)
    return row


def find_live(conn: Connection, crisis: int, now: datetime) -> Row[Any] | None:
    """Return what is said now: the newest holding statement that is live."""
    mine = select(STATEMENTS).where(
        STATEMENTS.c.crisis_id == crisis, STATEMENTS.c.kind == HOLDING, STATEMENTS.c.live_at <= now,
        STATEMENTS.c.withdrawn_at.is_(None),
    )  # fmt: skip
    return conn.execute(mine.order_by(STATEMENTS.c.id.desc()).limit(1)).first()


def take_due(conn: Connection, now: datetime) -> Sequence[Row[Any]]:
    """Return the statements that go live, each once, in their order."""
    due = select(STATEMENTS).where(STATEMENTS.c.look_at <= now)
    due = due.order_by(STATEMENTS.c.look_at, STATEMENTS.c.id)
    rows = conn.execute(due).all()
    if rows:
        mine = update(STATEMENTS).where(STATEMENTS.c.id.in_([row.id for row in rows]))
        conn.execute(mine.values(look_at=None))
    return rows


def was_told(conn: Connection, statement: int, conversation: int) -> bool:
    """Say whether the follower got this version, or it was laid before who holds them."""
    mine = (TOLD.c.statement_id == statement, TOLD.c.conversation_id == conversation, ~TOLD.c.is_lost)
    return conn.execute(select(TOLD.c.id).where(*mine)).first() is not None


def mark_told(
    conn: Connection,
    statement: int,
    conversation: int,
    message: int,
    now: datetime,
    *,
    is_draft: bool = False,
) -> None:
    """Remember that the follower gets this version by this message, once unless it was lost."""
    mine = (TOLD.c.statement_id == statement, TOLD.c.conversation_id == conversation)
    conn.execute(delete(TOLD).where(*mine, TOLD.c.is_lost))
    values = {"statement_id": statement, "conversation_id": conversation, "message_id": message, "at": now}
    conn.execute(insert(TOLD).values(**values, is_draft=is_draft))


def mark_lost(conn: Connection, message: int, *, is_lost: bool = True) -> None:
    """Remember that a message, should it tell a version, never reaches its follower; or that it may again."""
    mine = (TOLD.c.message_id.is_not(None), TOLD.c.message_id == message)
    conn.execute(update(TOLD).where(*mine).values(is_lost=is_lost))


def receivers(conn: Connection, crisis: int) -> list[int]:
    """Return the conversations in which a holding statement of this crisis was said."""
    mine = (
        select(TOLD.c.conversation_id)
        .join(STATEMENTS, STATEMENTS.c.id == TOLD.c.statement_id)
        .where(STATEMENTS.c.crisis_id == crisis, STATEMENTS.c.kind == HOLDING, *IS_SAID)
    )
    return list(dict.fromkeys(conn.execute(mine.order_by(TOLD.c.id)).scalars()))


def count_told(conn: Connection, statement: int) -> int:
    """Return how many followers got a version."""
    mine = select(func.count()).select_from(TOLD).where(TOLD.c.statement_id == statement, *IS_SAID)
    return int(conn.execute(mine).scalar_one())


def _unread(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Say of a version that it still stands, and is not live yet."""
    return STATEMENTS.c.withdrawn_at.is_(None), STATEMENTS.c.live_at.is_(None) | (STATEMENTS.c.live_at > now)
