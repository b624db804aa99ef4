"""A whole Mimin in one thread: a file, the real worker and sender, the real server, and people who use it."""

import asyncio
import os
import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

import httpx
import uvicorn
from sqlalchemy import Connection, func, select

from bot import intake, ledger
from bot.brand import Brand
from bot.building import cache_folder
from bot.channels import files, index, web
from bot.channels.channel import Channel, Page
from bot.database import Writer, reading, transaction
from bot.logins import create_login
from bot.sender import Sender
from bot.service import Pulse, Service
from bot.settings import Settings, load_settings
from bot.tables import INBOUND, OUTBOX
from bot.web.app import build_app
from bot.wording import read_wording
from handoff import people, tickets
from handoff.policy import Role
from handoff.tables import TICKETS
from knowledge.article import Article, Phrasing
from knowledge.understanding import Understanding
from tests.databases import new_file

ROOT = Path(__file__).parents[2]
Result = TypeVar("Result")
STAFF = {
    "sari": Role.ADMIN,
    "budi": Role.ADMIN,
    "agus": Role.SUPERVISOR,
    "rina": Role.DECISION_MAKER,
}
ARTICLES = [
    Article(
        "link-streaming",
        (
            Phrasing("Min, bagi link streamingnya dong", "id"),
            Phrasing("di mana link streaming resminya", "id"),
            Phrasing("where is the streaming link", "en"),
        ),
        {"id": "Ini link resminya, Kak: nonton.layarku.example", "en": "Here: nonton.layarku.example"},
    ),
    Article(
        "biaya-pasang",
        (Phrasing("Berapa biaya pasang dekoder?", "id"), Phrasing("ongkos pasang berapa", "id")),
        {"id": "Gratis untuk paket Keluarga, Kak."},
    ),
    Article(
        "biaya-pindah",
        (Phrasing("Berapa biaya pindah alamat?", "id"), Phrasing("pindah rumah bayar berapa", "id")),
        {"id": "Pindah alamat Rp 150.000, Kak."},
    ),
]


@cache
def understanding() -> Understanding:
    """Learn the articles once for all tests."""
    return Understanding.build(ARTICLES, cache=cache_folder(os.environ))


NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday nine o'clock in Jakarta
UNHANDLED = select(INBOUND.c.id).where(INBOUND.c.status == "pending")
UNSENT = select(OUTBOX.c.id).where(OUTBOX.c.status.in_(["queued", "sending"]))
CALL = "Min, minta admin dong, siaran mati terus sejak kemarin"


def wait_until(holds: Callable[[], bool], seconds: float = 5.0) -> None:
    """Ask again and again until it holds; fails where it never does."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.01)


class Browser(httpx.Client):
    """Somebody's browser: keeps cookies, follows redirects, says where a form was sent from."""

    def __init__(self, address: str, settle: Callable[[], None]) -> None:
        super().__init__(
            base_url=address,
            follow_redirects=True,
            headers={"accept-language": "id", "sec-fetch-site": "same-origin"},
            timeout=10,
            verify=False,  # plain HTTP on this machine; reading certificates takes longer than a test
        )
        self._csrf = ""
        self.settle = settle

    def say(self, text: str, **fields: str) -> httpx.Response:
        """Send a text as a follower, and return the page as it stands once the bot has done its part."""
        page = self.send_text(text, **fields)
        return page if page.is_error or "x-live" in self.headers else self.get("/")

    def send_text(self, text: str, **fields: str) -> httpx.Response:
        """Send a text as a follower, and wait until the bot has done its part."""
        page = self.post("/chat/messages", data={"text": text, **fields})
        if page.is_success and "x-live" not in self.headers:
            self.settle()
        return page

    def sign_in(self, token: str) -> None:
        """Open a link that signs somebody in, and keep what their forms must carry."""
        page = self.get(f"/login/{token}")
        assert page.status_code == 200
        self._csrf = csrf_in(page)

    def token(self) -> str:
        """Return what this person's forms must carry."""
        if not self._csrf:
            self._csrf = csrf_in(self.get("/desk"))
        return self._csrf

    def act(self, conversation: int, verb: str, **fields: str) -> httpx.Response:
        """Do something at the desk with a proper form, and wait until its effects arrived."""
        answer = self.post(
            f"/desk/conversations/{conversation}/{verb}", data={"csrf": self.token(), **fields}
        )
        self.settle()
        return answer

    def post_form(self, where: str, **fields: str) -> httpx.Response:
        """Send a proper form somewhere else at the desk."""
        answer = self.post(where, data={"csrf": self.token(), **fields})
        self.settle()
        return answer


