"""The page of the people: who sees and changes what, and that it holds at once."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection, select

from bot.access_tables import LOGINS
from bot.logins import Purpose, digest
from bot.tables import LOG, OUTBOX
from bot.web.browsers import browser_of
from bot.web.gate import SESSION
from handoff import people, tickets
from handoff.policy import Role
from tests.web.house import Browser, Mimin

BELOW = {"sari": set(), "agus": {"sari", "budi"}, "rina": {"sari", "budi", "agus"}}
HOURS = "mon-fri 08:00-17:00\nsat 08:00-12:00"


def role_of(mimin: Mimin, name: str) -> Role | None:
    found = mimin.read(lambda conn: people.find_staff(conn, name))
    return found.role if found else None


def kinds(mimin: Mimin) -> list[str]:
    return mimin.read(lambda conn: list(conn.scalars(select(LOG.c.kind).order_by(LOG.c.id))))


def do(mimin: Mimin, browser: Browser, verb: str, name: str, **fields: str) -> int:
    person = str(mimin.staff[name]) if name else ""
    return browser.post_form(f"/desk/staff/{verb}", person=person, **fields).status_code


@pytest.mark.parametrize("who", BELOW)
def test_everybody_sees_the_people_and_forms_only_for_those_below(mimin: Mimin, who: str) -> None:
    page = mimin.signed_in(who).get("/desk/staff").text
    for name in mimin.staff:
        assert f">{name}" in page
        card = page.split(f'id="person{mimin.staff[name]}"')[1].split('class="sheet"')[0]
        assert ("Kunci akun" in card) == (name in BELOW[who])
        assert ("Peramban yang masuk" in card) == (name in BELOW[who] | {who})
    assert ("Tambah orang" in page) == bool(BELOW[who])


def test_nobody_sees_it_without_signing_in(mimin: Mimin) -> None:
    assert mimin.visitor().get("/desk/staff").status_code == 401
    assert mimin.visitor().post("/desk/staff/lock", data={"person": "1"}).status_code == 401
    sari = mimin.signed_in("sari")
    assert sari.post("/desk/staff/end_sessions", data={"person": "1", "csrf": "forged"}).status_code == 403
    assert sari.post_form("/desk/staff/dance", person="1").status_code == 404


@pytest.mark.parametrize("who", BELOW)
@pytest.mark.parametrize("other", ["sari", "budi", "agus", "rina"])
def test_only_somebody_above_changes_locks_and_signs_out(mimin: Mimin, who: str, other: str) -> None:
    browser = mimin.signed_in(who)
    before, may = role_of(mimin, other), other in BELOW[who]
    assert (do(mimin, browser, "manage_staff", other, role="admin", on_call=HOURS) == 200) == may
    assert role_of(mimin, other) == (Role.ADMIN if may else before)
    if other != who:
        assert (do(mimin, browser, "end_sessions", other) == 200) == may
    assert (do(mimin, browser, "lock", other, sure="yes") == 200) == may
    assert role_of(mimin, other) == (None if may else before)
    assert ("refused" in kinds(mimin)) != may


def test_a_role_is_given_only_by_who_has_a_higher_one(mimin: Mimin) -> None:
    agus, rina = mimin.signed_in("agus"), mimin.signed_in("rina")
    for browser, role in ((agus, "supervisor"), (agus, "decision_maker"), (rina, "decision_maker")):
        assert do(mimin, browser, "manage_staff", "sari", role=role) == 403
        assert browser.post_form("/desk/staff/manage_staff", name="x", role=role).status_code == 403
    assert do(mimin, rina, "manage_staff", "sari", role="supervisor") == 200
    assert role_of(mimin, "sari") is Role.SUPERVISOR
    assert do(mimin, agus, "manage_staff", "sari", role="admin") == 403, "they are equals now"


def test_a_supervisor_loses_what_the_role_gave_at_their_next_act(mimin: Mimin) -> None:
    agus, rina = mimin.signed_in("agus"), mimin.signed_in("rina")
    agus.token()
    assert do(mimin, rina, "manage_staff", "agus", role="admin") == 200
    assert do(mimin, agus, "lock", "sari", sure="yes") == 403
    assert agus.get("/desk/reports").status_code == 403


def test_a_locked_account_is_out_everywhere_and_its_ticket_waits(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    sari, agus = mimin.signed_in("sari"), mimin.signed_in("agus")
    sari.act(conversation, "claim")
    assert do(mimin, agus, "lock", "sari") == 409, "it takes a second tap"
    assert sari.get("/desk").status_code == 200
    assert do(mimin, agus, "lock", "sari", sure="yes") == 200
    assert sari.get("/desk").status_code == 401
    assert sari.act(conversation, "reply", text="Halo Kak").status_code == 401
    assert mimin.read(tickets.list_open)[0].ticket.assignee is None
    told = mimin.read(lambda conn: _told(conn, mimin.staff["rina"]))
    assert "agus mengunci akun sari." in told


def _told(conn: Connection, person: int) -> list[str]:
    return list(conn.scalars(select(OUTBOX.c.text).where(OUTBOX.c.recipient == str(person))))


def test_a_locked_person_comes_back_by_whom_they_are_below_and_signs_in_anew(mimin: Mimin) -> None:
    agus, rina = mimin.signed_in("agus"), mimin.signed_in("rina")
    assert do(mimin, rina, "lock", "agus", sure="yes") == 200
    assert agus.get("/desk").status_code == 401
    dewi = {"name": "agus", "role": "admin", "on_call": "", "email": ""}
    mimin.write(lambda conn: people.add_staff(conn, "dewi", Role.SUPERVISOR))
    mimin.staff["dewi"] = mimin.read(lambda conn: people.find_staff(conn, "dewi")).id  # type: ignore[union-attr]
    assert mimin.signed_in("dewi").post_form("/desk/staff/manage_staff", **dewi).status_code == 403
    assert rina.post_form("/desk/staff/manage_staff", **dewi).status_code == 200
    assert role_of(mimin, "agus") is Role.ADMIN
    assert agus.get("/desk").status_code == 401


def test_one_browser_is_signed_out_and_the_other_stays(mimin: Mimin) -> None:
    first, second = mimin.signed_in("sari"), mimin.signed_in("sari")
    here = mimin.signed_in("sari")
    page = here.get("/desk/staff").text
    assert page.count("peramban ini") == 1
    handle = digest(first.cookies[SESSION])
    budi = mimin.signed_in("budi")
    assert do(mimin, budi, "end_sessions", "sari", session=handle) == 403
    assert do(mimin, here, "end_sessions", "budi", session=handle) == 403
    assert do(mimin, here, "end_sessions", "sari", session="0" * 64) == 404
    assert do(mimin, here, "end_sessions", "sari", session=handle) == 200
    alive = [browser.get("/desk").status_code for browser in (first, second, here, budi)]
    assert alive == [401, 200, 200, 200]
    assert "sessions_ended" in kinds(mimin)


def test_an_open_page_hears_that_it_is_over(mimin: Mimin) -> None:
    sari, agus = mimin.signed_in("sari"), mimin.signed_in("agus")
    agus.token()
    with sari.stream("GET", "/desk/events") as events:
        lines = events.iter_lines()
        assert do(mimin, agus, "end_sessions", "sari") == 200
        assert any("ended" in line for line in lines)


def test_somebody_new_gets_a_role_hours_and_a_mail_address(mimin: Mimin) -> None:
    rina = mimin.signed_in("rina")
    page = rina.post_form(
        "/desk/staff/manage_staff",
        name=" Dewi ",
        role="supervisor",
        on_call=HOURS,
        email="dewi@layarku.example",
    )
    assert page.status_code == 200
    dewi = mimin.read(lambda conn: people.find_staff(conn, "dewi"))
    assert dewi is not None
    assert (dewi.role, dewi.on_call, dewi.email) == (
        Role.SUPERVISOR, tuple(HOURS.split("\n")), "dewi@layarku.example",
    )  # fmt: skip
    mimin.staff["dewi"] = dewi.id
    assert do(mimin, rina, "manage_staff", "dewi", role="supervisor", on_call="", email="") == 200
    changed = mimin.read(lambda conn: people.find_by_id(conn, dewi.id))
    assert changed is not None
    assert (changed.role, changed.on_call, changed.email) == (Role.SUPERVISOR, (), None)
    assert "rina menambahkan Dewi ke meja sebagai supervisor." in mimin.read(
        lambda conn: _told(conn, mimin.staff["agus"])
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "bot"), ("name", "x" * 81), ("name", "a\x00b"), ("name", "12"), ("name", "sari"),
     ("role", "boss"), ("role", ""), ("on_call", "sometimes"), ("on_call", "mon 25:00-26:00"),
     ("email", "no address")],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_stays(mimin: Mimin, field: str, value: str) -> None:
    rina, before = mimin.signed_in("rina"), mimin.read(people.list_staff)
    form = {"name": "Dewi", "role": "admin", "on_call": "sun 08:00-12:00", "email": "dewi@x.example"}
    page = rina.post_form("/desk/staff/manage_staff", **form | {field: value})
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert mimin.read(people.list_staff) == before
    for name in {"on_call", "email"} - {field}:
        assert form[name] in page.text


@pytest.mark.parametrize("person", ["0", "-1", "99999999999999999999999", "x", "١٢", "1 OR 1=1", "\x00"])
def test_a_person_who_is_not_there_is_not_found(mimin: Mimin, person: str) -> None:
    rina, before = mimin.signed_in("rina"), mimin.read(people.list_staff)
    for verb in ("lock", "end_sessions", "manage_staff"):
        answer = rina.post_form(f"/desk/staff/{verb}", person=person, sure="yes", role="admin")
        assert answer.status_code in (404, 422), (verb, answer.status_code)
    assert mimin.read(people.list_staff) == before


def with_telegram(mimin: Mimin) -> None:
    mimin.service.brand = replace(mimin.service.brand, reaches=frozenset({"telegram"}))


def links(mimin: Mimin) -> list[int]:
    """Return whose Telegram accounts the links that were made would take."""
    mine = select(LOGINS.c.staff_id).where(LOGINS.c.purpose == Purpose.TELEGRAM)
    return mimin.read(lambda conn: list(conn.scalars(mine)))


def test_the_telegram_link_is_shown_once_to_who_asked_for_it(mimin: Mimin) -> None:
    with_telegram(mimin)
    rina, sari = mimin.signed_in("rina"), str(mimin.staff["sari"])
    assert "/start s_" in rina.post_form("/desk/staff/invite", person=sari).text
    assert "/start s_" not in rina.get("/desk/staff").text
    assert links(mimin) == [mimin.staff["sari"]]
    assert "staff_invited" in kinds(mimin)
    assert "rina membuat tautan Telegram untuk sari." in mimin.read(
        lambda conn: _told(conn, mimin.staff["agus"])
    )


@pytest.mark.parametrize("who", ["sari", "agus"])
@pytest.mark.parametrize("verb", ["invite", "manage_staff", "end_sessions", "lock"])
def test_no_form_makes_a_link_for_somebody_who_is_not_below(mimin: Mimin, who: str, verb: str) -> None:
    with_telegram(mimin)
    browser, other = mimin.signed_in(who), mimin.signed_in(who)
    handle, rina = digest(other.cookies[SESSION]), str(mimin.staff["rina"])
    for person in (rina, "rina", "", str(mimin.staff["budi"]), "budi"):
        form = {"person": person, "session": handle, "name": "rina", "role": "admin", "invite": "yes"}
        browser.post_form(f"/desk/staff/{verb}", **form, sure="yes")
    assert mimin.staff["rina"] not in links(mimin)
    if who == "sari":
        assert links(mimin) == []


def test_the_decision_maker_wins_over_the_supervisor_who_would_lock_first(mimin: Mimin) -> None:
    agus, rina = mimin.signed_in("agus"), mimin.signed_in("rina")
    assert do(mimin, agus, "lock", "rina", sure="yes") == 403
    assert do(mimin, rina, "lock", "agus", sure="yes") == 200
    assert do(mimin, agus, "lock", "sari", sure="yes") == 401


def test_what_is_changed_of_somebody_is_on_record_and_told_above(mimin: Mimin) -> None:
    agus = mimin.signed_in("agus")
    form = {"role": "admin", "on_call": "mon 08:00-08:01", "email": "other@a.example"}
    assert do(mimin, agus, "manage_staff", "sari", **form) == 200
    entries = select(LOG.c.data).where(LOG.c.kind == "staff_changed")
    assert mimin.read(lambda conn: list(conn.scalars(entries))) == [
        {"by": mimin.staff["agus"], "email": True, "on_call": ["mon 08:00-08:01"]}
    ]
    told = "agus mengubah jam tugas atau alamat sari."
    assert mimin.read(lambda conn: _told(conn, mimin.staff["rina"])).count(told) == 1
    assert do(mimin, agus, "manage_staff", "sari", **form) == 200
    assert kinds(mimin).count("staff_changed") == 1, "what stays as it is, is no change"


@pytest.mark.parametrize(
    ("agent", "called"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 "
         "Safari/537.36 Edg/126.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile "
         "Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
         "Version/17.5 Mobile/15E148 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox, Linux"),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_browser_is_named(agent: str, called: str) -> None:
    assert browser_of(agent) == called
