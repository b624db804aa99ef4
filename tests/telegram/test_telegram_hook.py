"""The webhook: only who knows the secret is heard, and 200 is said after the commit."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import uvicorn

from bot import intake
from bot.channels.telegram.intake import ALLOWED
from bot.tables import INBOUND
from bot.web.app import build_app
from tests.telegram.fake_api import Fault
from tests.telegram.playing import ANI, PRICE, SECRET, Stage, staged

QUESTION = "berapa harga paketnya min?"


def run(folder: Path, scene: Callable[[Stage, str], Awaitable[None]]) -> None:
    """Play a scene with pages served and the webhook set; the scene gets the pages' address."""

    async def whole() -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with staged(folder, starts=False, webhook=address) as stage:
            await stage.start(polls=False)
            async with serving(stage, listener):
                await scene(stage, address)

    asyncio.run(whole())


@asynccontextmanager
async def serving(stage: Stage, listener: socket.socket) -> AsyncIterator[None]:
    assert stage.line is not None
    app = build_app(stage.service, stage.line.hook)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


async def hang(stage: Stage) -> None:
    """Let Telegram be told of the webhook."""
    assert stage.line is not None
    hung = asyncio.Event()
    stage.tasks.append(asyncio.create_task(stage.line.take_in(hung.set)))
    await asyncio.wait_for(hung.wait(), 5)


def test_what_telegram_posts_is_answered(tmp_path: Path) -> None:
    async def scene(stage: Stage, _address: str) -> None:
        stage.api.plan("setWebhook", Fault(code=502), Fault(cuts=True))
        await hang(stage)
        assert stage.api.hook["allowed_updates"] == list(ALLOWED)
        assert stage.api.hook["secret_token"] == SECRET
        stage.api.says(ANI, QUESTION)
        await stage.until(lambda: stage.api.texts_to(ANI) == [PRICE])
        assert stage.api.posted == [200]
        assert stage.api.of("getUpdates") == []

    run(tmp_path, scene)


def test_who_does_not_know_the_secret_is_not_heard(tmp_path: Path) -> None:
    async def scene(stage: Stage, address: str) -> None:
        await hang(stage)
        header = "X-Telegram-Bot-Api-Secret-Token"
        async with httpx.AsyncClient() as client:
            for secret, told in (("wrong", SECRET), (SECRET, "wrong"), (SECRET, "")):
                page = f"{address}/telegram/{secret}"
                answer = await client.post(page, json={"update_id": 1}, headers={header: told})
                assert answer.status_code == 404
            large = await client.post(
                f"{address}/telegram/{SECRET}", content=b"x" * 2_000_000, headers={header: SECRET}
            )
            assert large.status_code == 413
            odd = await client.post(f"{address}/telegram/{SECRET}", content=b"{", headers={header: SECRET})
            assert odd.status_code == 200
        dead = INBOUND.select().where(INBOUND.c.status == "dead")
        await stage.until_stored(lambda conn: len(conn.execute(dead).all()) == 1)
        (row,) = await stage.service.read(intake.list_dead)
        assert intake.words_in(row.raw) == "{"

    run(tmp_path, scene)


def test_what_cannot_be_stored_is_not_taken_and_comes_again(tmp_path: Path) -> None:
    async def scene(stage: Stage, _address: str) -> None:
        await hang(stage)
        full = "CREATE TRIGGER full BEFORE INSERT ON inbound BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        await stage.service.write(lambda conn: conn.exec_driver_sql(full))
        stage.api.says(ANI, QUESTION)
        await stage.until(lambda: 500 in stage.api.posted)
        await stage.service.write(lambda conn: conn.exec_driver_sql("DROP TRIGGER full"))
        await stage.until(lambda: stage.api.texts_to(ANI) == [PRICE])

    run(tmp_path, scene)


def test_there_is_no_such_page_without_a_webhook(tmp_path: Path) -> None:
    async def whole() -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with staged(tmp_path) as stage, serving(stage, listener), httpx.AsyncClient() as client:
            header = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
            answer = await client.post(f"{address}/telegram/{SECRET}", json={}, headers=header)
            assert answer.status_code == 404

    asyncio.run(whole())
