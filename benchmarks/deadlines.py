"""What deadlines cost: a due date, an idle look, a thousand due at once, a million running, a busy process.

Databases are real files as `mimin run` opens them, filled with plain inserts and copied for each
measurement. The schedulers of benchmarks/schedulers.py and the load of benchmarks/lateness.py are parts
of this table. benchmarks/README.md has the figures.
"""

import argparse
import gc
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, event, func, select

from benchmarks import lateness, schedulers
from bot import ledger, schema
from bot.brand import Brand
from bot.database import open_engine, reading, transaction
from bot.tables import LOG, OUTBOX
from handoff import due, people, sweep
from handoff.calendar import Calendar, add
from handoff.holidays_of import holidays_of
from handoff.policy import Category, Role
from handoff.tables import ALERTS
from tests.cast import NOON, small_brand

PARTS = ("calendar", "sweep", "million", "scheduler", "load")
WARM_UP, DUE = NOON + timedelta(minutes=10), NOON + timedelta(minutes=15)
FEW = 5  # due for the warm-up
YEAR = timedelta(hours=1_700)  # working time of the office of the demo brand in about a year
SINGLY = 1_000
STAFF = {
    "alice": Role.ADMIN,
    "bob": Role.ADMIN,
    "sue": Role.SUPERVISOR,
    "dan": Role.DECISION_MAKER,
}


