"""The database: one file in WAL, short transactions, and a writer thread that commits in groups."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from bot import access_tables as _access_tables
from bot import search_index
from bot import tables as _tables
from handoff import authority_tables as _authority_tables
from handoff import tables as _handoff_tables
from knowledge import tables as _knowledge_tables

Result = TypeVar("Result")
METADATA = SQLModel.metadata
ROOMS = (_tables, _access_tables, _handoff_tables, _authority_tables, _knowledge_tables)
BUSY_MS = 5_000
GROUP = 200
event.listen(METADATA, "after_create", lambda _, conn, **__: search_index.create(conn))


class DatabaseError(Exception):
    """The database cannot be used; the message is one line for a person."""


def open_engine(url: str) -> Engine:
    """Open the database behind `url`; raises DatabaseError where that cannot be.

    SQLite runs in WAL with `synchronous=FULL`, so that what was confirmed survives a power cut, and with
    `secure_delete`, so that what is deleted does not stay in the file until something is written over it.
    """
    file = database_file(url)
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args={"isolation_level": None, "timeout": BUSY_MS / 1000},
        pool_use_lifo=True,
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


@dataclass(frozen=True, slots=True)
class _Job:
    """Something to write. `quiet` says that nothing has to be done because of it."""

    work: Callable[[Connection], object]
    done: "Future[object] | asyncio.Future[object]"
    quiet: bool = False
    loop: asyncio.AbstractEventLoop | None = None


class Writer:
    """The one thread that writes. Jobs run in the order given and are committed in groups.

    A job that raises is undone alone; its caller gets the exception, the others are committed. `on_commit`
    is told of each group that changed something, and whether everything in it was quiet.
    """

    def __init__(self, engine: Engine, on_commit: Callable[[bool], None] = lambda _: None) -> None:
        self._engine = engine
        self._on_commit = on_commit
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._conn: Connection | None = None
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[Connection], Result]) -> "Future[Result]":
        """Run the job in a transaction; the future is done after its commit, not before."""
        done: Future[Result] = Future()
        self._jobs.put(_Job(job, done))  # type: ignore[arg-type]
        return done

    def submit_here(self, job: Callable[[Connection], Result], *, quiet: bool) -> "asyncio.Future[Result]":
        """Do so for the running loop, which is woken once for everything that was committed together."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Result] = loop.create_future()
        self._jobs.put(_Job(job, done, quiet, loop))  # type: ignore[arg-type]
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
                break
        self._leave()

    def _commit(self, group: list[_Job]) -> None:
        try:
            # One connection for all: another one's cache of pages is stale after each commit.
            self._conn = conn = self._conn or self._engine.connect()
            with conn.begin():
                raw: sqlite3.Connection = conn.connection.driver_connection  # type: ignore[assignment]
                before = raw.total_changes
                if len(group) == 1:
                    outcomes = [_Outcome(group[0], group[0].work(conn), None)]
                else:
                    outcomes = [_done(job, conn, raw) for job in group]
                has_changed = raw.total_changes > before
        except Exception as undone:
            outcomes, has_changed = [_Outcome(job, None, undone) for job in group], False
            self._leave()
        if has_changed:
            self._on_commit(all(job.quiet for job in group))
        _tell(outcomes)

    def _leave(self) -> None:
        """Give the connection back, whatever state it is in; the next group takes another."""
        conn, self._conn = self._conn, None
        if conn is not None:
            with suppress(DBAPIError):
                conn.close()


class _Outcome(NamedTuple):
    """What became of a job."""

    job: _Job
    result: object
    failure: Exception | None

    def tell(self) -> None:
        """Tell who waits for it, if somebody still does; it was done all the same."""
        if self.job.done.done():
            return
        with suppress(InvalidStateError):
            if self.failure is None:
                self.job.done.set_result(self.result)
            else:
                self.job.done.set_exception(self.failure)


def _done(job: _Job, conn: Connection, raw: sqlite3.Connection) -> _Outcome:
    """Do one job of several, so that it can be undone alone."""
    raw.execute("SAVEPOINT job")
    try:
        outcome = _Outcome(job, job.work(conn), None)
    except Exception as error:
        raw.execute("ROLLBACK TO job")
        outcome = _Outcome(job, None, error)
    raw.execute("RELEASE job")
    return outcome


def _tell(outcomes: Sequence[_Outcome]) -> None:
    """Tell everybody, those of one loop together."""
    waiting: dict[asyncio.AbstractEventLoop, list[_Outcome]] = {}
    for outcome in outcomes:
        if outcome.job.loop is None:
            outcome.tell()
        else:
            waiting.setdefault(outcome.job.loop, []).append(outcome)
    for loop, theirs in waiting.items():
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_tell_here, theirs)


def _tell_here(outcomes: Sequence[_Outcome]) -> None:
    for outcome in outcomes:
        outcome.tell()


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON",
        "secure_delete=ON",
    ):  # fmt: skip
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
