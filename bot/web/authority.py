"""What the desk shows of authority: what may be granted now, requests, overrides, and crises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from bot import granting
from bot.brand import Brand
from handoff import approvals, crises, delegations, overrides, statements
from handoff.crises import Incident
from handoff.staff import Person, may
from handoff.tickets import Filed

# Acts of authority have forms of their own; so have those of a crisis, on its own page.
VERBS = ("remedy", "override", "approve", "reject", "withdraw", "reword", "review", "review_mark")
# What each of them takes from its form.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "remedy": ("action", "amount", "text"),
    "override": ("action", "amount", "reason"),
    "approve": ("approval", "amount"),
    "reject": ("approval", "reason"),
    "withdraw": ("approval",),
    "reword": ("approval", "text"),
    "review": ("override", "verdict", "reason"),
    "review_mark": (),
    "ack": ("crisis",),
    "watch": ("scope",),
    "pause": ("scope",),
    "crisis": ("scope", "statement", "by"),
    "confirm": ("version",),
    "recall": ("version",),
    "end_crisis": ("scope", "statement"),
}


@dataclass(frozen=True, slots=True)
class Authority:
    """The authority of one ticket, as one person sees it: `rooms` is what they may grant without asking."""

    rooms: Sequence[granting.Granted]
    requests: Sequence[Row[Any]]
    overrides: Sequence[Row[Any]]
    may_grant: bool
    may_decide: bool


@dataclass(frozen=True, slots=True)
class Crisis:
    """One crisis with the versions of what is said."""

    incident: Incident
    row: Row[Any]
    versions: Sequence[Row[Any]]
    told: int


def of_ticket(
    conn: Connection, brand: Brand, person: Person, filed: Filed, now: datetime, *, may_grant: bool
) -> Authority:
    """Return what the page of a conversation shows."""
    return Authority(
        granting.rooms(conn, brand.promises, person, filed, now),
        approvals.list_of_ticket(conn, filed.id),
        overrides.list_of_ticket(conn, filed.id),
        may_grant and filed.ticket.is_open and bool(brand.promises.sop),
        may(person.role, "approve") or delegations.lent_to(conn, person.id, now),
    )


def going_on(conn: Connection) -> list[Crisis]:
    """Return every watch, crisis and recovery with its words."""
    return [
        Crisis(
            one,
            crises.get(conn, one.id),
            statements.list_of_crisis(conn, one.id),
            len(statements.receivers(conn, one.id)),
        )
        for one in crises.list_going_on(conn)
    ]