def main() -> None:
    """Measure the parts that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.deadlines", description=__doc__)
    parser.add_argument("--part", choices=PARTS, action="append", help="may be repeated; left out, all")
    parser.add_argument("--running", type=int, default=100_000, help="deadlines in the file of the sweep")
    parser.add_argument("--due", type=int, default=1_000, help="of which so many are due at once")
    parser.add_argument("--times", type=int, default=5, help="how often each is measured")
    parser.add_argument("--million", type=int, default=1_000_000, help="deadlines of the part `million`")
    parser.add_argument("--seconds", type=int, default=60, help="how long the load lasts")
    parser.add_argument("--rate", type=int, default=20, help="messages a second")
    options = parser.parse_args()
    parts = options.part or PARTS
    show("", "measured", "to reach")
    with tempfile.TemporaryDirectory() as folder:
        if "calendar" in parts:
            _calendars(options.times)
        if {"sweep", "scheduler"} & set(parts):
            filled = Path(folder) / "filled.db"
            fill(filled, options.running, options.due)
            crowd = Crowd(filled, options.running, options.due, options.times)
            if "sweep" in parts:
                _sweeps(crowd)
            if "scheduler" in parts:
                _beside(crowd)
        if "million" in parts:
            _many(Path(folder) / "many.db", options.million)
        if "load" in parts:
            lateness.measure(options.seconds, options.rate, show)


def show(what: str, figure: str = "", reach: str = "") -> None:
    """Print one line of the table."""
    print(f"{what:64} {figure:>28}  {reach}".rstrip(), flush=True)


def _calendars(times: int) -> None:
    """Find due dates a year away, in the office of the demo brand and in one with clock changes."""
    office = small_brand().promises.policies[Category.QUESTION].calendar
    years = range(2026, 2030)
    jakarta = replace(office, name="jakarta", holidays=office.holidays | holidays_of("ID", years))
    berlin = replace(office, name="berlin", zone=ZoneInfo("Europe/Berlin"), holidays=holidays_of("DE", years))
    starts = [NOON + timedelta(minutes=97 * n) for n in range(2_000)]
    for calendar in (jakarta, berlin):
        away = statistics.mean((add(calendar, at, YEAR) - at).days for at in starts)
        warm = [_spent(partial(_add_all, calendar, starts)) / len(starts) for _ in range(times)]
        cold = [_spent(partial(add, replace(calendar), NOON, YEAR)) for _ in range(20 * times)]
        show(f"due date {away:.0f} days away, {calendar.zone}: warm", spread(warm, 1e6, "us"), "<= 50 us")
        show("    cold, its 13-week blocks not worked out yet", spread(cold, 1e6, "us"))


def _add_all(calendar: Calendar, starts: Sequence[datetime]) -> None:
    for at in starts:
        add(calendar, at, YEAR)


@dataclass(frozen=True, slots=True)
class Crowd:
    """A filled file, of which every measurement gets a fresh copy."""

    file: Path
    running: int
    due: int
    times: int

    @contextmanager
    def copy(self) -> Iterator[Engine]:
        """Open a copy as a running process knows it: statements compiled, what was learnt frozen."""
        with tempfile.TemporaryDirectory(dir=self.file.parent) as folder:
            shutil.copy(self.file, Path(folder) / "copy.db")
            engine = open_engine(f"sqlite:///{folder}/copy.db")
            with transaction(engine) as conn:
                ledger.sweep(conn, small_brand(), WARM_UP)
            gc.collect()
            gc.freeze()
            yield engine
            engine.dispose()
            gc.unfreeze()


def _sweeps(crowd: Crowd) -> None:
    with crowd.copy() as engine:
        with reading(engine) as conn:
            looks = _each(lambda: sweep.next_look(conn), 1_000)
        whole = _each(lambda: _look(engine), 1_000)
    running = f"{crowd.running:,} running"
    show(f"idle look, {running}", spread(looks, 1e6, "us"), "<= 100 us")
    show("the same with its own transaction", spread(whole, 1e6, "us"))
    each = _singly(small_brand())
    _due(crowd, "waiting", small_brand(), "<= 0.2 s")
    _due(crowd, "held", small_brand(), "<= 0.2 s")
    _due(crowd, "waiting, no digest", each)


def _due(crowd: Crowd, which: str, brand: Brand, reach: str = "") -> None:
    """Sweep over what is due at once, up to and with the commit."""
    taken: list[float] = []
    cpu: list[float] = []
    for _ in range(crowd.times):
        with crowd.copy() as engine:
            if which == "held":
                with transaction(engine) as conn:
                    _hold(conn, crowd.due)
            before, asked = _written(engine), list[str]()
            event.listen(engine, "before_cursor_execute", lambda *call, asked=asked: asked.append(call[2]))
            started, used = time.perf_counter(), time.process_time()
            with transaction(engine) as conn:
                ledger.sweep(conn, brand, DUE)
            taken.append(time.perf_counter() - started)
            cpu.append(time.process_time() - used)
            statements = len(asked)
            rows = [after - then for after, then in zip(_written(engine), before, strict=True)]
    show(f"{crowd.due:,} due at once, {which}: sweep and commit", spread(taken, 1, "s", 3), reach)
    show("    of CPU time", spread(cpu, 1, "s", 3))
    show("    SQL statements", f"{statements:,}")
    show("    alerts, log entries, outbox rows written", ", ".join(f"{n:,}" for n in rows))


def _hold(conn: Connection, many: int) -> None:
    """Give the tickets that are due to somebody, as if they had taken them."""
    taken = "UPDATE tickets SET status = 'claimed', assignee = 1 WHERE id <= ?"
    conn.exec_driver_sql(taken, (FEW + many,))


def _beside(crowd: Crowd) -> None:
    """Do the same with the scheduler that everybody knows."""
    rounds = []
    for _ in range(crowd.times):
        with crowd.copy() as engine:
            rounds.append(schedulers.measure(engine, small_brand(), crowd.due, WARM_UP, DUE))
    for found in zip(*rounds, strict=True):
        first = found[0]
        show(first.what, spread([one.value for one in found], first.scale, first.unit, first.digits))


def _many(file: Path, many: int) -> None:
    """Ask a large file what is due, and show which indexes answer."""
    spent = _spent(lambda: fill(file, many, 0))
    engine = open_engine(f"sqlite:///{file}")
    asked: list[tuple[str, Sequence[Any]]] = []
    event.listen(engine, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
    promises = small_brand().promises
    with reading(engine) as conn:
        looks = _each(lambda: sweep.next_look(conn), 500)
        none = _each(lambda: due.sweep(conn, promises, NOON), 500)
        distinct = [query for query in dict(asked).items() if "look_at" in query[0]]
        raw = conn.connection.cursor()
        plans: list[str] = []
        for sql, given in distinct:
            raw.execute(f"EXPLAIN QUERY PLAN {sql}", given)
            plans += [row[3] for row in raw.fetchall() if "deadlines" in row[3]]
    engine.dispose()
    size = file.stat().st_size / 1e6
    show(f"{many:,} running: the next look", spread(looks, 1e6, "us"), "<= 1 ms")
    show("    the query of what is due, none of them", spread(none, 1e6, "us"), "<= 1 ms")
    show("    filled in; file", f"{spent:.0f} s; {size:.0f} MB")
    for plan in dict.fromkeys(plans):
        print(f"    {plan}")


def fill(file: Path, running: int, at_once: int) -> None:
    """Make a database with so many complaints that wait, each warned of already.

    FEW are due at WARM_UP, `at_once` more at DUE, all others in the 30 days from tomorrow on.
    """
    engine = open_engine(f"sqlite:///{file}")
    schema.upgrade(engine)
    with transaction(engine) as conn:
        for name, role in STAFF.items():
            people.add_staff(conn, name, role)
        numbers = {"last": running, "few": FEW, "due": FEW + at_once, "noon": int(NOON.timestamp())}
        conn.exec_driver_sql(_NUMBERS, numbers)
        for statement in _ROWS:
            conn.exec_driver_sql(statement)
        conn.exec_driver_sql("DROP TABLE numbers")
    raw = engine.raw_connection()
    raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    engine.dispose()


_NUMBERS = """
CREATE TEMP TABLE numbers AS
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :last),
due AS (SELECT i, :noon + CASE WHEN i <= :few THEN 600 WHEN i <= :due THEN 900
                          ELSE 86400 + i * 7919 % 2592000 END AS at FROM n)
