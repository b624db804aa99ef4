"""Intake: raw updates are stored before they are confirmed, then handled in order, a lane a contact."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, literal_column, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import OperationalError

from bot import ledger, turn
from bot.brand import Brand
from bot.flood import NotYet
from bot.service import Service
from bot.tables import INBOUND, IS_PENDING, IS_SET_ASIDE
from bot.turn import Said
from handoff.entry import Entry
from handoff.prepared import Prepared, savepoint

log = logging.getLogger(__name__)
ATTEMPTS = 5
BACK_OFF = timedelta(seconds=1)
BATCH = 50
# How many updates that wait behind one are looked at, and how many may wait in all.
LOOKED_AT = 50
MOST = 5_000
AT_ONCE = 25  # handled in the transaction that stores them
TOGETHER = timedelta(seconds=0.7)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A raw update as its channel brought it; `external_id` is unique in the channel, `lane` a contact's.

    Updates of one `bundle`, such as the pictures of an album, come apart and are handled as one.
    """

    channel: str
    external_id: str
    lane: str
    raw: Mapping[str, Any]
    bundle: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What is handled in one turn: one update, or a bundle; `later` waits behind it in its lane."""

    raws: tuple[Mapping[str, Any], ...]
    later: tuple[Mapping[str, Any], ...] = ()


class Unreadable(Exception):  # noqa: N818 - an outcome
    """An update that will never be understood; trying again helps nobody."""


class Full(Exception):  # noqa: N818 - an outcome
    """So much waits to be handled that no more is taken in for the moment."""


# Carried out for every message that comes in.
STORE = Prepared(
    insert(INBOUND).on_conflict_do_nothing(),
    "channel", "external_id", "lane", "bundle", "raw", "received_at", "status", "attempts", "not_before",
)  # fmt: skip
LANES = (
    select(func.min(INBOUND.c.id).label("first"), func.max(INBOUND.c.id).label("last"))
    .where(IS_PENDING)
    .group_by(INBOUND.c.lane)
    .subquery()
)
PENDING = Prepared(
    select(INBOUND.c.id, INBOUND.c.lane, INBOUND.c.channel, INBOUND.c.bundle, INBOUND.c.attempts,
           INBOUND.c.not_before, LANES.c.last)
    .join(LANES, LANES.c.first == INBOUND.c.id)
    .order_by(INBOUND.c.id)
)  # fmt: skip
BEHIND = Prepared(
    select(INBOUND)
    .where(IS_PENDING, INBOUND.c.lane == bindparam("lane"), INBOUND.c.id >= bindparam("row"))
    .order_by(INBOUND.c.id)
    .limit(literal_column(f"{LOOKED_AT}"))
)
DONE = Prepared(
    update(INBOUND)
    .where(INBOUND.c.id == bindparam("row"), INBOUND.c.status == literal_column("'pending'"))
    .values(status="done", error=None)
)
Handler = Callable[[Connection, Brand, Batch, datetime], None]
Reader = Callable[[Mapping[str, Any]], Said | None]


@dataclass(frozen=True, slots=True)
class Reception:
    """How one channel's updates are handled: `handle` does it, `said` finds the words when that failed."""

    handle: Handler
    said: Reader


def store(conn: Connection, arrivals: Sequence[Arrival], now: datetime) -> None:
    """Store raw updates; one that is known already is left alone. The rest of a bundle is waited for."""
    rows = [
        {
            "channel": arrival.channel,
            "external_id": arrival.external_id,
            "lane": f"{arrival.channel}:{arrival.lane}",
            "bundle": arrival.bundle,
            "raw": dict(arrival.raw),
            "received_at": now,
            "status": "pending",
            "attempts": 0,
            "not_before": now + TOGETHER if arrival.bundle else None,
        }
        for arrival in arrivals
    ]
    if rows:
        STORE.run_all(conn, rows)


def is_stored(conn: Connection, arrival: Arrival) -> bool:
    """Say whether an update is known already."""
    same = (INBOUND.c.channel == arrival.channel, INBOUND.c.external_id == arrival.external_id)
    return conn.execute(select(INBOUND.c.id).where(*same).limit(1)).first() is not None


def is_full(conn: Connection) -> bool:
    """Say whether so much waits that what comes next should stay with its channel for a while."""
    return conn.execute(select(INBOUND.c.id).where(IS_PENDING).limit(1).offset(MOST)).first() is not None


