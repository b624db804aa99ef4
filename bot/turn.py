"""One message of a contact: load, decide, save, log, enqueue, all in the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot import contacts, conversation, cover, flood, ledger, outbox
from bot.brand import Brand
from bot.contacts import Thread
from bot.conversation import (
    Answer,
    AskBack,
    ContactWrote,
    DraftHolding,
    Facts,
    JoinTicket,
    OpenTicket,
    React,
    ReopenTicket,
    Say,
    SayHolding,
    TellStatus,
)
from bot.mode import mode_of
from bot.outbox import Letter
from bot.replies import Reply, replies
from bot.wording import clock_words
from handoff import clocks, events, people, statements, tickets
from handoff.entry import Effect, Entry
from handoff.policy import RESPONSES, Category, Kind
from handoff.staff import is_on_call
from handoff.tickets import Filed
from knowledge.reading import SIGNALS, Reading


@dataclass(frozen=True, slots=True)
class Said:
    """A message of a contact as its channel brought it.

    `at` is when the contact sent it, by the channel's word. `tapped` is the article of a button, `wants`
    what a button or a command says outright, a signal or "status", and `language` in which it is answered
    where nothing was said in words before. `media` are its pictures and files;
    `reply_to` is the message of ours or theirs that it answers. `from_group` says that it was written
    where others read: whether we may write to them in private is not known by that.
    """

    channel: str
    external_id: str
    name: str
    text: str
    at: datetime
    tapped: str | None = None
    remote_id: str | None = None
    kind: str = "text"
    wants: str | None = None
    language: str | None = None
    media: Sequence[Mapping[str, Any]] = ()
    reply_to: int | None = None
    from_group: bool = False


@dataclass(frozen=True, slots=True)
class _Turn:
    """One message on its way through: everything the steps below share."""

    conn: Connection
    brand: Brand
    thread: Thread
    said: Said
    message: int
    language: str
    reading: Reading
    newest: Filed | None
    now: datetime


def contact_wrote(
    conn: Connection, brand: Brand, said: Said, now: datetime, *, behind: int | None = None
) -> int:
    """Store a contact's message and do what it calls for; returns the message's id.

    The clocks count from the instant at which the contact sent it, not from when it was handled.
    `behind` is how many messages of the contact wait behind it; None means that nobody hurries. In a
    flood only the last of them is answered, once a window: the others are read and stored, and NotYet
    is raised, which undoes this one, where its own time has not come.
    """
    thread = contacts.find_or_add(
        conn, said.channel, said.external_id, said.name, now, reaches=not said.from_group
    )
    day = said.at.astimezone(brand.zone).date()
    reading = brand.understanding.read(said.text, on=day, topic=thread.memory.topic)
    if said.wants is not None:
        reading = _wanting(reading, said.wants)
    newest = tickets.find_newest(conn, thread.id)
    mode = mode_of(blocked=thread.blocked, newest=newest.ticket if newest else None, now=said.at)
    message = contacts.add_message(
        conn, thread.id, direction="in", author="contact", source=said.kind, text=said.text, at=said.at,
        remote_id=said.remote_id, reading=_summary(reading), media=_media(said), reply_to=said.reply_to,
        ticket_id=newest.id if newest and newest.ticket.is_open else None,
    )  # fmt: skip
    tapped = next(
        (a for a, question in thread.memory.offers if said.tapped == a or question == said.text), None
    )
    article = brand.understanding.article(tapped) if tapped else None
    if article is None or not article.is_valid(day):
        tapped = None
    if tapped:
        contacts.change_message(conn, message, article=tapped)
    facts = Facts(
        reading=reading,
        mode=mode,
        offers=brand.understanding.offers(reading),
        category=newest.ticket.category if newest else None,
        is_resolved=newest is not None and not newest.ticket.is_open,
        cover=cover.find_cover(conn, brand, thread, reading, tapped, now),
    )
    memory, actions = conversation.decide(thread.memory, ContactWrote(said.at, tapped), facts)
    allowed = actions if behind is None else flood.restrained(conn, thread, actions, behind, now)
    if len(allowed) < len(actions):
        memory = thread.memory
    language = reading.language
    if tapped or said.wants:
        language = thread.language or said.language or language
    contacts.remember(conn, thread, memory, language, said.at)
    turn = _Turn(conn, brand, thread, said, message, language, reading, newest, now)
    ledger.record(
        conn, brand, [Entry("received", conversation=thread.id, data={"mode": mode, "message": message})], now
    )
    for action in allowed:
        _carry_out(turn, action)
    ledger.record(conn, brand, cover.complained(conn, brand, thread, reading, message, said.at, now), now)
    return message


def fail(conn: Connection, brand: Brand, said: Said, now: datetime) -> None:
    """Hand a message over that the bot could not handle: it is stored and a person reads it."""
    thread = contacts.find_or_add(conn, said.channel, said.external_id, said.name, now)
    newest = tickets.find_newest(conn, thread.id)
    message = contacts.add_message(
        conn, thread.id, direction="in", author="contact", source=said.kind, text=said.text, at=said.at,
        remote_id=said.remote_id, media=_media(said), reply_to=said.reply_to,
        ticket_id=newest.id if newest and newest.ticket.is_open else None,
    )  # fmt: skip
    if thread.blocked or (newest and newest.ticket.is_open):
        return
    silent = Reading(said.text, brand.language, (), (), dict.fromkeys(SIGNALS, 0.0), ())
    turn = _Turn(conn, brand, thread, said, message, thread.language or brand.language, silent, newest, now)
    _open(turn, OpenTicket(Category.QUESTION, "failure"))


def _wanting(reading: Reading, wants: str) -> Reading:
    """Return the reading of what a button or a command says outright: a signal, or the status."""
    if wants == "status":
        return replace(reading, sure=(), asks_status=True)
    signals = {**reading.signals, wants: 1.0}
    return replace(reading, sure=(), signals=signals, terms=(*reading.terms, f"{wants}:button"))


def _media(said: Said) -> list[dict[str, Any]] | None:
    return [dict(one) for one in said.media] or None


def _carry_out(turn: _Turn, action: conversation.Action) -> None:
    match action:
        case OpenTicket():
            _open(turn, action)
        case JoinTicket(severe, thanks):
            if turn.newest is not None:
                _join(turn, turn.newest, severe=severe, thanks=thanks)
        case ReopenTicket(severe):
            if turn.newest is not None:
                _reopen(turn, turn.newest, severe=severe)
        case TellStatus():
            if turn.newest is not None:
                _tell_status(turn, turn.newest)
        case SayHolding(statement):
            said = _send(turn, Reply("holding", statements.get(turn.conn, statement).text))
            if said is not None:
                statements.mark_told(turn.conn, statement, turn.thread.id, said, turn.now)
        case DraftHolding(statement):
            ticket = contacts.open_ticket(turn.conn, turn.thread.id)
            draft = cover.lay_before(turn.conn, turn.thread, statement, ticket, turn.now)
            ledger.record(turn.conn, turn.brand, [draft], turn.now)
        case React():
            _say(turn, action, react_to=turn.said.remote_id)
        case Answer() | Say() | AskBack():
            _say(turn, action)


def _open(turn: _Turn, action: OpenTicket) -> None:
    """Open the ticket and acknowledge it once: what was understood, and by when a person answers."""
    promises = turn.brand.promises
    new, effects = tickets.open_for_contact(
        turn.conn, promises, turn.thread.id, action.category, turn.said.at, turn.now
    )
    contacts.change_message(turn.conn, turn.message, ticket_id=new)
    ledger.record(turn.conn, turn.brand, effects, turn.now)
    due = clocks.running(turn.conn, new).get(Kind.FIRST_RESPONSE)
    asks = turn.brand.asks_customer and turn.thread.asked_at is None and turn.thread.reachable
    asks = asks and action.category is not Category.CRISIS
    if asks:
        contacts.mark_asked(turn.conn, turn.thread, turn.now)
    _say(turn, action, due=due, ticket=new, asks=asks)


def _join(turn: _Turn, filed: Filed, *, severe: bool, thanks: bool = False) -> None:
    """Put the message with the open ticket; a severe one makes it a crisis, counted from this message."""
    event = events.ContactWrote(turn.said.at, thanks=thanks)
    effects = tickets.apply(turn.conn, turn.brand.promises, filed, event, turn.now)
    if severe and filed.ticket.category is not Category.CRISIS:
        effects += _apply(turn, filed.id, events.Recategorised(Category.CRISIS, turn.said.at))
    ledger.record(turn.conn, turn.brand, effects, turn.now)


def _reopen(turn: _Turn, filed: Filed, *, severe: bool) -> None:
    """Take the matter up again for the person who had it; if they are not there, anyone may claim."""
    contacts.change_message(turn.conn, turn.message, ticket_id=filed.id)
    last = filed.ticket.assignee
    effects = _apply(turn, filed.id, events.Reopened(last or 0, turn.said.at, by_contact=True))
    holder = people.find_by_id(turn.conn, last) if last is not None else None
    if holder is None or not is_on_call(holder, turn.brand.zone, turn.now):
        effects += _apply(turn, filed.id, events.Released(turn.said.at))
    ledger.record(turn.conn, turn.brand, effects, turn.now)
    _join(turn, tickets.get(turn.conn, filed.id), severe=severe)


def _apply(turn: _Turn, ticket_id: int, event: events.Event) -> list[Effect]:
    return tickets.apply(turn.conn, turn.brand.promises, tickets.get(turn.conn, ticket_id), event, turn.now)


def _tell_status(turn: _Turn, filed: Filed) -> None:
    due = min((at for k, at in clocks.running(turn.conn, filed.id).items() if k in RESPONSES), default=None)
    say = turn.brand.wording.say
    if due is None:
        text = say("status_open", turn.language, ticket=f"#{filed.id}")
    elif due <= turn.now:
        text = say("status_late", turn.language, ticket=f"#{filed.id}")
    else:
        time = clock_words(due, turn.now, turn.brand.zone, turn.language)
        text = say("status", turn.language, ticket=f"#{filed.id}", time=time)
    _send(turn, Reply("status", text))


def _say(
    turn: _Turn,
    action: conversation.Action,
    *,
    due: datetime | None = None,
    ticket: int | None = None,
    react_to: str | None = None,
    asks: bool = False,
) -> None:
    spoken = replies(turn.brand, action, turn.said.text, turn.language, turn.now, due, asks=asks)
    for part, reply in enumerate(spoken):
        _send(turn, reply, ticket=ticket, part=part, react_to=react_to)


def say(
    conn: Connection, thread: Thread, source: str, text: str, cause: str, now: datetime, **payload: object
) -> None:
    """Store and queue one more text of the bot's, fenced by the epoch in which it was decided."""
    _queue(conn, thread, Reply(source, text), cause, now, payload)


