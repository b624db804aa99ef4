"""The ticket's table, all pairs of it, and each sentence about what an event does to the clocks."""

from dataclasses import replace

import pytest

from handoff.actions import (
    Annul,
    CancelClock,
    EndCrisis,
    KeepPromises,
    PauseClock,
    RaiseCrisis,
    ResumeClock,
    Retarget,
    StartClock,
    StopClock,
)
from handoff.entry import Refused
from handoff.events import (
    ApprovalAsked,
    ApprovalDecided,
    ApprovalDropped,
    Claimed,
    ContactWrote,
    CustomerAsked,
    CustomerAwaited,
    Event,
    HandedBack,
    NoReplyNeeded,
    OverrideDone,
    OverrideReviewed,
    Promised,
    QuestionFailed,
    Recategorised,
    Released,
    Reopened,
    ReplyDelivered,
    ReplyFailed,
    Resolved,
    ResponseBroken,
    TakenOver,
)
from handoff.policy import Category, Kind
from handoff.ticket import NEXT_STATUS, Status, Ticket, decide, open_by_contact, open_by_staff
from tests.handoff.cast import at

SARI, AGUS = 1, 3
FIRST, NEXT, RESOLUTION = Kind.FIRST_RESPONSE, Kind.NEXT_RESPONSE, Kind.RESOLUTION
NINE, TEN, NOON = at("09:00"), at("10:00"), at("12:00")
EVENTS: tuple[Event, ...] = (
    ContactWrote(NOON), Claimed(SARI), TakenOver(AGUS), Released(NOON), ReplyDelivered(NOON),
    CustomerAsked(NOON), CustomerAwaited(NOON), NoReplyNeeded(NOON), Resolved(SARI, NOON),
    HandedBack(SARI, NOON),
    Reopened(SARI, NOON), ResponseBroken(NOON), Recategorised(Category.CRISIS),
    ReplyFailed(TEN, NOON), QuestionFailed(TEN, NOON), Promised(NOON, at("13:00")),
    ApprovalAsked(1, NOON), ApprovalDecided(1, NOON), ApprovalDropped(1, NOON),
    OverrideDone(1, NOON), OverrideReviewed(1, NOON),
)  # fmt: skip


def ticket(status: Status = Status.CLAIMED, **more: object) -> Ticket:
    """A complaint of nine o'clock, answered at nine, which the contact followed up at ten."""
    holder = None if status is Status.WAITING else SARI
    resolved = at("11:00") if status is Status.RESOLVED else None
    plain = Ticket(status, Category.COMPLAINT, NINE, holder, NINE, TEN, resolved)
    return replace(plain, **more)  # type: ignore[arg-type]


def unanswered(status: Status = Status.CLAIMED, **more: object) -> Ticket:
    """The same, but nobody answered yet."""
    return ticket(status, **{"responded_at": None, "unanswered_at": NINE} | more)


def answered(status: Status = Status.CLAIMED, **more: object) -> Ticket:
    """The same, and the contact waits for nothing."""
    return ticket(status, **{"unanswered_at": None} | more)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_what_the_table_names_happens_and_everything_else_is_refused(status: Status, event: Event) -> None:
    if (status, type(event)) in NEXT_STATUS:
        after, _ = decide(ticket(status), event)
        assert after.status is NEXT_STATUS[status, type(event)]
    else:
        with pytest.raises(Refused) as refused:
            decide(ticket(status), event)
        assert refused.value.code in ("not_open", "held", "not_available")


def test_every_event_stands_in_the_table() -> None:
    assert {type(event) for event in EVENTS} == {event for _, event in NEXT_STATUS}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_a_waiting_ticket_has_no_assignee_and_every_other_one_has(status: Status, event: Event) -> None:
    if (status, type(event)) in NEXT_STATUS:
        after, _ = decide(ticket(status), event)
        assert (after.assignee is None) == (after.status is Status.WAITING)


@pytest.mark.parametrize(
    ("status", "event", "code"),
    [
        (Status.CLAIMED, Claimed(SARI), "held"),
        (Status.WAITING, TakenOver(AGUS), "not_available"),
        (Status.WAITING, Released(NOON), "not_available"),
        (Status.CLAIMED, Reopened(SARI, NOON), "not_available"),
        (Status.RESOLVED, Resolved(SARI, NOON), "not_open"),
        (Status.RESOLVED, Claimed(SARI), "not_open"),
    ],
)
def test_a_refusal_says_of_what_kind_it_is(status: Status, event: Event, code: str) -> None:
    with pytest.raises(Refused) as refused:
        decide(ticket(status), event)
    assert refused.value.code == code


