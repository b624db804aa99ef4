"""A running Mimin that is killed again and again: nothing is lost, nothing overtakes, little is doubled."""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from bot.database import open_engine, reading
from bot.tables import CONTACTS, CONVERSATIONS, INBOUND, MESSAGES, OUTBOX
from tests.running import ROOT
from tests.telegram.fake_api import TOKEN, FakeApi
from tests.telegram.playing import BAYU, COMPLAINT, PRICE, SARI, STAFF_GROUP

QUESTION = "berapa harga paket langganan"
EACH = 3  # questions of one follower: what the bot answers at once
FIRST = 500_000
AHEAD = 60  # updates that wait at Telegram, at most, so that there is always work
CONFIG = f"""
[brand]
name = "Layarku"
[knowledge]
content = "content.csv"
[[staff]]
name = "sari"
role = "admin"
telegram = {SARI}
[telegram]
group = {STAFF_GROUP}
"""
CONTENT = f"""article,question,answer
price,{QUESTION},{PRICE}
price,harga paket berapa ya,{PRICE}
decoder,cara mengatur ulang dekoder,Matikan sebentar lalu nyalakan lagi.
decoder,dekoder hang harus diapakan,Matikan sebentar lalu nyalakan lagi.
"""


@dataclass
class Killed:
    """The process, and how it is ended and begun again."""

    api: FakeApi
    folder: Path
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        environ = {
            **os.environ,
            "MIMIN_DATABASE_URL": f"sqlite:///{self.folder}/mimin.db",
            "MIMIN_WEB_PORT": "0",
            "MIMIN_TELEGRAM_TOKEN": TOKEN,
            "MIMIN_TELEGRAM_API": self.api.base,
            "MIMIN_TELEGRAM_RATE": "0",
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-m", "bot", "run", "--config", str(self.folder / "config.toml")]
        with (self.folder / "errors.txt").open("ab") as errors:
            self.process = await asyncio.create_subprocess_exec(
                *command, stdout=asyncio.subprocess.DEVNULL, stderr=errors, cwd=self.folder, env=environ
            )

    async def end(self, how: signal.Signals) -> None:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(how)
        await self.process.wait()

    async def until_calls(self, more: int) -> None:
        """Wait until it made so many more calls; fails when it stands still for long."""
        aim, seen = len(self.api.calls) + more, 0
        while len(self.api.calls) < aim:
            seen = len(self.api.calls)
            for _ in range(6_000):
                await asyncio.sleep(0.005)
                if len(self.api.calls) != seen:
                    break
            assert len(self.api.calls) != seen, (self.folder / "errors.txt").read_text("utf-8")[-2_000:]


@asynccontextmanager
async def killed(folder: Path) -> AsyncIterator[Killed]:
    (folder / "config.toml").write_text(CONFIG, "utf-8")
    (folder / "content.csv").write_text(CONTENT, "utf-8")
    async with FakeApi() as api:
        api.person(SARI, "Sari")
        api.person(BAYU, "Bayu")
        api.group(STAFF_GROUP, "Staf", is_forum=True)
        subject = Killed(api, folder)
        await subject.start()
        try:
            yield subject
        finally:
            await subject.end(signal.SIGKILL)


async def feed(api: FakeApi, updates: int) -> None:
    """Let followers ask, each a few times, as fast as it is taken; staff reply all the while."""
    for n in range(updates):
        while len(api.updates) > AHEAD:
            await asyncio.sleep(0.002)
        number = FIRST + n // EACH
        if number not in api.people:
            api.person(number, f"P{number}")
        api.says(number, QUESTION)
        topics = api.groups[STAFF_GROUP].topics
        if n % 10 == 9 and topics:
            api.says_in(STAFF_GROUP, SARI, f"balasan {n}", thread=next(iter(topics)))


async def play(folder: Path, updates: int, kills: int, seed: int) -> Counter[str]:
    """Kill it at random points under load; returns what became of everything."""
    chance = random.Random(seed)
    async with killed(folder) as subject:
        api = subject.api
        await subject.until_calls(3)
        api.says(BAYU, COMPLAINT)
        while not api.groups[STAFF_GROUP].topics:
            await asyncio.sleep(0.01)
        feeding = asyncio.create_task(feed(api, updates))
        every = max(2, updates // kills)
        for _ in range(kills):
            await subject.until_calls(chance.randint(1, every))
            await subject.end(signal.SIGKILL)
            await subject.start()
        await feeding
        engine = open_engine(f"sqlite:///{folder}/mimin.db")
        await settled(subject, engine)
        await subject.end(signal.SIGTERM)
        outcome = counted(api, engine, updates)
        engine.dispose()
    return outcome


async def settled(subject: Killed, engine: Engine) -> None:
    """Wait until nothing waits any more, neither at Telegram nor in the database."""
    busy = [
        select(INBOUND.c.id).where(INBOUND.c.status == "pending"),
        select(OUTBOX.c.id).where(OUTBOX.c.status.in_(["queued", "sending"])),
    ]
    for _ in range(3_000):
        await asyncio.sleep(0.02)
        with reading(engine) as conn:
            waits = any(conn.execute(rows.limit(1)).first() for rows in busy)
        if not subject.api.updates and not waits:
            return
    raise AssertionError((subject.folder / "errors.txt").read_text("utf-8")[-2_000:])


def counted(api: FakeApi, engine: Engine, updates: int) -> Counter[str]:
    """Count what was lost, what came out of order and what was doubled."""
    outcome: Counter[str] = Counter()
    heard = (
        select(CONTACTS.c.external_id, MESSAGES.c.remote_id)
        .join(CONVERSATIONS, CONVERSATIONS.c.contact_id == CONTACTS.c.id)
        .join(MESSAGES, MESSAGES.c.conversation_id == CONVERSATIONS.c.id)
        .where(MESSAGES.c.direction == "in", MESSAGES.c.author == "contact")
        .order_by(MESSAGES.c.id)
    )
    stored: dict[int, list[int]] = {}
    with reading(engine) as conn:
        for who, number in conn.execute(heard):
            stored.setdefault(int(who), []).append(int(number))
        replies = [row.text for row in conn.execute(select(MESSAGES).where(MESSAGES.c.author == "staff"))]
        unsure = conn.execute(select(OUTBOX).where(OUTBOX.c.kind == "admin", OUTBOX.c.status == "uncertain"))
        outcome["staff texts unsure"] = len(unsure.all())
        outcome["dead"] = len(conn.execute(select(OUTBOX).where(OUTBOX.c.status == "dead")).all())
    told = Counter(one.chat for one in api.sent)
    for n in range(updates):
        number = FIRST + n // EACH
        asked = [key[1] for key in api.heard if key[0] == number] if n % EACH == 0 else []
        if asked:
            mine = stored.get(number, [])
            outcome["lost"] += len(set(asked) - set(mine))
            outcome["stored twice"] += len(mine) - len(set(mine))
            outcome["out of order"] += mine != sorted(mine)
            outcome["unanswered"] += max(0, len(asked) - told[number])
            outcome["doubled"] += max(0, told[number] - len(asked))
    texts = Counter(one.text for one in api.sent if one.chat == BAYU and one.text.startswith("balasan"))
    outcome["staff texts doubled"] = sum(count - 1 for count in texts.values())
    outcome["staff texts lost"] = len(set(replies) - set(texts)) - outcome["staff texts unsure"]
    return +outcome


@pytest.mark.parametrize(
    ("updates", "kills"),
    [
        (180, 3),
        pytest.param(1_000, 20, marks=pytest.mark.long),
        pytest.param(
            50_000, 200, marks=[pytest.mark.long, pytest.mark.timeout(7_200)], id="50000-200"
        ),
    ],
)  # fmt: skip
def test_nothing_is_lost_however_often_it_is_killed(tmp_path: Path, updates: int, kills: int) -> None:
    outcome = asyncio.run(play(tmp_path, updates, kills, seed=updates))
    print(f"{updates} updates, {kills} kills: {dict(outcome)}")  # noqa: T201 - shown by -s, for the record
    assert outcome["doubled"] <= kills
    del outcome["doubled"], outcome["staff texts unsure"]
    assert outcome == {}
