"""Amounts as people write them: "1.500.000", "1,5jt", "Rp 200rb", "dua juta". Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from handoff.saying import Saying, UnclearError

LARGEST = 10**15
# Currencies whose cents nobody uses: their amounts are whole units. All others are in minor units.
WHOLE = frozenset({"IDR", "JPY", "KRW", "VND", "CLP", "ISK", "UGX", "XAF", "XOF", "PYG", "RWF"})
UNITS = {
    "rb": 1_000, "ribu": 1_000, "k": 1_000, "jt": 1_000_000, "juta": 1_000_000, "jutaan": 1_000_000,
    "mio": 1_000_000, "miliar": 10**9, "milyar": 10**9, "triliun": 10**12, "thousand": 1_000,
    "million": 1_000_000, "billion": 10**9, "perak": 1, "rupiah": 1,
}  # fmt: skip
SIGNS = {
    "rp": "IDR", "rp.": "IDR", "idr": "IDR", "rupiah": "IDR", "perak": "IDR", "$": "USD", "us$": "USD",
    "usd": "USD", "dollar": "USD", "dollars": "USD", "dolar": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR",
    "euros": "EUR", "£": "GBP", "gbp": "GBP", "s$": "SGD", "sgd": "SGD", "rm": "MYR", "myr": "MYR",
    "ringgit": "MYR", "¥": "JPY", "jpy": "JPY",
}  # fmt: skip
# What means the dollar of the country one is in, and whose dollars there are.
DOLLAR = frozenset({"$", "dollar", "dollars", "dolar"})
DOLLARS = frozenset({"USD", "SGD", "AUD", "NZD", "CAD", "HKD", "BND", "TWD"})
DIGITS = {
    "nol": 0, "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8,
    "sembilan": 9, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40,
    "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "setengah": 0.5, "half": 0.5,
}  # fmt: skip
SCALES = {"belas": 10, "puluh": 10, "ratus": 100, "hundred": 100}
ONES = {"sepuluh": 10, "sebelas": 11, "seratus": 100, "seribu": 1_000, "sejuta": 1_000_000, "semiliar": 10**9}

_B = r"[^\S\n]{0,3}"  # a few blanks
# "1.500.000,50", or "1 500 000": a number's parts are three digits where only blanks divide them.
_NUMBER = r"(?:(?<![0-9]\s)[1-9][0-9]{0,2}(?:[^\S\n][0-9]{3})+(?![0-9])|[0-9]+)(?:[.,][0-9]+)*"
_MOST_DIGITS = 30
_SIGN = r"rp\.?|idr|us\$|s\$|\$|€|£|¥|usd|eur|gbp|sgd|rm|myr|jpy"
_TAIL = rf"rupiah|perak|dollars?|dolar|euros?|ringgit|{_SIGN}"
_UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
_AMOUNT = re.compile(rf"(-?)\s*(?:({_SIGN})\s*)?(-?)\s*({_NUMBER})\s*({_UNIT})?(?:\s*({_TAIL}))?(?:,-|,--)?")
_WORD = "|".join(sorted([*DIGITS, *SCALES, *ONES, *UNITS], key=len, reverse=True))
_WORDS = re.compile(rf"\b(?:{_WORD})(?:[\s-]{{1,3}}(?:and\s{{1,3}})?(?:{_WORD}))*\b", re.IGNORECASE)
_SPOKEN_IN = re.compile(rf"{_B}({_TAIL})(?!\w)", re.IGNORECASE)
_FOUND = re.compile(
    rf"(?<![\w.,/-])(?:({_SIGN}){_B})?({_NUMBER})(?:{_B}-?{_B}({_UNIT})\b)?(?:{_B}({_TAIL})(?!\w))?(,-)?",
    re.IGNORECASE,
)
# Figures that are an amount where nothing says so: whole thousands, grouped digits, and cents.
_LOOSE = re.compile(r"[1-9][0-9]{0,5}(?:000|500)")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:(?:[.,][0-9]{3})+|(?:\s[0-9]{3}){2,})")
_CENTS = re.compile(r"[0-9]{1,3}(?:,?[0-9]{3})*\.[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount that a text names, from `start` to `end`, in the unit people speak of."""

    value: int
    currency: str
    start: int
    end: int


