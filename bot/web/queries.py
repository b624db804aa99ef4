"""What the pages read: a handful of queries each, whatever the number of tickets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    case,
    func,
    literal,
    literal_column,
    select,
)

from bot import intake, outbox
from bot.tables import CONTACTS, CONVERSATIONS, INBOUND, LOG, MARKS, MESSAGES, OUTBOX
from bot.wording import quote
from handoff import climbs
from handoff.deadline import Status as ClockStatus
from handoff.policy import Kind
from handoff.tables import ALERTS, DEADLINES, STAFF, TICKETS

SHOWN = 100
RECENT = timedelta(hours=72)
AT_ANY_MOMENT = timedelta(minutes=2)
NOT_RESOLVED = TICKETS.c.status != literal_column("'resolved'")  # as the partial index says it

BEYOND = 2**63


@dataclass(frozen=True, slots=True)
class Clock:
    """A running promise: when it is due, from when it is pressing, and whether it broke."""

    id: int
    kind: str
    due_at: datetime
    warn_at: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the desk's list. `alert` is None without an open one, else whether somebody has it."""

    conversation: int
    name: str
    channel: str
    ticket: int | None
    category: str | None
    status: str | None
    holder: int | None
    clock: Clock | None
    alert: bool | None
    quote: str
    said_by: str
    said_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many tickets each view of the list holds, but for one's own, and how many sends need a person."""

    waiting: int
    soon: int
    open: int
    troubled: int


def list_items(conn: Connection, view: str, me: int, now: datetime) -> list[Item]:
    """Return the conversations of one view: open tickets by what is left of their most urgent promise."""
    if view == "chats":
        rows = _with_newest().where(CONVERSATIONS.c.last_at.is_not(None))
        rows = rows.order_by(CONVERSATIONS.c.last_at.desc())
    elif view == "resolved":
        since = TICKETS.c.resolved_at >= now - RECENT
        rows = _tickets().where(since, ~NOT_RESOLVED).order_by(TICKETS.c.resolved_at.desc())
    else:
        first_due = (
            select(func.min(DEADLINES.c.due_at))
            .where(DEADLINES.c.ticket_id == TICKETS.c.id, DEADLINES.c.status == ClockStatus.RUNNING)
            .scalar_subquery()
        )
        rows = _tickets().where(NOT_RESOLVED).order_by(first_due.is_(None), first_due, TICKETS.c.id)
        if view == "mine":
            rows = rows.where(TICKETS.c.assignee == me)
        elif view == "waiting":
            rows = rows.where(TICKETS.c.status == "waiting")
        elif view == "soon":
            rows = rows.where(_pressing(now))
    return _items(conn, rows, now)


def list_conversations(conn: Connection, conversations: Sequence[int], now: datetime) -> list[Item]:
    """Return these conversations with their newest tickets, the one that went on last on top."""
    rows = _with_newest().where(CONVERSATIONS.c.id.in_(conversations))
    return _items(conn, rows.order_by(CONVERSATIONS.c.last_at.desc()), now)


def list_tickets(conn: Connection, ticket_ids: Sequence[int], now: datetime) -> list[Item]:
    """Return these tickets."""
    return _items(conn, _tickets().where(TICKETS.c.id.in_(ticket_ids)).order_by(TICKETS.c.id), now)


def _items(conn: Connection, rows: Select[Any], now: datetime) -> list[Item]:
    found = conn.execute(rows.limit(SHOWN)).all()
    clocks = list_clocks(conn, [row.ticket for row in found if row.ticket], now)
    alerts = climbs.open_alerts(conn, list(clocks), now)
    said = _last_said(conn, [row.conversation for row in found])
    return [_item(row, clocks, alerts, said) for row in found]


def _pressing(now: datetime) -> ColumnElement[bool]:
    """Say of a ticket whether a promise of it has been warned of, or is due at any moment."""
    running = (DEADLINES.c.ticket_id == TICKETS.c.id, DEADLINES.c.status == ClockStatus.RUNNING)
    now_or_soon = (DEADLINES.c.warn_at <= now) | (DEADLINES.c.due_at <= now + AT_ANY_MOMENT)
    return select(DEADLINES.c.id).where(*running, now_or_soon).exists()


