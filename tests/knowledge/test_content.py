"""Content as files: what is read, every mistake in a line of its own, and what is written back."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.article import Article, Phrasing
from knowledge.content import ContentError, read_content, write_content

Put = Callable[[str, str | bytes], Path]

BILL = """
[[article]]
id = "cara-bayar"
tags = ["tagihan", "bayar"]
questions.id = ["cara bayar gimana min?", "bayarnya lewat mana"]
questions.en = ["how do I pay?"]
answer.id = \"\"\"
Lewat aplikasi ya kak.
Pilih Tagihan, lalu Bayar.
\"\"\"
answer.en = "In the app: Bills, then Pay."
valid_from = 2026-01-01
valid_until = 2026-12-31
"""
DECODER = """
[[article]]
id = "dekoder"
questions = ["dekoder mati"]
answer = "Coba cabut 10 detik ya kak."
"""


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Return a writer of files into an empty folder."""

    def write(name: str, text: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def problems(path: Path) -> list[str]:
    """Return the mistakes with the folder's name cut off."""
    with pytest.raises(ContentError) as caught:
        read_content(path)
    folder = path if path.is_dir() else path.parent
    lines = [
        problem.replace(f"{folder}/", "").replace(str(folder), "FOLDER") for problem in caught.value.problems
    ]
    assert all(len(line.splitlines()) == 1 and line.isprintable() for line in lines), lines
    assert str(caught.value).count("\n") == len(lines) - 1
    return lines


# TOML


def test_an_article_is_read_whole(put: Put) -> None:
    assert read_content(put("billing.toml", BILL)) == [
        Article(
            "cara-bayar",
            (
                Phrasing("cara bayar gimana min?", "id"),
                Phrasing("bayarnya lewat mana", "id"),
                Phrasing("how do I pay?", "en"),
            ),
            {
                "id": "Lewat aplikasi ya kak.\nPilih Tagihan, lalu Bayar.",
                "en": "In the app: Bills, then Pay.",
            },
            ("tagihan", "bayar"),
            date(2026, 1, 1),
            date(2026, 12, 31),
        )
    ]


def test_what_names_no_language_is_in_the_brands_where_it_is_an_answer(put: Put) -> None:
    path = put("decoder.toml", DECODER)
    [indonesian], [english] = read_content(path), read_content(path, language="en")
    assert indonesian.phrasings == english.phrasings == (Phrasing("dekoder mati"),)
    assert indonesian.answers == {"id": "Coba cabut 10 detik ya kak."}
    assert english.answers == {"en": "Coba cabut 10 detik ya kak."}


def test_the_files_of_a_folder_are_read_together_by_name(put: Put) -> None:
    put("b.toml", BILL)
    put("a/decoder.toml", DECODER)
    put("README.md", "not read")
    folder = put(".hidden.toml", "not read either").parent
    assert [article.id for article in read_content(folder)] == ["dekoder", "cara-bayar"]


def test_a_title_is_the_first_phrasing_of_its_language(put: Put) -> None:
    [article] = read_content(put("a.toml", DECODER + 'title = "Dekoder mati"\n'))
    assert article.title("id") == "Dekoder mati"
    [article] = read_content(put("a.toml", BILL + 'title = { en = "how do I pay?", id = "Cara bayar" }\n'))
    assert [article.title("id"), article.title("en")] == ["Cara bayar", "how do I pay?"]
    assert len(article.phrasings) == 4, "a title that is a phrasing already stands once"


def test_questions_of_several_languages_may_stand_in_one_list(put: Put) -> None:
    text = '[[article]]\nid = "x"\nquestions = [{ en = "why?" }, "hm", { id = "kenapa?" }]\nanswer = "y"\n'
    [article] = read_content(put("a.toml", text))
    assert article.phrasings == (Phrasing("why?", "en"), Phrasing("hm"), Phrasing("kenapa?", "id"))


def test_an_id_from_outside_is_kept_as_it_is(put: Put) -> None:
    text = DECODER.replace('"dekoder"', '"Dekoder (v2) – rusak? "')
    assert read_content(put("a.toml", text))[0].id == "Dekoder (v2) – rusak? "


ARTICLE_MISTAKES = [
    (
        'question = ["?"]',
        'a.toml:6: unknown key "question"; allowed is id, title, tags, questions, answer, valid_from, '
        'valid_until; did you mean "questions"?',
    ),
    (
        'answer.jv = "inggih"',
        'a.toml:6: unknown language "jv"; allowed is id, en',
    ),
    (
        'answer.idn = "ya"',
        'a.toml:6: unknown language "idn"; allowed is id, en; did you mean "id"?',
    ),
    (
        'tags = "bayar"',
        'a.toml:6: tags "bayar" is no list; allowed is a list of texts such as ["cara bayar?"]',
    ),
    (
        "tags = [3]",
        "a.toml:6: tags 3 is no text; allowed is a text of one character or more, in double quotes",
    ),
    (
        "title = 0x" + 6000 * "F",
        "a.toml:6: title a very long int is no text; allowed is a text of one character or more, in double quotes",
    ),
    (
        'answer.en = " "',
        "a.toml:6: empty text in answer; allowed is a text of one character or more, in double quotes",
    ),
    (
        'answer.en = "\\u0000"',
        'a.toml:6: answer "\\x00" holds a broken character; allowed is any text of whole Unicode characters',
    ),
    (
        'valid_until = "besok"',
        'a.toml:6: valid_until "besok" is no date; allowed is a date without quotes, valid_until = 2026-12-31',
    ),
    (
        "valid_from = 2026-01-01T00:00:00",
        "a.toml:6: valid_from datetime.datetime(2026, 1, 1, 0, 0) is no date; allowed is a date without quotes, "
        "valid_from = 2026-12-31",
    ),
    (
        "valid_until = 2026-01-01\nvalid_from = 2026-02-01",
        "a.toml:6: valid_until 2026-01-01 is before valid_from; allowed is 2026-02-01 or later",
    ),
    (
        "valid_from = 2026-02-30",
        'a.toml:6: broken TOML: Invalid date or datetime; allowed is key = "text", key = ["text", "text"] or '
        "key = 2026-12-31",
    ),
    (
        'tags = ["bayar',
        'a.toml:6: broken TOML: Illegal character \'\\n\'; allowed is key = "text", key = ["text", "text"] or '
        "key = 2026-12-31",
    ),
]


@pytest.mark.parametrize(
    ("line", "problem"), ARTICLE_MISTAKES, ids=[line[:30] for line, _ in ARTICLE_MISTAKES]
)
def test_a_mistake_in_an_article_is_told_with_its_line(put: Put, line: str, problem: str) -> None:
    text = f'# bills\n[[article]]\nid = "x"\nquestions = ["?"]\nanswer.id = "!"\n{line}\n'
    assert problems(put("a.toml", text)) == [problem]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "a.toml: no article in it; allowed is one article or more"),
        (
            'articles = "x"',
            'a.toml:1: unknown key "articles"; allowed is article; did you mean "article"?',
        ),
        (
            '\n[article]\nid = "x"',
            "a.toml:2: article is no list of tables; allowed is [[article]] above each article",
        ),
        (
            '[[article]]\nquestions = ["?"]\nanswer = "!"',
            'a.toml:1: article without id; allowed is a text of its own such as id = "cara-bayar"',
        ),
        (
            '[[article]]\nid = 7\nquestions = ["?"]\nanswer = "!"',
            'a.toml:2: id 7 is no text; allowed is a text of its own such as id = "cara-bayar"',
        ),
        (
            '[[article]]\nid = "a\\tb"\nquestions = ["?"]\nanswer = "!"',
            'a.toml:2: "a\\tb" is no article id; allowed is a text of 1 to 80 characters without control characters',
        ),
        (
            '[[article]]\nid = "x"\nquestions = "?"\nanswer = "!"',
            'a.toml:3: questions "?" is no list; allowed is a list of texts such as ["cara bayar?"]',
        ),
        (
            '[[article]]\nid = "x"\nquestions.id = "?"\nanswer = "!"',
            'a.toml:3: questions.id "?" is no list; allowed is a list of texts such as ["cara bayar?"]',
        ),
        ('[[article]]\nid = "x"\nanswer = "!"', 'a.toml:1: article "x" has no question; allowed is one question or more'),
        ('[[article]]\nid = "x"\nquestions = ["?"]', 'a.toml:1: article "x" has no answer; allowed is one answer or more'),
        (
            'article = [{ id = "x", questions = ["?"], answer = 3 }]',
            "a.toml:1: answer 3 is no text; allowed is a text of one character or more, in double quotes",
        ),
        (
            'article = [{ questions = ["?"], answer = "!" }]',
            'a.toml: article 1: article without id; allowed is a text of its own such as id = "cara-bayar"',
        ),
        (
            "x = " + 2000 * "[",
            'a.toml:1: broken TOML: nested too deep; allowed is key = "text", key = ["text", "text"] or key = 2026-12-31',
        ),
    ],
)  # fmt: skip
def test_a_mistake_in_a_toml_file_is_told_with_its_place(put: Put, text: str, problem: str) -> None:
    assert problems(put("a.toml", text)) == [problem]


