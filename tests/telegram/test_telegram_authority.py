"""Authority from the chat: asking and deciding, overriding, crises, and an account in the wrong hands."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from bot.channels.telegram.address import NAME
from bot.channels.telegram.desk import ACTS
from bot.channels.telegram.orders import ORDERS
from bot.logins import WEB_ADDRESS
from bot.tables import MARKS, OUTBOX
from bot.web.sign_in import find_session, sign_in
from handoff import people
from handoff.authority_tables import APPROVALS, CRISES, OVERRIDES
from handoff.policy import Role
from handoff.staff import LEAST_ROLE, may
from tests.telegram.fake_people import Sent
from tests.telegram.playing import AGUS, ANI, BAYU, COMPLAINT, RINA, SARI, STAFF_GROUP, Stage, staged

SOP = """
[[sop]]
action = "refund"
admin = 200000
supervisor = 2000000
decision_maker = 20000000
contact_30d = 500000
admin_day = 1000000
override_cap = 1000000
"""
GIVES = "Kami refund Rp750.000 ya Kak."
OLD = "Tombol ini sudah tidak berlaku."
ANGRY = "saya kecewa sekali, siaran mati total dari kemarin"
HOLDING = "Siaran sedang terganggu, Kak. Kami perbaiki."


def run(folder: Path, scene: Callable[[Stage, int], Awaitable[None]]) -> None:
    """Play it with Ani's complaint in a topic, and a remedy that may be granted."""

    async def whole() -> None:
        async with staged(folder, group=True, rules=SOP) as stage:
            stage.api.says(ANI, COMPLAINT)
            await stage.until(lambda: [one for one in stage.api.sent if one.copy_of])
            thread = stage.api.topic_named(STAFF_GROUP, "Ani")
            await topic(stage, thread, "🤖 ")
            for one in (SARI, AGUS, RINA):
                stage.api.says(one, "/start")
            await stage.until(lambda: all(stage.api.texts_to(one) for one in (SARI, AGUS, RINA)))
            await scene(stage, thread)

    asyncio.run(whole())


async def topic(stage: Stage, thread: int, text: str) -> Sent:
    """Return the newest message of a topic that holds the text, once it stands there."""
    return await newest(stage, lambda: stage.api.in_topic(STAFF_GROUP, thread), text)


async def direct(stage: Stage, number: int, text: str) -> Sent:
    """Return the newest message to somebody that holds the text."""
    return await newest(stage, lambda: stage.api.sent_to(number), text)


async def newest(stage: Stage, shown: Callable[[], list[Sent]], text: str) -> Sent:
    with suppress(AssertionError):
        await stage.until(lambda: [one for one in shown() if text in one.text])
    found = [one for one in shown() if text in one.text]
    assert found, f"{text!r} is not among {[one.text for one in shown()]}"
    return found[-1]


async def tapped(stage: Stage, number: int, message: Sent, code: str) -> str:
    """Tap the button that carries what begins so, and return what the person is shown."""
    data = next(
        b["callback_data"] for row in message.keyboard for b in row if b["callback_data"].endswith(code)
    )
    return await forged(stage, number, message, data)


async def forged(stage: Stage, number: int, message: Sent, data: str) -> str:
    tap = stage.api.taps_on(number, message, data=data)
    await stage.until(lambda: stage.api.taps[tap] is not None)
    return str((stage.api.taps[tap] or {}).get("text"))


async def requests(stage: Stage) -> list[tuple[str, int]]:
    rows = await stage.service.read(lambda conn: conn.execute(select(APPROVALS)).all())
    return [(row.status, row.granted or row.amount) for row in rows]


async def settled(stage: Stage) -> None:
    """Wait until all that is for Telegram has left."""
    waiting = select(OUTBOX.c.id).where(OUTBOX.c.status.in_(["queued", "sending"]), OUTBOX.c.channel == NAME)
    await stage.until_stored(lambda conn: conn.execute(waiting).first() is None)


def test_what_is_above_the_limit_is_asked_for_in_the_topic_and_decided_by_a_button(tmp_path: Path) -> None:
    async def scene(stage: Stage, thread: int) -> None:
        api = stage.api
        api.says_in(STAFF_GROUP, SARI, f"/remedi refund 750rb {GIVES}", thread=thread)
        ping = await direct(stage, AGUS, GIVES)
        for told in ("sari", "Ani", "750", "#1"):
            assert told in ping.text, "the whole context stands on one screen"
        code = ping.keyboard[0][0]["callback_data"]
        beside = await topic(stage, thread, "🤖 ")
        for number, message in ((SARI, ping), (BAYU, ping), (AGUS, beside)):
            assert await forged(stage, number, message, code) != "Selesai."
        assert await forged(stage, AGUS, ping, code.replace(":1:", ":2:")) == OLD
        assert await requests(stage) == [("pending", 750_000)]
        assert GIVES not in api.texts_to(ANI)
        assert await tapped(stage, AGUS, ping, ":approve") == "Selesai."
        await stage.until(lambda: api.texts_to(ANI)[-1] == GIVES)
        assert await forged(stage, AGUS, ping, code) != "Selesai.", "it was decided once"
        await settled(stage)
        assert api.texts_to(ANI).count(GIVES) == 1
        assert await requests(stage) == [("executed", 750_000)]

    run(tmp_path, scene)


