"""Promises, lists for the next shift and the second channel, through the house but without a network."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Row, select

from bot import contacts, delivery, ledger, outbox
from bot.outbox import Status
from bot.tables import MESSAGES, OUTBOX
from handoff import people, shifts
from handoff.entry import Refused
from handoff.policy import Role, Rung
from tests.cast import COMPLAINT, Stage, small_brand, stage


@pytest.fixture
def scene() -> Stage:
    """Alice holds ani's complaint and has answered it."""
    scene = stage()
    scene.says(COMPLAINT)
    scene.does("alice", "reply", text="Saya cek, Kak.")
    scene.deliver()
    return scene


def letters(scene: Stage, kind: str) -> list[Row[Any]]:
    with scene.open() as conn:
        return list(conn.execute(select(OUTBOX).where(OUTBOX.c.kind == kind).order_by(OUTBOX.c.id)))


def notices(scene: Stage) -> list[str]:
    with scene.open() as conn:
        said = select(MESSAGES.c.text).where(MESSAGES.c.source == "update")
        return list(conn.execute(said.order_by(MESSAGES.c.id)).scalars())


def test_a_promise_that_passes_is_told_to_the_follower_in_their_language(scene: Stage) -> None:
    scene.does("alice", "promise", by="16:00", text="teknisi datang")
    scene.later(hours=4)
    scene.sweep()
    assert scene.deliver() == [
        "Maaf, Kak. Kami berjanji memberi kabar (pukul 16.00 WIB), tetapi janji itu belum kami tepati. "
        "Urusan Kakak masih kami pegang, dan petugasnya sudah diingatkan."
    ]
    assert ("message", {"source": "update", "author": "bot"}) in scene.happened("message")


def test_an_english_follower_reads_it_in_english() -> None:
    scene = stage()
    scene.says("my tv is dead since yesterday, this is unacceptable, I am very disappointed")
    scene.does("alice", "reply", text="Let me check.")
    scene.does("alice", "promise", by="2h", text="call back")
    scene.later(hours=2)
    scene.sweep()
    assert notices(scene)[0].startswith("I'm sorry. We promised you news (14:00 WIB)")


def test_what_was_promised_stands_on_the_desk_and_in_the_ping(scene: Stage) -> None:
    scene.does("alice", "promise", by="16:00", text="teknisi datang")
    with scene.open() as conn:
        note = conn.execute(select(MESSAGES).where(MESSAGES.c.source == "promise")).one()
    assert (note.direction, note.text) == ("note", "teknisi datang")
    assert scene.deliver() == [], "the follower is told by a reply, not by this"
    scene.later(hours=3)
    scene.sweep()
    (ping,) = letters(scene, "alert")
    assert ping.text == "Janji kita: #1 (keluhan) dari ani, paling lambat pukul 16.00 WIB.\n“teknisi datang”"


def test_a_reply_that_is_the_promised_news_keeps_it(scene: Stage) -> None:
    scene.does("alice", "promise", by="16:00", text="kabar dari gudang")
    scene.later(minutes=10)
    scene.does("alice", "reply", text="Barangnya sudah jalan, Kak.", update=True)
    scene.deliver()
    assert [data["deadline"] for kind, data in scene.happened("met")] == ["first_response", "promise"]


def test_a_promise_in_waiting_claims_as_a_reply_does() -> None:
    scene = stage()
    scene.says(COMPLAINT)
    scene.does("bob", "promise", by="16:00", text="telepon balik")
    assert scene.modes() == ["waiting", "human"]


@pytest.mark.parametrize(
    ("who", "args", "why"),
    [
        ("bob", {"by": "16:00", "text": "x"}, "held: alice holds the ticket"),
        ("alice", {"by": "16:00", "text": " "}, "invalid: promise needs a text"),
        ("alice", {"text": "x"}, 'invalid: "" is no time'),
        ("alice", {"by": "25:00", "text": "x"}, 'invalid: "25:00" is no time'),
        ("alice", {"by": "11:00", "text": "x"}, 'invalid: "11:00" is past'),
        ("alice", {"by": 7, "text": "x"}, 'invalid: "7" is no time'),
    ],
)
def test_a_promise_nobody_can_keep_is_refused_and_changes_nothing(
    scene: Stage, who: str, args: dict[str, Any], why: str
) -> None:
    before = scene.happened()
    with pytest.raises(Refused, match=why):
        scene.does(who, "promise", **args)
    assert scene.happened() == before


def test_a_supervisor_may_promise_on_what_an_admin_holds_and_the_admin_is_warned(scene: Stage) -> None:
    scene.does("sue", "promise", by="16:00", text="teknisi datang")
    scene.later(hours=3)
    scene.sweep()
    assert [row.recipient for row in letters(scene, "alert")] == ["1"]


def test_on_a_resolved_ticket_there_is_nothing_to_promise(scene: Stage) -> None:
    scene.does("alice", "resolve")
    with pytest.raises(Refused, match="not_open"):
        scene.does("alice", "promise", by="16:00", text="x")


