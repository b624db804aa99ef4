"""Personal data in a text: payment cards, identity numbers, mobile numbers, mail addresses. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# A run of digits, and what may stand between two runs of one number: a few marks and blanks, no line end.
_RUN = re.compile(r"\+?[0-9]+")
_GAP = re.compile(r"(?:[^\S\n]|[().–-]){0,4}")
_GLUED = re.compile(r"(?:\w|\w-)\Z")
_SHORTEST, _LONGEST = 10, 19  # digits of what is looked for
# Every repeat below begins at one place of a run or is bounded, so that the work grows with the text alone.
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# An address as people hide it from machines: "budi [at] mail.example", "budi at mail dot example".
_B = r"\s{0,3}"
_HIDDEN_DOT = rf"{_B}[\[({{]{_B}dot{_B}[\])}}]{_B}|\s{{1,3}}dot\s{{1,3}}"
_HIDDEN_MAIL = re.compile(
    r"(?<![\w.+-])(?:"
    rf"([\w.+-]+){_B}[\[({{]{_B}(?:at|@){_B}[\])}}]{_B}([\w-]+(?:(?:\.|{_HIDDEN_DOT})[\w-]+)+)"
    rf"|([\w.+-]+)\s{{1,3}}at\s{{1,3}}([\w-]+(?:(?:{_HIDDEN_DOT})[\w-]+)+)"
    r"|(?=[\w+-]*[._0-9])([\w.+-]+)\s{1,3}at\s{1,3}([\w-]+(?:\.[a-z]{2,8})+)\b)",
    re.IGNORECASE,
)
# Letters that stand for digits in a number: "o812", "08l2".
_LIKE_DIGITS = re.compile(r"(?<![a-z])[oil](?=[0-9]{2})|(?<=[0-9])[oil]{1,2}(?![a-z])", re.IGNORECASE)
_SPOKEN = {
    "nol": "0", "kosong": "0", "satu": "1", "dua": "2", "tiga": "3", "empat": "4", "lima": "5",
    "enam": "6", "tujuh": "7", "delapan": "8", "lapan": "8", "sembilan": "9",
    "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip
_WORD = rf"(?:{'|'.join(_SPOKEN)})"
_WORDS = re.compile(rf"\b(?:{_WORD}[\s,-]{{1,3}}){{8,}}{_WORD}\b", re.IGNORECASE)
# Where a payment card's number begins, and how many digits it has (ISO/IEC 7812, as the schemes publish it).
_CARD = re.compile(
    r"4[0-9]{12}(?:[0-9]{3}){0,2}|(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)[0-9]*|3[47][0-9]{13}"
    r"|3(?:0[0-5]|[68])[0-9]{11}|6(?:011|5)[0-9]*|35[0-9]{14}|62[0-9]{14,17}|(?:50|5[6-9]|6[0-9])[0-9]*"
)
_CARD_LENGTHS = range(13, 20)
# The two digits with which the provinces of Indonesia begin an identity number (NIK).
_PROVINCES = frozenset(
    {*range(11, 20), 21, *range(31, 37), *range(51, 54), *range(61, 66), *range(71, 77), 81, 82,
     *range(91, 98)}
)  # fmt: skip
_MOBILE = re.compile(r"(?:\+?62|0)8[1-9][0-9]{7,10}")
# Mail boxes of an office, which belong to nobody in particular.
_OFFICES = frozenset(
    {"admin", "ask", "bantuan", "billing", "booking", "career", "careers", "care", "cs", "claim", "claims",
     "complaint", "complaints", "contact", "corporate", "customer", "customercare", "customerservice",
     "dukungan", "feedback", "finance", "halo", "hello", "help", "helpdesk", "hi", "hr", "hrd", "humas",
     "info", "karier", "karir", "kemitraan", "kerjasama", "keuangan", "klaim", "komplain", "kontak",
     "layanan", "legal", "marketing", "media", "mitra", "no-reply", "noreply", "office", "order", "partner",
     "partners", "partnership", "pengaduan", "penjualan", "pr", "press", "privacy", "promo", "recruitment",
     "redaksi", "refund", "rekrutmen", "reservasi", "reservation", "reservations", "sales", "sekretariat",
     "service", "services", "sponsor", "sponsorship", "support", "tanya", "team", "tiket"}
)  # fmt: skip


Run = tuple[str, int, int]  # its digits, where it begins and where it ends


@dataclass(frozen=True, slots=True)
class Datum:
    """Something personal that a text holds; `plain` is it without blanks, as two of them compare."""

    kind: str
    plain: str
    start: int
    end: int


def find_personal(text: str) -> list[Datum]:
    """Return the personal data of a text: each `kind` is card, nik, phone or email."""
    return sorted([*_numbers(text), *_addresses(text)], key=lambda datum: datum.start)


def passes_luhn(digits: str) -> bool:
    """Say whether the last digit fits the others, as on a payment card (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_nik(digits: str) -> bool:
    """Say whether it has the structure of an identity number: a province, a birthday, a serial number.

    Of women the day of birth is 40 higher.
    """
    if len(digits) != 16 or int(digits[:2]) not in _PROVINCES or digits[2:4] == "00" or digits[4:6] == "00":
        return False
    day, month = int(digits[6:8]), int(digits[8:10])
    return 1 <= day % 40 <= 31 and day <= 71 and 1 <= month <= 12 and digits[12:] != "0000"


def _numbers(text: str) -> Iterator[Datum]:
    shown = _LIKE_DIGITS.sub(lambda hit: "".join("0" if c in "oO" else "1" for c in hit[0]), text)
    chain: list[Run] = []
    for found in _RUN.finditer(shown):
        start, end = found.span()
        if chain and not _GAP.fullmatch(shown, chain[-1][2], start):
            yield from _read(chain)
            chain = []
        if not chain and _GLUED.search(shown, max(start - 2, 0), start):
            continue  # "INV-0812...": the number of something, not of somebody
        if end < len(shown) and re.match(r"\w", shown[end]):
            yield from _read(chain)
            chain = []
        else:
            chain.append((found[0], start, end))
    yield from _read(chain)
    for found in _WORDS.finditer(text):
        words = re.finditer(r"[a-z]+", found[0].lower())
        yield from _read([(_SPOKEN[w[0]], found.start() + w.start(), found.start() + w.end()) for w in words])


def _read(chain: Sequence[Run]) -> Iterator[Datum]:
    """Yield what neighbouring runs of digits are: the longest first, then what follows it."""
    first = 0
    while first < len(chain):
        written, after, found = "", first, None
        for place in range(first, len(chain)):
            run, _, end = chain[place]
            if (written and run.startswith("+")) or len(written) + len(run) > _LONGEST + 1:
                break
            written += run
            kind = _kind(written)
            if kind is not None:
                plain = written.lstrip("+")
                plain = _plain_phone(plain) if kind == "phone" else plain
                found, after = Datum(kind, plain, chain[first][1], end), place
        if found is not None:
            yield found
        first = after + 1


def _kind(written: str) -> str | None:
    if len(written) < _SHORTEST:
        return None
    if _MOBILE.fullmatch(written):
        return "phone"
    digits = written.lstrip("+")
    if len(digits) in _CARD_LENGTHS and _CARD.fullmatch(digits) and passes_luhn(digits):
        return "card"
    return "nik" if is_nik(digits) else None


def _plain_phone(digits: str) -> str:
    return "0" + digits[2:] if digits.startswith("62") else digits


def _addresses(text: str) -> Iterator[Datum]:
    for found in _MAIL.finditer(text):
        yield from _address(found[0], found)
    for found in _HIDDEN_MAIL.finditer(text):
        name, domain = (part for part in found.groups() if part is not None)
        yield from _address(f"{name}@{re.sub(_HIDDEN_DOT, '.', domain)}", found)


def _address(written: str, found: re.Match[str]) -> Iterator[Datum]:
    """Yield an address unless it is an office's."""
    name = written.partition("@")[0].lower()
    if re.split(r"[.+_-]", name)[0] not in _OFFICES and name not in _OFFICES:
        yield Datum("email", written.lower(), found.start(), found.end())
