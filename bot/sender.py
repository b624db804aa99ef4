"""The sender: takes what is ready from the outbox, one at a time for each recipient."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.exc import OperationalError

from bot import delivery, outbox
from bot.channels.channel import Channel, NotYet, Rejected, Sending, Uncertain, Unsent
from bot.flight import Flight
from bot.service import Service
from handoff.prepared import savepoint

log = logging.getLogger(__name__)
AT_ONCE = 100  # on one channel; what is slow on one holds nobody up on another
AGAIN = timedelta(seconds=2)
LAST_WAIT = 5.0
AT_LIBERTY = frozenset({"callback"})  # somebody looks at a button that turns


Accepted = tuple[int, datetime, str | None]  # a row, when the channel took it, and the channel's id of it


class Sender:
    """Delivers the outbox until cancelled."""

    def __init__(self, service: Service, channels: Mapping[str, Channel]) -> None:
        self._service = service
        self._channels = channels
        self._failing: set[str] = set()
        self._busy: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._flights = {name: Flight(rate) for name, channel in channels.items() if (rate := channel.rate)}
        self._woken = asyncio.Event()
        self._accepted: list[Accepted] = []

    async def run(self) -> None:
        """Send what is ready; what was being sent when the last process ended is looked at first."""
        service = self._service
        await service.write(lambda conn: delivery.recover(conn, service.brand, service.now()))
        try:
            # A look takes some microseconds; a thread for it would take as many again as the whole send.
            with service.engine.connect() as conn:
                async for _ in service.pulse.beats(0.5, woken=self._woken):
                    self._start_ready(conn)
                    if self._accepted and not self._busy:  # it could not be recorded when it was accepted
                        await self._record()
        finally:
            unfinished = list(self._busy.values())
            if unfinished:  # what has left is waited for, so that it need not be said twice
                await asyncio.wait(unfinished, timeout=LAST_WAIT)
            for task in unfinished:
                task.cancel()
            await asyncio.gather(*unfinished, return_exceptions=True)
            if self._accepted:
                await self._record()

    def _start_ready(self, conn: Connection) -> None:
        """Begin what is ready, as many a channel as there is room for; in a rush it looks seldom."""
        under_way = Counter(channel for channel, _ in self._busy)
        for channel in self._channels:
            room = AT_ONCE - under_way[channel]
            if room >= AT_ONCE // 2:
                for row in outbox.list_ready(conn, self._service.now(), self._busy, [channel], room):
                    task = asyncio.create_task(self._deliver(row))
                    self._busy[row.channel, row.recipient] = task
                    task.add_done_callback(partial(self._done, (row.channel, row.recipient)))

    def _done(self, destination: tuple[str, str], task: asyncio.Task[None]) -> None:
        self._busy.pop(destination, None)
        if not task.cancelled() and task.exception() is not None:
            log.error("a send to %s could not be recorded", destination[0], exc_info=task.exception())
        self._woken.set()

    async def _deliver(self, row: Row[Any]) -> None:
        """Mark the row directly before its request, send it, and record what became of it.

        While it waited for its turn something more urgent may have come, or more words joined it.
        """
        await self._channels[row.channel].wait_turn(_sending(row))
        flight = self._flights.get(row.channel)
        if flight is None or row.kind in AT_LIBERTY:
            await self._send(row, flight)
            return
        async with flight.place():
            await self._send(row, flight)

    async def _send(self, row: Row[Any], flight: Flight | None) -> None:
        service, channel = self._service, self._channels[row.channel]
        taken = await self._take(row)
        if taken is None:
            return
        row, sending = taken, _sending(taken)
        begins = time.monotonic()
        try:
            remote_id = await channel.send(sending)
            if flight is not None:
                flight.took(time.monotonic() - begins)
        except Unsent as error:
            later = service.now() + timedelta(seconds=error.retry_after)
            reason = str(error)
            if not isinstance(error, NotYet):
                if row.channel not in self._failing:
                    log.warning("%s takes nothing at the moment and is tried again: %s", row.channel, reason)
                self._failing.add(row.channel)
            await service.write(lambda conn: delivery.postponed(conn, row.id, reason, later))
        except Rejected as error:
            reason, blocked = str(error), error.blocked
            log.warning("row %s to %s was refused: %s", row.id, row.channel, reason)
            await service.write(
                lambda conn: delivery.failed(
                    conn, service.brand, row.id, reason, service.now(), blocked=blocked
                )
            )
        except Exception as error:  # what a channel does not name may have arrived
            reason = str(error) if isinstance(error, Uncertain) else f"{type(error).__name__}: {error}"
            await service.write(
                lambda conn: delivery.uncertain(
                    conn, service.brand, row.id, reason, service.now(), service.now() + AGAIN
                )
            )
        else:
            if row.channel in self._failing:
                log.info("%s takes messages again", row.channel)
            self._failing.discard(row.channel)
            self._accepted.append((row.id, service.now(), remote_id))
            if flight is None or not flight.is_wanted:  # else the next one records it as it is marked
                await self._record()

    async def _take(self, row: Row[Any]) -> Row[Any] | None:
        """Mark the next row to this recipient, and record what was accepted meanwhile, in one commit."""
        accepted, self._accepted = self._accepted, []
        service = self._service

        def job(conn: Connection) -> Row[Any] | None:
            self._write_down(conn, accepted)
            return outbox.mark_sending(conn, outbox.find_first(conn, row, service.now()))

        try:
            return await service.write(job, quiet=True)
        except BaseException:
            self._accepted = accepted + self._accepted
            raise

    async def _record(self) -> None:
        accepted, self._accepted = self._accepted, []
        try:
            await self._service.write(lambda conn: self._write_down(conn, accepted), quiet=True)
        except BaseException:
            self._accepted = accepted + self._accepted
            raise

    def _write_down(self, conn: Connection, accepted: Sequence[Accepted]) -> None:
        """Record what the channels accepted; one that cannot be recorded holds up no other."""
        for row_id, at, remote_id in accepted:
            try:
                with savepoint(conn):
                    delivery.delivered(conn, self._service.brand, row_id, at, remote_id)
            except OperationalError:
                raise
            except Exception:
                log.exception("row %s was accepted and could not be recorded", row_id)


def _sending(row: Row[Any]) -> Sending:
    return Sending(row.id, row.kind, row.recipient, row.text, row.payload, row.message_id)
