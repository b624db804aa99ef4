"""The database: one file in WAL, short transactions, and a writer thread that commits in groups."""

import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, InvalidStateError
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from bot import tables as _tables
from handoff import tables as _handoff_tables
from knowledge import tables as _knowledge_tables

Result = TypeVar("Result")
METADATA = SQLModel.metadata
ROOMS = (_tables, _handoff_tables, _knowledge_tables)
BUSY_MS = 5_000
GROUP = 200


class DatabaseError(Exception):
    """The database cannot be used; the message is one line for a person."""


def open_engine(url: str) -> Engine:
    """Open the database behind `url`; raises DatabaseError where that cannot be.

    SQLite runs in WAL with `synchronous=FULL`, so that what was confirmed survives a power cut.
    """
    file = database_file(url)
    engine = create_engine(
        url, hide_parameters=True, connect_args={"isolation_level": None, "timeout": BUSY_MS / 1000}
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    try:
        with reading(engine) as conn:
            conn.exec_driver_sql("SELECT count(*) FROM sqlite_master")
    except DBAPIError as error:
        raise DatabaseError(f"{file}: {_plain(error)}") from error
    return engine


def database_file(url: str) -> Path:
    """Return the file behind a database's address; raises DatabaseError where there can be none."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        shown = parsed.render_as_string()
        raise DatabaseError(f"{shown}: this version keeps its data in SQLite; use sqlite:///FILE")
    if parsed.database in (None, "", ":memory:"):
        raise DatabaseError("a database in memory would lose every message; use sqlite:///FILE")
    file = Path(parsed.database or "")
    if not file.parent.is_dir():
        raise DatabaseError(f"{file}: there is no folder {file.parent}")
    return file


def open_memory() -> Engine:
    """Open an empty database that lives as long as the engine, with every table made."""
    engine = create_engine(
        "sqlite://",
        hide_parameters=True,
        poolclass=StaticPool,
        connect_args={"isolation_level": None, "check_same_thread": False},
    )
    event.listen(engine, "begin", _begin)
    METADATA.create_all(engine)
    return engine


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Write in one short transaction; raises DatabaseError where another process holds the file."""
    try:
        with engine.begin() as conn:
            yield conn
    except DBAPIError as error:
        if _is_unusable(error):
            raise DatabaseError(f"{engine.url.database}: {_plain(error)}") from error
        raise


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Read one consistent state without holding up the writer."""
    with engine.connect().execution_options(mimin_read=True) as conn, conn.begin():
        yield conn


class Writer:
    """The one thread that writes. Jobs run in the order given and are committed in groups.

    A job that raises is undone alone; its caller gets the exception, the others are committed.
    """

    def __init__(self, engine: Engine, on_commit: Callable[[], None] = lambda: None) -> None:
        self._engine = engine
        self._on_commit = on_commit
        self._jobs: queue.SimpleQueue[tuple[Callable[[Connection], object], Future[object]] | None] = (
            queue.SimpleQueue()
        )
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[Connection], Result]) -> "Future[Result]":
        """Run the job in a transaction; the future is done after its commit, not before."""
        done: Future[Result] = Future()
        self._jobs.put((job, done))  # type: ignore[arg-type]
        return done

    def close(self) -> None:
        """Finish what was submitted and stop."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._jobs.get()) is not None:
            group, more = [first], True
            while more and len(group) < GROUP:
                try:
                    following = self._jobs.get_nowait()
                except queue.Empty:
                    break
                more = following is not None
                if following is not None:
                    group.append(following)
            self._commit(group)
            if not more:
                return

    def _commit(self, group: list[tuple[Callable[[Connection], object], Future[object]]]) -> None:
        outcomes: list[tuple[Future[object], object, BaseException | None]] = []
        try:
            with self._engine.begin() as conn:
                for job, done in group:
                    try:
                        with conn.begin_nested():
                            outcomes.append((done, job(conn), None))
                    except Exception as error:
                        outcomes.append((done, None, error))
        except Exception as undone:
            outcomes = [(done, None, undone) for _, done in group]
        self._on_commit()
        for done, result, failure in outcomes:
            with suppress(InvalidStateError):  # nobody waits for it any more; it was done all the same
                if failure is None:
                    done.set_result(result)
                else:
                    done.set_exception(failure)


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={BUSY_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(conn: Connection) -> None:
    reads = conn.get_execution_options().get("mimin_read")
    conn.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _is_unusable(error: DBAPIError) -> bool:
    return isinstance(error.orig, sqlite3.OperationalError)


def _plain(error: DBAPIError) -> str:
    """Say in plain words what SQLite complains about."""
    said = str(error.orig)
    if "locked" in said or "busy" in said:
        return "another process holds the database; try again when it is done"
    if "readonly" in said or "unable to open" in said:
        return "the database cannot be written here; check the rights of the file and its folder"
    if "not a database" in said:
        return "this file is not a Mimin database"
    return said
