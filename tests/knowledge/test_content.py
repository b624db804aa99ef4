"""Content as files: where it may stand, and what is written back."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.article import Article, Phrasing
from knowledge.content import ContentError, read_content, write_content

Put = Callable[[str, str | bytes], Path]
Problems = Callable[[Path], list[str]]

ALLOWED = "allowed is a folder of .toml files or one file that ends in .toml, .csv, .xlsx, .jsonl"
DECODER = """
[[article]]
id = "dekoder"
questions = ["dekoder mati"]
answer = "Coba cabut 10 detik ya kak."
"""
BILL = Article(
    "bayar",
    (Phrasing("cara bayar?", "id"), Phrasing("how do I pay?", "en"), Phrasing("bayarnya gmn")),
    {"id": "Lewat aplikasi,\nlalu Bayar."},
    ("tagihan", "bayar"),
)
WHOLE = {
    ".toml": DECODER * 2,
    ".csv": 'article,question,answer,tags\nx,?,"a, b",t;u\nx,"a\nb",,\ny,?,"""!""",\n',
    ".jsonl": '{"article": "x", "question": "?", "answer": "a", "tags": ["t"]}\n{"article": "x"}\n',
}


def test_a_path_that_is_not_there_is_told_with_the_nearest_name(put: Put, problems: Problems) -> None:
    folder = put("content/a.toml", DECODER).parent.parent
    assert problems(folder / "contnet") == [
        f'contnet: no such file or folder; {ALLOWED}; did you mean "content"?'
    ]
    assert problems(folder / "no" / "where") == [f"no/where: no such file or folder; {ALLOWED}"]


def test_a_path_that_cannot_be_read_is_told(put: Put, problems: Problems, tmp_path: Path) -> None:
    name = "x" * 300
    assert problems(tmp_path / name) == [f"{name}: cannot be read (File name too long); {ALLOWED}"]


def test_a_folder_without_articles_is_told(put: Put, problems: Problems) -> None:
    folder = put("content/faq.csv", "").parent
    assert problems(folder) == [f"content: folder without .toml files; {ALLOWED}"]
    put("content/a.toml", "# nothing yet\n")
    assert problems(folder) == ["content: no article in it; allowed is one article or more"]


def test_an_ending_nobody_reads_is_told(put: Put, problems: Problems) -> None:
    assert problems(put("a.json", "{}")) == [
        f'a.json: unknown ending ".json"; {ALLOWED}; did you mean ".jsonl"?'
    ]


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)
trimmed = texts.map(str.strip).filter(bool)
ids = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80).filter(
    lambda name: bool(name.strip())
)
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
    article = BILL
    odd = Article("dekoder", (Phrasing("mati"),), {"id": 'Cabut "10 detik" ya.'}, ("Émail & Wi-Fi",))
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
        write_content([BILL], path.parent)
    assert path.read_text() == DECODER


@pytest.mark.parametrize("ending", [".toml", ".csv", ".jsonl"])
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_file_is_read_or_told_about_and_never_more(ending: str, data: st.DataObject) -> None:
    """A few bytes are cut out or put in, those that mean something in a file more often than others."""
    content = bytearray(WHOLE[ending].encode())
    signs = st.sampled_from([*b"\"'[]{}=,;.\n\r\\#\0\xff"]) | st.integers(0, 255)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        content[at : at + data.draw(st.integers(0, 3))] = bytes(data.draw(st.lists(signs, max_size=2)))
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"a{ending}"
        path.write_bytes(content)
        told: tuple[str, ...] = ()
        try:
            found = read_content(path)
        except ContentError as error:
            found, told = [], error.problems
    assert bool(found) != bool(told)
    assert all(line.isprintable() and "; allowed is " in line for line in told)