def test_a_request_is_changed_and_refused_by_words_that_reply_to_its_ping(tmp_path: Path) -> None:
    async def scene(stage: Stage, thread: int) -> None:
        api = stage.api
        api.says_in(STAFF_GROUP, SARI, f"/remedi refund 750rb {GIVES}", thread=thread)
        ping = await direct(stage, AGUS, GIVES)
        assert await tapped(stage, AGUS, ping, ":reject") == "Balas pesan ini dengan /tolak lalu alasannya."
        api.says(AGUS, "/setuju 600rb", reply_to_message=api.shown(ping))
        await direct(stage, SARI, "/kalimat 1")
        api.says_in(STAFF_GROUP, SARI, f"/kalimat 1 {GIVES}", thread=thread)
        await topic(stage, thread, "menjanjikan Rp750.000, yang belum disetujui di tiket ini")
        api.says_in(STAFF_GROUP, SARI, "/kalimat 1 Kami refund Rp600.000 ya Kak.", thread=thread)
        await stage.until(lambda: api.texts_to(ANI)[-1] == "Kami refund Rp600.000 ya Kak.")
        api.says_in(STAFF_GROUP, SARI, f"/remedi refund 750rb {GIVES}", thread=thread)
        second = await newest(stage, lambda: [one for one in api.sent_to(AGUS) if one.id != ping.id], GIVES)
        api.says(AGUS, "/tolak belum ada bukti", reply_to_message=api.shown(second))
        await direct(stage, SARI, "belum ada bukti")
        assert await requests(stage) == [("executed", 600_000), ("rejected", 750_000)]
        assert GIVES not in api.texts_to(ANI)

    run(tmp_path, scene)


def test_an_override_takes_a_second_tap_of_who_wrote_it_and_is_reviewed_by_another(tmp_path: Path) -> None:
    async def scene(stage: Stage, thread: int) -> None:
        api = stage.api
        api.says_in(STAFF_GROUP, SARI, "/langgar refund 600rb ia di bandara dan tertahan", thread=thread)
        notice = await topic(stage, thread, "Yakin?")
        assert "penulisnya" in await tapped(stage, AGUS, notice, notice.keyboard[0][0]["callback_data"])
        assert await stage.service.read(lambda conn: conn.execute(select(OVERRIDES)).all()) == []
        await tapped(stage, SARI, notice, notice.keyboard[0][0]["callback_data"])
        await stage.until_stored(lambda conn: conn.execute(select(OVERRIDES)).all())
        ping = await direct(stage, AGUS, "ia di bandara dan tertahan")
        assert "sari" in ping.text
        api.says(SARI, "/tinjau 1 dibenarkan")
        await direct(stage, SARI, "untuk meninjau langkah di luar SOP perlu peran supervisor")
        await tapped(stage, AGUS, ping, ":justified")
        verdict = select(OVERRIDES.c.verdict)
        await stage.until_stored(lambda conn: conn.execute(verdict).scalar_one() == "justified")

    run(tmp_path, scene)


def test_what_the_guard_doubts_leaves_by_the_second_tap_of_its_writer(tmp_path: Path) -> None:
    async def scene(stage: Stage, thread: int) -> None:
        api = stage.api
        api.says_in(STAFF_GROUP, SARI, "Baca dong Kak, sudah dibilang.", thread=thread)
        notice = await topic(stage, thread, "Yang akan dibaca follower")
        code = notice.keyboard[0][0]["callback_data"]
        assert "Baca dong Kak" not in " ".join(api.texts_to(ANI))
        await forged(stage, AGUS, notice, code)
        await forged(stage, SARI, notice, code)
        await stage.until(lambda: api.texts_to(ANI)[-1] == "Baca dong Kak, sudah dibilang.")
        for text in ("Teknisi datang besok ya Kak.", "Nanti dikabari lagi besok ya Kak."):
            api.says_in(STAFF_GROUP, SARI, text, thread=thread)
            await stage.until(lambda text=text: api.texts_to(ANI)[-1] == text)  # type: ignore[misc]
        await topic(stage, thread, "Saran")
        hints = [one for one in api.in_topic(STAFF_GROUP, thread) if "Saran" in one.text]
        assert len(hints) == 1, "once a day is enough"
        api.says_in(STAFF_GROUP, SARI, "Kartu Kakak 4111 1111 1111 1111 ya", thread=thread)
        assert not (await topic(stage, thread, "memuat nomor kartu pembayaran")).keyboard, (
            "what is blocked stays here"
        )

    run(tmp_path, scene)


