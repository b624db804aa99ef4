"""Amounts as people write them."""

import pytest

from handoff.money import find_amounts, format_amount, parse_amount


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1.500.000", 1_500_000), ("1,500,000", 1_500_000), ("1,5jt", 1_500_000), ("1.5 juta", 1_500_000),
        ("Rp 200rb", 200_000), ("200k", 200_000), ("rp1.500.000,00", 1_500_000), ("dua juta", 2_000_000),
        ("seratus lima puluh ribu", 150_000), ("setengah juta", 500_000), (150_000, 150_000), (2.0, 2),
        ("0", 0), ("Rp 1 500 000", 1_500_000), ("1 500 000", 1_500_000), ("Rp1.500.000,50", 1_500_000),
        ("seratus dua belas ribu", 112_000), ("dua ratus lima belas ribu", 215_000),
        ("dua belas ribu", 12_000),
        ("fifteen thousand", 15_000), ("one hundred and fifty thousand", 150_000),
        ("two million three hundred thousand", 2_300_000), ("1,25jt", 1_250_000), ("1.250.000", 1_250_000),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_it_is_meant(written: object, amount: int) -> None:
    assert parse_amount(written) == amount


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (-5, "not negative"), ("-5", "not negative"), ("Rp-5.000", "not negative"), (10**16, "too large"),
        ("99999999999999999999", "too large"), ("$50", "in USD"), ("50 dollar", "in USD"), ("1.5",
        "two ways"),
        ("12.50", "two ways"), ("1,250jt", "two ways"), ("1.250 rb", "two ways"), ("9" * 5_000,
        "too large"),
        ("1.50.000", "two ways"), ("Rp" + "9" * 5_000, "too large"),
        ("banyak", "no amount"), ("", "no amount"), ("1e6", "no amount"), (True,
        "no amount"),
        (None, "no amount"), (1.5, "no whole amount"), (float("nan"), "no whole amount"), ("ribuan",
        "no amount"),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused_in_a_sentence(written: object, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_amount(written)


def test_cents_are_counted_where_they_are_used() -> None:
    assert parse_amount("12.50", "USD") == 1250
    assert parse_amount("$1,250.75", "USD") == 125_075
    assert parse_amount("15000", "USD") == parse_amount(15_000, "USD") == parse_amount("150.00", "USD")
    assert (
        parse_amount("$150", "USD") == parse_amount("S$150", "SGD") == parse_amount("$150", "SGD") == 15_000
    )
    assert parse_amount("one hundred fifty", "USD") == 15_000
    with pytest.raises(ValueError, match="two ways"):
        parse_amount("1,500", "USD")
    assert (format_amount(1250, "USD"), format_amount(1_500_000)) == ("USD 12.50", "Rp1.500.000")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("kami refund Rp 500.000 ya kak", [500_000]), ("nanti 1,5jt, pasti", [1_500_000]),
        ("dua juta kami kembalikan", [2_000_000]), ("kami ganti 150 ribu rupiah", [150_000]),
        ("jam 10.30 tgl 12.12.2026, no 0812-3456-7890, 3 x 24 jam", []), ("Rp500.000,- dan 20k", [500_000,
        20_000]), ("Rp 1 500 000 ya", [1_500_000]), ("Rp1.500.000,50", [1_500_000]),
        ("1,250jt", [1_250_000_000]), ("seratus dua belas ribu ya", [112_000]), ("Rp1.50.000", [150_000]),
        ("about fifteen thousand", [15_000]), ("0812 345 678 901", []),
        ("500.000 100.000", [500_000, 100_000]),
        ("Rp" + "9" * 5_000, [10**15 + 1]), ("1" + " " * 5_000 + "x", []),
    ],
)  # fmt: skip
def test_the_amounts_of_a_text_are_found(text: str, values: list[int]) -> None:
    assert [one.value for one in find_amounts(text)] == values


def test_an_amount_is_in_the_currency_that_it_names_else_in_the_brands() -> None:
    text = "$9,000, USD 9.000, 9.000 usd, nine thousand dollars, Rp9.000, 9.000, sembilan ribu rupiah"
    in_dollars, in_rupiah = [(900_000, "USD")] * 4, (9_000, "IDR")
    found = [(one.value, one.currency) for one in find_amounts(text)]
    assert found == [*in_dollars, in_rupiah, in_rupiah, in_rupiah]
    found = [(one.value, one.currency) for one in find_amounts(text, "USD")]
    assert found == [*in_dollars, in_rupiah, (900_000, "USD"), in_rupiah]
    assert [(one.value, one.currency) for one in find_amounts("$15, 150.00", "SGD")] == [
        (1_500, "SGD"),
        (15_000, "SGD"),
    ]
