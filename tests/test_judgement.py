"""What the bot would do with a text: the same as it does, and the same wherever it is said."""

import pytest

from bot import cover
from bot.conversation import OpenTicket, SayHolding
from bot.cover import Stop
from bot.judgement import as_json, judge
from knowledge.reading import Decision
from tests.cast import COMPLAINT, NOON, QUESTION, small_brand, stage

STATEMENT = "Kami tahu ada gangguan tagihan dan sedang memperbaikinya."


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        (QUESTION, Decision.ANSWER),
        ("halo min", Decision.ANSWER),
        ("kucing saya tidur di atas lemari", Decision.CLARIFY),
        (COMPLAINT, Decision.HANDOFF),
        ("mau bicara dengan admin", Decision.HANDOFF),
        ("slot gacor maxwin deposit pulsa daftar sekarang bit.ly/x", Decision.IGNORE),
        ("", Decision.CLARIFY),
        ("🙈" * 300, Decision.CLARIFY),
    ],
)
def test_what_is_judged_is_what_a_new_follower_gets(text: str, decision: Decision) -> None:
    said = judge(small_brand(), text, NOON)
    assert said.reading.decision is decision
    scene = stage()
    scene.says(text)
    got = scene.deliver()
    if decision is Decision.HANDOFF:  # the question for a customer number comes with the first ticket only
        assert said.answer is not None
        assert got[0].startswith(said.answer)
    else:
        assert "\n\n".join(got) == (said.answer or "")


def test_it_says_why_the_cut_the_words_and_by_when_a_person_answers() -> None:
    said = judge(small_brand(), "gmn cara byar tagihn", NOON)
    assert said.article == "pay-bill"
    assert said.cut == small_brand().understanding.cut
    assert dict(said.respelt) == {"gmn": "bagaimana", "byar": "bayar", "tagihn": "tagihan"}
    complaint = judge(small_brand(), COMPLAINT, NOON)
    assert complaint.due is not None
    assert (complaint.due - NOON).total_seconds() == 15 * 60
    assert as_json(complaint)["article"] is None


def test_where_answers_are_stopped_it_says_what_is_said_instead() -> None:
    scene = stage()
    scene.does("alice", "pause", scope="coverage")
    scene.does("sue", "crisis", scope="pay-bill", statement=STATEMENT)
    scene.does("dan", "confirm", statement=STATEMENT)
    scene.later(seconds=61)
    scene.sweep()
    reading = scene.brand.understanding.read(QUESTION)
    with scene.open() as conn:
        stops = cover.list_stops(conn, scene.now)
        found = cover.find_cover(conn, scene.brand, None, reading, None, scene.now)
    assert [stop.scope for stop in stops] == ["pay-bill", "coverage"]
    assert [stop.until is None for stop in stops] == [True, False]
    said = judge(scene.brand, QUESTION, scene.now, found)
    assert said.actions == [SayHolding(1)]
    scene.says(QUESTION)
    assert scene.deliver() == [STATEMENT]
    scene.later(minutes=31)
    with scene.open() as conn:
        assert cover.list_stops(conn, scene.now) == [Stop("pay-bill")]


def test_a_pause_without_words_calls_a_person() -> None:
    scene = stage()
    scene.does("alice", "pause", scope="all")
    reading = scene.brand.understanding.read(QUESTION)
    with scene.open() as conn:
        found = cover.find_cover(conn, scene.brand, None, reading, None, scene.now)
    said = judge(scene.brand, QUESTION, scene.now, found)
    assert [type(action) for action in said.actions] == [OpenTicket]
