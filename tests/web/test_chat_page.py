"""The follower's chat, as plain forms: what works with script works without it."""

import html
import re

import pytest
from sqlalchemy import func, select

from bot import contacts
from bot.flood import WINDOW
from bot.tables import CONTACTS, INBOUND, MESSAGES
from tests.web.house import CALL, Mimin

QUESTION = "min bagi link streamingnya dong"


def test_the_page_that_comes_back_after_sending_holds_the_answer(mimin: Mimin) -> None:
    follower = mimin.visitor()
    assert "Tulis saja pertanyaannya" in follower.get("/").text
    page = follower.say(QUESTION)
    assert page.status_code == 200
    assert QUESTION in page.text
    assert "nonton.layarku.example" in page.text
    assert "asisten otomatis Layarku" in page.text


def test_a_visitor_is_remembered_by_a_cookie_that_scripts_cannot_read(mimin: Mimin) -> None:
    follower = mimin.visitor()
    cookie = follower.get("/").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=31536000" in cookie
    follower.say(QUESTION)
    assert QUESTION in follower.get("/").text
    assert QUESTION not in mimin.visitor().get("/").text


def test_a_cookie_that_is_not_ours_is_replaced(mimin: Mimin) -> None:
    follower = mimin.visitor()
    follower.cookies.set("mimin_visitor", "../../etc' OR 1=1", domain="127.0.0.1")
    assert "mimin_visitor=" in follower.get("/").headers["set-cookie"]


def test_a_guest_is_called_by_a_number_until_they_say_their_name(mimin: Mimin) -> None:
    mimin.visitor().say(QUESTION)
    mimin.visitor().say(QUESTION, name="  Ani \n Lestari ")
    names = mimin.read(lambda conn: list(conn.execute(select(CONTACTS.c.name)).scalars()))
    assert re.fullmatch(r"Tamu \d{4}", names[0])
    assert names[1] == "Ani Lestari"


def test_the_same_form_sent_twice_is_one_message(mimin: Mimin) -> None:
    follower = mimin.visitor()
    follower.get("/")
    for _ in range(3):
        follower.say(QUESTION, nonce="abcdefgh1234")
    assert mimin.read(lambda conn: conn.execute(select(func.count()).select_from(INBOUND)).scalar_one()) == 1
    assert follower.get("/").text.count("nonton.layarku.example") == 1


def test_a_tapped_question_is_answered_with_its_article(mimin: Mimin) -> None:
    page = mimin.visitor().say("Berapa biaya pindah alamat?", tapped="biaya-pindah")
    assert "Rp 150.000" in page.text


def test_the_buttons_of_a_question_back_work_without_script(mimin: Mimin) -> None:
    follower = mimin.visitor()
    follower.say("halo")
    offers = [["biaya-pindah", "Berapa biaya pindah alamat?"]]
    mimin.write(
        lambda conn: contacts.add_message(
            conn, 1, direction="out", author="bot", source="clarify", text="Yang mana, Kak?",
            offers=offers, at=mimin.now, status="sent",
        )
    )  # fmt: skip
    form = re.search(
        r'name="nonce" value="([^"]+)">\s*<input type="hidden" name="tapped" value="([^"]+)">'
        r'\s*<input type="hidden" name="text" value="([^"]+)">',
        follower.get("/").text,
    )
    assert form
    page = follower.say(form[3], tapped=form[2], nonce=form[1])
    assert "Rp 150.000" in page.text
    assert 'class="offer"' not in page.text  # what was tapped is no question any more


@pytest.mark.parametrize("text", ["", "   ", "\n\t \r\n"])
def test_an_empty_text_is_refused_kindly_and_nothing_is_stored(mimin: Mimin, text: str) -> None:
    page = mimin.visitor().say(text)
    assert page.status_code == 422
    assert "masih kosong" in page.text
    assert mimin.read(lambda conn: conn.execute(select(INBOUND.c.id)).all()) == []


@pytest.mark.parametrize(
    "text",
    [
        "😀👩‍👩‍👧‍👦🇮🇩",
        "مرحبا، أين رابط البث؟",
        "a\u200bb\u200d\u2060c\ufeff",
        "\u202egnorw\u202c si",
        "baris satu\nbaris dua\n\nbaris empat",
        "x" * 4_096,
        "😀" * 4_096,
        "Z̸͉̍a̴͎͝l̶͇̈g̵͚̈́o̶͈͘ " * 40,
        "'; DROP TABLE messages; --",
        "{{ 7 * 7 }} {% raw %}",
    ],
    ids=lambda text: text[:12].encode("unicode_escape").decode(),
)
def test_odd_and_long_texts_are_stored_as_they_are_and_shown(mimin: Mimin, text: str) -> None:
    page = mimin.visitor().say(text)
    assert page.status_code == 200
    stored = mimin.read(
        lambda conn: conn.execute(select(MESSAGES.c.text).where(MESSAGES.c.direction == "in")).scalar_one()
    )
    assert stored == text
    assert html.escape(text).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in page.text


