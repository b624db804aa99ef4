"""What the staff's group is told: it follows the log, and keeps one topic a follower up to date."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import OperationalError

from bot import contacts, granting, journal, outbox
from bot.asking import RATING
from bot.brand import Brand
from bot.card import Card, Matter, Promise, card_of
from bot.contacts import Thread
from bot.cutting import LONGEST, shortened, units
from bot.journal import Logged
from bot.mode import Mode
from bot.outbox import CARDS, WORDS, Letter, Status
from bot.tables import IS_QUEUED, MARKS, OUTBOX, TOPICS
from bot.wording import quote
from handoff import people, surveys, tickets
from handoff.deadline import Status as ClockStatus
from handoff.policy import Reason
from handoff.prepared import savepoint
from handoff.satisfaction import FACES
from handoff.tables import DEADLINES
from handoff.tickets import Filed

log = logging.getLogger(__name__)
MARK = "topics:position"
CHANNEL = "telegram"
AT_ONCE = 200
SHORT = 3  # messages that wait for the group: from then on they are joined
TOLD = 300  # of each message before, where a topic begins
# What becomes of these is not told in the topic that it did not reach.
OWN_KINDS = frozenset({"relay", "context", "bell", "card", "notice", "sign", "callback", "erase", "alert"})
SHOWS = frozenset({"ticket", "alert", "breach", "met", "annulled", "acked", "approval", "override", "rated"})
NOTED = frozenset({"note", "promise", "take_over"})


def is_behind(conn: Connection) -> bool:
    """Say whether something happened that the group has not been told of."""
    return _mark(conn) != journal.position(conn)


def follow(conn: Connection, brand: Brand, group: int, now: datetime) -> None:
    """Queue what the log says since the last time, a topic's updates joined, in the caller's transaction.

    A group that is new begins with what happens from now on.
    """
    mark = _mark(conn)
    if mark is None:
        _set_mark(conn, journal.position(conn))
        return
    news = journal.read_since(conn, mark, AT_ONCE)
    if not news:
        return
    of_ticket = tickets.conversations(conn, {one.ticket for one in news if one.ticket})
    told: dict[int, list[Logged]] = defaultdict(list)
    for one in news:
        conversation = one.conversation or of_ticket.get(one.ticket or 0)
        if conversation is not None:
            told[conversation].append(one)
    for conversation, entries in told.items():
        try:
            with savepoint(conn):
                thread = contacts.get(conn, conversation)
                if not thread.is_erased:
                    _Topic(conn, brand, group, thread, now).tell(entries)
        except OperationalError:
            raise
        except Exception:  # the desk has it; one follower must not keep the others from the group
            log.exception("the group could not be told of conversation %s", conversation)
    _set_mark(conn, news[-1].id)


def load_card(conn: Connection, brand: Brand, conversation: int, now: datetime) -> Card | None:
    """Return the card of a conversation's newest ticket, as it stands now."""
    filed = tickets.find_newest(conn, conversation)
    if filed is None:
        return None
    thread = contacts.get(conn, conversation)
    running = select(DEADLINES.c.kind, DEADLINES.c.due_at, DEADLINES.c.warn_at).where(
        DEADLINES.c.ticket_id == filed.id, DEADLINES.c.status == ClockStatus.RUNNING
    )
    owed = [Promise(*row) for row in conn.execute(running.order_by(DEADLINES.c.due_at))]
    said = [m for m in contacts.list_messages(conn, conversation, 30) if m.direction == "in"]
    about = next((m.text for m in said if m.ticket_id == filed.id), said[-1].text if said else "")
    where = brand.wording.say(_place(thread), brand.language)
    holder = people.name_of(conn, filed.ticket.assignee)
    person = people.find_by_id(conn, filed.ticket.assignee) if filed.ticket.assignee is not None else None
    rooms = granting.rooms(conn, brand.promises, person, filed, now) if person is not None else ()
    room = granting.room_words(rooms)
    survey = surveys.find(conn, filed.id)
    mark = survey.mark if survey is not None else None
    matter = Matter(filed, thread.name, where, holder, owed, quote(about), room, mark)
    return card_of(matter, brand.wording, brand.language, brand.zone, now)


