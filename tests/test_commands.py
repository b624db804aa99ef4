"""The command line: the public contract, and one line for each mistake."""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.cli import execute
from bot.database import open_engine, transaction
from bot.web.sign_in import find_session, sign_in
from knowledge.reading import SIGNALS

DEMO = Path(__file__).parent.parent / "config.toml"
CONTENT = """article,question,answer,language
bayar,cara bayar tagihan bagaimana,Bayar di aplikasi.,id
bayar,how do I pay,,en
jam,toko buka jam berapa,Buka jam 9.,id
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own, with an own configuration."""
    monkeypatch.chdir(tmp_path)
    for name in ("MIMIN_CONFIG", "MIMIN_DATABASE_URL", "MIMIN_TELEGRAM_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "content.csv").write_text(CONTENT, "utf-8")
    (tmp_path / "config.toml").write_text('[knowledge]\ncontent = "content.csv"\n', "utf-8")
    return tmp_path


def lines(capsys: pytest.CaptureFixture[str]) -> list[Any]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def piped(home: Path, arguments: Sequence[str], stdin: bytes) -> tuple[int, list[Any]]:
    command = [sys.executable, "-m", "bot", *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, cwd=home, check=False)
    assert b"Traceback" not in done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]


def test_ask_prints_every_field_of_the_contract(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["ask", "--json", "cara bayar tagihan bagaimana"]) == 0
    (said,) = lines(capsys)
    fields = {"text", "language", "decision", "article", "answer", "matches", "signals", "terms"}
    assert set(said) == fields
    assert (said["decision"], said["article"], said["answer"]) == ("answer", "bayar", "Bayar di aplikasi.")
    assert set(said["signals"]) == set(SIGNALS)
    assert all(0 <= match["score"] <= 1 for match in said["matches"])
    scores = [match["score"] for match in said["matches"]]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) <= 5


def test_ask_reads_lines_and_copies_other_keys_through(home: Path) -> None:
    good = b'{"text": "halo min", "id": 7, "decision": "mine"}\n'
    bad = b'nope\n{"id": 1}\n{"text": "toko buka jam berapa"}\n{"text": "\xff"}\n'
    code, said = piped(home, ["ask", "--json"], good + bad)
    assert code == 1
    assert said[0]["id"] == 7
    assert said[0]["decision"] == "answer"
    assert said[0]["article"] is None
    assert [line.get("line") for line in said] == [None, 2, 3, None, 5]
    assert said[3]["article"] == "jam"


