"""Many pages of the desk that are open, and followers who write meanwhile: how long until it is seen."""

import asyncio
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from urllib.parse import urlencode, urlsplit

import httpx

from tests.running import Running

REST, LONGEST_REST = 0.25, 5.0  # seconds between two refreshes of a page, as in desk.js and live.js
FOLLOWERS = 100  # as many as a list shows, so that what each wrote last stands on it
TICK = os.sysconf("SC_CLK_TCK")
CALL = "Min, minta admin dong, siaran mati terus sejak kemarin"
WRITTEN = re.compile(rb"pesan nomor (\d+)\.")


class Line:
    """One connection that is kept: as little as a browser needs, and little CPU of ours."""

    def __init__(self, address: str, cookie: str) -> None:
        parts = urlsplit(address)
        self._host, self._port, self._cookie = parts.hostname or "", parts.port or 80, cookie
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, where: str, form: str | None = None) -> tuple[bytes, bytes]:
        """Return the head and the body of an answer."""
        reader = await self.begin(where, form)
        head = await reader.readuntil(b"\r\n\r\n")
        size = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        return head, await reader.readexactly(int(size[1])) if size else b""

    async def begin(self, where: str, form: str | None = None) -> asyncio.StreamReader:
        """Ask, and return what the answer is read from."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port, limit=2**22)
        head = f"host: {self._host}\r\ncookie: {self._cookie}\r\nx-live: 1\r\nsec-fetch-site: same-origin\r\n"
        if form is not None:
            head += f"content-type: application/x-www-form-urlencoded\r\ncontent-length: {len(form)}\r\n"
        method = "GET" if form is None else "POST"
        self._streams[1].write(f"{method} {where} HTTP/1.1\r\n{head}\r\n{form or ''}".encode())
        return self._streams[0]

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()


@dataclass(slots=True)
class Written:
    """When each message was sent, and the seconds after which it was stored, heard of and shown."""

    sent: dict[int, float] = field(default_factory=dict)
    stored: list[float] = field(default_factory=list)
    heard: list[float] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)
    refreshes: int = 0


class Onlooker:
    """One open page, which does what live.js does: hears of news, asks again, and rests in between."""

    def __init__(self, address: str, cookie: str, where: str, written: Written) -> None:
        self._hears, self._asks = Line(address, cookie), Line(address, cookie)
        self._where, self._written = where, written
        self._news, self._heard, self._shown = asyncio.Event(), 0, set[int]()

    async def hear(self) -> None:
        """Follow the events, and keep how long each message took to be one."""
        reader = await self._hears.begin("/desk/events?after=0")
        while line := await reader.readline():
            if line.startswith(b"event: news"):
                self._news.set()
                now, known = perf_counter(), self._written
                newest = len(known.sent)
                known.heard += [now - known.sent[n] for n in range(self._heard, newest)]
                self._heard = newest

    async def look(self) -> None:
        """Refresh the page after news, and keep how long each message took to stand on it."""
        while True:
            await self._news.wait()
            self._news.clear()
            began = perf_counter()
            _, page = await self._asks.ask(self._where)
            now, known = perf_counter(), self._written
            known.refreshes += 1
            new = {int(number) for number in WRITTEN.findall(page)} - self._shown
            known.shown += [now - known.sent[n] for n in new]
            self._shown |= new
            await asyncio.sleep(max(REST, min((now - began) / 2, LONGEST_REST)))

    def close(self) -> None:
        """Leave the page."""
        self._hears.close()
        self._asks.close()


async def look_on(running: Running, pages: int, rate: float, seconds: float) -> str:
    """Open so many pages, let followers write at that rate, and say what it took."""
    sessions = [session(login) for login in running.logins.values()]
    cookies = [await call(running.address, n) for n in range(FOLLOWERS)]
    await asyncio.sleep(2)
    written = Written()
    looking = [
        Onlooker(running.address, sessions[n % len(sessions)], "/desk?show=chats", written)
        for n in range(pages)
    ]
    tasks = [asyncio.create_task(part) for one in looking for part in (one.hear(), one.look())]
    await asyncio.sleep(3)
    written.heard.clear()
    written.refreshes = 0
    began, used = perf_counter(), cpu(running)
    writes = []
    for number in range(round(rate * seconds)):
        await asyncio.sleep(max(0.0, began + number / rate - perf_counter()))
        writes.append(
            asyncio.create_task(write(running.address, cookies[number % FOLLOWERS], number, written))
        )
    await asyncio.gather(*writes)
    took, used = perf_counter() - began, cpu(running) - used
    await asyncio.sleep(3)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for one in looking:
        one.close()
    lines = [
        f"{len(written.sent)} messages in {took:.0f} s; {pages} pages, refreshed {written.refreshes} times",
        f"CPU of the process: {used / took:.2f} cores",
        f"stored: {spread(written.stored)}",
        f"event on a page: {spread(written.heard)}",
        f"on a refreshed page: {spread(written.shown)}",
    ]
    return "\n".join(lines)


def session(login: str) -> str:
    """Sign in, and return the cookie."""
    answer = httpx.get(login)
    return f"mimin_session={answer.cookies['mimin_session']}"


async def call(address: str, number: int) -> str:
    """Let a new follower call for a person, and return their cookie."""
    head = await say(address, "", {"text": CALL, "name": f"Ani {number}"})
    found = re.search(rb"mimin_visitor=[^;]+", head)
    assert found, head
    return found[0].decode()


async def write(address: str, cookie: str, number: int, written: Written) -> None:
    """Write one message, which carries its number."""
    began = written.sent[number] = perf_counter()
    await say(address, cookie, {"text": f"halo, pesan nomor {number}."})
    written.stored.append(perf_counter() - began)


async def say(address: str, cookie: str, form: Mapping[str, str]) -> bytes:
    """Send a message on a connection of its own, and return the head of the answer."""
    line = Line(address, cookie)
    head, _ = await line.ask("/chat/messages", urlencode(form))
    line.close()
    assert b" 303 " in head[:20], head
    return head


def cpu(running: Running) -> float:
    """Return the seconds of CPU that the process has used, in user and system."""
    fields = Path(f"/proc/{running.process.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def spread(values: Sequence[float]) -> str:
    """Say the median and the worst of some times."""
    if not values:
        return "never"
    ordered = [1_000 * value for value in sorted(values)]
    p50, p99 = (ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.99))
    return f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, at most {ordered[-1]:.0f} ms, of {len(ordered)}"
