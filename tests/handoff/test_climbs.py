"""The ladder on a real database: who is pinged, who has it, and what passes to the next rung."""

import pytest
from sqlalchemy import select

from handoff import climb_rows, climbs
from handoff.entry import MarkTaken, Refused
from handoff.events import (
    Claimed,
    ContactWrote,
    CustomerAsked,
    Recategorised,
    Reopened,
    ReplyDelivered,
    Resolved,
)
from handoff.policy import Category, Rung
from handoff.tables import ALERTS, CLIMBS
from tests.handoff.cast import Desk, at, desk, minutes, policy, promises

STAIRS = (
    Rung(("assignee",), every=minutes(5), times=2),
    Rung(("supervisor",), after=minutes(15)),
    Rung(("decision_maker",), after=minutes(45)),
)
TEN, DUE = at("10:00"), at("10:15")


def complained(office: Desk, *, claimed: bool = True) -> Desk:
    """Sari holds a complaint of ten o'clock."""
    office.complains(TEN)
    if claimed:
        office.happens(Claimed(office.people["sari"].id), TEN)
    return office


def test_the_assignee_is_warned_and_a_breach_tells_them_with_the_supervisor_and_the_decision_makers() -> None:
    office = complained(desk())
    office.sweep_to(at("10:24"))
    assert office.rang("warning") == [("10:11", "sari", 0, 1)]
    assert office.rang("breach") == [
        ("10:15", "sari", 1, 1), ("10:15", "agus", 1, 1), ("10:15", "rina", 2, 1), ("10:15", "tono", 2, 1),
        ("10:20", "sari", 1, 2), ("10:20", "budi", 1, 2), ("10:20", "agus", 1, 2),
    ]  # fmt: skip


def test_without_an_assignee_the_admins_on_call_are_told() -> None:
    office = complained(desk(budi="mon 20:00-22:00"), claimed=False)
    office.sweep_to(at("10:12"))
    assert office.rang("warning") == [("10:11", "sari", 0, 1)]


def test_a_holder_is_told_whether_on_call_or_not() -> None:
    office = complained(desk(sari="mon 20:00-22:00"))
    office.sweep_to(at("10:12"))
    assert office.rang("warning") == [("10:11", "sari", 0, 1)]


def test_the_first_ack_wins_and_a_later_one_is_refused() -> None:
    office = complained(desk())
    office.sweep_to(DUE)
    acked, taken = office.acks("agus", at("10:16"))
    assert office.entries("acked") == [acked]
    assert (office.entries("acked")[0].staff, office.entries("acked")[0].data) == (3, {"reason": "breach"})
    with office.open() as conn:
        sent = tuple(conn.execute(select(ALERTS.c.id).order_by(ALERTS.c.id)).scalars())
    assert taken == MarkTaken(sent, 3)
    with pytest.raises(Refused, match="held: somebody has it already"):
        office.acks("rina", at("10:17"))


def test_two_who_ack_what_they_both_saw_free_do_not_both_have_it() -> None:
    office = complained(desk())
    office.sweep_to(DUE)
    with office.open() as conn:
        (seen,) = climb_rows.of_ticket(conn, 1)
    office.acks("agus", at("10:16"))
    with office.open() as conn:
        late = climb_rows.take(conn, seen, seen.climb, office.people["rina"])
        assert not late
        assert conn.execute(select(CLIMBS.c.acked_by)).scalar_one() == office.people["agus"].id


def test_there_is_nothing_to_ack_before_the_first_ping_nor_after_the_end() -> None:
    office = complained(desk())
    with pytest.raises(Refused, match="not_available: there is no open alert"):
        office.acks("sari", at("10:05"))
    office.sweep_to(at("10:20"))
    office.happens(Resolved(1, at("10:21")), at("10:21"))
    with pytest.raises(Refused, match="not_available: there is no open alert"):
        office.acks("sari", at("10:30"))


