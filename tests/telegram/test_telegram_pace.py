"""The pace: so much a second in all, less to one chat, twenty a minute to a group, nothing in a pause."""

import asyncio
from collections import Counter
from itertools import pairwise

from bot.channels.telegram.pace import CHAT, GROUP, SLACK, Pace, Window


class Waits:
    """A clock that only moves when it is read, so that a wait is over at once."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        self.at += 0.001
        return self.at


def turns(pace: Pace, clock: Waits, chats: list[str | None]) -> list[float]:
    async def run() -> list[float]:
        found = []
        for chat in chats:
            while (wait := max(pace.paused(), pace.wait(chat))) > 0:
                clock.at += wait
            await pace.turn(chat)
            found.append(clock.at)
        return found

    return asyncio.run(run())


def most_within(times: list[float], seconds: float) -> int:
    return max(Counter(sum(at <= other < at + seconds for other in times) for at in times))


def test_a_window_is_never_fuller_than_its_count() -> None:
    window = Window(2, 1.0)
    for at in (0.0, 0.5):
        assert window.wait(at) == 0
        window.take(at)
    assert window.wait(0.6) == 1.0 + SLACK - 0.6
    assert window.wait(1.0 + SLACK) == 0
    assert not window.is_idle(1.0)
    assert window.is_idle(1.5 + SLACK)


def test_the_bot_keeps_to_its_rate() -> None:
    clock = Waits()
    times = turns(Pace(30, clock), clock, [str(n) for n in range(200)])
    assert most_within(times, 1.0) <= 30
    assert times[29] - times[0] < 0.3, "what is allowed at once goes at once"


def test_a_rate_below_one_waits_between_messages() -> None:
    clock = Waits()
    times = turns(Pace(0.5, clock), clock, ["1", "2", "3"])
    assert all(later - sooner >= 2 for sooner, later in pairwise(times))


def test_one_chat_gets_one_a_second_in_small_bursts() -> None:
    clock = Waits()
    times = turns(Pace(30, clock), clock, ["7"] * 12)
    assert most_within(times, CHAT[1]) <= CHAT[0]
    assert times[CHAT[0] - 1] - times[0] < 0.1


def test_a_group_gets_twenty_a_minute() -> None:
    clock = Waits()
    times = turns(Pace(30, clock), clock, ["-100"] * 45)
    assert most_within(times, GROUP[1]) <= GROUP[0]


def test_a_pause_binds_every_chat_also_without_a_pace() -> None:
    clock = Waits()
    pace = Pace(0, clock)
    assert turns(pace, clock, ["1"] * 100)[-1] < 101
    pace.pause(30)
    first, tap = turns(pace, clock, ["2", None])
    assert first >= 130
    assert tap - first < 0.1


def test_quiet_chats_are_forgotten() -> None:
    clock = Waits()
    pace = Pace(1000, clock)
    for n in range(6_000):
        pace._windows(str(n))
    clock.at += 120
    pace._windows("new")
    assert len(pace._chats) <= 5_001
