"""Amounts as people write them: "1.500.000", "1,5jt", "Rp 200rb", "dua juta". Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LARGEST = 10**15
# Currencies whose cents nobody uses: their amounts are whole units. All others are in minor units.
WHOLE = frozenset({"IDR", "JPY", "KRW", "VND", "CLP", "ISK", "UGX", "XAF", "XOF", "PYG", "RWF"})
UNITS = {
    "rb": 1_000, "ribu": 1_000, "k": 1_000, "jt": 1_000_000, "juta": 1_000_000, "jutaan": 1_000_000,
    "mio": 1_000_000, "miliar": 10**9, "milyar": 10**9, "triliun": 10**12, "thousand": 1_000,
    "million": 1_000_000, "billion": 10**9, "perak": 1, "rupiah": 1,
}  # fmt: skip
SIGNS = {
    "rp": "IDR", "rp.": "IDR", "idr": "IDR", "rupiah": "IDR", "$": "USD", "us$": "USD", "usd": "USD",
    "dollar": "USD", "dollars": "USD", "dolar": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR", "£": "GBP",
    "gbp": "GBP", "s$": "SGD", "sgd": "SGD", "rm": "MYR", "myr": "MYR", "¥": "JPY", "jpy": "JPY",
}  # fmt: skip
DIGITS = {
    "nol": 0, "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8,
    "sembilan": 9, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "twenty": 20, "fifty": 50, "setengah": 0.5, "half": 0.5,
}  # fmt: skip
SCALES = {"belas": 10, "puluh": 10, "ratus": 100, "hundred": 100}
ONES = {"sepuluh": 10, "sebelas": 11, "seratus": 100, "seribu": 1_000, "sejuta": 1_000_000, "semiliar": 10**9}

_NUMBER = r"[0-9]+(?:[.,][0-9]+)*"
_SIGN = r"rp\.?|idr|us\$|s\$|\$|€|£|¥|usd|eur|gbp|sgd|rm|myr|jpy"
_UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
_AMOUNT = re.compile(rf"(-?)\s*(?:({_SIGN})\s*)?(-?)\s*({_NUMBER})\s*({_UNIT})?(?:\s*([a-z]+))?(?:,-|,--)?")
_WORD = "|".join(sorted([*DIGITS, *SCALES, *ONES, *UNITS], key=len, reverse=True))
_WORDS = re.compile(rf"\b(?:{_WORD})(?:[\s-]+(?:{_WORD}))*\b", re.IGNORECASE)
_FOUND = re.compile(
    rf"(?<![\w.,/-])(?:({_SIGN})\s*)?({_NUMBER})(?:\s*-?\s*({_UNIT})\b)?"
    rf"(?:\s+(rupiah|perak|dollars?|dolar|euro)\b)?(,-)?",
    re.IGNORECASE,
)
_LOOSE = re.compile(r"[1-9][0-9]{0,5}(?:000|500)")


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount that a text names, from `start` to `end`."""

    value: int
    currency: str | None
    start: int
    end: int


