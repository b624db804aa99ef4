"""Crises in the database: seen coming, declared, spoken about, and ended. Never commits, never sends."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from handoff import crisis, crisis_alarms, statements
from handoff.authority_tables import CRISES, IS_GOING_ON, PAUSES
from handoff.crisis import ALL, PAUSE, REMINDER, Crisis, Status
from handoff.entry import AskSecond, Effect, Entry, Refused, ReportCrisis, TellClosing, TellSeniors
from handoff.policy import Kind, Promises, Role
from handoff.saying import Term
from handoff.staff import Person

WARN_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class Incident:
    """A crisis as it stands in the database."""

    id: int
    scope: str
    crisis: Crisis
    by: int | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a watch rests on: the ticket of a severe message, or how many followers complain, and usually."""

    at: datetime
    ticket: int | None = None
    contacts: int = 0
    usual: float = 0.0


def list_going_on(conn: Connection) -> list[Incident]:
    """Return every watch, crisis and recovery there is, oldest first."""
    return [_read(row) for row in conn.execute(select(CRISES).where(IS_GOING_ON).order_by(CRISES.c.id))]


def get(conn: Connection, crisis_id: int) -> Row[Any]:
    """Return one incident's row; raises Refused where there is none."""
    row = conn.execute(select(CRISES).where(CRISES.c.id == crisis_id)).first()
    if row is None:
        raise Refused("unknown", "there is no crisis {crisis}", crisis=crisis_id)
    return row


def see(conn: Connection, promises: Promises, evidence: Evidence, now: datetime) -> list[Effect]:
    """Take a sign into account: it begins a watch, or keeps one going.

    A severe message pings by its own ticket; many followers at once ping for the watch itself.
    """
    known = _find(conn, ALL)
    effects: list[Effect] = []
    if known is None:
        known, effects = _begin(conn, ALL, evidence, None)
    else:
        after = crisis.decide(known.crisis, crisis.Watched(evidence.at))
        many = {"contacts": evidence.contacts, "usual": evidence.usual} if evidence.contacts else {}
        _save(conn, known, after, many)
    if evidence.contacts and known.crisis.status is Status.WATCH:
        effects += crisis_alarms.alarm(conn, promises, known.id, now)
    return effects


def watch(conn: Connection, promises: Promises, person: Person, scope: str, now: datetime) -> list[Effect]:
    """Watch a scope because somebody at the desk sees something coming."""
    known = _find(conn, scope)
    if known is not None:
        status = Term("crisis", known.crisis.status)
        raise Refused("not_available", "the scope {scope} is in {status} already", scope=scope, status=status)
    known, effects = _begin(conn, scope, Evidence(now), person)
    return effects + crisis_alarms.alarm(conn, promises, known.id, now)


def pause(conn: Connection, person: Person, scope: str, now: datetime) -> list[Effect]:
    """Stop the answers in a scope for half an hour; again, and the half hour begins anew."""
    conn.execute(update(PAUSES).where(PAUSES.c.scope == scope).values(look_at=None))
    until = now + PAUSE
    values = {"scope": scope, "by_id": person.id, "at": now, "until": until, "look_at": until}
    new: int = conn.execute(insert(PAUSES).values(values).returning(PAUSES.c.id)).scalar_one()
    told = TellSeniors("paused", {"scope": scope}, until, person.id, new)
    return [Entry("crisis", staff=person.id, data={"scope": scope, "status": "paused"}), told]


def declare(
    conn: Connection,
    promises: Promises,
    person: Person,
    scope: str,
    statement: str,
    update_by: datetime | None,
    now: datetime,
) -> list[Effect]:
    """Declare a crisis, or give the one there is another statement; a second person confirms its words.

    A watch over everything, which nobody asked for, becomes the crisis of the scope that is named. The news
    that the words promise is owed once they are live; until then what was promised before is.
    """
    if update_by is not None and update_by <= now:
        raise Refused("invalid", "news is promised for a time that is still to come")
    known = _find(conn, scope) or next(
        (one for one in list_going_on(conn) if one.crisis.status is Status.WATCH and one.by is None), None
    )
    effects: list[Effect] = []
    if known is None:
        new = _add(conn, scope, Crisis(Status.NORMAL, now), now)
        known = Incident(new, scope, Crisis(Status.NORMAL, now), None)
    after = crisis.decide(known.crisis, crisis.Declared(now))
    begins = known.crisis.status is not Status.CRISIS
    values: dict[str, object] = {"scope": scope, "by_id": person.id}
    if begins:
        first = now + REMINDER
        values |= {"declared_at": now, "ended_at": None, "remind_at": first}
        crisis_alarms.quieten(conn, known.id)
        statements.drop_unread(conn, known.id, now)  # closing words of before, should it have come back
        effects.append(_entry(known.id, scope, after.status, person.id))
        if person.role is not Role.DECISION_MAKER:
            effects += crisis_alarms.remind(conn, promises, known.id, now, but=[person.id])
    _save(conn, known, after, values)
    new = statements.propose(conn, known.id, statements.HOLDING, statement, person, now, update_by)
    return [*effects, _stated(known.id, new, person, "proposed", statement), AskSecond(new)]


