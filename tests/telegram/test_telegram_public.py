"""The brand's public group: rather silent than wrong; complaints move, spam goes and can come back."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot import duty
from bot.duty import Duty
from bot.tables import CONTACTS, REMOVALS
from handoff.tables import TICKETS
from knowledge.reading import SIGNALS, Match, Reading
from tests.telegram.playing import ANI, BAYU, PRICE, PUBLIC, SARI, STAFF_GROUP, Stage, staged

QUESTION = "berapa harga paketnya min?"
ANGRY = "kok siaran bola saya putus terus dari tadi, kecewa banget"
SPAM = "SLOT GACOR hari ini maxwin, daftar di gacor88 sekarang juga, bonus 100%"


def run(folder: Path, scene: Callable[[Stage], Awaitable[None]], **known: Any) -> None:
    async def whole() -> None:
        async with staged(folder, **known) as stage:
            await scene(stage)

    asyncio.run(whole())


def naming(text: str) -> dict[str, Any]:
    """Return a text that names the bot, with its entity."""
    name = "@mimin_fake_bot"
    return {
        "text": f"{name} {text}",
        "entities": [{"type": "mention", "offset": 0, "length": len(name)}],
    }


@pytest.mark.parametrize(
    ("fired", "score", "said", "chosen"),
    [
        ((), 0.95, duty.Said(), Duty.ANSWER),
        ((), 0.6, duty.Said(), Duty.NOTHING),
        ((), 0.6, duty.Said(addressed=True), Duty.ANSWER),
        ((), 0.0, duty.Said(addressed=True), Duty.INVITE),
        ((), 0.0, duty.Said(), Duty.NOTHING),
        ((), 0.95, duty.Said(to_somebody=True), Duty.NOTHING),
        ((), 0.95, duty.Said(by_staff=True), Duty.NOTHING),
        (("complaint",), 0.95, duty.Said(), Duty.MOVE),
        (("complaint",), 0.0, duty.Said(to_somebody=True), Duty.NOTHING),
        (("crisis",), 0.0, duty.Said(to_somebody=True), Duty.MOVE),
        (("human",), 0.0, duty.Said(), Duty.NOTHING),
        (("human",), 0.0, duty.Said(addressed=True), Duty.MOVE),
        (("spam",), 0.95, duty.Said(addressed=True), Duty.REMOVE),
        (("spam",), 0.95, duty.Said(by_staff=True), Duty.NOTHING),
        (("thanks",), 0.0, duty.Said(addressed=True), Duty.NOTHING),
    ],
)  # fmt: skip
def test_what_is_done_about_a_message(
    fired: tuple[str, ...], score: float, said: duty.Said, chosen: Duty
) -> None:
    signals = dict.fromkeys(SIGNALS, 0.0) | dict.fromkeys(fired, 1.0)
    sure = ("price",) if score else ()
    reading = Reading("x", "id", tuple(Match(one, score) for one in sure), sure, signals, ())
    assert duty.decide(reading, said) is chosen


def test_who_names_the_bot_or_asks_a_sure_question_is_answered_under_their_words(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.says_in(PUBLIC, BAYU, "besok nonton bareng yuk")
        number = stage.api.says_in(PUBLIC, ANI, **naming(QUESTION))
        await stage.until(lambda: stage.api.sent)
        assert [(one.chat, one.text, one.reply_to) for one in stage.api.sent] == [(PUBLIC, PRICE, number)]
        stage.api.says_in(PUBLIC, ANI, **naming("gimana cara bikin kue lapis legit"))
        await stage.until(lambda: len(stage.api.sent) == 2)
        assert "chat pribadi" in stage.api.sent[1].text
        assert await stage.contacts() == []

    run(tmp_path, scene)


def test_a_complaint_is_moved_to_private_with_one_line_and_a_ticket(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.people[ANI].has_started = False
        stage.api.says_in(PUBLIC, ANI, ANGRY)
        await stage.until(lambda: stage.api.sent)
        (line,) = stage.api.sent
        assert (line.chat, line.keyboard[0][0]["url"]) == (PUBLIC, "https://t.me/mimin_fake_bot?start=g_1")
        stage.api.says_in(PUBLIC, ANI, f"{ANGRY}!!")
        await stage.until_stored(lambda conn: len(conn.execute(TICKETS.select()).all()) == 1)
        assert (await stage.contacts())[0].reachable is False
        stage.api.people[ANI].has_started = True
        stage.api.says(ANI, "/start g_1")
        await stage.until(lambda: stage.api.texts_to(ANI))
        assert "nomor #1" in stage.api.texts_to(ANI)[0]
        assert [one.chat for one in stage.api.sent] == [PUBLIC, ANI], "one line, and no argument"
        reachable = CONTACTS.select().where(CONTACTS.c.reachable)
        assert await stage.service.read(lambda conn: conn.execute(reachable).all())

    run(tmp_path, scene)


def test_spam_is_taken_away_and_staff_may_bring_it_back(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        number = stage.api.says_in(PUBLIC, ANI, SPAM)
        group = stage.api.groups[PUBLIC]
        await stage.until(lambda: ANI in group.muted)
        assert (PUBLIC, number) not in stage.api.heard
        await stage.until(lambda: [one for one in stage.api.sent if one.chat == STAFF_GROUP])
        notice = next(one for one in stage.api.sent if one.chat == STAFF_GROUP)
        assert SPAM in notice.text
        forged = stage.api.taps_on(BAYU, notice)
        await stage.until(lambda: stage.api.taps[forged] is not None)
        assert ANI in group.muted
        for shown in ("dikutip di grup", "ini sudah dikembalikan"):
            tap = stage.api.taps_on(SARI, notice)
            await stage.until(lambda tap=tap: stage.api.taps[tap] is not None)  # type: ignore[misc]
            assert shown in (stage.api.taps[tap] or {})["text"]
        await stage.until(lambda: ANI not in group.muted)
        await stage.until(lambda: [one for one in stage.api.sent if one.chat == PUBLIC])
        assert SPAM in next(one for one in stage.api.sent if one.chat == PUBLIC).text
        assert await stage.service.read(lambda conn: conn.execute(REMOVALS.select()).one().undone_by) == 1

    run(tmp_path, scene, group=True)


def test_staff_bots_and_the_channel_itself_are_left_alone(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.says_in(PUBLIC, SARI, SPAM)
        channel = {"id": -100555, "type": "channel", "title": "Layarku"}
        stage.api.says_in(PUBLIC, ANI, SPAM, sender_chat=channel, is_automatic_forward=True)
        stage.api.says(BAYU, QUESTION)
        await stage.until(lambda: stage.api.texts_to(BAYU))
        assert stage.api.groups[PUBLIC].muted == {}

    run(tmp_path, scene)
