"""People who leave the desk."""

from handoff.events import Claimed, CustomerAsked
from handoff.shifts import leave
from handoff.ticket import Status
from tests.handoff.cast import Desk, at, desk


def leaves(office: Desk, name: str, now: str) -> None:
    with office.open() as conn:
        effects = leave(conn, office.promises, office.people[name], at(now))
    office.remember(effects, at(now))


def test_who_leaves_returns_what_they_held_with_its_clocks_running_on() -> None:
    office = desk()
    sari, budi = office.people["sari"].id, office.people["budi"].id
    for conversation, holder in enumerate((sari, budi, sari), 1):
        office.complains(at("10:00"), conversation=conversation)
        office.happens(Claimed(holder), at("10:01"), conversation)
    office.happens(CustomerAsked(at("10:02")), at("10:02"), 3)
    leaves(office, "sari", "10:12")
    held = [(office.get(ticket).ticket.status, office.get(ticket).ticket.assignee) for ticket in (1, 2, 3)]
    assert held == [(Status.WAITING, None), (Status.CLAIMED, budi), (Status.WAITING, None)]
    first, third = (entry.data["due"] for entry in office.entries("ticket")[-2:])
    assert first == {"first_response": "2026-03-16T03:15:00+00:00", "resolution": "2026-03-17T03:00:00+00:00"}
    assert third == {"resolution": "2026-03-17T03:10:00+00:00"}


def test_who_leaves_just_as_a_promise_broke_returns_the_ticket_once() -> None:
    office = desk()
    office.complains(at("10:00"))
    office.happens(Claimed(office.people["sari"].id), at("10:01"))
    leaves(office, "sari", "10:20")
    assert office.get().ticket.status is Status.WAITING
    assert [entry.data["deadline"] for entry in office.entries("breach")] == ["first_response"]
    assert len(office.entries("ticket")) == 3