SELECT i, strftime('%Y-%m-%d %H:%M:%S.000000', at, 'unixepoch') AS due_at,
       strftime('%Y-%m-%d %H:%M:%S.000000', at - 225, 'unixepoch') AS warn_at,
       strftime('%Y-%m-%d %H:%M:%S.000000', at - 900, 'unixepoch') AS began FROM due
"""
_ROWS = (
    """INSERT INTO contacts (id, channel, external_id, name, blocked, reachable, created_at)
       SELECT i, 'web', 'visitor' || i, 'Guest ' || i, 0, 1, began FROM numbers""",
    """INSERT INTO conversations (id, contact_id, epoch, quiet_epoch, offers)
       SELECT i, i, 0, 0, '[]' FROM numbers""",
    """INSERT INTO tickets (id, conversation_id, version, status, category, opened_at, unanswered_at,
                            handed_back, by_staff)
       SELECT i, i, 0, 'waiting', 'complaint', began, began, 0, 0 FROM numbers""",
    """INSERT INTO deadlines (id, ticket_id, kind, started_at, target_us, calendar, warn_share, rules_id,
                              due_at, warn_at, pauses, status, warned, look_at)
       SELECT i, i, 'first_response', began, 900000000, 'always', 0.75, 0, due_at, warn_at, '[]',
              'running', 1, due_at FROM numbers""",
)


def _singly(brand: Brand) -> Brand:
    """Return the brand with alerts that all go out singly."""
    alerting = replace(brand.promises.alerting, digest_after=SINGLY)
    return replace(brand, promises=replace(brand.promises, alerting=alerting))


def _written(engine: Engine) -> list[int]:
    with reading(engine) as conn:
        return [conn.execute(select(func.count(table.c.id))).scalar_one() for table in (ALERTS, LOG, OUTBOX)]


def _look(engine: Engine) -> None:
    with reading(engine) as conn:
        sweep.next_look(conn)


def _each(job: Callable[[], object], times: int) -> list[float]:
    return [_spent(job) for _ in range(times)]


def _spent(job: Callable[[], object]) -> float:
    started = time.perf_counter()
    job()
    return time.perf_counter() - started


def spread(taken: Sequence[float], scale: float, unit: str, digits: int = 1) -> str:
    """Say the median and the least of several measurements."""
    median, least = statistics.median(taken) * scale, min(taken) * scale
    return f"{median:,.{digits}f} {unit} (min {least:,.{digits}f})"


if __name__ == "__main__":
    main()
