"""The database: one file, short transactions, a writer that commits in groups, a shape without drift."""

import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event, func, insert, select

from bot import migrating, schema
from bot.database import DatabaseError, Writer, open_engine, reading, transaction
from bot.settings import load_settings
from bot.tables import MARKS
from handoff import clocks
from handoff.policy import Category
from handoff.tables import Instant


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    opened = open_engine(f"sqlite:///{tmp_path}/mimin.db")
    schema.upgrade(opened)
    return opened


def put(name: str, value: str = "x") -> Callable[[Connection], None]:
    def job(conn: Connection) -> None:
        conn.execute(insert(MARKS).values(name=name, value=value))

    return job


def count(engine: Engine) -> int:
    with reading(engine) as conn:
        found: int = conn.execute(select(func.count()).select_from(MARKS)).scalar_one()
    return found


def test_the_migrations_make_exactly_the_tables_of_the_models(engine: Engine) -> None:
    with engine.connect() as conn:
        assert migrating.drift(conn) == []


def test_the_known_head_is_the_newest_migration() -> None:
    assert ScriptDirectory(str(migrating.FOLDER)).get_current_head() == schema.HEAD


def test_a_database_of_a_newer_version_is_left_alone(engine: Engine) -> None:
    with transaction(engine) as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseError, match="newer version"):
        schema.upgrade(engine)


def test_it_survives_a_power_cut_and_lets_readers_in(engine: Engine) -> None:
    with engine.connect() as conn:
        assert conn.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert conn.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert conn.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_jobs_are_done_after_their_commit_in_the_order_given(engine: Engine) -> None:
    writer = Writer(engine)
    done = [writer.submit(put(f"job-{n:03}")) for n in range(300)]
    for number, future in enumerate(done):
        future.result(10)
        assert count(engine) > number
    writer.close()
    with reading(engine) as conn:
        names = conn.execute(select(MARKS.c.name).order_by(MARKS.c.name)).scalars().all()
    assert names == [f"job-{n:03}" for n in range(300)]


def test_a_job_that_fails_is_undone_alone(engine: Engine) -> None:
    gate, writer = threading.Event(), Writer(engine)
    writer.submit(lambda _: gate.wait(10))
    good, bad, later = (writer.submit(put(name)) for name in ("one", "one", "two"))
    gate.set()
    good.result(10)
    with pytest.raises(Exception, match="UNIQUE"):
        bad.result(10)
    later.result(10)
    writer.close()
    assert count(engine) == 2


def test_a_group_commits_once(engine: Engine) -> None:
    commits: list[bool] = []
    gate, writer = threading.Event(), Writer(engine, commits.append)
    writer.submit(lambda _: gate.wait(10))
    last = [writer.submit(put(f"{n}")) for n in range(50)][-1]
    gate.set()
    last.result(10)
    writer.close()
    assert len(commits) <= 2


def test_closing_finishes_what_was_submitted(engine: Engine) -> None:
    writer = Writer(engine)
    for n in range(20):
        writer.submit(put(f"{n}"))
    writer.close()
    assert count(engine) == 20


def test_a_naive_instant_is_refused(engine: Engine) -> None:
    with pytest.raises(ValueError, match="without a zone"):
        Instant().process_bind_param(__import__("datetime").datetime(2026, 1, 1), engine.dialect)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:////nowhere/at/all/mimin.db", "there is no folder"),
        ("postgresql://localhost/mimin", "keeps its data in SQLite"),
    ],
)
def test_a_database_that_cannot_be_used_is_named_in_a_line(url: str, said: str) -> None:
    with pytest.raises(DatabaseError, match=said) as error:
        open_engine(url)
    assert "\n" not in str(error.value)


def test_a_file_that_is_no_database_is_named_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "mimin.db").write_text("not a database, but long enough to look at " * 40)
    with pytest.raises(DatabaseError, match="not a Mimin database"):
        open_engine(f"sqlite:///{tmp_path}/mimin.db")


