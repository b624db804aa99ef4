"""What a crisis covers: whether canned answers are stopped for a message, and what is said instead."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, literal_column, select

from bot import contacts
from bot.brand import Brand
from bot.contacts import Thread
from bot.conversation import Cover
from bot.tables import CONTACTS
from handoff import signs, statements
from handoff.authority_tables import CRISES, PAUSES
from handoff.crisis import ALL, in_scope
from handoff.entry import Effect, Entry
from handoff.prepared import Prepared
from knowledge.reading import Reading

# Asked for every message of a follower, and most often the answer is nothing. The first condition is the
# partial index in its own words.
GOING_ON = Prepared(
    select(CRISES.c.id, CRISES.c.scope)
    .where(CRISES.c.status != literal_column("'normal'"), CRISES.c.status == literal_column("'crisis'"))
    .order_by(CRISES.c.id.desc())
)
PAUSED = Prepared(select(PAUSES.c.scope, PAUSES.c.until).where(PAUSES.c.look_at.is_not(None)))


@dataclass(frozen=True, slots=True)
class Stop:
    """Canned answers are stopped in a scope: in a crisis, or in a pause `until` an instant."""

    scope: str
    until: datetime | None = None


def list_stops(conn: Connection, now: datetime) -> list[Stop]:
    """Return where canned answers are stopped now, crises first."""
    crises = [Stop(row.scope) for row in GOING_ON.all(conn)]
    return crises + [Stop(row.scope, row.until) for row in PAUSED.all(conn) if row.until > now]


def find_cover(
    conn: Connection, brand: Brand, thread: Thread | None, reading: Reading, tapped: str | None, now: datetime
) -> Cover | None:
    """Return what covers a message: a crisis with its words, or a pause; None where answers go on.

    `thread` is None for a follower who never wrote before, and was told nothing.
    """
    going_on, paused = GOING_ON.all(conn), PAUSED.all(conn)
    if not going_on and not paused:
        return None
    article = brand.understanding.article(tapped) if tapped else brand.understanding.best_article(reading)
    name, tags = (article.id, article.tags) if article else (None, ())
    covering = [row.id for row in going_on if in_scope(row.scope, name, tags)]
    for crisis in covering:
        live = statements.find_live(conn, crisis, now)
        if live is not None:
            was_told = thread is not None and statements.was_told(conn, live.id, thread.id)
            return Cover(None if was_told else live.id)
    is_paused = any(row.until > now and in_scope(row.scope, name, tags) for row in paused)
    return Cover() if covering or is_paused else None


def lay_before(conn: Connection, thread: Thread, statement: int, ticket: int | None, now: datetime) -> Entry:
    """Note the holding statement for who holds the conversation, once; they decide whether it is said."""
    row = statements.get(conn, statement)
    draft = contacts.add_message(
        conn, thread.id, direction="note", author="bot", source="draft", text=row.text, at=now,
        ticket_id=ticket,
    )  # fmt: skip
    statements.mark_told(conn, statement, thread.id, draft, now, is_draft=True)
    return Entry("draft", ticket, thread.id, data={"message": draft})


def complained(
    conn: Connection,
    brand: Brand,
    thread: Thread,
    reading: Reading,
    message: int,
    at: datetime,
    now: datetime,
) -> list[Effect]:
    """Count a message that complains, and begin a watch where it is severe or one of too many."""
    severe = reading.fired("crisis")
    if thread.blocked or reading.fired("spam") or not (severe or reading.fired("complaint")):
        return []
    best = brand.understanding.best_article(reading)
    declared = [row.scope for row in GOING_ON.all(conn) if row.scope != ALL]
    known = best is not None and any(in_scope(scope, best.id, best.tags) for scope in declared)
    first = conn.execute(select(CONTACTS.c.created_at).order_by(CONTACTS.c.id).limit(1)).scalar_one()
    return signs.complained(
        conn, brand.promises, thread.id, message, best.id if best else None, at, now,
        ticket=contacts.open_ticket(conn, thread.id), severe=severe, history_since=first, known=known,
    )  # fmt: skip
