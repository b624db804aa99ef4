"""The command line about time: swaps of shifts, and why a promise was kept or broken."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.cli import execute

STORY = """\
{"at": "2026-11-23T10:00:00+07:00", "who": "ani", "says": "decoder saya mati total, kecewa sekali"}
{"at": "2026-11-23T10:05:00+07:00", "who": "sari", "does": "reply", "text": "Nomornya?", "awaiting": true}
{"at": "2026-11-23T12:05:00+07:00", "who": "ani", "says": "0812 kak"}
{"at": "2026-11-23T12:50:00+07:00", "who": "sari", "does": "resolve"}
"""
CONFIG = """\
[[staff]]
name = "sari"
role = "admin"
on_call = ["mon-fri 08:00-17:00"]
[[staff]]
name = "budi"
role = "admin"
on_call = ["sat 08:00-17:00"]
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own, with two admins and a story."""
    monkeypatch.chdir(tmp_path)
    for name in ("MIMIN_CONFIG", "MIMIN_DATABASE_URL", "MIMIN_TELEGRAM_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "config.toml").write_text(CONFIG, "utf-8")
    (tmp_path / "story.jsonl").write_text(STORY, "utf-8")
    return tmp_path


def lines(capsys: pytest.CaptureFixture[str]) -> list[Any]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.usefixtures("home")
def test_a_shift_is_swapped_listed_and_taken_back(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["staff", "list"]) == 0
    capsys.readouterr()
    assert execute(["staff", "swap", "Sari", "budi", "2099-03-02"]) == 0
    said = "swap 1: budi is on call instead of sari from 2099-03-02T08:00+07:00 to 2099-03-02T17:00+07:00\n"
    assert capsys.readouterr().out == said
    assert execute(["staff", "swap", "sari", "budi", "2099-03-03", "--hours", "20:00-22:00"]) == 0
    capsys.readouterr()
    assert execute(["staff", "swaps", "--json"]) == 0
    assert [(one["swap"], one["from"]) for one in lines(capsys)] == [
        (1, "2099-03-02T08:00+07:00"), (2, "2099-03-03T20:00+07:00"),
    ]  # fmt: skip
    assert execute(["staff", "unswap", "1"]) == 0
    assert capsys.readouterr().out == "swap 1 is taken back: sari keeps the shift\n"
    assert execute(["staff", "swaps"]) == 0
    assert capsys.readouterr().out.startswith("swap 2: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["swap", "sari", "tono", "2099-03-02"], "nobody at the desk is called tono"),
        (["swap", "sari", "budi", "2.3.2099"], '"2.3.2099" is no date; allowed is YYYY-MM-DD'),
        (["swap", "sari", "budi", "2099-03-01"], "sari has no shift that begins on 2099-03-01"),
        (["swap", "sari", "budi", "2020-03-02"], "sari's shift of 2020-03-02 is over"),
        (["swap", "sari", "budi", "2099-03-02", "--hours", "9-12"], '"9-12" is no interval'),
        (["unswap", "9"], "there is no swap 9 to come"),
    ],
)
@pytest.mark.usefixtures("home")
def test_a_swap_that_cannot_be_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert execute(["staff", "list"]) == 0
    capsys.readouterr()
    assert execute(["staff", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err
    assert captured.err.count("\n") == 1


@pytest.mark.usefixtures("home")
def test_why_a_promise_was_kept_or_broken_is_told_turn_by_turn(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["simulate", "story.jsonl", "--why", "1"]) == 0
    assert (
        capsys.readouterr().out
        == """\
first_response: 15m of always: kept
  Mon 23 Nov 10:00:00  started: the follower wrote; due Mon 23 Nov 10:15:00
  Mon 23 Nov 10:05:00  stopped: the channel accepted a question to the follower, 5m used
  Mon 23 Nov 10:05:00  kept; due Mon 23 Nov 10:15:00
resolution: 1d of always: kept
  Mon 23 Nov 10:00:00  started: the follower wrote; due Tue 24 Nov 10:00:00
  Mon 23 Nov 10:05:00  paused: the channel accepted a question to the follower, 5m used
  Mon 23 Nov 12:05:00  resumed: the follower wrote, 5m used; due Tue 24 Nov 12:00:00
  Mon 23 Nov 12:50:00  stopped: the ticket was resolved, 50m used
  Mon 23 Nov 12:50:00  kept; due Tue 24 Nov 12:00:00
