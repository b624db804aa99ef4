"""Staff in the database."""

import pytest

from handoff import people
from handoff.entry import Refused
from handoff.policy import Role
from tests.handoff.cast import Desk, desk


@pytest.fixture
def office() -> Desk:
    return desk()


def test_the_desk_lists_its_people_in_the_order_they_joined(office: Desk) -> None:
    with office.open() as conn:
        assert [person.name for person in people.list_staff(conn)] == ["sari", "budi", "agus", "rina", "tono"]


def test_a_name_is_found_whatever_its_case_and_taken_whatever_its_case(office: Desk) -> None:
    with office.open() as conn:
        assert people.find_staff(conn, "SARI") == office.people["sari"]
        with pytest.raises(Refused, match="invalid: there is already a Sari"):
            people.add_staff(conn, "Sari", Role.ADMIN)


def test_who_left_is_found_nowhere_but_keeps_their_name(office: Desk) -> None:
    sari = office.people["sari"]
    with office.open() as conn:
        people.change(conn, sari, telegram=77)
        assert people.find_by_telegram(conn, 77) is not None
        people.deactivate(conn, sari)
        assert people.find_staff(conn, "sari") is None
        assert people.find_by_id(conn, sari.id) is None
        assert people.find_by_telegram(conn, 77) is None
        assert people.name_of(conn, sari.id) == "sari"
        assert people.name_of(conn, None) is None


def test_who_left_can_come_back_as_somebody_else(office: Desk) -> None:
    with office.open() as conn:
        people.deactivate(conn, office.people["sari"])
        back = people.add_staff(conn, "sari", Role.SUPERVISOR, 78, ["mon 08:00-12:00"])
        assert back.id == office.people["sari"].id
        assert people.find_by_telegram(conn, 78) == back


def test_a_changed_role_is_read_at_the_next_look(office: Desk) -> None:
    with office.open() as conn:
        people.change_role(conn, office.people["budi"], Role.DECISION_MAKER)
        found = people.find_staff(conn, "budi")
    assert found is not None
    assert found.role is Role.DECISION_MAKER


def test_a_desk_that_everybody_left_was_staffed_all_the_same(office: Desk) -> None:
    with Desk(office.promises).open() as conn:
        assert not people.was_ever_staffed(conn)
    with office.open() as conn:
        for person in people.list_staff(conn):
            people.deactivate(conn, person)
        assert people.was_ever_staffed(conn)