def test_a_locked_database_is_named_in_a_line(engine: Engine, tmp_path: Path) -> None:
    holder = sqlite3.connect(tmp_path / "mimin.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    impatient = open_engine_now(tmp_path)
    with pytest.raises(DatabaseError, match="another process holds"), transaction(impatient):
        raise AssertionError("two writers at once")
    holder.close()


def open_engine_now(folder: Path) -> Engine:
    """Open the file with no patience, so that the test need not wait."""
    opened = open_engine(f"sqlite:///{folder}/mimin.db")
    event.listen(opened, "checkout", lambda connection, *_: connection.execute("PRAGMA busy_timeout=1"))
    return opened


def test_promises_of_an_older_version_run_on_in_the_hours_of_their_category(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'old.db'}")
    config = migrating._config()
    with transaction(engine) as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "0002")
        conn.exec_driver_sql(
            "INSERT INTO tickets (id, conversation_id, version, status, category, opened_at, handed_back)"
            " VALUES (1, 1, 0, 'waiting', 'question', '2026-11-23 02:00:00.000000', 0)"
        )
        conn.exec_driver_sql(
            "INSERT INTO deadlines (ticket_id, kind, started_at, target_seconds, due_at, pauses, status,"
            " warned) VALUES (1, 'first_response', '2026-11-23 02:00:00.000000', 1800,"
            " '2026-11-23 02:30:00.000000', '[]', 'running', 1)"
        )
    schema.upgrade(engine)
    promises = load_settings(None, {}, tmp_path).promises
    with transaction(engine) as conn:
        (clock,) = clocks.load(conn, promises, [1])[1].clocks
        assert clock.terms.calendar is promises.policies[Category.QUESTION].calendar
        assert clock.terms.target == timedelta(minutes=30)
        assert clock.due_at == datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
        config.attributes["connection"] = conn
        command.downgrade(config, "0002")
        assert conn.exec_driver_sql("SELECT target_seconds FROM deadlines").scalar_one() == 1800
        command.upgrade(config, "head")
    engine.dispose()


def test_climbs_and_alerts_of_an_older_version_stay_as_they_were(tmp_path: Path) -> None:
    """Both tables were made anew when crises, which have no ticket, began to climb the ladder."""
    engine = open_engine(f"sqlite:///{tmp_path / 'old.db'}")
    config = migrating._config()
    with transaction(engine) as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "0004")
        for row in (
            "staff (id, name, role, active, on_call) VALUES (1, 'rina', 'decision_maker', 1, '[]')",
            "tickets (id, conversation_id, version, status, category, opened_at, handed_back)"
            " VALUES (1, 1, 0, 'waiting', 'crisis', '2026-11-23 02:00:00.000000', 0)",
            "climbs (id, ticket_id, state, acked_by, ended, look_at)"
            " VALUES (7, 1, '{}', 1, 0, '2026-11-23 02:10:00.000000')",
            "alerts (id, climb_id, ticket_id, staff_id, reason, rung, n, count, raised_at, held)"
            " VALUES (9, 7, 1, 1, 'crisis', 1, 1, 1, '2026-11-23 02:00:00.000000', 0)",
        ):
            conn.exec_driver_sql(f"INSERT INTO {row}")
        asked = (
            "SELECT id, ticket_id, acked_by, ended, look_at FROM climbs",
            "SELECT id, climb_id, ticket_id, staff_id, reason, rung, raised_at FROM alerts",
        )
        before = [conn.exec_driver_sql(sql).all() for sql in asked]
        command.upgrade(config, "head")
        assert [conn.exec_driver_sql(sql).all() for sql in asked] == before
        conn.exec_driver_sql("INSERT INTO climbs (id, crisis_id, state, ended) VALUES (8, 1, '{}', 0)")
        command.downgrade(config, "0004")
        assert [conn.exec_driver_sql(sql).all() for sql in asked] == before, (
            "a climb of a crisis goes, no other"
        )
        command.upgrade(config, "head")
    with engine.connect() as conn:
        assert conn.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    engine.dispose()