def _send(
    turn: _Turn, reply: Reply, *, ticket: int | None = None, part: int = 0, react_to: str | None = None
) -> int | None:
    """Say it and return the message, unless we may not write to them: they opened no private chat yet."""
    if not turn.thread.reachable:
        return None
    payload: dict[str, object] = {"language": turn.language}
    if reply.offers:
        payload["buttons"] = [list(offer) for offer in reply.offers]
    elif reply.article is not None:
        payload["feedback"] = True
    if react_to:
        payload["react_to"] = react_to
    cause = f"message:{turn.message}:{part}" if part else f"message:{turn.message}"
    return _queue(turn.conn, turn.thread, reply, cause, turn.now, payload, ticket)


def _queue(
    conn: Connection,
    thread: Thread,
    reply: Reply,
    cause: str,
    now: datetime,
    payload: Mapping[str, object],
    ticket: int | None = None,
) -> int:
    """Store what the bot says, queue it, fenced by the epoch in which it was decided, and return it."""
    epoch = ledger.settle_mode(conn, thread.id, now)
    message = contacts.add_message(
        conn, thread.id, direction="out", author="bot", source=reply.source, text=reply.text,
        article=reply.article, offers=[list(offer) for offer in reply.offers], at=now, status="queued",
        ticket_id=ticket,
    )  # fmt: skip
    letter = Letter(
        cause, reply.source, thread.channel, thread.external_id, reply.text, payload=payload,
        conversation=thread.id, epoch=epoch, message=message,
    )  # fmt: skip
    outbox.enqueue(conn, [letter], now)
    return message


def _summary(reading: Reading) -> dict[str, object]:
    """Keep why the bot did what it did, for the desk."""
    return {
        "language": reading.language,
        "decision": reading.decision,
        "matches": [[match.article, round(match.score, 4)] for match in reading.matches],
        "terms": list(reading.terms),
    }
