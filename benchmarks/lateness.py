"""How late people are told in a full house: a real `mimin run`, visitors, and deadlines due all the time.

Every visitor sends one message as the page's form does without script, and waits for the page with the
answer. One in eight complains, which promises a reply within ten seconds that nobody gives.
"""

import asyncio
import json
import os
import random
import secrets
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from sqlalchemy import func, select

from bot.database import open_engine, reading
from bot.tables import INBOUND, OUTBOX
from handoff.clocks import MICROSECOND
from handoff.tables import ALERTS, CLIMBS, DEADLINES
from tests.running import ROOT, Running, mimin

EVERY = 8  # every eighth visitor complains
TARGET = timedelta(seconds=10)
COMPLAINT = "tv saya mati total dari kemarin, saya kecewa sekali"
QUESTIONS = (
    "Berapa biaya pasang dekoder?",
    "di mana link streaming resminya",
    "cara bayar tagihan bagaimana",
    "where is the streaming link",
    "pindah rumah bayar berapa",
    "apakah ada promo bulan ini",
    "halo min",
)
# By rung: how long after the breach, how far apart, how often.
RUNGS = {1: (0, 4, 3), 2: (0, 0, 1), 3: (6, 4, 2)}
PINGS = 1 + sum(times for _, _, times in RUNGS.values())
LAST = 10  # seconds from the breach to the last ping
CONFIG = """
[brand]
name = "Layarku"
[knowledge]
content = "{content}"
[[staff]]
name = "sari"
role = "admin"
[[staff]]
name = "agus"
role = "supervisor"
[[staff]]
name = "rina"
role = "decision_maker"
[sla.complaint]
first_response = "10s"
resolution = "24h"
[[ladder]]
to = ["assignee", "supervisor"]
every = "4s"
times = 3
[[ladder]]
to = ["decision_maker"]
[[ladder]]
after = "6s"
to = ["decision_maker"]
every = "4s"
times = 2
channel = "second"
[alerts]
digest_after = 1000
[crisis]
contacts = 1000
[second]
webhook = "http://127.0.0.1:{port}/"
"""
Show = Callable[..., None]
Which = tuple[int, int, int]  # the ticket, the rung, and how many times it rang


def measure(seconds: int, rate: int, show: Show) -> None:
    """Run the process under load for so many seconds, and print how late its alerts were."""
    with tempfile.TemporaryDirectory() as folder:
        load = asyncio.run(_Load(Path(folder), seconds, rate).run())
        pinged = _pings(Path(folder))
        unhandled, unsent = _left(Path(folder))
    due_at = {which: due for which, due, _ in pinged}
    late = [(raised - due).total_seconds() for _, due, raised in pinged]
    arrived = [(at - due_at[which]).total_seconds() for which, at in load.rung if which in due_at]
    tickets = len({ticket for ticket, *_ in due_at})
    show(f"{len(load.waited):,} messages, {rate} a second, {tickets} complaints")
    show("    lateness of alerts: least, p50, p99, max", _figures(late), "p99 <= 2 s")
    show("    lateness until a webhook has it", _figures(arrived))
    show("    a visitor's wait for the page with the answer", _figures(load.waited))
    show("    warnings and rungs due; alerted of", f"{tickets * PINGS:,}; {len(due_at):,}")
    show("    alerts; of which the webhook got", f"{len(late):,}; {len(load.rung):,}")
    show("    messages not handled, pages not 200, rows not sent", f"{unhandled}, {load.failed}, {unsent}")
    show("    CPU time of the process", f"{load.cpu:.1f} s in {load.lasted:.0f} s")


