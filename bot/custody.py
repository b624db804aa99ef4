"""Custody: the head of the audit chain is kept outside, where who changes the database cannot reach."""

from datetime import datetime

from sqlalchemy import Connection

from bot import audit, outbox
from bot.brand import Brand
from bot.outbox import Letter
from bot.places import places, second_places
from handoff import people
from handoff.policy import Role

INSIDE = "desk"  # kept in the same database as the chain


def send_head(conn: Connection, brand: Brand, now: datetime) -> None:
    """Send how many entries there are and the newest hash to the decision-makers, outside of the desk.

    Where nobody can be reached there, nothing is sent; `mimin audit head` prints it.
    """
    entries, head = audit.head(conn)
    if entries == 0:
        return
    text = brand.wording.say("audit_head", brand.language, entries=entries, head=head)
    makers = [person for person in people.list_staff(conn) if person.role is Role.DECISION_MAKER]
    to = {
        place
        for person in makers
        for place in (*places(brand, person.id, person), *second_places(brand, person))
        if place[0] != INSIDE
    }
    facts = {"reason": "audit_head", "entries": entries, "head": head}
    letters = [
        Letter(
            f"head:{now:%Y%m%dT%H%M%S}",
            "notice",
            channel,
            recipient,
            text,
            payload={"staff": True, "facts": facts},
        )
        for channel, recipient in sorted(to)
    ]
    outbox.enqueue(conn, letters, now)
