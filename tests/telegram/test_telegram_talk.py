"""Followers and staff talk with Mimin through a Bot API, over real HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.act import Act
from bot.tables import CONTACTS, LOG
from tests.telegram.fake_world import Sent
from tests.telegram.playing import AGUS, ANI, BAYU, COMPLAINT, PRICE, RINA, SARI, STAFF, Stage, staged

Play = Callable[[Callable[[Stage], Awaitable[None]]], None]
ADMIN, SUPERVISOR, _ = STAFF


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Return what plays a scene on a stage of its own."""

    def run(scene: Callable[[Stage], Awaitable[None]]) -> None:
        async def whole() -> None:
            async with staged(tmp_path) as stage:
                await scene(stage)

        asyncio.run(whole())

    return run


async def asked_back(stage: Stage) -> Sent:
    """Let Ani say what may mean two things; returns the message with its offers."""
    stage.api.says(ANI, "link paket streaming")
    await stage.until(lambda: stage.api.texts_to(ANI))
    return stage.api.sent[-1]


async def complained(stage: Stage) -> None:
    stage.api.says(ANI, COMPLAINT)
    await stage.until(lambda: stage.api.texts_to(ANI))


def test_a_question_is_answered(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.says(ANI, "min, berapa harga paketnya?")
        await stage.until(lambda: stage.api.texts_to(ANI) == [PRICE])
        await stage.until_stored(lambda conn: conn.execute(CONTACTS.select()).one().name == "Ani")

    play(scene)


def test_a_caption_is_a_question_too_and_a_picture_without_words_is_kept(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        photo = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
        stage.api.says(ANI, photo=photo, caption="berapa harga paketnya min?")
        stage.api.says(BAYU, photo=photo)
        await stage.until(lambda: stage.api.texts_to(ANI) == [PRICE] and stage.api.texts_to(BAYU))
        kept = [(m.source, m.text) for m in await stage.messages() if m.direction == "in"]
        assert kept == [("photo", "berapa harga paketnya min?"), ("photo", "[photo]")]

    play(scene)


@pytest.mark.parametrize(
    ("command", "begins"), [("/start", "Halo, Kak!"), ("/start x7", "Halo"), ("/help", "Mimin")]
)
def test_a_command_gets_its_fixed_text(play: Play, command: str, begins: str) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.says(ANI, command)
        await stage.until(lambda: stage.api.texts_to(ANI))
        assert stage.api.texts_to(ANI)[0].startswith(begins)
        assert [m.text for m in await stage.messages() if m.direction == "in"] == [command]

    play(scene)


def test_a_tap_on_an_offer_is_answered_once(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        asking = await asked_back(stage)
        row = [row[0]["text"] for row in asking.keyboard].index("berapa harga paket langganan")
        taps = [stage.api.taps_on(ANI, asking, row) for _ in range(2)]
        await stage.until(lambda: all(stage.api.taps[tap] is not None for tap in taps))
        await stage.until(lambda: PRICE in stage.api.texts_to(ANI))
        said = [(m.direction, m.text) for m in await stage.messages()][2:]
        assert said == [("in", "berapa harga paket langganan"), ("out", PRICE)]

    play(scene)


@pytest.mark.parametrize("data", ["offer:2:9", "offer:999:0", "offer:2:0", "nonsense", "ack:1:2"])
def test_a_button_that_is_not_theirs_changes_nothing(play: Play, data: str) -> None:
    async def scene(stage: Stage) -> None:
        asking = await asked_back(stage)
        tap = stage.api.taps_on(BAYU, asking, data=data)
        await stage.until(lambda: stage.api.taps[tap] is not None)
        shown = stage.api.taps[tap] or {}
        assert shown["alert"]
        assert shown["text"].startswith("Maaf")
        assert len(await stage.messages()) == 2

    play(scene)


def test_a_complaint_is_acknowledged_and_wakes_staff_when_its_deadline_passes(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await complained(stage)
        assert "paling lambat " in stage.api.texts_to(ANI)[0]
        await stage.pass_time(16)
        people = (SARI, AGUS, RINA)
        await stage.until(lambda: all(stage.api.texts_to(person) for person in people))
        ping = next(message for message in stage.api.sent if message.chat == SARI)
        assert ping.text.startswith("JANJI TERLEWAT: #1")
        assert [[button["text"] for button in row] for row in ping.keyboard] == [["Saya pegang"]]
        assert ping.preview == {"is_disabled": True}

    play(scene)


def test_who_taps_first_has_it_and_every_ping_says_so(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await complained(stage)
        await stage.pass_time(16)
        await stage.until(lambda: stage.api.texts_to(RINA))
        await stage.until_stored(
            lambda conn: len(conn.execute(LOG.select().where(LOG.c.kind == "alert")).all()) >= 3
        )
        pings = {message.chat: message for message in stage.api.sent if message.chat != ANI}
        first = stage.api.taps_on(SARI, pings[SARI])
        await stage.until(lambda: stage.api.taps[first] is not None)
        assert stage.api.taps[first] == {"text": "Dipegang sari.", "alert": False}
        await stage.until(lambda: all(ping.edits for ping in pings.values()))
        assert all(ping.text.endswith("\n\nDipegang sari.") and not ping.keyboard for ping in pings.values())
        second = stage.api.taps_on(AGUS, pings[AGUS], data="ack:1")
        await stage.until(lambda: stage.api.taps[second] is not None)
        assert stage.api.taps[second] == {"text": "sudah ada yang memegang", "alert": True}

    play(scene)


def test_an_alert_is_for_staff_only(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await complained(stage)
        await stage.pass_time(16)
        await stage.until(lambda: stage.api.texts_to(SARI))
        ping = next(message for message in stage.api.sent if message.chat == SARI)
        tap = stage.api.taps_on(BAYU, ping)
        await stage.until(lambda: stage.api.taps[tap] is not None)
        assert stage.api.taps[tap] == {"text": "Tombol ini hanya untuk staf.", "alert": True}
        await stage.until_stored(
            lambda conn: not conn.execute(LOG.select().where(LOG.c.kind == "acked")).all()
        )

    play(scene)


def test_a_persons_reply_reaches_the_follower_and_the_bot_stays_silent(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await complained(stage)
        await stage.act(ADMIN, Act("reply", 1, args={"text": "Saya cek ya, Kak."}))
        await stage.until(lambda: stage.api.texts_to(ANI)[-1] == "Saya cek ya, Kak.")
        stage.api.says(ANI, "berapa harga paketnya min?")
        stage.api.says(ANI, "/start")
        await stage.until_stored(lambda conn: conn.execute(CONTACTS.select()).one())
        stage.api.says(BAYU, "berapa harga paketnya min?")
        await stage.until(lambda: stage.api.texts_to(BAYU))
        assert len(stage.api.texts_to(ANI)) == 2

    play(scene)


def test_thanks_after_a_matter_is_over_gets_a_reaction(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await complained(stage)
        await stage.act(ADMIN, Act("reply", 1, args={"text": "Sudah normal, Kak."}))
        await stage.act(ADMIN, Act("resolve", 1))
        thanks = stage.api.says(ANI, "terima kasih")
        await stage.until(lambda: stage.api.reactions)
        assert stage.api.reactions == {(ANI, thanks): ["🙏"]}
        assert len(stage.api.texts_to(ANI)) == 2

    play(scene)


def test_an_edit_is_kept_beside_the_words_and_not_answered_again(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        number = stage.api.says(ANI, "berapa harga paketnya min?")
        await stage.until(lambda: stage.api.texts_to(ANI))
        stage.api.edits(ANI, number, "berapa harga paketnya min?")
        stage.api.edits(ANI, number, "bagi link streaming dong")
        await stage.until_stored(lambda conn: conn.execute(LOG.select().where(LOG.c.kind == "edited")).all())
        kept = [(m.direction, m.author, m.source, m.text) for m in await stage.messages()]
        assert kept[2:] == [("note", "contact", "edit", "bagi link streaming dong")]
        assert len(stage.api.sent) == 1

    play(scene)


def test_who_blocks_the_bot_is_not_reachable_until_they_let_it_back(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.says(ANI, "berapa harga paketnya min?")
        await stage.until(lambda: stage.api.texts_to(ANI))
        for blocked in (True, False):
            stage.api.blocks(ANI, blocked=blocked)
            changed = CONTACTS.select().where(CONTACTS.c.reachable != blocked)
            await stage.until_stored(lambda conn, changed=changed: conn.execute(changed).all())  # type: ignore[misc]

    play(scene)


def test_a_group_is_heard_and_not_answered(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        group = {"id": -100, "type": "supergroup", "title": "Penonton"}
        head = {"message_id": 1, "date": 1_800_000_000, "chat": group, "from": stage.api.people[ANI].user}
        stage.api.push("message", head | {"text": "berapa harga paketnya min?"})
        stage.api.push(
            "business_message", head | {"chat": stage.api.people[ANI].chat, "text": "berapa harga?"}
        )
        stage.api.push("something_new", {"chat": group})
        stage.api.says(BAYU, "berapa harga paketnya min?")
        await stage.until(lambda: stage.api.texts_to(BAYU))
        assert [message.chat for message in stage.api.sent] == [BAYU]

    play(scene)


async def told(stage: Stage, number: int) -> str:
    """Return the first thing the bot says to somebody after this many."""
    before = len(stage.api.texts_to(number))
    await stage.until(lambda: len(stage.api.texts_to(number)) > before)
    return stage.api.texts_to(number)[before]


def test_staff_promise_in_their_own_chat_and_are_told_that_it_is_on_record(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await complained(stage)
        await stage.act(ADMIN, Act("claim", 1))
        stage.api.says(SARI, "/janji #1 2h teknisi datang")
        assert (await told(stage, SARI)).startswith("Janji untuk #1 dicatat, paling lambat ")
        stage.api.says(SARI, "/promise lusa 09:00 kabar dari gudang")
        assert (await told(stage, SARI)).startswith("Janji untuk #1 dicatat, paling lambat ")
        promised = [message.text for message in await stage.messages() if message.source == "promise"]
        assert promised == ["teknisi datang", "kabar dari gudang"]
        assert [contact.external_id for contact in await stage.contacts()] == [str(ANI)]

    play(scene)


def test_a_promise_answers_the_alert_it_replies_to(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await complained(stage)
        await stage.pass_time(16)
        await stage.until(lambda: stage.api.texts_to(SARI))
        ping = next(message for message in stage.api.sent if message.chat == SARI)
        replied = {"message_id": ping.id, "date": 1_800_000_000, "chat": stage.api.people[SARI].chat}
        stage.api.says(SARI, "/janji 2h saya telepon", reply_to_message=replied)
        assert (await told(stage, SARI)).startswith("Janji untuk #1 dicatat")

    play(scene)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("/janji 2h teknisi datang", "Anda tidak memegang tiket; sebutkan nomornya"),
        ("/janji #7 2h teknisi datang", "tidak ada tiket 7"),
        ("/janji #1 kapan-kapan", "“kapan-kapan” bukan waktu"),
        ("/janji #1 2h", "teks perlu diisi untuk mencatat janji"),
        ("/janji", "Anda tidak memegang tiket; sebutkan nomornya"),
    ],
)
def test_a_promise_that_cannot_be_read_is_answered_with_how_to_write_it(
    play: Play, text: str, why: str
) -> None:
    async def scene(stage: Stage) -> None:
        await complained(stage)
        stage.api.says(SARI, text)
        answer = await told(stage, SARI)
        assert answer.startswith(why)
        assert "/janji #12 16:00 teknisi datang" in answer

    play(scene)


def test_a_follower_who_writes_the_command_is_a_follower(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await complained(stage)
        stage.api.says(BAYU, "/janji #1 2h teknisi datang")
        await told(stage, BAYU)
        assert not [message for message in await stage.messages() if message.source == "promise"]

    play(scene)
