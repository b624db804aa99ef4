"""The outbox: said once, in order, fenced, and honest about what nobody knows."""

import itertools

import pytest
from sqlalchemy import select

from bot import delivery, outbox
from bot.outbox import NEXT, Letter, Status
from bot.tables import CONTACTS, MESSAGES, OUTBOX
from handoff.entry import Refused
from tests.cast import COMPLAINT, QUESTION, Stage, stage


def rows(scene: Stage) -> list[tuple[str, str]]:
    with scene.open() as conn:
        return [(row.kind, row.status) for row in conn.execute(select(OUTBOX).order_by(OUTBOX.c.id))]


def letter(number: int = 1, kind: str = "answer", recipient: str = "x") -> Letter:
    return Letter(f"test:{number}", kind, "web", recipient, "t")


@pytest.mark.parametrize(("before", "after"), list(itertools.product(Status, Status)))
def test_what_the_table_does_not_name_is_refused(before: Status, after: Status) -> None:
    scene = stage()
    with scene.open() as conn:
        outbox.enqueue(conn, [letter()], scene.now)
        conn.execute(OUTBOX.update().values(status=before))
        if after in NEXT[before]:
            assert outbox.move(conn, 1, before, after)
        else:
            with pytest.raises(ValueError, match="cannot go"):
                outbox.move(conn, 1, before, after)
        assert outbox.get(conn, 1).status == (after if after in NEXT[before] else before)


def test_the_same_letter_is_queued_once() -> None:
    scene = stage()
    with scene.open() as conn:
        outbox.enqueue(conn, [letter()], scene.now)
        with pytest.raises(Refused, match="sent already"):
            outbox.enqueue(conn, [letter()], scene.now)


def test_one_recipient_has_one_letter_ready_and_others_do_not_wait_for_it() -> None:
    scene = stage()
    with scene.open() as conn:
        outbox.enqueue(conn, [letter(1), letter(2), letter(3, recipient="y")], scene.now)
        assert [row.id for row in outbox.list_ready(conn, scene.now)] == [1, 3]
        assert [row.id for row in outbox.list_ready(conn, scene.now, [("web", "x")])] == [3]


def test_a_postponed_letter_holds_back_the_ones_behind_it() -> None:
    scene = stage()
    with scene.open() as conn:
        outbox.enqueue(conn, [letter(1), letter(2)], scene.now)
        outbox.mark_sending(conn, 1)
        delivery.postponed(conn, 1, "429", scene.now.replace(minute=1))
        assert outbox.list_ready(conn, scene.now) == []
        assert [row.id for row in outbox.list_ready(conn, scene.now.replace(minute=1))] == [1]


def test_an_answer_decided_before_a_person_took_over_is_not_sent() -> None:
    scene = stage()
    scene.says(QUESTION)
    scene.does("alice", "reply", text="Halo Kak, saya Alice.")
    assert scene.deliver() == ["Halo Kak, saya Alice."]
    assert rows(scene) == [("answer", "discarded"), ("admin", "sent")]


def test_an_answer_outlives_a_change_of_mode_that_leaves_the_bot_its_voice() -> None:
    scene = stage()
    scene.says(QUESTION)
    scene.says(COMPLAINT)
    assert len(scene.deliver()) == 2


def test_a_repeated_press_of_the_button_is_one_reply() -> None:
    scene = stage()
    scene.says(COMPLAINT)
    scene.deliver()
    scene.does("alice", "reply", text="Halo", nonce="n1")
    with pytest.raises(Refused, match="sent already"):
        scene.does("alice", "reply", text="Halo", nonce="n1")
    assert scene.deliver() == ["Halo"]


