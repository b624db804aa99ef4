"""Both clients that go to the Bot API, over real HTTP: each says the same of what went wrong."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from telegram import Bot, InputFile
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest

from bot.channels.telegram.aiohttp_request import AiohttpRequest
from bot.channels.telegram.httpx_request import HttpxRequest
from bot.channels.telegram.outcomes import UNSTATED, Flooded, NotSent, plain
from bot.channels.telegram.request import open_request
from tests.loopback import Serve, listening

TOKEN = "123456:A-TOKEN"
TEXT = "halo dunia"
SHORT = 0.4
Open = Callable[[int, float], BaseRequest]


def httpx_request(connections: int, patience: float) -> BaseRequest:
    return HttpxRequest(
        connection_pool_size=connections,
        connect_timeout=patience,
        read_timeout=patience,
        write_timeout=patience,
        pool_timeout=patience,
    )


# The library would rather have its own methods used; what is looked at here lies below them.
pytestmark = pytest.mark.filterwarnings("ignore:Please use 'Bot")
both = pytest.mark.parametrize("opening", [AiohttpRequest, httpx_request])


class Server:
    """Answers with the given bytes, or does what it is told instead; what came in stands in `came`."""

    def __init__(
        self, answer: bytes = b"", then: Callable[[asyncio.StreamWriter], None] | None = None
    ) -> None:
        self.came: list[bytes] = []
        self.connections = 0
        self.arrived = asyncio.Event()
        self._answer, self._then = answer, then

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
            self.came.append(head + await reader.readexactly(int(length or 0)))
            self.arrived.set()
            writer.write(self._answer)
            await writer.drain()
            if self._then is not None:
                self._then(writer)
                return
            if not self._answer:
                await asyncio.Event().wait()


def answer(code: int, body: object, length: int | None = None) -> bytes:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return f"HTTP/1.1 {code} Status\r\nContent-Length: {length or len(sent)}\r\n\r\n".encode() + sent


def close(writer: asyncio.StreamWriter) -> None:
    writer.close()


def reset(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


def talking(
    opening: Open, serve: Serve, scene: Callable[[Bot], Awaitable[None]], connections: int = 2
) -> None:
    """Play a scene with a bot on the client, connected to a server that does as it is told."""

    async def whole() -> None:
        async with listening(serve) as port:
            bot = bot_on(opening(connections, SHORT), f"http://127.0.0.1:{port}/bot")
            try:
                await scene(bot)
            finally:
                await bot.request.shutdown()

    asyncio.run(whole())


def bot_on(request: BaseRequest, base: str) -> Bot:
    return Bot(TOKEN, base_url=base, request=request, get_updates_request=request)


async def send(bot: Bot) -> object:
    return await bot.do_api_request("sendMessage", {"chat_id": 1, "text": TEXT})


async def failed(sending: Awaitable[object]) -> TelegramError:
    """Return what a send failed with; the token is in none of it, nor in what led to it."""
    with pytest.raises(TelegramError) as caught:
        await sending
    for said in (str(caught.value), repr(caught.value), plain(caught.value)):
        assert TOKEN not in said
        assert TOKEN.split(":")[1] not in said
        assert TEXT not in said
    return caught.value


OK = answer(200, {"ok": True, "result": {"message_id": 7}})
WAIT = {"ok": False, "error_code": 429, "description": "Too Many", "parameters": {"retry_after": 3}}
OUTCOMES = {
    "reset after the request": (Server, (b"", reset), NetworkError),
    "closed without an answer": (Server, (b"", close), NetworkError),
    "closed within the answer": (Server, (answer(200, b"{", 99), close), NetworkError),
    "hangs": (Server, (b"",), TimedOut),
    "hangs within the answer": (Server, (answer(200, b"{", 99),), TimedOut),
    "no HTTP": (Server, (b"hello\r\n\r\n", close), NetworkError),
    "sent elsewhere": (Server, (answer(302, {"ok": False}),), NetworkError),
    "500": (Server, (answer(500, {"ok": False, "description": "Internal"}),), NetworkError),
    "502": (Server, (answer(502, b"<html>Bad Gateway</html>"),), NetworkError),
    "400": (Server, (answer(400, {"ok": False, "description": "Bad Request: no"}),), BadRequest),
    "403": (Server, (answer(403, {"ok": False, "description": "Forbidden: blocked"}),), Forbidden),
    "401": (Server, (answer(401, {"ok": False, "description": "Unauthorized"}),), InvalidToken),
    "429": (Server, (answer(429, WAIT),), Flooded),
    "429 that says no more": (Server, (answer(429, b"slow down"),), Flooded),
    "no JSON": (Server, (answer(200, b"halo"),), TelegramError),
    "a list": (Server, (answer(200, []),), TelegramError),
    "not UTF-8": (Server, (answer(200, b"\xff\xfe"),), TelegramError),
    "nested too deep": (Server, (answer(200, b"[" * 100_000),), TelegramError),
}


@both
@pytest.mark.parametrize("case", OUTCOMES)
def test_what_went_wrong_is_told_apart(opening: Open, case: str) -> None:
    async def whole() -> None:
        make, told, outcome = OUTCOMES[case]
        server = make(*told)  # type: ignore[arg-type]
        async with listening(server) as port:
            bot = bot_on(opening(2, SHORT), f"http://127.0.0.1:{port}/bot")
            error = await failed(send(bot))
            await bot.request.shutdown()
        assert isinstance(error, outcome)
        assert not isinstance(error, NotSent)
        assert len(server.came) == 1, "nothing is sent twice"
        if isinstance(error, Flooded):
            assert error.seconds == (3 if case == "429" else UNSTATED)

    asyncio.run(whole())


@both
def test_without_a_connection_nothing_was_sent(opening: Open) -> None:
    async def whole() -> None:
        async with listening(Server(OK)) as port:
            pass
        for base in (f"http://127.0.0.1:{port}/bot", "http://no-such-host.invalid/bot"):
            bot = bot_on(opening(2, SHORT), base)
            assert isinstance(await failed(send(bot)), NotSent)
            await bot.request.shutdown()

    asyncio.run(whole())


@both
def test_who_waits_in_vain_for_a_connection_has_sent_nothing(opening: Open) -> None:
    async def whole() -> None:
        server = Server()
        async with listening(server) as port:
            bot = bot_on(opening(1, SHORT), f"http://127.0.0.1:{port}/bot")
            first = asyncio.create_task(bot.do_api_request("getMe", read_timeout=9))
            await server.arrived.wait()
            assert isinstance(await failed(send(bot)), NotSent)
            assert len(server.came) == 1
            first.cancel()
            with suppress(asyncio.CancelledError):
                await first
            await bot.request.shutdown()

    asyncio.run(whole())


@both
def test_a_handshake_that_fails_has_sent_nothing(opening: Open) -> None:
    async def whole() -> None:
        server = Server(OK)
        async with listening(server) as port:
            bot = bot_on(opening(1, SHORT), f"https://127.0.0.1:{port}/bot")
            assert isinstance(await failed(send(bot)), NotSent)
            assert server.came == []
            await bot.request.shutdown()

    asyncio.run(whole())


@both
def test_an_address_that_is_none_is_not_shown(opening: Open) -> None:
    async def whole() -> None:
        bot = bot_on(opening(1, SHORT), "http://[::bad/bot")
        await failed(send(bot))
        await bot.request.shutdown()

    asyncio.run(whole())


@both
def test_a_connection_that_the_server_closed_while_it_was_idle_is_not_used(opening: Open) -> None:
    async def whole() -> None:
        server = Server(OK, close)
        async with listening(server) as port:
            bot = bot_on(opening(2, SHORT), f"http://127.0.0.1:{port}/bot")
            for _ in range(3):
                assert await send(bot) == {"message_id": 7}
                _, writer = await asyncio.open_connection("127.0.0.1", port)  # until the end is noticed
                writer.close()
                await writer.wait_closed()
            await bot.request.shutdown()
        assert len(server.came) == 3

    asyncio.run(whole())


@both
def test_a_connection_is_used_again(opening: Open) -> None:
    async def whole() -> None:
        server = Server(OK)
        async with listening(server) as port:
            bot = bot_on(opening(2, SHORT), f"http://127.0.0.1:{port}/bot")
            for _ in range(3):
                await send(bot)
            await bot.request.shutdown()
        assert (server.connections, len(server.came)) == (1, 3)

    asyncio.run(whole())


@both
def test_a_file_goes_with_its_text(opening: Open) -> None:
    async def scene(bot: Bot) -> None:
        await bot.do_api_request(
            "sendDocument", {"chat_id": 1, "caption": TEXT, "document": InputFile(b"the file", "price.txt")}
        )

    server = Server(OK)
    talking(opening, server, scene)
    (came,) = server.came
    assert b"multipart/form-data" in came
    assert all(part in came for part in (b"the file", b"price.txt", TEXT.encode(), b'name="chat_id"'))


@both
def test_a_long_poll_has_the_time_it_asks_for(opening: Open) -> None:
    async def whole() -> None:
        server = Server()
        async with listening(server) as port:
            bot = bot_on(opening(2, SHORT), f"http://127.0.0.1:{port}/bot")
            loop = asyncio.get_running_loop()
            began = loop.time()
            assert isinstance(
                await failed(bot.do_api_request("getUpdates", read_timeout=2 * SHORT)), TimedOut
            )
            assert loop.time() - began >= 2 * SHORT - 0.05
            await bot.request.shutdown()

    asyncio.run(whole())


@both
def test_what_was_shut_down_can_be_opened_again(opening: Open) -> None:
    async def scene(bot: Bot) -> None:
        await bot.request.shutdown()
        await bot.request.shutdown()
        await failed(send(bot))
        await bot.request.initialize()
        assert await send(bot) == {"message_id": 7}

    talking(opening, Server(OK), scene)


def test_a_proxy_of_the_environment_is_gone_through() -> None:
    async def whole() -> None:
        server = Server(OK)
        async with listening(server) as port:
            request = AiohttpRequest(1, SHORT, {"all": f"127.0.0.1:{port}"})
            assert await send(bot_on(request, "http://bot.example/bot")) == {"message_id": 7}
            await request.shutdown()
        assert server.came[0].startswith(b"POST http://bot.example/bot")

    asyncio.run(whole())


def test_the_cheaper_client_is_taken() -> None:
    assert isinstance(open_request(1, SHORT), AiohttpRequest)


WITHOUT = """
import sys
sys.modules["aiohttp"] = sys.modules["uvloop"] = None
import asyncio
from bot.channels.telegram.request import open_request
from bot.loop import run_loop
async def main():
    print(type(open_request(1, 1)).__name__, type(asyncio.get_running_loop()).__module__.split(".")[0])
run_loop(main())
"""


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (WITHOUT, "HttpxRequest asyncio"),
        (WITHOUT.replace("sys.modules[", "#", 1), "AiohttpRequest uvloop"),
    ],
)
def test_what_is_not_there_is_done_without(script: str, said: str) -> None:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == said.split()
