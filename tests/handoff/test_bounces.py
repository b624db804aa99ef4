"""Staff messages that the channel took and that never arrived: all is as if they had not been sent."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff import clocks, tickets
from handoff.actions import Annul
from handoff.course import Course
from handoff.deadline import Status as ClockStatus
from handoff.deadline import start, stop
from handoff.events import Claimed, ContactWrote, CustomerAsked, Promised, ReplyDelivered
from handoff.policy import Category, Kind
from handoff.ticket import Status
from tests.handoff.cast import Desk, at, desk, minutes, policy, promises

TEN = at("10:00")
SARI = 1
Sent = Sequence[tuple[datetime, bool]]


def fails(
    office: Desk, sent_at: datetime, now: datetime, standing: Sent = (), *, asked: bool = False
) -> None:
    with office.open() as conn:
        effects = tickets.fail_reply(conn, office.promises, 1, sent_at, standing, now, asked=asked)
    office.remember(effects, now)


def due(office: Desk) -> dict[str, datetime]:
    with office.open() as conn:
        return clocks.running(conn, 1)


def told(office: Desk) -> list[tuple[str, object]]:
    return [(e.kind, e.data["deadline"]) for e in office.entries("met", "annulled", "breach")]


def answered(at_minute: int = 5) -> Desk:
    """A complaint of ten o'clock in sari's hands, answered five minutes later."""
    office = desk()
    office.complains(TEN)
    office.happens(Claimed(SARI), TEN)
    office.happens(ReplyDelivered(TEN + minutes(at_minute)), TEN + minutes(at_minute))
    return office


def test_a_first_response_that_never_arrived_is_owed_from_the_start() -> None:
    office = answered()
    assert told(office) == [("met", "first_response")]
    fails(office, TEN + minutes(5), TEN + minutes(8))
    assert told(office)[1:] == [("annulled", "first_response")]
    assert due(office)["first_response"] == at("10:15")
    office.sweep_to(at("10:16"))
    assert told(office)[2:] == [("breach", "first_response")]


def test_one_that_is_overdue_by_then_breaks_as_of_when_it_was_due() -> None:
    office = answered()
    fails(office, TEN + minutes(5), at("10:40"))
    office.sweep(at("10:40"))
    (breach,) = office.entries("breach")
    assert breach.data["due_at"] == "2026-03-16T03:15:00+00:00"
    assert breach.data["late"] is True
    assert office.get().ticket.status is Status.WAITING, "nobody answered, so anyone may claim"


def test_the_next_message_that_stands_answers_instead_and_its_own_next_response_never_was() -> None:
    office = answered()
    office.happens(ContactWrote(at("10:06")), at("10:06"))
    office.happens(ReplyDelivered(at("10:10")), at("10:10"))
    fails(office, at("10:05"), at("10:12"), [(at("10:10"), False)])
    office.sweep_to(at("12:00"))
    assert told(office) == [("met", "first_response"), ("met", "next_response")]
    assert set(due(office)) == {"resolution"}


def test_the_next_message_may_have_been_too_late_for_the_first() -> None:
    office = answered()
    office.happens(ContactWrote(at("10:06")), at("10:06"))
    office.happens(ReplyDelivered(at("10:20")), at("10:20"))
    fails(office, at("10:05"), at("10:25"), [(at("10:20"), False)])
    assert told(office)[2:] == [("annulled", "first_response"), ("breach", "first_response")]


def test_a_question_that_never_arrived_paused_nothing() -> None:
    office = desk()
    office.complains(TEN)
    office.happens(Claimed(SARI), TEN)
    office.happens(CustomerAsked(at("10:05")), at("10:05"))
    assert "resolution" not in due(office)
    fails(office, at("10:05"), at("11:00"), asked=True)
    assert office.get().ticket.status is Status.CLAIMED
    assert due(office)["resolution"] == at("2026-03-17T10:00")


def test_a_later_question_that_stands_pauses_from_when_it_was_asked() -> None:
    office = desk()
    office.complains(TEN)
    office.happens(Claimed(SARI), TEN)
    office.happens(CustomerAsked(at("10:05")), at("10:05"))
    office.happens(CustomerAsked(at("10:35")), at("10:35"))
    fails(office, at("10:05"), at("10:40"), [(at("10:35"), True)], asked=True)
    assert office.get().ticket.status is Status.WAITING_CUSTOMER
    office.happens(ContactWrote(at("11:35")), at("11:35"))
    assert due(office)["resolution"] == at("2026-03-17T11:00")


def test_a_promise_kept_by_what_never_arrived_is_owed_again() -> None:
    office = answered()
    office.happens(Promised(at("10:10"), at("10:50")), at("10:10"))
    office.happens(ReplyDelivered(at("10:45")), at("10:45"))
    fails(office, at("10:45"), at("10:46"))
    office.sweep_to(at("10:50"))
    assert [kind for kind, what in told(office) if what == "promise"] == ["met", "annulled", "breach"]


def test_a_broken_promise_that_was_taken_for_answered_rings_again() -> None:
    office = desk()
    office.complains(TEN)
    office.happens(Claimed(SARI), TEN)
    office.sweep_to(at("10:15"))
    office.happens(Claimed(SARI), at("10:16"))
    office.happens(ReplyDelivered(at("10:17")), at("10:17"))
    before = len(office.rang("breach"))
    office.sweep_to(at("10:30"))
    assert len(office.rang("breach")) == before
    fails(office, at("10:17"), at("10:31"))
    assert [rung[0] for rung in office.rang("breach")[before:]] == ["10:31"] * 4
    office.sweep_to(at("10:36"))
    assert {rung[0] for rung in office.rang("breach")[before:]} == {"10:31", "10:36"}
    assert len(office.entries("breach")) == 1, "it broke once"


def test_what_stopped_nothing_annuls_nothing() -> None:
    office = answered()
    office.happens(ReplyDelivered(at("10:08")), at("10:08"))
    before = len(office.log)
    fails(office, at("10:08"), at("10:09"), [(at("10:05"), False)])
    assert office.log[before:] == []


def test_what_was_decided_in_the_same_instant_stays_decided() -> None:
    rules, now = promises(), TEN + minutes(5)
    kinds = (Kind.APPROVAL, Kind.REVIEW, Kind.FIRST_RESPONSE)
    terms = {kind: rules.terms(kind, Category.COMPLAINT) for kind in kinds}
    clocks = [stop(start(kind, TEN, terms[kind]), now) for kind in kinds]
    course = Course(clocks, lambda kind: terms[kind], now)
    course.follow([Annul(now, now + minutes(1))])
    statuses = [ClockStatus.STOPPED, ClockStatus.STOPPED, ClockStatus.RUNNING]
    assert [clock.status for clock in course.clocks] == statuses


steps = st.lists(
    st.tuples(st.integers(1, 25), st.sampled_from(["wrote", "replied", "replied"])), min_size=1, max_size=9
)


def lived(life: list[tuple[int, str]], without: int | None) -> tuple[Desk, list[datetime], datetime]:
    """Live through it unclaimed, so that a breach returns nothing; leave one reply out."""
    rules = policy(first_response=20, next_response=15, resolution=300)
    office = desk(promises(policies={Category.COMPLAINT: rules}))
    office.complains(TEN)
    now, sent = TEN, []
    for later, what in life:
        now += minutes(later)
        office.sweep_to(now - datetime.resolution)
        if what == "wrote":
            office.happens(ContactWrote(now), now)
            continue
        sent.append(now)
        if len(sent) - 1 != without:
            office.happens(ReplyDelivered(now), now)
    return office, sent, now


def differences(life: list[tuple[int, str]], which: int) -> str:
    office, sent, now = lived(life, None)
    if not sent:
        return ""
    failed = which % len(sent)
    never, _, _ = lived(life, failed)
    fails(office, sent[failed], now, [(one, False) for n, one in enumerate(sent) if n != failed])
    for one in (office, never):
        one.sweep_to(now + minutes(60))
    found, expected = (
        Counter(
            (e.kind, e.data["deadline"], e.data["due_at"]) for e in one.entries("met", "annulled", "breach")
        )
        for one in (office, never)
    )
    for kind, deadline, due_at in list(found):
        if kind == "annulled":
            taken_back = found.pop((kind, deadline, due_at))
            found["met", deadline, due_at] -= taken_back
    if due(office) != due(never):
        return f"{due(office)} instead of {due(never)}"
    # What broke before it was known stays on record; a next response that never was leaves its mark.
    kept = {what: n for what, n in (+found).items() if what[1] == "first_response"}
    wanted = {what: n for what, n in expected.items() if what[1] == "first_response"}
    return "" if kept == wanted else f"{kept} instead of {wanted}"


@settings(max_examples=40, deadline=None)
@given(steps, st.integers(0, 8))
def test_what_never_arrived_leaves_the_clocks_as_if_it_had_not_been_sent(
    life: list[tuple[int, str]], which: int
) -> None:
    assert differences(life, which) == ""


@pytest.mark.long
@settings(max_examples=5_000, deadline=None)
@given(steps, st.integers(0, 8))
def test_what_never_arrived_leaves_the_clocks_so_in_five_thousand_lives(
    life: list[tuple[int, str]], which: int
) -> None:
    assert differences(life, which) == ""
