"""What the desk costs: its pages with many tickets, and many of them open while followers write.

Linux only: the CPU of the process is read from /proc.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, event, insert, update

from benchmarks import onlookers
from benchmarks.reports import Made
from bot.database import METADATA, open_engine, transaction
from bot.tables import MESSAGES
from handoff.deadline import Status as ClockStatus
from handoff.tables import DEADLINES, TICKETS
from tests.cast import ARTICLES
from tests.running import ROOT
from tests.running import mimin as running_mimin
from tests.web.house import Mimin

LONG = 200  # messages in a long conversation, which is all that a page shows


def main() -> None:
    """Measure the pages alone, then with many who look on while followers write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.desk", description=__doc__)
    parser.add_argument("--tickets", type=int, default=10_000, help="tickets within 30 days")
    parser.add_argument("--open", type=int, default=500, help="how many of them are open")
    parser.add_argument("--times", type=int, default=30, help="how often each page is asked for")
    parser.add_argument("--pages", type=int, default=50, help="pages of the desk that are open")
    parser.add_argument("--rate", type=float, default=20, help="messages a second")
    parser.add_argument("--seconds", type=float, default=30, help="how long they write")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        alone(Path(folder), options.tickets, options.open, options.times)
    with tempfile.TemporaryDirectory() as name:
        folder, config = Path(name), ROOT / "config.toml"
        with running_mimin(folder, config):
            pass  # it makes its tables, and its people join
        engine = open_engine(f"sqlite:///{folder / 'mimin.db'}")
        with transaction(engine) as conn:
            fill(conn, options.tickets, options.open, datetime.now().astimezone())
        engine.dispose()
        with running_mimin(folder, config) as running:
            seen = onlookers.look_on(running, options.pages, options.rate, options.seconds)
            print(asyncio.run(seen))


def fill(conn: Connection, tickets: int, are_open: int, now: datetime) -> None:
    """Put in so many tickets of 30 days, the newest of them open; one in the middle is long."""
    rows = Made(now, [article.id for article in ARTICLES], random.Random(7)).rows(tickets)
    for table in METADATA.sorted_tables:
        if rows.get(table):
            conn.execute(insert(table), rows[table])
    newest = tickets - are_open
    conn.execute(update(TICKETS).where(TICKETS.c.id > newest).values(status="claimed", resolved_at=None))
    running = update(DEADLINES).where(DEADLINES.c.ticket_id > newest, DEADLINES.c.kind == "resolution")
    conn.execute(running.values(status=ClockStatus.RUNNING, stopped_at=None))
    one = next(row for row in rows[MESSAGES] if row["conversation_id"] == tickets // 2)
    more = [{name: value for name, value in one.items() if name != "id"}] * LONG
    conn.execute(insert(MESSAGES), more)


def alone(folder: Path, tickets: int, are_open: int, times: int) -> None:
    """Ask for each page again and again, with nobody else there, and print what it takes."""
    mimin, statements = Mimin(folder), [0]
    mimin.service.writer.submit(lambda conn: fill(conn, tickets, are_open, mimin.now)).result(600)
    rina = mimin.signed_in("rina")

    def count(*_: object) -> None:
        statements[0] += 1

    event.listen(mimin.engine, "before_cursor_execute", count)
    open_one, long_one = f"/desk/conversations/{tickets}", f"/desk/conversations/{tickets // 2}"
    for where in ("/desk", "/desk?show=chats", "/desk?show=soon", open_one, long_one, "/desk/reports"):
        took, used = [], []
        for _ in range(times):
            statements[0] = 0
            began, before = time.perf_counter(), time.process_time()
            page = rina.get(where)
            took.append(1_000 * (time.perf_counter() - began))
            used.append(1_000 * (time.process_time() - before))
            assert page.is_success
        size = f"{statements[0]} statements; {len(page.content) // 1024} KB"
        middle, cpu = statistics.median(took), statistics.median(used)
        print(f"{where}: {middle:.0f} ms, p90 {quantile(took, 0.9):.0f} ms; CPU {cpu:.0f} ms; {size}")
    mimin.stop()


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which that share of them lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


if __name__ == "__main__":
    main()
