"""`mimin run` from outside: it starts, serves, keeps to one process, and ends when it is told to."""

import json
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from bot import journal
from bot.database import METADATA, open_engine, reading, transaction
from bot.run import put_in_force
from bot.settings import load_settings
from handoff import tickets
from handoff.policy import Category
from handoff.tables import TICKETS
from tests.cast import NOON
from tests.running import ROOT, Running, mimin, start

DEMO = ROOT / "config.toml"


def get(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own process
            return answer.status, answer.read().decode("utf-8")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode("utf-8")


def ends(process: "subprocess.Popen[str]") -> tuple[int, str]:
    _, errors = process.communicate(timeout=60)
    return process.returncode, errors


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mimin")


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Running]:
    """One process for those that do not end it."""
    with mimin(folder, DEMO) as started:
        yield started


def test_it_starts_with_no_token_and_says_where_to_look(running: Running) -> None:
    assert set(running.logins) == {"admin", "supervisor", "decision maker"}
    status, health = get(f"{running.address}/healthz")
    assert status == 200
    assert json.loads(health)["status"] == "ok"
    assert "Layarku" in get(f"{running.address}/")[1]
    assert get(f"{running.address}/nowhere")[0] == 404


def test_a_second_process_on_the_same_database_is_refused_in_a_line(running: Running, folder: Path) -> None:
    code, errors = ends(start(folder, DEMO, {}))
    assert code == 1
    assert running.process.poll() is None
    assert errors.strip().endswith("another `mimin run` is using it")
    assert errors.count("\n") == 1


def test_a_port_in_use_is_named_in_a_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, errors = ends(start(tmp_path, DEMO, {"MIMIN_WEB_PORT": str(port)}))
    assert code == 1
    assert f"127.0.0.1:{port}" in errors
    assert errors.count("\n") == 1


def test_a_folder_that_is_not_there_is_named_in_a_line(tmp_path: Path) -> None:
    code, errors = ends(start(tmp_path, DEMO, {"MIMIN_DATABASE_URL": f"sqlite:///{tmp_path}/no/mimin.db"}))
    assert code == 1
    assert "no" in errors
    assert errors.count("\n") == 1


def test_what_another_command_writes_reaches_the_running_process(running: Running, folder: Path) -> None:
    command = [sys.executable, "-m", "bot", "staff", "login", "sari", "--config", str(DEMO)]
    environ = {"MIMIN_DATABASE_URL": f"sqlite:///{folder}/mimin.db", "PYTHONPATH": str(ROOT)}
    made = subprocess.run(command, capture_output=True, text=True, check=True, env=environ, cwd=folder)
    link = made.stdout.strip()
    assert link.startswith(f"{running.address}/login/")
    assert get(link)[0] == 401  # signed in, but this client keeps no cookie
    assert get(link)[0] == 410


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_when_told(tmp_path: Path, sign: signal.Signals) -> None:
    with mimin(tmp_path, DEMO) as running:
        running.process.send_signal(sign)
        assert running.process.wait(20) == 0
    assert not (tmp_path / "mimin.db-wal").exists()


def test_new_hours_say_how_many_running_promises_keep_the_old_ones(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'mimin.db'}")
    METADATA.create_all(engine)
    said: list[str] = []
    for config in ("", "", '[sla.complaint]\nfirst_response = "5m"\n'):
        (tmp_path / "config.toml").write_text(config, "utf-8")
        settings = load_settings(None, {}, tmp_path)
        promises = put_in_force(settings, engine, said.append)
        with transaction(engine) as conn:
            tickets.open_for_contact(conn, promises, 1 + promises.version, Category.COMPLAINT, NOON, NOON)
            conn.execute(update(TICKETS).values(status="resolved"))
    assert said == ["new hours or promised times hold from now on; 4 that run keep those they began with"]
    with reading(engine) as conn:
        changed = [entry.data for entry in journal.read_since(conn, 0) if entry.kind == "rules_changed"]
    assert changed == [{"version": 1, "kept": 0}, {"version": 2, "kept": 4}]
    engine.dispose()