class _Load:
    """Visitors and the receiver of the webhook, in one loop of this process."""

    def __init__(self, folder: Path, seconds: int, rate: int) -> None:
        self._folder = folder
        self._seconds = seconds
        self._rate = rate
        self.waited: list[float] = []
        self.failed = 0
        self.rung: list[tuple[Which, datetime]] = []
        self.cpu = self.lasted = 0.0

    async def run(self) -> "_Load":
        """Start the process, send, wait until the last ping is due, and stop it."""
        receiver = await asyncio.start_server(self._receive, "127.0.0.1", 0)
        port = receiver.sockets[0].getsockname()[1]
        config = self._folder / "config.toml"
        config.write_text(CONFIG.format(content=ROOT / "knowledge" / "content", port=port), encoding="utf-8")
        running = mimin(self._folder, config, {"MIMIN_TELEGRAM_TOKEN": ""})
        process = await asyncio.to_thread(running.__enter__)
        try:
            await self._send(process)
        finally:
            await asyncio.to_thread(running.__exit__, None, None, None)
            receiver.close()
        return self

    async def _send(self, process: Running) -> None:
        began, used = time.monotonic(), _cpu(process.process.pid)
        async with httpx.AsyncClient(
            base_url=process.address,
            follow_redirects=True,
            timeout=30,
            headers={"sec-fetch-site": "same-origin", "accept-language": "id"},
            limits=httpx.Limits(max_connections=200),
        ) as client:
            visitors, dice = [], random.Random(1)
            for n in range(self._seconds * self._rate):
                await asyncio.sleep(began + (n + dice.random()) / self._rate - time.monotonic())
                visitors.append(asyncio.create_task(self._visit(client, n)))
            await asyncio.gather(*visitors)
        await asyncio.sleep(TARGET.total_seconds() + LAST + 3)
        self.lasted = time.monotonic() - began
        self.cpu = _cpu(process.process.pid) - used

    async def _visit(self, client: httpx.AsyncClient, n: int) -> None:
        text = COMPLAINT if n % EVERY == 0 else QUESTIONS[n % len(QUESTIONS)]
        started = time.monotonic()
        page = await client.post(
            "/chat/messages",
            data={"text": text, "name": f"Tamu {n}"},
            headers={"cookie": f"mimin_visitor={secrets.token_urlsafe(18)}"},
        )
        self.waited.append(time.monotonic() - started)
        self.failed += page.status_code != httpx.codes.OK

    async def _receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one call of the webhook."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        facts = json.loads(await reader.readexactly(length))
        self.rung.append(((facts["ticket"], facts["rung"], facts["n"]), datetime.now(UTC)))
        writer.write(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()


def _pings(folder: Path) -> list[tuple[Which, datetime, datetime]]:
    """Return each alert of the promised replies, when it was due and when it was raised."""
    rows = (
        select(ALERTS, DEADLINES.c.warn_at, DEADLINES.c.due_at)
        .join(CLIMBS, CLIMBS.c.id == ALERTS.c.climb_id)
        .join(DEADLINES, DEADLINES.c.id == CLIMBS.c.deadline_id)
        .where(DEADLINES.c.target_us == TARGET // MICROSECOND)
    )
    engine = open_engine(f"sqlite:///{folder}/mimin.db")
    with reading(engine) as conn:
        found = [((r.ticket_id, r.rung, r.n), _due(r), r.raised_at) for r in conn.execute(rows)]
    engine.dispose()
    return found


def _due(row: Any) -> datetime:
    if row.rung == 0:
        return row.warn_at  # type: ignore[no-any-return]
    after, every, _ = RUNGS[row.rung]
    due: datetime = row.due_at + timedelta(seconds=after + every * (row.n - 1))
    return due


def _left(folder: Path) -> list[int]:
    """Return how many messages were not handled in the end, and how many rows not sent."""
    lost = (
        select(func.count(INBOUND.c.id)).where(INBOUND.c.status != "done"),
        select(func.count(OUTBOX.c.id)).where(OUTBOX.c.status != "sent"),
    )
    engine = open_engine(f"sqlite:///{folder}/mimin.db")
    with reading(engine) as conn:
        counts = [conn.execute(each).scalar_one() for each in lost]
    engine.dispose()
    return counts


def _figures(taken: Sequence[float]) -> str:
    """Say the least, the median, the 99th percentile and the most, in seconds."""
    if not taken:
        return "none"
    return ", ".join(f"{value:.2f}" for value in np.percentile(taken, (0, 50, 99, 100))) + " s"


def _cpu(process: int) -> float:
    """Return the CPU seconds that a process has used so far; not a number where no /proc says so."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