def count_mine(conn: Connection, me: int) -> int:
    """Count the open tickets that somebody holds."""
    mine = (
        select(func.count().label("mine")).select_from(TICKETS).where(NOT_RESOLVED, TICKETS.c.assignee == me)
    )
    return int(conn.execute(mine).scalar_one())


def count(conn: Connection, now: datetime) -> Counts:
    """Count the open tickets of each view."""
    waiting = func.sum(case((TICKETS.c.status == "waiting", 1), else_=0))
    row = conn.execute(select(waiting.label("waiting"), func.count().label("all"))
                       .where(NOT_RESOLVED)).one()  # fmt: skip
    pressing = select(func.count().label("soon")).select_from(TICKETS)
    soon = conn.execute(pressing.where(NOT_RESOLVED, _pressing(now))).scalar_one()
    troubled = len(outbox.list_troubled(conn)) + len(intake.list_dead(conn))
    return Counts(row.waiting or 0, soon, row.all, troubled)


def list_clocks(conn: Connection, ticket_ids: Sequence[int], now: datetime) -> dict[int, list[Clock]]:
    """Return the running promises of each ticket, the most urgent first."""
    rows = conn.execute(
        select(DEADLINES)
        .where(DEADLINES.c.ticket_id.in_(ticket_ids), DEADLINES.c.status == ClockStatus.RUNNING)
        .order_by(DEADLINES.c.due_at)
    )
    found: dict[int, list[Clock]] = {ticket: [] for ticket in ticket_ids}
    for row in rows:
        late = row.breached_at is not None or row.due_at < now
        found[row.ticket_id].append(Clock(row.id, row.kind, row.due_at, row.warn_at, late))
    return found


def list_deadlines(conn: Connection, ticket: int) -> list[Row[Any]]:
    """Return every promise of a ticket as it stands, the newest of each kind and each one made by word.

    `promised` is what staff wrote of the latter.
    """
    newest = (
        select(func.max(DEADLINES.c.id))
        .where(DEADLINES.c.ticket_id == ticket)
        .group_by(DEADLINES.c.kind, DEADLINES.c.subject)
    )
    note = (MESSAGES.c.id == DEADLINES.c.subject) & (DEADLINES.c.kind == literal(Kind.PROMISE.value))
    rows = (
        select(DEADLINES, MESSAGES.c.text.label("promised"))
        .outerjoin(MESSAGES, note)
        .where(DEADLINES.c.id.in_(newest), DEADLINES.c.target_us > 0)
    )
    return list(conn.execute(rows.order_by(DEADLINES.c.id)))


def list_alerts(conn: Connection, ticket: int, limit: int = 6) -> list[Row[Any]]:
    """Return the newest pings about a ticket, newest first."""
    rows = select(ALERTS).where(ALERTS.c.ticket_id == ticket, ~ALERTS.c.held).order_by(ALERTS.c.id.desc())
    return list(conn.execute(rows.limit(limit)))


def names(conn: Connection) -> dict[int, str]:
    """Return the name of everybody who ever was at the desk."""
    return {row.id: row.name for row in conn.execute(select(STAFF.c.id, STAFF.c.name))}


def exists(conn: Connection, conversation: int) -> bool:
    """Say whether there is such a conversation; a number no database holds is none."""
    if conversation >= BEYOND:
        return False
    found = conn.execute(select(CONVERSATIONS.c.id).where(CONVERSATIONS.c.id == conversation))
    return found.first() is not None


def unused_nonce(conn: Connection, nonce: str) -> str | None:
    """Return the nonce under which the reply of a form may be queued; None where it was, and stands.

    One that was taken back since is sent anew, under a nonce that follows from the first.
    """
    wanted, turn = nonce, 0
    while (status := outbox.find_status(conn, f"reply:{wanted}")) == outbox.Status.DISCARDED:
        turn += 1
        wanted = f"{nonce}.{turn}"
    return wanted if status is None else None


def read_mark(conn: Connection, name: str) -> int:
    """Return a named position; 0 where none is kept."""
    return int(conn.execute(select(MARKS.c.value).where(MARKS.c.name == name)).scalar_one_or_none() or 0)


