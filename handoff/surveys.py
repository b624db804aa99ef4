"""Surveys in the database: planned, asked, marked, read by those above. Never commits, never sends."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from handoff import satisfaction
from handoff.entry import AskSurvey, Effect, Refused, TellMark
from handoff.satisfaction import Survey
from handoff.tables import SURVEYS

WAITS = SURVEYS.c.message_id.is_(None)  # it was never put to the follower


def plan(conn: Connection, ticket: int, conversation: int, at: datetime) -> None:
    """Have the follower asked about the ticket at that instant, unless they ever were."""
    planned = update(SURVEYS).where(SURVEYS.c.ticket_id == ticket).values(look_at=at)
    if find(conn, ticket) is None:
        conn.execute(insert(SURVEYS).values(ticket_id=ticket, conversation_id=conversation, look_at=at))
    else:
        conn.execute(planned.where(WAITS))


def cancel(conn: Connection, tickets: Collection[int]) -> list[int]:
    """Take back what is planned about these tickets, and return those already asked about."""
    rows = conn.execute(select(SURVEYS).where(SURVEYS.c.ticket_id.in_(tickets))).all()
    planned = [row.ticket_id for row in rows if row.message_id is None and row.look_at is not None]
    if planned:
        conn.execute(update(SURVEYS).where(SURVEYS.c.ticket_id.in_(planned)).values(look_at=None))
    return [row.ticket_id for row in rows if row.asked_at is not None and row.mark is None]


def sweep(conn: Connection, now: datetime) -> list[Effect]:
    """Return which followers are to be asked and which low marks told now, each once."""
    due = select(SURVEYS).where(SURVEYS.c.look_at <= now).order_by(SURVEYS.c.look_at, SURVEYS.c.ticket_id)
    effects: list[Effect] = []
    for row in conn.execute(due).all():
        is_new = row.message_id is None
        told = {} if is_new else {"told_at": now}
        conn.execute(update(SURVEYS).where(SURVEYS.c.ticket_id == row.ticket_id).values(look_at=None, **told))
        effects.append(AskSurvey(row.ticket_id) if is_new else TellMark(row.ticket_id))
    return effects


def asked(conn: Connection, ticket: int, message: int, handler: int | None, now: datetime) -> None:
    """Remember that the follower gets the question as this message, and who had handled the ticket."""
    mine = update(SURVEYS).where(SURVEYS.c.ticket_id == ticket, WAITS)
    conn.execute(mine.values(asked_at=now, message_id=message, staff_id=handler))


def unasked(conn: Connection, ticket: int) -> None:
    """Remember that the question was taken back before it left; it is not put again."""
    conn.execute(update(SURVEYS).where(SURVEYS.c.ticket_id == ticket).values(asked_at=None))


def mark(conn: Connection, row: Row[Any], given: int, now: datetime) -> Survey | None:
    """Keep a mark and return the survey after it; None where the same mark was given before.

    Raises Refused where it may not be.
    """
    before = read(row)
    after = satisfaction.marked(before, given, now)
    if before.mark == given:
        return None
    _save(conn, row, mark=after.mark, marked_at=after.marked_at, look_at=after.look_at)
    return after


def ask_words(conn: Connection, row: Row[Any], message: int) -> None:
    """Remember by which message the follower was asked for words."""
    _save(conn, row, words_asked_id=message)


def comment(conn: Connection, row: Row[Any], message: int, now: datetime) -> Survey:
    """Keep which message holds the words that came with the mark; raises Refused where none may come."""
    after = satisfaction.commented(read(row), now)
    _save(conn, row, words_id=message, look_at=after.look_at)
    return after


def see(conn: Connection, row: Row[Any], person: int, now: datetime) -> None:
    """Put on record that somebody above read a low mark; who handled the ticket is not the one."""
    after = satisfaction.seen(read(row), now)
    if row.staff_id == person:
        raise Refused("not_allowed", "nobody reviews a case of their own")
    _save(conn, row, seen_by=person, seen_at=after.seen_at, look_at=after.look_at)


def find(conn: Connection, ticket: int) -> Row[Any] | None:
    """Return the survey of a ticket, asked or planned."""
    return conn.execute(select(SURVEYS).where(SURVEYS.c.ticket_id == ticket)).first()


def get(conn: Connection, ticket: int) -> Row[Any]:
    """Return the same; raises Refused where there is none."""
    row = find(conn, ticket)
    if row is None:
        raise Refused("unknown", "nobody was asked about ticket {ticket}", ticket=ticket)
    return row


def find_by_message(conn: Connection, message: int) -> Row[Any] | None:
    """Return the survey that was put to the follower as this message."""
    return conn.execute(select(SURVEYS).where(SURVEYS.c.message_id == message)).first()


def find_by_words(conn: Connection, message: int) -> Row[Any] | None:
    """Return the survey for which this message asks for words."""
    return conn.execute(select(SURVEYS).where(SURVEYS.c.words_asked_id == message)).first()


def list_asked(conn: Connection, conversation: int) -> Sequence[Row[Any]]:
    """Return what a follower was asked, the newest first."""
    mine = select(SURVEYS).where(SURVEYS.c.conversation_id == conversation, SURVEYS.c.asked_at.is_not(None))
    return conn.execute(mine.order_by(SURVEYS.c.asked_at.desc(), SURVEYS.c.ticket_id.desc())).all()


def read(row: Row[Any]) -> Survey:
    """Read a survey from its row."""
    return Survey(
        row.asked_at, row.mark, row.marked_at, row.words_id is not None, row.told_at, row.seen_at, row.look_at
    )


def _save(conn: Connection, row: Row[Any], **values: object) -> None:
    """Write it if nobody wrote it since it was read; raises Refused otherwise."""
    same = [
        SURVEYS.c[name].is_not_distinct_from(getattr(row, name)) for name in ("mark", "words_id", "seen_at")
    ]
    mine = update(SURVEYS).where(SURVEYS.c.ticket_id == row.ticket_id, *same)
    if conn.execute(mine.values(values)).rowcount != 1:
        raise Refused("not_available", "somebody else changed it at this moment; look again")
