"""Work that many ask for at once is done once, and nobody gets what was begun before they asked."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from bot.web.gathering import Gathering

APART = 0.05


class Work:
    """Counts how often it was done; each result says what was true when it began."""

    def __init__(self, lasts: float = 0.0) -> None:
        self.truth, self.times, self._lasts = 0, 0, lasts

    async def do(self, key: str) -> tuple[str, int]:
        self.times += 1
        if key == "broken":
            raise ValueError(key)
        known = self.truth
        await asyncio.sleep(self._lasts)
        return key, known


def run(scene: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scene)


def test_many_at_once_are_served_by_one_and_the_next_by_another() -> None:
    async def scene() -> None:
        work = Work(lasts=0.02)
        gathering = Gathering(work.do, APART)
        assert await asyncio.gather(*(gathering.get("a") for _ in range(50))) == [("a", 0)] * 50
        assert work.times == 1
        work.truth = 1
        assert await asyncio.gather(*(gathering.get("a") for _ in range(50))) == [("a", 1)] * 50
        assert work.times == 2

    run(scene())


def test_who_asks_while_it_is_being_made_gets_the_next_one() -> None:
    async def scene() -> None:
        work = Work(lasts=3 * APART)
        gathering = Gathering(work.do, APART)
        first = asyncio.create_task(gathering.get("a"))
        while not work.times:
            await asyncio.sleep(0)
        work.truth = 1  # what was read already does not know it
        assert await gathering.get("a") == ("a", 1)
        assert await first == ("a", 0)

    run(scene())


def test_keys_do_not_wait_for_each_other_and_one_alone_waits_for_nothing() -> None:
    async def scene() -> None:
        gathering, loop = Gathering(Work().do, 60.0), asyncio.get_running_loop()
        began = loop.time()
        assert [await gathering.get(key) for key in "abc"] == [("a", 0), ("b", 0), ("c", 0)]
        assert loop.time() - began < 30

    run(scene())


def test_what_goes_wrong_is_told_to_all_and_tried_again() -> None:
    async def scene() -> None:
        work = Work()
        gathering = Gathering(work.do, 0.0)
        told = await asyncio.gather(*(gathering.get("broken") for _ in range(3)), return_exceptions=True)
        assert [type(one) for one in told] == [ValueError] * 3
        with pytest.raises(ValueError, match="broken"):
            await gathering.get("broken")
        assert work.times == 2

    run(scene())


def test_who_goes_away_takes_it_from_nobody() -> None:
    async def scene() -> None:
        gathering = Gathering(Work(lasts=0.05).do, APART)
        leaves, stays = (asyncio.create_task(gathering.get("a")) for _ in range(2))
        await asyncio.sleep(0.01)
        leaves.cancel()
        assert await stays == ("a", 0)

    run(scene())
