"""What is due by the calendar, not by a promise: housekeeping and the mornings, run by APScheduler."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from bot import custody, journal
from bot.access_tables import LOGINS, SESSIONS
from bot.brand import Brand
from bot.reports import morning
from bot.service import Service
from bot.tables import INBOUND, MARKS, MESSAGES
from bot.uploads import uploads_of
from handoff import swaps
from handoff.entry import Entry

HOUSEKEEPING = "housekeeping"
CUSTODY = "custody"
MORNING = "morning"
KEPT_RAW = timedelta(days=30)
LATEST = timedelta(days=1)  # after its file a message comes in moments, if it comes


def clean(conn: Connection, now: datetime) -> None:
    """Forget ended sessions, used links, pictures of some mornings, and raw updates and swaps of a month."""
    conn.execute(delete(SESSIONS).where(SESSIONS.c.expires_at <= now))
    conn.execute(delete(LOGINS).where(LOGINS.c.expires_at <= now))
    swaps.clean(conn, now - KEPT_RAW)
    morning.forget_pictures(conn, now)
    conn.execute(delete(INBOUND).where(INBOUND.c.status == "done", INBOUND.c.received_at <= now - KEPT_RAW))


def list_uploads(conn: Connection) -> frozenset[str]:
    """Return the files that messages refer to, by the names that they are kept under."""
    held = conn.scalars(select(MESSAGES.c.media).where(MESSAGES.c.media.is_not(None)))
    return frozenset(name for media in held for name in uploads_of(media))


def last_run(conn: Connection, chore: str) -> datetime | None:
    """Return when a chore ran last; None where it never did."""
    mark = select(MARKS.c.value).where(MARKS.c.name == f"ran:{chore}")
    found = conn.execute(mark).scalar_one_or_none()
    return datetime.fromisoformat(found) if found else None


def mark_run(conn: Connection, chore: str, now: datetime, *, late: bool = False) -> None:
    """Remember that a chore ran, and say in the log where it was `late`, having been missed."""
    if late:
        journal.append(conn, Entry("chore_late", data={"chore": chore}), now)
    row = insert(MARKS).values(name=f"ran:{chore}", value=now.isoformat())
    conn.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": now.isoformat()}))


@dataclass(frozen=True, slots=True)
class Chore:
    """Something done every day at a time of the brand's zone: `run` in one transaction, then `after`.

    `compose` reads what `run` is given, if anything, beside the writer, in a thread that may take long.
    """

    name: str
    at: time
    run: Callable[[Connection, Brand, Any, datetime], None]
    compose: Callable[[Connection, Brand, datetime], Any] = lambda _conn, _brand, _now: None
    after: Callable[[], Awaitable[None]] | None = None


class Chores:
    """The chores of one process. One that was missed while the process was down runs once at start."""

    def __init__(self, service: Service, learn_anew: Callable[[], Awaitable[None]]) -> None:
        """Take the process, and what teaches it what followers chose since it last learnt."""
        self._service = service
        self._learn_anew = learn_anew
        self._chores = (
            Chore(HOUSEKEEPING, time(3, 30), lambda conn, _, __, now: clean(conn, now), after=self._tidy),
            Chore(CUSTODY, time(8), lambda conn, brand, _, now: custody.send_head(conn, brand, now)),
            Chore(MORNING, time(8), morning.send, morning.compose),
        )
        self._scheduler = AsyncIOScheduler(timezone=service.brand.zone)

    async def start(self) -> None:
        """Catch up on what was missed, then follow the calendar."""
        for chore in self._chores:
            await self._begin(chore)
        self._scheduler.start()

    def stop(self) -> None:
        """Follow the calendar no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _tidy(self) -> None:
        service = self._service
        known = await service.read(list_uploads)
        await asyncio.to_thread(service.uploads.sweep, known, service.now() - LATEST)
        await self._learn_anew()

    async def _begin(self, chore: Chore) -> None:
        service, zone = self._service, self._service.brand.zone
        trigger = CronTrigger(hour=chore.at.hour, minute=chore.at.minute, timezone=zone)
        last = await service.read(lambda conn: last_run(conn, chore.name))
        if last is None:
            await service.write(lambda conn: mark_run(conn, chore.name, service.now()))
        else:
            following = trigger.get_next_fire_time(None, last)
            if following is not None and following <= service.now():
                await self._do(chore, late=True)
        self._scheduler.add_job(self._do, trigger, [chore], misfire_grace_time=None, coalesce=True)

    async def _do(self, chore: Chore, *, late: bool = False) -> None:
        service = self._service
        brand, now = service.brand, service.now()
        composed = await service.read(lambda conn: chore.compose(conn, brand, now))

        def run(conn: Connection) -> None:
            chore.run(conn, brand, composed, now)
            mark_run(conn, chore.name, now, late=late)

        await service.write(run)
        if chore.after is not None:
            await chore.after()
