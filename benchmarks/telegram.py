"""What a message costs on Telegram: CPU from question to answer, and how long an answer takes.

A real `mimin run` talks to the fake Bot API, which runs in this process. Beside it, in the same run, a bot
of python-telegram-bot's own Application and Updater that does nothing but say what it was told, and keeps
nothing. CPU is user and system time of the whole process, from before the first question is pushed to
after the last answer came, nothing taken off for what it does when idle. Linux only.
"""

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import func, select
from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from bot.building import cache_folder
from bot.database import open_engine, reading
from bot.tables import INBOUND, OUTBOX
from knowledge.content import read_content
from knowledge.understanding import Understanding
from tests.running import ROOT, mimin
from tests.telegram.fake_api import TOKEN, FakeApi

TICK = os.sysconf("SC_CLK_TCK")
CONTENT = ROOT / "knowledge" / "content"
FIRST = 100_000  # the number of the first follower
WITHIN = 120.0
CONFIG = f"""
[brand]
name = "Layarku"
[knowledge]
content = "{CONTENT}"
[[staff]]
name = "sari"
role = "admin"
[[staff]]
name = "agus"
role = "supervisor"
[[staff]]
name = "rina"
role = "decision_maker"
"""


@dataclass(frozen=True, slots=True)
class Load:
    """`questions` asked by `followers`, each the next when the last was answered; then so many a second."""

    questions: int
    followers: int
    rate: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Cost:
    """What it took: milliseconds of CPU a message in both parts, and how long each paced answer took."""

    rush: float
    speed: float
    paced: float
    waits: Sequence[float]


class Crowd(FakeApi):
    """The fake with followers in it, who notice when they are answered."""

    def __init__(self, followers: int, texts: Sequence[str]) -> None:
        super().__init__()
        self._asked: dict[int, float] = {}
        self._answered = asyncio.Event()
        self._texts = texts
        self._free: deque[int] = deque()
        self.waits: list[float] = []
        self.numbers = [self.person(FIRST + n, f"F{n}").id for n in range(followers)]

    async def do(self, method: str, given: Mapping[str, Any]) -> Any:
        """Do one call; a message to a follower answers what they asked."""
        result = await super().do(method, given)
        began = self._asked.pop(given["chat_id"], None) if method == "sendMessage" else None
        if began is not None:
            self._free.append(given["chat_id"])
            self.waits.append(asyncio.get_running_loop().time() - began)
            self._answered.set()
        return result

    def asks(self, follower: int, number: int) -> None:
        """Let a follower ask the question of that number."""
        self._asked[follower] = asyncio.get_running_loop().time()
        self.says(follower, self._texts[number % len(self._texts)])

    async def rush(self, questions: int) -> None:
        """Let everybody ask at once, and again when they were answered."""
        self._free, number = deque(self.numbers), 0
        while number < questions or self._asked:
            while number < questions and self._free:
                self.asks(self._free.popleft(), number)
                number += 1
            await self.until_answered()

    async def steadily(self, rate: float, seconds: float) -> None:
        """Let one after the other ask, at a steady pace, whatever became of the last."""
        loop = asyncio.get_running_loop()
        begins = loop.time()
        for number in range(round(rate * seconds)):
            await asyncio.sleep(max(0.0, begins + number / rate - loop.time()))
            self.asks(self.numbers[number % len(self.numbers)], number)
        while self._asked:
            await self.until_answered()

    async def until_answered(self) -> None:
        """Wait until somebody was answered."""
        self._answered.clear()
        async with asyncio.timeout(WITHIN):
            await self._answered.wait()


def questions(most: int = 1_000) -> list[str]:
    """Return phrasings of the demo brand that are answered at once, mixed; the same each time."""
    articles = read_content(CONTENT)
    brand = Understanding.build(articles, cache=cache_folder(os.environ))
    texts = sorted({p.text for article in articles for p in article.phrasings})
    answered = [text for text in texts if brand.read(text).decision == "answer"]
    random.Random(1).shuffle(answered)
    return answered[:most]


def cpu(process: int) -> float:
    """Return the seconds of CPU that a process took so far, user and system, in all its threads."""
    fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


