"""The stage of the Telegram tests: a whole Mimin on a real file, connected to the fake Bot API."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, select

from bot import acts, intake, ledger, topics
from bot.act import Act
from bot.brand import Brand
from bot.building import cache_folder
from bot.channels.telegram.line import TelegramLine, connect
from bot.database import Writer
from bot.sender import Sender
from bot.service import Pulse, Service
from bot.settings import load_settings
from bot.tables import CONTACTS, MARKS, MESSAGES, OUTBOX
from bot.wording import read_wording
from handoff import people
from handoff.policy import Role
from handoff.staff import Person
from knowledge.article import Article, Phrasing
from knowledge.understanding import Understanding
from tests.databases import new_file
from tests.telegram.fake_api import TOKEN, FakeApi

ANI, BAYU, SARI, AGUS, RINA = 1001, 1002, 2001, 2002, 2003
OWNER = 3001  # of the brand's own account, who is no person of the staff
STAFF_GROUP, PUBLIC = -100777, -100888
STAFF = (
    Person(1, "sari", Role.ADMIN, SARI),
    Person(2, "agus", Role.SUPERVISOR, AGUS),
    Person(3, "rina", Role.DECISION_MAKER, RINA),
)
SECRET = "fake-secret"
CONFIG = """
[brand]
name = "Layarku"
timezone = "Asia/Jakarta"
language = "id"
[sla.complaint]
first_response = "15m"
calendar = "always"
[sla.question]
first_response = "15m"
calendar = "always"
[web]
port = 0
[telegram]
"""
COMPLAINT = "Saya komplain, gangguan terus dari kemarin! Mau bicara dengan admin."
PRICE = "Paket Layarku mulai dari Rp75.000 sebulan."
LONG = "\n".join(f"Langkah {n}: matikan dekoder, tunggu sebentar, lalu nyalakan lagi 📺." for n in range(130))
ARTICLES = [
    Article(
        "price",
        (Phrasing("berapa harga paket langganan", "id"), Phrasing("how much is a package", "en")),
        {"id": PRICE, "en": "Layarku packages start at Rp75,000 a month."},
    ),
    Article("decoder", (Phrasing("cara mengatur ulang dekoder", "id"),), {"id": LONG}),
    Article("streaming", (Phrasing("bagi link streaming pertandingan", "id"),), {"id": "layarku.example"}),
]


@cache
def understanding() -> Understanding:
    """Learn the articles once for all tests."""
    return Understanding.build(ARTICLES, cache=cache_folder(os.environ))


class Clock:
    """The wall clock, moved on at will."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Stage:
    """A running Mimin, the fake it talks to, and the clock of both."""

    api: FakeApi
    service: Service
    clock: Clock
    patience: float = 4.0
    line: TelegramLine | None = None
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def until(self, condition: Callable[[], object], seconds: float = 10.0) -> None:
        """Wait until the condition holds; fails when it does not in time."""
        await until(condition, seconds)

    async def until_stored(self, condition: Callable[[Connection], object], seconds: float = 10.0) -> None:
        """Wait until the condition holds in the database."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + seconds
        while not await self.service.read(condition):
            assert loop.time() < ends, "it did not come to stand in the database in time"
            await asyncio.sleep(0.01)

    async def messages(self) -> list[Row[Any]]:
        """Return every message that is stored, in order."""
        return await self.service.read(
            lambda conn: list(conn.execute(select(MESSAGES).order_by(MESSAGES.c.id)))
        )

    async def contacts(self) -> list[Row[Any]]:
        """Return everybody who is known as a follower."""
        return await self.service.read(
            lambda conn: list(conn.execute(select(CONTACTS).order_by(CONTACTS.c.id)))
        )

    async def outbox(self, kind: str) -> list[Row[Any]]:
        """Return the outbox rows of a kind, in order."""
        rows = select(OUTBOX).where(OUTBOX.c.kind == kind).order_by(OUTBOX.c.id)
        return await self.service.read(lambda conn: list(conn.execute(rows)))

    async def act(self, person: Person, act: Act) -> None:
        """Let a member of staff do something at the desk."""
        service = self.service
        await service.write(lambda conn: acts.perform(conn, service.brand, person, act, service.now()))

    async def act_as(self, name: str, verb: str, ticket: int = 1, **args: object) -> None:
        """Let somebody do something at the desk, by name."""
        person = await self.service.read(lambda conn: people.find_staff(conn, name))
        assert person is not None
        await self.act(person, Act(verb, ticket, args=args))

    def asking(self) -> Brand:
        """Return the brand as it is when its first acknowledgement asks for the customer number."""
        return replace(self.service.brand, asks_customer=True)

    async def add_staff(self, name: str, telegram: int, role: Role = Role.ADMIN) -> None:
        """Let one more person be at the desk."""
        await self.service.write(lambda conn: people.add_staff(conn, name, role, telegram))

    async def pass_time(self, minutes: float) -> None:
        """Move the clock on and do what is due then."""
        self.clock.ahead += timedelta(minutes=minutes)
        service = self.service
        await service.write(lambda conn: ledger.sweep(conn, service.brand, service.now()))

    async def start(self, *, polls: bool = True, sends: bool = True) -> None:
        """Let Mimin run: intake, handling and sending."""
        self.line = line = await connect(self.service, self.patience)
        parts: list[Coroutine[Any, Any, None]] = [
            intake.work(self.service, {"telegram": line.reception}),
            *(part() for part in line.works()),
        ]
        if sends:
            parts.append(Sender(self.service, {"telegram": line.channel}).run())
        polled = asyncio.Event()
        if polls:
            parts.append(line.take_in(polled.set))
        self.tasks = [asyncio.create_task(part) for part in parts]
        if polls:
            await asyncio.wait_for(polled.wait(), 5)
        if self.service.settings.telegram.group is not None:  # it is told what happens from then on
            follows = select(MARKS.c.value).where(MARKS.c.name == topics.MARK)
            await self.until_stored(lambda conn: conn.execute(follows).first())

    async def stop(self) -> None:
        """End it; what is stored stays."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        tasks, self.tasks = self.tasks, []
        if self.line is not None:
            await self.line.close()
            self.line = None
        for task in tasks:
            if not task.cancelled():
                task.result()


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until the condition holds; fails when it does not in time."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    while not condition():
        assert loop.time() < ends, "it did not happen in time"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def staged(
    folder: Path,
    *,
    rate: str = "0",
    patience: float = 4.0,
    starts: bool = True,
    group: bool = False,
    webhook: str = "",
    rules: str = "",
) -> AsyncIterator[Stage]:
    """Set the stage: followers Ani and Bayu, admin Sari, supervisor Agus, decision-maker Rina.

    With `group` the staff have one, with topics; `rules` are tables of the configuration besides.
    """
    clock = Clock()
    async with FakeApi(clock) as api:
        for number, name in ((ANI, "Ani"), (BAYU, "Bayu"), (SARI, "Sari"), (AGUS, "Agus"), (RINA, "Rina"),
                             (OWNER, "Layarku")):  # fmt: skip
            api.person(number, name)
        api.group(STAFF_GROUP, "Staf", is_forum=True)
        api.group(PUBLIC, "Penonton")
        more = f"group = {STAFF_GROUP}\n" if group else ""
        more += f'webhook = "{webhook}"\n' if webhook else ""
        service = make_service(folder, api, clock, rate, more=more + rules)
        stage = Stage(api, service, clock, patience)
        try:
            if starts:
                await stage.start()
            yield stage
        finally:
            await stage.stop()
            await asyncio.to_thread(service.writer.close)
            service.engine.dispose()


def make_service(
    folder: Path, api: FakeApi, clock: Clock, rate: str = "0", token: str = TOKEN, more: str = ""
) -> Service:
    """Make the service on the database in the folder, which is filled once."""
    config = folder / "config.toml"
    config.write_text(CONFIG + more, encoding="utf-8")
    environment = {
        "MIMIN_TELEGRAM_TOKEN": token,
        "MIMIN_TELEGRAM_API": api.base,
        "MIMIN_TELEGRAM_RATE": rate,
        "MIMIN_TELEGRAM_SECRET": SECRET,
    }
    settings = load_settings(config, environment, folder)
    is_new = not (folder / "mimin.db").exists()
    engine = new_file(folder / "mimin.db")
    if is_new:
        with engine.begin() as conn:
            for person in STAFF:
                people.add_staff(conn, person.name, person.role, person.telegram)
    brand = Brand(
        "Layarku", "id", settings.promises, understanding(), read_wording(), reaches=frozenset({"telegram"})
    )
    pulse = Pulse()
    return Service(settings, brand, engine, Writer(engine, pulse.strike), pulse, clock)
