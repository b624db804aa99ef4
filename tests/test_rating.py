"""The question how it went, on a real database: asked once, taken back, answered, read, erased."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from bot import contacts, erasure, rating, turn
from bot.reports import marks
from bot.reports.period import Period
from bot.tables import CONTACTS, MESSAGES, OUTBOX
from handoff import surveys
from handoff.entry import Refused
from handoff.hours import parse_weekly
from handoff.satisfaction import Rules, Summary
from handoff.tables import SURVEYS
from tests.cast import COMPLAINT, NOON, QUESTION, Stage, small_brand, stage


@pytest.fixture
def scene() -> Stage:
    return stage(replace(small_brand(), satisfaction=Rules()))


def helped(scene: Stage, *, resolves: bool = True) -> None:
    """Let Ani complain, be answered by Alice, and the matter be settled."""
    scene.says(COMPLAINT)
    scene.does("alice", "reply", text="Sudah kami perbaiki, Kak.")
    scene.deliver()
    if resolves:
        scene.does("alice", "resolve")


def waited(scene: Stage, **span: float) -> list[str]:
    """Let time pass, and return what followers are told then."""
    scene.later(**(span or {"minutes": 1}))
    scene.sweep()
    return scene.deliver()


def asked(scene: Stage, **span: float) -> bool:
    return any("penilaiannya" in text for text in waited(scene, **span))


def rates(scene: Stage, mark: int, ticket: int = 1, who: str = "ani") -> bool:
    with scene.open() as conn:
        thread = contacts.find(conn, "web", who)
        assert thread is not None
        return rating.rate(conn, scene.brand, thread, ticket, mark, scene.now)


def comments(scene: Stage, text: str, **more: Any) -> bool:
    with scene.open() as conn:
        thread = contacts.find(conn, "web", "ani")
        assert thread is not None
        said = turn.Said("web", "ani", "ani", text, scene.now, **more)
        return rating.comment(conn, scene.brand, thread, 1, said, scene.now)


def row(scene: Stage) -> Any:
    with scene.open() as conn:
        return surveys.get(conn, 1)


def summed_up(scene: Stage) -> Summary:
    with scene.open() as conn:
        return marks.of_period(conn, Period(NOON.date(), scene.now.date(), scene.brand.zone))


def notices(scene: Stage) -> list[str]:
    with scene.open() as conn:
        rows = conn.execute(select(OUTBOX).where(OUTBOX.c.kind == "notice").order_by(OUTBOX.c.id)).all()
    return [f"{one.recipient}: {one.text}" for one in rows]


def test_it_is_asked_a_minute_after_the_resolve_and_once(scene: Stage) -> None:
    helped(scene)
    assert not asked(scene, seconds=59)
    assert asked(scene, seconds=1)
    assert not asked(scene, days=1)
    assert summed_up(scene).asked == 1
    assert row(scene).staff_id == scene.person("alice").id


def test_nobody_asks_where_the_configuration_does_not() -> None:
    scene = stage()
    helped(scene)
    assert not asked(scene)


def test_a_ticket_that_is_open_again_is_asked_about_after_the_next_resolve(scene: Stage) -> None:
    helped(scene)
    scene.later(seconds=30)
    scene.says("masih mati kak")
    assert not asked(scene, minutes=5)
    scene.does("alice", "reply", text="Kami cek lagi ya Kak.")
    scene.deliver()
    scene.does("alice", "resolve")
    assert asked(scene)


def test_a_question_that_has_not_left_yet_is_taken_back_for_good(scene: Stage) -> None:
    helped(scene)
    scene.later(minutes=1)
    scene.sweep()
    scene.does("alice", "reopen", 1)
    assert scene.deliver() == []
    scene.does("alice", "resolve", 1)
    assert not asked(scene)
    with pytest.raises(Refused, match="not_available"):
        rates(scene, 5)
    assert summed_up(scene).asked == 0, "who never read it was not asked"


def test_who_has_a_new_matter_by_then_is_not_asked(scene: Stage) -> None:
    helped(scene, resolves=False)
    scene.does("alice", "to_bot")
    scene.says(COMPLAINT)
    assert not asked(scene)


def test_who_was_helped_by_nobody_is_not_asked(scene: Stage) -> None:
    scene.says(COMPLAINT)
    scene.does("alice", "resolve")
    assert not asked(scene)


def test_last_words_that_needed_no_reply_are_no_help(scene: Stage) -> None:
    helped(scene, resolves=False)
    scene.says("oh gitu")
    scene.does("alice", "no_reply_needed")
    scene.does("alice", "resolve")
    assert not asked(scene)


@pytest.mark.parametrize("column", [{"blocked": True}, {"reachable": False}])
def test_who_is_blocked_or_cannot_be_reached_is_not_asked(scene: Stage, column: dict[str, bool]) -> None:
    helped(scene)
    with scene.open() as conn:
        conn.execute(update(CONTACTS).values(column))
    assert not asked(scene)


def test_in_a_crisis_nobody_is_asked(scene: Stage) -> None:
    helped(scene)
    scene.does("sue", "crisis", scope="all", statement="Sedang kami tangani.")
    assert not asked(scene)


def test_a_ticket_of_category_crisis_is_not_asked_about(scene: Stage) -> None:
    helped(scene, resolves=False)
    scene.does("alice", "category", value="crisis")
    scene.does("alice", "resolve")
    assert not asked(scene)


@pytest.mark.parametrize(("days", "again"), [(6, False), (8, True)])
def test_the_same_follower_is_asked_once_a_week(scene: Stage, days: int, again: bool) -> None:
    helped(scene)
    assert asked(scene)
    scene.later(days=days)
    helped(scene)
    assert asked(scene) is again


def test_in_quiet_hours_the_question_waits(scene: Stage) -> None:
    promises = scene.brand.promises
    quiet = replace(promises.alerting, quiet=(parse_weekly("mon-sun 12:00-14:00"),))
    scene.brand = replace(scene.brand, promises=replace(promises, alerting=quiet))
    helped(scene)
    assert not asked(scene, minutes=119)
    assert asked(scene, minutes=1)


def test_a_mark_is_kept_changed_and_closed_after_a_day(scene: Stage) -> None:
    helped(scene)
    asked(scene)
    assert rates(scene, 3)
    assert not rates(scene, 3)
    scene.later(hours=23)
    assert rates(scene, 5)
    scene.later(hours=1)
    with pytest.raises(Refused, match="closed"):
        rates(scene, 1)
    assert [data for _, data in scene.happened("rated")] == [{"mark": 3}, {"mark": 5}]
    assert row(scene).mark == 5


def test_nobody_marks_what_another_was_asked(scene: Stage) -> None:
    helped(scene)
    asked(scene)
    scene.says(QUESTION, "bela")
    with pytest.raises(Refused, match="unknown"):
        rates(scene, 1, who="bela")
    with pytest.raises(Refused, match="unknown"):
        rates(scene, 1, ticket=2)
    assert row(scene).mark is None


def test_a_low_mark_reaches_those_above_with_the_words_and_is_read(scene: Stage) -> None:
    helped(scene)
    asked(scene)
    rates(scene, 1)
    assert comments(scene, "lama sekali, saya kecewa")
    waited(scene, seconds=1)
    told = notices(scene)
    assert [one.split(":")[0] for one in told] == [str(scene.person(who).id) for who in ("sue", "dan")]
    assert all("alice" in one and "lama sekali" in one and "#1" in one for one in told)
    scene.later(hours=1)
    scene.sweep()
    assert notices(scene) == told
    with pytest.raises(Refused, match="not_allowed"):
        scene.does("alice", "review_mark", 1)
    scene.does("sue", "review_mark", 1)
    with pytest.raises(Refused, match="not_open"):
        scene.does("dan", "review_mark", 1)
    assert row(scene).seen_by == scene.person("sue").id


def test_a_low_mark_without_words_waits_ten_minutes_for_them(scene: Stage) -> None:
    helped(scene)
    asked(scene)
    rates(scene, 2)
    waited(scene, minutes=9)
    assert notices(scene) == []
    waited(scene, minutes=1)
    assert len(notices(scene)) == 2
    assert comments(scene, "kurang ramah")
    waited(scene, seconds=1)
    assert len(notices(scene)) == 4, "words that come later are told, too"


def test_who_handled_it_does_not_read_the_mark_of_their_own_case(scene: Stage) -> None:
    scene.says(COMPLAINT)
    scene.does("sue", "reply", text="Sudah kami perbaiki, Kak.")
    scene.deliver()
    scene.does("sue", "resolve")
    asked(scene)
    rates(scene, 1)
    waited(scene, minutes=10)
    assert [one.split(":")[0] for one in notices(scene)] == [str(scene.person("dan").id)]
    with pytest.raises(Refused, match="own"):
        scene.does("sue", "review_mark", 1)
    scene.does("dan", "review_mark", 1)


@pytest.mark.parametrize(
    ("mark", "text", "taken"),
    [
        (5, "adminnya ramah", True),
        (1, "lama sekali, saya kecewa", True),
        (5, COMPLAINT, False),
        (1, "mau bicara dengan admin", False),
        (1, QUESTION, False),
        (1, "akun saya di-hack", False),
        (1, "   ", False),
    ],
)
def test_only_what_asks_for_nothing_is_taken_as_words_to_a_mark(
    scene: Stage, mark: int, text: str, taken: bool
) -> None:
    helped(scene)
    asked(scene)
    rates(scene, mark)
    assert comments(scene, text) is taken


def test_a_picture_is_a_message_and_words_come_once(scene: Stage) -> None:
    helped(scene)
    asked(scene)
    assert not comments(scene, "sebelum nilai")
    rates(scene, 4)
    assert not comments(scene, "lihat ini", kind="photo", media=[{"file": "x"}])
    assert comments(scene, "adminnya ramah")
    assert not comments(scene, "dan cepat")
    scene.says("adminnya ramah")
    assert [data["mode"] for _, data in scene.happened("received")][-1] == "human"


def test_erasure_takes_the_words_and_leaves_the_number(scene: Stage) -> None:
    helped(scene)
    asked(scene)
    rates(scene, 1)
    comments(scene, "lama sekali, saya kecewa")
    waited(scene, seconds=1)
    with scene.open() as conn:
        thread = contacts.find(conn, "web", "ani")
        assert thread is not None
        erasure.erase(conn, scene.brand, thread, scene.now)
        left = [
            *conn.execute(select(MESSAGES)),
            *conn.execute(select(OUTBOX)),
            *conn.execute(select(SURVEYS)),
        ]
        assert not [one for one in left if "lama sekali" in str(tuple(one))]
    assert summed_up(scene).by_mark[1] == 1
