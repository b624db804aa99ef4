"""The words, times and paces of the pages; what is decided without a database."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.judgement import Why
from bot.web.pages import HERE, first_name, initial, tint
from bot.web.safety import Pace
from bot.web.shelf import Order
from bot.web.times import clock, day, moment, span
from bot.web.words import choose_language, read_words
from handoff.entry import Refused
from handoff.guard import Level
from handoff.policy import Category, Kind, Reason, Role
from handoff.ticket import Status
from knowledge.reading import SIGNALS, Decision

JAKARTA = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
WORDS = read_words()
PLACES = re.compile(r"\{\w*\}")


def test_both_languages_have_the_same_words_with_the_same_places() -> None:
    indonesian, english = WORDS["id"].texts, WORDS["en"].texts
    assert set(indonesian) == set(english)
    for key, text in indonesian.items():
        assert sorted(PLACES.findall(text)) == sorted(PLACES.findall(english[key])), key


def test_everything_that_is_stored_by_name_has_words() -> None:
    sections = {
        "category": Category, "deadline": Kind, "reason": Reason, "role": Role, "status": Status,
        "decision": Decision, "refused": Refused.CODES, "preview": Level,
        "would": Why, "because": Why, "signal": SIGNALS, "order": Order,
    }  # fmt: skip
    for section, names in sections.items():
        for name in names:
            assert f"{section}.{name}" in WORDS["id"].texts


@pytest.mark.parametrize("template", sorted((HERE / "templates").iterdir()), ids=lambda file: Path(file).name)
def test_a_template_asks_only_for_words_there_are(template: Path) -> None:
    for key in re.findall(r"\bt\(\"([\w.]+)\"[,)]", template.read_text("utf-8")):
        assert key in WORDS["id"].texts, key


@pytest.mark.parametrize(
    ("asked", "accepted", "chosen"),
    [
        (None, "id-ID,id;q=0.9,en;q=0.8", "id"),
        (None, "en-GB,en;q=0.9,id;q=0.8", "en"),
        (None, "fr, en;q=0.5", "en"),
        (None, "fr", "id"),
        (None, "", "id"),
        (None, "in", "id"),
        (None, "en;q=0", "id"),
        (None, "en;q=much, ;;;,", "id"),
        ("en", "id", "en"),
        ("xx", "en", "en"),
    ],
)
def test_the_language_is_the_one_asked_for_else_accepted_else_the_brand_s(
    asked: str | None, accepted: str, chosen: str
) -> None:
    assert choose_language(asked, accepted, "id") == chosen


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(0), "00:00"),
        (timedelta(minutes=14, seconds=5), "14:05"),
        (timedelta(minutes=-3), "03:00"),
        (timedelta(hours=1), "1j 00m"),
        (timedelta(hours=23, minutes=59), "23j 59m"),
        (timedelta(days=2, hours=3), "2h 3j"),
    ],
)
def test_a_length_is_said_as_the_countdown_does(length: timedelta, said: str) -> None:
    assert span(length, "id") == said


def test_times_are_said_in_the_brand_s_zone() -> None:
    midnight = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
    assert clock(midnight, JAKARTA, "id") == "00.30"
    assert day(midnight, NOW, JAKARTA, "id") == "Hari ini"
    assert day(midnight - timedelta(hours=1), NOW, JAKARTA, "en") == "Yesterday"
    assert moment(midnight - timedelta(days=3), NOW, JAKARTA, "id") == "Jumat, 20 Nov 00.30"
    assert day(midnight - timedelta(days=365), NOW, JAKARTA, "id") == "Minggu, 23 Nov 2025"


def test_names_are_shown_short() -> None:
    assert [first_name(name) for name in ("sari", "Dewi Lestari", "  ", "")] == ["Sari", "Dewi", "  ", ""]
    assert [initial(name) for name in ("ani", "😀 bo", "مريم", "—")] == ["A", "B", "م", "·"]
    assert tint("ani") == tint("ani")


def test_a_pace_lets_twenty_pass_and_then_asks_to_wait() -> None:
    pace = Pace(most=20, seconds=10)
    assert [pace.wait("a", 0.1 * n) for n in range(20)] == [0.0] * 20
    assert pace.wait("a", 2.0) == pytest.approx(8.0)
    assert pace.wait("b", 2.0) == 0
    assert pace.wait("a", 10.05) == 0


def test_a_pace_forgets_the_longest_silent() -> None:
    pace = Pace(most=1, remembered=2)
    for visitor in ("a", "b", "c"):
        pace.wait(visitor, 0)
    assert pace.wait("c", 1) > 0
    assert pace.wait("a", 1) == 0
