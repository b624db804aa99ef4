"""Shifts that end, people who leave the desk, and the list for who comes next."""

from datetime import date

import pytest

from handoff import shifts, swaps
from handoff.entry import Effect, HandOver, Refused
from handoff.events import Claimed, CustomerAsked, Released, ReplyDelivered, Resolved
from handoff.hours import parse_interval
from handoff.ticket import Status
from tests.handoff.cast import Desk, at, desk

DAY, LATE = "mon-fri 08:00-17:00", "mon-fri 17:00-22:00"
MONDAY = date(2026, 3, 16)


def leaves(office: Desk, name: str, now: str) -> list[Effect]:
    with office.open() as conn:
        effects = shifts.leave(conn, office.promises, office.people[name], at(now))
    return office.remember(effects, at(now))


def holding(office: Desk, *holders: str, now: str = "16:00") -> Desk:
    """Let each of these hold an answered complaint, the tickets numbered from 1."""
    for ticket, holder in enumerate(holders, 1):
        office.complains(at(now), conversation=ticket)
        office.happens(Claimed(office.people[holder].id), at(now), ticket)
        office.happens(ReplyDelivered(at(now)), at(now), ticket)
    return office


def lists(effects: list[Effect]) -> list[tuple[int, tuple[int, ...]]]:
    return [(effect.to, effect.tickets) for effect in effects if isinstance(effect, HandOver)]


def standing(office: Desk, *tickets: int) -> list[tuple[Status, int | None]]:
    return [(office.get(ticket).ticket.status, office.get(ticket).ticket.assignee) for ticket in tickets]


def test_who_leaves_returns_what_they_held_with_its_clocks_running_on() -> None:
    office = desk()
    sari, budi = office.people["sari"].id, office.people["budi"].id
    for conversation, holder in enumerate((sari, budi, sari), 1):
        office.complains(at("10:00"), conversation=conversation)
        office.happens(Claimed(holder), at("10:01"), conversation)
    office.happens(CustomerAsked(at("10:02")), at("10:02"), 3)
    effects = leaves(office, "sari", "10:12")
    returned = (Status.WAITING, None)
    assert standing(office, 1, 2, 3) == [returned, (Status.CLAIMED, budi), returned]
    first, third = (entry.data["due"] for entry in office.entries("ticket")[-2:])
    assert first == {"first_response": "2026-03-16T03:15:00+00:00", "resolution": "2026-03-17T03:00:00+00:00"}
    assert third == {"resolution": "2026-03-17T03:10:00+00:00"}
    assert lists(effects) == [(budi, (1, 3))]


def test_who_leaves_just_as_a_promise_broke_returns_the_ticket_once() -> None:
    office = desk()
    office.complains(at("10:00"))
    office.happens(Claimed(office.people["sari"].id), at("10:01"))
    leaves(office, "sari", "10:20")
    assert office.get().ticket.status is Status.WAITING
    assert [entry.data["deadline"] for entry in office.entries("breach")] == ["first_response"]
    assert len(office.entries("ticket")) == 3


def test_the_end_of_a_shift_hands_a_list_to_the_next_and_then_returns_what_was_held() -> None:
    office = holding(desk(sari=DAY, budi=LATE), "sari", "sari")
    office.sweep_to(at("16:59:59"))
    assert [status for status, _ in standing(office, 1, 2)] == [Status.CLAIMED] * 2
    effects = office.sweep(at("17:00"))
    assert lists(effects) == [(office.people["budi"].id, (1, 2))]
    assert standing(office, 1, 2) == [(Status.WAITING, None)] * 2
    kinds = [entry.kind for now, entry in office.log if now == at("17:00") and entry.kind != "clock"]
    assert kinds == ["handover", "ticket", "ticket"], "the list comes first"


def test_clocks_run_on_over_the_end_of_a_shift() -> None:
    office = holding(desk(sari=DAY, budi=LATE), "sari")
    before = office.entries("ticket")[-1].data["due"]
    office.sweep(at("17:00"))
    assert office.entries("ticket")[-1].data["due"] == before


def test_with_nobody_on_call_the_list_waits_for_who_comes_first() -> None:
    office = holding(desk(sari=DAY, budi="tue 06:00-08:00"), "sari")
    office.sweep(at("17:00"))
    (waits,) = office.entries("handover_waits")
    assert waits.data["why"] == "nobody_on_call"
    assert standing(office, 1) == [(Status.WAITING, None)]
    office.sweep_to(at("2026-03-17T05:59"))
    assert office.entries("handover") == []
    office.sweep(at("2026-03-17T06:00"))
    assert office.entries("handover")[0].data["to"] == office.people["budi"].id


