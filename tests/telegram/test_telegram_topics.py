"""The staff's group: one topic a follower, a card on top, everything passed on both ways."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot import turn
from bot.channels import web
from bot.tables import LOG, MESSAGES, OUTBOX, TOPICS
from bot.topics import SHORT
from handoff.tables import TICKETS
from tests.telegram.fake_people import ICONS, Sent
from tests.telegram.playing import AGUS, ANI, BAYU, COMPLAINT, PRICE, SARI, STAFF_GROUP, Stage, staged

PHOTO = [{"file_id": "p1", "file_unique_id": "u1", "width": 1, "height": 1}]
QUESTION = "berapa harga paketnya min?"


def run(folder: Path, scene: Callable[[Stage], Awaitable[None]], **known: Any) -> None:
    async def whole() -> None:
        async with staged(folder, group=True, **known) as stage:
            await scene(stage)

    asyncio.run(whole())


async def opened(stage: Stage, number: int = ANI) -> int:
    """Let a follower complain, and return their topic once the words stand in it."""
    stage.api.says(number, COMPLAINT)
    await stage.until(lambda: [one for one in stage.api.sent if one.copy_of and one.copy_of[0] == number])
    return stage.api.topic_named(STAFF_GROUP, stage.api.people[number].first_name)


async def settled(stage: Stage, thread: int, *texts: str) -> list[Sent]:
    """Return what stands in a topic once it holds these texts, or what contains them."""
    await stage.until(
        lambda: all(
            any(text in one.text for one in stage.api.in_topic(STAFF_GROUP, thread)) for text in texts
        )
    )
    return stage.api.in_topic(STAFF_GROUP, thread)


def card(stage: Stage, thread: int) -> Sent:
    return stage.api.in_topic(STAFF_GROUP, thread)[0]


async def tapped(stage: Stage, number: int, message: Sent, row: int = 0, at: int = 0) -> dict[str, Any]:
    """Tap a button and return what the person is shown."""
    tap = stage.api.taps_on(number, message, row, at=at)
    await stage.until(lambda: stage.api.taps[tap] is not None)
    return stage.api.taps[tap] or {}


def test_a_ticket_makes_a_topic_with_its_card_on_top_and_then_the_words(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.says(ANI, QUESTION)
        await stage.until(lambda: stage.api.texts_to(ANI) == [PRICE])
        assert stage.api.groups[STAFF_GROUP].topics == {}, "the bot's own matters need no topic"
        thread = await opened(stage)
        topic = stage.api.groups[STAFF_GROUP].topics[thread]
        shown = await settled(stage, thread, COMPLAINT, "🤖 ")
        assert topic.name == "Ani #1 pertanyaan"
        assert topic.icon == ICONS["💬"]
        assert topic.pinned == [shown[0].id]
        assert shown[0].text.startswith("#1 pertanyaan · Ani (chat dengan bot)\nMenunggu")
        assert [button["text"] for button in shown[0].keyboard[0]] == ["Ambil", "Selesai"]
        assert [entity["type"] for entity in shown[0].entities] == ["date_time"]
        assert QUESTION in shown[1].text, "what was said before stands under the card"
        assert [one.copy_of is not None for one in shown[:3]] == [False, False, True]

    run(tmp_path, scene)


def test_one_topic_a_follower_is_kept_for_later_tickets(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        thread = await opened(stage)
        stage.api.says_in(STAFF_GROUP, SARI, "/selesai", thread=thread)
        await stage.until(lambda: stage.api.groups[STAFF_GROUP].topics[thread].icon == ICONS["✅"])
        await stage.pass_time(180)
        stage.api.says(ANI, COMPLAINT)
        await stage.until(lambda: stage.api.groups[STAFF_GROUP].topics[thread].name == "Ani #2 pertanyaan")
        assert list(stage.api.groups[STAFF_GROUP].topics) == [thread]
        await stage.until(lambda: card(stage, thread).text.startswith("#2 pertanyaan"))

    run(tmp_path, scene)


def test_a_reply_in_the_topic_claims_and_reaches_the_follower_and_a_note_does_not(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        thread = await opened(stage)
        stage.api.says_in(STAFF_GROUP, SARI, "// ini pelanggan lama", thread=thread)
        stage.api.says_in(STAFF_GROUP, SARI, "Saya cek ya, Kak.", thread=thread)
        await stage.until(lambda: stage.api.texts_to(ANI)[1:] == ["Saya cek ya, Kak."])
        await stage.until(lambda: "Dipegang sari" in card(stage, thread).text)
        assert [(m.direction, m.text) for m in await stage.messages()][2:] == [
            ("note", "ini pelanggan lama"),
            ("out", "Saya cek ya, Kak."),
        ]
        stage.api.says(ANI, "oke kak, ditunggu kabarnya")
        await settled(stage, thread, "oke kak, ditunggu kabarnya")
        texts = [one.text for one in stage.api.in_topic(STAFF_GROUP, thread)]
        assert not [text for text in texts if "Saya cek" in text], "what stands there is not said again"

    run(tmp_path, scene)


def test_who_is_no_staff_is_turned_away_with_one_line(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        thread = await opened(stage)
        for text in ("Halo Kak, saya bantu", "halo?"):
            stage.api.says_in(STAFF_GROUP, BAYU, text, thread=thread)
        shown = await settled(stage, thread, "hanya staf yang terdaftar")
        stage.api.says_in(STAFF_GROUP, SARI, "Saya cek ya, Kak.", thread=thread)
        await stage.until(lambda: len(stage.api.texts_to(ANI)) == 2)
        assert stage.api.texts_to(ANI)[1] == "Saya cek ya, Kak."
        assert len([one for one in shown if "terdaftar" in one.text]) == 1

    run(tmp_path, scene)


def test_commands_in_the_topic(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        thread = await opened(stage)
        done = stage.api.says_in(STAFF_GROUP, SARI, "/ambil", thread=thread)
        await stage.until(lambda: stage.api.reactions.get((STAFF_GROUP, done)) == ["👌"])
        stage.api.says_in(STAFF_GROUP, SARI, "/janji 2h teknisi datang", thread=thread)
        await settled(stage, thread, "Janji untuk #1 dicatat")
        stage.api.says_in(STAFF_GROUP, SARI, "/apa", thread=thread)
        await settled(stage, thread, "Perintah itu tidak dikenal")
        stage.api.says_in(STAFF_GROUP, SARI, "/kategori crisis", thread=thread)
        await stage.until(lambda: stage.api.groups[STAFF_GROUP].topics[thread].name == "Ani #1 krisis")
        assert len(stage.api.texts_to(ANI)) == 1

    run(tmp_path, scene)


def test_a_deleted_topic_is_made_again_with_card_and_context_and_nothing_is_lost(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        thread = await opened(stage)
        await settled(stage, thread, "🤖 ")
        stage.api.loses_topic(STAFF_GROUP, thread)
        stage.api.says(ANI, "masih mati juga nih")
        await stage.until(lambda: list(stage.api.groups[STAFF_GROUP].topics) not in ([], [thread]))
        (again,) = stage.api.groups[STAFF_GROUP].topics
        shown = await settled(stage, again, "masih mati juga nih")
        assert shown[0].text.startswith("#1 pertanyaan")
        assert COMPLAINT in shown[1].text.replace("\n", " ")
        stage.api.says_in(STAFF_GROUP, SARI, "Saya cek ya, Kak.", thread=again)
        await stage.until(lambda: stage.api.texts_to(ANI)[-1] == "Saya cek ya, Kak.")

    run(tmp_path, scene)


def test_a_closed_topic_is_opened_again(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        thread = await opened(stage)
        await settled(stage, thread, "🤖 ")
        stage.api.groups[STAFF_GROUP].topics[thread].is_closed = True
        stage.api.says(ANI, "masih mati juga nih")
        await settled(stage, thread, "masih mati juga nih")
        assert not stage.api.groups[STAFF_GROUP].topics[thread].is_closed

    run(tmp_path, scene)


def test_ageing_changes_the_icon_and_not_the_name(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        thread = await opened(stage)
        topic = stage.api.groups[STAFF_GROUP].topics[thread]
        for minutes, icon, rings in ((12, "❗️", "hampir jatuh tempo"), (4, "‼️", "JANJI TERLEWAT")):
            await stage.pass_time(minutes)
            await stage.until(lambda icon=icon: topic.icon == ICONS[icon])  # type: ignore[misc]
            await settled(stage, thread, rings)
        assert topic.name == "Ani #1 pertanyaan"
        assert "lewat" in card(stage, thread).text
        bell = next(one for one in stage.api.in_topic(STAFF_GROUP, thread) if "TERLEWAT" in one.text)
        assert await tapped(stage, SARI, bell) == {"text": "Dipegang sari.", "alert": False}

    run(tmp_path, scene)


def test_the_cards_buttons_are_for_staff_and_for_the_card(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        thread = await opened(stage)
        assert (await tapped(stage, BAYU, card(stage, thread)))["alert"]
        assert "Menunggu" in card(stage, thread).text
        forged = card(stage, thread)
        other = next(one for one in await settled(stage, thread, "🤖 ") if one is not forged)
        tap = stage.api.taps_on(SARI, other, data=forged.keyboard[0][0]["callback_data"])
        await stage.until(lambda: stage.api.taps[tap] is not None)
        assert stage.api.taps[tap] == {"text": "Tombol ini sudah tidak berlaku.", "alert": True}
        await tapped(stage, SARI, forged)
        await stage.until(lambda: "Dipegang sari" in card(stage, thread).text)
        shown = [button["text"] for row in card(stage, thread).keyboard for button in row]
        assert shown == ["Menunggu pelanggan", "Janji", "Lepas", "Selesai"]
        assert "tanyakan sesuatu dulu" in (await tapped(stage, SARI, card(stage, thread)))["text"]
        stage.api.says_in(STAFF_GROUP, SARI, "Boleh minta nomornya?", thread=thread)
        await stage.until(lambda: len(stage.api.texts_to(ANI)) == 2)
        await stage.until_stored(lambda conn: conn.execute(TICKETS.select()).one().unanswered_at is None)
        await tapped(stage, SARI, card(stage, thread))
        await stage.until(lambda: "Menunggu jawaban follower" in card(stage, thread).text)

    run(tmp_path, scene)


def test_a_text_in_a_held_conversation_is_asked_about_and_handed_over(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.person(2004, "Budi")
        await stage.add_staff("budi", 2004)
        thread = await opened(stage)
        stage.api.says_in(STAFF_GROUP, SARI, "Saya cek ya, Kak.", thread=thread)
        await stage.until(lambda: len(stage.api.texts_to(ANI)) == 2)
        stage.api.says_in(STAFF_GROUP, 2004, "Ini sudah saya perbaiki, Kak.", thread=thread)
        shown = await settled(stage, thread, "Belum terkirim")
        notice = next(one for one in shown if "Belum terkirim" in one.text)
        assert [button["text"] for button in notice.keyboard[0]] == ["Minta", "Jadikan catatan", "Batal"]
        assert (await tapped(stage, SARI, notice))["alert"], "only who wrote it decides"
        await tapped(stage, 2004, notice)
        asks = next(one for one in await settled(stage, thread, "meminta") if "meminta" in one.text)
        assert (await tapped(stage, 2004, asks))["alert"], "who asks does not give"
        await tapped(stage, SARI, asks)
        await stage.until(lambda: stage.api.texts_to(ANI)[-1] == "Ini sudah saya perbaiki, Kak.")
        await stage.until(lambda: "Dipegang budi" in card(stage, thread).text)
        stage.api.says_in(STAFF_GROUP, SARI, "catat ya", thread=thread)
        await stage.until(lambda: len([one for one in stage.api.sent if "Belum terkirim" in one.text]) == 2)
        await tapped(stage, SARI, [one for one in stage.api.sent if "Belum terkirim" in one.text][1], at=1)
        assert (await stage.messages())[-1].text == "catat ya"
        assert (await stage.messages())[-1].direction == "note"

    run(tmp_path, scene)


def test_pictures_albums_and_replies_go_both_ways(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        thread = await opened(stage)
        first = next(one for one in stage.api.in_topic(STAFF_GROUP, thread) if one.copy_of)
        ours = stage.api.says_in(
            STAFF_GROUP, SARI, "Yang ini ya, Kak?", thread=thread,
            reply_to_message=stage.api.shown(first),
        )  # fmt: skip
        await stage.until(lambda: len(stage.api.texts_to(ANI)) == 2)
        assert stage.api.sent_to(ANI)[-1].reply_to == first.copy_of[1]  # type: ignore[index]
        for _ in range(2):
            stage.api.says(ANI, photo=PHOTO, media_group_id="album", caption="ini fotonya")
        answered = stage.api.shown(stage.api.sent_to(ANI)[-1])
        stage.api.says(ANI, "yang itu", reply_to_message=answered)
        await settled(stage, thread, "yang itu")
        copies = [one for one in stage.api.in_topic(STAFF_GROUP, thread) if one.copy_of]
        assert [one.kind for one in copies] == ["text", "photo", "photo", "text"]
        assert copies[-1].reply_to == ours
        said = [(m.source, m.text, len(m.media or ())) for m in await stage.messages() if m.direction == "in"]
        assert said[1:] == [("photo", "ini fotonya\nini fotonya", 2), ("text", "yang itu", 0)]
        stage.api.says_in(STAFF_GROUP, SARI, thread=thread, photo=PHOTO, caption="seperti ini")
        await stage.until(lambda: stage.api.sent_to(ANI)[-1].kind == "photo")
        assert stage.api.sent_to(ANI)[-1].text == "seperti ini"

    run(tmp_path, scene)


def test_edits_signs_and_taking_back_go_both_ways(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        thread = await opened(stage)
        copied = next(one for one in stage.api.in_topic(STAFF_GROUP, thread) if one.copy_of)
        number = copied.copy_of[1]  # type: ignore[index]
        stage.api.edits(ANI, number, "Saya komplain, maksudnya di kamar")
        shown = await settled(stage, thread, "✏️ Ani: Saya komplain, maksudnya di kamar")
        assert shown[-1].reply_to == copied.id
        stage.api.reacts(STAFF_GROUP, SARI, copied.id, "👍")
        await stage.until(lambda: stage.api.reactions.get((ANI, number)) == ["👍"])
        ours = stage.api.says_in(STAFF_GROUP, SARI, "Sebentar y Kak", thread=thread)
        await stage.until(lambda: stage.api.texts_to(ANI)[-1] == "Sebentar y Kak")
        await stage.until_stored(lambda conn: conn.execute(TICKETS.select()).one().responded_at)
        stage.api.edits(SARI, ours, "Sebentar ya, Kak", STAFF_GROUP, message_thread_id=thread)
        await stage.until(lambda: stage.api.texts_to(ANI)[-1] == "Sebentar ya, Kak")
        stage.api.edits(SARI, ours, "// jangan sampai ia tahu", STAFF_GROUP, message_thread_id=thread)
        await settled(stage, thread, "Perubahan ini tidak bisa dilihat")
        assert stage.api.texts_to(ANI)[-1] == "Sebentar ya, Kak"
        stage.api.reacts(ANI, ANI, stage.api.sent_to(ANI)[-1].id, "❤")
        await stage.until(lambda: stage.api.reactions.get((STAFF_GROUP, ours)) == ["❤"])
        mine = stage.api.heard[STAFF_GROUP, ours]
        stage.api.says_in(STAFF_GROUP, SARI, "/hapus", thread=thread, reply_to_message=mine)
        await stage.until(lambda: stage.api.sent_to(ANI)[-1].text != "Sebentar ya, Kak")
        stage.api.reacts(STAFF_GROUP, BAYU, copied.id, "👎")
        stage.api.says(BAYU, QUESTION)
        await stage.until(lambda: stage.api.texts_to(BAYU))
        assert stage.api.reactions[ANI, number] == ["👍"], "who is no staff gives no signs"

    run(tmp_path, scene)


def test_what_the_desk_says_stands_in_the_topic_and_words_that_wait_are_joined(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        thread = await opened(stage)
        await settled(stage, thread, "🤖 ")
        await stage.act_as("sari", "reply", text="Dari meja, Kak.")
        await settled(stage, thread, "👤 sari: Dari meja, Kak.")
        await stage.act_as("sari", "note", text="untuk tim")
        await settled(stage, thread, "📝 sari: untuk tim")

    run(tmp_path, scene)


def test_when_the_group_is_short_of_messages_alerts_go_first_and_words_are_joined(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        thread = await opened(stage)
        await settled(stage, thread, "🤖 ")
        await stage.stop()
        for n in range(30):
            stage.api.says(ANI, f"masih mati {n}")
        await stage.start(sends=False)
        counted = OUTBOX.select().where(OUTBOX.c.kind == "relay", OUTBOX.c.status == "queued")
        await stage.until_stored(
            lambda conn: len(conn.execute(LOG.select().where(LOG.c.kind == "received")).all()) == 31
        )
        await stage.pass_time(16)
        await stage.until_stored(
            lambda conn: conn.execute(OUTBOX.select().where(OUTBOX.c.kind == "bell")).all()
        )
        await stage.until_stored(lambda conn: len(conn.execute(counted).all()) == SHORT)
        before = len(stage.api.in_topic(STAFF_GROUP, thread))
        await stage.stop()
        await stage.start()
        shown = (await settled(stage, thread, "masih mati 29"))[before:]
        assert "JANJI TERLEWAT" in shown[0].text or "jatuh tempo" in shown[0].text
        (joined,) = [one for one in shown if "masih mati 29" in one.text]
        assert joined.text.startswith("Ani: masih mati 2\nAni: masih mati 3\n")

    run(tmp_path, scene)


def test_a_group_without_the_bot_is_shown_and_holds_nothing_up(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.groups[STAFF_GROUP].rights.discard("can_manage_topics")
        stage.api.says(ANI, COMPLAINT)
        await stage.until(lambda: stage.api.texts_to(ANI))
        dead = OUTBOX.select().where(OUTBOX.c.status == "dead")
        await stage.until_stored(lambda conn: conn.execute(dead).all())
        assert "ot enough rights" in (await stage.outbox("relay"))[0].error
        assert await stage.service.read(lambda conn: conn.execute(TOPICS.select()).all()) == []

    run(tmp_path, scene)


@pytest.mark.parametrize("who", [AGUS])
def test_a_supervisor_takes_over_with_a_reason(tmp_path: Path, who: int) -> None:
    async def scene(stage: Stage) -> None:
        thread = await opened(stage)
        stage.api.says_in(STAFF_GROUP, SARI, "/ambil", thread=thread)
        await stage.until(lambda: "Dipegang sari" in card(stage, thread).text)
        stage.api.says_in(STAFF_GROUP, who, "/ambilalih", thread=thread)
        await settled(stage, thread, "alasan perlu diisi untuk mengambil alih tiket")
        stage.api.says_in(STAFF_GROUP, who, "/ambilalih sari sakit", thread=thread)
        await stage.until(lambda: "Dipegang agus" in card(stage, thread).text)

    run(tmp_path, scene)


def test_no_picture_of_a_note_reaches_the_follower_however_late_it_comes(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        thread = await opened(stage)
        album: dict[str, Any] = {"photo": PHOTO, "media_group_id": "internal"}
        stage.api.says_in(STAFF_GROUP, SARI, thread=thread, caption="// hanya untuk tim", **album)
        noted = MESSAGES.select().where(MESSAGES.c.direction == "note")
        await stage.until_stored(lambda conn: len(conn.execute(noted).all()) == 1)
        stage.api.says_in(STAFF_GROUP, SARI, thread=thread, **album)
        await stage.until_stored(lambda conn: len(conn.execute(noted).all()) == 2)
        assert len(stage.api.sent_to(ANI)) == 1

    run(tmp_path, scene)


def test_the_second_tap_for_an_album_sends_all_of_it(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        thread = await opened(stage)
        album: dict[str, Any] = {"photo": PHOTO, "media_group_id": "pair", "thread": thread}
        first = stage.api.says_in(STAFF_GROUP, SARI, caption="Baca dong Kak, sudah dibilang.", **album)
        stage.api.says_in(STAFF_GROUP, SARI, **album)
        await settled(stage, thread, "Belum terkirim")
        notice = next(one for one in stage.api.in_topic(STAFF_GROUP, thread) if one.reply_to == first)
        stage.api.taps_on(SARI, notice)
        await stage.until(lambda: len([one for one in stage.api.sent_to(ANI) if one.kind == "photo"]) == 2)
        photos = [one.text for one in stage.api.sent_to(ANI) if one.kind == "photo"]
        assert photos == ["Baca dong Kak, sudah dibilang.", ""]

    run(tmp_path, scene)


def test_a_file_that_only_the_desk_can_show_is_named(tmp_path: Path) -> None:
    file = {"kind": "photo", "caption": "", "upload": "0" * 32, "name": "struk.png", "type": "image/png"}

    async def scene(stage: Stage) -> None:
        for text in (COMPLAINT, ""):
            now = stage.service.now()
            said = web.read(web.arrival("x" * 24, "Rini", text, "n", now, media=[file]).raw)
            await stage.service.write(
                lambda conn, said=said, now=now: turn.contact_wrote(conn, stage.service.brand, said, now)  # type: ignore[misc]
            )
        await stage.until(lambda: stage.api.groups[STAFF_GROUP].topics)
        thread = stage.api.topic_named(STAFF_GROUP, "Rini")
        await settled(stage, thread, f"{COMPLAINT}\n📎 struk.png", "[photo] struk.png")

    run(tmp_path, scene)