def list_unhandled(conn: Connection, lane: str) -> list[Row[Any]]:
    """Return what a follower sent that is stored and not yet handled, in order."""
    pending = INBOUND.c.status == literal_column("'pending'")
    return list(conn.execute(select(INBOUND).where(pending, INBOUND.c.lane == lane).order_by(INBOUND.c.id)))


def list_public(conn: Connection, conversation: int, limit: int = 200) -> list[Row[Any]]:
    """Return what the follower may see of a conversation, the newest of it, oldest first.

    Their own words, and what was sent to them. A note is neither, and so never among it.
    """
    theirs = (MESSAGES.c.direction == "in") & (MESSAGES.c.author == "contact")
    sent = (MESSAGES.c.direction == "out") & (MESSAGES.c.status == "sent")
    rows = select(MESSAGES).where(MESSAGES.c.conversation_id == conversation, theirs | sent)
    return list(conn.execute(rows.order_by(MESSAGES.c.id.desc()).limit(limit)))[::-1]


def has_unsent(conn: Connection, channel: str, recipient: str) -> bool:
    """Say whether something for the recipient is on its way."""
    on_its_way = OUTBOX.c.status.in_([literal_column("'queued'"), literal_column("'sending'")])
    mine = (OUTBOX.c.channel == channel, OUTBOX.c.recipient == recipient)
    return conn.execute(select(OUTBOX.c.id).where(on_its_way, *mine).limit(1)).first() is not None


def conversation_position(conn: Connection, conversation: int) -> int:
    """Return the log's newest position in one conversation."""
    newest = select(func.max(LOG.c.id)).where(LOG.c.conversation_id == conversation)
    return conn.execute(newest).scalar_one() or 0


def _tickets() -> Select[Any]:
    return _columns().select_from(
        TICKETS.join(CONVERSATIONS, CONVERSATIONS.c.id == TICKETS.c.conversation_id).join(
            CONTACTS, CONTACTS.c.id == CONVERSATIONS.c.contact_id
        )
    )


def _with_newest() -> Select[Any]:
    newest = select(func.max(TICKETS.c.id)).where(TICKETS.c.conversation_id == CONVERSATIONS.c.id)
    is_newest = TICKETS.c.id == newest.correlate(CONVERSATIONS).scalar_subquery()
    return _columns().select_from(
        CONVERSATIONS.join(CONTACTS, CONTACTS.c.id == CONVERSATIONS.c.contact_id).outerjoin(
            TICKETS, is_newest
        )
    )


def _columns() -> Select[Any]:
    return select(
        CONVERSATIONS.c.id.label("conversation"), CONTACTS.c.name, CONTACTS.c.channel,
        TICKETS.c.id.label("ticket"), TICKETS.c.category, TICKETS.c.status, TICKETS.c.assignee,
    )  # fmt: skip


def _last_said(conn: Connection, conversations: Sequence[int]) -> dict[int, Row[Any]]:
    """Return what a person said last in each conversation; what the bot says by itself is no news."""
    newest = (
        select(func.max(MESSAGES.c.id))
        .where(
            MESSAGES.c.conversation_id.in_(conversations),
            MESSAGES.c.direction != "note",
            MESSAGES.c.author != "bot",
        )
        .group_by(MESSAGES.c.conversation_id)
    )
    return {
        row.conversation_id: row for row in conn.execute(select(MESSAGES).where(MESSAGES.c.id.in_(newest)))
    }


def _item(
    row: Row[Any],
    clocks: Mapping[int, list[Clock]],
    alerts: Mapping[int, bool],
    said: Mapping[int, Row[Any]],
) -> Item:
    last = said.get(row.conversation)
    return Item(
        conversation=row.conversation,
        name=row.name,
        channel=row.channel,
        ticket=row.ticket,
        category=row.category,
        status=row.status,
        holder=row.assignee,
        clock=next(iter(clocks.get(row.ticket, [])), None),
        alert=alerts.get(row.ticket),
        quote=quote(last.text) if last else "",
        said_by=last.author if last else "",
        said_at=last.at if last else None,
    )
