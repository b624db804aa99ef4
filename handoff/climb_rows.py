"""The climbs of the ladder as the database keeps them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select, update

from handoff.ladder import Climb, Step
from handoff.policy import OWN_REASON, Kind, Reason
from handoff.staff import Person
from handoff.tables import CLIMBS, DEADLINES, TICKETS, add_all


@dataclass(slots=True)
class Known:
    """A climb with its row and what it is about: a deadline of a ticket, the ticket's crisis, or a crisis
    of many followers, which is `crisis` and has no ticket. `subject` is the request or the override.
    """

    row: int | None
    ticket: int | None
    deadline: int | None
    kind: Kind | None
    assignee: int | None
    climb: Climb
    acked_by: int | None = None
    subject: int | None = None
    crisis: int | None = None

    @property
    def reason(self) -> Reason:
        """Return why it rings now; a promise, an approval and a review keep their own reason."""
        if self.kind is None:
            return Reason.CRISIS
        return OWN_REASON.get(self.kind) or (Reason.BREACH if self.climb.broken else Reason.WARNING)


def holds(climb: Climb, now: datetime) -> bool:
    """Say whether somebody has it at this instant."""
    return climb.acked_until is not None and climb.acked_until > now


def rows() -> Select[Any]:
    """Select climbs with the kind of their deadline and the holder of their ticket."""
    return (
        select(CLIMBS, DEADLINES.c.kind, DEADLINES.c.subject, TICKETS.c.assignee)
        .outerjoin(TICKETS, TICKETS.c.id == CLIMBS.c.ticket_id)
        .outerjoin(DEADLINES, DEADLINES.c.id == CLIMBS.c.deadline_id)
    )


def read(row: Row[Any]) -> Known:
    """Read one climb from its row."""
    kind = row.kind or row.reason
    return Known(
        row=row.id,
        ticket=row.ticket_id,
        deadline=row.deadline_id,
        kind=Kind(kind) if kind else None,
        assignee=row.assignee,
        climb=_load(row.state),
        acked_by=row.acked_by,
        subject=row.subject,
        crisis=row.crisis_id,
    )


def of_ticket(conn: Connection, ticket: int) -> list[Known]:
    """Return the climbs of a ticket that are not over."""
    going_on = rows().where(CLIMBS.c.ticket_id == ticket, ~CLIMBS.c.ended)
    return [read(row) for row in conn.execute(going_on.order_by(CLIMBS.c.id))]


def of_crisis(conn: Connection, crisis: int | None = None) -> list[Known]:
    """Return the climbs that are not over of one crisis of many followers, or of all there are."""
    which = CLIMBS.c.crisis_id.is_not(None) if crisis is None else CLIMBS.c.crisis_id == crisis
    going_on = rows().where(CLIMBS.c.crisis_id.is_not(None), which, ~CLIMBS.c.ended)
    return [read(row) for row in conn.execute(going_on.order_by(CLIMBS.c.id))]


def list_held(conn: Connection, climbs: Collection[int], now: datetime) -> set[int]:
    """Return those of the climbs that somebody has at this instant."""
    known = map(read, conn.execute(rows().where(CLIMBS.c.id.in_(climbs))))
    return {one.row for one in known if one.row is not None and holds(one.climb, now)}


def save(conn: Connection, climbs: Sequence[Known]) -> None:
    """Write the climbs down; a new one gets its row."""
    new = [known for known in climbs if known.row is None]
    stored = [known for known in climbs if known.row is not None]
    rows = [
        {
            "ticket_id": one.ticket,
            "deadline_id": one.deadline,
            "crisis_id": one.crisis,
            "reason": one.kind if one.crisis is not None else None,
            **_values(one.climb),
        }
        for one in new
    ]
    for known, row in zip(new, add_all(conn, CLIMBS, rows), strict=True):
        known.row = row
    if stored:
        values = [
            {
                "row": known.row,
                "acked_by": known.acked_by if known.climb.acked_until is not None else None,
                **_values(known.climb),
            }
            for known in stored
        ]
        conn.execute(update(CLIMBS).where(CLIMBS.c.id == bindparam("row")), values)


def take(conn: Connection, known: Known, climb: Climb, person: Person) -> bool:
    """Give the climb to the person if it stands as it was read, and say whether it did."""
    mine = update(CLIMBS).where(
        CLIMBS.c.id == known.row,
        CLIMBS.c.acked_by.is_not_distinct_from(known.acked_by),
        CLIMBS.c.look_at.is_not_distinct_from(known.climb.look_at),
    )
    return conn.execute(mine.values(acked_by=person.id, **_values(climb))).rowcount == 1


def _values(climb: Climb) -> dict[str, object]:
    return {"state": _dump(climb), "look_at": climb.look_at, "ended": climb.ended}


def _dump(climb: Climb) -> dict[str, Any]:
    return {
        "steps": [[s.rung, s.n, s.left, _iso(s.next_at)] for s in climb.steps],
        "broken": climb.broken,
        "acked_until": _iso(climb.acked_until),
        "extended": climb.extended,
        "ended": climb.ended,
    }


def _load(state: Mapping[str, Any]) -> Climb:
    steps = tuple(Step(rung, n, left, _instant(at)) for rung, n, left, at in state["steps"])
    return Climb(
        steps,
        state["broken"],
        _instant(state["acked_until"]),
        state["extended"],
        state["ended"],
    )


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


def _instant(at: str | None) -> datetime | None:
    return datetime.fromisoformat(at) if at else None
