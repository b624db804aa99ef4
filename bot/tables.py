"""The tables of everything that speaks: contacts, conversations, messages, log, and what waits to be sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from handoff.tables import instant, listed, table

# What partial indexes hold, written out both there and in the queries: SQLite uses such an index only
# where the query says the same words, not where it binds them.
IS_CHOSEN = text("direction = 'in' AND article IS NOT NULL")  # a follower took a button
IS_REPLIED = text("source IN ('answer', 'clarify')")  # the bot answered, or asked back
IS_WRITTEN = text("origin IS NOT NULL")  # staff wrote it, on no page of ours
IS_PENDING = text("status = 'pending'")
IS_BUNDLED = text("bundle IS NOT NULL")
IS_SET_ASIDE = text("status = 'dead'")
IS_QUEUED = text("status = 'queued'")
IS_TROUBLED = text("status IN ('dead', 'uncertain')")
IS_NOTICE = text("channel = 'desk' AND kind IN ('handover', 'notice')")
IS_PING = text("kind IN ('alert', 'notice')")


class ContactRow(SQLModel, table=True):
    """A person outside, on one channel. `reachable` is false while the channel says they blocked us."""

    __tablename__ = "contacts"
    __table_args__ = (UniqueConstraint("channel", "external_id", name="one_contact_a_channel"),)

    id: int | None = Field(default=None, primary_key=True)
    channel: str = Field(max_length=20)
    external_id: str = Field(max_length=80)
    name: str = Field(max_length=200)
    blocked: bool = False
    reachable: bool = True
    created_at: datetime = instant(nullable=False)


class ConversationRow(SQLModel, table=True):
    """All messages with one contact. `epoch` counts the changes of mode; `quiet_epoch` is the last one
    at which the bot had to fall silent, so that an answer decided before it is discarded. `asked_at` is
    when the contact was asked for a customer number.
    """

    __tablename__ = "conversations"

    id: int | None = Field(default=None, primary_key=True)
    contact_id: int = Field(foreign_key="contacts.id", unique=True)
    epoch: int = 0
    quiet_epoch: int = 0
    clarified_at: datetime | None = instant()
    offers: list[list[str]] = listed()
    topic: str | None = None
    language: str | None = Field(default=None, max_length=2)
    last_at: datetime | None = instant(index=True)
    asked_at: datetime | None = instant()


class MessageRow(SQLModel, table=True):
    """What was said, in or out, or noted. The text stands here and nowhere else.

    `is_update` marks the news that was promised; `accepted_at` is when the channel took it. `media` are
    its pictures and files, as their channel names them; `reply_to` is the message that it answers;
    `origin` is where staff wrote it, when that was no page of ours; `helped` is what the contact said of
    an answer.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("messages_of_conversation", "conversation_id", "id"),
        Index("messages_at", "direction", "at", "conversation_id"),
        Index("messages_replied", "source", "at", "article", sqlite_where=IS_REPLIED),
        Index("messages_chosen", "id", sqlite_where=IS_CHOSEN),
        Index("messages_written", "origin", sqlite_where=IS_WRITTEN),
    )

    id: int | None = Field(default=None, primary_key=True)
    conversation_id: int = Field(foreign_key="conversations.id")
    ticket_id: int | None = Field(default=None, foreign_key="tickets.id", index=True)
    direction: str = Field(max_length=4)
    author: str = Field(max_length=10)
    staff_id: int | None = Field(default=None, foreign_key="staff.id")
    source: str = Field(max_length=12)
    text: str = Field(sa_column=Column(Text, nullable=False))
    article: str | None = None
    offers: list[list[str]] = listed()
    reading: Mapping[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    awaiting: bool = False
    is_update: bool = False
    accepted_at: datetime | None = instant()
    at: datetime = instant(nullable=False)
    status: str = Field(default="stored", max_length=10)
    remote_id: str | None = None
    media: list[Mapping[str, Any]] | None = Field(default=None, sa_column=Column(JSON))
    reply_to: int | None = None
    origin: str | None = Field(default=None, max_length=80)
    deleted_at: datetime | None = instant()
    helped: bool | None = None


class CopyRow(SQLModel, table=True):
    """A message of a conversation as it stands in another chat, where staff read it."""

    __tablename__ = "copies"
    __table_args__ = (Index("copies_in_chat", "chat", "remote_id"),)

    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="messages.id", index=True)
    chat: str = Field(max_length=80)
    remote_id: str = Field(max_length=20)


class TopicRow(SQLModel, table=True):
    """The topic of a conversation in the staff's group. `thread` is null until it is made; `name` and
    `icon` are how it was shown last, `card` is the message on top with its buttons.
    """

    __tablename__ = "topics"
    __table_args__ = (Index("topics_in_chat", "chat", "thread"),)

    conversation_id: int = Field(primary_key=True, foreign_key="conversations.id")
    chat: str = Field(max_length=40)
    thread: int | None = None
    card: int | None = None
    name: str = Field(default="", max_length=128)
    icon: str = Field(default="", max_length=8)


