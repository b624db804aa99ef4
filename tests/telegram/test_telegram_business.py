"""The brand's own account and a channel's direct messages: answered in its name, and its owner is staff."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.act import Act
from bot.tables import MESSAGES, OUTBOX
from handoff.entry import Refused
from handoff.tables import DEADLINES, TICKETS
from tests.telegram.fake_people import Sent
from tests.telegram.playing import (
    ANI,
    BAYU,
    COMPLAINT,
    OWNER,
    PRICE,
    SARI,
    STAFF,
    STAFF_GROUP,
    Stage,
    staged,
)

QUESTION = "berapa harga paketnya min?"
PHOTO = [{"file_id": "p1", "file_unique_id": "u1", "width": 1, "height": 1}]
CHANNEL = -100999


def run(folder: Path, scene: Callable[[Stage], Awaitable[None]], **known: Any) -> None:
    async def whole() -> None:
        async with staged(folder, **known) as stage:
            await scene(stage)

    asyncio.run(whole())


def through(stage: Stage, account: str) -> list[Sent]:
    return [one for one in stage.api.sent if one.account == account]


async def ticket(stage: Stage) -> Any:
    return await stage.service.read(lambda conn: conn.execute(TICKETS.select()).one())


def test_a_follower_of_the_account_is_answered_in_its_name_and_apart_from_the_bots_chat(
    tmp_path: Path,
) -> None:
    async def scene(stage: Stage) -> None:
        account = stage.api.connects(OWNER)
        stage.api.says_to(account, ANI, QUESTION)
        await stage.until(lambda: [one.text for one in through(stage, account)] == [PRICE])
        stage.api.says(ANI, QUESTION)
        await stage.until(lambda: len(stage.api.texts_to(ANI)) == 2)
        assert [contact.external_id for contact in await stage.contacts()] == [f"{ANI}@{OWNER}", str(ANI)]
        assert {one.account for one in stage.api.sent} == {account, None}

    run(tmp_path, scene)


def test_what_the_owner_answers_from_the_phone_takes_over_and_stops_the_clock(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        account = stage.api.connects(OWNER)
        stage.api.says_to(account, ANI, COMPLAINT)
        await stage.until(lambda: through(stage, account))
        stage.api.owner_says(account, ANI, "Halo Kak, saya cek ya.")
        met = DEADLINES.select().where(DEADLINES.c.stopped_at.is_not(None))
        await stage.until_stored(lambda conn: conn.execute(met).all())
        assert (await ticket(stage)).status == "claimed"
        stage.api.says_to(account, ANI, QUESTION)
        await stage.until_stored(lambda conn: conn.execute(TICKETS.select()).one().unanswered_at)
        assert len(through(stage, account)) == 1, "the bot is silent while a person speaks"
        await stage.act(STAFF[0], Act("reply", 1, args={"text": "Saya lanjutkan, Kak."}))
        await stage.until(lambda: through(stage, account)[-1].text == "Saya lanjutkan, Kak.")
        assert (await ticket(stage)).assignee == STAFF[0].id

    run(tmp_path, scene)


def test_the_owner_who_writes_first_silences_the_bot(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        account = stage.api.connects(SARI)
        stage.api.owner_says(account, ANI, "Kak, paketnya sudah kami kirim.")
        await stage.until_stored(lambda conn: conn.execute(TICKETS.select()).all())
        stage.api.says_to(account, ANI, QUESTION)
        await stage.until_stored(lambda conn: conn.execute(TICKETS.select()).one().unanswered_at)
        assert through(stage, account) == []
        held = await ticket(stage)
        assert (held.assignee, held.category, held.by_staff) == (STAFF[0].id, "question", True)

    run(tmp_path, scene)


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"is_enabled": False}, "has disconnected the bot"),
        ({"can_reply": False}, "does not let the bot reply"),
    ],
)
def test_nothing_is_sent_where_the_account_does_not_allow_it(
    tmp_path: Path, known: dict[str, bool], why: str
) -> None:
    async def scene(stage: Stage) -> None:
        account = stage.api.connects(OWNER, **known)
        stage.api.says_to(account, ANI, QUESTION)
        dead = OUTBOX.select().where(OUTBOX.c.status == "dead")
        await stage.until_stored(lambda conn: conn.execute(dead).all())
        assert why in (await stage.outbox("answer"))[0].error
        assert stage.api.of("sendMessage") == []

    run(tmp_path, scene)


def test_an_account_that_connects_anew_keeps_its_conversations(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        first = stage.api.connects(OWNER)
        stage.api.says_to(first, ANI, QUESTION)
        await stage.until(lambda: through(stage, first))
        stage.api.accounts[first].is_enabled = False
        stage.api.tells(stage.api.accounts[first])
        second = stage.api.connects(OWNER)
        stage.api.says_to(second, ANI, "bagi link streaming pertandingan")
        await stage.until(lambda: through(stage, second))
        assert len(await stage.contacts()) == 1

    run(tmp_path, scene)


def test_a_strangers_account_is_not_served(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.connects(OWNER)
        stage.api.person(4001, "Orang lain")
        stranger = stage.api.connects(4001)
        stage.api.says_to(stranger, ANI, QUESTION)
        stage.api.owner_says(stranger, ANI, "halo")
        stage.api.says(BAYU, QUESTION)
        await stage.until(lambda: stage.api.texts_to(BAYU))
        assert through(stage, stranger) == []
        assert [contact.external_id for contact in await stage.contacts()] == [str(BAYU)]

    run(tmp_path, scene)


def test_a_promise_beyond_the_day_in_which_telegram_takes_replies_is_refused(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        account = stage.api.connects(OWNER)
        stage.api.says_to(account, ANI, COMPLAINT)
        await stage.until(lambda: through(stage, account))
        promise = {"text": "teknisi datang"}
        with pytest.raises(
            Refused, match=r"Telegram lets nobody but the account itself write here after \w+ \d+ \w+, \d\d:"
        ) as refused:
            await stage.act(STAFF[0], Act("promise", 1, args=promise | {"by": "25h"}))
        said = stage.service.brand.wording.speak(refused.value.saying, "id")
        assert re.match(r"di sini Telegram hanya menerima balasan bot sampai .* pukul \d\d\.\d\d WIB; ", said)
        await stage.act(STAFF[0], Act("promise", 1, args=promise | {"by": "23h"}))

    run(tmp_path, scene)


def test_edits_and_deletions_are_shown_and_pictures_sent_anew(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        account = stage.api.connects(OWNER)
        said = stage.api.says_to(account, ANI, COMPLAINT)
        stage.api.says_to(account, ANI, photo=PHOTO, caption="ini fotonya")
        await stage.until(lambda: any(one.kind == "photo" for one in stage.api.sent))
        thread = stage.api.topic_named(STAFF_GROUP, "Ani")
        stage.api.edits(ANI, said, "maksudnya di kamar", business_connection_id=account)
        stage.api.takes_back(account, ANI, said)
        await stage.until(
            lambda: any("dihapus" in one.text for one in stage.api.in_topic(STAFF_GROUP, thread))
        )
        shown = stage.api.in_topic(STAFF_GROUP, thread)
        assert [(one.kind, one.file) for one in shown if one.file] == [("photo", "p1")]
        assert any("✏️ Ani: maksudnya di kamar" in one.text for one in shown)
        assert stage.api.of("copyMessage") == []
        kept = await stage.service.read(
            lambda conn: conn.execute(MESSAGES.select().where(MESSAGES.c.deleted_at.is_not(None))).all()
        )
        assert [row.text for row in kept] == [COMPLAINT], "staff still read what it said"
        stage.api.says_in(STAFF_GROUP, SARI, thread=thread, photo=PHOTO, caption="seperti ini")
        await stage.until(lambda: through(stage, account)[-1].kind == "photo")
        assert through(stage, account)[-1].text == "seperti ini"

    run(tmp_path, scene, group=True)


def test_who_writes_to_the_channel_is_answered_there(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.group(CHANNEL, "Layarku", is_direct=True)
        topic = {"topic_id": 77, "user": stage.api.people[ANI].user}
        stage.api.says_in(CHANNEL, ANI, QUESTION, direct_messages_topic=topic)
        await stage.until(lambda: [(one.direct, one.text) for one in stage.api.sent] == [(77, PRICE)])
        stage.api.says_in(
            CHANNEL, OWNER, "Ada lagi, Kak?", direct_messages_topic=topic,
            sender_chat={"id": CHANNEL, "type": "channel", "title": "Layarku"},
        )  # fmt: skip
        await stage.until_stored(lambda conn: conn.execute(TICKETS.select()).all())
        assert [(m.author, m.text) for m in await stage.messages()][2:] == [("staff", "Ada lagi, Kak?")]
        assert [contact.external_id for contact in await stage.contacts()] == [f"{CHANNEL}/77"]

    run(tmp_path, scene)
