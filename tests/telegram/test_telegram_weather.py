"""Bad weather between Mimin and Telegram: refusals, resets, slow answers; nothing is lost in silence."""

import asyncio
import random
from collections import Counter
from pathlib import Path

import pytest

from bot.outbox import Status
from bot.tables import INBOUND, MESSAGES, OUTBOX
from tests.telegram.fake_api import Fault
from tests.telegram.playing import BAYU, COMPLAINT, PRICE, SARI, STAFF_GROUP, Stage, staged

QUESTION = "berapa harga paketnya min?"
EACH = 3
FIRST = 500_000
SHARE = 0.03  # of each kind
KINDS = (
    Fault(retry_after=1),
    Fault(code=502),
    Fault(cuts=True, accepted=True),
    Fault(hangs=0.5, accepted=True),
    Fault(cuts=True),
)
SHOWN_WITHIN = 5.0


def weather(stage: Stage, chance: random.Random, calls: int) -> None:
    """Let the next calls meet each kind of fault with its share."""
    for method in ("sendMessage", "copyMessage", "getUpdates", "editMessageText"):
        for _ in range(calls):
            lot = chance.random()
            kind = int(lot / SHARE)
            stage.api.plan(method, KINDS[kind] if kind < len(KINDS) else Fault(accepted=True))


async def play(folder: Path, questions: int) -> Counter[str]:
    outcome: Counter[str] = Counter()
    async with staged(folder, group=True, starts=False) as stage:
        weather(stage, random.Random(questions), questions * 3)
        await stage.start()
        watch = asyncio.create_task(longest_hidden(stage))
        stage.api.says(BAYU, COMPLAINT)
        await stage.until(lambda: stage.api.groups[STAFF_GROUP].topics, 30)
        for n in range(questions):
            number = FIRST + n // EACH
            if number not in stage.api.people:
                stage.api.person(number, f"P{number}")
            stage.api.says(number, QUESTION)
            if n % 20 == 0:
                thread = next(iter(stage.api.groups[STAFF_GROUP].topics))
                stage.api.says_in(STAFF_GROUP, SARI, f"balasan {n}", thread=thread)
        waits = INBOUND.select().where(INBOUND.c.status == "pending")
        busy = OUTBOX.select().where(OUTBOX.c.status.in_([Status.QUEUED, Status.SENDING]))
        await stage.until(lambda: not stage.api.updates, 120)
        await stage.until_stored(lambda conn: not conn.execute(waits).all(), 120)
        await stage.until_stored(lambda conn: not conn.execute(busy).all(), 240)
        watch.cancel()
        outcome |= Counter(f"{call.method} inside a pause" for call in stage.api.calls_in_a_pause)
        told = Counter(one.chat for one in stage.api.sent if one.text == PRICE)
        uncertain = OUTBOX.select().where(OUTBOX.c.status == Status.UNCERTAIN)
        rows = await stage.service.read(lambda conn: conn.execute(uncertain).all())
        unsure = Counter(row.recipient for row in rows)
        for number in stage.api.people:
            if number >= FIRST:
                asked = len([key for key in stage.api.heard if key[0] == number])
                outcome["silently lost"] += max(0, asked - told[number] - unsure[str(number)])
        texts = Counter(one.text for one in stage.api.sent if one.chat == BAYU and "balasan" in one.text)
        outcome["staff texts doubled"] = sum(count - 1 for count in texts.values())
        staff = MESSAGES.select().where(MESSAGES.c.author == "staff")
        written = await stage.service.read(lambda conn: conn.execute(staff).all())
        outcome["staff texts lost"] = len(written) - len(texts) - len([r for r in rows if r.kind == "admin"])
        outcome["staff texts lost"] = max(0, outcome["staff texts lost"])
        outcome["hidden too long"] = int(watch_result(watch) > SHOWN_WITHIN)
    return +outcome


LONGEST: dict[asyncio.Task[None], float] = {}


async def longest_hidden(stage: Stage) -> None:
    """Note for how long a row stands as being sent before what became of it shows."""
    since: dict[int, float] = {}
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    LONGEST[task] = 0.0
    sending = OUTBOX.select().where(OUTBOX.c.status == Status.SENDING)
    while True:
        rows = await stage.service.read(lambda conn: [row.id for row in conn.execute(sending)])
        since = {row: since.get(row, loop.time()) for row in rows}
        for begun in since.values():
            LONGEST[task] = max(LONGEST[task], loop.time() - begun)
        await asyncio.sleep(0.05)


def watch_result(task: asyncio.Task[None]) -> float:
    return LONGEST.pop(task)


@pytest.mark.parametrize("questions", [120, pytest.param(2_000, marks=pytest.mark.long)])
@pytest.mark.timeout(600)
def test_every_answer_arrives_or_is_shown_as_uncertain(tmp_path: Path, questions: int) -> None:
    assert asyncio.run(play(tmp_path, questions)) == {}
