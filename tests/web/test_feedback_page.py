"""Whether an answer helped, said on the web chat: kept once, by its follower only; then a person is near."""

import re

import pytest
from sqlalchemy import Connection, select

from bot.tables import LOG, MESSAGES
from handoff import tickets
from tests.web.house import Browser, Mimin

QUESTION = "Min, bagi link streamingnya dong"


def answered(mimin: Mimin) -> tuple[Browser, str]:
    """Return a follower who got an answer, and the answer's number on the page."""
    follower = mimin.visitor()
    page = follower.say(QUESTION).text
    return follower, re.findall(r'id="helped(\d+)"', page)[0]


def judged(conn: Connection) -> list[bool]:
    return [row["helped"] for row in conn.scalars(select(LOG.c.data).where(LOG.c.kind == "feedback"))]


def judge(mimin: Mimin, follower: Browser, message: str, helped: str) -> tuple[int, str]:
    answer = follower.post("/chat/feedback", data={"message": message, "helped": helped})
    mimin.settle()
    return answer.status_code, follower.get("/").text


def test_an_answer_that_helped_is_kept_once(mimin: Mimin) -> None:
    follower, message = answered(mimin)
    for helped in ("yes", "yes", "no"):
        status, page = judge(mimin, follower, message, helped)
        assert status == 200
    assert mimin.read(judged) == [True]
    assert 'name="helped"' not in page
    assert "👍 Terbantu" in page
    assert mimin.read(tickets.list_open) == []


def test_where_it_did_not_help_a_person_is_one_tap_away(mimin: Mimin) -> None:
    follower, message = answered(mimin)
    _, page = judge(mimin, follower, message, "no")
    assert mimin.read(judged) == [False]
    assert "Maaf jawabannya belum pas" in page
    assert 'id="want-person"' in page
    nonce = page.split('id="want-person"')[1].split('name="nonce" value="')[1].split('"')[0]
    page = follower.say("Bicara dengan admin", nonce=nonce).text
    assert len(mimin.read(tickets.list_open)) == 1
    assert 'id="want-person"' not in page


def test_it_is_asked_under_the_last_answer_only(mimin: Mimin) -> None:
    follower, first = answered(mimin)
    page = follower.say("Berapa biaya pasang dekoder?").text
    assert f'id="helped{first}"' not in page
    assert page.count('name="helped"') == 2
    assert 'name="helped"' not in follower.say("makasih ya").text


@pytest.mark.parametrize("helped", ["", "maybe", "YES"])
@pytest.mark.parametrize("message", ["", "0", "-1", "9" * 40, "x"])
def test_a_form_that_makes_no_sense_changes_nothing(mimin: Mimin, message: str, helped: str) -> None:
    follower, right = answered(mimin)
    assert judge(mimin, follower, message, "yes")[0] == 422
    assert judge(mimin, follower, right, helped)[0] == 422
    assert mimin.read(judged) == []


def test_only_the_follower_who_got_it_may_judge_and_only_an_answer(mimin: Mimin) -> None:
    _, message = answered(mimin)
    other, _ = answered(mimin)
    assert judge(mimin, other, message, "no")[0] == 422
    stranger = mimin.visitor()
    assert stranger.post("/chat/feedback", data={"message": message, "helped": "yes"}).status_code == 422
    asked = select(MESSAGES.c.id).where(MESSAGES.c.direction == "in").order_by(MESSAGES.c.id.desc())
    own = mimin.read(lambda conn: conn.execute(asked.limit(1)).scalar_one())
    assert judge(mimin, other, str(own), "yes")[0] == 422
    assert mimin.read(judged) == []
