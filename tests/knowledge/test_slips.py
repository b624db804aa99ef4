"""Words that were misspelt in haste are told from words that are only unknown."""

import pytest

from knowledge.slips import Slips

COUNTS = dict.fromkeys(
    ("tagihan", "jaringan", "modem", "kabel", "sebentar", "gunakan", "address", "masuk", "reset"), 5
)
COUNTS |= {"ketidaknyamanan": 1, "kontak": 4}
SLIPS = Slips(frozenset({"kak", "wifi"}), COUNTS, frozenset({"Layarku"}))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Tagihna Kakak", [("Tagihna", "tagihan")]),  # swapped
        ("jarigan", [("jarigan", "jaringan")]),  # left out
        ("jarinngan", [("jarinngan", "jaringan")]),  # doubled
        ("jaribgan", [("jaribgan", "jaringan")]),  # a neighbour on the keyboard
        ("modm", [("modm", "modem")]),  # of a short word, too
        ("mosem", [("mosem", "modem")]),
        ("jaringannya lalu jarignannya", [("jarignannya", "jaringannya")]),  # under an ending
        ("ketidaknyamananya", [("ketidaknyamananya", "ketidaknyamanannya")]),
        ("Halo, ini Layraku", [("Layraku", "Layarku")]),  # the brand's own name
        ("Modme-nya", [("Modme", "modem")]),
    ],
)  # fmt: skip
def test_a_slip_is_found_with_what_was_meant(text: str, found: list[tuple[str, str]]) -> None:
    assert SLIPS.find(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "modal",  # another word, as letters far apart show
        "modemnya dinyalakan",  # an ending, and a word that nothing is near to
        "gunaan", "menggunakan", "addresses",  # another form of one word
        "kontek",  # what others are misspelt from must be common
        "odem",  # the first letter is seldom wrong
        "wifi", "WIFI kak", "Halo Modam",  # a name inside a sentence
        "cs@modme.id", "modme.id", "@modme",  # no words
    ],
)  # fmt: skip
def test_what_may_be_right_is_left_alone(text: str) -> None:
    assert SLIPS.find(text) == []


def test_given_names_are_right() -> None:
    assert SLIPS.find("Kak Layarky", ["Layarky"]) == []
