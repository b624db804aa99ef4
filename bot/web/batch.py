"""Reads of many pages, done together on one thread.

Threads that read many rows at once hand the interpreter to and fro at each row, which takes longer than the
reading, and keeps followers waiting, too.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection

from bot.service import Service

Loaded = TypeVar("Loaded")
Load = Callable[[Connection], Any]


class Batch:
    """Takes reads, and does all that wait in one go, each with its own outcome."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._waiting: list[tuple[Load, asyncio.Future[Any]]] = []
        self._worker: asyncio.Task[None] | None = None

    async def read(self, load: Callable[[Connection], Loaded]) -> Loaded:
        """Return what is read, from what is committed when it begins; raises what the reading raises."""
        outcome: asyncio.Future[Loaded] = asyncio.get_running_loop().create_future()
        self._waiting.append((load, outcome))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await outcome

    async def _work(self) -> None:
        while self._waiting:
            taken = [(load, outcome) for load, outcome in self._waiting if not outcome.cancelled()]
            self._waiting = []
            for outcome, (loaded, error) in zip(
                [outcome for _, outcome in taken], await self._do([load for load, _ in taken]), strict=True
            ):
                if outcome.cancelled():  # whoever asked went away
                    continue
                if error is None:
                    outcome.set_result(loaded)
                else:
                    outcome.set_exception(error)

    async def _do(self, loads: Sequence[Load]) -> Sequence[tuple[Any, Exception | None]]:
        try:
            return await self._service.read(lambda conn: [_try(conn, load) for load in loads])
        except Exception as error:
            return [(None, error)] * len(loads)


def _try(conn: Connection, load: Load) -> tuple[Any, Exception | None]:
    try:
        return load(conn), None
    except Exception as error:
        return None, error
