"""How it went, on the pages: faces and words as plain forms, the mark on the desk, and its being read."""

import re
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import select

from bot.tables import MESSAGES
from handoff.satisfaction import Rules
from handoff.tables import SURVEYS
from tests.web.house import CALL, Browser, Mimin

FIELD = re.compile(r'name="survey" value="(\d+)"')


@pytest.fixture
def asked(mimin: Mimin) -> tuple[Mimin, Browser, int]:
    """Ani was helped by Sari and is asked how it went."""
    mimin.service.brand = replace(mimin.service.brand, satisfaction=Rules())
    follower, conversation = mimin.call()
    sari = mimin.signed_in("sari")
    sari.act(conversation, "reply", text="Sudah kami perbaiki, Kak.")
    sari.act(conversation, "resolve")
    mimin.later(minutes=1)
    mimin.settle()
    return mimin, follower, conversation


def faces(page: httpx.Response) -> list[str]:
    return re.findall(r'name="mark" value="(\d)" aria-pressed="true"', page.text)


def rate(follower: Browser, mark: object, survey: str | None = None) -> httpx.Response:
    found = FIELD.search(follower.get("/").text)
    number = survey or (found[1] if found else "1")
    return follower.post("/chat/rating", data={"survey": number, "mark": str(mark)})


def words(follower: Browser, text: str) -> httpx.Response:
    found = FIELD.search(follower.get("/").text)
    assert found
    return follower.post(
        "/chat/rating/words", data={"survey": found[1], "words": text, "nonce": "abcdefgh12"}
    )


def mark(mimin: Mimin) -> int | None:
    found: int | None = mimin.read(lambda conn: conn.execute(select(SURVEYS.c.mark)).scalar_one())
    return found


def test_a_follower_presses_a_face_and_may_add_words(asked: tuple[Mimin, Browser, int]) -> None:
    mimin, follower, _ = asked
    page = follower.get("/")
    assert "😡" in page.text
    assert faces(page) == []
    assert "Mau cerita sedikit" not in page.text
    page = rate(follower, 5)
    assert (faces(page), mark(mimin)) == (["5"], 5)
    page = words(follower, "adminnya <b>ramah</b>")
    assert "adminnya &lt;b&gt;ramah" in page.text
    assert 'name="words"' not in page.text
    assert faces(rate(follower, 4)) == ["4"]
    number = FIELD.search(follower.get("/").text)
    assert number
    mimin.later(hours=24)
    page = rate(follower, 1, number[1])
    assert page.status_code == 422
    assert "sudah ditutup" in page.text
    assert mark(mimin) == 4


def test_words_that_ask_for_something_are_a_message_like_any_other(asked: tuple[Mimin, Browser, int]) -> None:
    mimin, follower, conversation = asked
    rate(follower, 3)
    words(follower, CALL)
    mimin.settle()
    rows = mimin.read(lambda conn: conn.execute(select(MESSAGES).where(MESSAGES.c.text == CALL)).all())
    assert [row.direction for row in rows] == ["in", "in"]
    assert "dibuka lagi" in mimin.signed_in("sari").get(f"/desk/conversations/{conversation}").text


@pytest.mark.parametrize("given", [0, 6, "x", "", "99999999999999999999"])
def test_a_forged_mark_changes_nothing(asked: tuple[Mimin, Browser, int], given: object) -> None:
    mimin, follower, _ = asked
    assert rate(follower, given).status_code == 422
    assert mark(mimin) is None


def test_nobody_marks_what_somebody_else_was_asked(asked: tuple[Mimin, Browser, int]) -> None:
    mimin, follower, _ = asked
    found = FIELD.search(follower.get("/").text)
    assert found
    other = mimin.visitor()
    assert rate(other, 1, found[1]).status_code == 422
    other.say("halo")
    assert rate(other, 1, found[1]).status_code == 422
    assert other.post("/chat/rating/words", data={"survey": found[1], "words": "x"}).status_code == 422
    assert rate(follower, 1, "4711").status_code == 422
    assert mark(mimin) is None


def test_another_site_cannot_mark(asked: tuple[Mimin, Browser, int]) -> None:
    mimin, follower, _ = asked
    follower.headers["sec-fetch-site"] = "cross-site"
    assert rate(follower, 1).status_code == 403
    assert mark(mimin) is None


@pytest.mark.parametrize("text", ["", "  ", "x" * 5_000])
def test_empty_and_endless_words_are_refused(asked: tuple[Mimin, Browser, int], text: str) -> None:
    _, follower, _ = asked
    rate(follower, 1)
    assert words(follower, text).status_code == 422


def test_the_desk_shows_the_mark_and_a_supervisor_reads_a_low_one(asked: tuple[Mimin, Browser, int]) -> None:
    mimin, follower, conversation = asked
    where = f"/desk/conversations/{conversation}"
    agus, sari = mimin.signed_in("agus"), mimin.signed_in("sari")
    assert "ditanya, belum dijawab" in sari.get(where).text
    rate(follower, 1)
    words(follower, "lama sekali")
    mimin.later(seconds=1)
    mimin.settle()
    page = agus.get(where).text
    assert "Follower memberi nilai 😡 1 dari 5" in page
    assert "Bersama nilai" in page
    assert "lama sekali" in page
    assert "😡 1 dari 5 untuk #1" in page, "the notice above the desk"
    assert f"{where}/review_mark" in page
    assert f"{where}/review_mark" not in sari.get(where).text
    assert sari.act(conversation, "review_mark", ticket="1").status_code == 403
    assert agus.act(conversation, "review_mark", ticket="1").status_code == 200
    page = agus.get(where).text
    assert "Agus sudah membaca nilai rendah tiket #1" in page
    assert f"{where}/review_mark" not in page


def test_the_report_shows_the_marks_and_leads_to_the_low_ones(asked: tuple[Mimin, Browser, int]) -> None:
    mimin, follower, conversation = asked
    rate(follower, 1)
    words(follower, "lama <b>sekali</b>")
    agus = mimin.signed_in("agus")
    page = agus.get("/desk/reports").text
    section = page[page.index('id="satisfaction"') : page.index('id="questions"')]
    assert 'id="chart-marks-title"' in section
    assert "lama &lt;b&gt;sekali&lt;/b&gt;" in section
    assert f'href="/desk/conversations/{conversation}"' in section
    assert "belum dibaca supervisor" in section
    assert re.search(r"figure=rated&amp;of=1&amp;[^>]+>1</a>", section)
    behind = agus.get("/desk/reports/tickets?figure=rated&of=1").text
    assert "· 😡 1 dari 5</p>" in behind
    assert "lama &lt;b&gt;sekali&lt;/b&gt;" in behind
    agus.act(conversation, "review_mark")
    assert "dibaca Agus" in agus.get("/desk/reports").text
    rows = agus.get("/desk/reports.csv").text
    assert "satisfaction,average_mark,,1.0,mark,1" in rows
