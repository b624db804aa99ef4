"""The tables of the handoff room: staff, shifts, tickets, deadlines, rules, climbs, alerts, surveys."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    DateTime,
    Dialect,
    Index,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
    func,
    insert,
    select,
    text,
)
from sqlmodel import Field, SQLModel


class Instant(TypeDecorator[datetime]):
    """An instant: stored in UTC, read back aware; a naive datetime is refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turn it into UTC; raises ValueError where it says no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant without a zone: {value}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Say again that it is UTC."""
        return value if value is None else value.replace(tzinfo=UTC)


def instant(*, index: bool = False, nullable: bool = True) -> Any:
    """Declare a column that holds an instant."""
    return Field(default=None, sa_column=Column(Instant, nullable=nullable, index=index))


def listed() -> Any:
    """Declare a column that holds a list, empty where nothing is said."""
    return Field(default_factory=list, sa_column=Column(JSON, nullable=False, default=list))


class StaffRow(SQLModel, table=True):
    """A person at the desk. `on_call` holds weekly hours as the configuration writes them; none is always.

    `reached_at` is when they last let the bot write to them in Telegram; null where it may not.
    """

    __tablename__ = "staff"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(sa_column=Column(String(80), unique=True, nullable=False))
    role: str = Field(max_length=20)
    telegram: int | None = Field(default=None, unique=True)
    email: str | None = Field(default=None, max_length=254)
    on_call: list[str] = listed()
    active: bool = True
    reached_at: datetime | None = instant()


# What the partial index holds, said in the same words by the query that uses it.
IS_OPEN = text("status != 'resolved'")


class TicketRow(SQLModel, table=True):
    """One matter for a human. At most one is open in a conversation, which the partial index holds.

    `held_until` is the end of the assignee's shift, at which the ticket waits again; null is never.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        Index(
            "one_open_ticket",
            "conversation_id",
            unique=True,
            sqlite_where=IS_OPEN,
            postgresql_where=IS_OPEN,
        ),
        Index("tickets_open", "id", sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
        Index("tickets_back_to_bot", "back_to_bot_at", sqlite_where=text("back_to_bot_at IS NOT NULL")),
        Index("tickets_held_until", "held_until", sqlite_where=text("held_until IS NOT NULL")),
        Index("tickets_of_conversation", "conversation_id", "id"),
        Index("tickets_opened", "opened_at"),
        Index("tickets_responded", "responded_at"),
        Index("tickets_resolved", "resolved_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    conversation_id: int
    version: int = 0
    status: str = Field(max_length=20)
    category: str = Field(max_length=20)
    assignee: int | None = Field(default=None, foreign_key="staff.id", index=True)
    opened_at: datetime = instant(nullable=False)
    responded_at: datetime | None = instant()
    unanswered_at: datetime | None = instant()
    resolved_at: datetime | None = instant()
    handed_back: bool = False
    by_staff: bool = False
    back_to_bot_at: datetime | None = instant()
    held_until: datetime | None = instant()


class DeadlineRow(SQLModel, table=True):
    """One clock of a ticket. `look_at` is when the sweep has to look at it, and null otherwise.

    `target_us` is in microseconds, 0 promises nothing; it is counted in the calendar of that name in
    the stored rules of that number, 0 being those of the running process.
    """

    __tablename__ = "deadlines"
    __table_args__ = (
        Index("deadlines_due", "look_at", sqlite_where=text("look_at IS NOT NULL")),
        Index("deadlines_of_ticket", "ticket_id", "kind"),
        Index("deadlines_stopped", "stopped_at"),
        Index("deadlines_breached", "breached_at", sqlite_where=text("breached_at IS NOT NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="tickets.id")
    kind: str = Field(max_length=20)
    started_at: datetime = instant(nullable=False)
    target_us: int = Field(sa_column=Column(BigInteger, nullable=False))
    calendar: str = Field(max_length=80)
    warn_share: float
    rules_id: int = 0
    subject: int | None = None
    due_at: datetime | None = instant()
    warn_at: datetime | None = instant()
    pauses: list[list[str | None]] = listed()
    status: str = Field(max_length=20)
    warned: bool = False
    breached_at: datetime | None = instant()
    stopped_at: datetime | None = instant()
    look_at: datetime | None = instant()


class ClimbRow(SQLModel, table=True):
    """The ladder as one deadline, or a crisis, climbs it. `state` holds the steps.

    A crisis is that of a ticket, or one of many followers, which `crisis_id` names; of the latter
    `reason` tells the alarm from the promise of news.
    """

    __tablename__ = "climbs"
    __table_args__ = (
        Index("climbs_due", "look_at", sqlite_where=text("look_at IS NOT NULL")),
        Index("climbs_of_ticket", "ticket_id"),
        Index("climbs_of_crisis", "crisis_id", sqlite_where=text("crisis_id IS NOT NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int | None = Field(default=None, foreign_key="tickets.id")
    crisis_id: int | None = None
    reason: str | None = Field(default=None, max_length=20)
    deadline_id: int | None = Field(default=None, foreign_key="deadlines.id", unique=True)
    state: Mapping[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    acked_by: int | None = Field(default=None, foreign_key="staff.id")
    ended: bool = False
    look_at: datetime | None = instant()


class AlertRow(SQLModel, table=True):
    """One ping to one person. A digest has no climb and counts what it stands for."""

    __tablename__ = "alerts"
    __table_args__ = (UniqueConstraint("climb_id", "rung", "n", "staff_id", name="one_alert_a_rung"),)

    id: int | None = Field(default=None, primary_key=True)
    climb_id: int | None = Field(default=None, foreign_key="climbs.id")
    ticket_id: int | None = Field(default=None, foreign_key="tickets.id", index=True)
    crisis_id: int | None = None
    staff_id: int = Field(foreign_key="staff.id")
    reason: str = Field(max_length=20)
    rung: int
    n: int
    count: int = 1
    raised_at: datetime = instant(nullable=False)
    held: bool = False


class SwapRow(SQLModel, table=True):
    """One span in which `takes_id` is on call instead of `gives_id`, whatever their weekly hours say."""

    __tablename__ = "swaps"

    id: int | None = Field(default=None, primary_key=True)
    gives_id: int = Field(foreign_key="staff.id", index=True)
    takes_id: int = Field(foreign_key="staff.id", index=True)
    begins_at: datetime = instant(nullable=False)
    ends_at: datetime = instant(nullable=False)


class HandoverRow(SQLModel, table=True):
    """The tickets that somebody held whose shift ended or who left, until the next shift has the list."""

    __tablename__ = "handovers"
    __table_args__ = (Index("handovers_due", "look_at", sqlite_where=text("look_at IS NOT NULL")),)

    id: int | None = Field(default=None, primary_key=True)
    staff_id: int = Field(foreign_key="staff.id")
    tickets: list[int] = listed()
    at: datetime = instant(nullable=False)
    look_at: datetime | None = instant()


class RulesRow(SQLModel, table=True):
    """One version of the policies and calendars, as they stood from `since` on; never changed."""

    __tablename__ = "rules"

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(max_length=64, unique=True)
    since: datetime = instant(nullable=False)
    rules: Mapping[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class BurstRow(SQLModel, table=True):
    """The alerts of one person within two minutes: how many passed, and how many wait for the digest."""

    __tablename__ = "bursts"
    __table_args__ = (Index("bursts_due", "digest_at", sqlite_where=text("digest_at IS NOT NULL")),)

    staff_id: int = Field(primary_key=True, foreign_key="staff.id")
    began_at: datetime = instant(nullable=False)
    passed: int = 0
    held: int = 0
    digest_at: datetime | None = instant()


class SurveyRow(SQLModel, table=True):
    """The question how it went, once a ticket, and the follower's mark.

    `message_id` is the question as it was put, `words_asked_id` what asked for words and `words_id` the
    words; `staff_id` is who handled the ticket. `look_at` is when to ask, later when to tell a low mark.
    """

    __tablename__ = "surveys"
    __table_args__ = (
        Index("surveys_due", "look_at", sqlite_where=text("look_at IS NOT NULL")),
        Index("surveys_of_conversation", "conversation_id", "asked_at"),
        Index("surveys_asked", "asked_at"),
        Index("surveys_of_message", "message_id"),
        Index("surveys_of_words", "words_asked_id"),
    )

    ticket_id: int = Field(primary_key=True, foreign_key="tickets.id")
    conversation_id: int
    staff_id: int | None = Field(default=None, foreign_key="staff.id")
    asked_at: datetime | None = instant()
    message_id: int | None = None
    mark: int | None = None
    marked_at: datetime | None = instant()
    words_asked_id: int | None = None
    words_id: int | None = None
    told_at: datetime | None = instant()
    seen_by: int | None = Field(default=None, foreign_key="staff.id")
    seen_at: datetime | None = instant()
    look_at: datetime | None = instant()


def add_all(conn: Connection, into: Table, rows: Sequence[Mapping[str, object]]) -> list[int]:
    """Insert the rows in one statement and return their ids, in their order.

    The ids are those after the newest: a writing transaction is alone from its begin on, and SQLite
    promises no order for what it returns itself.
    """
    if not rows:
        return []
    newest = conn.execute(select(func.max(into.c.id))).scalar_one() or 0
    ids = list(range(newest + 1, newest + 1 + len(rows)))
    conn.execute(insert(into), [{"id": new, **row} for new, row in zip(ids, rows, strict=True)])
    return ids


def table(model: type[SQLModel]) -> Table:
    """Return the table behind a model, for statements without the ORM."""
    found: Table = model.__table__  # type: ignore[attr-defined]
    return found


STAFF = table(StaffRow)
TICKETS = table(TicketRow)
DEADLINES = table(DeadlineRow)
CLIMBS = table(ClimbRow)
ALERTS = table(AlertRow)
BURSTS = table(BurstRow)
SWAPS = table(SwapRow)
HANDOVERS = table(HandoverRow)
RULES = table(RulesRow)
SURVEYS = table(SurveyRow)