def parse_amount(value: object, currency: str = "IDR") -> int:
    """Read one amount in the unit people speak of; UnclearError says in a sentence what is wrong with it.

    A bare whole number is taken as it is, typed or not: rupiah, and cents where cents are used, so that
    15000 and "15000" are both USD 150.00. With a sign, a unit or cents it is said in the whole currency:
    "$150" and "150.00" are that, too. In a text, "1.500.000" and "1 500 000" are one and a half million,
    "1,5jt" is too, "Rp 200rb" is 200000; what could be read in two ways is refused.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _no_amount(repr(value)[:40], currency)
    if isinstance(value, float):
        if not value.is_integer():
            example = _example(currency)
            raise UnclearError(
                "{value} is no whole amount; write it as {example}", value=value, example=example
            )
        value = int(value)
    amount = value if isinstance(value, int) else _parse(value, currency)
    if amount < 0:
        raise UnclearError("an amount is not negative")
    if amount > LARGEST:
        most = format_amount(LARGEST, currency)
        raise UnclearError("the amount is too large; the most is {most}", most=most)
    return amount


def find_amounts(text: str, currency: str = "IDR") -> list[Amount]:
    """Return the amounts of money that a text names, in figures or words, in the order of the text.

    Those without a currency are in `currency`, whole units of it, as a follower reads them. Of what could
    be read in two ways it is the larger.
    """
    figures = list(_in_figures(text, currency))
    words = [
        one
        for one in _in_words(text, currency)
        if not any(a.start < one.end and one.start < a.end for a in figures)
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
            raise _no_amount(repr(text[:40]), currency)
        return value * _minor(currency)
    minus, sign, other_minus, number, unit, tail = found.groups()
    named = _currency_of(sign or tail, currency)
    if named != currency:
        raise UnclearError(
            "the amount is in {named}, and this remedy is granted in {currency}",
            named=named,
            currency=currency,
        )
    if minus or other_minus:
        raise UnclearError("an amount is not negative")
    if number.isdecimal() and not (sign or unit or tail):
        return int(number) if len(number) <= _MOST_DIGITS else LARGEST + 1
    values = _values(number, unit, currency)
    if currency not in WHOLE and not (sign or unit or tail) and _GROUPED.fullmatch(number):
        values |= {value // 100 for value in values}  # "1,500": of the currency, or of its cents
    if len(values) != 1:
        raise UnclearError(
            "{text!r} could be read in two ways; write it as {example}",
            text=text[:40],
            example=_example(currency),
        )
    return values.pop()


def _no_amount(shown: str, currency: str) -> UnclearError:
    return UnclearError(
        "{value} is no amount; write it as {example}", value=shown, example=_example(currency)
    )


def _example(currency: str) -> Saying | str:
    if currency == "IDR":
        return Saying("150000, 150.000 or 150rb")
    return "15000" if currency in WHOLE else Saying("150.00, or 15000 in its smallest unit")


def _minor(currency: str) -> int:
    return 1 if currency in WHOLE else 100


def _currency_of(sign: str | None, currency: str) -> str:
    """Return the currency that a sign names; a bare dollar is that of the brand, where it has dollars."""
    named = (sign or "").lower()
    if named in DOLLAR and currency in DOLLARS:
        return currency
    return SIGNS.get(named, currency)


def _values(number: str, unit: str | None, currency: str) -> set[int]:
    """Return what figures and their unit may say, said in the whole currency; several where it is unsure."""
    scale, minor = UNITS.get(unit or "", 1), _minor(currency)
    number = re.sub(r"\s", "", number)
    if len(number) > _MOST_DIGITS:
        return {LARGEST + 1}
    parts, marks = re.split(r"[.,]", number), re.findall(r"[.,]", number)
    joined = int("".join(parts)) * scale * minor
    if not marks:
        return {joined}
    before, fraction = parts[:-1], parts[-1]
    is_grouped = all(len(part) == 3 for part in before[1:]) and len(set(marks[:-1])) <= 1
    is_grouped = is_grouped and (len(before) == 1 or len(before[0]) <= 3)
    whole = int("".join(before))
    said = whole * scale * minor + int(fraction) * scale * minor // 10 ** len(fraction)
    if is_grouped and len(fraction) == 3 and len(before[0]) <= 3 and len(set(marks)) == 1:
        return {joined, said} if scale > 1 and len(marks) == 1 else {joined}
    if not is_grouped or (len(before) > 1 and marks[-1] == marks[0]):
        return {joined, said}
    is_sure = len(fraction) <= 2 and (minor > 1 or len(before) > 1 or len(before[0]) > 3)
    if scale > 1 or (is_sure and (minor == 1 or len(fraction) == 2)) or (minor == 1 and fraction == "00"):
        return {said}  # of rupiah nobody pays the cents
    return {joined, said}


def _in_figures(text: str, brands: str) -> Iterator[Amount]:
    for found in _FOUND.finditer(text):
        sign, number, unit, tail, dash = found.groups()
        unit = unit.lower() if unit else None
        named = sign or tail or (unit if unit in SIGNS else None)
        currency = _currency_of(named, brands)
        is_marked = bool(named or unit or dash)
        is_loose = _GROUPED.fullmatch(number) or _LOOSE.fullmatch(number)
        if is_marked or is_loose or (currency not in WHOLE and _CENTS.fullmatch(number)):
            value = max(_values(number, unit, currency))
            yield Amount(value, currency, found.start(), found.end())


def _in_words(text: str, brands: str) -> Iterator[Amount]:
    for found in _WORDS.finditer(text):
        value = _spoken(found[0])
        behind = _SPOKEN_IN.match(text, found.end())
        said = re.split(r"[\s-]+", found[0].lower())[-1]
        named = behind[1] if behind else said if said in SIGNS else None
        if value is not None and (value >= 1_000 or named):
            currency = _currency_of(named, brands)
            yield Amount(value * _minor(currency), currency, found.start(), found.end())


def _spoken(words: str) -> int | None:
    """Return what number words say: "dua ratus ribu"; None where they are no number."""
    total, group = 0.0, 0.0
    for word in re.split(r"[\s-]+", words.lower()):
        if word == "and":
            continue
        if word in DIGITS:
            group += DIGITS[word]
        elif word == "belas":
            group += 10
        elif word == "hundred":
            group = (group or 1) * 100
        elif word in SCALES:
            group = _times(group, SCALES[word])
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