def test_nobody_is_pinged_while_an_ack_lasts_and_then_the_rung_starts_again() -> None:
    office = complained(desk())
    office.sweep_to(DUE)
    office.acks("sari", at("10:16"))
    office.sweep_to(at("10:45"))
    before = len(office.rang())
    assert before == 5
    office.sweep_to(at("10:46"))
    assert [(rung, n) for _, _, rung, n in office.rang()[before:]] == [(1, 2)] * 3 + [(2, 2)] * 2


def test_after_an_ack_ended_somebody_else_may_have_it() -> None:
    office = complained(desk())
    office.sweep_to(DUE)
    office.acks("sari", at("10:16"))
    office.sweep_to(at("10:46"))
    with office.open() as conn:
        assert conn.execute(select(CLIMBS.c.acked_by)).scalar_one() is None
    office.acks("agus", at("10:47"))
    assert [entry.staff for entry in office.entries("acked")] == [1, 3]


def test_an_ack_covers_all_open_alerts_of_its_ticket() -> None:
    office = desk(promises(policies={Category.COMPLAINT: policy(first_response=15, resolution=20)}))
    complained(office)
    office.sweep_to(at("10:20"))
    office.acks("rina", at("10:21"))
    before = len(office.rang())
    office.sweep_to(at("10:50"))
    assert len(office.rang()) == before
    office.sweep_to(at("10:51"))
    assert len(office.rang()) > before


def test_a_breach_after_the_ack_of_another_promise_rings_all_the_same() -> None:
    office = desk(promises(policies={Category.COMPLAINT: policy(first_response=15, resolution=60)}))
    complained(office)
    office.sweep_to(DUE)
    office.acks("rina", at("10:40"))
    office.sweep_to(at("11:00"))
    assert ("11:00", "sari", 1, 1) in office.rang("breach")
    office.acks("agus", at("11:01"))
    assert [entry.staff for entry in office.entries("acked")] == [4, 3]


@pytest.mark.parametrize(("category", "over"), [(Category.COMPLAINT, "10:46"), (Category.CRISIS, "10:31")])
def test_an_ack_lasts_half_an_hour_and_in_a_crisis_half_of_it(category: Category, over: str) -> None:
    office = desk()
    office.complains(TEN, category)
    office.sweep_to(DUE)
    office.acks("rina", at("10:16"))
    before = len(office.rang())
    office.sweep_to(at(over) - minutes(1))
    assert len(office.rang()) == before
    office.sweep_to(at(over))
    assert len(office.rang()) > before


def test_an_ack_is_extended_once_by_a_reply() -> None:
    office = desk(promises(policies={Category.COMPLAINT: policy(resolution=15)}))
    complained(office)
    office.sweep_to(DUE)
    office.acks("sari", at("10:16"))
    before = len(office.rang())
    with office.open() as conn:
        climbs.extend(conn, office.promises, 1, at("10:20"))
        climbs.extend(conn, office.promises, 1, at("10:50"))
    office.sweep_to(at("11:15"))
    assert len(office.rang()) == before
    office.sweep_to(at("11:16"))
    assert len(office.rang()) > before


def test_what_stops_the_deadline_clears_its_alerts_although_it_was_late() -> None:
    office = complained(desk())
    office.sweep_to(DUE)
    office.happens(ReplyDelivered(at("10:16")), at("10:16"))
    office.sweep_to(at("12:00"))
    assert {ring[0] for ring in office.rang("breach")} == {"10:15"}
    with office.open() as conn:
        assert climbs.open_alerts(conn, [1], at("10:17")) == {}


def test_the_desk_sees_whether_somebody_has_an_open_alert() -> None:
    office = complained(desk())
    office.sweep_to(DUE)
    with office.open() as conn:
        assert climbs.open_alerts(conn, [1, 2], DUE) == {1: False}
    office.acks("sari", at("10:16"))
    with office.open() as conn:
        assert climbs.open_alerts(conn, [1], at("10:17")) == {1: True}
        assert climbs.open_alerts(conn, [1], at("10:46")) == {1: False}