def test_an_id_is_told_when_it_comes_twice_in_a_folder(put: Put) -> None:
    put("a.toml", DECODER)
    folder = put("b.toml", BILL + DECODER).parent
    assert problems(folder) == [
        'b.toml:17: duplicate id "dekoder"; allowed is each id once, and FOLDER/a.toml:3 has it'.replace(
            "FOLDER/", ""
        )
    ]


def test_every_mistake_is_told_also_behind_a_broken_line(put: Put) -> None:
    put("a.toml", DECODER + "quesions = []\n" + BILL + 'tags = "x\n' + DECODER.replace("answer", "anwser"))
    folder = put("b.toml", b"\xff").parent
    found = problems(folder)
    assert [line.split(";")[0] for line in found] == [
        'a.toml:6: unknown key "quesions"',
        "a.toml:20: broken TOML: Illegal character '\\n'",
        'a.toml:22: duplicate id "dekoder"',
        'a.toml:24: unknown key "anwser"',
        "b.toml:1: not UTF-8",
    ]


# Tables

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
        lambda text: text.replace("tags\n", "tags,,\n"). replace(",tagihan\n", ",tagihan,,\n").replace(",en,\n", ",en,,,\n")
        .replace(",id,tagihan; bayar\n", ",id,tagihan; bayar,,\n").replace('ya.",,\n', 'ya.",,,,\n'),
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