def test_a_contact_opens_a_ticket_with_two_clocks_from_their_message() -> None:
    opened, actions = open_by_contact(Category.COMPLAINT, NINE)
    assert opened == Ticket(Status.WAITING, Category.COMPLAINT, NINE, unanswered_at=NINE)
    assert actions == [StartClock(FIRST, NINE), StartClock(RESOLUTION, NINE)]


def test_a_crisis_pings_the_decision_makers_when_it_opens() -> None:
    assert open_by_contact(Category.CRISIS, NINE)[1][-1] == RaiseCrisis()


def test_a_ticket_that_staff_opened_owes_no_first_response() -> None:
    opened, actions = open_by_staff(SARI, NINE)
    assert (opened.status, opened.category, opened.assignee) == (Status.CLAIMED, Category.QUESTION, SARI)
    assert actions == [StartClock(RESOLUTION, NINE)]


def test_in_a_ticket_that_staff_opened_next_response_starts_with_the_contacts_next_message() -> None:
    opened, _ = open_by_staff(SARI, NINE)
    assert decide(opened, ReplyDelivered(NINE))[1] == [KeepPromises(NINE)]
    assert decide(opened, ContactWrote(TEN))[1] == [StartClock(NEXT, TEN)]


def test_the_first_staff_message_that_was_accepted_stops_the_first_response() -> None:
    after, actions = decide(unanswered(), ReplyDelivered(TEN))
    assert actions == [StopClock(FIRST, TEN), KeepPromises(TEN)]
    assert (after.responded_at, after.unanswered_at) == (TEN, None)


def test_next_response_starts_only_once_first_response_has_stopped() -> None:
    after, actions = decide(unanswered(), ContactWrote(TEN))
    assert actions == []
    assert after.unanswered_at == NINE


def test_next_response_counts_from_the_oldest_unanswered_message_and_further_ones_do_not_restart_it() -> None:
    after, actions = decide(answered(), ContactWrote(TEN))
    assert actions == [StartClock(NEXT, TEN)]
    again, actions = decide(after, ContactWrote(NOON))
    assert actions == []
    assert again.unanswered_at == TEN


def test_thanks_starts_no_clock() -> None:
    after, actions = decide(answered(), ContactWrote(NOON, thanks=True))
    assert actions == []
    assert after.unanswered_at is None


@pytest.mark.parametrize("event", [ReplyDelivered(NOON), CustomerAsked(NOON), NoReplyNeeded(NOON)])
def test_a_reply_a_question_and_no_reply_needed_stop_the_next_response(event: Event) -> None:
    after, actions = decide(ticket(), event)
    assert actions[0] == StopClock(NEXT, NOON)
    assert after.unanswered_at is None


def test_a_message_younger_than_the_reply_is_not_answered_by_it() -> None:
    after, actions = decide(ticket(unanswered_at=NOON), ReplyDelivered(TEN))
    assert actions == [KeepPromises(TEN)]
    assert after.unanswered_at == NOON


@pytest.mark.parametrize("before", [unanswered(), answered()], ids=["first owed", "nothing owed"])
def test_no_reply_needed_takes_a_next_message_that_waits(before: Ticket) -> None:
    with pytest.raises(Refused, match="not_available: no reply is owed"):
        decide(before, NoReplyNeeded(NOON))


def test_resolution_pauses_while_the_customer_is_asked() -> None:
    after, actions = decide(answered(), CustomerAsked(TEN))
    assert after.status is Status.WAITING_CUSTOMER
    assert actions == [KeepPromises(TEN), PauseClock(RESOLUTION, TEN)]


def test_asking_twice_pauses_once() -> None:
    assert decide(answered(Status.WAITING_CUSTOMER), CustomerAsked(NOON))[1] == [KeepPromises(NOON)]


@pytest.mark.parametrize("thanks", [False, True])
def test_any_message_of_the_contact_ends_the_pause_at_that_messages_time(thanks: bool) -> None:
    after, actions = decide(answered(Status.WAITING_CUSTOMER), ContactWrote(NOON, thanks=thanks))
    assert after.status is Status.CLAIMED
    assert actions == [ResumeClock(RESOLUTION, NOON)] + ([] if thanks else [StartClock(NEXT, NOON)])


