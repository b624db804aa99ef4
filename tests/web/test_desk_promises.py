"""Promises by word and the list of the shift before, on the desk."""

import re

from sqlalchemy import Connection

from bot import ledger
from handoff import people, shifts
from tests.web.house import Mimin


def test_a_promise_is_made_shown_and_kept_by_the_promised_news(mimin: Mimin) -> None:
    follower, conversation = mimin.call()
    sari = mimin.signed_in("sari")
    sari.act(conversation, "reply", text="Saya cek ya, Kak.")
    before = sari.get(f"/desk/conversations/{conversation}").text
    assert "Ini kabar yang dijanjikan" not in before, "nothing is promised yet"
    page = sari.act(conversation, "promise", promise="teknisi datang", by="2h").text
    assert "Sari menjanjikan sesuatu kepada follower" in page
    assert page.count("teknisi datang") >= 2, "as a note in the conversation and beside the clock"
    assert "teknisi datang" not in follower.get("/").text
    sari.act(conversation, "reply", text="Teknisinya berangkat.", update="yes")
    assert "Janji ditepati: janji admin" in sari.get(f"/desk/conversations/{conversation}").text


def test_a_promise_that_cannot_be_read_keeps_what_was_typed(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    answer = mimin.signed_in("sari").act(conversation, "promise", promise="teknisi datang", by="nanti")
    assert answer.status_code == 422
    assert "“nanti” bukan waktu; tulis waktu seperti “16:00”" in answer.text
    assert 'value="nanti"' in answer.text
    assert 'value="teknisi datang"' in answer.text


def test_two_promises_are_two_clocks(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    sari = mimin.signed_in("sari")
    sari.act(conversation, "promise", promise="teknisi datang", by="2h")
    page = sari.act(conversation, "promise", promise="kabar dari gudang", by="5h").text
    aside = page[page.index('<aside class="context"') :]
    assert aside.count(">Janji admin<") == 2
    assert "teknisi datang" in aside
    assert "kabar dari gudang" in aside


def test_a_missed_promise_is_told_to_the_follower_on_their_page(mimin: Mimin) -> None:
    follower, conversation = mimin.call()
    sari = mimin.signed_in("sari")
    sari.act(conversation, "promise", promise="teknisi datang", by="10m")
    mimin.later(minutes=10)
    mimin.settle()
    assert "Kami berjanji memberi kabar" in follower.get("/").text
    assert "Janji terlewat: janji admin" in sari.get(f"/desk/conversations/{conversation}").text


def test_the_next_shift_finds_the_list_on_the_desk_until_it_puts_it_away(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    sari, budi = mimin.signed_in("sari"), mimin.signed_in("budi")
    sari.act(conversation, "claim")

    def goes(conn: Connection) -> None:
        person = people.find_staff(conn, "sari")
        assert person is not None
        brand = mimin.service.brand
        effects = shifts.leave(conn, brand.promises, person, mimin.now)
        ledger.record(conn, brand, effects, mimin.now)

    mimin.write(goes)
    page = budi.get("/desk").text
    assert "Serah terima dari sari: 1 menunggu." in page
    handed = page[page.index('class="ping handover"') :]
    upto = re.findall(r'name="upto" value="(\d+)"', handed)[0]
    budi.post("/desk/pings/dismiss", data={"csrf": budi.token(), "upto": upto, "what": "handover"})
    assert "Serah terima" not in budi.get("/desk").text
