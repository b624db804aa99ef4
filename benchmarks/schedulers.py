"""APScheduler 3 beside the sweep: what a deadline costs to add, and how long others wait when many are due.

Its jobs do nothing, while the sweep alerts people: what it writes then is work that a job would still have
to do. Its store keeps only these jobs, the sweep's file everything else as well. Both write to SQLite as
`mimin run` opens it.
"""

import asyncio
import gc
import tempfile
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from sqlalchemy import Engine

from bot import ledger
from bot.brand import Brand
from bot.database import Writer, open_engine, transaction
from handoff import clocks
from handoff.actions import StartClock
from handoff.clocks import Clocks, Move
from handoff.policy import Category, Kind

BEAT = 0.001
STORES = ("SQLAlchemy store", "memory store")
_fired: list[int] = []


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement, what it is called and how it is said."""

    what: str
    value: float
    scale: float
    unit: str
    digits: int


def measure(engine: Engine, brand: Brand, many: int, now: datetime, due: datetime) -> list[Figure]:
    """Start and fire so many deadlines of ours, then as many jobs of APScheduler, once each."""
    moves = [
        Move(ticket, Category.COMPLAINT, Clocks([], []), (StartClock(Kind.NEXT_RESPONSE, now),), "bench")
        for ticket in range(1, many + 1)
    ]
    alone = _add(engine, brand, [[move] for move in moves], now)
    together = _add(engine, brand, [[replace(move, stored=Clocks([], [])) for move in moves]], now)
    blocked, taken = asyncio.run(_sweep(engine, brand, due))
    found = [
        _each("a deadline started, with log entry, a commit each", alone / many),
        _each(f"    {many:,} of them in one transaction", together / many),
        _whole(f"{many:,} swept at once", taken),
        _whole("    the event loop stood still for", blocked),
    ]
    with tempfile.TemporaryDirectory() as folder:
        jobs = open_engine(f"sqlite:///{Path(folder) / 'jobs.db'}")
        for name, store in zip(STORES, (SQLAlchemyJobStore(engine=jobs), MemoryJobStore()), strict=True):
            added, held, whole = asyncio.run(_peer(store, many))
            found += [
                _each(f"APScheduler, {name}: a job added", added / many),
                _ratio("    times a deadline of ours, a commit each", added / alone),
                _ratio("    times ours in one transaction", added / together),
                _whole(f"APScheduler, {name}: {many:,} fired at once", whole),
                _ratio("    times our sweep", whole / taken),
                _whole("    the event loop stood still for", held),
                _ratio("    times as long as in our sweep", held / blocked),
            ]
        jobs.dispose()
    return found


def _each(what: str, seconds: float) -> Figure:
    return Figure(what, seconds, 1e6, "us", 0)


def _whole(what: str, seconds: float) -> Figure:
    return Figure(what, seconds, 1, "s", 3)


def _ratio(what: str, ratio: float) -> Figure:
    return Figure(what, ratio, 1, "x", 2)


def _add(engine: Engine, brand: Brand, groups: Sequence[Sequence[Move]], now: datetime) -> float:
    """Start deadlines on tickets that stand already, one transaction a group."""
    started = time.perf_counter()
    for moves in groups:
        with transaction(engine) as conn:
            happened = clocks.advance(conn, brand.promises, moves, now)
            ledger.record(conn, brand, [effect for effects in happened for effect in effects], now)
    return time.perf_counter() - started


async def _sweep(engine: Engine, brand: Brand, due: datetime) -> tuple[float, float]:
    """Sweep in the writer's thread, as the running process does."""
    writer = Writer(engine)
    found = await _longest_gap(_finished(writer, lambda conn: ledger.sweep(conn, brand, due)))
    writer.close()
    return found


async def _finished(writer: Writer, job: Callable[[Any], None]) -> None:
    await asyncio.wrap_future(writer.submit(job))


async def _peer(store: Any, many: int) -> tuple[float, float, float]:
    """Return the seconds of adding, of the longest gap when all fire at once, and until all have."""
    scheduler = AsyncIOScheduler(jobstores={"default": store}, timezone=UTC)
    scheduler.start(paused=True)  # what is added wakes nobody, and all is due when it resumes
    _fired.clear()
    due = datetime.now(UTC)
    started = time.perf_counter()
    for n in range(many):
        scheduler.add_job(fire, DateTrigger(due), args=[n], misfire_grace_time=None)
    added = time.perf_counter() - started
    gc.collect()
    gc.freeze()
    blocked, taken = await _longest_gap(_all_fired(scheduler, many))
    gc.unfreeze()
    scheduler.shutdown()
    return added, blocked, taken


async def _all_fired(scheduler: AsyncIOScheduler, many: int) -> None:
    scheduler.resume()
    while len(_fired) < many:
        await asyncio.sleep(BEAT)


async def fire(n: int) -> None:
    """Do what a job at least does."""
    _fired.append(n)


async def _longest_gap(work: Coroutine[Any, Any, None]) -> tuple[float, float]:
    """Let a heart beat beside the work; returns its longest pause and how long the work took."""
    beats = [time.perf_counter()]

    async def beat() -> None:
        while True:
            await asyncio.sleep(BEAT)
            beats.append(time.perf_counter())

    heart = asyncio.create_task(beat())
    await asyncio.sleep(10 * BEAT)
    started = time.perf_counter()
    await work
    taken = time.perf_counter() - started
    await asyncio.sleep(10 * BEAT)
    heart.cancel()
    gaps = [after - before for before, after in pairwise(beats)]
    return max(gaps), taken