def test_what_was_settled_or_picked_meanwhile_is_not_on_the_list() -> None:
    office = holding(desk(sari=DAY, budi="tue 06:00-08:00"), "sari", "sari", "sari")
    office.sweep(at("17:00"))
    office.happens(Resolved(3, at("18:00")), at("18:00"), 1)
    office.happens(Claimed(office.people["agus"].id), at("18:00"), 2)
    assert lists(office.sweep(at("2026-03-17T06:00"))) == [(office.people["budi"].id, (3,))]
    office.happens(Claimed(office.people["agus"].id), at("2026-03-17T06:01"), 3)
    assert lists(office.sweep(at("2026-03-17T08:00"))) == []


def test_who_was_told_is_not_told_again() -> None:
    office = holding(desk(sari=DAY, budi=LATE), "sari")
    office.sweep(at("17:00"))
    assert lists(office.sweep(at("17:00"))) == lists(office.sweep(at("2026-03-17T08:00"))) == []


def test_where_no_admin_ever_comes_whoever_is_on_call_gets_the_list() -> None:
    office = holding(desk(budi=DAY), "sari")
    leaves(office, "budi", "16:10")
    effects = leaves(office, "sari", "16:30")
    assert lists(effects) == [(office.people[name].id, (1,)) for name in ("agus", "rina", "tono")]


def test_what_is_claimed_out_of_hours_is_held_until_the_end_of_the_next_shift() -> None:
    office = holding(desk(sari=DAY, budi=LATE), "sari", now="20:00")
    office.sweep_to(at("2026-03-17T16:59"))
    assert standing(office, 1) == [(Status.CLAIMED, office.people["sari"].id)]
    office.sweep(at("2026-03-17T17:00"))
    assert standing(office, 1) == [(Status.WAITING, None)]


def test_an_end_that_passed_while_nobody_swept_is_noticed_after() -> None:
    office = holding(desk(sari=DAY, budi=LATE), "sari")
    effects = office.sweep(at("18:30"))
    assert lists(effects) == [(office.people["budi"].id, (1,))]


def test_what_was_given_back_before_the_end_stays_out_of_it() -> None:
    office = holding(desk(sari=DAY, budi=LATE), "sari")
    office.happens(Released(at("16:30")), at("16:30"))
    assert lists(office.sweep(at("17:00"))) == []


def swapped(office: Desk, gives: str, takes: str, day: date, now: str, hours: str | None = None) -> int:
    interval = parse_interval(hours) if hours else None
    with office.open() as conn:
        both = office.people[gives], office.people[takes]
        made = swaps.swap(conn, office.promises, *both, day, at(now), interval)
    return made[0].id


def test_a_swap_moves_the_end_of_a_shift_for_what_is_held_already() -> None:
    office = holding(desk(sari=DAY, budi=LATE), "sari")
    swapped(office, "budi", "sari", MONDAY, "16:30")
    assert lists(office.sweep(at("17:00"))) == []
    assert standing(office, 1) == [(Status.CLAIMED, office.people["sari"].id)]
    office.sweep(at("22:00"))
    assert standing(office, 1) == [(Status.WAITING, None)]


def test_a_swap_decides_who_is_told() -> None:
    office = desk(sari=DAY, budi=LATE)
    swapped(office, "sari", "budi", MONDAY, "07:00")
    office.complains(at("10:00"))
    office.sweep_to(at("10:12"))
    assert office.rang("warning") == [("10:11", "budi", 0, 1)]


def test_a_swap_may_be_of_a_part_and_is_taken_back() -> None:
    office = desk(sari=DAY, budi=LATE)
    number = swapped(office, "sari", "budi", MONDAY, "07:00", "10:00-12:00")
    with office.open() as conn:
        (listed,) = swaps.list_swaps(conn, at("09:00"))
        assert (listed.gives, listed.takes, listed.begins_at, listed.ends_at) == (
            "sari", "budi", at("10:00"), at("12:00"),
        )  # fmt: skip
        swaps.undo(conn, office.promises, number, at("09:00"))
        assert swaps.list_swaps(conn, at("09:00")) == []
        with pytest.raises(Refused, match="unknown: there is no swap 1 to come"):
            swaps.undo(conn, office.promises, number, at("09:00"))


@pytest.mark.parametrize(
    ("gives", "takes", "day", "now", "why"),
    [
        ("sari", "sari", MONDAY, "07:00", "sari cannot swap with themselves"),
        ("sari", "budi", date(2026, 3, 21), "07:00", "sari has no shift that begins on 2026-03-21"),
        ("sari", "budi", MONDAY, "17:00", "sari's shift of 2026-03-16 is over"),
    ],
)
def test_a_swap_of_nothing_is_refused(gives: str, takes: str, day: date, now: str, why: str) -> None:
    with pytest.raises(Refused, match=f"invalid: {why}"):
        swapped(desk(sari=DAY, budi=LATE), gives, takes, day, now)


def test_swaps_that_are_long_over_are_forgotten() -> None:
    office = desk(sari=DAY, budi=LATE)
    swapped(office, "sari", "budi", MONDAY, "07:00")
    with office.open() as conn:
        swaps.clean(conn, at("2026-03-17T00:00"))
        assert swaps.list_swaps(conn, at("07:00")) == []