def confirm(
    conn: Connection, person: Person, words: str, now: datetime, statement: int | None = None
) -> list[Effect]:
    """Let a second person confirm the words; followers read them a minute later."""
    row = statements.confirm(conn, person, words, now, statement)
    return [_stated(row.crisis_id, row.id, person, "confirmed", "")]


def recall(conn: Connection, person: Person, statement: int, now: datetime) -> list[Effect]:
    """Take words back that no follower has read yet."""
    row = statements.recall(conn, statement, now)
    return [_stated(row.crisis_id, row.id, person, "recalled", "")]


def end(conn: Connection, person: Person, scope: str, statement: str, now: datetime) -> list[Effect]:
    """End it. Those who got the holding statement are told so once a second person confirmed the words;
    where there are none, or it was only a watch, it is over at once.
    """
    known = _find(conn, scope)
    if known is None:
        raise Refused("not_available", "there is no crisis in the scope {scope}", scope=scope)
    after = crisis.decide(known.crisis, crisis.Ended(now))
    crisis_alarms.quieten(conn, known.id)
    crisis_alarms.quieten(conn, known.id, Kind.PROMISE)
    over: dict[str, object] = {"ended_at": now, "remind_at": None, "update_by": None, "update_warn_at": None}
    _save(conn, known, after, over)
    effects: list[Effect] = []
    if after.status is not known.crisis.status:
        effects.append(_entry(known.id, known.scope, after.status, person.id))
    if after.status is Status.NORMAL:
        return effects
    statements.drop_unread(conn, known.id, now)
    if not statements.receivers(conn, known.id):
        return effects + _close(conn, replace(known, crisis=after), now)
    if not statement.strip():
        raise Refused("invalid", "those who got the holding statement are told that it is over; write how")
    new = statements.propose(conn, known.id, statements.CLOSING, statement, person, now)
    return [*effects, _stated(known.id, new, person, "proposed", statement), AskSecond(new)]


def sweep(conn: Connection, promises: Promises, now: datetime) -> list[Effect]:
    """Do what is due: words that go live, reminders, promised news, watches and pauses that are over."""
    effects: list[Effect] = []
    for row in statements.take_due(conn, now):
        if row.kind == statements.HOLDING:
            _go_live(conn, row)
            continue
        known = _read(get(conn, row.crisis_id))
        effects.append(TellClosing(row.id))
        effects += _close(conn, known, now)
    due = select(CRISES).where(CRISES.c.look_at <= now).order_by(CRISES.c.look_at, CRISES.c.id)
    for row in conn.execute(due).all():
        effects += _look(conn, promises, row, now)
    for row in conn.execute(select(PAUSES).where(PAUSES.c.look_at <= now).order_by(PAUSES.c.look_at)).all():
        conn.execute(update(PAUSES).where(PAUSES.c.id == row.id).values(look_at=None))
        going_on = _find(conn, row.scope)
        status = going_on.crisis.status if going_on else Status.NORMAL
        effects.append(Entry("crisis", data={"scope": row.scope, "status": status}))
    return effects


def _go_live(conn: Connection, statement: Row[Any]) -> None:
    """Take a version that followers read from now on for the news that was owed, and owe what it promises."""
    crisis_alarms.quieten(conn, statement.crisis_id, Kind.PROMISE)
    by = statement.update_by
    warn_at = None if by is None else statement.at + (by - statement.at) * WARN_SHARE
    mine = update(CRISES).where(CRISES.c.id == statement.crisis_id, CRISES.c.status == Status.CRISIS)
    if conn.execute(mine.values(update_by=by, update_warn_at=warn_at)).rowcount:
        _settle_look(conn, statement.crisis_id)


