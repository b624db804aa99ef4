"""Articles as rows, many to an article: reading .csv, .xlsx and .jsonl with every mistake."""

import csv
import io
import json
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from itertools import zip_longest
from types import MappingProxyType

from knowledge.article import LANGUAGES, Article, Phrasing
from knowledge.mistakes import Mistakes, is_id, is_whole, nearest, shown

COLUMNS = ("article", "question", "answer", "language", "tags")
NEEDED = COLUMNS[:3]

_DELIMITERS = ",;\t"
_COLUMNS = "a first line article,question,answer with language and tags where wanted"
_OBJECT = '{"article": "...", "question": "...", "answer": "..."} with "language" and "tags" where wanted'


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: its number in the file and its cells by column."""

    line: int
    cells: dict[str, str]


@dataclass(slots=True)
class _Draft:
    line: int
    phrasings: list[Phrasing] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    tags: dict[str, None] = field(default_factory=dict)


def articles_of(rows: Iterable[Row], file: str, language: str, mistakes: Mistakes) -> list[Article]:
    """Return the articles that the rows make, in the order in which they first appear.

    The first answer given in a language is the article's; a row's empty answer takes it, and where
    its language has none, any other's. Answers that name no language are in the brand's.
    """
    drafts: dict[str, _Draft] = {}
    spoilt: set[str] = set()
    for row in rows:
        before = len(mistakes.lines)
        name, where = row.cells.get("article", ""), f"{file}:{row.line}"
        if is_id(name):
            _add_row(drafts.setdefault(name, _Draft(row.line)), row, where, language, mistakes)
        else:
            mistakes.bad_id(where, name)
        if len(mistakes.lines) > before:
            spoilt.add(name)
    for name, draft in drafts.items():
        for what, found in (("question", draft.phrasings), ("answer", draft.answers)):
            if not found and name not in spoilt:
                where = f"{file}:{draft.line}"
                mistakes.add(where, f"article {shown(name)} has no {what}", f"one {what} or more")
    return [
        Article(name, tuple(draft.phrasings), MappingProxyType(draft.answers), tuple(draft.tags))
        for name, draft in drafts.items()
    ]


def _add_row(draft: _Draft, row: Row, where: str, language: str, mistakes: Mistakes) -> None:
    question, answer = (_text(row, column, where, mistakes) for column in ("question", "answer"))
    spoken = row.cells.get("language", "").strip().lower()
    if spoken and spoken not in LANGUAGES:
        mistakes.bad_language(where, spoken)
        return
    if question:
        draft.phrasings.append(Phrasing(question, spoken or None))
    if answer:
        draft.answers.setdefault(spoken or language, answer)
    draft.tags.update(
        (tag.strip(), None) for tag in re.split("[;,]", _text(row, "tags", where, mistakes)) if tag.strip()
    )


def _text(row: Row, column: str, where: str, mistakes: Mistakes) -> str:
    text = row.cells.get(column, "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if not is_whole(text):
        mistakes.bad_text(where, column, text)
    return text


def csv_rows(text: str, file: str, mistakes: Mistakes) -> Iterator[Row]:
    """Yield the rows of a CSV text, split at commas, semicolons (Excel in Indonesia) or tabs."""
    lines = list(io.StringIO(text, newline=""))
    start = next((number for number, line in enumerate(lines) if line.strip()), 0)
    delimiter = ""
    if lines and (told := re.fullmatch(r"sep=([,;\t|])", lines[start].strip("\r\n"), re.IGNORECASE)):
        delimiter, start = told[1], start + 1
    header = lines[start] if start < len(lines) else ""
    delimiter = delimiter or max(_DELIMITERS, key=lambda sign: _known_columns(header, sign))
    return _rows(_records(lines, start, delimiter, file, mistakes), file, mistakes)


def xlsx_rows(data: bytes, file: str, mistakes: Mistakes) -> Iterator[Row]:
    """Yield the rows of a workbook's first sheet; numbers and dates are taken as text."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of looks and checks that no text depends on
            openpyxl = import_module("openpyxl")  # slow to load, and most brands have no workbook
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # some programs write a size that is too small
            records = [[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)]
            book.close()
    except Exception as error:  # openpyxl lets out whatever the archive and its XML raise
        wrong = f"no readable workbook ({type(error).__name__})"
        mistakes.add(f"{file}:1", wrong, "an .xlsx file with one sheet of articles, saved without a password")
        return iter(())
    width = max(map(len, records), default=0)
    padded = ((line, record + [""] * (width - len(record))) for line, record in enumerate(records, start=1))
    return _rows(padded, file, mistakes)


