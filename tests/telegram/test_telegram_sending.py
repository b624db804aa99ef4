"""What goes wrong between Mimin and Telegram: told apart, recorded honestly, and never doubled needlessly."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.act import Act
from bot.channels.channel import Rejected, Sending, Uncertain, Unsent
from bot.channels.telegram.channel import TelegramChannel
from bot.settings import SettingsError
from bot.tables import CONTACTS, OUTBOX
from tests.telegram.fake_api import TOKEN, FakeApi, Fault
from tests.telegram.playing import ANI, BAYU, COMPLAINT, LONG, PRICE, STAFF, Stage, make_service, staged

QUESTION = "berapa harga paketnya min?"
REPLY = "Saya cek ya, Kak."


def run(folder: Path, scene: Callable[[Stage], Awaitable[None]], **known: float) -> None:
    async def whole() -> None:
        async with staged(folder, **known) as stage:  # type: ignore[arg-type]
            await scene(stage)

    asyncio.run(whole())


async def send(
    stage: Stage, kind: str = "admin", text: str = "halo", to: int = ANI, **payload: object
) -> str | None:
    """Send one row straight through the channel."""
    assert stage.line is not None
    sending = Sending(1, kind, str(to), text, payload, 1)
    await stage.line.channel.wait_turn(sending)
    return await stage.line.channel.send(sending)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault(retry_after=7), Unsent),
        (Fault(code=400), Rejected),
        (Fault(code=403), Rejected),
        (Fault(code=401), Unsent),
        (Fault(code=500), Uncertain),
        (Fault(code=502), Uncertain),
        (Fault(cuts=True), Uncertain),
        (Fault(cuts=True, accepted=True), Uncertain),
        (Fault(hangs=2, accepted=True), Uncertain),
    ],
    ids=repr,
)
def test_what_became_of_a_send_is_said_honestly(
    tmp_path: Path, fault: Fault, outcome: type[Exception]
) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.plan("sendMessage", fault)
        with pytest.raises(outcome) as caught:
            await send(stage)
        if isinstance(caught.value, Rejected):
            assert caught.value.blocked == (fault.code == 403)
        if fault.retry_after and isinstance(caught.value, Unsent):
            assert caught.value.retry_after == fault.retry_after
        assert TOKEN not in str(caught.value)

    run(tmp_path, scene, patience=0.5)


def test_without_a_connection_nothing_can_have_arrived(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        assert stage.line is not None
        await stage.api.__aexit__(None, None, None)
        await stage.line.close()
        channel = TelegramChannel(stage.service, patience=0.5)
        try:
            with pytest.raises(Unsent):
                await channel.send(Sending(1, "admin", str(ANI), "halo", {}, 1))
        finally:
            await channel.close()
            await stage.api.__aenter__()

    run(tmp_path, scene)


def test_a_429_silences_the_whole_bot_until_it_is_over(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.plan("sendMessage", Fault(retry_after=2))
        begins = asyncio.get_running_loop().time()
        stage.api.says(ANI, QUESTION)
        await stage.until_stored(
            lambda conn: [row for row in conn.execute(OUTBOX.select()) if row.not_before]
        )
        stage.api.says(BAYU, QUESTION)
        await stage.until(lambda: len(stage.api.sent) == 2)
        assert asyncio.get_running_loop().time() - begins >= 2
        assert stage.api.calls_in_a_pause == []
        assert stage.api.texts_to(ANI) == stage.api.texts_to(BAYU) == [PRICE]

    run(tmp_path, scene)


def test_a_429_survives_a_restart(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.plan("sendMessage", Fault(retry_after=2))
        stage.api.says(ANI, QUESTION)
        await stage.until(lambda: stage.api.of("sendMessage"))
        await stage.until_stored(
            lambda conn: [row for row in conn.execute(OUTBOX.select()) if row.not_before]
        )
        await stage.stop()
        await stage.start()
        stage.api.says(BAYU, QUESTION)
        await stage.until(lambda: len(stage.api.sent) == 2)
        assert stage.api.calls_in_a_pause == []

    run(tmp_path, scene)


def test_who_has_blocked_the_bot_gets_nothing_more(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.people[ANI].has_blocked = True
        stage.api.says(ANI, QUESTION)
        await stage.until_stored(
            lambda conn: conn.execute(OUTBOX.select().where(OUTBOX.c.status == "dead")).all()
        )
        contact = await stage.service.read(lambda conn: conn.execute(CONTACTS.select()).one())
        assert not contact.reachable
        (row,) = await stage.outbox("answer")
        assert row.error.startswith("403: Forbidden: bot was blocked by the user")

    run(tmp_path, scene)


def test_an_answer_that_may_have_arrived_is_sent_again(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.plan("sendMessage", Fault(hangs=2, accepted=True))
        stage.api.says(ANI, QUESTION)
        await stage.until(lambda: stage.api.sent)
        await stage.until_stored(
            lambda conn: [row for row in conn.execute(OUTBOX.select()) if row.not_before]
        )
        stage.clock.ahead += (await stage.outbox("answer"))[0].not_before - stage.clock()
        await stage.until(lambda: stage.api.texts_to(ANI) == [PRICE, PRICE])
        await stage.until_stored(lambda conn: conn.execute(OUTBOX.select()).one().status == "sent")

    run(tmp_path, scene, patience=0.5)


def test_a_persons_words_that_may_have_arrived_are_not(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.says(ANI, COMPLAINT)
        await stage.until(lambda: stage.api.sent)
        stage.api.plan("sendMessage", Fault(cuts=True, accepted=True))
        await stage.act(STAFF[0], Act("reply", 1, args={"text": REPLY}))
        await stage.until_stored(
            lambda conn: conn.execute(OUTBOX.select().where(OUTBOX.c.status == "uncertain")).all()
        )
        stage.api.says(BAYU, QUESTION)
        await stage.until(lambda: stage.api.texts_to(BAYU))
        assert stage.api.texts_to(ANI).count(REPLY) == 1
        assert [m.status for m in await stage.messages() if m.author == "staff"] == ["uncertain"]

    run(tmp_path, scene)


def test_a_long_text_comes_in_order_and_whole(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.says(ANI, "cara mengatur ulang dekoder")
        await stage.until(lambda: "\n".join(stage.api.texts_to(ANI)) == LONG)
        assert len(stage.api.sent) > 1

    run(tmp_path, scene)


def test_a_later_part_waits_for_its_turn_and_the_first_is_not_said_twice(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.plan("sendMessage", Fault(accepted=True), Fault(retry_after=1))
        stage.api.says(ANI, "cara mengatur ulang dekoder")
        await stage.until(lambda: "\n".join(stage.api.texts_to(ANI)) == LONG)
        assert stage.api.calls_in_a_pause == []

    run(tmp_path, scene)


def test_what_cannot_be_done_any_more_is_no_failure(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        number = await send(stage, text="halo")
        assert await send(stage, "edit", "halo", edit=number) == number, "it says so already"
        assert await send(stage, "callback", "", callback="too old") is None
        await send(stage, "reaction", "🙏")
        assert stage.api.texts_to(ANI) == ["halo", "🙏"], "nothing to react to"
        await send(stage, "reaction", "🧡", react_to="7")
        assert stage.api.reactions == {(ANI, 7): ["🙏"]}, "a sign that Telegram does not know"
        with pytest.raises(Rejected, match="not found"):
            await send(stage, "edit", "lain", edit="999")
        with pytest.raises(Rejected, match="empty"):
            await send(stage, text=" ")

    run(tmp_path, scene)


def test_a_wrong_token_is_said_on_one_line_at_start(tmp_path: Path) -> None:
    async def whole() -> None:
        async with staged(tmp_path, starts=False) as stage:
            stage.api.plan("getMe", Fault(code=401))
            with pytest.raises(SettingsError) as caught:
                await stage.start()
            assert str(caught.value).startswith("MIMIN_TELEGRAM_TOKEN: Telegram does not know this token")
            assert "\n" not in str(caught.value)
            assert TOKEN not in str(caught.value)

    asyncio.run(whole())


def test_neither_the_token_nor_a_text_reaches_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(stage: Stage) -> None:
        stage.api.plan("sendMessage", Fault(code=502), Fault(cuts=True))
        stage.api.plan("getUpdates", Fault(code=500))
        stage.api.says(ANI, QUESTION)
        await stage.until(lambda: stage.api.of("sendMessage"))

    with caplog.at_level(logging.DEBUG):
        run(tmp_path, scene)
    assert caplog.text
    assert TOKEN not in caplog.text
    assert TOKEN.split(":")[1] not in caplog.text
    assert PRICE not in caplog.text
    assert QUESTION not in caplog.text


def test_the_pace_is_kept_over_real_http(tmp_path: Path) -> None:
    async def whole() -> None:
        async with staged(tmp_path, rate="10") as stage:
            followers = [stage.api.person(5000 + n, f"F{n}").id for n in range(25)]
            # Counted from before the first can leave: on a busy machine its arrival lags behind that.
            began = asyncio.get_running_loop().time()
            for number in followers:
                stage.api.says(number, QUESTION)
            await stage.until(lambda: len(stage.api.sent) == 25)
            times = [call.at - began for call in stage.api.of("sendMessage")]
            assert times[10] > 0.9, "ten leave in the first second"
            assert times[20] > 1.9, "and ten in the next"

    asyncio.run(whole())


def test_a_bot_without_a_token_is_refused(tmp_path: Path) -> None:
    async def whole() -> None:
        async with FakeApi() as api, staged(tmp_path, starts=False) as stage:
            service = make_service(tmp_path, api, stage.clock, token="")
            with pytest.raises(ValueError, match="there is no token"):
                TelegramChannel(service)
            await asyncio.to_thread(service.writer.close)
            service.engine.dispose()

    asyncio.run(whole())