def parse_amount(value: object, currency: str = "IDR") -> int:
    """Read one amount in the unit people speak of; ValueError says in a sentence what is wrong with it.

    A whole number is taken as it is. In a text, "1.500.000" and "1,500,000" are one and a half million,
    "1,5jt" is too, "Rp 200rb" is 200000; what could be read in two ways is refused.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{value!r} is no amount; write it as {_example(currency)}")
    if isinstance(value, float):
        if not value.is_integer():
            raise ValueError(f"{value} is no whole amount; write it as {_example(currency)}")
        value = int(value)
    amount = value if isinstance(value, int) else _parse(value, currency)
    if amount < 0:
        raise ValueError("an amount is not negative")
    if amount > LARGEST:
        raise ValueError(f"the amount is too large; the most is {format_amount(LARGEST, currency)}")
    return amount


def find_amounts(text: str) -> list[Amount]:
    """Return the amounts of money that a text names, in figures or words, in the order of the text."""
    figures = list(_in_figures(text))
    words = [
        one for one in _in_words(text) if not any(a.start < one.end and one.start < a.end for a in figures)
    ]
    return sorted([*figures, *words], key=lambda one: one.start)


def format_amount(amount: int, currency: str = "IDR") -> str:
    """Write an amount as people read it: Rp1.500.000, USD 12.50."""
    if currency == "IDR":
        return f"Rp{amount:,}".replace(",", ".")
    return f"{currency} {amount:,}" if currency in WHOLE else f"{currency} {amount / 100:,.2f}"


def _parse(text: str, currency: str) -> int:
    plain = " ".join(text.lower().split())
    found = _AMOUNT.fullmatch(plain)
    if found is None:
        whole = _WORDS.fullmatch(plain)
        value = _spoken(whole[0]) if whole else None
        if value is None:
            raise ValueError(f"{text[:40]!r} is no amount; write it as {_example(currency)}")
        return value
    minus, sign, other_minus, number, unit, tail = found.groups()
    named = SIGNS.get(sign or "") or SIGNS.get(tail or "")
    if tail and tail not in SIGNS:
        raise ValueError(f"{text[:40]!r} is no amount; write it as {_example(currency)}")
    if named is not None and named != currency:
        raise ValueError(f"the amount is in {named}, and this remedy is granted in {currency}")
    if minus or other_minus:
        raise ValueError("an amount is not negative")
    value = _value(number, unit, currency)
    if value is None:
        raise ValueError(f"{text[:40]!r} could be read in two ways; write it as {_example(currency)}")
    return value


def _example(currency: str) -> str:
    return "150000, 150.000 or 150rb" if currency == "IDR" else "15000 or 150.00"


def _value(number: str, unit: str | None, currency: str) -> int | None:
    """Return what figures and their unit say; None where it could be read in two ways."""
    scale = UNITS.get(unit or "", 1)
    minor = 1 if currency in WHOLE else 100
    parts = re.split(r"[.,]", number)
    marks = re.findall(r"[.,]", number)
    if not marks:
        return int(number) * scale * minor
    grouped = all(len(part) == 3 for part in parts[1:]) and len(parts[0]) <= 3 and len(set(marks)) == 1
    if grouped and not (len(parts) == 2 and minor == 100 and scale == 1 and marks[0] == ","
                        and len(parts[1]) != 3):  # fmt: skip
        return int("".join(parts)) * scale * minor
    cents = parts[-1]
    before = parts[:-1]
    is_grouped = len(before) == 1 or (
        all(len(part) == 3 for part in before[1:]) and len(set(marks[:-1])) == 1 and marks[-1] != marks[0]
    )
    if not is_grouped or len(cents) > 2:
        return None
    whole = int("".join(before))
    if scale > 1:
        return int(whole * scale + int(cents) * scale // 10 ** len(cents)) * minor
    if minor == 100 and len(cents) == 2:
        return whole * 100 + int(cents)
    return whole * minor if cents == "00" else None


def _in_figures(text: str) -> Iterator[Amount]:
    for found in _FOUND.finditer(text):
        sign, number, unit, tail, dash = found.groups()
        currency = SIGNS.get((sign or tail or "").lower())
        unit = unit.lower() if unit else None
        if unit in ("rupiah", "perak"):
            currency = "IDR"
        plain = number.rstrip(".,")
        value = _value(plain, unit, "IDR")
        is_marked = bool(currency or unit or dash)
        is_grouped = re.fullmatch(r"[1-9][0-9]{0,2}(?:[.,][0-9]{3})+", plain) is not None
        if value is None or not (is_marked or is_grouped or _LOOSE.fullmatch(plain)):
            continue
        end = found.start(2) + len(plain) if not (unit or tail or dash) else found.end()
        yield Amount(value, currency, found.start(), end)


def _in_words(text: str) -> Iterator[Amount]:
    for found in _WORDS.finditer(text):
        value = _spoken(found[0])
        if value is not None and value >= 1_000:
            yield Amount(value, None, found.start(), found.end())


def _spoken(words: str) -> int | None:
    """Return what number words say: "dua ratus ribu"; None where they are no number."""
    total, group = 0.0, 0.0
    for word in re.split(r"[\s-]+", words.lower()):
        if word in DIGITS:
            group += DIGITS[word]
        elif word in SCALES:
            group = group % 10 + 10 if word == "belas" else _times(group, SCALES[word])
        elif word in ONES and ONES[word] >= 1_000:
            total, group = total + ONES[word], 0.0
        elif word in ONES:
            group += ONES[word]
        elif UNITS[word] > 1:
            if not group:
                return None  # "ribuan" says no number
            total, group = total + group * UNITS[word], 0.0
    value = total + group
    return int(value) if value == int(value) and value > 0 else None


def _times(group: float, scale: int) -> float:
    """Multiply the last figure: in "seratus lima puluh" it is the five alone."""
    last = group % 10 or 1
    return group - group % 10 + last * scale