def test_a_workbook_is_read(tmp_path: Path) -> None:
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
        "faq.xlsx:2: too many columns: 5, and the header has 5; allowed is a text that holds the delimiter or a "
        "line break in double quotes",
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
MISTAKES = [
    ("a.csv", "", ["a.csv:1: no header"]),
    ("a.csv", CSV, ["a.csv: no article in it"]),
    ("a.csv", "article,question\nx,?\n", ["a.csv:1: missing column answer"]),
    ("a.csv", "x,?,!\n", ['a.csv:1: unknown column "x"', 'a.csv:1: unknown column "?"', 'a.csv:1: unknown column "!"',
                          "a.csv:1: missing column article, question, answer"]),
    ("a.csv", "artikel,question,answer\n", ['a.csv:1: unknown column "artikel"']),
    ("a.csv", "article,question,answer,answer\n", ["a.csv:1: column answer stands 2 times"]),
    ("a.csv", CSV + "x,?\ny,?,!,?\nz,?,!,\n", ["a.csv:2: too few columns: 2, and the header has 3",
                                               "a.csv:3: too many columns: 4, and the header has 3"]),
    ("a.csv", CSV + 'x,"a"b,c\ny,"?,!\nz,"a\nb",c\n,?,!\n',
     ["a.csv:2: broken CSV line: ',' expected after '\"'", "a.csv:3: broken CSV line: ',' expected after '\"'",
      'a.csv:6: "" is no article id']),
    ("a.csv", CSV + 'x,?,!\ny,?,"open\nz,?\n', ["a.csv:3: broken CSV line: unexpected end of data",
                                               "a.csv:4: too few columns: 2, and the header has 3"]),
    ("a.csv", '"article,question,answer\nx,?,!\n', ["a.csv:1: broken CSV line: unexpected end of data"]),
    ("a.csv", CSV + "x,?,\ny,,!\n", ['a.csv:2: article "x" has no answer', 'a.csv:3: article "y" has no question']),
    ("a.csv", CSV + "x" * 81 + ",?,!\n", [f'a.csv:2: "{"x" * 60}..." is no article id']),
    ("a.csv", CSV + "x,?,a\0b\n", ['a.csv:2: answer "a\\x00b" holds a broken character']),
    ("a.csv", CSV.replace("answer", "answer,language") + "x,?,!,en\ny,?,!,bahasa\n", ['a.csv:3: unknown language "bahasa"']),
    ("a.csv", (CSV + "x,?,a\n").encode() + b"y,caf\xe9,b\n", ["a.csv:3: not UTF-8"]),
    ("a.csv", CSV.encode("utf-16"), ["a.csv:1: not UTF-8"]),
    ("a.xlsx", b"PK\x03\x04 not a workbook", ["a.xlsx:1: no readable workbook (BadZipFile)"]),
    ("a.jsonl", '{"article": "x", "question": "?", "answer": "!"}\n{"article": \n[1]\n{"artikel": "x"}\n'
     '{"article": 5, "answer": ["a"]}\n{"article": "y", "question": "\\ud800"}\n' + 9999 * "[" + "\n" + 5000 * "9",
     ["a.jsonl:2: broken JSON line: Expecting value", "a.jsonl:3: [1] is no object", "a.jsonl:4: missing key article",
      'a.jsonl:4: unknown key "artikel"', "a.jsonl:5: article 5 is no text", "a.jsonl:5: answer ['a'] is no text",
      'a.jsonl:6: question "\\ud800" holds a broken character', "a.jsonl:7: broken JSON line: a value too large or too deep",
      "a.jsonl:8: broken JSON line: a value too large or too deep"]),
    ("a.json", "{}", ['a.json: unknown ending ".json"']),
    ("content/.keep", "", ["a.json: unknown ending"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "expected"), MISTAKES[:-1], ids=range(len(MISTAKES) - 1))
def test_every_mistake_in_a_table_is_told(
    put: Put, name: str, text: str | bytes, expected: list[str]
) -> None:
    found = problems(put(name, text))
    assert [line.split(";")[0] for line in found] == expected
    assert all("; allowed is " in line for line in found)


def test_a_path_that_is_not_there_is_told_with_the_nearest_name(put: Put) -> None:
    folder = put("content/a.toml", DECODER).parent.parent
    allowed = "allowed is a folder of .toml files or one file that ends in .toml, .csv, .xlsx, .jsonl"
    assert problems(folder / "contnet") == [
        f'contnet: no such file or folder; {allowed}; did you mean "content"?'
    ]
    assert problems(folder / "no" / "where") == [f"where: no such file or folder; {allowed}"]
    assert problems(folder / ("x" * 300)) == [f"{'x' * 300}: cannot be read (File name too long); {allowed}"]
    (folder / "empty").mkdir()
    assert problems(folder / "empty") == [f"FOLDER: folder without .toml files; {allowed}"]


# Writing

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)
trimmed = texts.map(str.strip).filter(bool)
ids = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80).filter(lambda name: bool(name.strip()))
languages = st.sampled_from(["id", "en"])
articles = st.builds(
    Article,
    ids,
    st.lists(st.builds(Phrasing, trimmed, st.none() | languages), min_size=1, max_size=5).map(tuple),
    st.dictionaries(languages, trimmed, min_size=1),
    st.lists(trimmed | st.sampled_from(["tagihan", "Tagihan!"]), max_size=3).map(tuple),
    st.none() | st.dates(max_value=date(2026, 1, 1)),
    st.none() | st.dates(min_value=date(2026, 1, 1)),
)


