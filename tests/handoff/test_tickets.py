"""Tickets on a real database: claims, the sweep, what is kept and what is broken, and to which second."""

from datetime import datetime

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from handoff import sweep, tickets
from handoff.entry import Refused, ReturnToBot
from handoff.events import (
    Claimed,
    ContactWrote,
    CustomerAsked,
    Event,
    HandedBack,
    Recategorised,
    Reopened,
    ReplyDelivered,
    Resolved,
)
from handoff.policy import Category, Promises
from handoff.ticket import Status
from tests.handoff.cast import Desk, at, desk, policy, promises

SARI = 1
TEN = at("10:00")


def outcomes(office: Desk) -> list[tuple[str, str]]:
    """Return what was kept and what was broken, in order."""
    return [(entry.kind, str(entry.data["deadline"])) for entry in office.entries("met", "breach")]


def due(office: Desk) -> dict[str, datetime]:
    """Return what the newest ticket entry shows as running."""
    shown = office.entries("ticket")[-1].data["due"]
    assert isinstance(shown, dict)
    return {kind: datetime.fromisoformat(text) for kind, text in shown.items()}


def held(now: datetime = TEN, given: Promises | None = None) -> Desk:
    """Sari holds a complaint of ten o'clock."""
    office = desk(given)
    office.complains(TEN)
    office.happens(Claimed(SARI), now)
    return office


def test_of_two_who_claim_what_they_both_saw_waiting_one_wins() -> None:
    office = desk()
    office.complains(TEN)
    seen = office.get()
    with office.open() as conn:
        tickets.apply(conn, office.promises, seen, Claimed(1), TEN)
    with (
        office.open() as conn,
        pytest.raises(Refused, match="not_available: somebody else changed the ticket"),
    ):
        tickets.apply(conn, office.promises, seen, Claimed(2), TEN)
    assert office.get().ticket.assignee == 1
    with pytest.raises(Refused, match="held: "):
        office.happens(Claimed(2), TEN)


def test_a_conversation_has_at_most_one_open_ticket() -> None:
    office = desk()
    office.complains(TEN)
    with pytest.raises(IntegrityError):
        office.complains(TEN)
    office.happens(Resolved(SARI, TEN), TEN)
    assert office.complains(TEN) == 2


def test_a_ticket_that_does_not_exist_is_unknown() -> None:
    with desk().open() as conn, pytest.raises(Refused, match="unknown: there is no ticket 7"):
        tickets.get(conn, 7)


def test_open_tickets_are_listed_and_the_newest_is_found() -> None:
    office = desk()
    office.complains(TEN)
    office.happens(Resolved(SARI, TEN), TEN)
    office.complains(TEN)
    office.complains(TEN, conversation=2)
    with office.open() as conn:
        assert [filed.id for filed in tickets.list_open(conn)] == [2, 3]
        newest = tickets.find_newest(conn, 1)
        assert newest is not None
        assert newest.id == 2
        assert tickets.find_newest(conn, 9) is None


def test_a_change_is_shown_with_what_runs_and_no_change_is_not() -> None:
    office = held()
    assert due(office) == {"first_response": at("10:15"), "resolution": at("2026-03-17T10:00")}
    before = len(office.entries("ticket"))
    office.happens(ContactWrote(at("10:01")), at("10:01"))
    assert len(office.entries("ticket")) == before


def test_a_reply_up_to_the_due_instant_is_on_time() -> None:
    office = held()
    office.sweep_to(at("10:14"))
    office.happens(ReplyDelivered(at("10:15")), at("10:15"))
    assert outcomes(office) == [("met", "first_response")]


def test_a_reply_at_the_due_instant_is_on_time_although_nobody_swept_since_the_warning_was_due() -> None:
    office = held()
    office.happens(ReplyDelivered(at("10:15")), at("10:15"))
    assert outcomes(office) == [("met", "first_response")]


