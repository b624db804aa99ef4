"""Articles as TOML: what is read, and every mistake in a line of its own."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from knowledge.article import Article, Phrasing
from knowledge.content import read_content

Put = Callable[[str, str | bytes], Path]
Problems = Callable[[Path], list[str]]

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
        "a.toml:6: title a very long int is no text; allowed is a text of one character or more, "
        "in double quotes",
    ),
    (
        'answer.en = " "',
        "a.toml:6: empty text in answer.en; allowed is a text of one character or more, in double quotes",
    ),
    (
        'answer.en = "\\u0000"',
        'a.toml:6: answer.en "\\x00" holds a broken character; allowed is any text of whole Unicode '
        "characters",
    ),
    (
        'valid_until = "besok"',
        'a.toml:6: valid_until "besok" is no date; allowed is a date without quotes, '
        "valid_until = 2026-12-31",
    ),
    (
        "valid_from = 2026-01-01T00:00:00",
        "a.toml:6: valid_from datetime.datetime(2026, 1, 1, 0, 0) is no date; allowed is a date without "
        "quotes, valid_from = 2026-12-31",
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
        "a.toml:6: broken TOML: Illegal character '\\n'; allowed is "
        'key = "text", key = ["text", "text"] or key = 2026-12-31',
    ),
]


@pytest.mark.parametrize(
    ("line", "problem"), ARTICLE_MISTAKES, ids=[line[:30] for line, _ in ARTICLE_MISTAKES]
)
def test_a_mistake_in_an_article_is_told_with_its_line(
    put: Put, line: str, problem: str, problems: Problems
) -> None:
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
            'a.toml:2: "a\\tb" is no article id; allowed is a text of 1 to 80 characters without control '
            "characters",
        ),
        (
            '[[article]]\nid = "x"\nquestions = "?"\nanswer = "!"',
            'a.toml:3: questions "?" is no list; allowed is a list of texts such as ["cara bayar?"]',
        ),
        (
            '[[article]]\nid = "x"\nquestions.id = "?"\nanswer = "!"',
            'a.toml:3: questions.id "?" is no list; allowed is a list of texts such as ["cara bayar?"]',
        ),
        ('[[article]]\nid = "x"\nanswer = "!"',
         'a.toml:1: article "x" has no question; allowed is one question or more'),
        ('[[article]]\nid = "x"\nquestions = ["?"]\nanswer = {}',
         'a.toml:1: article "x" has no answer; allowed is one answer or more'),
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
            "a.toml:1: broken TOML: nested too deep; allowed is "
            'key = "text", key = ["text", "text"] or key = 2026-12-31',
        ),
    ],
)  # fmt: skip
def test_a_mistake_in_a_toml_file_is_told_with_its_place(
    put: Put, text: str, problem: str, problems: Problems
) -> None:
    assert problems(put("a.toml", text)) == [problem]


def test_an_id_is_told_when_it_comes_twice_in_a_folder(put: Put, problems: Problems) -> None:
    put("a.toml", DECODER)
    folder = put("b.toml", BILL + DECODER).parent
    assert problems(folder) == [
        'b.toml:16: duplicate id "dekoder"; allowed is each id once, and a.toml:3 has it'
    ]


def test_every_mistake_is_told_also_behind_a_broken_line(put: Put, problems: Problems) -> None:
    put("a.toml", DECODER + "quesions = []\n" + BILL + 'tags = "x\n' + DECODER.replace("answer", "anwser"))
    folder = put("b.toml", b"\xff").parent
    found = problems(folder)
    assert [line.split(";")[0] for line in found] == [
        'a.toml:6: unknown key "quesions"',
        "a.toml:20: broken TOML: Illegal character '\\n'",
        'a.toml:25: unknown key "anwser"',
        'a.toml:23: duplicate id "dekoder"',
        "b.toml:1: not UTF-8",
    ]