def by_id(found: list[Article]) -> Mapping[str, Article]:
    return {article.id: article for article in found}


@settings(max_examples=200, deadline=None)
@given(st.lists(articles, min_size=1, max_size=4, unique_by=lambda article: article.id))
def test_what_is_written_is_read_back(written: list[Article]) -> None:
    with TemporaryDirectory() as folder:
        write_content(written, Path(folder) / "new")
        assert by_id(read_content(Path(folder) / "new")) == by_id(written)


def test_what_is_written_a_person_can_edit(tmp_path: Path) -> None:
    article = FROM_TABLE[0]
    odd = replace(FROM_TABLE[1], tags=("Émail & Wi-Fi",))
    files = write_content([article, odd, replace(odd, id="x", tags=())], tmp_path)
    assert [file.name for file in files] == ["tagihan.toml", "e-mail-wi-fi.toml", "articles.toml"]
    assert files[0].read_text() == (
        '[[article]]\nid = "bayar"\ntags = ["tagihan", "bayar"]\nquestions = [\n'
        '  { id = "cara bayar?" },\n  { en = "how do I pay?" },\n  "bayarnya gmn",\n]\n'
        'answer.id = """\nLewat aplikasi,\nlalu Bayar."""\n'
    )
    assert read_content(tmp_path) == [replace(odd, id="x", tags=()), odd, article]


def test_writing_never_overwrites_what_somebody_edited(put: Put) -> None:
    path = put("mine.toml", DECODER)
    with pytest.raises(ContentError, match=r"holds .toml files already; allowed is a new folder"):
        write_content(FROM_TABLE, path.parent)
    assert path.read_text() == DECODER
