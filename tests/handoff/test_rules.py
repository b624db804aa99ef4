"""What was promised keeps the hours it was promised in; what begins later has the new ones."""

from dataclasses import replace
from datetime import date, datetime

from handoff import clocks, rules
from handoff.calendar import Calendar, parse_interval
from handoff.events import Claimed, ContactWrote, CustomerAsked, Recategorised, ReplyDelivered
from handoff.policy import Category, Kind, Policy, Promises
from tests.handoff.cast import JAKARTA, OFFICE, Desk, at, desk, minutes, policy, promises

TEN = at("10:00")
SHORT = Calendar("office", JAKARTA, ((parse_interval("09:00-11:00"),),) * 7)


def in_force(office: Desk, given: Promises, now: datetime = TEN) -> int | None:
    with office.open() as conn:
        office.promises, kept = rules.in_force(conn, given, now)
    return kept


def given(calendar: Calendar = OFFICE, **targets: int) -> Promises:
    return promises(policies={Category.COMPLAINT: policy(calendar, **(targets or {"resolution": 240}))})


def due(office: Desk, ticket: int = 1) -> dict[str, datetime]:
    with office.open() as conn:
        return clocks.running(conn, ticket)


def test_the_same_rules_are_one_version_and_others_another() -> None:
    office = desk()
    assert in_force(office, given()) == 0
    assert office.promises.version == 1
    assert in_force(office, given()) is None
    assert in_force(office, given(resolution=60)) == 0
    assert office.promises.version == 2
    assert in_force(office, given()) is None
    assert office.promises.version == 1, "back to the rules of before"


def test_what_runs_keeps_its_due_instant_and_is_counted() -> None:
    office = desk()
    in_force(office, given())
    office.complains(TEN)
    assert in_force(office, given(SHORT)) == 1
    assert due(office) == {"resolution": at("15:00")}
    office.complains(TEN, conversation=2)
    assert due(office, 2) == {"resolution": at("2026-03-18T10:00")}


def test_what_was_paused_goes_on_in_the_hours_it_began_with() -> None:
    office = desk()
    in_force(office, given())
    office.complains(TEN)
    office.happens(Claimed(1), TEN)
    office.happens(CustomerAsked(at("10:30")), at("10:30"))
    in_force(office, given(SHORT), at("10:45"))
    office.happens(ContactWrote(at("11:00")), at("11:00"))
    assert due(office)["resolution"] == at("15:30")


def test_the_next_cycle_begins_under_the_new_rules() -> None:
    office = desk()
    in_force(office, given(next_response=60))
    office.complains(TEN)
    office.happens(ReplyDelivered(TEN), TEN)
    in_force(office, given(next_response=30))
    office.happens(ContactWrote(at("10:10")), at("10:10"))
    assert due(office) == {"next_response": at("10:40")}


def test_a_change_of_category_applies_the_rules_of_now() -> None:
    office = desk()
    in_force(office, given())
    office.complains(TEN)
    crisis = promises(policies={Category.CRISIS: policy(SHORT, resolution=90)})
    in_force(office, crisis)
    office.happens(Recategorised(Category.CRISIS), at("10:05"))
    assert due(office) == {"resolution": at("2026-03-17T09:30")}


def test_a_stored_calendar_counts_as_it_did() -> None:
    odd = Calendar(
        "office",
        JAKARTA,
        OFFICE.week,
        {date(2026, 3, 17): (parse_interval("22:00-02:00"),)},
        frozenset({date(2026, 3, 18)}),
    )
    office = desk()
    approval = Policy({Kind.APPROVAL: minutes(30)}, odd)
    in_force(office, replace(given(odd), approval=approval))
    version = office.promises.version
    in_force(office, given())
    assert office.promises.calendar(version, "office") == odd


def test_rules_that_were_never_stored_are_those_of_the_process() -> None:
    assert given(SHORT).calendar(0, "office") is SHORT
    assert given(SHORT).calendar(0, "sla.complaint") is SHORT
    assert given(SHORT).calendar(0, "gone").name == "always"
