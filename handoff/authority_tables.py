"""The tables of authority: remedies and their approvals, overrides, delegations, crises and their words."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from handoff.tables import instant, table

# What the partial indexes hold, said in the same words by the queries that use them.
IS_UNREVIEWED = text("reviewed_at IS NULL")
IS_GOING_ON = text("status != 'normal'")


def money(*, nullable: bool = False) -> Column[int]:
    """Declare a column that holds an amount in the unit people speak of."""
    return Column(BigInteger, nullable=nullable)


class ApprovalRow(SQLModel, table=True):
    """A remedy: granted within somebody's limit, or asked for. `decided_by` is null for the former.

    `granted` is the amount that was approved, where it differs; `message_id` is the text to the follower
    once it is on its way. `look_at` is when the request is void.
    """

    __tablename__ = "approvals"
    __table_args__ = (
        Index("approvals_of_ticket", "ticket_id"),
        Index("approvals_of_conversation", "conversation_id", "action"),
        Index("approvals_of_person", "asked_by", "asked_at"),
        Index("approvals_of_message", "message_id", sqlite_where=text("message_id IS NOT NULL")),
        Index("approvals_due", "look_at", sqlite_where=text("look_at IS NOT NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="tickets.id")
    conversation_id: int
    action: str = Field(max_length=20)
    amount: int = Field(sa_column=money())
    currency: str = Field(max_length=3)
    text: str = Field(sa_column=Column(Text, nullable=False))
    status: str = Field(max_length=20)
    asked_by: int = Field(foreign_key="staff.id")
    asked_at: datetime = instant(nullable=False)
    expires_at: datetime = instant(nullable=False)
    first_by: int | None = Field(default=None, foreign_key="staff.id")
    decided_by: int | None = Field(default=None, foreign_key="staff.id")
    decided_at: datetime | None = instant()
    granted: int | None = Field(default=None, sa_column=money(nullable=True))
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    message_id: int | None = None
    look_at: datetime | None = instant()


class OverrideRow(SQLModel, table=True):
    """The SOP broken once, by whom and why, and what another person found of it."""

    __tablename__ = "overrides"
    __table_args__ = (
        Index("overrides_of_ticket", "ticket_id"),
        Index("overrides_unreviewed", "by_id", sqlite_where=IS_UNREVIEWED),
    )

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="tickets.id")
    conversation_id: int
    action: str = Field(max_length=20)
    amount: int = Field(sa_column=money())
    currency: str = Field(max_length=3)
    reason: str = Field(sa_column=Column(Text, nullable=False))
    by_id: int = Field(foreign_key="staff.id")
    at: datetime = instant(nullable=False)
    reviewed_by: int | None = Field(default=None, foreign_key="staff.id")
    reviewed_at: datetime | None = instant()
    verdict: str | None = Field(default=None, max_length=20)


class DelegationRow(SQLModel, table=True):
    """Authority to approve, lent to somebody for a time, up to `cap`; a null `action` is every remedy."""

    __tablename__ = "delegations"

    id: int | None = Field(default=None, primary_key=True)
    gives_id: int = Field(foreign_key="staff.id")
    takes_id: int = Field(foreign_key="staff.id", index=True)
    action: str | None = Field(default=None, max_length=20)
    cap: int = Field(sa_column=money())
    begins_at: datetime = instant(nullable=False)
    ends_at: datetime = instant(nullable=False)


class CrisisRow(SQLModel, table=True):
    """One incident from its first sign to normal. `ticket_id` is the ticket whose alerts stand for it, too.

    `update_by` is when the next news is promised, `remind_at` when the decision-makers are reminded,
    `look_at` the next instant at which something happens by itself.
    """

    __tablename__ = "crises"
    __table_args__ = (
        Index("crises_going_on", "id", sqlite_where=IS_GOING_ON),
        Index("crises_due", "look_at", sqlite_where=text("look_at IS NOT NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    scope: str = Field(max_length=80)
    status: str = Field(max_length=20)
    began_at: datetime = instant(nullable=False)
    seen_at: datetime = instant(nullable=False)
    declared_at: datetime | None = instant()
    ended_at: datetime | None = instant()
    by_id: int | None = Field(default=None, foreign_key="staff.id")
    ticket_id: int | None = Field(default=None, foreign_key="tickets.id")
    contacts: int = 0
    usual: float = 0.0
    update_by: datetime | None = instant()
    update_warn_at: datetime | None = instant()
    remind_at: datetime | None = instant()
    look_at: datetime | None = instant()


class PauseRow(SQLModel, table=True):
    """Answers in a scope that somebody stopped for half an hour."""

    __tablename__ = "pauses"
    __table_args__ = (Index("pauses_due", "look_at", sqlite_where=text("look_at IS NOT NULL")),)

    id: int | None = Field(default=None, primary_key=True)
    scope: str = Field(max_length=80)
    by_id: int = Field(foreign_key="staff.id")
    at: datetime = instant(nullable=False)
    until: datetime = instant(nullable=False)
    look_at: datetime | None = instant()


class StatementRow(SQLModel, table=True):
    """A version of what is said of a crisis, `holding` while it lasts or `closing` after it.

    It may be read from `live_at` on, a minute after a second person confirmed it; null until then. The
    news it promises by `update_by` is owed from then on; `look_at` is when it goes live.
    """

    __tablename__ = "statements"
    __table_args__ = (
        Index("statements_of_crisis", "crisis_id", "kind"),
        Index("statements_due", "look_at", sqlite_where=text("look_at IS NOT NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    crisis_id: int = Field(foreign_key="crises.id")
    kind: str = Field(max_length=10)
    text: str = Field(sa_column=Column(Text, nullable=False))
    by_id: int = Field(foreign_key="staff.id")
    at: datetime = instant(nullable=False)
    confirmed_by: int | None = Field(default=None, foreign_key="staff.id")
    live_at: datetime | None = instant()
    update_by: datetime | None = instant()
    withdrawn_at: datetime | None = instant()
    look_at: datetime | None = instant()


class ToldRow(SQLModel, table=True):
    """A follower who was told a version, once; `is_draft` where it was laid before who holds them.

    `message_id` is what tells them; `is_lost` says that it never left, or never arrived.
    """

    __tablename__ = "told"
    __table_args__ = (
        UniqueConstraint("statement_id", "conversation_id", name="told_once"),
        Index("told_of_message", "message_id", sqlite_where=text("message_id IS NOT NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    statement_id: int = Field(foreign_key="statements.id")
    conversation_id: int
    at: datetime = instant(nullable=False)
    is_draft: bool = False
    message_id: int | None = None
    is_lost: bool = Field(default=False, sa_column_kwargs={"server_default": text("0")})


class SignRow(SQLModel, table=True):
    """A message that complained, or worse, for counting who does; one about a crisis that was declared
    already is `known`, and no sign of another.
    """

    __tablename__ = "signs"
    __table_args__ = (Index("signs_at", "at", "known", "conversation_id"),)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = instant(nullable=False)
    conversation_id: int
    message_id: int
    is_severe: bool = False
    article: str | None = None
    known: bool = Field(default=False, sa_column_kwargs={"server_default": text("0")})


APPROVALS = table(ApprovalRow)
OVERRIDES = table(OverrideRow)
DELEGATIONS = table(DelegationRow)
CRISES = table(CrisisRow)
PAUSES = table(PauseRow)
STATEMENTS = table(StatementRow)
TOLD = table(ToldRow)
SIGNS = table(SignRow)
