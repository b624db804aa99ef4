"""What staff wrote to a follower without us: the message stands already, and counts as any other reply."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot import contacts, delivery, ledger
from bot.brand import Brand
from bot.mode import is_lingering
from bot.turn import Said
from handoff import events, tickets
from handoff.entry import Entry
from handoff.staff import Person, outranks_admin
from handoff.ticket import Status


@dataclass(frozen=True, slots=True)
class Owner:
    """Who wrote it: a person of the staff, or the brand's own account, which is nobody in particular."""

    person: Person | None = None

    @property
    def id(self) -> int | None:
        """The person, as tickets name who holds them."""
        return self.person.id if self.person is not None else None


def owner_wrote(conn: Connection, brand: Brand, owner: Owner, said: Said, now: datetime) -> None:
    """Store it as a staff message that arrived: it takes over, and stops the clocks that it answers.

    Nothing is refused, since the follower has read it. A ticket that somebody else holds stays theirs,
    unless the writer outranks them.
    """
    thread = contacts.find_or_add(conn, said.channel, said.external_id, said.name, now)
    newest = tickets.find_newest(conn, thread.id)
    if newest is not None and is_lingering(newest.ticket, said.at):
        ticket = newest.id
    elif newest is None or not newest.ticket.is_open:
        ticket, effects = tickets.open_for_staff(conn, brand.promises, thread.id, owner.id, said.at)
        ledger.record(conn, brand, effects, now)
    else:
        ticket, held = newest.id, newest.ticket.assignee
        event: events.Event | None = None
        if newest.ticket.status is Status.WAITING:
            event = events.Claimed(owner.id)
        elif (
            owner.person is not None
            and held != owner.id
            and (held is None or outranks_admin(owner.person.role))
        ):
            event = events.TakenOver(owner.person.id)
        if event is not None:
            ledger.record(conn, brand, tickets.apply(conn, brand.promises, newest, event, now), now)
    message = contacts.add_message(
        conn, thread.id, direction="out", author="staff", staff_id=owner.id, source="admin", text=said.text,
        at=said.at, status="queued", ticket_id=ticket, remote_id=said.remote_id,
        media=[dict(one) for one in said.media] or None, reply_to=said.reply_to,
    )  # fmt: skip
    ledger.record(
        conn, brand, [Entry("act", ticket, thread.id, owner.id, {"act": "reply", "message": message})], now
    )
    delivery.accepted(conn, brand, message, said.at, now, said.remote_id)
