"""Promises that were kept or broken in a period: by kind, category, person and hour, and why."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Connection,
    Select,
    String,
    and_,
    exists,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
)

from bot.reports.figures import NOBODY, Breach, Outcomes
from bot.reports.period import Period
from bot.reports.sources import stored, within
from bot.tables import LOG, MESSAGES
from handoff.approval import Status as Request
from handoff.authority_tables import APPROVALS
from handoff.deadline import Status
from handoff.policy import Kind
from handoff.tables import DEADLINES, TICKETS

# Who decides a request or reviews an override is not who holds the ticket.
OF_HOLDER = frozenset({Kind.FIRST_RESPONSE, Kind.NEXT_RESPONSE, Kind.RESOLUTION, Kind.PROMISE})


FEW = 1_000  # rows that are held at once


class Settled(NamedTuple):
    """One promise that is decided, `at` the instant that counts: kept then, or broken as it was due then.

    `at` is as the database stores it, in UTC, and `is_broken` 0 or 1.
    `hour` is the hour of the day, in the brand's zone, in which its clock began.
    """

    ticket: int
    conversation: int
    kind: str
    category: str
    at: str
    is_broken: int
    holder: int
    hour: int

    @property
    def person(self) -> int | None:
        """Return whose promise it was, NOBODY while nobody held the ticket; None where no holder has it."""
        return self.holder if self.kind in OF_HOLDER else None


# By what promises are counted, in the order in which `tally` does.
FILTERS: Mapping[str, Callable[[Settled], object]] = {
    "kind": lambda one: one.kind,
    "category": lambda one: one.category,
    "person": lambda one: one.person,
    "hour": lambda one: one.hour,
}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many promises were kept and broken, by each of FILTERS, and in each part of the period."""

    by: Mapping[str, Mapping[Any, Outcomes]]
    parts: Sequence[Outcomes]


def each_settled(conn: Connection, period: Period) -> Iterator[Settled]:
    """Give every promise that was kept, or was due and broke, in the period; none is held on to."""
    hour_of = _hours(period.zone)
    for chosen in (_kept(period), _broken(period)):
        for rows in conn.execute(chosen).partitions(FEW):
            for ticket, conversation, kind, category, at, broken, started, holder in rows:
                hour = hour_of(started)
                yield Settled(ticket, conversation, kind, category, at, broken, holder or NOBODY, hour)


def tally(settled: Iterable[Settled], parts: Sequence[Period]) -> Tally:
    """Count kept and broken; what belongs to nobody in particular is in no person's row."""
    begins = [stored(part.begins_at) for part in parts]
    found, of_parts = Counter[tuple[Any, ...]](), Counter[tuple[int, int]]()
    for one in settled:
        found[one.kind, one.category, one.person, one.hour, one.is_broken] += 1
        of_parts[bisect_right(begins, one.at) - 1, one.is_broken] += 1
    by: dict[str, dict[Any, list[int]]] = {name: defaultdict(lambda: [0, 0]) for name in FILTERS}
    for (*names, is_broken), number in found.items():
        for outcomes, name in zip(by.values(), names, strict=True):
            if name is not None:
                outcomes[name][is_broken] += number
    return Tally(
        {
            name: {of: Outcomes(*both) for of, both in sorted(outcomes.items())}
            for name, outcomes in by.items()
        },
        [Outcomes(of_parts[place, 0], of_parts[place, 1]) for place in range(len(parts))],
    )


