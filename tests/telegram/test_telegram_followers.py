"""What a follower finds in the chat with the bot: links, a menu, a person, their own data."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram.invites import invite
from bot.tables import CONTACTS, INBOUND, LOG, MESSAGES, OUTBOX, TOPICS
from handoff import people
from handoff.policy import Role
from handoff.tables import TICKETS
from tests.telegram.playing import ANI, BAYU, COMPLAINT, PRICE, SARI, STAFF_GROUP, Stage, staged

QUESTION = "berapa harga paketnya min?"


def run(folder: Path, scene: Callable[[Stage], Awaitable[None]], **known: Any) -> None:
    async def whole() -> None:
        async with staged(folder, **known) as stage:
            await scene(stage)

    asyncio.run(whole())


async def told(stage: Stage, number: int, text: str) -> str:
    """Let somebody write, and return the next thing the bot says to them."""
    before = len(stage.api.sent_to(number))
    stage.api.says(number, text)
    await stage.until(lambda: len(stage.api.sent_to(number)) > before)
    return stage.api.sent_to(number)[before].text


async def tapped(stage: Stage, number: int, at: int = 0) -> dict[str, Any]:
    tap = stage.api.taps_on(number, stage.api.sent_to(number)[-1], at=at)
    await stage.until(lambda: stage.api.taps[tap] is not None)
    return stage.api.taps[tap] or {}


def test_the_menu_is_told_in_both_languages_and_once(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        assert set(stage.api.commands) == {
            ("all_private_chats", "id"), ("all_private_chats", ""), ("all_private_chats", "en"),
            (f"chat:{STAFF_GROUP}", ""),
        }  # fmt: skip
        english = stage.api.commands["all_private_chats", "en"]
        assert [one["command"] for one in english] == ["help", "status", "human", "stop", "delete"]
        calls = len(stage.api.of("setMyCommands"))
        await stage.stop()
        await stage.start()
        assert len(stage.api.of("setMyCommands")) == calls

    run(tmp_path, scene, group=True)


def test_a_link_may_bring_a_question(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        assert await told(stage, ANI, "/start price") == PRICE
        assert (await told(stage, ANI, "/start nothing_like_that")).startswith("Halo, Kak!")

    run(tmp_path, scene)


def test_an_answer_may_be_judged_and_a_person_is_one_tap_away(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        assert await told(stage, ANI, QUESTION) == PRICE
        assert (await tapped(stage, ANI, 1)) == {"text": "", "alert": False}
        await stage.until(lambda: len(stage.api.sent_to(ANI)) == 2)
        stage.api.sent.sort(key=lambda one: one.id)
        assert "belum pas" in stage.api.sent_to(ANI)[1].text
        await tapped(stage, ANI)
        await stage.until_stored(lambda conn: conn.execute(TICKETS.select()).all())
        assert await told(stage, BAYU, QUESTION) == PRICE
        assert (await tapped(stage, BAYU))["text"] == "Terima kasih, Kak!"
        assert "Sudah tercatat" in (await tapped(stage, BAYU, 1))["text"]
        judged = await stage.service.read(
            lambda conn: conn.execute(LOG.select().where(LOG.c.kind == "feedback")).all()
        )
        assert [(entry.data["article"], entry.data["helped"]) for entry in judged] == [
            ("price", False),
            ("price", True),
        ]

    run(tmp_path, scene)


@pytest.mark.parametrize("command", ["/admin", "/human"])
def test_a_person_is_called_by_a_command_and_the_status_told(tmp_path: Path, command: str) -> None:
    async def scene(stage: Stage) -> None:
        assert "tidak ada laporan" in await told(stage, ANI, "/status")
        assert (await told(stage, ANI, command)).startswith("Baik, Kak")
        assert "nomor #1" in await told(stage, ANI, "/status")

    run(tmp_path, scene)


def test_the_first_acknowledgement_asks_for_the_customer_number_once(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.service.brand = stage.asking()
        assert (await told(stage, ANI, COMPLAINT)).endswith("tidak apa-apa.")
        await stage.act_as("sari", "claim")
        await stage.act_as("sari", "to_bot")
        assert not (await told(stage, ANI, COMPLAINT)).endswith("tidak apa-apa.")

    run(tmp_path, scene)


def test_who_stops_is_left_alone_until_they_write(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await told(stage, ANI, COMPLAINT)
        assert "tidak akan menulis lagi" in await told(stage, ANI, "/berhenti")
        unreachable = CONTACTS.select().where(~CONTACTS.c.reachable)
        assert await stage.service.read(lambda conn: conn.execute(unreachable).all())
        assert "nomor #1" in await told(stage, ANI, "/status")
        assert not await stage.service.read(lambda conn: conn.execute(unreachable).all())

    run(tmp_path, scene)


def test_deleting_ones_data_asks_first_and_leaves_nothing_to_read(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        await told(stage, ANI, COMPLAINT)
        made = TOPICS.select().where(TOPICS.c.card.is_not(None))
        await stage.until_stored(lambda conn: conn.execute(made).all())
        assert "#1 masih terbuka" in await told(stage, ANI, "/hapus")
        forged = stage.api.taps_on(BAYU, stage.api.sent_to(ANI)[-1])
        await stage.until(lambda: stage.api.taps[forged] is not None)
        assert await stage.service.read(lambda conn: conn.execute(TICKETS.select()).one().resolved_at) is None
        await tapped(stage, ANI)
        await stage.until(lambda: "sudah dihapus" in stage.api.texts_to(ANI)[-1])
        await stage.until(lambda: stage.api.groups[STAFF_GROUP].topics == {})

        def left(conn: Any) -> list[str]:
            tables = (MESSAGES, OUTBOX, CONTACTS, INBOUND)
            return [str(tuple(row)) for table in tables for row in conn.execute(table.select())]

        rows = await stage.service.read(left)
        assert not [row for row in rows if "komplain" in row or "'Ani'" in row]
        assert await stage.service.read(lambda conn: conn.execute(TICKETS.select()).one().resolved_at)
        assert await told(stage, ANI, QUESTION) == PRICE
        assert len(await stage.contacts()) == 2, "who comes back is somebody new"

    run(tmp_path, scene, group=True)


def test_a_personal_link_tells_whose_account_it_is_and_is_good_once(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        def prepare(conn: Any) -> str:
            new = people.add_staff(conn, "budi", Role.ADMIN)
            return invite(conn, new.id, stage.service.now())

        link = await stage.service.write(prepare)
        assert link.startswith("https://t.me/mimin_fake_bot?start=s_")
        command = f"/start {link.partition('start=')[2]}"
        assert "Halo budi" in await told(stage, BAYU, command)
        over = await told(stage, ANI, command)
        assert "tidak berlaku" in over
        assert over.endswith(" (sudah pernah dibuka, atau lebih dari tiga hari)")
        found = await stage.service.read(lambda conn: people.find_by_telegram(conn, BAYU))
        assert found is not None
        assert found.name == "budi"
        assert "budi" not in await stage.service.read(people.list_unreached)
        assert await stage.contacts() == [], "a link is no message of a follower"

    run(tmp_path, scene)


def test_staff_can_be_reached_once_they_have_started_the_bot(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        assert await stage.service.read(people.list_unreached) == ["sari", "agus", "rina"]
        await told(stage, SARI, "/start")
        assert await stage.service.read(people.list_unreached) == ["agus", "rina"]
        stage.api.blocks(SARI)
        await stage.until_stored(lambda conn: "sari" in people.list_unreached(conn))

    run(tmp_path, scene)


def test_an_edit_counts_that_comes_before_the_question_is_handled(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        number = stage.api.says(ANI, "hmm")
        stage.api.edits(ANI, number, QUESTION)
        await stage.start()
        await stage.until(lambda: stage.api.texts_to(ANI) == [PRICE])
        await stage.until_stored(
            lambda conn: not [r for r in conn.execute(INBOUND.select()) if r.status != "done"]
        )
        assert [(m.direction, m.text) for m in await stage.messages()] == [("in", QUESTION), ("out", PRICE)]

    run(tmp_path, scene, starts=False)


def test_a_flood_of_one_is_stored_and_another_is_answered_at_once(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        for n in range(300):
            stage.api.says(ANI, f"{QUESTION} {n}")
        stage.api.says(BAYU, QUESTION)
        await stage.until(lambda: stage.api.texts_to(BAYU) == [PRICE])
        stored = MESSAGES.select().where(MESSAGES.c.direction == "in")
        await stage.until_stored(lambda conn: len(conn.execute(stored).all()) >= 300, 30)
        assert len(stage.api.texts_to(ANI)) <= 6
        await stage.pass_time(1)
        await stage.until_stored(lambda conn: len(conn.execute(stored).all()) == 301)

    run(tmp_path, scene)


def test_who_has_to_wait_sees_that_the_bot_is_writing(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        for _ in range(4):
            stage.api.says(ANI, "cara mengatur ulang dekoder")
        await stage.until(lambda: stage.api.typing)
        assert set(stage.api.typing) == {ANI}

    run(tmp_path, scene, rate="30")
