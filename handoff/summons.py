"""Whom a warning calls: the holder of a ticket, those who may decide a request, those who review."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from sqlalchemy import Connection, select

from handoff import delegations, spending
from handoff.authority_tables import APPROVALS, CRISES, OVERRIDES
from handoff.climb_rows import Known
from handoff.policy import RANK, Kind, Promises, Role
from handoff.sop import sufficient_roles
from handoff.staff import Person
from handoff.switchboard import Switchboard

ASSIGNEE = ("assignee",)
REVIEWERS = (Role.SUPERVISOR, Role.DECISION_MAKER)


@dataclass(frozen=True, slots=True)
class Call:
    """Some names that are called together, and the people whom they mean now."""

    names: tuple[str, ...]
    people: Sequence[Person]


def calls(conn: Connection, board: Switchboard, known: Known) -> list[Call]:
    """Return who is called by a warning: the first that finds anybody, else the next, and so on.

    A request calls the lowest role whose limit covers it; an override those who may review it; the
    promise of news in a crisis who gave it. Who asked, or did it, is nobody to ask.
    """
    if known.kind is Kind.APPROVAL and known.subject is not None:
        return list(_approvers(conn, board, known.subject))
    if known.kind is Kind.REVIEW and known.subject is not None:
        return [_without(board, REVIEWERS, judged(conn, known))]
    if known.crisis is not None:
        by = conn.execute(select(CRISES.c.by_id).where(CRISES.c.id == known.crisis)).scalar_one()
        giver = [person for person in board.staff if person.id == by]
        top = (Role.DECISION_MAKER,)
        return [Call(ASSIGNEE, giver), Call(top, board.find(top, None))]
    names = [ASSIGNEE, *(rung.to for rung in board.promises.ladder)]
    return [Call(to, board.find(to, known.assignee)) for to in names]


def judged(conn: Connection, known: Known) -> int | None:
    """Return who asked, or did, what others are called to judge: they are not called, nor do they take it."""
    if known.kind is Kind.APPROVAL:
        by = select(APPROVALS.c.asked_by).where(APPROVALS.c.id == known.subject)
    elif known.kind is Kind.REVIEW:
        by = select(OVERRIDES.c.by_id).where(OVERRIDES.c.id == known.subject)
    else:
        return None
    return conn.execute(by).scalar_one_or_none()


def on_rung(
    conn: Connection, board: Switchboard, promises: Promises, known: Known, rung: int
) -> Sequence[Person]:
    """Return whom a rung of the ladder calls about it now."""
    return _without(board, promises.ladder[rung - 1].to, judged(conn, known), known.assignee).people


def first_rungs(conn: Connection, promises: Promises, known: Known) -> Set[int]:
    """Return where the ladder begins at once when time is over: for a request, above those who were asked.

    None for every other deadline: its ladder begins at its foot.
    """
    if known.kind is not Kind.APPROVAL or known.subject is None:
        return frozenset()
    row = conn.execute(select(APPROVALS).where(APPROVALS.c.id == known.subject)).one()
    lowest = _roles(conn, promises, row.action, row.ticket_id, row.amount)[0]
    above = next((role for role in Role if RANK[role] > RANK[lowest]), lowest)
    return frozenset({next((n for n, rung in enumerate(promises.ladder, 1) if above in rung.to), 1)})


def _approvers(conn: Connection, board: Switchboard, request: int) -> Iterator[Call]:
    row = conn.execute(select(APPROVALS).where(APPROVALS.c.id == request)).one()
    sop = board.promises.find_sop(row.action)
    so_far = spending.on_ticket(conn, row.action, row.ticket_id)
    lent = [
        one.takes
        for person in board.staff
        for one in delegations.to_person(conn, person.id, row.action, board.now)
        if sop is not None and one.gives.id != row.asked_by
        if min(one.cap, sop.limit(one.gives.role)) - so_far >= row.amount
    ]
    for role in _roles(conn, board.promises, row.action, row.ticket_id, row.amount):
        call = _without(board, (role,), row.asked_by)
        others = {one.id: one for one in [*call.people, *lent] if one.id != row.asked_by}
        yield Call(call.names, list(others.values()))


def _roles(conn: Connection, promises: Promises, action: str, ticket: int, amount: int) -> list[Role]:
    sop = promises.find_sop(action)
    if sop is None:
        return [Role.DECISION_MAKER]
    return sufficient_roles(sop, amount, spending.on_ticket(conn, action, ticket))


def _without(
    board: Switchboard, names: tuple[str, ...], person: int | None, assignee: int | None = None
) -> Call:
    return Call(names, [one for one in board.find(names, assignee) if one.id != person])
