"""Databases for the tests: tables are made once a process, and statements that were compiled stay known."""

import sqlite3
from collections.abc import MutableMapping
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, PoolProxiedConnection, event

from bot.database import METADATA, open_engine, open_memory

COMPILED: MutableMapping[Any, Any] = {}


def new_memory() -> Engine:
    """Return what `open_memory` does: a copy of one that was made before."""
    made = _made()
    engine = Engine(made.pool.recreate(), made.dialect, made.url, hide_parameters=True)
    event.listen(engine, "begin", made.dispatch.begin)
    with closing(made.raw_connection()) as tables, closing(engine.raw_connection()) as copy:
        driver(tables).backup(driver(copy))
    return knowing(engine)


def new_file(file: Path) -> Engine:
    """Open the database in a file, with every table made where the file is new.

    Nothing waits for the disk: who tests what a power cut leaves opens it with `open_engine`.
    """
    if not file.exists():
        file.write_bytes(_tables())
    engine = open_engine(f"sqlite:///{file}")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    with closing(engine.raw_connection()) as opened:
        driver(opened).execute("PRAGMA synchronous=OFF")
    return knowing(engine)


def knowing(engine: Engine) -> Engine:
    """Let an engine share the statements that the others have compiled."""
    engine.dialect = _made().dialect
    engine.update_execution_options(compiled_cache=COMPILED)
    return engine


def driver(connection: PoolProxiedConnection) -> sqlite3.Connection:
    """Return SQLite's own connection."""
    found = connection.driver_connection
    assert isinstance(found, sqlite3.Connection)
    return found


@cache
def _made() -> Engine:
    """The database of which the others are copies; nothing is written into it."""
    return open_memory()


@cache
def _tables() -> bytes:
    """Return a file with every table and nothing in them."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "tables.db"
        engine = open_engine(f"sqlite:///{file}")
        METADATA.create_all(engine)
        engine.dispose()
        return file.read_bytes()