@pytest.mark.parametrize("event", [Released(NOON), ResponseBroken(NOON)])
def test_what_returns_a_ticket_to_waiting_ends_its_pause_and_touches_no_other_clock(event: Event) -> None:
    assert decide(answered(Status.WAITING_CUSTOMER), event)[1] == [ResumeClock(RESOLUTION, NOON)]
    assert decide(ticket(), event)[1] == []


def test_a_question_in_a_ticket_that_went_back_to_waiting_pauses_nothing() -> None:
    after, actions = decide(answered(Status.WAITING), CustomerAsked(NOON))
    assert (after.status, actions) == (Status.WAITING, [KeepPromises(NOON)])


def test_taking_over_changes_the_holder_and_no_clock() -> None:
    after, actions = decide(answered(Status.WAITING_CUSTOMER), TakenOver(AGUS))
    assert (after.status, after.assignee, actions) == (Status.WAITING_CUSTOMER, AGUS, [])


def test_resolving_stops_next_response_and_resolution() -> None:
    after, actions = decide(ticket(), Resolved(SARI, NOON))
    promised = [StopClock(Kind.PROMISE, NOON), CancelClock(Kind.APPROVAL, NOON)]
    assert actions == [StopClock(NEXT, NOON), StopClock(RESOLUTION, NOON), *promised, EndCrisis()]
    assert (after.resolved_at, after.unanswered_at) == (NOON, None)


def test_resolving_neither_keeps_nor_breaks_a_first_response_that_never_came() -> None:
    assert decide(unanswered(), Resolved(SARI, NOON))[1][0] == CancelClock(FIRST, NOON)


def test_who_resolves_a_waiting_ticket_is_the_one_it_returns_to() -> None:
    assert decide(ticket(Status.WAITING), Resolved(AGUS, NOON))[0].assignee == AGUS
    assert decide(ticket(), Resolved(AGUS, NOON))[0].assignee == SARI


def test_handing_back_closes_an_open_ticket_as_resolved() -> None:
    after, actions = decide(ticket(), HandedBack(SARI, NOON))
    assert (after.status, after.resolved_at, after.handed_back) == (Status.RESOLVED, NOON, True)
    assert StopClock(RESOLUTION, NOON) in actions


def test_handing_back_a_resolved_ticket_leaves_its_clocks_alone() -> None:
    after, actions = decide(answered(Status.RESOLVED), HandedBack(SARI, NOON))
    assert (after.resolved_at, after.handed_back, actions) == (at("11:00"), True, [])


def test_reopening_resumes_the_resolution_for_the_person_named() -> None:
    after, actions = decide(answered(Status.RESOLVED, handed_back=True), Reopened(AGUS, NOON))
    assert (after.status, after.assignee, after.resolved_at) == (Status.CLAIMED, AGUS, None)
    assert not after.handed_back
    assert actions == [ResumeClock(RESOLUTION, NOON)]


def test_staff_reopening_owes_again_the_first_response_that_never_came() -> None:
    before = unanswered(Status.RESOLVED, unanswered_at=None)
    after, actions = decide(before, Reopened(SARI, NOON))
    assert actions == [ResumeClock(RESOLUTION, NOON), ResumeClock(FIRST, NOON)]
    assert after.responded_at is None


def test_a_contacts_reopening_starts_next_response_at_that_message_in_any_case() -> None:
    for before in (answered(Status.RESOLVED), unanswered(Status.RESOLVED, unanswered_at=None)):
        after, actions = decide(before, Reopened(SARI, NOON, by_contact=True))
        assert actions == [ResumeClock(RESOLUTION, NOON)]
        assert decide(after, ContactWrote(NOON))[1] == [StartClock(NEXT, NOON)]


@pytest.mark.parametrize("by_contact", [False, True])
def test_reopening_a_crisis_raises_it_again(by_contact: bool) -> None:
    before = answered(Status.RESOLVED, category=Category.CRISIS)
    assert RaiseCrisis() in decide(before, Reopened(SARI, NOON, by_contact))[1]


def test_another_category_counts_from_the_original_start() -> None:
    crisis = Recategorised(Category.CRISIS)
    for before, response in ((unanswered(), (FIRST, NINE)), (ticket(), (NEXT, TEN))):
        after, actions = decide(before, crisis)
        assert after.category is Category.CRISIS
        assert actions == [Retarget(((RESOLUTION, NINE), response)), RaiseCrisis()]


