"""A real `mimin run` that is killed under load, the far Bot API it talks to, and the books kept of both."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.running import ROOT
from tests.telegram.fake_api import TOKEN, UNPACED, FakeApi
from tests.telegram.playing import AGUS, SARI, STAFF_GROUP

# The three things a follower asks, each with an answer that tells which question it belongs to.
ASKED = ("berapa harga paket langganan", "cara mengatur ulang dekoder", "nonton pertandingan di mana")
ANSWERS = ("Paket mulai dari Rp75.000 sebulan.", "Matikan dekoder sebentar saja.", "nonton.layarku.example")
CONFIG = f"""
[brand]
name = "Layarku"
[knowledge]
content = "content.csv"
[[staff]]
name = "sari"
role = "admin"
telegram = {SARI}
[[staff]]
name = "agus"
role = "supervisor"
telegram = {AGUS}
[telegram]
group = {STAFF_GROUP}
"""
CONTENT = "article,question,answer\n" + "".join(
    f"{article},{question},{answer}\n"
    for article, answer, *questions in (
        ("price", ANSWERS[0], ASKED[0], "harga paket berapa ya", "tarif langganan sebulan"),
        ("decoder", ANSWERS[1], ASKED[1], "dekoder hang harus diapakan", "reset dekoder gimana"),
        ("streaming", ANSWERS[2], ASKED[2], "lihat pertandingan lewat apa", "bisa nonton bola di sini"),
    )
    for question in questions
)
STANDS_STILL = 30.0  # seconds without a call after which something has stopped


class FarApi(FakeApi):
    """A Bot API that is so many seconds away: a send is done half way, and its answer takes as long again."""

    def __init__(self, distance: float) -> None:
        super().__init__()
        self.distance = distance
        self.done: list[tuple[float, str, Mapping[str, Any]]] = []
        self._progress = asyncio.Condition()

    async def do(self, method: str, given: Mapping[str, Any]) -> Any:
        if method in UNPACED:
            return await super().do(method, given)
        await asyncio.sleep(self.distance / 2)
        result = await super().do(method, given)
        self.done.append((asyncio.get_running_loop().time(), method, given))
        async with self._progress:
            self._progress.notify_all()
        await asyncio.sleep(self.distance / 2)
        return result

    async def until_asked(self) -> None:
        """Wait until it asks for updates, which it does when its database stands."""
        while not self.of("getUpdates"):
            await asyncio.sleep(0.01)

    async def until_done(self, more: int) -> None:
        """Wait until so many more sends were done; fails when nothing is done for long."""
        aim = len(self.done) + more
        while len(self.done) < aim:
            async with self._progress:
                await asyncio.wait_for(self._progress.wait(), STANDS_STILL)


@dataclass
class Killed:
    """The process, and how it is ended and begun again. `kills` are the instants at which it was killed."""

    api: FarApi
    folder: Path
    root: Path = ROOT
    process: asyncio.subprocess.Process | None = None
    kills: list[float] = field(default_factory=list)

    @property
    def database(self) -> str:
        return f"sqlite:///{self.folder}/mimin.db"

    @property
    def environ(self) -> dict[str, str]:
        return {
            "MIMIN_DATABASE_URL": self.database,
            "MIMIN_WEB_PORT": "0",
            "MIMIN_TELEGRAM_TOKEN": TOKEN,
            "MIMIN_TELEGRAM_API": self.api.base,
            "MIMIN_TELEGRAM_RATE": "0",
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "PYTHONPATH": str(self.root),
        }

    async def start(self) -> None:
        command = [sys.executable, "-m", "bot", "run", "--config", str(self.folder / "config.toml")]
        with (self.folder / "errors.txt").open("ab") as errors:
            self.process = await asyncio.create_subprocess_exec(
                *command,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=errors,
                cwd=self.folder,
                env={**os.environ, **self.environ},
            )

    async def end(self, how: signal.Signals) -> None:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(how)
        await self.process.wait()

    async def kill(self) -> None:
        """End it as a power cut would, and begin again."""
        assert self.process is not None
        assert self.process.returncode is None, self.errors()
        self.kills.append(asyncio.get_running_loop().time())
        await self.end(signal.SIGKILL)
        await self.start()

    async def kill_often(self, kills: int, every: int, chance: random.Random) -> None:
        """Kill it so often, each time after a random number of sends and while some are under way."""
        for _ in range(kills):
            try:
                await self.api.until_done(chance.randint(1, every))
            except TimeoutError:
                raise AssertionError(f"it stands still: {self.errors()}") from None
            await asyncio.sleep(chance.random() * self.api.distance)
            await self.kill()

    def errors(self) -> str:
        """Return the end of what it complained about."""
        return (self.folder / "errors.txt").read_text("utf-8")[-2_000:]


@asynccontextmanager
async def killed(folder: Path, far: float, root: Path = ROOT, config: str = CONFIG) -> AsyncIterator[Killed]:
    """Start Mimin on a small brand, `far` seconds from Telegram; `root` is where its code lies."""
    (folder / "config.toml").write_text(config, "utf-8")
    (folder / "content.csv").write_text(CONTENT, "utf-8")
    api = FarApi(far)
    async with api:
        api.person(SARI, "Sari")
        api.person(AGUS, "Agus")
        api.group(STAFF_GROUP, "Staf", is_forum=True)
        subject = Killed(api, folder, root)
        await subject.start()
        try:
            yield subject
        finally:
            await subject.end(signal.SIGKILL)
