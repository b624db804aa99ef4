"""Requests, overrides and crises: what may follow what, and who may do it."""

from dataclasses import replace

import pytest

from handoff import approval, crisis, override
from handoff.approval import Request, Standing, Status
from handoff.entry import Refused
from handoff.policy import Role, Sop
from handoff.sop import Spent, is_within, room, sufficient_roles
from tests.handoff.cast import at

NOON, LATE = at("12:00"), at("23:00")
SUE = Standing(2, True, 2_000_000)
DAN, DEE = Standing(3, True, 20_000_000, True), Standing(4, True, 20_000_000, True)
ASKED = Request(Status.PENDING, 750_000, 1, LATE)
EVENTS = (
    approval.Approved(SUE, NOON), approval.Rejected(SUE, NOON), approval.Withdrawn(1, NOON),
    approval.Reworded(1, NOON, (SUE,)), approval.Delivered(), approval.Undeliverable(),
    approval.TimePassed(LATE),
    approval.TicketClosed(),
)  # fmt: skip
REFUND = Sop("refund", "IDR", 200_000, 2_000_000, 20_000_000, 500_000, 1_000_000, 1_000_000)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_a_request_goes_only_where_the_table_says(status: Status, event: approval.Event) -> None:
    before = replace(ASKED, status=status, decided_by=SUE.person if status is not Status.PENDING else None)
    possible = approval.NEXT_STATUS.get((status, type(event)))
    if possible is None:
        with pytest.raises(Refused):
            approval.decide(before, event)
    else:
        assert approval.decide(before, event).status in possible


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (Standing(1, True, 10**9), "not_allowed"), (Standing(2, False, 0), "not_allowed"),
        (Standing(2, True, 10**9, is_beneficiary=True), "not_allowed"), (Standing(2, True, 749_999), "limit"),
    ],
)  # fmt: skip
def test_who_may_not_approve_is_refused(by: Standing, code: str) -> None:
    with pytest.raises(Refused, match=f"^{code}: "):
        approval.decide(ASKED, approval.Approved(by, NOON))


def test_above_everybodys_limit_two_people_approve_and_one_alone_does_not() -> None:
    huge = replace(ASKED, amount=30_000_000)
    first = approval.decide(huge, approval.Approved(DAN, NOON))
    assert (first.status, first.first_by) == (Status.PENDING, DAN.person)
    with pytest.raises(Refused, match="not_allowed"):
        approval.decide(first, approval.Approved(DAN, NOON))
    with pytest.raises(Refused, match="limit"):
        approval.decide(first, approval.Approved(SUE, NOON))
    with pytest.raises(Refused, match="invalid"):
        approval.decide(first, approval.Approved(DEE, NOON, 29_000_000))
    assert approval.decide(first, approval.Approved(DEE, NOON)).status is Status.APPROVED


def test_a_changed_amount_waits_for_words_and_for_an_approver_who_still_may() -> None:
    changed = approval.decide(ASKED, approval.Approved(SUE, NOON, 500_000))
    assert (changed.status, changed.worth) == (Status.APPROVED_CHANGED, 500_000)
    with pytest.raises(Refused, match="limit"):
        approval.decide(changed, approval.Reworded(1, NOON, (replace(SUE, most=499_999),)))
    with pytest.raises(Refused, match="limit"):
        approval.decide(changed, approval.Reworded(1, NOON, ()))
    assert approval.decide(changed, approval.Reworded(1, NOON, (SUE,))).status is Status.APPROVED


def test_a_request_is_void_after_its_time() -> None:
    with pytest.raises(Refused, match="not_open"):
        approval.decide(ASKED, approval.Approved(SUE, LATE))


def test_the_tightest_limit_binds() -> None:
    assert room(REFUND, Role.ADMIN, Spent()).amount == 200_000
    assert room(REFUND, Role.ADMIN, Spent(150_000)).amount == 50_000
    assert room(REFUND, Role.ADMIN, Spent(0, 450_000)).bound_by == "contact_30d"
    assert room(REFUND, Role.ADMIN, Spent(0, 0, 1_000_000)).amount == 0
    assert room(REFUND, Role.ADMIN, Spent(10**9)).amount == 0, "more was granted above than the role may"
    assert is_within(REFUND, Role.ADMIN, 0, Spent(10**9)), "what costs nothing needs no room"
    assert not is_within(REFUND, Role.ADMIN, 1, Spent(10**9))
    assert sufficient_roles(REFUND, 750_000, 0) == [Role.SUPERVISOR, Role.DECISION_MAKER]
    assert sufficient_roles(REFUND, 30_000_000, 0) == [Role.DECISION_MAKER]


def test_an_override_has_a_cap_and_three_open_reviews_end_them() -> None:
    override.require(REFUND, "refund", 1_000_000, 2)
    for amount, unreviewed in ((1_000_001, 0), (1, 3)):
        with pytest.raises(Refused, match="limit"):
            override.require(REFUND, "refund", amount, unreviewed)
    with pytest.raises(Refused, match="not_allowed"):
        override.review(override.Override(1, 5), 1, "justified", NOON)
    with pytest.raises(Refused, match="invalid"):
        override.review(override.Override(1, 5), 2, "fine", NOON)


@pytest.mark.parametrize("status", crisis.Status)
@pytest.mark.parametrize(
    "event", [crisis.Watched, crisis.Declared, crisis.Ended, crisis.Closed, crisis.TimePassed]
)
def test_a_crisis_goes_only_where_the_table_says(status: crisis.Status, event: type) -> None:
    before = crisis.Crisis(status, NOON)
    expected = crisis.NEXT_STATUS.get((status, event))
    if expected is None:
        with pytest.raises(Refused, match="not_available"):
            crisis.decide(before, event(NOON))
    else:
        assert crisis.decide(before, event(NOON)).status is expected