def test_a_failed_reply_stops_no_clock() -> None:
    scene = stage()
    scene.says(COMPLAINT)
    scene.deliver()
    scene.does("alice", "reply", text="Halo")
    with scene.open() as conn:
        row = outbox.list_ready(conn, scene.now)[0]
        outbox.mark_sending(conn, row.id)
        delivery.failed(conn, scene.brand, row.id, "400", scene.now)
    assert scene.happened("met") == []
    with scene.open() as conn:
        assert (
            conn.execute(select(MESSAGES.c.status).where(MESSAGES.c.source == "admin")).scalar_one()
            == "failed"
        )


def test_who_blocked_us_gets_nothing_more_until_they_write_again() -> None:
    scene = stage()
    scene.says(QUESTION)
    scene.says("toko buka jam berapa")
    with scene.open() as conn:
        row = outbox.list_ready(conn, scene.now)[0]
        outbox.mark_sending(conn, row.id)
        delivery.failed(conn, scene.brand, row.id, "403", scene.now, blocked=True)
    assert rows(scene) == [("answer", "dead"), ("answer", "dead")]
    with pytest.raises(Refused, match="cannot be reached"):
        scene.does("alice", "reply", text="Halo")
    scene.says(QUESTION)
    with scene.open() as conn:
        assert conn.execute(select(CONTACTS.c.reachable)).scalar_one()
    assert len(scene.deliver()) == 1


@pytest.mark.parametrize(("kind", "after"), [("answer", "queued"), ("admin", "uncertain")])
def test_what_may_be_said_twice_goes_out_again_and_a_persons_words_do_not(kind: str, after: str) -> None:
    scene = stage()
    with scene.open() as conn:
        outbox.enqueue(conn, [letter(kind=kind)], scene.now)
        outbox.mark_sending(conn, 1)
        delivery.uncertain(conn, scene.brand, 1, "read timeout", scene.now, scene.now)
    assert rows(scene) == [(kind, after)]


def test_an_uncertain_answer_is_not_repeated_for_ever() -> None:
    scene = stage()
    with scene.open() as conn:
        outbox.enqueue(conn, [letter()], scene.now)
        for _ in range(delivery.ATTEMPTS):
            assert outbox.mark_sending(conn, 1)
            delivery.uncertain(conn, scene.brand, 1, "read timeout", scene.now, scene.now)
    assert rows(scene) == [("answer", "uncertain")]


def test_after_a_crash_what_was_being_sent_is_looked_at() -> None:
    scene = stage()
    with scene.open() as conn:
        outbox.enqueue(conn, [letter(1), letter(2, kind="admin", recipient="y")], scene.now)
        outbox.mark_sending(conn, 1)
        outbox.mark_sending(conn, 2)
        delivery.recover(conn, scene.brand, scene.now)
    assert rows(scene) == [("answer", "queued"), ("admin", "uncertain")]


def test_a_person_may_send_a_dead_letter_again() -> None:
    scene = stage()
    scene.says(COMPLAINT)
    scene.deliver()
    scene.does("alice", "reply", text="Halo")
    with scene.open() as conn:
        row = outbox.list_ready(conn, scene.now)[0]
        outbox.mark_sending(conn, row.id)
        delivery.failed(conn, scene.brand, row.id, "400", scene.now)
        assert [trouble.id for trouble in outbox.list_troubled(conn)] == [row.id]
        assert delivery.retry(conn, row.id, scene.now)
        assert not delivery.retry(conn, row.id, scene.now)
        assert not delivery.retry(conn, 0, scene.now), "there is no such row"
    assert scene.deliver() == ["Halo"]


def test_what_waits_for_one_channel_holds_up_no_other() -> None:
    scene = stage()
    with scene.open() as conn:
        for number in range(1_200):
            values = Letter(f"test:{number}", "answer", "telegram", str(number), "t")
            outbox.enqueue(conn, [values], scene.now)
        outbox.enqueue(conn, [letter(9_999)], scene.now)
        ready = outbox.list_ready(conn, scene.now, channels=["web", "desk"])
        assert [row.channel for row in ready] == ["web"]