def test_with_nobody_on_call_the_next_rung_is_told_at_once_and_the_log_says_why() -> None:
    office = complained(desk(promises(STAIRS), sari="tue 08:00-10:00", budi="tue 08:00-10:00"), claimed=False)
    office.sweep_to(at("10:20"))
    assert office.rang("breach") == [("10:15", "agus", 2, 1)]
    assert [(entry.data["rung"], entry.data["to"]) for entry in office.entries("nobody_to_tell")] == [
        (0, ["assignee"]), (0, ["assignee"]), (1, ["assignee"]), (1, ["assignee"])
    ]  # fmt: skip


def test_a_warning_that_finds_nobody_goes_to_the_people_of_the_next_rung_as_a_warning() -> None:
    office = complained(desk(sari="tue 08:00-10:00", budi="tue 08:00-10:00"), claimed=False)
    office.sweep_to(at("10:12"))
    assert office.rang() == [("10:11", "agus", 0, 1)]


def test_with_nobody_on_call_at_all_the_ladder_ends_and_may_still_be_acked() -> None:
    never = "tue 08:00-09:00"
    office = complained(
        desk(promises(STAIRS), sari=never, budi=never, agus=never, rina=never, tono=never), claimed=False
    )
    office.sweep_to(at("11:30"))
    assert office.rang() == []
    assert {entry.data["rung"] for entry in office.entries("nobody_to_tell")} == {0, 1, 2, 3}
    office.acks("sari", at("11:31"))
    assert office.entries("acked")[0].data == {"reason": "breach"}


def test_a_blocked_recipient_means_the_next_rung_at_once() -> None:
    office = complained(desk(promises(STAIRS)))
    office.sweep_to(DUE)
    office.blocked("sari", at("10:16"))
    assert office.rang("breach")[1:] == [("10:16", "agus", 2, 1)]
    office.blocked("sari", at("10:17"))
    office.sweep_to(at("10:59"))
    assert [ring for ring in office.rang("breach") if ring[2] > 1] == [("10:16", "agus", 2, 1)]
    office.sweep_to(at("11:00"))
    assert {ring[1] for ring in office.rang("breach")[-2:]} == {"rina", "tono"}


def test_a_blocked_recipient_of_a_warning_means_a_warning_to_the_next_rung() -> None:
    office = complained(desk())
    office.sweep_to(at("10:12"))
    office.blocked("sari", at("10:12"))
    assert office.rang() == [("10:11", "sari", 0, 1), ("10:12", "agus", 0, 1)]
    office.blocked("agus", at("10:13"))
    assert [ring[1] for ring in office.rang()[2:]] == ["rina", "tono"]


def test_two_blocked_recipients_of_a_warning_pass_it_on_once() -> None:
    office = complained(desk(), claimed=False)
    office.sweep_to(at("10:12"))
    office.blocked("sari", at("10:12"))
    office.blocked("budi", at("10:12"))
    assert [ring[1] for ring in office.rang()] == ["sari", "budi", "agus"]


def test_a_blocked_recipient_changes_nothing_once_somebody_has_it_or_it_is_over() -> None:
    office = complained(desk(promises(STAIRS)))
    office.sweep_to(DUE)
    office.acks("agus", at("10:16"))
    assert office.blocked("sari", at("10:17")) == []
    office.happens(Resolved(1, at("10:20")), at("10:20"))
    assert office.blocked("sari", at("10:21")) == []


def test_a_crisis_pings_the_decision_makers_at_once_and_climbs_on() -> None:
    office = desk()
    office.complains(TEN, Category.CRISIS)
    office.sweep_to(at("10:26"))
    rang = office.rang("crisis")
    assert [ring for ring in rang if ring[1] == "rina"] == [
        ("10:00", "rina", 2, 1), ("10:15", "rina", 3, 1), ("10:25", "rina", 3, 2)
    ]  # fmt: skip
    assert {ring[1] for ring in rang} == {"rina", "tono"}