def list_pending(
    conn: Connection, channels: Collection[str], now: datetime, limit: int = BATCH
) -> list[Row[Any]]:
    """Return what can be handled now, oldest first: the first update of each lane, if its time has come.

    Different lanes may be handled at once; within a lane nothing overtakes. What was put off only so
    that not every message of a flood is answered waits no longer once another one stands behind it.
    """
    waiting = (row for row in PENDING.each(conn) if row.channel in channels and _is_ready(row, now))
    return list(islice(waiting, limit))


def handle(conn: Connection, brand: Brand, reception: Reception, waiting: Row[Any], now: datetime) -> None:
    """Handle one of `list_pending`, with the rest of its bundle, in the caller's transaction."""
    row, *later = BEHIND.all(conn, lane=waiting.lane, row=waiting.id) or [None]
    if row is None or row.id != waiting.id:
        return  # somebody took it meanwhile
    bundle = [one for one in later if row.bundle and one.bundle == row.bundle]
    for one in (row, *bundle):
        DONE.run(conn, row=one.id)
    raws = (row.raw, *(one.raw for one in bundle))
    behind = tuple(one.raw for one in later if one not in bundle)
    reception.handle(conn, brand, Batch(raws, behind), now)


def store_and_handle(
    conn: Connection, brand: Brand, reception: Reception, arrivals: Sequence[Arrival], now: datetime
) -> None:
    """Store updates, and handle in the same transaction what can be handled at once: one commit for both.

    What fails is undone by itself and stays stored, for `work` to try again; so does what is too much.
    """
    store(conn, arrivals, now)
    left, failed = AT_ONCE, set[str]()
    while left > 0:
        heads = list_pending(conn, {arrival.channel for arrival in arrivals}, now, left)
        heads = [row for row in heads if row.lane not in failed]
        if not heads:
            return
        for row in heads:
            left -= 1
            try:
                with savepoint(conn):
                    handle(conn, brand, reception, row, now)
            except Exception:  # it is tried again, and told then
                failed.add(row.lane)


def put_off(conn: Connection, row_id: int, until: datetime) -> None:
    """Handle an update later, though nothing is wrong with it."""
    mine = update(INBOUND).where(INBOUND.c.id == row_id, IS_PENDING)
    conn.execute(mine.values(not_before=until))


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


def words_in(raw: object) -> str:
    """Return the first text or caption anywhere in an update, for a person who has to look at it."""
    if isinstance(raw, dict):
        for key in ("text", "caption", "odd"):
            if isinstance(raw.get(key), str) and raw[key].strip():
                return str(raw[key])
        found = (words_in(value) for value in raw.values())
        return next((words for words in found if words), "")
    return next((words for words in map(words_in, raw) if words), "") if isinstance(raw, list) else ""


async def work(service: Service, receptions: Mapping[str, Reception]) -> None:
    """Handle what comes in until cancelled."""
    # A look takes some microseconds; a thread for it would take as long as handling a message.
    with service.engine.connect() as conn:
        async for _ in service.pulse.beats(0.5):
            while pending := list_pending(conn, receptions, service.now()):
                await asyncio.gather(
                    *(_handle_one(service, receptions[waiting.channel], waiting) for waiting in pending)
                )


async def _handle_one(service: Service, reception: Reception, waiting: Row[Any]) -> None:
    try:
        await service.write(lambda conn: handle(conn, service.brand, reception, waiting, service.now()))
    except NotYet as error:
        until = error.until
        await service.write(lambda conn: put_off(conn, waiting.id, until))
    except OperationalError:  # the database, not the update: it stays where it is and is taken up again
        log.exception("update %s of %s could not be stored", waiting.id, waiting.channel)
        await asyncio.sleep(1)
    except Exception as error:  # whatever it is, the conversation goes on
        log.exception("update %s of %s was not handled", waiting.id, waiting.channel)
        failure = error
        try:
            await service.write(
                lambda conn: set_aside(conn, service.brand, reception, waiting.id, failure, service.now())
            )
        except Exception:  # the same words that broke the handler broke its stand-in
            log.exception("update %s of %s is set aside unread", waiting.id, waiting.channel)
            dead = update(INBOUND).where(INBOUND.c.id == waiting.id)
            await service.write(lambda conn: conn.execute(dead.values(status="dead", error=repr(failure))))


def _is_ready(row: Row[Any], now: datetime) -> bool:
    if row.not_before is None or row.not_before <= now:
        return True
    return bool(row.attempts == 0 and row.bundle is None and row.last > row.id)