def test_a_breach_is_dated_when_it_was_due_not_when_it_was_noticed() -> None:
    office = held()
    office.sweep(at("13:00"))
    (breach,) = office.entries("breach")
    assert breach.data == {
        "clock": 1,
        "deadline": "first_response",
        "due_at": "2026-03-16T03:15:00+00:00",
        "late": True,
    }


def test_a_breach_that_is_noticed_in_time_is_not_marked_late() -> None:
    office = held()
    office.sweep(at("10:15:59"))
    assert "late" not in office.entries("breach")[0].data


def test_a_breach_is_recorded_although_the_reply_lands_before_the_sweep() -> None:
    office = held()
    office.happens(ReplyDelivered(at("10:15:01")), at("10:15:01"))
    assert outcomes(office) == [("breach", "first_response")]
    assert office.sweep(at("10:16")) == []


def test_a_late_stop_says_nothing_more() -> None:
    office = held()
    office.sweep_to(at("10:15"))
    office.happens(ReplyDelivered(at("10:30")), at("10:30"))
    assert outcomes(office) == [("breach", "first_response")]


def test_a_broken_response_returns_the_ticket_to_waiting_and_a_broken_resolution_does_not() -> None:
    office = held(given=promises(policies={Category.COMPLAINT: policy(first_response=15, resolution=60)}))
    office.sweep_to(at("10:15"))
    assert (office.get().ticket.status, office.get().ticket.assignee) == (Status.WAITING, None)
    office.happens(Claimed(2), at("10:20"))
    office.happens(ReplyDelivered(at("10:21")), at("10:21"))
    office.sweep_to(at("11:00"))
    assert office.get().ticket.assignee == 2


def test_a_sweep_that_comes_twice_does_nothing_more() -> None:
    office = held()
    for now in (at("10:12"), at("10:15"), at("11:00"), at("2026-03-19T10:00")):
        assert office.sweep(now)
        assert office.sweep(now) == []


def test_after_downtime_everything_overdue_fires_once_the_longest_overdue_first() -> None:
    office = desk(promises(policies={Category.COMPLAINT: policy(first_response=15, resolution=30)}))
    office.complains(at("10:05"))
    office.complains(TEN, conversation=2)
    office.happens(Claimed(SARI), TEN, 2)
    office.sweep(at("18:00"))
    assert [(entry.ticket, entry.data["deadline"]) for entry in office.entries("breach")] == [
        (2, "first_response"), (1, "first_response"), (2, "resolution"), (1, "resolution")
    ]  # fmt: skip
    assert office.sweep(at("18:00")) == []
    assert office.rang("warning") == []


def test_a_clock_that_is_set_back_or_forward_repeats_and_skips_nothing() -> None:
    office = held()
    office.sweep_to(at("10:20"))
    before = len(office.log)
    assert office.sweep(at("09:00")) == []
    assert office.sweep(at("10:20")) == []
    assert len(office.log) == before
    office.sweep(at("10:40"))
    assert [ring[2:] for ring in office.rang("breach") if ring[1] == "rina"] == [(2, 1), (3, 2)]


def test_next_response_runs_from_the_oldest_unanswered_message() -> None:
    office = held()
    office.happens(ReplyDelivered(at("10:05")), at("10:05"))
    office.happens(ContactWrote(at("10:10")), at("10:10"))
    office.happens(ContactWrote(at("10:30")), at("10:30"))
    assert due(office)["next_response"] == at("10:40")
    office.sweep_to(at("10:40"))
    assert outcomes(office) == [("met", "first_response"), ("breach", "next_response")]


def test_each_cycle_of_next_response_can_break_once() -> None:
    office = held()
    office.happens(ReplyDelivered(at("10:05")), at("10:05"))
    for hour in ("11", "12"):
        office.happens(ContactWrote(at(f"{hour}:00")), at(f"{hour}:00"))
        office.sweep_to(at(f"{hour}:40"))
        office.happens(ReplyDelivered(at(f"{hour}:45")), at(f"{hour}:45"))
    assert outcomes(office)[1:] == [("breach", "next_response")] * 2


