"""Sign-in: links that work once, sessions that end, and nobody who acts for somebody else."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import Connection, select

from bot.access_tables import LOGINS, SESSIONS
from bot.database import transaction
from bot.logins import create_login
from bot.web.app import build_app
from bot.web.sign_in import find_session, sign_in, sign_out
from handoff import people
from handoff.policy import Role
from tests.databases import new_memory
from tests.web.house import Mimin

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def sari(conn: Connection) -> int:
    return people.add_staff(conn, "sari", Role.ADMIN).id


def test_a_link_works_once() -> None:
    with transaction(new_memory()) as conn:
        token = create_login(conn, sari(conn), NOW)
        assert sign_in(conn, token, NOW) is not None
        assert sign_in(conn, token, NOW) is None


def test_a_link_is_over_after_a_quarter_of_an_hour() -> None:
    with transaction(new_memory()) as conn:
        token = create_login(conn, sari(conn), NOW)
        assert sign_in(conn, token, NOW + timedelta(minutes=15)) is None
        again = create_login(conn, 1, NOW)
        assert sign_in(conn, again, NOW + timedelta(minutes=14, seconds=59)) is not None


def test_a_session_ends_by_itself_after_twelve_hours_and_at_once_by_hand() -> None:
    with transaction(new_memory()) as conn:
        token = create_login(conn, sari(conn), NOW)
        secret = sign_in(conn, token, NOW)
        assert secret is not None
        assert find_session(conn, secret, NOW + timedelta(hours=11, minutes=59)) is not None
        assert find_session(conn, secret, NOW + timedelta(hours=12)) is None
        sign_out(conn, secret)
        assert find_session(conn, secret, NOW) is None


def test_only_digests_are_stored() -> None:
    with transaction(new_memory()) as conn:
        token = create_login(conn, sari(conn), NOW)
        secret = sign_in(conn, token, NOW)
        stored = str(conn.execute(select(LOGINS)).all()) + str(conn.execute(select(SESSIONS)).all())
        assert token not in stored
        assert str(secret) not in stored


def test_a_link_of_somebody_who_left_signs_nobody_in() -> None:
    with transaction(new_memory()) as conn:
        person = people.add_staff(conn, "sari", Role.ADMIN)
        token = create_login(conn, person.id, NOW)
        people.deactivate(conn, person)
        assert sign_in(conn, token, NOW) is None


def test_the_link_leads_to_the_desk_and_a_used_one_says_how_to_get_another(mimin: Mimin) -> None:
    token = mimin.write(lambda conn: create_login(conn, mimin.staff["sari"], mimin.now))
    browser = mimin.visitor()
    assert browser.head(f"/login/{token}").status_code == 200
    answer = browser.get(f"/login/{token}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=lax" in answer.headers["set-cookie"]
    assert "Max-Age=43200" in answer.headers["set-cookie"]
    again = mimin.visitor().get(f"/login/{token}")
    assert again.status_code == 410
    assert "mimin staff login" in again.text
    assert mimin.visitor().get("/login/anything").status_code == 410


def test_signing_in_anew_ends_the_session_before(mimin: Mimin) -> None:
    browser = mimin.signed_in("sari")
    first = browser.cookies["mimin_session"]
    token = mimin.write(lambda conn: create_login(conn, mimin.staff["agus"], mimin.now))
    assert "Agus" in browser.get(f"/login/{token}").text
    assert browser.cookies["mimin_session"] != first
    thief = mimin.visitor()
    thief.cookies.set("mimin_session", first, domain="127.0.0.1")
    assert thief.get("/desk").status_code == 401


def test_nobody_sees_the_desk_without_signing_in(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    stranger = mimin.visitor()
    for path in ("/desk", f"/desk/conversations/{conversation}", "/desk/conversations/99", "/desk/events"):
        answer = stranger.get(path)
        assert answer.status_code == 401
        assert "Ani" not in answer.text
    assert "mimin staff login" in stranger.get("/desk").text


def test_a_removed_person_is_out_at_once(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    browser = mimin.signed_in("sari")
    csrf = browser.token()

    def remove(conn: Connection) -> None:
        person = people.find_by_id(conn, mimin.staff["sari"])
        assert person is not None
        people.deactivate(conn, person)

    mimin.write(remove)
    assert browser.get("/desk").status_code == 401
    answer = browser.post(f"/desk/conversations/{conversation}/claim", data={"csrf": csrf})
    assert answer.status_code == 401


def test_a_changed_role_holds_from_the_next_act_on(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    mimin.signed_in("budi").act(conversation, "claim")
    browser = mimin.signed_in("sari")
    assert browser.act(conversation, "take_over", reason="budi sakit").status_code == 403

    def promote(conn: Connection) -> None:
        person = people.find_by_id(conn, mimin.staff["sari"])
        assert person is not None
        people.change_role(conn, person, Role.SUPERVISOR)

    mimin.write(promote)
    assert browser.act(conversation, "take_over", reason="budi sakit").status_code == 200


@pytest.mark.parametrize("path", ["/desk/conversations/1/claim", "/desk/pings/dismiss", "/logout"])
def test_a_form_without_the_session_s_own_token_is_refused(mimin: Mimin, path: str) -> None:
    mimin.call()
    sari, agus = mimin.signed_in("sari"), mimin.signed_in("agus")
    for csrf in ({}, {"csrf": ""}, {"csrf": "x" * 43}, {"csrf": "ä"}, {"csrf": agus.token()}):
        assert sari.post(path, data=csrf or {"x": "1"}).status_code == 403
    sari.headers["sec-fetch-site"] = "cross-site"
    assert sari.post(path, data={"csrf": sari.token()}).status_code == 403
    assert mimin.visitor().post(path, data={"csrf": agus.token()}).status_code == 401


def test_signing_out_ends_the_session_also_for_a_copy_of_the_cookie(mimin: Mimin) -> None:
    browser = mimin.signed_in("sari")
    copy = browser.cookies["mimin_session"]
    assert "Anda sudah keluar" in browser.post("/logout", data={"csrf": browser.token()}).text
    thief = mimin.visitor()
    thief.cookies.set("mimin_session", copy, domain="127.0.0.1")
    assert thief.get("/desk").status_code == 401


def test_behind_a_proxy_with_tls_cookies_are_for_https_only(mimin: Mimin) -> None:
    plain = mimin.visitor().get("/")
    assert "secure" not in plain.headers["set-cookie"].lower()
    settings = replace(mimin.service.settings, web_address="https://mimin.example")
    app = build_app(replace(mimin.service, settings=settings))

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get("/")

    page = asyncio.run(ask())
    assert "secure" in page.headers["set-cookie"].lower()
    assert page.headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in plain.headers