def test_a_crisis_is_raised_once_however_often_it_is_said() -> None:
    office = complained(desk())
    office.happens(Recategorised(Category.CRISIS, at("10:01")), at("10:01"))
    with office.open() as conn:
        assert climbs.raise_crisis(conn, office.promises, 1, at("10:02")) == []
    assert len(office.rang("crisis")) == 2


def test_what_is_no_crisis_after_all_and_what_is_resolved_pings_no_more() -> None:
    office = desk()
    office.complains(TEN, Category.CRISIS)
    office.complains(TEN, Category.CRISIS, 2)
    office.happens(Recategorised(Category.QUESTION), at("10:01"), 1)
    office.happens(Resolved(1, at("10:01")), at("10:01"), 2)
    office.sweep_to(at("12:00"))
    assert {ring[0] for ring in office.rang("crisis")} == {"10:00"}


def test_a_crisis_that_is_opened_again_is_raised_again() -> None:
    office = desk()
    office.complains(TEN, Category.CRISIS)
    office.happens(Resolved(1, at("10:01")), at("10:01"))
    office.happens(Reopened(1, at("11:00"), by_contact=True), at("11:00"))
    assert [ring[0] for ring in office.rang("crisis")] == ["10:00", "10:00", "11:00", "11:00"]


def test_warnings_wait_until_the_quiet_is_over_and_breaches_and_crises_do_not() -> None:
    quiet = promises(quiet=["mon 09:00-11:00"], policies={Category.QUESTION: policy(first_response=80)})
    office = desk(quiet)
    office.complains(TEN, Category.QUESTION)
    office.complains(TEN, Category.COMPLAINT, 2)
    office.complains(TEN, Category.CRISIS, 3)
    office.sweep_to(at("11:00"))
    assert office.rang("warning") == [("11:00", "sari", 0, 1), ("11:00", "budi", 0, 1)]
    assert office.rang("breach")[0][0] == "10:05"
    assert office.rang("crisis")[0][0] == "10:00"


def test_a_warning_that_is_given_again_after_an_ack_waits_for_the_end_of_the_quiet_too() -> None:
    office = desk(promises(quiet=["mon 10:30-12:00"], policies={Category.COMPLAINT: policy(resolution=240)}))
    office.complains(at("07:10"))
    office.sweep_to(at("10:10"))
    office.acks("sari", at("10:15"))
    office.sweep_to(at("11:09"))
    assert {ring[0] for ring in office.rang()} == {"10:10"}


def test_a_warning_that_waits_is_forgotten_when_the_clock_pauses_or_the_promise_breaks() -> None:
    office = desk(promises(quiet=["mon 09:00-12:00"], policies={Category.COMPLAINT: policy(resolution=60)}))
    complained(office)
    office.complains(TEN, conversation=2)
    office.sweep_to(at("10:50"))
    office.happens(CustomerAsked(at("10:50")), at("10:50"))
    office.sweep_to(at("13:00"))
    assert office.rang("warning") == []
    assert office.rang("breach")[0][0] == "11:00"
    office.happens(ContactWrote(at("13:00")), at("13:00"))
    office.sweep_to(at("13:10"))
    assert [entry.ticket for entry in office.entries("breach")] == [2, 1]


def test_a_warning_moves_with_another_category() -> None:
    office = desk()
    office.complains(TEN)
    office.sweep_to(at("10:12"))
    office.happens(Recategorised(Category.QUESTION), at("10:12"))
    office.sweep_to(at("10:29"))
    assert [ring[0] for ring in office.rang("warning") if ring[1] == "sari"] == ["10:11", "10:22"]


def test_a_warning_that_waits_is_not_given_before_the_time_of_another_category() -> None:
    office = desk(promises(quiet=["mon 09:00-10:15"]))
    office.complains(TEN)
    office.sweep_to(at("10:12"))
    office.happens(Recategorised(Category.QUESTION), at("10:12"))
    office.sweep_to(at("10:22:29"))
    assert office.rang() == []
    office.sweep_to(at("10:22:30"))
    assert [ring[1] for ring in office.rang("warning")] == ["sari", "budi"]