def csrf_in(page: httpx.Response) -> str:
    """Return what the forms of a page of the desk carry."""
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found, "nobody is signed in"
    return found[1]


class Mimin:
    """The running process as a test sees it. Its clock stands still until it is moved."""

    def __init__(self, folder: Path, configure: Callable[[Settings], Settings] = lambda given: given) -> None:
        self.folder, self._configure = folder, configure
        self.engine = new_file(folder / "mimin.db")
        self.now = NOW
        self._browsers: list[Browser] = []
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        with transaction(self.engine) as conn:
            self.staff = {name: people.add_staff(conn, name, role).id for name, role in STAFF.items()}
        self._thread.start()
        assert self._ready.wait(60), "the server did not start"

    async def _serve(self) -> None:
        settings = load_settings(ROOT / "config.toml", {}, ROOT)
        settings = self._configure(replace(settings, uploads=self.folder / "uploads"))
        pulse = Pulse()
        writer = Writer(self.engine, pulse.strike)
        brand = Brand("Layarku", "id", settings.promises, understanding(), read_wording())
        self.service = Service(settings, brand, self.engine, writer, pulse, now=lambda: self.now)
        self.app = build_app(self.service)
        config = uvicorn.Config(self.app, port=0, log_level="error", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        channels: dict[str, Channel] = {
            "web": Page(),
            "desk": Page(),
            files.NAME: files.Files(self.service.uploads),
            index.NAME: index.Index(self.service),
        }
        tasks = [
            asyncio.create_task(intake.work(self.service, {"web": web.RECEPTION})),
            asyncio.create_task(Sender(self.service, channels).run()),
        ]
        serving = asyncio.create_task(self._server.serve())
        while not self._server.started:
            await asyncio.sleep(0.005)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self._ready.set()
        await serving
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await asyncio.to_thread(writer.close)

    def stop(self) -> None:
        """End it when its work is done, and wait until it ended."""
        self.settle()
        for browser in self._browsers:
            browser.close()
        self._server.should_exit = True
        self._thread.join(10)
        self.engine.dispose()

    def write(self, job: Callable[[Connection], Result]) -> Result:
        """Write as the process does."""
        return self.service.writer.submit(job).result(60)

    def read(self, job: Callable[[Connection], Result]) -> Result:
        """Read what is committed."""
        with reading(self.engine) as conn:
            return job(conn)

    def later(self, **lengths: float) -> None:
        """Move the clock and do what became due."""
        self.now += timedelta(**lengths)
        self.write(lambda conn: ledger.sweep(conn, self.service.brand, self.now))

    def settle(self) -> None:
        """Wait until nothing is left to be handled or sent."""
        wait_until(lambda: self.read(is_settled))

    def visitor(self) -> Browser:
        """Return the browser of a new follower."""
        browser = Browser(self.address, self.settle)
        self._browsers.append(browser)
        return browser

    def signed_in(self, name: str) -> Browser:
        """Return the browser of somebody at the desk."""
        token = self.write(lambda conn: create_login(conn, self.staff[name], self.now))
        browser = self.visitor()
        browser.sign_in(token)
        return browser

    def call(self, text: str = CALL, name: str = "Ani") -> tuple[Browser, int]:
        """Return a follower who has called for a person, and their conversation."""
        follower = self.visitor()
        assert follower.send_text(text, name=name).status_code == 200
        newest = self.read(lambda conn: conn.execute(select(func.max(TICKETS.c.id))).scalar_one())
        return follower, self.read(lambda conn: tickets.get(conn, newest)).conversation


def is_settled(conn: Connection) -> bool:
    """Say whether nothing is left to be handled or sent."""
    return conn.execute(UNHANDLED).first() is None and conn.execute(UNSENT).first() is None