def test_a_text_that_is_too_long_is_refused_and_kept_in_the_box(mimin: Mimin) -> None:
    page = mimin.visitor().say("y" * 4_097)
    assert page.status_code == 422
    assert "y" * 4_097 in page.text
    assert "4.096" in page.text


def test_a_body_over_the_limit_is_refused(mimin: Mimin) -> None:
    page = mimin.visitor().say("y" * 70_000)
    assert page.status_code == 413
    assert "terlalu besar" in page.text


def test_what_is_no_form_is_refused(mimin: Mimin) -> None:
    follower = mimin.visitor()
    assert follower.post("/chat/messages", json={"text": "halo"}).status_code == 400
    assert follower.post("/chat/messages", files={"text": ("a.txt", b"halo")}).status_code == 400
    many = {f"f{n}": "x" for n in range(50)}
    assert follower.post("/chat/messages", data=many).status_code == 400


def test_markup_from_a_follower_is_text_wherever_it_shows(mimin: Mimin) -> None:
    payload = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"
    follower, conversation = mimin.call(f"minta admin {payload}", name=payload)
    sari = mimin.signed_in("sari")
    for page in (follower.get("/"), sari.get("/desk"), sari.get(f"/desk/conversations/{conversation}")):
        assert "<img src=x" not in page.text
        assert "<script>alert" not in page.text
        assert "&lt;img src=x" in page.text


def test_a_fast_writer_waits_and_keeps_the_text(mimin: Mimin) -> None:
    follower = mimin.visitor()
    follower.get("/")
    follower.headers["x-live"] = "1"
    pages = [follower.say(f"halo {number}") for number in range(21)]
    assert {page.status_code for page in pages[:20]} == {200}
    assert pages[20].status_code == 429
    assert 1 <= int(pages[20].headers["retry-after"]) <= 10
    assert ">halo 20</textarea>" in pages[20].text
    mimin.now += WINDOW  # the last of the flood is handled only then
    assert mimin.visitor().say("halo").status_code == 200


def test_a_form_from_another_site_is_refused(mimin: Mimin) -> None:
    follower = mimin.visitor()
    follower.headers["sec-fetch-site"] = "cross-site"
    assert follower.say("halo").status_code == 403
    del follower.headers["sec-fetch-site"]
    follower.headers["origin"] = "https://evil.example"
    assert follower.say("halo").status_code == 403
    follower.headers["origin"] = mimin.address
    assert follower.say("halo").status_code == 200


def test_notes_never_reach_the_follower(mimin: Mimin) -> None:
    follower, conversation = mimin.call()
    sari = mimin.signed_in("sari")
    sari.act(conversation, "claim")
    sari.act(conversation, "note", note="RAHASIA: pelanggan rewel")
    agus = mimin.signed_in("agus")
    agus.act(conversation, "take_over", reason="RAHASIA sari sakit")
    assert "RAHASIA: pelanggan rewel" in agus.get(f"/desk/conversations/{conversation}").text
    assert "RAHASIA" not in follower.get("/").text
    assert "RAHASIA" not in follower.say("halo?").text


def test_the_page_says_who_speaks(mimin: Mimin) -> None:
    follower, conversation = mimin.call()
    assert "Admin kami akan menjawab di sini" in follower.get("/").text
    sari = mimin.signed_in("sari")
    sari.act(conversation, "reply", text="Halo Kak, saya bantu ya.")
    page = follower.get("/").text
    assert "Kakak sedang dilayani Sari" in page
    assert "<b>Sari</b>" in page


def test_the_language_follows_the_browser_and_the_choice(mimin: Mimin) -> None:
    follower = mimin.visitor()
    follower.headers["accept-language"] = "en-GB,en;q=0.9,id;q=0.5"
    assert "Write a message" in follower.get("/").text
    assert "Tulis pesan" in follower.get("/?lang=id").text
    assert "Tulis pesan" in follower.get("/").text  # the choice is remembered
    other = mimin.visitor()
    other.headers["accept-language"] = "fr-FR,fr;q=0.9"
    assert "Tulis pesan" in other.get("/").text


def test_what_waits_to_be_handled_is_shown_as_stored(mimin: Mimin) -> None:
    follower = mimin.visitor()
    follower.headers["x-live"] = "1"
    assert CALL in follower.say(CALL).text
