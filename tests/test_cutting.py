"""Texts are cut as Telegram counts them, and buttons carry codes that Telegram takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.buttons import AckTap, OfferTap, Tap, code_of, read_code
from bot.cutting import cleaned, parts, shortened, units


def test_a_text_that_fits_stays_whole() -> None:
    assert parts("halo") == ("halo",)
    assert parts("a" * 4096) == ("a" * 4096,)
    assert parts("📺" * 2048) == ("📺" * 2048,)


def test_an_emoji_counts_twice() -> None:
    assert units("📺a") == 3
    assert parts("📺" * 2049) == ("📺" * 2048, "📺")
    assert parts("a" + "📺" * 2048) == ("a" + "📺" * 2047, "📺")


def test_it_is_cut_at_the_last_line_that_fits() -> None:
    assert parts("satu dua\ntiga empat\nlima", 20) == ("satu dua\ntiga empat", "lima")


def test_without_a_line_it_is_cut_at_a_word() -> None:
    assert parts("satu dua tiga", 10) == ("satu dua", "tiga")
    assert parts("satu dua", 4) == ("satu", "dua")


def test_without_a_word_it_is_cut_where_it_must() -> None:
    assert parts("abcdefgh", 3) == ("abc", "def", "gh")


def test_no_part_is_blank() -> None:
    assert parts(" \n" * 5000) == ()
    assert parts("\n" * 5000 + "halo" + "\n" * 5000) == ("halo",)


@given(st.text(alphabet="ab \n📺é", max_size=60), st.integers(2, 12))
def test_nothing_but_white_space_is_lost_and_every_part_fits(text: str, limit: int) -> None:
    found = parts(text, limit)
    assert all(units(part) <= limit and part.strip() for part in found)
    assert "".join("".join(found).split()) == "".join(text.split())


@given(st.text(alphabet="ab 📺", max_size=30), st.integers(2, 12))
def test_a_shortened_text_fits(text: str, limit: int) -> None:
    assert units(shortened(text, limit)) <= limit


def test_what_cannot_be_stored_or_sent_is_taken_out() -> None:
    assert cleaned("ha\udc00lo\0 \ud83d\udcfa") == "ha�lo 📺"


@pytest.mark.parametrize("tap", [OfferTap(1, 0), OfferTap(10**17, 99), AckTap(7), AckTap(10**17)], ids=repr)
def test_a_code_is_read_as_what_was_written_and_fits_a_button(tap: Tap) -> None:
    assert read_code(code_of(tap)) == tap
    assert len(code_of(tap).encode()) <= 64


@pytest.mark.parametrize(
    "code",
    [None, 7, "", "offer", "offer:1", "offer:1:2:3", "offer:-1:0", "ack:", "ack:x", "ack:1\n", "offer:١:0",
     "ack:" + "9" * 40],
)  # fmt: skip
def test_what_is_no_code_of_ours_is_nothing(code: object) -> None:
    assert read_code(code) is None
