"""Plays a story on a virtual clock: the real core, a database in memory, a channel that never waits."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from bot import act as values
from bot import acts, contacts, crisis_acts, delivery, journal, ledger, outbox, rating, remedy_acts, turn
from bot.act import Act
from bot.brand import Brand
from bot.database import open_memory, transaction
from bot.journal import Logged
from bot.settings import StaffMember
from bot.story import Line
from bot.tables import CONVERSATIONS
from handoff import climb_rows, people, surveys, sweep, tickets
from handoff.entry import Refused

CHANNEL = "story"
MOST = 2**63
UNADDRESSED = frozenset({*remedy_acts.DECIDES, *crisis_acts.VERBS})  # what names no ticket and no follower


class Simulation:
    """One story being played. Nothing outside it is read or changed."""

    def __init__(
        self, brand: Brand, staff: Sequence[StaffMember], database: Callable[[], Engine] = open_memory
    ) -> None:
        is_asking = brand.satisfaction is not None and brand.satisfaction.simulated
        self._brand = brand if is_asking else replace(brand, satisfaction=None)
        self._engine = database()
        self._failing: Counter[str] = Counter()
        self._shown = 0
        self._refusal = ""
        self._now = datetime.min.replace(tzinfo=UTC)
        with transaction(self._engine) as conn:
            for member in staff:
                people.add_staff(conn, member.name, member.role, None, member.on_call)

    def play(self, story: Sequence[Line], *, narrated: bool = False) -> Iterator[dict[str, Any]]:
        """Yield everything that happens, in order, as the public contract writes it.

        At equal instants the story comes before the sweep, and the clock stops at the last line.
        `narrated` yields the story's own lines too, as kind `story`, for a person to read along.
        """
        for line in story:
            yield from self._pass_time(line.at, including=False)
            self._now = line.at
            if narrated:
                told = {"who": line.who or "story", "says": line.says, "does": line.does, "to": line.to}
                yield {"at": self._local(line.at), "kind": "story", **told, **line.args}
            with transaction(self._engine) as conn:
                self._happen(conn, line)
                self._deliver(conn, line.at)
                yield from self._news(conn)
        if story:
            yield from self._pass_time(story[-1].at, including=True)

    def happened_to(self, ticket: int) -> list[Logged]:
        """Return everything that happened to a ticket; raises Refused where the story has no such one."""
        with transaction(self._engine) as conn:
            tickets.get(conn, ticket)
            return journal.read_ticket(conn, ticket)

    def _pass_time(self, until: datetime, *, including: bool) -> Iterator[dict[str, Any]]:
        while True:
            with transaction(self._engine) as conn:
                due = sweep.next_look(conn)
                if due is None:
                    return
                due = max(due, self._now)  # what an act made overdue is noticed now, as a running sweep would
                if due > until or (due == until and not including):
                    return
                self._now = due
                ledger.sweep(conn, self._brand, due)
                self._deliver(conn, due)
                yield from self._news(conn)

    def _happen(self, conn: Connection, line: Line) -> None:
        if line.does == "wait":
            return
        if line.does == "deliver_fail":
            self._failing[line.to or ""] += 1
        elif line.does == "bounce":
            self._bounce(conn, line)
        elif line.does == "rate":
            self._rate(conn, line)
        elif line.says is not None:
            name = line.who or ""
            turn.contact_wrote(conn, self._brand, turn.Said(CHANNEL, name, name, line.says, line.at), line.at)
        else:
            self._act(conn, line)

    def _bounce(self, conn: Connection, line: Line) -> None:
        """Let the last message to somebody come back that their channel had accepted."""
        thread = contacts.find(conn, CHANNEL, line.to or "")
        messages = contacts.list_messages(conn, thread.id) if thread else []
        sent = [message for message in messages if message.direction == "out" and message.status == "sent"]
        if sent:
            delivery.bounced(conn, self._brand, sent[-1].id, "it came back", line.at)

    def _rate(self, conn: Connection, line: Line) -> None:
        """Let a follower say how it went, with words or without, about the ticket asked about last."""
        name = line.who or ""
        try:
            with conn.begin_nested():
                thread = contacts.find(conn, CHANNEL, name)
                asked = surveys.list_asked(conn, thread.id) if thread else ()
                if thread is None or not asked:
                    raise Refused("unknown", "{name} was not asked how it went", name=name)
                ticket = line.ticket if line.ticket is not None else int(asked[0].ticket_id)
                if not 0 < ticket < MOST:
                    raise Refused("unknown", "there is no ticket {ticket}", ticket=ticket)
                words = values.text(Act("rate", args=line.args), "words", needed=False)
                mark = values.number(Act("rate", args=line.args), "mark") or 0
                rating.rate(conn, self._brand, thread, ticket, mark, line.at, asks=not words)
                said = turn.Said(CHANNEL, name, name, words, line.at)
                if words and not rating.comment(conn, self._brand, thread, ticket, said, line.at):
                    turn.contact_wrote(conn, self._brand, said, line.at)
        except Refused as refused:
            self._refusal = str(refused)
            acts.refuse(conn, self._brand, name, Act("rate", args=line.args), refused, line.at)

    def _act(self, conn: Connection, line: Line) -> None:
        act = Act(line.does or "", args=line.args)
        try:
            person = people.find_staff(conn, line.who or "")
            if person is None:
                raise Refused("unknown", "{name} is not at the desk", name=line.who)
            act = self._addressed(conn, line)
            with conn.begin_nested():
                acts.perform(conn, self._brand, person, act, line.at)
        except Refused as refused:
            self._refusal = str(refused)  # a line is refused once; the record has it without anybody's words
            acts.refuse(conn, self._brand, line.who or "", act, refused, line.at)

    def _addressed(self, conn: Connection, line: Line) -> Act:
        """Name what the act is for: the ticket, the follower, or the only open ticket."""
        verb, args = line.does or "", line.args
        if verb in UNADDRESSED and line.ticket is None and line.to is None:
            return Act(verb, args=args)
        if line.ticket is not None and not 0 < line.ticket < MOST:
            raise Refused("unknown", "there is no ticket {ticket}", ticket=line.ticket)
        if line.ticket is not None:
            return Act(verb, line.ticket, args=args)
        if line.to is not None:
            thread = contacts.find(conn, CHANNEL, line.to)
            if thread is None:
                raise Refused("unknown", "no follower is called {name}", name=line.to)
            return Act(verb, conversation=thread.id, args=args)
        waiting = tickets.list_open(conn)
        if len(waiting) == 1:
            return Act(verb, waiting[0].id, args=args)
        if verb == "ack" and climb_rows.of_crisis(conn):
            return Act(verb, args=args)
        known = conn.execute(select(func.min(CONVERSATIONS.c.id), func.count())).one()
        if not waiting and known[1] == 1:
            return Act(verb, conversation=known[0], args=args)
        if not waiting:
            raise Refused("unknown", "no ticket is open; name a ticket or a follower")
        raise Refused("unknown", "{count} tickets are open; name a ticket or a follower", count=len(waiting))

    def _deliver(self, conn: Connection, now: datetime) -> None:
        while ready := outbox.list_ready(conn, now):
            for row in ready:
                if not outbox.mark_sending(conn, row.id):
                    continue
                name = self._name(conn, row.channel, row.recipient)
                if self._failing[name]:
                    self._failing[name] -= 1
                    delivery.failed(conn, self._brand, row.id, "403: blocked", now, blocked=True)
                else:
                    delivery.delivered(conn, self._brand, row.id, now)

    def _name(self, conn: Connection, channel: str, recipient: str) -> str:
        return recipient if channel == CHANNEL else people.name_of(conn, int(recipient)) or recipient

    def _news(self, conn: Connection) -> Iterator[dict[str, Any]]:
        for entry in journal.read_since(conn, self._shown):
            self._shown = entry.id
            line = self._line(conn, entry)
            if line is not None:
                yield {"at": self._local(entry.at), "kind": entry.kind, **line}

    def _line(self, conn: Connection, entry: Logged) -> dict[str, Any] | None:
        data = entry.data
        match entry.kind:
            case "message":
                message = contacts.get_message(conn, entry.message or 0)
                said = {
                    "to": contacts.get(conn, message.conversation_id).name,
                    "by": people.name_of(conn, message.staff_id) or "bot",
                    "source": message.source,
                    "text": message.text,
                }
                return said | ({"article": message.article} if message.article else {})
            case "mode":
                return {"contact": self._contact(conn, entry), "mode": data["mode"]}
            case "ticket":
                holder = people.name_of(conn, data["assignee"])
                head = {"ticket": entry.ticket, "contact": self._contact(conn, entry)}
                head |= {"status": data["status"], "category": data["category"]}
                head |= {"assignee": holder} if holder else {}
                due = {kind: self._local(datetime.fromisoformat(at)) for kind, at in data["due"].items()}
                return head | {"due": due}
            case "met" | "breach" | "annulled":
                due_at = datetime.fromisoformat(data["due_at"])
                return {"ticket": entry.ticket, "deadline": data["deadline"], "due_at": self._local(due_at)}
            case "alert":
                alert = {"to": people.name_of(conn, data["to"]), "role": data["role"], "rung": data["rung"]}
                alert |= {"reason": data["reason"]} | ({"ticket": entry.ticket} if entry.ticket else {})
                return alert | {"n": data["n"]} | ({"count": data["count"]} if "count" in data else {})
            case "handover":
                left = people.name_of(conn, data["left"])
                person = {"to": people.name_of(conn, data["to"]), "role": data["role"], "left": left}
                return person | {"tickets": data["tickets"]}
            case "acked":
                acked = {"by": people.name_of(conn, entry.staff), "reason": data["reason"]}
                return acked | ({"ticket": entry.ticket} if entry.ticket else {})
            case "approval" | "override":
                by = people.name_of(conn, entry.staff)
                done = {key: data[key] for key in (entry.kind, "status", "action", "amount")}
                return done | ({"by": by} if by else {})
            case "crisis":
                return {"scope": data["scope"], "status": data["status"]}
            case "rated":
                rated = {"ticket": entry.ticket, "contact": self._contact(conn, entry), "mark": data["mark"]}
                words = contacts.get_message(conn, data["message"]).text if "message" in data else ""
                return rated | ({"words": words} if words else {})
            case "refused":
                return {"who": data["who"], "does": data["act"], "reason": self._refusal}
            case _:
                return None

    def _contact(self, conn: Connection, entry: Logged) -> str:
        return contacts.get(conn, entry.conversation or 0).name

    def _local(self, at: datetime) -> str:
        return at.astimezone(self._brand.zone).isoformat(timespec="seconds")
