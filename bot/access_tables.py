"""The tables of access: one-time links, sessions, and the audit of what staff did."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Text
from sqlmodel import Field, SQLModel

from handoff.tables import instant, table


class LoginRow(SQLModel, table=True):
    """A one-time link; only the digest of its token is kept. `purpose` is what it does: signing in at the
    desk, or telling a person's Telegram account.
    """

    __tablename__ = "logins"

    digest: str = Field(primary_key=True, max_length=64)
    staff_id: int = Field(foreign_key="staff.id")
    expires_at: datetime = instant(nullable=False)
    used: bool = False
    purpose: str = Field(default="desk", max_length=10)


class SessionRow(SQLModel, table=True):
    """A signed-in browser; only the digest of its id is kept."""

    __tablename__ = "sessions"

    digest: str = Field(primary_key=True, max_length=64)
    staff_id: int = Field(foreign_key="staff.id", index=True)
    csrf: str = Field(max_length=64)
    expires_at: datetime = instant(nullable=False)
    browser: str = Field(default="", max_length=40)


class AuditRow(SQLModel, table=True):
    """A staff or authority act in the chain of hashes; never changed. `seal` is the salted digest of what
    a person wrote for it, empty where they wrote nothing.
    """

    __tablename__ = "audit"
    __table_args__ = (Index("audit_hashes", "hash"),)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = instant(nullable=False)
    kind: str = Field(max_length=30)
    conversation_id: int | None = None
    ticket_id: int | None = None
    staff_id: int | None = None
    data: Mapping[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    seal: str = Field(default="", max_length=64)
    before: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class SealedRow(SQLModel, table=True):
    """What a person wrote for an act, with the salt of its seal; erasure deletes it and leaves the chain."""

    __tablename__ = "sealed"

    audit_id: int = Field(primary_key=True, foreign_key="audit.id")
    conversation_id: int | None = Field(default=None, index=True)
    salt: str = Field(max_length=64)
    text: str = Field(sa_column=Column(Text, nullable=False))


LOGINS = table(LoginRow)
SESSIONS = table(SessionRow)
AUDIT = table(AuditRow)
SEALED = table(SealedRow)