class BusinessRow(SQLModel, table=True):
    """An account that lets the bot into its chats, as Telegram last said."""

    __tablename__ = "business"

    id: str = Field(primary_key=True, max_length=80)
    owner: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    name: str = Field(max_length=200)
    may_reply: bool = False
    is_enabled: bool = False
    is_trusted: bool = False
    changed_at: datetime = instant(nullable=False)


class RemovalRow(SQLModel, table=True):
    """A message that was taken out of a public group by rule, kept so that it can be undone."""

    __tablename__ = "removals"

    id: int | None = Field(default=None, primary_key=True)
    chat: str = Field(max_length=40)
    person: int = Field(sa_column=Column(BigInteger, nullable=False))
    name: str = Field(max_length=200)
    text: str = Field(sa_column=Column(Text, nullable=False))
    removed_at: datetime = instant(nullable=False)
    undone_at: datetime | None = instant()
    undone_by: int | None = Field(default=None, foreign_key="staff.id")


class LogRow(SQLModel, table=True):
    """A log entry; append-only. Its id is the position that pages and other processes follow."""

    __tablename__ = "log"
    __table_args__ = (
        Index("log_of_conversation", "conversation_id", "id"),
        Index("log_of_holders", "ticket_id", "id", sqlite_where=text("kind = 'ticket'")),
    )

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = instant(nullable=False)
    kind: str = Field(max_length=30)
    conversation_id: int | None = None
    ticket_id: int | None = Field(default=None, index=True)
    staff_id: int | None = None
    message_id: int | None = None
    data: Mapping[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class InboundRow(SQLModel, table=True):
    """A raw update, stored before it was confirmed to the channel. `lane` keeps one contact's in order;
    those of one `bundle`, such as the pictures of an album, are handled as one.
    """

    __tablename__ = "inbound"
    __table_args__ = (
        UniqueConstraint("channel", "external_id", name="one_update_a_channel"),
        Index("inbound_pending", "id", sqlite_where=IS_PENDING),
        Index("inbound_set_aside", "id", sqlite_where=IS_SET_ASIDE),
        Index("inbound_bundles", "bundle", "id", sqlite_where=IS_BUNDLED),
    )

    id: int | None = Field(default=None, primary_key=True)
    channel: str = Field(max_length=20)
    external_id: str = Field(max_length=80)
    lane: str = Field(max_length=120)
    bundle: str | None = Field(default=None, max_length=80)
    raw: Mapping[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    received_at: datetime = instant(nullable=False)
    status: str = Field(default="pending", max_length=10)
    attempts: int = 0
    not_before: datetime | None = instant()
    error: str | None = None


class OutboxRow(SQLModel, table=True):
    """A text that is committed and not yet delivered; `part` counts the pieces of a long one. Of what
    waits for one recipient the lowest `rank` goes first.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("cause", "kind", "recipient", "part", name="sent_once"),
        Index("outbox_queued", "channel", "rank", "id", sqlite_where=IS_QUEUED),
        Index("outbox_troubled", "id", sqlite_where=IS_TROUBLED),
        Index("outbox_of_message", "message_id"),
        Index("outbox_of_alert", "alert_id", sqlite_where=text("alert_id IS NOT NULL")),
        Index("outbox_pings", "recipient", "remote_id", sqlite_where=IS_PING),
        Index("outbox_notices", "recipient", "id", sqlite_where=IS_NOTICE),
    )

    id: int | None = Field(default=None, primary_key=True)
    cause: str = Field(max_length=80)
    kind: str = Field(max_length=12)
    channel: str = Field(max_length=20)
    recipient: str = Field(max_length=80)
    part: int = 0
    rank: int = 0
    text: str = Field(sa_column=Column(Text, nullable=False))
    payload: Mapping[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False, default=dict)
    )
    status: str = Field(default="queued", max_length=10)
    conversation_id: int | None = Field(default=None, index=True)
    epoch: int | None = None
    message_id: int | None = None
    alert_id: int | None = None
    created_at: datetime = instant(nullable=False)
    not_before: datetime | None = instant()
    attempts: int = 0
    error: str | None = None
    remote_id: str | None = None


class MarkRow(SQLModel, table=True):
    """A named position: where an intake stands, when a calendar job ran last."""

    __tablename__ = "marks"

    name: str = Field(primary_key=True, max_length=80)
    value: str = Field(max_length=200)


CONTACTS = table(ContactRow)
CONVERSATIONS = table(ConversationRow)
MESSAGES = table(MessageRow)
LOG = table(LogRow)
INBOUND = table(InboundRow)
OUTBOX = table(OutboxRow)
COPIES = table(CopyRow)
TOPICS = table(TopicRow)
BUSINESS = table(BusinessRow)
REMOVALS = table(RemovalRow)
MARKS = table(MarkRow)
