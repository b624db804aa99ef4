"""The gate: every role and every act; and whom a rung names at an instant."""

import pytest

from handoff.entry import Refused
from handoff.policy import Role
from handoff.staff import Person, is_on_call, may, outranks_admin, recipients, require, require_hold
from tests.handoff.cast import JAKARTA, at

# The acts that exist, and who may try them, as one reads them; the code has its own table.
EVERYBODY = "end_sessions claim reply note release resolve no_reply_needed reopen to_bot ack category block"
SENIORS = "take_over unblock manage_staff invite lock"
ALLOWED = {act: set(Role) for act in EVERYBODY.split()} | {
    act: {Role.SUPERVISOR, Role.DECISION_MAKER} for act in SENIORS.split()
}

ADMIN, OTHER = Person(1, "sari", Role.ADMIN), Person(2, "budi", Role.ADMIN, None, ("mon-fri 08:00-17:00",))
SENIOR, NIGHTS = (
    Person(3, "agus", Role.SUPERVISOR),
    Person(4, "rina", Role.DECISION_MAKER, None, ("mon 22:00-06:00",)),
)
STAFF = (ADMIN, OTHER, SENIOR, NIGHTS)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("act", ALLOWED)
def test_a_role_may_try_exactly_its_acts(role: Role, act: str) -> None:
    person = Person(9, "somebody", role)
    assert may(role, act) == (role in ALLOWED[act])
    if role in ALLOWED[act]:
        require(person, act)
    else:
        with pytest.raises(Refused, match=f"not_allowed: {act} takes a supervisor"):
            require(person, act)


@pytest.mark.parametrize("role", Role)
def test_an_act_that_nobody_knows_is_invalid(role: Role) -> None:
    assert not may(role, "dance")
    with pytest.raises(Refused, match="invalid: there is no act 'dance'"):
        require(Person(9, "somebody", role), "dance")


@pytest.mark.parametrize("role", Role)
def test_only_who_outranks_an_admin_acts_on_what_another_holds(role: Role) -> None:
    person = Person(9, "somebody", role)
    require_hold(person, None, None)
    require_hold(person, 9, "somebody")
    if outranks_admin(role):
        require_hold(person, 1, "sari")
    else:
        with pytest.raises(Refused, match="held: sari holds the ticket"):
            require_hold(person, 1, "sari")


@pytest.mark.parametrize(
    ("when", "called"), [("10:00", True), ("07:59", False), ("17:00", False), ("2026-03-21T10:00", False)]
)
def test_a_person_is_on_call_in_their_hours(when: str, called: bool) -> None:
    assert is_on_call(OTHER, JAKARTA, at(when)) == called


def test_a_person_without_hours_is_always_on_call() -> None:
    assert is_on_call(ADMIN, JAKARTA, at("2026-03-22T03:00"))


@pytest.mark.parametrize(
    ("to", "assignee", "when", "names"),
    [
        (["admin"], None, "10:00", ["sari", "budi"]),
        (["admin"], None, "20:00", ["sari"]),
        (["decision_maker"], None, "10:00", []),
        (["decision_maker"], None, "2026-03-17T02:00", ["rina"]),
        (["assignee"], 2, "20:00", ["budi"]),
        (["assignee"], None, "20:00", ["sari"]),
        (["assignee"], 77, "20:00", ["sari"]),
        (["on_call"], None, "20:00", ["sari", "agus"]),
        (["assignee", "supervisor"], 3, "10:00", ["agus"]),
        (["supervisor", "assignee", "admin"], 2, "10:00", ["agus", "budi", "sari"]),
    ],
)
def test_a_rung_names_who_is_there_each_once(
    to: list[str], assignee: int | None, when: str, names: list[str]
) -> None:
    assert [person.name for person in recipients(to, STAFF, assignee, JAKARTA, at(when))] == names