def load_context(conn: Connection, brand: Brand, conversation: int, upto: int | None, most: int) -> str:
    """Return the last messages of a conversation, a line each, before the message `upto`."""
    rows = contacts.list_messages(conn, conversation, most + 20)
    before = [row for row in rows if upto is None or row.id < upto][-most:]
    thread = contacts.get(conn, conversation)
    return "\n".join(f"{_speaker(conn, brand, thread, row)}{shortened(row.text, TOLD)}" for row in before)


class _Topic:
    """The topic of one conversation, while the group is told what happened there."""

    def __init__(self, conn: Connection, brand: Brand, group: int, thread: Thread, now: datetime) -> None:
        self._conn = conn
        self._brand = brand
        self._group = str(group)
        self._thread = thread
        self._now = now

    def tell(self, entries: Sequence[Logged]) -> None:
        """Queue messages, alerts and, at most once, the card."""
        filed = tickets.find_newest(self._conn, self._thread.id)
        if filed is None:
            return
        mode = contacts.current_mode(self._conn, self._thread, self._now)
        first = contacts.first_message(self._conn, filed.id)
        bells: dict[tuple[object, ...], list[Logged]] = defaultdict(list)
        for one in entries:
            match one.kind:
                case "received" | "edited" | "message" | "act" | "deleted" | "draft":
                    self._message(one, mode, first)
                case "rated" if "message" in one.data:
                    self._message(one, mode, first)
                case "rated":
                    mark = int(str(one.data["mark"]))
                    self._line(one, self._say("topic_rated", face=FACES[mark], mark=mark))
                case "alert" if one.ticket is not None and one.data["reason"] != Reason.DIGEST:
                    key = (one.ticket, one.data["reason"], one.data["rung"], one.data["n"])
                    bells[key].append(one)
                case "send_failed" | "send_uncertain" if one.data["kind"] not in OWN_KINDS:
                    self._line(one, self._say(f"topic_{one.kind}"))
                case "unreachable" | "reachable" if mode is not Mode.BOT:
                    self._line(one, self._say(f"topic_{one.kind}"))
        for alerts in bells.values():
            self._bell(filed, alerts)
        if any(one.kind in SHOWS for one in entries):
            self._card(filed, entries[-1])

    def _message(self, one: Logged, mode: Mode, first: int) -> None:
        """Pass a message on, unless it was a matter of the bot's alone or was written in the topic itself.

        What was said before the `first` message of the ticket stands under the card.
        """
        number = one.message or one.data.get("message")
        if number is None or (one.kind == "act" and one.data["act"] not in NOTED):
            return
        row = contacts.get_message(self._conn, int(str(number)))
        was_bots = one.data.get("mode", mode) == Mode.BOT and row.ticket_id is None
        if was_bots or row.origin is not None or row.id < first:
            return
        if one.kind == "deleted":
            self._line(one, self._say("topic_deleted"), reply=row.id)
            return
        prefix = _speaker(self._conn, self._brand, self._thread, row)
        is_plain = row.author == "contact" and row.source not in ("edit", RATING)
        payload: dict[str, Any] = {"lines": [[prefix, _words(row), is_plain]], "copies": [row.id]}
        if row.reply_to is not None:
            payload["reply"] = row.reply_to
        if is_plain and row.remote_id and row.remote_id.isdecimal():
            payload["from"] = self._thread.external_id
            payload["ids"] = [part["id"] for part in row.media or ()] or [int(row.remote_id)]
            if row.media:
                payload["media"] = list(row.media)
        self._relay(one, payload)

    def _line(self, one: Logged, text: str, reply: int | None = None) -> None:
        payload: dict[str, Any] = {"lines": [["", text, False]], "copies": []}
        self._relay(one, payload | ({"reply": reply} if reply is not None else {}))

    def _relay(self, one: Logged, payload: dict[str, Any]) -> None:
        """Queue it; where the group is short of its 20 messages a minute, joined with what waits for the
        same topic.
        """
        mine = (IS_QUEUED, OUTBOX.c.recipient == self._group, OUTBOX.c.kind == "relay")
        waiting = self._conn.execute(
            select(OUTBOX.c.id, OUTBOX.c.payload, OUTBOX.c.conversation_id)
            .where(*mine)
            .order_by(OUTBOX.c.id.desc())
        ).all()
        last = next((row for row in waiting if row.conversation_id == self._thread.id), None)
        joined = _joined(last.payload, payload) if last is not None and len(waiting) >= SHORT else None
        if last is not None and joined is not None:
            changed = update(OUTBOX).where(OUTBOX.c.id == last.id)
            self._conn.execute(changed.values(payload=joined, text=text_of(joined["lines"])))
            return
        payload["topic"] = self._thread.id
        self._queue(f"relay:{one.id}", "relay", text_of(payload["lines"]), payload, WORDS)

    def _bell(self, filed: Filed, alerts: Sequence[Logged]) -> None:
        """Say in the topic who is called, ahead of everything that waits."""
        first = alerts[0]
        names = ", ".join(str(people.name_of(self._conn, int(str(one.data["to"])))) for one in alerts)
        text = self._say(f"bell_{first.data['reason']}", ticket=filed.id, names=names, n=first.data["n"])
        payload = {"topic": self._thread.id, "ack": filed.id}
        self._queue(f"bell:{first.id}", "bell", text, payload, outbox.ANYTHING)

    def _card(self, filed: Filed, last: Logged) -> None:
        """Have the card written anew; what is still waiting to be is not written twice."""
        waiting = update(OUTBOX).where(
            IS_QUEUED, OUTBOX.c.conversation_id == self._thread.id, OUTBOX.c.kind == "card"
        )
        self._conn.execute(waiting.values(status=Status.DISCARDED, error="a newer one follows"))
        self._queue(f"card:{last.id}", "card", f"#{filed.id}", {"topic": self._thread.id}, CARDS)

    def _queue(self, cause: str, kind: str, text: str, payload: Mapping[str, Any], rank: int) -> None:
        letter = Letter(
            cause, kind, CHANNEL, self._group, text, payload=payload, conversation=self._thread.id, rank=rank
        )
        outbox.enqueue(self._conn, [letter], self._now)

    def _say(self, key: str, **values: object) -> str:
        return self._brand.wording.say(key, self._brand.language, **values)


