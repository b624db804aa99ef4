"""What is set by the calendar: a night that was missed is caught up with once, and marked late."""

import asyncio
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Row, delete, select, update

from bot import audit, chores, contacts, custody, journal
from bot.access_tables import AUDIT
from bot.chores import HOUSEKEEPING, Chores
from bot.database import METADATA, Writer, open_engine, reading
from bot.reports import morning
from bot.service import Pulse, Service
from bot.settings import load_settings
from bot.tables import OUTBOX
from handoff.tables import STAFF
from tests.cast import COMPLAINT, small_brand, stage

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


def test_a_file_whose_message_never_came_to_be_is_gone_by_the_next_day(tmp_path: Path) -> None:
    folder, names = tmp_path / "uploads", {name: name * 32 for name in "abc"}
    folder.mkdir()
    for name, age in (("a", 2.0), ("b", 0.5), ("c", 2.0)):
        (folder / names[name]).write_bytes(b"...")
        then = (NOW - timedelta(days=age)).timestamp()
        os.utime(folder / names[name], (then, then))
    (folder / "read me").write_text("not ours")
    os.utime(folder / "read me", (0, 0))
    engine = open_engine(f"sqlite:///{tmp_path / 'mimin.db'}")
    METADATA.create_all(engine)
    with engine.begin() as conn:
        thread = contacts.find_or_add(conn, "web", "v1", "Ani", NOW)
        media = [{"kind": "photo", "upload": names["c"]}]
        said = {
            "direction": "in",
            "author": "contact",
            "source": "contact",
            "text": "lihat",
            "at": NOW,
            "media": media,
        }
        contacts.add_message(conn, thread.id, **said)
    started(tmp_path, NOW, NOW - timedelta(days=1))
    assert {path.name for path in folder.iterdir()} == {names["b"], names["c"], "read me"}


def test_the_head_of_the_chain_goes_outside_and_shows_what_was_cut_off_since() -> None:
    scene = stage(replace(small_brand(), reaches=frozenset({"telegram", "email", "webhook"})))
    with scene.open() as conn:
        conn.execute(update(STAFF).where(STAFF.c.name == "dan").values(telegram=77, email="dan@example.com"))
        custody.send_head(conn, scene.brand, scene.now)
        assert heads(conn) == [], "there is nothing to keep yet"
    scene.says(COMPLAINT)
    scene.does("alice", "claim")
    with scene.open() as conn:
        custody.send_head(conn, scene.brand, scene.now)
        sent = heads(conn)
        assert [(row.channel, row.recipient) for row in sent] == [
            ("email", "dan@example.com"), ("telegram", "77"), ("webhook", "webhook"),
        ]  # fmt: skip
        _, head = audit.head(conn)
        assert all(head in row.text for row in sent)
        assert audit.verify(conn, head).why is None
        conn.execute(delete(AUDIT).where(AUDIT.c.hash == head))
        assert "cut off" in (audit.verify(conn, head).why or "")


def heads(conn: Connection) -> list[Row[Any]]:
    """Return the letters that carry a head."""
    rows = select(OUTBOX).where(OUTBOX.c.kind == "notice", OUTBOX.c.cause.like("head:%"))
    return list(conn.execute(rows.order_by(OUTBOX.c.channel)))


def test_the_morning_says_how_yesterday_went_once_and_on_mondays_the_week() -> None:
    scene = stage(replace(small_brand(), reaches=frozenset({"telegram"})))
    with scene.open() as conn:
        conn.execute(update(STAFF).where(STAFF.c.name == "dan").values(telegram=77))
    scene.says(COMPLAINT)
    scene.later(days=1)
    with scene.open() as conn:
        for _ in range(2):
            morning.send(conn, scene.brand, morning.compose(conn, scene.brand, scene.now), scene.now)
        sent = [(row.kind, row.channel, row.recipient) for row in mornings(conn)]
        assert sent == [("notice", "desk", "4"), ("report", "telegram", "77")]
        (text,) = {row.text for row in mornings(conn)}
    days = 7 - scene.now.astimezone(scene.brand.zone).weekday()
    scene.later(days=days)
    with scene.open() as conn:
        morning.send(conn, scene.brand, morning.compose(conn, scene.brand, scene.now), scene.now)
        day, week = [row.text for row in mornings(conn) if row.channel == "telegram"][1:]
    assert text.startswith("23 Nov 2026: 1 pesan")
    assert day.startswith("29 Nov 2026: tidak ada")
    assert week.startswith("23 Nov 2026 - 29 Nov 2026: 1 pesan")


def test_a_picture_that_left_is_let_go_of_some_days_later_and_its_words_stay() -> None:
    scene = stage(replace(small_brand(), reaches=frozenset({"telegram"})))
    with scene.open() as conn:
        conn.execute(update(STAFF).where(STAFF.c.name == "dan").values(telegram=77))
        morning.send(conn, scene.brand, [morning.Told("morning:x", "Tiga kalimat.", b"PNG")], scene.now)
    scene.later(days=3)
    with scene.open() as conn:
        chores.clean(conn, scene.now)
        assert "picture" in mornings(conn)[1].payload, "it is still to be sent"
    scene.deliver()
    with scene.open() as conn:
        chores.clean(conn, scene.now)
        desk, telegram = mornings(conn)
    assert (telegram.text, dict(telegram.payload)) == ("Tiga kalimat.", {"staff": True})
    assert desk.text == "Tiga kalimat."


def test_where_nothing_can_be_drawn_the_words_go_alone() -> None:
    scene = stage(replace(small_brand(), reaches=frozenset({"telegram"})))
    with scene.open() as conn:
        conn.execute(update(STAFF).where(STAFF.c.name == "dan").values(telegram=77))
        morning.send(conn, scene.brand, [morning.Told("morning:x", "Tiga kalimat.", None)], scene.now)
        assert [(row.kind, row.channel) for row in mornings(conn)] == [
            ("notice", "desk"), ("notice", "telegram"),
        ]  # fmt: skip


def mornings(conn: Connection) -> list[Row[Any]]:
    """Return the morning's letters."""
    rows = select(OUTBOX).where(OUTBOX.c.cause.like("morning:%"))
    return list(conn.execute(rows.order_by(OUTBOX.c.id)))
