"""Articles as rows of .csv, .xlsx and .jsonl: what is read, and every mistake in a line of its own."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from knowledge.article import Article, Phrasing
from knowledge.content import read_content

Put = Callable[[str, str | bytes], Path]
Problems = Callable[[Path], list[str]]

TABLE = """article,question,answer,language,tags
bayar,cara bayar?,"Lewat aplikasi,
lalu Bayar.",id,tagihan; bayar
bayar,how do I pay?,,en,
bayar,bayarnya gmn,,,tagihan
dekoder,dekoder mati,"Cabut ""10 detik"" ya.",,
"""
FROM_TABLE = [
    Article(
        "bayar",
        (Phrasing("cara bayar?", "id"), Phrasing("how do I pay?", "en"), Phrasing("bayarnya gmn")),
        {"id": "Lewat aplikasi,\nlalu Bayar."},
        ("tagihan", "bayar"),
    ),
    Article("dekoder", (Phrasing("dekoder mati"),), {"id": 'Cabut "10 detik" ya.'}),
]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: "\n" + text + "\n,,,,\n\n",
        lambda text: text.replace("article,question", "Article , QUESTION"),
        lambda text: text.replace(",tags\n", ",tags,,\n").replace(",tagihan\n", ",tagihan, ,\n"),
    ],
    ids=["plain", "windows", "bom", "blank lines", "header", "empty columns"],
)  # fmt: skip
def test_a_csv_is_read_however_it_was_saved(put: Put, change: Callable[[str], str]) -> None:
    assert read_content(put("faq.csv", change(TABLE))) == FROM_TABLE


@pytest.mark.parametrize("first", ["", "sep=;\n"])
def test_a_csv_of_excel_in_indonesia_has_semicolons(put: Put, first: str) -> None:
    text = 'article;question;answer;tags\nbayar;"a; b, c";x, y;"tagihan; bayar, lunas"\n'
    [article] = read_content(put("FAQ.CSV", first + text))
    assert article == Article("bayar", (Phrasing("a; b, c"),), {"id": "x, y"}, ("tagihan", "bayar", "lunas"))


def test_a_csv_with_tabs_is_read(put: Put) -> None:
    assert read_content(put("a.csv", "article\tquestion\tanswer\nx\t?\t!\n"), "en")[0].answers == {"en": "!"}


def test_the_first_answer_of_a_language_is_the_articles(put: Put) -> None:
    text = "article,question,answer,language\nx,a,,en\nx,b,Hai,ID\nx,c,Hi, en \nx,d,Halo,id\n"
    assert read_content(put("a.csv", text))[0].answers == {"id": "Hai", "en": "Hi"}


def test_a_workbook_is_read(tmp_path: Path, problems: Problems) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["article", "question", "answer", "tags"],
        [101, "cara bayar?", 5000, None],
        [],
        [101, 2.0, None, "a;b"],
    ):
        book.active.append(row)
    book.save(tmp_path / "faq.xlsx")
    assert read_content(tmp_path / "faq.xlsx") == [
        Article("101", (Phrasing("cara bayar?"), Phrasing("2")), {"id": "5000"}, ("a", "b"))
    ]
    book.active["E2"] = "beyond"
    book.active["A4"] = None
    book.save(tmp_path / "faq.xlsx")
    assert problems(tmp_path / "faq.xlsx") == [
        "faq.xlsx:2: too many columns: 5, and the header has 4; allowed is a text that holds the delimiter "
        "or a line break in double quotes",
        'faq.xlsx:4: "" is no article id; allowed is a text of 1 to 80 characters without control characters',
    ]


def test_json_lines_are_read(put: Put) -> None:
    text = (
        '{"article": "x", "question": "a?", "answer": "A", "language": null, "tags": ["t", "u"]}\n\n'
        '{"article": "x", "question": "b?", "language": "en", "tags": "u,v"}\n'
    )
    assert read_content(put("faq.jsonl", text)) == [
        Article("x", (Phrasing("a?"), Phrasing("b?", "en")), {"id": "A"}, ("t", "u", "v"))
    ]


CSV = "article,question,answer\n"


def test_a_table_without_rows_is_told(put: Put, problems: Problems) -> None:
    assert problems(put("a.csv", "")) == [
        "a.csv:1: no header; allowed is a first line article,question,answer with language and tags where "
        "wanted"
    ]
    assert problems(put("a.csv", CSV)) == ["a.csv: no article in it; allowed is one article or more"]


HEADER_MISTAKES = [
    ("article,question\nx,?\n", ["missing column answer"]),
    ("artikel,question,answer\n", ['unknown column "artikel"']),
    ("article,question,answer,answer\n", ["column answer stands 2 times"]),
    (
        "x,?,!\n",
        [
            'unknown column "x"',
            'unknown column "?"',
            'unknown column "!"',
            "missing column article, question, answer",
        ],
    ),
    ('"article,question,answer\nx,?,!\n', ["broken CSV line: unexpected end of data"]),
    (CSV.encode("utf-16"), ["not UTF-8"]),
]


@pytest.mark.parametrize(("text", "expected"), HEADER_MISTAKES, ids=range(len(HEADER_MISTAKES)))
def test_a_wrong_header_is_told_and_nothing_below_it(
    put: Put, problems: Problems, text: str | bytes, expected: list[str]
) -> None:
    found = problems(put("a.csv", text))
    assert [line.split("; allowed is ")[0] for line in found] == [f"a.csv:1: {wrong}" for wrong in expected]


def test_a_header_is_told_the_nearest_name(put: Put, problems: Problems) -> None:
    assert problems(put("a.csv", "article,question,answer,langauge\n")) == [
        'a.csv:1: unknown column "langauge"; allowed is article, question, answer, language, tags; '
        'did you mean "language"?'
    ]


BROKEN = "broken CSV line: ',' expected after '\"'"
ROW_MISTAKES = [
    (
        "x,?\ny,?,!,?\nz,?,!,\n",
        ["2: too few columns: 2, and the header has 3", "3: too many columns: 4, and the header has 3"],
    ),
    ('x,"a"b,c\ny,"?,!\nz,"a\nb",c\n,?,!\n', [f"2: {BROKEN}", f"3: {BROKEN}", '6: "" is no article id']),
    (
        'x,?,!\ny,?,"open\nz,?\n',
        ["3: broken CSV line: unexpected end of data", "4: too few columns: 2, and the header has 3"],
    ),
    ("x,?,\ny,,!\n", ['2: article "x" has no answer', '3: article "y" has no question']),
    ("x" * 81 + ",?,!\n", [f'2: "{"x" * 60}..." is no article id']),
    ('"x\ty",?,!\n', ['2: "x\\ty" is no article id']),
    ("x,?,a\0b\n", ['2: answer "a\\x00b" holds a broken character']),
    (b"x,?,a\ny,caf\xe9,b\n", ["3: not UTF-8"]),
]


@pytest.mark.parametrize(("rows", "expected"), ROW_MISTAKES, ids=range(len(ROW_MISTAKES)))
def test_every_mistake_in_a_csv_is_told_with_its_line(
    put: Put, problems: Problems, rows: str | bytes, expected: list[str]
) -> None:
    found = problems(put("a.csv", CSV.encode() + (rows if isinstance(rows, bytes) else rows.encode())))
    assert [line.split("; allowed is ")[0] for line in found] == [f"a.csv:{wrong}" for wrong in expected]


def test_an_unknown_language_in_a_row_is_told(put: Put, problems: Problems) -> None:
    text = "article,question,answer,language\nx,?,!,en\ny,?,!,bahasa\n"
    assert problems(put("a.csv", text)) == ['a.csv:3: unknown language "bahasa"; allowed is id, en']


JSON_MISTAKES = [
    ('{"article": ', "broken JSON line: Expecting value"),
    ("[1]", "[1] is no object"),
    ('{"question": "x"}', "missing key article"),
    ('{"article": "a", "qestion": "x"}', 'unknown key "qestion"'),
    ('{"article": 5}', "article 5 is no text"),
    ('{"article": "a", "answer": ["a"]}', "answer ['a'] is no text"),
    ('{"article": "a", "tags": [1]}', "tags [1] is no text"),
    ('{"article": "a", "question": "\\ud800"}', 'question "\\ud800" holds a broken character'),
    (9999 * "[", "broken JSON line: a value too large or too deep"),
    (5000 * "9", "broken JSON line: a value too large or too deep"),
]


def test_every_mistake_in_json_lines_is_told_with_its_line(put: Put, problems: Problems) -> None:
    found = problems(put("a.jsonl", "\n".join(line for line, _ in JSON_MISTAKES)))
    assert [line.split("; allowed is ")[0] for line in found] == [
        f"a.jsonl:{number}: {wrong}" for number, (_, wrong) in enumerate(JSON_MISTAKES, start=1)
    ]


def test_what_is_no_workbook_is_told(put: Put, problems: Problems) -> None:
    assert problems(put("a.xlsx", b"PK\x03\x04 not a workbook")) == [
        "a.xlsx:1: no readable workbook (BadZipFile); allowed is an .xlsx file with one sheet of articles, "
        "saved without a password"
    ]
