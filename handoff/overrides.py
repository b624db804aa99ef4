"""Overrides in the database: done at once, told to those above, and reviewed by another person."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from handoff import climbs, override, tickets
from handoff.authority_tables import IS_UNREVIEWED, OVERRIDES
from handoff.entry import Effect, Entry, MarkSettled, Refused
from handoff.events import OverrideDone, OverrideReviewed
from handoff.override import Override, Verdict
from handoff.policy import Kind, Promises
from handoff.staff import Person
from handoff.ticket_rows import Filed


def do(
    conn: Connection,
    promises: Promises,
    person: Person,
    filed: Filed,
    action: str,
    amount: int,
    reason: str,
    now: datetime,
) -> tuple[int, list[Effect]]:
    """Do it now, on record, and ping those who review it; returns its number and what happened."""
    sop = promises.find_sop(action)
    override.require(sop, action, amount, count_unreviewed(conn, person.id))
    values = {
        "ticket_id": filed.id, "conversation_id": filed.conversation, "action": action, "amount": amount,
        "currency": sop.currency if sop else "", "reason": reason, "by_id": person.id, "at": now,
    }  # fmt: skip
    new: int = conn.execute(insert(OVERRIDES).values(values).returning(OVERRIDES.c.id)).scalar_one()
    effects: list[Effect] = [replace(_entry(get(conn, new), "done", person.id), words=reason)]
    effects += tickets.apply(conn, promises, filed, OverrideDone(new, now), now)
    return new, effects + climbs.summon(conn, promises, filed.id, Kind.REVIEW, new, now)


def review(
    conn: Connection,
    promises: Promises,
    person: Person,
    override_id: int,
    verdict: str,
    words: str,
    now: datetime,
    *,
    own_case: bool,
) -> list[Effect]:
    """Put the verdict of another person on record."""
    row = get(conn, override_id)
    if own_case:
        raise Refused("not_allowed", "nobody reviews a case of their own")
    found = Verdict(row.verdict) if row.verdict else None
    before = Override(row.by_id, row.amount, row.reviewed_by, row.reviewed_at, found)
    after = override.review(before, person.id, verdict, now)
    mine = update(OVERRIDES).where(OVERRIDES.c.id == override_id, IS_UNREVIEWED)
    reviewed = {"reviewed_by": after.reviewed_by, "reviewed_at": now, "verdict": after.verdict}
    if conn.execute(mine.values(reviewed)).rowcount != 1:
        raise Refused("not_open", "somebody else reviewed it at this moment")
    entry = _entry(row, "reviewed", person.id)
    effects: list[Effect] = [replace(entry, data={**entry.data, "verdict": after.verdict}, words=words)]
    filed = tickets.get(conn, row.ticket_id)
    effects += tickets.apply(conn, promises, filed, OverrideReviewed(override_id, now), now)
    return [*effects, MarkSettled(Kind.REVIEW, override_id, person.id)]


def get(conn: Connection, override_id: int) -> Row[Any]:
    """Return one override's row; raises Refused where there is none."""
    row = conn.execute(select(OVERRIDES).where(OVERRIDES.c.id == override_id)).first()
    if row is None:
        raise Refused("unknown", "there is no override {override}", override=override_id)
    return row


def list_unreviewed(conn: Connection) -> Sequence[Row[Any]]:
    """Return the overrides that wait for their review, oldest first."""
    return conn.execute(select(OVERRIDES).where(IS_UNREVIEWED).order_by(OVERRIDES.c.id)).all()


def list_of_ticket(conn: Connection, ticket: int) -> Sequence[Row[Any]]:
    """Return the overrides of a ticket, oldest first."""
    rows = select(OVERRIDES).where(OVERRIDES.c.ticket_id == ticket)
    return conn.execute(rows.order_by(OVERRIDES.c.id)).all()


def count_unreviewed(conn: Connection, person: int) -> int:
    """Return how many overrides of the person wait for their review."""
    mine = select(func.count()).select_from(OVERRIDES).where(OVERRIDES.c.by_id == person, IS_UNREVIEWED)
    return int(conn.execute(mine).scalar_one())


def _entry(row: Row[Any], status: str, by: int) -> Entry:
    data = {
        "override": row.id, "status": status, "action": row.action, "amount": row.amount,
        "currency": row.currency,
    }  # fmt: skip
    return Entry("override", row.ticket_id, row.conversation_id, by, data)