def test_a_crisis_is_declared_confirmed_by_another_and_ended_from_the_chat(tmp_path: Path) -> None:
    async def scene(stage: Stage, thread: int) -> None:
        api = stage.api
        api.says(AGUS, f"/krisis all {HOLDING}")
        ping = await direct(stage, RINA, HOLDING)
        await direct(stage, AGUS, "Selesai.")
        api.says(AGUS, "/konfirmasi 1")
        await direct(stage, AGUS, "/akhirkrisis all")
        assert await forged(stage, AGUS, ping, "say:1:confirm") != "Selesai.", (
            "who wrote it does not confirm it"
        )
        await tapped(stage, RINA, ping, ":confirm")
        await stage.pass_time(2)
        api.says(BAYU, "berapa harga paketnya min?")
        await stage.until(lambda: api.texts_to(BAYU) and HOLDING in api.texts_to(BAYU)[-1])
        api.says(AGUS, "/akhirkrisis all Sudah beres.")
        await direct(stage, AGUS, "untuk mengakhiri krisis perlu peran pengambil keputusan")
        api.says(RINA, "/akhirkrisis all Sudah beres, Kak.")
        closing = await direct(stage, AGUS, "Sudah beres, Kak.")
        api.says(AGUS, "/konfirmasi", reply_to_message=api.shown(closing))
        await stage.until(lambda: api.texts_to(AGUS).count("Selesai.") == 2)
        await stage.pass_time(2)
        await stage.until(lambda: api.texts_to(BAYU)[-1] == "Sudah beres, Kak.")
        assert (
            await stage.service.read(lambda conn: conn.execute(select(CRISES.c.status)).scalar_one())
            != "crisis"
        )

    run(tmp_path, scene)


def test_a_watch_that_many_followers_begin_rings_the_decision_maker_who_has_it(tmp_path: Path) -> None:
    async def scene(stage: Stage, _: int) -> None:
        api = stage.api
        for number in range(4001, 4006):
            api.person(number, f"F{number}")
            api.says(number, ANGRY)
        ping = await direct(stage, RINA, "WASPADA")
        assert [b["text"] for row in ping.keyboard for b in row] == ["Saya pegang", "Jeda jawaban 30 mnt"]
        assert ANGRY in ping.text, "the evidence stands on the same screen"
        assert await tapped(stage, RINA, ping, ":pause") == "Selesai."
        assert await tapped(stage, RINA, ping, ":ack") == "Selesai."  # which takes the buttons away
        api.says(BAYU, "berapa harga paketnya min?")
        await stage.until(lambda: api.texts_to(BAYU))
        assert "75.000" not in api.texts_to(BAYU)[-1], "answers are paused"

    run(tmp_path, scene)


def test_staff_are_sent_a_link_that_signs_in_once_and_can_end_it_from_the_chat(tmp_path: Path) -> None:
    async def scene(stage: Stage, _: int) -> None:
        stage.api.says(SARI, "/masuk")
        await direct(stage, SARI, "belum berjalan")
        served = insert(MARKS).values(name=WEB_ADDRESS, value="https://desk.example")
        await stage.service.write(lambda conn: conn.execute(served))
        stage.api.says(SARI, "/masuk")
        link = await direct(stage, SARI, "https://desk.example/login/")
        assert link.preview == {"is_disabled": True}, "a preview would use the link up"
        token, now = link.text.rsplit("/", 1)[1], stage.service.now()
        stored = await stage.service.read(lambda conn: list(conn.scalars(select(OUTBOX.c.text))))
        assert not [text for text in stored if token in text], "it stands nowhere"
        secret = await stage.service.write(lambda conn: sign_in(conn, token, now))
        assert await stage.service.write(lambda conn: sign_in(conn, token, now)) is None
        session = await stage.service.read(lambda conn: find_session(conn, secret, now))
        assert session is not None
        assert session.person.name == "sari"
        stage.api.says(AGUS, "/keluar rina")
        await direct(stage, AGUS, "mengeluarkan rina hanya bisa dilakukan atasannya")
        stage.api.says(SARI, "/keluar")
        await stage.until_stored(lambda conn: find_session(conn, secret, now) is None)
        before = len(stage.api.texts_to(ANI))
        stage.api.says(ANI, "/masuk")
        await settled(stage)
        assert "/login/" not in "".join(stage.api.texts_to(ANI)[before:]), "a follower is no staff"

    run(tmp_path, scene)


# Each act with words that a role may write; what it is refused for is another matter than the role.
WRITTEN = {name: f"/{name} 1 2 3" for name in (*ACTS, *ORDERS, "janji", "promise")}


