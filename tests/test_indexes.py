"""The indexes that keep a busy desk quick are the ones its queries use."""

from typing import Any

import pytest

from bot import intake, outbox
from handoff import sweep, tickets
from tests.cast import Stage, stage


@pytest.fixture
def scene() -> Stage:
    return stage()


def plans(scene: Stage) -> list[str]:
    """Explain every query that the desk and the workers ask again and again."""
    asked: list[str] = []
    with scene.open() as conn:
        connection: Any = conn.connection.driver_connection
        connection.set_trace_callback(asked.append)
        intake.list_pending(conn, ["web"], scene.now)
        intake.list_dead(conn)
        outbox.list_ready(conn, scene.now)
        outbox.list_troubled(conn)
        outbox.find_ping(conn, "telegram", "2002", "7")
        sweep.next_look(conn)
        sweep.sweep(conn, scene.brand.promises, scene.now)
        tickets.list_open(conn)
        connection.set_trace_callback(None)
        found = []
        for sql in [sql for sql in asked if sql.startswith("SELECT")]:
            plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
            found += [f"{row[3]} <- {' '.join(sql.split())[:90]}" for row in plan]
    return found


def test_no_query_of_the_steady_work_reads_a_whole_table(scene: Stage) -> None:
    """What a subquery found, here called anon_1, is no table."""
    whole = [
        plan
        for plan in plans(scene)
        if plan.startswith("SCAN") and not any(part in plan for part in ("USING", "CONSTANT", "SCAN anon_"))
    ]
    assert whole == []