async def measure(process: int, crowd: Crowd, load: Load) -> Cost:
    """Ask, and see what it takes the process; some are asked before, so that everything is loaded."""
    loop = asyncio.get_running_loop()
    await crowd.rush(load.followers)
    before, began = cpu(process), loop.time()
    await crowd.rush(load.questions)
    middle, ended = cpu(process), loop.time()
    crowd.waits.clear()
    await crowd.steadily(load.rate, load.seconds)
    after = cpu(process)
    return Cost(
        (middle - before) / load.questions * 1_000,
        load.questions / (ended - began),
        (after - middle) / len(crowd.waits) * 1_000,
        list(crowd.waits),
    )


@asynccontextmanager
async def echo(folder: Path, crowd: Crowd) -> AsyncIterator[int]:
    """Run the bot that says what it was told, and give its process."""
    command = [sys.executable, "-m", "benchmarks.telegram", "--echo", crowd.base]
    with (folder / "echo.txt").open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(command, cwd=ROOT, stderr=errors)
        try:
            async with asyncio.timeout(30):
                while not crowd.of("getUpdates"):
                    await asyncio.sleep(0.05)
            yield process.pid
        finally:
            process.terminate()
            process.wait()


@asynccontextmanager
async def ours(folder: Path, crowd: Crowd) -> AsyncIterator[int]:
    """Run Mimin, and give its process; at the end everything is done and nothing was said twice."""
    config = folder / "config.toml"
    config.write_text(CONFIG, encoding="utf-8")
    environ = {
        "MIMIN_TELEGRAM_TOKEN": TOKEN,
        "MIMIN_TELEGRAM_API": crowd.base,
        "MIMIN_TELEGRAM_RATE": "0",
    }
    running = mimin(folder, config, environ)
    started = await asyncio.to_thread(running.__enter__)
    try:
        yield started.process.pid
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)
    engine = open_engine(f"sqlite:///{folder}/mimin.db")
    with reading(engine) as conn:
        for table, done in ((INBOUND, "done"), (OUTBOX, "sent")):
            found = dict(conn.execute(select(table.c.status, func.count()).group_by(table.c.status)).all())
            assert set(found) == {done}, found
    engine.dispose()


async def play(bot: Callable[..., Any], load: Load, texts: Sequence[str]) -> Cost:
    """Measure one bot on a fake of its own."""
    with tempfile.TemporaryDirectory() as folder:
        async with Crowd(load.followers, texts) as crowd, bot(Path(folder), crowd) as process:
            return await measure(process, crowd, load)


def run_echo(base: str) -> None:
    """Say what is told, as the library's first example does."""

    async def say(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        if update.message is not None and update.message.text is not None:
            await update.message.reply_text(update.message.text)

    application = Application.builder().token(TOKEN).base_url(base).build()
    application.add_handler(MessageHandler(filters.TEXT, say))
    application.run_polling(allowed_updates=Update.ALL_TYPES)


def show(name: str, load: Load, cost: Cost) -> None:
    """Print the figures of one bot."""
    p50, p99, most = np.percentile(cost.waits, [50, 99, 100]) * 1_000
    print(f"{name}: {cost.rush:.2f} ms CPU a message, {load.questions} of {load.followers} followers, "
          f"{cost.speed:.0f} a second")  # fmt: skip
    print(f"{name}: {cost.paced:.2f} ms CPU a message at {load.rate:g} a second for {load.seconds:g} s, "
          f"answered after p50 {p50:.0f} ms, p99 {p99:.0f} ms, at most {most:.0f} ms")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=2_000)
    parser.add_argument("--followers", type=int, default=1_000)
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--only", choices=("echo", "mimin"))
    parser.add_argument("--echo", metavar="BASE", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.echo:
        run_echo(given.echo)
        return
    load = Load(given.questions, given.followers, given.rate, given.seconds)
    texts = questions()
    print(f"{len(texts)} different questions")
    costs = {}
    for name, bot in (("echo", echo), ("mimin", ours)):
        if given.only in (None, name):
            costs[name] = asyncio.run(play(bot, load, texts))
            show(name, load, costs[name])
    if len(costs) == 2:
        rush, paced = (getattr(costs["mimin"], p) / getattr(costs["echo"], p) for p in ("rush", "paced"))
        print(f"mimin costs {rush:.2f} of the echo bot, at a steady pace {paced:.2f}")


if __name__ == "__main__":
    main()