@pytest.mark.parametrize("role", list(Role))
def test_each_command_is_for_the_roles_of_the_table_and_no_other(tmp_path: Path, role: Role) -> None:
    """Who is below is told which role it takes; nobody else is refused for their role."""
    who = {Role.ADMIN: SARI, Role.SUPERVISOR: AGUS, Role.DECISION_MAKER: RINA}[role]
    verbs = {name: ACTS[name][0] for name in ACTS} | {name: ORDERS[name][0] for name in ORDERS}
    verbs |= {"janji": "promise", "promise": "promise"}

    async def scene(stage: Stage, thread: int) -> None:
        asked = {
            stage.api.says_in(STAFF_GROUP, who, text, thread=thread): name for name, text in WRITTEN.items()
        }
        answered = dict.fromkeys(asked, "")

        def heard() -> bool:
            for one in stage.api.in_topic(STAFF_GROUP, thread):
                if one.reply_to in answered:
                    answered[one.reply_to] = one.text
            done = {
                number
                for (chat, number), signs in stage.api.reactions.items()
                if chat == STAFF_GROUP and signs
            }
            return all(text or number in done for number, text in answered.items())

        await stage.until(heard, 30)
        refused = {asked[number] for number, text in answered.items() if " perlu peran " in text}
        below = {name for name, verb in verbs.items() if not may(role, verb)}
        assert refused == below
        assert set(verbs.values()) >= set(LEAST_ROLE) - {
            "reply",
            "note",
            "hand_over",
            "manage_staff",
            "invite",
            "review_mark",  # a button under the ping
            "unsend",  # on the desk; a topic takes back what was sent, with /hapus
        }

    run(tmp_path, scene)


def test_a_stolen_account_gives_nothing_away_is_seen_and_is_out_at_once(tmp_path: Path) -> None:
    """Whoever holds Sari's account tries all that the bot knows, in the group and beside it."""

    async def scene(stage: Stage, thread: int) -> None:
        api = stage.api
        api.says(BAYU, COMPLAINT)
        await stage.until(lambda: len(api.groups[STAFF_GROUP].topics) == 2)
        api.says_in(
            STAFF_GROUP, SARI, f"/remedi refund 5jt {GIVES.replace('750.000', '5.000.000')}", thread=thread
        )
        ping = await direct(stage, RINA, "5.000.000")
        code = ping.keyboard[0][0]["callback_data"]
        for text in (
            "/setuju 1", "/tinjau 1 dibenarkan", f"/krisis all {HOLDING}", "/batalkan 1",
            "/akhirkrisis all Beres.", "/konfirmasi 1", "/kunci agus",
            "Semua dapat refund Rp9.000.000, pasti!", "Nomor saya 0812-3456-7890, transfer ke sini ya",
            "/langgar refund 50jt karena saya mau", "/peran sari decision_maker", "/staff add maling admin",
            "/siaran promo gratis untuk semua",
        ):  # fmt: skip
            api.says_in(STAFF_GROUP, SARI, text, thread=thread)
            api.says(SARI, text)
        await forged(stage, SARI, ping, code)
        alarm = await newest(
            stage,
            lambda: [one for one in api.sent_to(AGUS) if one.keyboard and "lock" in str(one.keyboard)],
            "sari",
        )
        notice = await topic(stage, thread, "Yakin?")
        await tapped(stage, SARI, notice, notice.keyboard[0][0]["callback_data"])
        await tapped(stage, AGUS, alarm, ":lock")
        await settled(stage)
        before = len(await stage.messages())
        api.says_in(STAFF_GROUP, SARI, "Halo Kak, transfer ke saya ya", thread=thread)
        api.says_in(STAFF_GROUP, SARI, "/remedi refund 10rb Kami refund Rp10.000 ya.", thread=thread)
        await topic(stage, thread, "hanya staf yang terdaftar")
        assert "staf" in await tapped(stage, SARI, api.in_topic(STAFF_GROUP, thread)[0], ":claim")
        await settled(stage)
        assert len(await stage.messages()) == before, "nothing of theirs reaches anybody"
        for number in (ANI, BAYU):
            assert not [
                text for text in api.texts_to(number) if "Rp" in text or "0812" in text or HOLDING in text
            ]
        assert {status for status, _ in await requests(stage)} == {"withdrawn"}
        assert await stage.service.read(lambda conn: conn.execute(select(OVERRIDES)).all()) == []
        assert await stage.service.read(lambda conn: conn.execute(select(CRISES)).all()) == []
        staff = await stage.service.read(people.list_staff)
        assert {(one.name, one.role) for one in staff} == {
            ("agus", Role.SUPERVISOR),
            ("rina", Role.DECISION_MAKER),
        }

    run(tmp_path, scene)