def jsonl_rows(text: str, file: str, mistakes: Mistakes) -> Iterator[Row]:
    """Yield the rows of JSON Lines: an object a line; tags may be a list."""
    for line, source in enumerate(text.split("\n"), start=1):
        if not source.strip():
            continue
        where, before = f"{file}:{line}", len(mistakes.lines)
        try:
            values = json.loads(source)
        except (ValueError, RecursionError) as error:
            wrong = error.msg if isinstance(error, json.JSONDecodeError) else "a value too large or too deep"
            mistakes.add(where, f"broken JSON line: {wrong}", _OBJECT)
            continue
        if not isinstance(values, dict):
            mistakes.add(where, f"{shown(values)} is no object", _OBJECT)
            continue
        if "article" not in values:
            mistakes.add(where, "missing key article", _OBJECT)
        for key, value in values.items():
            if key not in COLUMNS:
                mistakes.unknown(where, "key", key, COLUMNS)
            elif key == "tags" and isinstance(value, list) and all(isinstance(tag, str) for tag in value):
                values[key] = ";".join(value)
            elif not isinstance(value, str | None):
                allowed = "a text or a list of texts" if key == "tags" else "a text in double quotes"
                mistakes.add(where, f"{key} {shown(value)} is no text", allowed)
        if len(mistakes.lines) == before:
            yield Row(line, {key: value or "" for key, value in values.items()})


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value)


def _known_columns(header: str, delimiter: str) -> int:
    return sum(cell.strip().strip('"').strip().lower() in COLUMNS for cell in header.split(delimiter))


def _records(
    lines: list[str], start: int, delimiter: str, file: str, mistakes: Mistakes
) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the number of the line it begins on.

    A broken quote is noted where its record begins, and reading goes on with the line after it.
    """
    header = True
    while start < len(lines):
        reader = csv.reader((lines[n] for n in range(start, len(lines))), delimiter=delimiter, strict=True)
        begin = start
        try:
            for record in reader:
                yield begin + 1, record
                begin, header = start + reader.line_num, False
            return
        except csv.Error as error:
            allowed = 'a text in double quotes from end to end, with "" for a quote within it'
            mistakes.add(f"{file}:{begin + 1}", f"broken CSV line: {error}", allowed)
            if header:
                return
            start = begin + 1


def _rows(records: Iterable[tuple[int, list[str]]], file: str, mistakes: Mistakes) -> Iterator[Row]:
    """Yield the rows below the header by column; blank ones are skipped."""
    before = len(mistakes.lines)
    columns: list[str] | None = None
    for line, record in records:
        where = f"{file}:{line}"
        if not any(cell.strip() for cell in record):
            continue
        if columns is None:
            columns = _columns(record, where, mistakes)
            if not columns:
                return
            continue
        unnamed = [
            cell for cell, column in zip_longest(record, columns, fillvalue="") if not column and cell.strip()
        ]
        if unnamed or len(record) < len(columns):
            which = "many" if unnamed else "few"
            wrong = f"too {which} columns: {len(record)}, and the header has {len(columns)}"
            mistakes.add(where, wrong, "a text that holds the delimiter or a line break in double quotes")
        else:
            yield Row(line, {column: cell for column, cell in zip(columns, record, strict=False) if column})
    if columns is None and len(mistakes.lines) == before:
        mistakes.add(f"{file}:1", "no header", _COLUMNS)


def _columns(record: list[str], where: str, mistakes: Mistakes) -> list[str]:
    """Return the names in the header, none where they are wrong; one left out between others is ""."""
    before = len(mistakes.lines)
    columns = [cell.strip().lower() for cell in record]
    while not columns[-1]:
        columns.pop()
    missing = [column for column in NEEDED if column not in columns]
    for column in dict.fromkeys(filter(None, columns)):
        if column not in COLUMNS:
            mistakes.unknown(where, "column", column, COLUMNS)
            missing = [name for name in missing if name != nearest(column, COLUMNS)]
        elif columns.count(column) > 1:
            mistakes.add(where, f"column {column} stands {columns.count(column)} times", "each column once")
    if missing:
        mistakes.add(where, f"missing column {', '.join(missing)}", _COLUMNS)
    return columns if len(mistakes.lines) == before else []
