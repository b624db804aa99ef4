"""People who leave the desk: what they held goes back to waiting, clocks running on."""

from datetime import datetime

from sqlalchemy import Connection

from handoff import people, tickets
from handoff.entry import Effect
from handoff.policy import Promises
from handoff.staff import Person
from handoff.ticket import Released


def leave(conn: Connection, promises: Promises, person: Person, now: datetime) -> list[Effect]:
    """Let the person act no more and return every ticket they hold to waiting."""
    people.deactivate(conn, person)
    effects: list[Effect] = []
    held = [filed.id for filed in tickets.list_open(conn) if filed.ticket.assignee == person.id]
    for ticket in held:
        effects += tickets.settle(conn, promises, ticket, now, now)
        filed = tickets.get(conn, ticket)
        if filed.ticket.assignee == person.id:  # a broken response may have returned it already
            effects += tickets.apply(conn, promises, filed, Released(now), now)
    return effects
