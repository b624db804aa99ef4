"""Shifts: whose end, or whose leaving the desk, returns held tickets to waiting, clocks running on."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection, insert, select, update

from handoff import approvals, due, people, ticket_rows
from handoff.entry import Effect, Entry, HandOver
from handoff.events import Released
from handoff.happening import happen
from handoff.policy import Promises, Role
from handoff.staff import Person, is_on_call, shift_begin
from handoff.tables import HANDOVERS, IS_OPEN, TICKETS


def leave(conn: Connection, promises: Promises, person: Person, now: datetime) -> list[Effect]:
    """Let the person act no more: what they asked for is withdrawn, and their tickets, handed over, wait."""
    people.deactivate(conn, person)
    dropped = approvals.drop_of(conn, promises, person.id, now)
    held = select(TICKETS.c.id).where(TICKETS.c.assignee == person.id, IS_OPEN).order_by(TICKETS.c.id)
    return dropped + _give_back(conn, promises, person.id, list(conn.execute(held).scalars()), now)


def sweep(conn: Connection, promises: Promises, now: datetime) -> list[Effect]:
    """Hand over what is held by people whose shift has ended, and the lists that the next shift waits for."""
    ended = select(TICKETS.c.id, TICKETS.c.assignee).where(TICKETS.c.held_until <= now)
    rows = conn.execute(ended.order_by(TICKETS.c.held_until, TICKETS.c.assignee, TICKETS.c.id)).all()
    effects: list[Effect] = []
    for staff_id, held in groupby(rows, lambda row: row.assignee):
        effects += _give_back(conn, promises, staff_id, [row.id for row in held], now)
    waiting = (
        select(HANDOVERS).where(HANDOVERS.c.look_at <= now).order_by(HANDOVERS.c.look_at, HANDOVERS.c.id)
    )
    for row in conn.execute(waiting).all():
        free = (TICKETS.c.id.in_(row.tickets), TICKETS.c.assignee.is_(None), IS_OPEN)
        still = conn.execute(select(TICKETS.c.id).where(*free).order_by(TICKETS.c.id)).scalars()
        effects += _hand_over(conn, promises, row.id, row.staff_id, tuple(still), now)
    return effects


def recount(conn: Connection, promises: Promises, person: Person, now: datetime) -> None:
    """Work out anew until when the person holds their tickets, since their hours changed."""
    mine = select(TICKETS.c.id).where(TICKETS.c.assignee == person.id, IS_OPEN)
    until = ticket_rows.held_until(conn, promises, person.id, now)
    for ticket in conn.execute(mine).scalars().all():
        conn.execute(update(TICKETS).where(TICKETS.c.id == ticket).values(held_until=until))


def _give_back(
    conn: Connection, promises: Promises, staff_id: int, held: Sequence[int], now: datetime
) -> list[Effect]:
    """Hand the list over, then return the tickets; a broken promise may have returned some already."""
    effects = due.settle(conn, promises, held, now, now) if held else []
    rows = conn.execute(ticket_rows.rows().where(TICKETS.c.id.in_(held)).order_by(TICKETS.c.id))
    filed = [one for one in map(ticket_rows.read, rows) if one.ticket.assignee == staff_id]
    if not filed:
        return effects
    tickets = tuple(one.id for one in filed)
    values = {"staff_id": staff_id, "tickets": list(tickets), "at": now, "look_at": now}
    row = conn.execute(insert(HANDOVERS).values(values).returning(HANDOVERS.c.id)).scalar_one()
    effects += _hand_over(conn, promises, row, staff_id, tickets, now)
    returned = happen(conn, promises, [(one, Released(now)) for one in filed], now)
    return effects + [effect for happened in returned for effect in happened]


def _hand_over(
    conn: Connection, promises: Promises, row: int, left: int, tickets: tuple[int, ...], now: datetime
) -> list[Effect]:
    """Give the list to the admins on call; with nobody there it waits for the next who comes.

    Where no admin ever comes, whoever is on call gets it.
    """
    staff = people.list_staff(conn)
    admins = [person for person in staff if person.role is Role.ADMIN]
    present = [person for person in admins if is_on_call(person, promises.zone, now)]
    begins = [at for person in admins if (at := shift_begin(person, promises.zone, now)) is not None]
    if not present and not begins:
        present = [person for person in staff if is_on_call(person, promises.zone, now)]
    later = min(begins, default=None) if tickets and not present else None
    conn.execute(update(HANDOVERS).where(HANDOVERS.c.id == row).values(look_at=later))
    if not tickets:
        return []
    if not present:
        data: dict[str, object] = {"to": [Role.ADMIN], "why": "nobody_on_call", "tickets": list(tickets)}
        return [Entry("handover_waits", staff=left, data=data)]
    effects: list[Effect] = []
    for person in present:
        data = {"to": person.id, "role": person.role, "left": left, "tickets": list(tickets)}
        effects += [Entry("handover", staff=left, data=data), HandOver(row, person.id, left, tickets)]
    return effects