def test_a_severe_message_makes_the_targets_count_from_itself() -> None:
    _, actions = decide(unanswered(), Recategorised(Category.CRISIS, TEN))
    assert actions[0] == Retarget(((RESOLUTION, TEN), (FIRST, TEN)))


def test_what_is_no_crisis_after_all_pings_no_more() -> None:
    _, actions = decide(answered(category=Category.CRISIS), Recategorised(Category.QUESTION))
    assert actions == [Retarget(((RESOLUTION, NINE),)), EndCrisis()]


def test_the_category_that_it_has_already_is_refused() -> None:
    with pytest.raises(Refused, match="already of category complaint"):
        decide(ticket(), Recategorised(Category.COMPLAINT))


def test_a_ticket_is_open_until_it_is_resolved() -> None:
    assert [status for status in Status if ticket(status).is_open] == [
        Status.WAITING, Status.CLAIMED, Status.WAITING_CUSTOMER
    ]  # fmt: skip


def test_a_promise_starts_a_clock_that_is_due_when_staff_said_so() -> None:
    after, actions = decide(ticket(), Promised(NOON, at("16:00"), note=7))
    assert (after, actions) == (ticket(), [StartClock(Kind.PROMISE, NOON, at("16:00"), 7)])


@pytest.mark.parametrize("by", ["12:00", "11:59"])
def test_a_promise_for_a_time_that_is_not_to_come_is_refused(by: str) -> None:
    with pytest.raises(Refused, match="invalid: a promise is for a time that is still to come"):
        decide(ticket(), Promised(NOON, at(by)))


def test_waiting_for_an_approval_and_a_review_of_an_override_pause_nothing() -> None:
    assert decide(ticket(), ApprovalAsked(4, NOON))[1] == [StartClock(Kind.APPROVAL, NOON, subject=4)]
    assert decide(ticket(), ApprovalDecided(4, NOON))[1] == [StopClock(Kind.APPROVAL, NOON, 4)]
    assert decide(ticket(), OverrideDone(2, NOON))[1] == [StartClock(Kind.REVIEW, NOON, subject=2)]
    assert decide(ticket(Status.RESOLVED), OverrideReviewed(2, NOON))[1] == [StopClock(Kind.REVIEW, NOON, 2)]


def test_when_the_first_reply_never_arrived_the_first_response_is_owed_from_the_start() -> None:
    after, actions = decide(ticket(), ReplyFailed(NINE, NOON))
    assert actions == [Annul(NINE, NOON)]
    assert (after.responded_at, after.unanswered_at) == (None, NINE)


def test_the_next_reply_that_stands_answered_instead() -> None:
    after, _ = decide(answered(), ReplyFailed(NINE, NOON, next_at=at("11:00")))
    assert (after.responded_at, after.unanswered_at) == (at("11:00"), None)


def test_a_next_reply_that_never_arrived_owes_the_message_it_answered_again() -> None:
    after, _ = decide(answered(), ReplyFailed(at("11:00"), NOON, answered_at=TEN))
    assert (after.responded_at, after.unanswered_at) == (NINE, TEN)


def test_what_never_arrived_in_a_resolved_ticket_owes_nobody_an_answer() -> None:
    resolved = answered(Status.RESOLVED)
    after, actions = decide(resolved, ReplyFailed(at("10:30"), NOON, answered_at=TEN))
    assert (after, actions) == (resolved, [Annul(at("10:30"), NOON, settled_at=at("11:00"))])


def test_a_ticket_does_not_wait_for_an_answer_to_a_question_that_never_arrived() -> None:
    asking = answered(Status.WAITING_CUSTOMER)
    after, actions = decide(asking, QuestionFailed(at("11:00"), NOON, answered_at=TEN))
    assert (after.status, actions) == (Status.CLAIMED, [Annul(at("11:00"), NOON)])
    still, actions = decide(
        asking, ReplyFailed(at("11:00"), NOON, next_at=at("11:30"), next_asked_at=at("11:30"))
    )
    assert still.status is Status.WAITING_CUSTOMER
    assert actions == [Annul(at("11:00"), NOON, at("11:30"), paused_at=at("11:30"))]


def test_a_ticket_that_staff_opened_never_owes_a_first_response() -> None:
    opened, _ = open_by_staff(SARI, NINE)
    after, _ = decide(opened, ReplyFailed(NINE, NOON))
    assert after.responded_at == NINE
