"""A small, strict Bot API over real HTTP on the loopback: what the tests send to in Telegram's place."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from http import HTTPStatus
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.telegram.fake_methods import TABLE
from tests.telegram.fake_table import ApiError, checked
from tests.telegram.fake_world import World

TOKEN = "123456:FAKE-TOKEN"
UNPACED = {"getUpdates", "getMe", "deleteWebhook"}


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call. `accepted` says whether the call was done all the same.

    A `code` is answered with, `hangs` waits so many seconds before the answer, `cuts` answers by a reset.
    """

    code: int | None = None
    retry_after: int | None = None
    hangs: float = 0.0
    cuts: bool = False
    accepted: bool = False


@dataclass(frozen=True)
class Call:
    """One call as it came in; `at` is by the loop's clock."""

    method: str
    given: Mapping[str, Any]
    at: float


class FakeApi(World):
    """The server. What came in stands in `calls`; `plan` says what goes wrong with the next ones."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        super().__init__(now)
        self.calls: list[Call] = []
        self.calls_in_a_pause: list[Call] = []
        self.posted: list[int] = []
        self._faults: dict[str, deque[Fault]] = {}
        self._paused_until = 0.0
        self._connections: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "FakeApi":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.base = f"http://127.0.0.1:{self.port}/bot"
        self._poster = asyncio.create_task(self._post_updates())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self._poster.cancel()
        await asyncio.gather(self._poster, return_exceptions=True)
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await self._server.wait_closed()

    def plan(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method go wrong, in this order."""
        self._faults.setdefault(method, deque()).extend(faults)

    def of(self, method: str) -> list[Call]:
        """Return the calls of one method."""
        return [call for call in self.calls if call.method == method]

    async def _post_updates(self) -> None:
        """Post what comes to the webhook, one after the other; what is not taken with a 2xx comes again."""
        async with httpx.AsyncClient(timeout=5) as client:
            while True:
                update = await self.next_for_webhook()
                headers = {"X-Telegram-Bot-Api-Secret-Token": self.hook.get("secret_token", "")}
                try:
                    answer = await client.post(self.webhook, json=update, headers=headers)
                    self.posted.append(answer.status_code)
                    taken = answer.is_success
                except httpx.HTTPError:
                    taken = False
                if taken:
                    self.confirm(update["update_id"] + 1)
                else:
                    await asyncio.sleep(0.05)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while True:
                path, body = await _request(reader)
                await self._answer(path, body, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self._connections.discard(task)
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, path: str, body: Mapping[str, Any], writer: asyncio.StreamWriter) -> None:
        try:
            status, answer = 200, {"ok": True, "result": await self._done(path, body, writer)}
        except ApiError as error:
            status = error.code
            answer = {"ok": False, "error_code": error.code, "description": error.description}
            if error.retry_after is not None:
                answer["parameters"] = {"retry_after": error.retry_after}
        payload = json.dumps(answer).encode()
        head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: {len(payload)}\r\n\r\n".encode() + payload)
        await writer.drain()

    async def _done(self, path: str, given: Mapping[str, Any], writer: asyncio.StreamWriter) -> Any:
        """Do a call, or what is planned to go wrong with it."""
        prefix, _, method = path.strip("/").partition("/")
        if prefix != f"bot{TOKEN}":
            is_token = prefix.startswith("bot") and ":" in prefix
            raise ApiError(401, "Unauthorized") if is_token else ApiError(404, "Not Found")
        if method not in TABLE:
            raise ApiError(404, "Not Found")
        now = asyncio.get_running_loop().time()
        call = Call(method, dict(given), now)
        self.calls.append(call)
        if now < self._paused_until and method not in UNPACED:
            self.calls_in_a_pause.append(call)
            raise self._too_many(round(self._paused_until - now + 0.5))
        faults = self._faults.get(method)
        fault = faults.popleft() if faults else Fault(accepted=True)
        result = await self.do(method, checked(method, given)) if fault.accepted else None
        if fault.hangs:
            await asyncio.sleep(fault.hangs)
        if fault.cuts:
            writer.transport.abort()
            raise ConnectionResetError
        if fault.retry_after is not None:
            self._paused_until = now + fault.retry_after
            raise self._too_many(fault.retry_after)
        if fault.code is not None:
            raise ApiError(fault.code, HTTPStatus(fault.code).phrase)
        return result

    def _too_many(self, seconds: int) -> ApiError:
        return ApiError(429, f"Too Many Requests: retry after {seconds}", seconds)


async def _request(reader: asyncio.StreamReader) -> tuple[str, dict[str, Any]]:
    """Read one request: its path, and its parameters from query, form or JSON."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    _, target, _ = head[0].split(" ")
    headers = {
        key.lower(): value.strip() for key, _, value in (line.partition(":") for line in head[1:] if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    address = urlsplit(target)
    given: dict[str, Any] = dict(parse_qsl(address.query, keep_blank_values=True))
    if headers.get("content-type", "").startswith("application/json"):
        given |= json.loads(body)
    elif headers.get("content-type", "").startswith("multipart/form-data"):
        given |= _parts(headers["content-type"], body)
    else:
        given |= dict(parse_qsl(body.decode(), keep_blank_values=True))
    return address.path, given


def _parts(kind: str, body: bytes) -> dict[str, Any]:
    """Read a form of parts: words as text, what has a file name as the bytes of the file."""
    form = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    given: dict[str, Any] = {}
    for part in form.walk():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            given[name] = content if part.get_filename() else content.decode()
    return given
