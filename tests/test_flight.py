"""How many sends are under way at once."""

import asyncio

from bot.flight import MOST, PATIENCE, Flight


def test_a_near_service_gets_one_at_a_time_and_a_far_one_as_many_as_its_pace_needs() -> None:
    flight = Flight(30)
    assert flight.most == 1
    for seconds, most in ((0.01, 1), (0.1, 3), (0.2, 6), (60.0, MOST)):
        for _ in range(32):
            flight.took(seconds)
        assert flight.most == most


def test_a_few_slow_ones_change_nothing() -> None:
    flight = Flight(30)
    for n in range(32):
        flight.took(4.0 if n % 4 == 0 else 0.005)
    assert flight.most == 1


def test_the_second_waits_for_the_first_and_not_for_one_that_hangs() -> None:
    async def scene() -> None:
        flight, done = Flight(30), list[str]()
        hangs = asyncio.Event()

        async def send(name: str, waits: asyncio.Event | None = None) -> None:
            async with flight.place():
                if waits is not None:
                    await waits.wait()
                done.append(name)

        first = asyncio.create_task(send("hangs", hangs))
        await asyncio.sleep(0)
        second = asyncio.create_task(send("second"))
        await asyncio.sleep(0)
        assert done == []
        begins = asyncio.get_running_loop().time()
        await asyncio.wait_for(second, PATIENCE * 5)
        assert asyncio.get_running_loop().time() - begins >= PATIENCE * 0.9
        hangs.set()
        await first
        assert done == ["second", "hangs"]

    asyncio.run(scene())