def text_of(lines: Sequence[Sequence[Any]]) -> str:
    """Write lines of [who, text, by the follower] as one text; a follower's alone need not be named."""
    if len(lines) == 1 and lines[0][2]:
        return str(lines[0][1])
    return "\n".join(f"{who}{text}" for who, text, _ in lines)


def _words(row: Row[Any]) -> str:
    """Return what was said; a file that only the desk can show is named below it."""
    names = [f"📎 {one['name']}" for one in row.media or () if "upload" in one and one["caption"].strip()]
    return "\n".join([row.text, *names])


def _joined(waiting: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return both as one text; None where one is more than words, or they are too long together."""
    if any(key in one for one in (waiting, new) for key in ("media", "reply")):
        return None
    lines = [*waiting["lines"], *new["lines"]]
    if units(text_of(lines)) > LONGEST:
        return None
    return {"lines": lines, "copies": [*waiting["copies"], *new["copies"]], "topic": waiting["topic"]}


def _speaker(conn: Connection, brand: Brand, thread: Thread, row: Row[Any]) -> str:
    """Return who says it, as a line begins."""
    if row.author == "contact":
        sign = {"edit": "✏️ ", RATING: "⭐ "}.get(row.source, "")
        return f"{sign}{thread.name}: "
    if row.author == "bot":
        return "🤖 "
    name = people.name_of(conn, row.staff_id) or brand.name
    return f"📝 {name}: " if row.direction == "note" else f"👤 {name}: "


def _place(thread: Thread) -> str:
    if thread.channel != CHANNEL:
        return f"place_{thread.channel}"
    if "@" in thread.external_id:
        return "place_business"
    return "place_direct" if "/" in thread.external_id else "place_telegram"


def _mark(conn: Connection) -> int | None:
    found = conn.execute(select(MARKS.c.value).where(MARKS.c.name == MARK)).scalar_one_or_none()
    return int(found) if found is not None else None


def _set_mark(conn: Connection, position: int) -> None:
    row = insert(MARKS).values(name=MARK, value=str(position))
    conn.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": str(position)}))


def find_topic(conn: Connection, group: int, thread: int) -> int | None:
    """Return whose topic this is; None where it is none of ours."""
    mine = select(TOPICS.c.conversation_id).where(TOPICS.c.chat == str(group), TOPICS.c.thread == thread)
    found: int | None = conn.execute(mine).scalar_one_or_none()
    return found
