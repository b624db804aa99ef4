"""How soon a decision-maker's phone rings after a follower wrote of a crisis, while many others ask.

A real `mimin run` talks to the fake Bot API in this process. Followers ask questions at a steady pace; every
few seconds one more writes crisis words, and the time is taken until the ping for that follower reaches the
decision-maker's chat. One chat takes a message a second, so crises that come faster wait for one another.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.telegram import CONFIG, Crowd, questions
from tests.running import mimin
from tests.telegram.fake_api import TOKEN

RINA = 77
WORDS = "akun saya dibajak orang, uang saya hilang semua, saya lapor polisi"
FIRST = 500_000  # the number of the first follower who writes of a crisis


class Alarmed(Crowd):
    """The crowd, with a decision-maker who sees whose crisis the phone rings for."""

    def __init__(self, followers: int, texts: list[str], crises: int) -> None:
        super().__init__(followers, texts)
        self.person(RINA, "Rina")
        self.victims = [self.person(FIRST + n, f"Korban{n:04}").id for n in range(crises)]
        self._wrote: dict[str, float] = {}
        self.rang: list[float] = []

    async def do(self, method: str, given: Mapping[str, Any]) -> Any:
        """Do one call; a message to the decision-maker that names a victim ends their wait."""
        result = await super().do(method, given)
        if method == "sendMessage" and given["chat_id"] == RINA:
            for name in [name for name in self._wrote if name in given["text"]]:
                self.rang.append(asyncio.get_running_loop().time() - self._wrote.pop(name))
        return result

    async def cry(self, every: float) -> None:
        """Let one victim after the other write."""
        for number, victim in enumerate(self.victims):
            await asyncio.sleep(every)
            self._wrote[f"Korban{number:04}"] = asyncio.get_running_loop().time()
            self.says(victim, WORDS)
        async with asyncio.timeout(60):
            while self._wrote:
                await asyncio.sleep(0.01)


async def play(rate: float, crises: int, every: float) -> list[float]:
    """Run it all and return the waits in seconds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = folder / "config.toml"
        rina = f'name = "rina"\nrole = "decision_maker"\ntelegram = {RINA}'
        config.write_text(CONFIG.replace('name = "rina"\nrole = "decision_maker"', rina), encoding="utf-8")
        async with Alarmed(500, questions(), crises) as crowd:
            crowd.says(RINA, "/start")
            environ = {
                "MIMIN_TELEGRAM_TOKEN": TOKEN,
                "MIMIN_TELEGRAM_API": crowd.base,
                "MIMIN_TELEGRAM_RATE": "0",
            }
            running = mimin(folder, config, environ)
            await asyncio.to_thread(running.__enter__)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(crowd.steadily(rate, crises * every))
                    group.create_task(crowd.cry(every))
            finally:
                await asyncio.to_thread(running.__exit__, None, None, None)
            return crowd.rang


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=20, help="questions a second")
    parser.add_argument("--crises", type=int, default=50)
    parser.add_argument("--every", type=float, default=3, help="seconds between two crises")
    given = parser.parse_args()
    waits = asyncio.run(play(given.rate, given.crises, given.every))
    p50, p99, most = np.percentile(waits, [50, 99, 100]) * 1_000
    print(f"{len(waits)} crises beside {given.rate:g} questions a second: the decision-maker's phone rang "
          f"after p50 {p50:.0f} ms, p99 {p99:.0f} ms, at most {most:.0f} ms")  # fmt: skip


if __name__ == "__main__":
    main()
