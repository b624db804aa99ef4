"""Contacts, their conversations and their messages in the database."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Row, Select, bindparam, func, insert, select, update

from bot.conversation import Conversation
from bot.mode import SILENT, Mode, mode_of
from bot.tables import CONTACTS, CONVERSATIONS, IS_CHOSEN, IS_WRITTEN, MESSAGES
from handoff import tickets
from handoff.prepared import Prepared, among
from handoff.staff import Person
from handoff.tables import IS_OPEN, TICKETS
from knowledge.article import Choice

ERASED = "erased:"  # what the address of a contact begins with whose data were deleted


@dataclass(frozen=True, slots=True)
class Thread:
    """A contact with their conversation, as they stand in the database."""

    id: int
    contact: int
    channel: str
    external_id: str
    name: str
    blocked: bool
    reachable: bool
    epoch: int
    language: str | None
    memory: Conversation
    last_at: datetime | None = None
    asked_at: datetime | None = None

    @property
    def is_erased(self) -> bool:
        """Say whether everything known of the contact was deleted."""
        return self.external_id.startswith(ERASED)


def find(conn: Connection, channel: str, external_id: str) -> Thread | None:
    """Return the conversation with somebody on a channel, if they ever wrote."""
    row = BY_NAME.first(conn, channel=channel, external_id=external_id)
    return _thread(row) if row else None


def get(conn: Connection, conversation: int) -> Thread:
    """Return the conversation of that id."""
    return _thread(conn.execute(_joined().where(CONVERSATIONS.c.id == conversation)).one())


def list_threads(conn: Connection, conversations: Sequence[int]) -> list[Thread]:
    """Return these conversations, in their order by id."""
    return [_thread(row) for row in BY_IDS.all(conn, conversations=list(conversations))]


def find_or_add(
    conn: Connection, channel: str, external_id: str, name: str, now: datetime, *, reaches: bool = True
) -> Thread:
    """Return the conversation with somebody, begun now where there was none.

    Who writes can be reached again, unless they wrote elsewhere, which `reaches` says; a changed name is
    taken over.
    """
    known = find(conn, channel, external_id)
    if known is None:
        values = {
            "channel": channel,
            "external_id": external_id,
            "name": name,
            "created_at": now,
            "reachable": reaches,
        }
        contact = conn.execute(insert(CONTACTS).values(values).returning(CONTACTS.c.id)).scalar_one()
        conn.execute(insert(CONVERSATIONS).values(contact_id=contact))
        found = find(conn, channel, external_id)
        if found is None:
            raise LookupError(f"contact {contact} was not stored")
        return found
    reachable = known.reachable or reaches
    if (known.reachable, known.name) != (reachable, name):
        changed = {"reachable": reachable, "name": name}
        conn.execute(update(CONTACTS).where(CONTACTS.c.id == known.contact).values(changed))
    return replace(known, reachable=reachable, name=name)


def is_person(thread: Thread, person: Person) -> bool:
    """Say whether the contact is this member of staff, who then gains by what is granted."""
    if thread.channel == "telegram":
        user = thread.external_id.partition("@")[0]
        return person.telegram is not None and user == str(person.telegram)
    return thread.channel == "story" and thread.external_id.casefold() == person.name.casefold()


def list_names(conn: Connection, but: int) -> list[str]:
    """Return how the followers with an open ticket are called, except one."""
    rows = (
        select(CONTACTS.c.name)
        .join(CONVERSATIONS, CONVERSATIONS.c.contact_id == CONTACTS.c.id)
        .join(TICKETS, TICKETS.c.conversation_id == CONVERSATIONS.c.id)
        .where(IS_OPEN, CONVERSATIONS.c.id != but)
    )
    return list(conn.scalars(rows))


def open_ticket(conn: Connection, conversation: int) -> int | None:
    """Return the ticket that is open in the conversation."""
    newest = tickets.find_newest(conn, conversation)
    return newest.id if newest is not None and newest.ticket.is_open else None


def current_mode(conn: Connection, thread: Thread, now: datetime) -> Mode:
    """Derive who speaks in the conversation at `now`."""
    newest = tickets.find_newest(conn, thread.id)
    return mode_of(blocked=thread.blocked, newest=newest.ticket if newest else None, now=now)


def raise_epochs(conn: Connection, changed: Sequence[tuple[Thread, Mode]]) -> dict[int, int]:
    """Count changes of mode and return the new epochs by conversation.

    Where the bot has to fall silent, what it decided before is fenced off.
    """
    epochs = {thread.id: thread.epoch + 1 for thread, _ in changed}
    for silent in (True, False):
        rows = [
            {"row": thread.id, "epoch": epochs[thread.id]}
            | ({"quiet_epoch": epochs[thread.id]} if silent else {})
            for thread, mode in changed
            if (mode in SILENT) is silent
        ]
        if rows:
            conn.execute(update(CONVERSATIONS).where(CONVERSATIONS.c.id == bindparam("row")), rows)
    return epochs


def remember(conn: Connection, thread: Thread, memory: Conversation, language: str, at: datetime) -> None:
    """Store what the bot keeps between messages."""
    REMEMBER.run(
        conn,
        row=thread.id,
        clarified_at=memory.clarified_at,
        offers=[list(offer) for offer in memory.offers],
        topic=memory.topic,
        language=language,
        last_at=at,
    )


def mark_asked(conn: Connection, thread: Thread, at: datetime) -> None:
    """Remember that the contact was asked for their customer number; it is asked once."""
    conn.execute(update(CONVERSATIONS).where(CONVERSATIONS.c.id == thread.id).values(asked_at=at))


def set_blocked(conn: Connection, thread: Thread, *, blocked: bool) -> None:
    """Block or unblock the contact."""
    conn.execute(update(CONTACTS).where(CONTACTS.c.id == thread.contact).values(blocked=blocked))


def set_unreachable(conn: Connection, channel: str, external_id: str) -> None:
    """Remember that the person blocked us; it is lifted when they write again."""
    mine = update(CONTACTS).where(CONTACTS.c.channel == channel, CONTACTS.c.external_id == external_id)
    conn.execute(mine.values(reachable=False))


def add_message(conn: Connection, conversation: int, **values: object) -> int:
    """Store what was said and return its id."""
    return ADD_MESSAGE.add(conn, **{**UNSAID, "conversation_id": conversation, **values})


def get_message(conn: Connection, message: int) -> Row[Any]:
    """Return one message."""
    return conn.execute(select(MESSAGES).where(MESSAGES.c.id == message)).one()


def find_message(conn: Connection, message: int, conversation: int) -> Row[Any] | None:
    """Return a message of a conversation, None where there is none."""
    mine = (MESSAGES.c.id == message, MESSAGES.c.conversation_id == conversation)
    return conn.execute(select(MESSAGES).where(*mine)).first()


def find_by_origin(conn: Connection, origin: str) -> int | None:
    """Return the message that staff wrote there, if they did."""
    mine = select(MESSAGES.c.id).where(MESSAGES.c.origin == origin, IS_WRITTEN).limit(1)
    found: int | None = conn.execute(mine).scalar_one_or_none()
    return found


def first_message(conn: Connection, ticket: int) -> int:
    """Return the message with which a ticket began; 0 where none is stored with it."""
    return (
        conn.execute(select(func.min(MESSAGES.c.id)).where(MESSAGES.c.ticket_id == ticket)).scalar_one() or 0
    )


def list_messages(conn: Connection, conversation: int, limit: int = 200) -> list[Row[Any]]:
    """Return the newest messages of a conversation, oldest first."""
    newest = select(MESSAGES).where(MESSAGES.c.conversation_id == conversation)
    return list(conn.execute(newest.order_by(MESSAGES.c.id.desc()).limit(limit)))[::-1]


def list_replies(conn: Connection, ticket: int) -> list[Row[Any]]:
    """Return the staff messages of a ticket that the channel accepted, in the order it did."""
    mine = (MESSAGES.c.ticket_id == ticket, MESSAGES.c.author == "staff", MESSAGES.c.status == "sent")
    accepted = (MESSAGES.c.direction == "out", MESSAGES.c.accepted_at.is_not(None))
    return list(conn.execute(select(MESSAGES).where(*mine, *accepted).order_by(MESSAGES.c.accepted_at)))


def list_spoken(conn: Connection, conversation: int, since: datetime, most: int) -> list[datetime]:
    """Return when the bot spoke last by itself, the newest first."""
    return [row.at for row in SPOKEN.each(conn, conversation=conversation, since=since, most=most)]


def list_choices(conn: Connection, most: int = 2_000, each: int = 5) -> list[Choice]:
    """Return what followers meant: the text that the bot asked back about, and the button they took.

    A text counts once a contact, and a contact `each` times, the newest first: nobody teaches the bot alone.
    """
    asking, asked = MESSAGES.alias(), MESSAGES.alias()
    clarified = (
        select(func.max(asking.c.id))
        .where(
            asking.c.conversation_id == MESSAGES.c.conversation_id,
            asking.c.id < MESSAGES.c.id,
            asking.c.source == "clarify",
        )
        .scalar_subquery()
    )
    before = (
        select(func.max(asked.c.id))
        .where(
            asked.c.conversation_id == MESSAGES.c.conversation_id,
            asked.c.id < clarified,
            asked.c.direction == "in",
        )
        .scalar_subquery()
    )
    taps = select(MESSAGES.c.id, before.label("asked"), MESSAGES.c.article).where(IS_CHOSEN)
    newest = taps.order_by(MESSAGES.c.id.desc()).limit(most).subquery()
    told = select(asked.c.text, asked.c.conversation_id, newest.c.article)
    rows = conn.execute(told.join(newest, newest.c.asked == asked.c.id).order_by(newest.c.id.desc()))
    seen: Counter[int] = Counter()
    choices: dict[tuple[int, str], Choice] = {}
    for text, conversation, article in rows:
        if text and seen[conversation] < each and (conversation, text) not in choices:
            seen[conversation] += 1
            choices[conversation, text] = Choice(text, article)
    return list(choices.values())


def change_message(conn: Connection, message: int, **values: object) -> None:
    """Change what is known of a message: its ticket, its delivery."""
    conn.execute(update(MESSAGES).where(MESSAGES.c.id == message).values(**values))


def _joined() -> Select[Any]:
    return select(
        CONVERSATIONS, CONTACTS.c.channel, CONTACTS.c.external_id, CONTACTS.c.name, CONTACTS.c.blocked,
        CONTACTS.c.reachable,
    ).join(CONTACTS, CONTACTS.c.id == CONVERSATIONS.c.contact_id)  # fmt: skip


def _thread(row: Row[Any]) -> Thread:
    memory = Conversation(row.clarified_at, tuple((a, q) for a, q in row.offers), row.topic)
    return Thread(
        row.id, row.contact_id, row.channel, row.external_id, row.name, row.blocked, row.reachable,
        row.epoch, row.language, memory, row.last_at, row.asked_at,
    )  # fmt: skip


# Carried out for every message of a follower.
BY_NAME = Prepared(
    _joined().where(
        CONTACTS.c.channel == bindparam("channel"), CONTACTS.c.external_id == bindparam("external_id")
    )
)
BY_IDS = Prepared(_joined().where(among(CONVERSATIONS.c.id, "conversations")).order_by(CONVERSATIONS.c.id))
REMEMBER = Prepared(
    update(CONVERSATIONS).where(CONVERSATIONS.c.id == bindparam("row")),
    "clarified_at", "offers", "topic", "language", "last_at",
)  # fmt: skip
# What a message is where nothing else is said of it.
UNSAID: Mapping[str, object] = {
    "ticket_id": None, "staff_id": None, "article": None, "offers": [], "reading": None, "awaiting": False,
    "is_update": False, "accepted_at": None, "status": "stored", "remote_id": None, "media": None,
    "reply_to": None, "origin": None, "deleted_at": None, "helped": None,
}  # fmt: skip
ADD_MESSAGE = Prepared(
    insert(MESSAGES), *UNSAID, "conversation_id", "direction", "author", "source", "text", "at"
)
SPOKEN = Prepared(
    select(MESSAGES.c.at)
    .where(
        MESSAGES.c.conversation_id == bindparam("conversation"),
        MESSAGES.c.author == "bot",
        MESSAGES.c.at > bindparam("since"),
    )
    .order_by(MESSAGES.c.id.desc())
    .limit(bindparam("most", type_=Integer))
)