def _look(conn: Connection, promises: Promises, row: Row[Any], now: datetime) -> list[Effect]:
    known, effects = _read(row), list[Effect]()
    calm_at = crisis.calm_at(known.crisis)
    if calm_at is not None and calm_at <= now:
        after = crisis.decide(known.crisis, crisis.TimePassed(now))
        crisis_alarms.quieten(conn, known.id)
        _save(conn, known, after, {"ended_at": now})
        return [_entry(known.id, known.scope, after.status, None)]
    values: dict[str, object] = {}
    if row.remind_at is not None and row.remind_at <= now:
        missed = (now - row.remind_at) // REMINDER
        values["remind_at"] = row.remind_at + REMINDER * (missed + 1)
        effects += crisis_alarms.remind(conn, promises, known.id, now)
    if row.update_by is not None and row.update_by <= now:
        values |= {"update_by": None, "update_warn_at": None}
        effects += crisis_alarms.news_is_late(conn, promises, known.id, row.update_by, now)
    elif row.update_warn_at is not None and row.update_warn_at <= now:
        values["update_warn_at"] = None
        effects += crisis_alarms.warn_of_news(conn, promises, known.id, now)
    _save(conn, known, known.crisis, values)
    return effects


def _close(conn: Connection, known: Incident, now: datetime) -> list[Effect]:
    after = crisis.decide(known.crisis, crisis.Closed(now))
    _save(conn, known, after, {})
    return [_entry(known.id, known.scope, after.status, None), ReportCrisis(known.id)]


def _begin(
    conn: Connection, scope: str, evidence: Evidence, person: Person | None
) -> tuple[Incident, list[Effect]]:
    """Begin a watch; two at once are one, since a writing transaction is alone."""
    seen = crisis.decide(Crisis(Status.NORMAL, evidence.at), crisis.Watched(evidence.at))
    values = {"contacts": evidence.contacts, "usual": evidence.usual, "ticket_id": evidence.ticket}
    by = person.id if person else None
    new = _add(conn, scope, seen, evidence.at, by_id=by, **values)
    known = Incident(new, scope, seen, by)
    return known, [_entry(new, scope, seen.status, by, evidence.ticket)]


def _add(conn: Connection, scope: str, current: Crisis, at: datetime, **values: object) -> int:
    row = {"scope": scope, "status": current.status, "began_at": at, "seen_at": current.seen_at}
    row |= {"contacts": 0, "usual": 0.0, "look_at": crisis.calm_at(current), **values}
    new: int = conn.execute(insert(CRISES).values(row).returning(CRISES.c.id)).scalar_one()
    return new


def _save(conn: Connection, known: Incident, after: Crisis, values: Mapping[str, object]) -> None:
    """Write the incident if it stands as it was read; raises Refused otherwise."""
    mine = update(CRISES).where(CRISES.c.id == known.id, CRISES.c.status == known.crisis.status)
    changed = {"status": after.status, "seen_at": after.seen_at, **values}
    if conn.execute(mine.values(changed)).rowcount != 1:
        raise Refused("not_available", "somebody else changed the crisis at this moment; look again")
    _settle_look(conn, known.id)


def _settle_look(conn: Connection, crisis_id: int) -> None:
    """Work out when something happens by itself next."""
    row = get(conn, crisis_id)
    calm_at = crisis.calm_at(_read(row).crisis)
    looks = [at for at in (calm_at, row.remind_at, row.update_warn_at, row.update_by) if at is not None]
    conn.execute(update(CRISES).where(CRISES.c.id == crisis_id).values(look_at=min(looks, default=None)))


def _find(conn: Connection, scope: str) -> Incident | None:
    return next((one for one in list_going_on(conn) if one.scope == scope), None)


def _entry(crisis_id: int, scope: str, status: Status, by: int | None, ticket: int | None = None) -> Entry:
    data = {"crisis": crisis_id, "scope": scope, "status": status}
    return Entry("crisis", ticket=ticket, staff=by, data=data)


def _stated(crisis_id: int, statement: int, person: Person, what: str, words: str) -> Entry:
    data = {"crisis": crisis_id, "statement": statement, "what": what}
    return Entry("statement", staff=person.id, data=data, words=words)


def _read(row: Row[Any]) -> Incident:
    current = Crisis(Status(row.status), row.seen_at)
    return Incident(row.id, row.scope, current, row.by_id)
