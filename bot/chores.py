"""What is due by the calendar, not by a promise: nightly housekeeping, run by APScheduler."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from bot import journal
from bot.service import Service
from bot.tables import INBOUND, LOGINS, MARKS, SESSIONS
from handoff import swaps
from handoff.entry import Entry

HOUSEKEEPING = "housekeeping"
KEPT_RAW = timedelta(days=30)


def clean(conn: Connection, now: datetime) -> None:
    """Forget ended sessions, used links, and raw updates and swaps that are a month old."""
    conn.execute(delete(SESSIONS).where(SESSIONS.c.expires_at <= now))
    conn.execute(delete(LOGINS).where(LOGINS.c.expires_at <= now))
    swaps.clean(conn, now - KEPT_RAW)
    conn.execute(delete(INBOUND).where(INBOUND.c.status == "done", INBOUND.c.received_at <= now - KEPT_RAW))


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


class Chores:
    """The chores of one process. One that was missed while the process was down runs once at start."""

    def __init__(self, service: Service, learn_anew: Callable[[], Awaitable[None]]) -> None:
        """Take the process, and what teaches it what followers chose since it last learnt."""
        self._service = service
        self._learn_anew = learn_anew
        self._trigger = CronTrigger(hour=3, minute=30, timezone=service.brand.zone)
        self._scheduler = AsyncIOScheduler(timezone=service.brand.zone)

    async def start(self) -> None:
        """Catch up on what was missed, then follow the calendar."""
        service = self._service
        last = await service.read(lambda conn: last_run(conn, HOUSEKEEPING))
        if last is not None and self._missed(last, service.now()):
            await self._housekeeping(late=True)
        elif last is None:
            await service.write(lambda conn: mark_run(conn, HOUSEKEEPING, service.now()))
        self._add(self._housekeeping)
        self._scheduler.start()

    def stop(self) -> None:
        """Follow the calendar no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def _add(self, chore: Callable[[], Awaitable[None]]) -> None:
        self._scheduler.add_job(chore, self._trigger, misfire_grace_time=None, coalesce=True)

    def _missed(self, last: datetime, now: datetime) -> bool:
        following = self._trigger.get_next_fire_time(None, last)
        return following is not None and following <= now

    async def _housekeeping(self, *, late: bool = False) -> None:
        now = self._service.now()

        def run(conn: Connection) -> None:
            clean(conn, now)
            mark_run(conn, HOUSEKEEPING, now, late=late)

        await self._service.write(run)
        await self._learn_anew()