def test_a_handoff_answers_with_the_acknowledgement_it_would_send(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(["ask", "--json", "mau bicara dengan admin"]) == 0
    (said,) = lines(capsys)
    assert said["decision"] == "handoff"
    assert "admin" in said["answer"]


def test_ask_without_json_is_for_people(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["ask", "toko buka jam berapa"]) == 0
    assert "Buka jam 9." in capsys.readouterr().out


def test_due_counts_working_time_in_the_brands_zone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start = "2026-11-27T16:00:00+07:00"  # a Friday; the office closes at 17:00
    assert execute(["due", "--from", start, "--target", "4h", "--calendar", "office"]) == 0
    assert execute(["due", "--from", "2026-11-27T09:00:00Z", "--target", "1d", "--json"]) == 0
    plain, as_json = capsys.readouterr().out.splitlines()
    assert plain == "2026-11-30T12:00:00+07:00"
    assert json.loads(as_json)["due"] == "2026-11-28T16:00:00+07:00"


def test_due_reads_lines(home: Path) -> None:
    stdin = (
        b'{"from": "2026-11-27T16:00:00+07:00", "target": "15m", "n": 1}\n{"from": "x", "target": "15m"}\n'
    )
    code, said = piped(home, ["due", "--json"], stdin)
    assert code == 1
    assert said[0]["due"] == "2026-11-27T16:15:00+07:00"
    assert said[0]["n"] == 1
    assert said[1]["line"] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["due", "--from", "2026-11-27", "--target", "4h"], "instant with its offset"),
        (["due", "--from", "2026-11-27T16:00:00+07:00", "--target", "0m"], "0m"),
        (
            ["due", "--from", "2026-11-27T16:00:00+07:00", "--target", "4h", "--calendar", "ofice"],
            'mean "office"',
        ),
        (["due", "--target", "4h"], "--from is missing"),
        (["simulat"], "simulate"),
        (["staff", "ad"], "add"),
        (["ask", "--jsn"], "--json"),
        (["ask", "--config", "nowhere.toml", "x"], "nowhere.toml"),
        (["ask", "--content", "nowhere", "x"], "nowhere"),
        (["simulate", "nowhere.jsonl"], "nowhere.jsonl"),
        (["staff", "add", "tono", "--role", "supervisr"], 'mean "supervisor"'),
        (["staff", "add", "bot"], "not bot"),
        (["staff", "role", "nobody", "admin"], "nobody at the desk"),
        (["staff", "login", "nobody"], "nobody at the desk"),
        (["staff", "remove", "nobody"], "nobody at the desk"),
        (["staff", "add", "tono", "--on-call", "monday"], "--on-call"),
        (["kb", "import", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_is_allowed(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert execute(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert said in captured.err


def test_check_names_every_mistake_and_changes_nothing(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "config.toml").write_text('[brand]\nnme = "X"\n[sla.complaint]\nfirst_response = "0m"\n', "utf-8")
    before = sorted(home.rglob("*"))
    assert execute(["check"]) == 2
    problems = capsys.readouterr().err.splitlines()
    assert len(problems) == 2
    assert 'mean "name"' in problems[0]
    assert "0m" in problems[1]
    assert sorted(home.rglob("*")) == before


def test_init_makes_a_configuration_that_checks_and_overwrites_nothing(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(["init", "warung-kopi"]) == 0
    config = home / "warung-kopi" / "config.toml"
    assert 'name = "Warung Kopi"' in config.read_text("utf-8")
    assert execute(["check", "--config", str(config)]) == 0
    assert execute(["init", "warung-kopi"]) == 2
    assert "is there already" in capsys.readouterr().err


def test_articles_are_imported_in_versions(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["kb", "import"]) == 0
    assert execute(["kb", "import"]) == 0
    (home / "content.csv").write_text(CONTENT.replace("Buka jam 9.", "Buka jam 10."), "utf-8")
    assert execute(["kb", "import"]) == 0
    (home / "one.csv").write_text("article,question,answer\nbaru,apa yang baru,Ini.\n", "utf-8")
    assert execute(["kb", "import", "one.csv", "--replace"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "2 added, 0 changed, 0 retired, 0 as before",
        "0 added, 0 changed, 0 retired, 2 as before",
        "0 added, 1 changed, 0 retired, 1 as before",
        "1 added, 0 changed, 2 retired, 0 as before",
    ]
    assert execute(["kb", "list", "--json"]) == 0
    assert [article["article"] for article in lines(capsys)] == ["baru"]


def test_a_bad_import_changes_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["kb", "import"]) == 0
    (home / "bad.csv").write_text("article,question,answer\nbaru,apa yang baru,Ini.\nrusak\n", "utf-8")
    assert execute(["kb", "import", "bad.csv", "--replace"]) == 2
    assert "bad.csv" in capsys.readouterr().err
    assert execute(["kb", "list", "--json"]) == 0
    assert [article["article"] for article in lines(capsys)] == ["bayar", "jam"]


def test_people_come_and_go(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["staff", "add", "tono", "--telegram", "42"]) == 0
    assert execute(["staff", "add", "tini", "--role", "supervisor", "--on-call", "mon-fri 08:00-17:00"]) == 0
    assert execute(["staff", "add", "tata", "--telegram", "42"]) == 2
    assert execute(["staff", "role", "tono", "decision_maker"]) == 0
    assert execute(["staff", "remove", "tini"]) == 0
    capsys.readouterr()
    assert execute(["staff", "list", "--json"]) == 0
    assert lines(capsys) == [
        {"name": "tono", "role": "decision_maker", "telegram": 42, "email": None, "on_call": []}
    ]
    assert execute(["staff", "login", "tono"]) == 0
    assert "/login/" in capsys.readouterr().out


def test_who_comes_back_signs_in_anew(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A session or a link of before the removal does not live again with the person."""
    assert execute(["staff", "add", "tini"]) == 0
    tokens = []
    for _ in range(2):
        capsys.readouterr()
        assert execute(["staff", "login", "tini"]) == 0
        tokens.append(capsys.readouterr().out.strip().rpartition("/")[2])
    engine, now = open_engine(f"sqlite:///{home / 'mimin.db'}"), datetime.now(UTC)
    with transaction(engine) as conn:
        secret = sign_in(conn, tokens[0], now)
        assert find_session(conn, secret, now) is not None
    assert execute(["staff", "remove", "tini"]) == 0
    assert execute(["staff", "add", "tini"]) == 0
    with transaction(engine) as conn:
        assert find_session(conn, secret, now) is None
        assert sign_in(conn, tokens[1], now) is None
    engine.dispose()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nope", "not JSON"),
        ('{"at": "2026-11-23T09:00:00", "who": "ani", "says": "x"}', "offset"),
        ('{"at": "2026-11-23T09:00:00Z", "who": "ani"}', "either"),
        ('{"at": "2026-11-23T09:00:00Z", "says": "x"}', '"who"'),
        ('{"at": "2026-11-23T09:00:00Z", "who": "ani", "says": "x", "txt": 1}', "txt"),
        ('{"at": "2026-11-20T09:00:00Z", "who": "ani", "says": "x"}', "before the line above"),
        ('{"at": "2026-11-23T09:00:00Z", "who": "sari", "does": "claim", "ticket": true}', "whole number"),
    ],
)
def test_a_bad_story_line_is_named(
    home: Path, capsys: pytest.CaptureFixture[str], line: str, said: str
) -> None:
    good = '{"at": "2026-11-22T09:00:00Z", "who": "ani", "says": "halo"}\n'
    (home / "story.jsonl").write_text(good + line + "\n", "utf-8")
    assert execute(["simulate", "story.jsonl"]) == 2
    captured = capsys.readouterr().err
    assert captured.startswith("mimin: story.jsonl:2: ")
    assert said in captured


def test_the_shipped_demo_is_in_order(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["check", "--config", str(DEMO)]) == 0
    out = capsys.readouterr().out
    assert "in order" in out
    assert "warning" not in out


def test_the_articles_are_tested_and_a_threshold_is_kept(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = ["article,question,answer"]
    rows += [f"ongkir,{q},Mulai Rp 9.000." for q in ("ongkir ke bandung", "berapa ongkir", "ongkir mahal")]
    rows += [
        f"garansi,{q},Satu tahun." for q in ("garansi berapa lama", "ada garansi resmi", "klaim garansi")
    ]
    (home / "content.csv").write_text("\n".join(rows))
    assert execute(["kb", "test", "--content", "content.csv", "--min", "50"]) == 0
    assert "phrasings are found again" in capsys.readouterr().out
    code = execute(["kb", "test", "--content", "content.csv", "--min", "100", "--json"])
    (found,) = lines(capsys)
    assert found["judged"] == 6
    assert (code == 1) == (found["share"] < 100)


def test_a_brand_lays_its_own_words_over_those_that_ship(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "words").mkdir()
    (home / "words" / "lexicon.toml").write_text('[ours]\nkuaci = "bayar"\n')
    with (home / "config.toml").open("a") as config:
        config.write('words = "words"\n')
    assert execute(["check"]) == 0
    capsys.readouterr()
    assert execute(["ask", "--json", "kuaci tagihan"]) == 0
    (own,) = lines(capsys)
    assert own["matches"][0]["article"] == "bayar"
    (home / "words" / "lexikon.toml").write_text("")
    assert execute(["check"]) == 2
    assert 'did you mean "lexicon.toml"' in capsys.readouterr().err


def test_a_folder_of_words_that_is_not_there_is_one_line(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (home / "config.toml").open("a") as config:
        config.write('words = "no-such-folder"\n')
    assert execute(["ask", "halo"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "no such folder" in line


def test_the_report_is_printed_for_people_and_for_machines(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(["report"]) == 0
    said = capsys.readouterr().out
    assert "tidak ada follower yang menulis" in said
    assert "share answered" in said
    assert execute(["report", "--from", "2026-11-01", "--to", "2026-11-30", "--json"]) == 0
    (read,) = lines(capsys)
    assert (read["from"], read["to"], read["timezone"]) == ("2026-11-01", "2026-11-30", "Asia/Jakarta")
    assert {
        "section": "messages",
        "figure": "messages",
        "of": "",
        "value": 0,
        "unit": "count",
        "cases": None,
    } in (read["figures"])
    assert execute(["report", "--format", "csv"]) == 0
    assert capsys.readouterr().out.startswith("from,to,section,figure,of,value,unit,cases")
    for wrong in (["--from", "soon"], ["--from", "2026-11-30", "--to", "2026-11-01"], ["--json", "--csv"]):
        assert execute(["report", *wrong]) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_the_report_is_one_file_that_fetches_nothing_and_leads_to_the_desk(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(["report", "--format", "html", "--out", "report.html"]) == 0
    assert capsys.readouterr().out == ""
    page = Path("report.html").read_text("utf-8")
    assert page.count("<h1>") == 1
    assert 'id="satisfaction"' in page
    assert "break-inside" in page, "how it prints stands in it"
    assert not re.search(r"<link|<script|<form|/static/|url\(|\sstyle=", page)
    assert execute(["report", "--format", "html"]) == 0
    assert capsys.readouterr().out.startswith("<!doctype html>")
    for name, begins in (("csv", "\ufefffrom,to,"), ("json", '{"from"'), ("text", "")):
        assert execute(["report", "--format", name, "--out", f"report.{name}"]) == 0
        assert Path(f"report.{name}").read_text("utf-8").startswith(begins)
    assert execute(["report", "--out", "no-such-folder/report.html"]) == 1
    assert "no-such-folder" in capsys.readouterr().err
