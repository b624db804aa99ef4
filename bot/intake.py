"""Intake: raw updates are stored before they are confirmed, then handled in order, a lane a contact."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import OperationalError

from bot import ledger, turn
from bot.brand import Brand
from bot.service import Service
from bot.tables import INBOUND, IS_PENDING, IS_SET_ASIDE
from bot.turn import Said
from handoff.entry import Entry

log = logging.getLogger(__name__)
ATTEMPTS = 5
BACK_OFF = timedelta(seconds=1)
BATCH = 50


@dataclass(frozen=True, slots=True)
class Arrival:
    """A raw update as its channel brought it; `external_id` is unique in the channel, `lane` a contact's."""

    channel: str
    external_id: str
    lane: str
    raw: Mapping[str, Any]


class Unreadable(Exception):  # noqa: N818 - an outcome
    """An update that will never be understood; trying again helps nobody."""


Handler = Callable[[Connection, Brand, Mapping[str, Any], datetime], None]
Reader = Callable[[Mapping[str, Any]], Said | None]


@dataclass(frozen=True, slots=True)
class Reception:
    """How one channel's updates are handled: `handle` does it, `said` finds the words when that failed."""

    handle: Handler
    said: Reader


def store(conn: Connection, arrivals: Sequence[Arrival], now: datetime) -> None:
    """Store raw updates; one that is known already is left alone."""
    for arrival in arrivals:
        values = {
            "channel": arrival.channel,
            "external_id": arrival.external_id,
            "lane": f"{arrival.channel}:{arrival.lane}",
            "raw": dict(arrival.raw),
            "received_at": now,
            "status": "pending",
            "attempts": 0,
        }
        conn.execute(insert(INBOUND).values(values).on_conflict_do_nothing())


def list_pending(
    conn: Connection, channels: Collection[str], now: datetime, limit: int = BATCH
) -> list[Row[Any]]:
    """Return what can be handled now, oldest first: the first update of each lane, if its time has come.

    Different lanes may be handled at once; within a lane nothing overtakes.
    """
    pending = select(func.min(INBOUND.c.id)).where(IS_PENDING, INBOUND.c.channel.in_(channels))
    first = pending.group_by(INBOUND.c.lane)
    rows = conn.execute(select(INBOUND).where(INBOUND.c.id.in_(first)).order_by(INBOUND.c.id))
    return [row for row in rows if row.not_before is None or row.not_before <= now][:limit]


def handle(conn: Connection, brand: Brand, reception: Reception, row_id: int, now: datetime) -> None:
    """Handle one update and mark it done, in the caller's transaction."""
    row = conn.execute(select(INBOUND).where(INBOUND.c.id == row_id)).one()
    if row.status != "pending":
        return
    reception.handle(conn, brand, row.raw, now)
    conn.execute(update(INBOUND).where(INBOUND.c.id == row_id).values(status="done", error=None))


def set_aside(
    conn: Connection, brand: Brand, reception: Reception, row_id: int, error: Exception, now: datetime
) -> None:
    """Try a failed update again later. After five attempts, or at once where it is Unreadable, a person
    reads it and the lane goes on.
    """
    row = conn.execute(select(INBOUND).where(INBOUND.c.id == row_id)).one()
    attempts = row.attempts + 1
    reason = f"{type(error).__name__}: {error}"
    mine = update(INBOUND).where(INBOUND.c.id == row_id)
    if attempts < ATTEMPTS and not isinstance(error, Unreadable):
        later = now + BACK_OFF * 2 ** (attempts - 1)
        conn.execute(mine.values(attempts=attempts, not_before=later, error=reason))
        return
    conn.execute(mine.values(attempts=attempts, status="dead", error=reason))
    said = reception.said(row.raw)
    if said is not None:
        turn.fail(conn, brand, said, now)
    ledger.record(conn, brand, [Entry("inbound_dead", data={"inbound": row_id})], now)


def retry(conn: Connection, row_id: int) -> bool:
    """Queue a dead update again because a person wants it; says whether it still was one."""
    mine = update(INBOUND).where(INBOUND.c.id == row_id, INBOUND.c.status == "dead")
    return conn.execute(mine.values(status="pending", attempts=0, not_before=None)).rowcount == 1


def list_dead(conn: Connection, limit: int = 100) -> list[Row[Any]]:
    """Return the updates that were set aside."""
    dead = select(INBOUND).where(IS_SET_ASIDE).order_by(INBOUND.c.id.desc())
    return list(conn.execute(dead.limit(limit)))


async def work(service: Service, receptions: Mapping[str, Reception]) -> None:
    """Handle what comes in until cancelled."""
    async for _ in service.pulse.beats(0.5):
        while pending := await service.read(lambda conn: list_pending(conn, receptions, service.now())):
            await asyncio.gather(*(_handle_one(service, receptions[row.channel], row) for row in pending))


async def _handle_one(service: Service, reception: Reception, row: Row[Any]) -> None:
    try:
        await service.write(lambda conn: handle(conn, service.brand, reception, row.id, service.now()))
    except OperationalError:  # the database, not the update: it stays where it is and is taken up again
        log.exception("update %s of %s could not be stored", row.id, row.channel)
        await asyncio.sleep(1)
    except Exception as error:  # whatever it is, the conversation goes on
        log.exception("update %s of %s was not handled", row.id, row.channel)
        failure = error
        try:
            await service.write(
                lambda conn: set_aside(conn, service.brand, reception, row.id, failure, service.now())
            )
        except Exception:  # the same words that broke the handler broke its stand-in
            log.exception("update %s of %s is set aside unread", row.id, row.channel)
            dead = update(INBOUND).where(INBOUND.c.id == row.id)
            await service.write(lambda conn: conn.execute(dead.values(status="dead", error=repr(failure))))
