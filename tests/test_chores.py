"""What is set by the calendar: a night that was missed is caught up with once, and marked late."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import chores, journal
from bot.chores import HOUSEKEEPING, Chores
from bot.database import METADATA, Writer, open_engine, reading
from bot.service import Pulse, Service
from bot.settings import load_settings
from tests.cast import small_brand

NOW = datetime(2026, 11, 23, 5, tzinfo=UTC)  # noon in Jakarta; the chore is due at half past three


def started(folder: Path, now: datetime, last: datetime | None) -> tuple[list[str], datetime | None]:
    """Start the chores of a process; returns what the log says and when they ran last."""

    async def start() -> tuple[list[str], datetime | None]:
        engine = open_engine(f"sqlite:///{folder / 'mimin.db'}")
        METADATA.create_all(engine)
        pulse = Pulse()
        writer = Writer(engine, pulse.strike)
        settings = load_settings(None, {}, folder)
        service = Service(settings, small_brand(), engine, writer, pulse, now=lambda: now)
        learnt: list[None] = []

        async def learn() -> None:
            learnt.append(None)

        if last is not None:
            await service.write(lambda conn: chores.mark_run(conn, HOUSEKEEPING, last))
        keeper = Chores(service, learn)
        try:
            await keeper.start()
            with reading(engine) as conn:
                said = [entry.kind for entry in journal.read_since(conn, 0)]
                assert len(learnt) == len(said)
                return said, chores.last_run(conn, HOUSEKEEPING)
        finally:
            keeper.stop()
            await asyncio.to_thread(writer.close)
            engine.dispose()

    return asyncio.run(start())


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (None, []),
        (NOW - timedelta(hours=1), []),
        (NOW - timedelta(hours=9), ["chore_late"]),
        (NOW - timedelta(days=9), ["chore_late"]),
    ],
)
def test_a_chore_that_was_missed_runs_once_at_the_start_and_is_marked_late(
    tmp_path: Path, last: datetime | None, said: list[str]
) -> None:
    assert started(tmp_path, NOW, last) == (said, NOW if said or last is None else last)
