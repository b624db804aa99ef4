"""Bad weather between Mimin and Telegram: refusals, resets, slow answers; nothing is lost in silence."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot import cutting
from bot.outbox import Status
from bot.tables import INBOUND, MESSAGES, OUTBOX
from tests.telegram.books import compare
from tests.telegram.fake_api import Fault
from tests.telegram.playing import BAYU, COMPLAINT, LONG, PRICE, SARI, STAFF_GROUP, Stage, staged

# What each follower asks, and all that is said to it: a long answer comes in parts.
QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "berapa harga paketnya min?": (PRICE,),
    "cara mengatur ulang dekoder": tuple(cutting.parts(LONG, cutting.LONGEST)),
    "bagi link streaming pertandingan": ("layarku.example",),
}
FIRST = 500_000
SHARE = 0.03  # of each kind
KINDS = (
    Fault(retry_after=1),
    Fault(code=502),
    Fault(cuts=True, accepted=True),
    Fault(hangs=0.5, accepted=True),
    Fault(cuts=True),
)
METHODS = ("sendMessage", "copyMessage", "getUpdates", "editMessageText")
SHOWN_WITHIN = 5.0


@dataclass
class Watch:
    """For how long a row stood as being sent, at most, before it showed what became of it."""

    longest: float = 0.0


def weather(stage: Stage, chance: random.Random, calls: int) -> None:
    """Let the next calls meet each kind of fault with its share."""
    for method in METHODS:
        for _ in range(calls):
            kind = int(chance.random() / SHARE)
            stage.api.plan(method, KINDS[kind] if kind < len(KINDS) else Fault(accepted=True))


async def play(folder: Path, questions: int) -> Counter[str]:
    """Let followers ask and staff reply through the weather; returns what became of everything."""
    async with staged(folder, group=True, starts=False) as stage:
        weather(stage, random.Random(questions), questions * 3)
        await stage.start()
        async with watched(stage) as watch:
            stage.api.says(BAYU, COMPLAINT)
            await stage.until(lambda: stage.api.groups[STAFF_GROUP].topics, 30)
            thread = next(iter(stage.api.groups[STAFF_GROUP].topics))
            replies, asked = list[str](), defaultdict[int, list[str]](list)
            for n in range(questions):
                number = FIRST + n // len(QUESTIONS)
                if number not in stage.api.people:
                    stage.api.person(number, f"P{number}")
                asked[number].append(list(QUESTIONS)[n % len(QUESTIONS)])
                stage.api.says(number, asked[number][-1])
                if n % 20 == 0:
                    replies.append(f"balasan {n}")
                    stage.api.says_in(STAFF_GROUP, SARI, replies[-1], thread=thread)
            await settled(stage)
        outcome = await stage.service.read(lambda conn: counted(stage, conn, asked, replies))
        outcome["hidden too long"] = int(watch.longest > SHOWN_WITHIN)
        outcome["calls in a pause"] = len(stage.api.calls_in_a_pause)
    return +outcome


async def settled(stage: Stage) -> None:
    """Wait until nothing waits any more, neither at Telegram nor in the database."""
    waits = select(INBOUND.c.id).where(INBOUND.c.status == "pending").limit(1)
    busy = select(OUTBOX.c.id).where(OUTBOX.c.status.in_([Status.QUEUED, Status.SENDING])).limit(1)
    await stage.until(lambda: not stage.api.updates, 120)
    await stage.until_stored(lambda conn: conn.execute(waits).first() is None, 120)
    await stage.until_stored(lambda conn: conn.execute(busy).first() is None, 480)


def counted(
    stage: Stage, conn: Connection, asked: Mapping[int, list[str]], replies: list[str]
) -> Counter[str]:
    """Count what is amiss. What is doubled is the bot's own, for that may be said twice in such weather."""
    outcome = Counter[str]()
    unsure = defaultdict[int, set[str]](set)
    for row in conn.execute(select(OUTBOX).where(OUTBOX.c.status == Status.UNCERTAIN)):
        unsure[int(row.recipient)].add(row.text)
    for number, questions in asked.items():
        said = [text for question in questions for text in QUESTIONS[question]]
        told = stage.api.texts_to(number)
        expected = [text for text in said if text in told or text not in unsure[number]]
        outcome += compare("answers", expected, told)
    del outcome["answers doubled"]
    written = select(MESSAGES.c.text).where(MESSAGES.c.author == "staff").order_by(MESSAGES.c.id)
    outcome += compare("replies stored", replies, conn.execute(written).scalars().all())
    told = [text for text in stage.api.texts_to(BAYU) if text in replies]
    expected = [text for text in replies if text in told or text not in unsure[BAYU]]
    return outcome + compare("replies", expected, told)


@asynccontextmanager
async def watched(stage: Stage) -> AsyncIterator[Watch]:
    """Watch how long what became of a send stays hidden."""
    watch, loop = Watch(), asyncio.get_running_loop()
    sending = select(OUTBOX.c.id).where(OUTBOX.c.status == Status.SENDING)

    async def look() -> None:
        since: dict[int, float] = {}
        while True:
            rows = await stage.service.read(lambda conn: conn.execute(sending).scalars().all())
            since = {row: since.get(row, loop.time()) for row in rows}
            watch.longest = max([watch.longest, *(loop.time() - begun for begun in since.values())])
            await asyncio.sleep(0.05)

    looking = asyncio.create_task(look())
    try:
        yield watch
    finally:
        ended = looking.done()
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        assert not ended, "the watch fell asleep"


@pytest.mark.parametrize("questions", [120, pytest.param(2_000, marks=pytest.mark.long)])
@pytest.mark.timeout(900)
def test_every_answer_arrives_or_is_shown_as_uncertain(tmp_path: Path, questions: int) -> None:
    assert asyncio.run(play(tmp_path, questions)) == {}