next_response: 30m of always: broken
  Mon 23 Nov 12:05:00  started: the follower wrote; due Mon 23 Nov 12:35:00
  Mon 23 Nov 12:35:00  broken; due Mon 23 Nov 12:35:00
  Mon 23 Nov 12:50:00  stopped: the ticket was resolved, 45m used
"""
    )


@pytest.mark.usefixtures("home")
def test_why_is_told_to_programs_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["simulate", "story.jsonl", "--why", "1", "--json"]) == 0
    first, _, broken = lines(capsys)
    assert (first["deadline"], first["outcome"], first["target_seconds"]) == ("first_response", "kept", 900)
    assert [turn["change"] for turn in broken["turns"]] == ["started", "breach", "stopped"]
    assert broken["turns"][2]["used_seconds"] == 2700


@pytest.mark.usefixtures("home")
def test_why_of_a_ticket_that_is_not_there_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["simulate", "story.jsonl", "--why", "7"]) == 2
    assert capsys.readouterr().err == "mimin: there is no ticket 7\n"


@pytest.mark.usefixtures("home")
def test_hours_and_addresses_of_a_person_are_changed(capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["staff", "list"]) == 0
    change = ["staff", "change", "sari"]
    assert execute([*change, "--on-call", "mon 08:00-12:00", "--on-call", "tue 08:00-12:00"]) == 0
    assert execute([*change, "--telegram", "42", "--email", "sari@example.org"]) == 0
    assert execute(["staff", "change", "budi", "--always"]) == 0
    capsys.readouterr()
    assert execute(["staff", "list", "--json"]) == 0
    assert lines(capsys) == [
        {"name": "sari", "role": "admin", "telegram": 42, "email": "sari@example.org",
         "on_call": ["mon 08:00-12:00", "tue 08:00-12:00"]},
        {"name": "budi", "role": "admin", "telegram": None, "email": None, "on_call": []},
    ]  # fmt: skip
    assert execute(["check"]) == 0
    assert "staff sari: role or telegram differs" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sari"], "nothing to change"),
        (["sari", "--always", "--on-call", "mon 08:00-12:00"], "contradict each other"),
        (["sari", "--on-call", "8-17"], '--on-call: "8-17" is no weekly shift'),
        (["sari", "--email", "sari"], "--email: "),
        (["saro", "--always"], 'nobody at the desk is called saro; did you mean "sari"?'),
    ],
)
@pytest.mark.usefixtures("home")
def test_a_change_that_cannot_be_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert execute(["staff", "list"]) == 0
    capsys.readouterr()
    assert execute(["staff", "change", *arguments]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert said in captured.err


def test_authority_is_lent_up_to_a_cap_in_the_currency_of_the_remedy(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = CONFIG.replace('role = "admin"', 'role = "supervisor"')
    remedies = (
        '[[sop]]\naction = "refund"\ncurrency = "USD"\nsupervisor = 20000\n[[sop]]\naction = "voucher"\n'
    )
    (home / "config.toml").write_text(people + remedies, "utf-8")
    assert execute(["staff", "list"]) == 0
    lent = ["staff", "delegate", "sari", "budi", "--until", "2099-12-31"]
    capsys.readouterr()
    for cap in ("150.00", "15000", "$150"):
        assert execute([*lent, "--action", "refund", "--cap", cap]) == 0
        assert "refund up to USD 150.00, until 2099-12-31" in capsys.readouterr().out
    assert execute([*lent, "--action", "voucher", "--cap", "1jt"]) == 0
    assert "voucher up to Rp1.000.000" in capsys.readouterr().out
    assert execute([*lent, "--action", "voucher", "--cap", "$150"]) == 2
    assert "this remedy is granted in IDR" in capsys.readouterr().err
    assert execute([*lent, "--cap", "15000"]) == 2
    assert "the remedies are in IDR and USD; name one with --action" in capsys.readouterr().err
    assert execute(["staff", "delegations"]) == 0
    assert capsys.readouterr().out.count("up to USD 150.00") == 3