def test_who_blocked_us_or_is_blocked_gets_no_notice(scene: Stage) -> None:
    scene.does("alice", "promise", by="16:00", text="x")
    scene.does("alice", "block")
    scene.later(hours=4)
    scene.sweep()
    assert notices(scene) == []
    assert len(scene.happened("breach")) == 1


def test_a_promise_extends_the_ack_as_a_reply_does(scene: Stage) -> None:
    scene.says("halo?")
    scene.later(minutes=31)
    scene.sweep()
    scene.does("sue", "ack")
    scene.does("sue", "promise", by="20:00", text="x")
    scene.later(minutes=45)
    before = len(letters(scene, "alert"))
    scene.sweep()
    assert len(letters(scene, "alert")) == before, "30 minutes and once more as long"


def test_a_message_the_channel_takes_back_is_failed_and_its_stop_annulled(scene: Stage) -> None:
    scene.later(minutes=2)
    with scene.open() as conn:
        reply = conn.execute(select(MESSAGES).where(MESSAGES.c.author == "staff")).one()
        for _ in range(2):
            delivery.bounced(conn, scene.brand, reply.id, "came back", scene.now)
        assert contacts.get_message(conn, reply.id).status == "failed"
        (row,) = outbox.list_troubled(conn)
        assert (row.message_id, row.error) == (reply.id, "came back")
        assert delivery.retry(conn, row.id, scene.now)
    assert [data["deadline"] for _, data in scene.happened("annulled")] == ["first_response"]
    assert len(scene.happened("send_failed")) == 1
    scene.deliver()
    assert [data["deadline"] for _, data in scene.happened("met")] == ["first_response"] * 2


def test_a_bot_text_that_comes_back_stops_and_annuls_nothing(scene: Stage) -> None:
    with scene.open() as conn:
        ack = conn.execute(select(MESSAGES.c.id).where(MESSAGES.c.source == "ack")).scalar_one()
        delivery.bounced(conn, scene.brand, ack, "came back", scene.now)
    assert scene.happened("annulled") == []


def second(scene: Stage) -> Stage:
    """Let the ladder ring on the second channel from its first rung."""
    rung = Rung(("supervisor",), channel="second")
    promises = replace(scene.brand.promises, ladder=(rung, Rung(("decision_maker",), timedelta(minutes=15))))
    reaches = frozenset({"telegram", "webhook", "email"})
    scene.brand = replace(scene.brand, promises=promises, reaches=reaches)
    with scene.open() as conn:
        people.deactivate(conn, people.find_staff(conn, "sue"))  # type: ignore[arg-type]
        people.add_staff(conn, "sue", Role.SUPERVISOR, 77, (), "sue@example.org")
    return scene


def test_the_second_channel_rings_beside_the_first_where_the_rung_says_so() -> None:
    scene = second(stage())
    scene.says(COMPLAINT)
    scene.later(minutes=16)
    scene.sweep()
    rung = letters(scene, "alert")
    places = [(row.channel, row.recipient) for row in rung if row.alert_id == 1]
    assert places == [("desk", "3"), ("telegram", "77"), ("webhook", "webhook"), ("email", "sue@example.org")]
    assert rung[2].payload["facts"] == {"to": "sue", "reason": "breach", "rung": 1, "n": 1, "ticket": 1}
    scene.later(minutes=15)
    scene.sweep()
    assert {row.channel for row in letters(scene, "alert") if row.alert_id != 1} == {"desk"}


def test_a_person_is_lost_only_when_no_way_to_them_is_left() -> None:
    scene = second(stage())
    scene.says(COMPLAINT)
    scene.later(minutes=16)
    scene.sweep()
    ways = [row.id for row in letters(scene, "alert") if row.channel != "desk"]
    for left, row_id in enumerate(ways):
        assert len(scene.happened("alert")) == 1, f"{left} ways have failed"
        with scene.open() as conn:
            outbox.move(conn, row_id, Status.QUEUED, Status.SENDING)
            delivery.failed(conn, scene.brand, row_id, "no such mailbox", scene.now)
    assert len(scene.happened("alert")) == 2, "the next rung at once"


def test_the_list_of_a_shift_that_ended_names_what_waits(scene: Stage) -> None:
    with scene.open() as conn:
        alice = people.find_staff(conn, "alice")
        assert alice is not None
        effects = shifts.leave(conn, scene.brand.promises, alice, scene.now)
        ledger.record(conn, scene.brand, effects, scene.now)
    (handed,) = letters(scene, "handover")
    assert handed.recipient == "2"
    assert handed.text == (
        "Serah terima dari alice: 1 menunggu.\n#1 (keluhan) ani, jatuh tempo Selasa 24 Nov pukul 12.00 WIB"
    )


def test_a_brand_reaches_its_staff_by_what_is_set_up() -> None:
    assert small_brand().reaches == frozenset()
