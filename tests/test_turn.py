"""Who speaks when: whole turns on a real database, from the follower's message to what is said."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import contacts, turn
from bot.tables import MESSAGES, OUTBOX
from handoff import people, tickets
from handoff.entry import Refused
from handoff.shifts import leave
from knowledge.article import Choice
from tests.cast import COMPLAINT, QUESTION, Stage, small_brand, stage

ACKNOWLEDGED = "paling lambat pukul 12.15 WIB"


@pytest.fixture
def scene() -> Stage:
    return stage()


def statuses(scene: Stage) -> list[tuple[str, int | None]]:
    with scene.open() as conn:
        filed = [tickets.find_newest(conn, 1)]
    return [(found.ticket.status, found.ticket.assignee) for found in filed if found]


def test_a_question_is_answered_in_the_followers_language(scene: Stage) -> None:
    scene.says("how do I pay my bill")
    scene.says("cara bayar tagihan bagaimana", who="budi")
    assert scene.deliver() == ["Pay in the app.", "Bayar lewat aplikasi, Kak."]
    assert scene.modes() == []


def test_an_article_without_the_language_falls_back_to_the_brands(scene: Stage) -> None:
    scene.says("do you cover my city")
    assert scene.deliver() == ["Tersedia di 40 kota."]


def test_a_complaint_is_acknowledged_once_with_the_promised_time(scene: Stage) -> None:
    scene.says(COMPLAINT)
    scene.says("kok diam aja, rusak terus tv saya")
    (acknowledgement,) = scene.deliver()
    assert ACKNOWLEDGED in acknowledgement
    assert "tv saya mati total" in acknowledgement
    assert scene.modes() == ["waiting"]


def test_the_clock_counts_from_when_the_contact_wrote_not_from_when_it_was_handled(scene: Stage) -> None:
    scene.says(COMPLAINT, at=scene.now - timedelta(minutes=20))
    scene.sweep()
    ((_, breach),) = scene.happened("breach")
    assert breach["due_at"] == (scene.now - timedelta(minutes=5)).isoformat()
    assert breach["late"]
    (acknowledgement,) = scene.deliver()
    assert "pukul" not in acknowledgement


def test_a_reply_in_waiting_claims_and_stops_the_first_response(scene: Stage) -> None:
    scene.says(COMPLAINT)
    scene.deliver()
    scene.later(minutes=3)
    scene.does("alice", "reply", text="Halo Kak")
    assert scene.happened("met") == []
    assert scene.deliver() == ["Halo Kak"]
    ((_, met),) = scene.happened("met")
    assert met["deadline"] == "first_response"
    assert scene.modes() == ["waiting", "human"]


def test_the_bot_is_silent_while_a_person_speaks(scene: Stage) -> None:
    scene.says(COMPLAINT)
    scene.does("alice", "claim")
    scene.deliver()
    for text in (QUESTION, "makasih min", COMPLAINT, "mau bicara dengan admin"):
        scene.says(text)
    assert scene.deliver() == []


def test_a_waiting_follower_still_gets_a_plain_answer_and_is_told_the_status(scene: Stage) -> None:
    scene.says(COMPLAINT)
    scene.deliver()
    scene.says(QUESTION)
    assert scene.deliver() == ["Bayar lewat aplikasi, Kak."]
    scene.says("sudah sampai mana min?")
    (status,) = scene.deliver()
    assert "#1" in status
    assert "12.15" in status


def test_a_late_status_is_honest(scene: Stage) -> None:
    scene.says(COMPLAINT)
    scene.deliver()
    scene.later(minutes=16)
    scene.sweep()
    scene.says("sudah sampai mana min?")
    (status,) = scene.deliver()
    assert "sudah lewat" in status


def test_another_admin_is_not_sent_in_a_held_conversation(scene: Stage) -> None:
    scene.says(COMPLAINT)
    scene.does("alice", "claim")
    for who in ("bob", "sue"):
        with pytest.raises(Refused, match="held: alice holds"):
            scene.does(who, "reply", text="Halo")
    scene.does("sue", "take_over", reason="Alice is in a meeting")
    scene.does("sue", "reply", text="Halo, saya Sue.")
    assert scene.deliver()[-1] == "Halo, saya Sue."


def test_a_staff_reply_to_a_conversation_of_the_bot_opens_a_ticket_of_the_writer(scene: Stage) -> None:
    scene.says(QUESTION)
    scene.deliver()
    scene.does("alice", "reply", text="Ada lagi, Kak?")
    scene.deliver()
    ((_, shown), *_) = scene.happened("ticket")
    assert (shown["status"], shown["category"], list(shown["due"])) == ("claimed", "question", ["resolution"])
    scene.says("ada, kak")
    assert "next_response" in scene.happened("ticket")[-1][1]["due"]


def test_a_broken_response_returns_the_ticket_to_waiting_so_that_anyone_may_claim(scene: Stage) -> None:
    scene.says(COMPLAINT)
    scene.does("alice", "claim")
    scene.later(minutes=15)
    scene.sweep()
    assert statuses(scene) == [("waiting", None)]
    scene.does("bob", "claim")
    assert scene.modes() == ["waiting", "human", "waiting", "human"]


def test_anything_but_thanks_within_two_hours_goes_to_the_same_admin(scene: Stage) -> None:
    scene.says(COMPLAINT)
    scene.does("alice", "reply", text="Halo")
    scene.deliver()
    scene.does("alice", "resolve")
    scene.later(minutes=119)
    scene.says("makasih min")
    assert scene.deliver() == ["🙏"]
    scene.says("masih mati kak")
    assert statuses(scene) == [("claimed", scene.person("alice").id)]
    assert "next_response" in scene.happened("ticket")[-1][1]["due"]
    assert scene.deliver() == []


def test_who_comes_back_when_their_admin_has_left_waits_for_anyone(scene: Stage) -> None:
    scene.says(COMPLAINT)
    scene.does("alice", "reply", text="Halo")
    scene.deliver()
    scene.does("alice", "resolve")
    alice = scene.person("alice")
    with scene.open() as conn:
        leave(conn, scene.brand.promises, alice, scene.now)
    scene.says("masih mati kak")
    assert statuses(scene) == [("waiting", None)]


def test_two_hours_after_resolve_the_bot_speaks_and_a_complaint_is_a_new_ticket(scene: Stage) -> None:
    scene.says(COMPLAINT)
    scene.does("alice", "resolve")
    scene.later(hours=2)
    scene.sweep()
    assert scene.modes()[-1] == "bot"
    scene.says(COMPLAINT)
    with scene.open() as conn:
        newest = tickets.find_newest(conn, 1)
    assert newest is not None
    assert newest.id == 2


def test_to_bot_hands_back_at_once_and_closes_the_ticket(scene: Stage) -> None:
    scene.says(COMPLAINT)
    scene.does("alice", "claim")
    scene.does("alice", "to_bot")
    scene.deliver()
    scene.says(QUESTION)
    assert scene.deliver() == ["Bayar lewat aplikasi, Kak."]
    assert scene.modes() == ["waiting", "human", "bot"]


def test_a_blocked_follower_is_stored_and_told_nothing(scene: Stage) -> None:
    scene.says(QUESTION)
    scene.deliver()
    scene.does("alice", "block")
    scene.says(COMPLAINT)
    assert scene.deliver() == []
    with scene.open() as conn:
        assert COMPLAINT in conn.execute(select(MESSAGES.c.text)).scalars().all()
    with pytest.raises(Refused, match="not_allowed"):
        scene.does("alice", "unblock")
    scene.does("sue", "unblock")
    assert scene.modes() == ["blocked", "bot"]


def test_a_note_is_never_sent(scene: Stage) -> None:
    scene.says(COMPLAINT)
    scene.deliver()
    scene.does("bob", "note", text="pelanggan lama")
    assert scene.deliver() == []


def test_a_crisis_pings_the_decision_maker_in_the_same_transaction(scene: Stage) -> None:
    scene.says("akun saya di-hack orang")
    alerts = [data for _, data in scene.happened("alert")]
    assert [(alert["role"], alert["reason"], alert["rung"]) for alert in alerts] == [
        ("decision_maker", "crisis", 2)
    ]


def test_a_severe_word_in_an_open_ticket_counts_the_targets_from_that_message(scene: Stage) -> None:
    scene.says(COMPLAINT)
    scene.later(minutes=10)
    scene.says("akun saya di-hack orang")
    shown = scene.happened("ticket")[-1][1]
    assert shown["category"] == "crisis"
    assert shown["due"]["first_response"] == (scene.now + timedelta(minutes=5)).isoformat()


def test_a_message_the_bot_cannot_handle_reaches_a_person(scene: Stage) -> None:
    with scene.open() as conn:
        turn.fail(conn, scene.brand, turn.Said("web", "ani", "ani", "halo", scene.now), scene.now)
    (sorry,) = scene.deliver()
    assert "ada kendala" in sorry
    assert scene.modes() == ["waiting"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\u200b\u200d\ufeff",
        "🙏🙏🙏",
        "\u202eאבג مرحبا",
        "a" * 4096,
        "e\u0301" * 2000,
        "\x00\x07",
        "?" * 50,
    ],
)
def test_an_odd_text_is_stored_whole_and_never_a_crash(scene: Stage, text: str) -> None:
    scene.says(text)
    scene.says(text)
    scene.deliver()
    with scene.open() as conn:
        stored = conn.execute(select(MESSAGES.c.text).where(MESSAGES.c.direction == "in")).scalars().all()
    assert stored == [text, text]


def test_a_reply_to_a_ticket_that_another_one_followed_is_refused(scene: Stage) -> None:
    scene.says(COMPLAINT)
    scene.does("alice", "to_bot")
    scene.says(COMPLAINT)
    with pytest.raises(Refused, match=r"not_open: ticket 2 followed it"):
        scene.does("alice", "reply", ticket=1, text="Halo")


def test_somebody_may_have_it_again_after_the_first_ack_has_run_out() -> None:
    scene = stage(replace(small_brand(), reaches=frozenset({"telegram"})))
    dan = scene.person("dan")
    with scene.open() as conn:
        people.change(conn, dan, telegram=7)
    scene.says("akun saya di-hack orang")
    scene.deliver()
    for _ in range(3):
        scene.later(minutes=1)
        scene.does("dan", "ack")
        scene.deliver()
        scene.later(minutes=16)
        scene.sweep()
        scene.deliver()
    assert len(scene.happened("acked")) == 3
    with scene.open() as conn:
        edits = select(OUTBOX.c.alert_id).where(OUTBOX.c.kind == "edit")
        edited = conn.execute(edits).scalars().all()
    assert len(edited) == len(set(edited)) >= 3


def test_a_button_of_an_article_that_was_never_offered_is_no_tap(scene: Stage) -> None:
    scene.says("akun saya di-hack orang", tapped="pay-bill")
    assert scene.modes() == ["waiting"]


def test_what_a_follower_chose_is_kept_with_what_they_had_asked(scene: Stage) -> None:
    scene.says("bayar di toko jam berapa")
    with scene.open() as conn:
        offers = conn.execute(select(MESSAGES.c.offers).where(MESSAGES.c.source == "clarify")).scalar_one()
    article, question = offers[0]
    scene.says("halo?")
    scene.says(question, tapped=article)
    with scene.open() as conn:
        assert contacts.list_choices(conn) == [Choice("bayar di toko jam berapa", article)]
