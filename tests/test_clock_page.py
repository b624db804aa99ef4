"""The README's page "What the clock counts": each of its examples, run."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot import delivery, outbox
from bot.outbox import Status
from bot.settings import load_settings
from bot.tables import MESSAGES
from handoff import clocks, sweep
from handoff.calendar import add, parse_duration
from tests.cast import COMPLAINT, Stage, stage

ROOT = Path(__file__).parent.parent
JAKARTA = ZoneInfo("Asia/Jakarta")
MONDAY = datetime(2026, 11, 23, tzinfo=JAKARTA)
OUTCOME = {"met": "kept", "breach": "broken"}


def rows(head: str) -> list[tuple[str, ...]]:
    """Return the rows of the README's table with that head."""
    text = (ROOT / "README.md").read_text("utf-8").split(f"| {head} |\n", 1)[1]
    table = takewhile(lambda line: line.startswith("|"), text.splitlines()[1:])
    return [tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in table]


HOURS = rows("asked | promised | counted | due")
EVENTS = rows("what happens | what the clock says")


@pytest.mark.parametrize(("asked", "promised", "counted", "due"), HOURS)
def test_a_promise_in_working_hours_is_due_as_the_page_says(
    asked: str, promised: str, counted: str, due: str, tmp_path: Path
) -> None:
    settings = load_settings(ROOT / "config.toml", {}, tmp_path)
    start = datetime.fromisoformat(asked).replace(tzinfo=JAKARTA)
    found = add(settings.calendars[counted], start, parse_duration(promised))
    assert f"{found.astimezone(JAKARTA):%Y-%m-%d %H:%M}" == due


def sweep_to(scene: Stage, until: datetime) -> None:
    """Sweep at each instant at which something is due, before `until`."""
    while True:
        with scene.open() as conn:
            due = sweep.next_look(conn)
        if due is None or due >= until:
            break
        scene.now = max(due, scene.now)
        scene.sweep()
        scene.deliver()
    scene.now = until


def sent(scene: Stage) -> list[int]:
    """Return the staff messages that the channel accepted."""
    with scene.open() as conn:
        mine = select(MESSAGES.c.id).where(MESSAGES.c.author == "staff", MESSAGES.c.status == "sent")
        return list(conn.execute(mine.where(MESSAGES.c.direction == "out").order_by(MESSAGES.c.id)).scalars())


def comes_back(scene: Stage, message: int) -> None:
    with scene.open() as conn:
        delivery.bounced(conn, scene.brand, message, "never arrived", scene.now)


def happen(scene: Stage, what: str) -> None:
    match what.split():
        case ["complains"]:
            scene.says(COMPLAINT)
        case ["writes"]:
            scene.says("terus gimana ini min?")
        case ["thanks"]:
            scene.says("makasih ya")
        case ["reply"]:
            scene.does("alice", "reply", text="Saya cek, Kak.")
        case ["promised", "news"]:
            scene.does("alice", "reply", text="Teknisinya berangkat, Kak.", update=True)
        case ["question"]:
            scene.does("alice", "reply", text="Nomor pelanggannya?", awaiting=True)
        case ["reply", "that", "fails"]:
            scene.does("alice", "reply", text="Saya cek, Kak.")
            with scene.open() as conn:
                (row,) = (row for row in outbox.list_ready(conn, scene.now) if row.kind == "admin")
                outbox.move(conn, row.id, Status.QUEUED, Status.SENDING)
                delivery.failed(conn, scene.brand, row.id, "refused", scene.now)
        case ["note"]:
            scene.does("alice", "note", text="kemungkinan kabel")
        case ["it", "never", "arrived"]:
            comes_back(scene, sent(scene)[-1])
        case ["the", "first", "never", "arrived"]:
            comes_back(scene, sent(scene)[0])
        case ["no", "reply", "needed"]:
            scene.does("alice", "no_reply_needed")
        case ["resolve"]:
            scene.does("alice", "resolve")
        case ["becomes", "a", "crisis"]:
            scene.does("alice", "category", value="crisis")
        case ["promise", by]:
            scene.does("alice", "promise", by=by, text="teknisi datang")
        case _:
            raise AssertionError(f"the page says {what!r}, which nobody can play")
    scene.deliver()


def told(scene: Stage, deadline: str) -> Iterator[str]:
    """Yield what became of a deadline, in the words of the page; what was annulled is taken back."""
    found: list[str] = []
    for kind, data in scene.happened("met", "breach", "annulled"):
        if data["deadline"] == deadline:
            due = datetime.fromisoformat(data["due_at"]).astimezone(JAKARTA)
            found = found[:-1] if kind == "annulled" else [*found, f"{OUTCOME[kind]} {due:%H:%M}"]
    yield from found


@pytest.mark.parametrize(("happens", "says"), EVENTS)
def test_what_happens_is_counted_as_the_page_says(happens: str, says: str) -> None:
    scene = stage()
    scene.now = MONDAY + timedelta(hours=9)
    for step in happens.split(", "):
        found = re.fullmatch(r"(\d\d):(\d\d)(?::(\d\d))? (.+)", step)
        assert found is not None, step
        hour, minute, second = (int(part or 0) for part in found.groups()[:3])
        sweep_to(scene, MONDAY + timedelta(hours=hour, minutes=minute, seconds=second))
        happen(scene, found[4])
    deadline, outcome, *rest = says.split()
    with scene.open() as conn:
        running = clocks.running(conn, 1).get(deadline)
    if outcome == "not":
        assert running is None
    elif outcome == "due":
        assert running is not None
        day = "tomorrow " if running.astimezone(JAKARTA).date() > MONDAY.date() else ""
        assert f"{day}{running.astimezone(JAKARTA):%H:%M}" == " ".join(rest)
    else:
        sweep_to(scene, MONDAY + timedelta(hours=20))
        assert [" ".join([outcome, *rest])] == [
            one if rest else one.split()[0] for one in told(scene, deadline)
        ][-1:]


def test_the_page_has_examples_of_every_deadline_that_runs_today() -> None:
    assert {says.split()[0] for _, says in EVENTS} == {
        "first_response", "next_response", "resolution", "promise",
    }  # fmt: skip
    assert len(HOURS) >= 5