def list_breaches(conn: Connection, period: Period) -> list[Breach]:
    """Return the promises that broke in the period, the newest first, with what the log shows of why."""
    due = DEADLINES.c.breached_at
    unsent = exists().where(
        MESSAGES.c.ticket_id == DEADLINES.c.ticket_id,
        MESSAGES.c.author == "staff",
        MESSAGES.c.status == "failed",
        MESSAGES.c.at.between(DEADLINES.c.started_at, due),
    )
    undecided = exists().where(
        APPROVALS.c.ticket_id == DEADLINES.c.ticket_id,
        APPROVALS.c.asked_at <= due,
        or_(
            APPROVALS.c.decided_at > due,
            APPROVALS.c.status == Request.PENDING,
            and_(APPROVALS.c.status == Request.EXPIRED, APPROVALS.c.expires_at > due),
        ),
    )
    down = exists().where(
        LOG.c.ticket_id == DEADLINES.c.ticket_id,
        LOG.c.kind == "breach",
        func.json_extract(LOG.c.data, "$.clock") == DEADLINES.c.id,
        func.json_extract(LOG.c.data, "$.late").is_not(None),
    )
    rows = (
        select(
            DEADLINES.c.ticket_id, DEADLINES.c.kind, due.label("due"), DEADLINES.c.stopped_at,
            DEADLINES.c.status, TICKETS.c.conversation_id, TICKETS.c.category,
            _holder(due, "<").label("holder"), unsent.label("unsent"), undecided.label("undecided"),
            down.label("down"),
        )
        .join(TICKETS, TICKETS.c.id == DEADLINES.c.ticket_id)
        .where(within(due, period))
        .order_by(due.desc(), DEADLINES.c.id.desc())
    )  # fmt: skip
    return [
        Breach(
            ticket=r.ticket_id,
            conversation=r.conversation_id,
            kind=Kind(r.kind),
            category=r.category,
            due_at=r.due,
            holder=r.holder or NOBODY,
            late_by=_late_by(r.due, r.stopped_at) if r.status == Status.STOPPED else None,
            is_unsent=r.unsent,
            is_undecided=r.undecided,
            is_down=r.down,
        )
        for r in conn.execute(rows).all()
    ]


def _late_by(due: datetime, stopped_at: datetime | None) -> timedelta | None:
    return None if stopped_at is None else max(stopped_at - due, timedelta(0))


def _kept(period: Period) -> Select[Any]:
    at = DEADLINES.c.stopped_at
    return _settled(at, "<=", broken=False).where(
        within(at, period),
        DEADLINES.c.status == Status.STOPPED,
        DEADLINES.c.breached_at.is_(None),
        DEADLINES.c.target_us > 0,
    )


def _broken(period: Period) -> Select[Any]:
    at = DEADLINES.c.breached_at
    return _settled(at, "<", broken=True).where(within(at, period))


def _settled(at: Any, until: str, *, broken: bool) -> Select[Any]:
    """Select promises; instants stay as they are stored, since nearly all of them are only counted."""
    return select(
        DEADLINES.c.ticket_id, TICKETS.c.conversation_id, DEADLINES.c.kind, TICKETS.c.category,
        type_coerce(at, String).label("at"), literal_column("1" if broken else "0").label("broken"),
        type_coerce(DEADLINES.c.started_at, String).label("started"), _holder(at, until).label("holder"),
    ).join(TICKETS, TICKETS.c.id == DEADLINES.c.ticket_id)  # fmt: skip


def _holder(at: Any, until: str) -> Any:
    """Return who held the ticket at an instant, as its last change until then says.

    A response that breaks gives the ticket back at that very instant, so that for a breach only what was
    before it counts.
    """
    return (
        select(func.json_extract(LOG.c.data, "$.assignee"))
        .where(LOG.c.kind == literal_column("'ticket'"), LOG.c.ticket_id == DEADLINES.c.ticket_id)
        .where(LOG.c.at.op(until)(at))
        .order_by(LOG.c.id.desc())
        .limit(literal_column("1"))
        .correlate(DEADLINES)
        .scalar_subquery()
    )


def _hours(zone: ZoneInfo) -> Callable[[str], int]:
    """Return what tells the local hour of an instant as stored; none changes within a quarter hour."""

    @cache
    def hour(stored: str, quarter: int) -> int:
        at = datetime.fromisoformat(stored).replace(minute=15 * quarter, tzinfo=UTC)
        return at.astimezone(zone).hour

    return lambda stored: hour(stored[:13], int(stored[14:16]) // 15)