def test_a_message_that_was_handled_late_counts_from_when_it_was_written() -> None:
    office = held()
    office.happens(ReplyDelivered(at("10:05")), at("10:05"))
    office.happens(ContactWrote(at("10:10")), at("10:20"))
    assert due(office)["next_response"] == at("10:40")


def test_resolution_pauses_only_while_the_customer_is_asked() -> None:
    office = held(given=promises(policies={Category.COMPLAINT: policy(first_response=15, resolution=120)}))
    office.happens(CustomerAsked(at("10:10")), at("10:10"))
    assert due(office) == {}
    office.sweep_to(at("15:00"))
    office.happens(ContactWrote(at("15:00"), thanks=True), at("15:00"))
    assert due(office) == {"resolution": at("16:50")}


def test_resolving_while_the_customer_is_asked_keeps_the_resolution() -> None:
    office = held(given=promises(policies={Category.COMPLAINT: policy(first_response=15, resolution=60)}))
    office.happens(CustomerAsked(at("10:10")), at("10:10"))
    office.happens(Resolved(SARI, at("18:00")), at("18:00"))
    assert outcomes(office) == [("met", "first_response"), ("met", "resolution")]


@pytest.mark.parametrize("by_contact", [False, True])
def test_reopening_leaves_the_time_spent_resolved_out_of_the_resolution(by_contact: bool) -> None:
    office = held()
    office.happens(ReplyDelivered(at("10:05")), at("10:05"))
    office.happens(Resolved(SARI, at("11:00")), at("11:00"))
    office.happens(Reopened(SARI, at("12:30"), by_contact), at("12:30"))
    assert due(office) == {"resolution": at("2026-03-17T11:30")}


def test_resolving_without_an_answer_neither_keeps_nor_breaks_the_first_response() -> None:
    office = held()
    office.happens(Resolved(SARI, at("10:05")), at("10:05"))
    office.sweep_to(at("11:00"))
    assert outcomes(office) == [("met", "resolution")]
    office.happens(Reopened(SARI, at("11:00")), at("11:00"))
    office.sweep(at("11:00"))
    assert outcomes(office)[1:] == [("breach", "first_response")], "staff who reopens still owes it"


def test_an_answer_that_arrives_after_the_resolve_still_keeps_the_first_response() -> None:
    office = held()
    office.happens(Resolved(SARI, at("10:05")), at("10:05"))
    office.happens(ReplyDelivered(at("10:06")), at("10:06"))
    assert outcomes(office) == [("met", "resolution"), ("met", "first_response")]


def test_an_answer_that_arrives_late_and_after_the_resolve_changes_nothing() -> None:
    office = held()
    office.happens(Resolved(SARI, at("10:05")), at("10:05"))
    office.happens(ReplyDelivered(at("10:20")), at("10:20"))
    assert outcomes(office) == [("met", "resolution")]


def test_another_category_applies_its_targets_from_the_original_start() -> None:
    office = desk()
    office.complains(TEN, Category.QUESTION)
    assert due(office) == {"first_response": at("10:30")}
    office.happens(Recategorised(Category.COMPLAINT), at("10:05"))
    assert due(office) == {"first_response": at("10:15"), "resolution": at("2026-03-17T10:00")}


def test_another_category_keeps_an_old_breach_and_adds_no_second() -> None:
    office = held(given=promises(policies={Category.COMPLAINT: policy(first_response=15, resolution=30)}))
    office.sweep_to(at("10:30"))
    for category in (Category.QUESTION, Category.CRISIS, Category.COMPLAINT):
        office.happens(Recategorised(category), at("10:40"))
        office.sweep_to(at("10:50"))
    assert outcomes(office) == [("breach", "first_response"), ("breach", "resolution")]


def test_a_shorter_target_that_is_over_already_breaks_when_it_was_due() -> None:
    office = desk()
    office.complains(TEN, Category.QUESTION)
    office.happens(Recategorised(Category.COMPLAINT), at("10:20"))
    office.sweep(at("10:20"))
    assert office.entries("breach")[0].data["due_at"] == "2026-03-16T03:15:00+00:00"


