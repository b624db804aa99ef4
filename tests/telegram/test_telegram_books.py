"""The books of the fault tests find what they are kept for."""

import pytest

from tests.telegram.books import compare

ASKED = ["satu", "dua", "tiga"]


@pytest.mark.parametrize(
    ("found", "amiss"),
    [
        (["satu", "dua", "tiga"], {}),
        (["satu", "satu", "dua", "tiga"], {"answers doubled": 1}),
        (["satu", "satu", "tiga"], {"answers doubled": 1, "answers lost": 1}),
        (["satu", "tiga", "dua"], {"answers out of order": 1}),
        (["satu", "dua", "tiga", "empat"], {"answers unexpected": 1}),
        ([], {"answers lost": 3}),
    ],
    ids=str,
)
def test_what_is_amiss_is_counted_apart(found: list[str], amiss: dict[str, int]) -> None:
    assert +compare("answers", ASKED, found) == amiss
