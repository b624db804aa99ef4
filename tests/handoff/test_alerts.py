"""Single pings, and the one that stands for many."""

from datetime import datetime

import pytest
from sqlalchemy import select

from handoff.events import Claimed
from handoff.policy import Category, Role, Rung
from handoff.tables import ALERTS
from tests.handoff.cast import JAKARTA, Desk, at, desk, minutes, promises

TEN = at("10:00")
AGUS = (Rung(("supervisor",)),)


def broken(office: Desk, count: int, now: datetime = TEN, first: int = 1) -> None:
    """Let so many promises of 15 minutes break at one instant."""
    for conversation in range(first, first + count):
        office.complains(now - minutes(15), conversation=conversation)
    office.sweep(now)


def pinged(office: Desk, name: str) -> list[tuple[str, object]]:
    person = office.people[name].id
    return [
        (f"{now.astimezone(JAKARTA):%H:%M:%S}", entry.data.get("count", 1))
        for now, entry in office.log
        if entry.kind == "alert" and entry.data["to"] == person and entry.data["reason"] != "warning"
    ]


def test_of_seven_alerts_five_pass_and_a_digest_of_two_follows_two_minutes_after_the_first() -> None:
    office = desk(promises(AGUS))
    broken(office, 4)
    broken(office, 3, TEN + minutes(1), 5)
    assert [count for _, count in pinged(office, "agus")] == [1] * 5
    office.sweep_to(at("10:01:59"))
    assert len(pinged(office, "agus")) == 5
    office.sweep_to(at("10:30"))
    assert pinged(office, "agus")[5:] == [("10:02:00", 2)]
    digest = office.entries("alert")[-1]
    assert (digest.ticket, digest.data["reason"], digest.data["role"]) == (None, "digest", Role.SUPERVISOR)


def test_what_is_kept_for_the_digest_is_on_record_and_not_sent() -> None:
    office = desk(promises(AGUS))
    broken(office, 7)
    with office.open() as conn:
        assert len(conn.execute(select(ALERTS.c.id).where(ALERTS.c.held)).all()) == 2
    assert len(office.notified) == 5


def test_a_digest_goes_out_once() -> None:
    office = desk(promises(AGUS))
    broken(office, 7)
    office.sweep(TEN + minutes(2))
    assert office.sweep(TEN + minutes(2)) == []
    assert office.sweep(TEN + minutes(3)) == []


def test_five_alerts_are_no_burst() -> None:
    office = desk(promises(AGUS))
    broken(office, 5)
    office.sweep_to(at("10:30"))
    assert pinged(office, "agus") == [("10:00:00", 1)] * 5


def test_after_two_minutes_a_new_burst_begins() -> None:
    office = desk(promises(AGUS))
    broken(office, 5)
    broken(office, 5, TEN + minutes(2), 6)
    assert [count for _, count in pinged(office, "agus")] == [1] * 10


def test_a_burst_is_counted_for_each_person() -> None:
    office = desk(promises((Rung(("supervisor",)), Rung(("decision_maker",)))))
    broken(office, 7)
    office.sweep_to(at("10:02"))
    for name in ("agus", "rina", "tono"):
        assert [count for _, count in pinged(office, name)] == [1] * 5 + [2]


def test_a_crisis_is_never_kept_back_and_fills_no_burst() -> None:
    office = desk()
    for conversation in range(1, 9):
        office.complains(TEN, Category.CRISIS, conversation)
    assert len(office.rang("crisis")) == 16
    with office.open() as conn:
        assert conn.execute(select(ALERTS.c.id).where(ALERTS.c.held)).all() == []
    broken(office, 5, TEN + minutes(1), 9)
    assert len([ring for ring in office.rang("breach") if ring[1] == "rina"]) == 5


@pytest.mark.parametrize(("after", "single"), [(1, 1), (2, 2), (10, 7)])
def test_how_many_alerts_pass_is_configured(after: int, single: int) -> None:
    office = desk(promises(AGUS, digest_after=after))
    broken(office, 7)
    assert len(pinged(office, "agus")) == single


def test_a_digest_waits_until_the_quiet_is_over() -> None:
    office = desk(promises(AGUS, quiet=["mon-sun 09:00-12:00"]))
    broken(office, 7)
    office.sweep_to(at("11:59"))
    assert len(pinged(office, "agus")) == 5
    office.sweep_to(at("12:00"))
    assert pinged(office, "agus")[5:] == [("12:00:00", 2)]


def test_a_digest_that_waits_keeps_no_later_breach_back() -> None:
    office = desk(promises(AGUS, quiet=["mon-sun 09:00-12:00"]))
    broken(office, 7)
    broken(office, 6, at("10:30"), 8)
    assert [ping for ping in pinged(office, "agus") if ping[0] == "10:30:00"] == [("10:30:00", 1)] * 5
    office.sweep_to(at("12:00"))
    assert pinged(office, "agus")[-1] == ("12:00:00", 3)


def test_a_digest_for_somebody_who_left_is_dropped() -> None:
    office = desk(promises(AGUS))
    broken(office, 7)
    with office.open() as conn:
        from_the_desk = office.people["agus"]
        conn.exec_driver_sql("UPDATE staff SET active = 0 WHERE id = ?", (from_the_desk.id,))
    assert office.sweep(TEN + minutes(2)) == []


def test_a_digest_that_cannot_be_delivered_passes_on_what_it_stands_for() -> None:
    office = desk(promises((Rung(("supervisor",)), Rung(("decision_maker",), minutes(30)))))
    broken(office, 7)
    office.sweep_to(at("10:02"))
    assert office.rang("breach")[5:] == []
    office.blocked("agus", at("10:03"))
    told = {entry.ticket for entry in office.entries("alert") if entry.data["role"] == Role.DECISION_MAKER}
    assert len(told) == 2


def test_what_is_noticed_late_is_marked_late() -> None:
    office = desk(promises(AGUS))
    office.complains(TEN)
    office.happens(Claimed(office.people["sari"].id), TEN)
    office.sweep(at("10:15:59"))
    assert "late" not in office.entries("alert")[-1].data
    office.complains(TEN, conversation=2)
    office.sweep(at("10:16"))
    assert office.entries("alert")[-1].data["late"] is True
