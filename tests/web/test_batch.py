"""Reads of many pages together: each has its own outcome, and nobody waits for who went away."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from sqlalchemy import Connection, text

from bot.database import open_memory, reading
from bot.service import Service
from bot.web.batch import Batch


@dataclass
class Reads:
    """Stands for the service: counts how often a thread is asked for."""

    engine: Any = field(default_factory=open_memory)
    times: int = 0
    is_broken: bool = False

    async def read(self, job: Callable[[Connection], Any]) -> Any:
        self.times += 1
        if self.is_broken:
            raise OSError("no thread is left")
        await asyncio.sleep(0)
        with reading(self.engine) as conn:
            return job(conn)


def number(conn: Connection) -> int:
    return int(conn.execute(text("SELECT 7")).scalar_one())


def fails(conn: Connection) -> int:
    raise KeyError("mine")


def test_many_are_read_in_one_go_each_with_its_own_outcome() -> None:
    async def scene() -> None:
        reads = Reads()
        batch = Batch(cast(Service, reads))
        loads = [number, fails, number] * 10
        found = await asyncio.gather(*(batch.read(load) for load in loads), return_exceptions=True)
        assert [7 if one == 7 else type(one) for one in found] == [7, KeyError, 7] * 10
        assert reads.times == 1
        assert await batch.read(number) == 7

    asyncio.run(scene())


def test_who_goes_away_is_left_out_and_the_others_are_served() -> None:
    async def scene() -> None:
        batch = Batch(cast(Service, Reads()))
        leaves, stays = asyncio.create_task(batch.read(number)), asyncio.create_task(batch.read(number))
        await asyncio.sleep(0)
        leaves.cancel()
        assert await stays == 7

    asyncio.run(scene())


def test_where_nothing_can_be_read_everybody_is_told_and_it_is_tried_again() -> None:
    async def scene() -> None:
        reads = Reads(is_broken=True)
        batch = Batch(cast(Service, reads))
        told = await asyncio.gather(*(batch.read(number) for _ in range(3)), return_exceptions=True)
        assert [type(one) for one in told] == [OSError] * 3
        with pytest.raises(OSError, match="no thread"):
            await batch.read(number)
        reads.is_broken = False
        assert await batch.read(number) == 7

    asyncio.run(scene())