def test_a_promise_that_the_category_does_not_make_is_not_resumed_by_reopening() -> None:
    office = held()
    office.happens(Recategorised(Category.QUESTION), at("10:01"))
    office.happens(ReplyDelivered(at("10:02")), at("10:02"))
    office.happens(Resolved(SARI, at("10:03")), at("10:03"))
    office.happens(Reopened(SARI, at("10:04")), at("10:04"))
    assert due(office) == {}
    assert outcomes(office) == [("met", "first_response")]


def test_a_pause_counts_although_the_category_of_that_time_promised_no_resolution() -> None:
    office = desk()
    office.complains(TEN, Category.QUESTION)
    office.happens(Claimed(SARI), TEN)
    office.happens(CustomerAsked(at("10:05")), at("10:05"))
    office.happens(Recategorised(Category.COMPLAINT), at("10:20"))
    assert due(office) == {}
    office.happens(ContactWrote(at("11:05")), at("11:05"))
    assert due(office)["resolution"] == at("2026-03-17T11:00")


def test_a_severe_message_counts_the_targets_from_itself() -> None:
    office = held()
    office.happens(Recategorised(Category.CRISIS, at("10:10")), at("10:11"))
    assert due(office) == {"first_response": at("10:15"), "resolution": at("18:10")}
    office.happens(Recategorised(Category.COMPLAINT), at("10:12"))
    assert due(office) == {"first_response": at("10:15"), "resolution": at("2026-03-17T10:00")}


def test_two_hours_after_a_resolve_the_conversation_returns_to_the_bot_once() -> None:
    office = held()
    office.happens(Resolved(SARI, at("10:30")), at("10:30"))
    assert office.sweep(at("12:29:59")) == []
    assert office.sweep(at("12:30")) == [ReturnToBot(1)]
    assert office.sweep(at("12:30")) == []


@pytest.mark.parametrize("undone", [HandedBack(SARI, at("11:00")), Reopened(SARI, at("11:00"))])
def test_what_was_handed_back_or_reopened_returns_by_no_sweep(undone: Event) -> None:
    office = held()
    office.happens(Resolved(SARI, at("10:30")), at("10:30"))
    office.happens(undone, at("11:00"))
    assert ReturnToBot(1) not in office.sweep(at("12:30"))


def test_the_next_look_is_the_earliest_of_all_that_can_become_due() -> None:
    office = desk()
    with office.open() as conn:
        assert sweep.next_look(conn) is None
    office.complains(TEN)
    looks = []
    for now in ("10:11:15", "10:15", "10:20"):
        with office.open() as conn:
            looks.append(sweep.next_look(conn))
        office.sweep(at(now))
    assert looks == [at("10:11:15"), at("10:15"), at("10:20")]


@pytest.mark.parametrize(
    ("column", "index"),
    [
        ("deadlines.look_at", "deadlines_due"),
        ("climbs.look_at", "climbs_due"),
        ("bursts.digest_at", "bursts_due"),
        ("tickets.back_to_bot_at", "tickets_back_to_bot"),
        ("tickets.held_until", "tickets_held_until"),
        ("handovers.look_at", "handovers_due"),
    ],
)
def test_the_sweep_reads_what_is_due_by_its_partial_index(column: str, index: str) -> None:
    with desk().open() as conn:
        statements: list[str] = []

        def note(*given: object) -> None:
            statements.append(str(given[2]))

        event.listen(conn, "before_cursor_execute", note)
        sweep.sweep(conn, promises(), TEN)
        sweep.next_look(conn)
        mine = [text for text in statements if f"{column} <= ?" in text or f"{column} IS NOT NULL" in text]
        assert len(mine) == 2
        for text in mine:
            plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", ("2026-03-16",) * text.count("?")).all()
            assert any(f"INDEX {index}" in row[-1] for row in plan), plan
