"""Promises by word: warned of, kept and missed, exactly as the README says."""

import pytest

from handoff.entry import TellDelay
from handoff.events import Claimed, Promised, Released, Reopened, ReplyDelivered, Resolved
from handoff.policy import Rung
from tests.handoff.cast import Desk, at, desk, minutes, promises

NOON, FOUR = at("12:00"), at("16:00")
WARNED = at("15:00")  # three quarters of the four hours
SARI = 1


def promised(office: Desk | None = None, by: str = "16:00") -> Desk:
    """Sari has answered ani's complaint and promises her a technician."""
    office = office or desk()
    office.complains(at("11:50"))
    office.happens(Claimed(SARI), at("11:51"))
    office.happens(ReplyDelivered(at("11:55")), at("11:55"))
    office.happens(Promised(NOON, at(by)), NOON)
    return office


def outcomes(office: Desk) -> list[str]:
    """Return what became of the promises, in order."""
    return [e.kind for e in office.entries("met", "breach") if e.data["deadline"] == "promise"]


def test_a_promise_is_due_when_staff_said_so_and_shows_on_the_ticket() -> None:
    office = promised()
    assert dict(office.entries("ticket")[-1].data)["due"] == {
        "resolution": "2026-03-17T04:50:00+00:00", "promise": "2026-03-16T09:00:00+00:00",
    }  # fmt: skip


def test_the_assignee_is_warned_at_three_quarters_with_the_reason_promise() -> None:
    office = promised()
    office.sweep_to(at("15:30"))
    assert office.rang("promise") == [("15:00", "sari", 0, 1)]
    assert office.rang("warning", "breach") == []


@pytest.mark.parametrize("when", ["12:01", "15:00"])
def test_a_reply_before_the_warning_keeps_nothing(when: str) -> None:
    office = promised()
    office.happens(ReplyDelivered(at(when)), at(when))
    office.sweep_to(FOUR)
    assert outcomes(office) == ["breach"]


@pytest.mark.parametrize("when", ["15:00:01", "16:00"])
def test_a_reply_after_the_warning_keeps_it_up_to_the_instant(when: str) -> None:
    office = promised()
    office.happens(ReplyDelivered(at(when)), at(when))
    office.sweep_to(at("18:00"))
    assert outcomes(office) == ["met"]


def test_an_earlier_reply_keeps_it_where_it_is_the_promised_news() -> None:
    office = promised()
    office.happens(ReplyDelivered(at("13:00"), update=True), at("13:00"))
    office.sweep_to(at("18:00"))
    assert outcomes(office) == ["met"]
    assert office.rang("promise") == []


def test_one_news_keeps_the_promise_that_is_due_next_and_not_all() -> None:
    office = promised()
    office.happens(Promised(NOON, at("20:00")), NOON)
    office.happens(ReplyDelivered(at("13:00"), update=True), at("13:00"))
    office.sweep_to(at("20:00"))
    assert outcomes(office) == ["met", "breach"]


def test_a_resolve_keeps_it_and_a_late_one_ends_its_alerts() -> None:
    office = promised()
    office.happens(Resolved(SARI, at("13:00")), at("13:00"))
    assert outcomes(office) == ["met"]
    late = promised()
    late.sweep_to(at("16:05"))
    late.happens(Resolved(SARI, at("16:06")), at("16:06"))
    rung = len(late.rang("promise"))
    late.sweep_to(at("20:00"))
    assert (outcomes(late), len(late.rang("promise"))) == (["breach"], rung)


def test_when_it_passes_the_follower_is_told_at_that_instant_and_the_ladder_begins() -> None:
    office = promised()
    office.sweep_to(at("15:59"))
    effects = office.sweep(FOUR)
    assert [effect for effect in effects if isinstance(effect, TellDelay)] == [TellDelay(1, FOUR)]
    assert office.rang("promise")[1:] == [
        ("16:00", "sari", 1, 1), ("16:00", "agus", 1, 1), ("16:00", "rina", 2, 1), ("16:00", "tono", 2, 1),
    ]  # fmt: skip
    assert not any(isinstance(effect, TellDelay) for effect in office.sweep(at("16:05")))


def test_a_late_reply_keeps_nothing_but_ends_the_alerts() -> None:
    office = promised()
    office.sweep_to(FOUR)
    rung = len(office.rang("promise"))
    office.happens(ReplyDelivered(at("16:02")), at("16:02"))
    office.sweep_to(at("20:00"))
    assert (outcomes(office), len(office.rang("promise"))) == (["breach"], rung)


def test_a_reply_that_comes_late_while_nobody_swept_records_the_breach_and_tells_the_follower() -> None:
    office = promised()
    effects = office.happens(ReplyDelivered(at("16:02")), at("16:02"))
    assert outcomes(office) == ["breach"]
    assert TellDelay(1, FOUR) in effects


def test_a_missed_promise_does_not_return_the_ticket_to_waiting() -> None:
    office = promised()
    office.sweep_to(at("16:01"))
    assert office.get().ticket.assignee == SARI


def test_a_released_ticket_keeps_its_promise_and_the_admins_on_call_are_warned() -> None:
    office = promised(desk(promises((Rung(("supervisor",)),)), budi="tue 08:00-17:00"))
    office.happens(Released(at("12:30")), at("12:30"))
    office.sweep_to(at("15:30"))
    assert office.rang("promise") == [("15:00", "sari", 0, 1)]


def test_a_promise_kept_by_a_resolve_stays_kept_when_the_ticket_is_reopened() -> None:
    office = promised()
    office.happens(Resolved(SARI, at("13:00")), at("13:00"))
    office.happens(Reopened(SARI, at("13:30")), at("13:30"))
    office.sweep_to(FOUR + minutes(30))
    assert outcomes(office) == ["met"]
