"""The reports on the desk: who may read them, what they show, and what stands behind a number."""

import csv
import re

import pytest

from handoff import people
from handoff.policy import Role
from tests.web.house import Mimin

WHERE = "/desk/reports"


@pytest.mark.parametrize("page", ["", ".csv", "/tickets?figure=messages"])
def test_only_who_answers_for_the_promises_may_read_and_that_is_looked_up_each_time(
    mimin: Mimin, page: str
) -> None:
    assert mimin.visitor().get(f"{WHERE}{page}").status_code == 401
    refused = mimin.signed_in("sari").get(f"{WHERE}{page}")
    assert refused.status_code == 403
    assert "hanya untuk supervisor" in refused.text
    agus = mimin.signed_in("agus")
    assert agus.get(f"{WHERE}{page}").status_code == 200

    def demote(conn):  # type: ignore[no-untyped-def]
        person = people.find_staff(conn, "agus")
        assert person is not None
        people.change_role(conn, person, Role.ADMIN)

    mimin.write(demote)
    assert agus.get(f"{WHERE}{page}").status_code == 403


def test_the_desk_leads_there_for_those_who_may_read(mimin: Mimin) -> None:
    assert f'href="{WHERE}"' in mimin.signed_in("rina").get("/desk").text
    assert f'href="{WHERE}"' not in mimin.signed_in("sari").get("/desk").text
    assert mimin.signed_in("rina").get("/report").url.path == WHERE


@pytest.mark.parametrize(
    ("days", "line"),
    [
        ("from=yesterday", "Tanggalnya tidak bisa dibaca"),
        ("from=2026-11-23&to=2026-11-20", "Rentangnya terbalik"),
        ("from=2025-01-01&to=2026-11-20", "terlalu panjang"),
        ("from=2026-11-01&to=2026-11-20&by=minute", "Pembagiannya tidak dikenal"),
    ],
)
def test_bad_dates_get_one_clear_line(mimin: Mimin, days: str, line: str) -> None:
    agus = mimin.signed_in("agus")
    for page in ("", ".csv", "/tickets"):
        answer = agus.get(f"{WHERE}{page}?{days}")
        assert answer.status_code == 422
        assert answer.text.count(line) == 2  # in the title and on the page


def test_a_number_leads_to_what_was_counted(mimin: Mimin) -> None:
    mimin.call(name="<b>Ani</b>")
    mimin.later(minutes=45)
    agus = mimin.signed_in("agus")
    page = agus.get(WHERE).text
    tile = re.search(r'id="tile-broken"><a href="([^"]+)"><b>1</b>', page)
    assert tile
    behind = agus.get(tile[1].replace("&amp;", "&")).text
    assert "/desk/conversations/1" in behind
    assert "&lt;b&gt;Ani&lt;/b&gt;" in behind
    assert agus.get(f"{WHERE}/tickets?figure=salaries").status_code == 404


def test_a_gap_leads_to_who_asked_it(mimin: Mimin) -> None:
    mimin.visitor().say("kucing saya tidur di atas lemari", name="Bo")
    agus = mimin.signed_in("agus")
    link = re.search(r'href="(/desk/reports/tickets\?figure=gap[^"]+)">1</a>', agus.get(WHERE).text)
    assert link
    behind = agus.get(link[1].replace("&amp;", "&")).text
    assert "kucing saya" in behind
    assert ">Bo</a>" in behind


def test_the_page_says_in_both_languages_what_it_shows_and_runs_nothing(mimin: Mimin) -> None:
    follower, _ = mimin.call()
    follower.say("kucing saya tidur di atas lemari")
    agus = mimin.signed_in("agus")
    for language, word in (("id", "Janji yang terlewat"), ("en", "Broken promises")):
        page = agus.get(f"{WHERE}?from=2026-11-23&to=2026-11-23&lang={language}")
        assert word in page.text
        assert page.headers["content-language"] == language
        assert not re.search(r"<script|\sstyle=|\son\w+=", page.text)
        charts = re.findall(r'<svg class="chart".*?</svg>', page.text, re.DOTALL)
        assert len(charts) == 4
        assert all("<title id=" in chart and "<desc id=" in chart for chart in charts)


def test_the_figures_come_as_a_spreadsheet(mimin: Mimin) -> None:
    mimin.call()
    answer = mimin.signed_in("agus").get(f"{WHERE}.csv?from=2026-11-23&to=2026-11-23")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "mimin-2026-11-23-2026-11-23.csv" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(answer.content.decode("utf-8-sig").splitlines()))
    assert {(row["figure"], row["value"]) for row in rows if row["section"] == "messages"} >= {
        ("messages", "1"),
        ("handed_off", "1"),
        ("answered", "0"),
    }


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("figure=opened&of=question", "pertanyaan"),
        ("figure=broken&of=kind:first_response", "Jawaban pertama"),
        ("figure=kept&of=person:1", "sari"),
        ("figure=kept&of=person:0", "belum ada"),
        ("figure=broken&of=hour:9", "9:00"),
        ("figure=approvals&of=direct", "dalam batas sendiri"),
        ("figure=article&of=biaya-pasang", "Berapa biaya pasang dekoder?"),
        ("figure=article&of=gone", "gone"),
    ],
)
def test_the_list_says_which_part_of_a_figure_it_shows(mimin: Mimin, asked: str, said: str) -> None:
    assert f"· {said}</p>" in mimin.signed_in("agus").get(f"{WHERE}/tickets?{asked}").text
