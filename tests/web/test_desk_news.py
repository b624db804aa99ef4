"""News at the desk: a page hears of a rush as often as it can look, and misses nothing of it."""

import time

from bot import journal, ledger
from bot.web.desk import REST
from handoff.entry import Entry
from tests.web.house import Mimin


def test_a_rush_is_few_events_and_the_last_one_is_the_newest(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    sari = mimin.signed_in("sari")
    happened = [Entry("noticed", conversation=conversation)]
    with sari.stream("GET", "/desk/events?after=0") as stream:
        lines = stream.iter_lines()
        assert any(line.startswith("id:") for line in lines)
        began = time.monotonic()
        for _ in range(60):
            mimin.write(lambda conn: ledger.record(conn, mimin.service.brand, happened, mimin.now))
        newest = mimin.read(journal.position)
        events = 0
        for line in lines:
            events += line.startswith("id:")
            if line == f"id: {newest}":
                break
        assert events <= 2 + (time.monotonic() - began) / REST
