"""A real `mimin run` in a process of its own, for the tests that look at it from outside."""

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parent.parent
STARTS_WITHIN = 60.0


@dataclass(slots=True)
class Running:
    """A process that said `ready`. `address` has no slash at its end; `logins` are links by role."""

    process: subprocess.Popen[str]
    address: str = ""
    logins: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)


@contextmanager
def mimin(folder: Path, config: Path, environ: Mapping[str, str] | None = None) -> Iterator[Running]:
    """Start it on a free port with its database in `folder`, and stop it at the end."""
    with (folder / "errors.txt").open("w+", encoding="utf-8") as errors:
        process = start(folder, config, environ or {}, errors)
        lines: queue.Queue[str | None] = queue.Queue()
        pump = threading.Thread(target=_pump, args=(process, lines))
        pump.start()
        try:
            yield _ready(process, lines, folder / "errors.txt")
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(20)
            pump.join()
            if process.stdout is not None:
                process.stdout.close()


def start(
    folder: Path, config: Path, environ: Mapping[str, str], errors: IO[str] | int = subprocess.PIPE
) -> "subprocess.Popen[str]":
    """Start the process and return at once."""
    given = {
        **os.environ,
        "MIMIN_DATABASE_URL": f"sqlite:///{folder}/mimin.db",
        "MIMIN_WEB_PORT": "0",
        "PYTHONPATH": str(ROOT),
        **environ,
    }
    command = [sys.executable, "-m", "bot", "run", "--config", str(config)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=folder, env=given)


def _ready(process: "subprocess.Popen[str]", lines: "queue.Queue[str | None]", errors: Path) -> Running:
    running, deadline = Running(process), time.monotonic() + STARTS_WITHIN
    while "ready" not in running.said:
        line = lines.get(timeout=max(0.1, deadline - time.monotonic()))
        if line is None:
            raise AssertionError(f"it ended instead of starting: {running.said}, {errors.read_text('utf-8')}")
        running.said.append(line)
        if "followers chat at " in line:
            running.address = line.split("followers chat at ")[1].split("/ ")[0]
        if line.startswith("sign in as "):
            role = next(role for role in ("admin", "supervisor", "decision maker") if f"as {role} " in line)
            running.logins[role] = line.rsplit(" ", 1)[1]
    return running


def _pump(process: "subprocess.Popen[str]", lines: "queue.Queue[str | None]") -> None:
    for line in process.stdout or ():
        lines.put(line.rstrip("\n"))
    lines.put(None)
