"""Articles as TOML that a person edits: reading it with every mistake, and writing it. Pure."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import groupby
from types import MappingProxyType
from typing import Any

from knowledge.article import LANGUAGES, Article, Phrasing
from knowledge.mistakes import Mistakes, is_id, is_whole, nearest, shown

KEYS = ("id", "title", "tags", "questions", "answer", "valid_from", "valid_until")

_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*article[ \t]*\]\]")
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
_LIST = 'a list of texts such as ["cara bayar?"]'
_SIGNS = {"\\": "\\\\", "\b": "\\b", "\f": "\\f", "\r": "\\r", "\t": "\t", "\n": "\n"}


def read_toml(
    text: str, file: str, language: str, known: dict[str, str], mistakes: Mistakes
) -> Iterator[Article]:
    """Yield the articles of one file that are right, and note what is wrong with the others.

    `known` maps the ids met so far to where they stand, and grows. A text that is no TOML as a whole
    is read article by article, so that one broken line does not hide the mistakes after it.
    """
    lines = text.split("\n")
    for tree, starts in _trees(text, file, mistakes):
        for key in tree:
            if key != "article":
                mistakes.unknown(f"{file}:{_line_of(lines, key) or 1}", "key", key, ["article"])
        tables = tree.get("article", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            where = f"{file}:{_line_of(lines, 'article') or 1}"
            mistakes.add(where, "article is no list of tables", "[[article]] above each article")
            continue
        for number, table in enumerate(tables):
            line = starts[number] if len(starts) == len(tables) else None
            place = _Place(lines, file, line, number + 1, table)
            if article := _read_article(table, place, language, known, mistakes):
                yield article


def write_toml(articles: Iterable[Article]) -> str:
    """Return TOML that `read_toml` reads back, where the texts have no blanks at their ends."""
    return "\n".join(_write_article(article) for article in articles)


class _Place:
    """Where an article stands in its file, for messages: by line, else by its number."""

    def __init__(
        self, lines: list[str], file: str, line: int | None, number: int, table: Mapping[str, Any]
    ) -> None:
        self.lines, self.file, self.line, self.number = lines, file, line, number
        if line is None and isinstance(name := table.get("id"), str):
            quoted = (f'"{name}"', f"'{name}'")
            self.line = next((n for n, text in enumerate(lines, 1) if any(q in text for q in quoted)), None)

    def of(self, key: str = "") -> str:
        """Return the file and the line of the key, or of the article where the key is not found."""
        if self.line is None:
            return f"{self.file}: article {self.number}"
        line = _line_of(self.lines, key, self.line) if key else None
        if line is None and "." in key:
            return self.of(key.split(".", maxsplit=1)[0])
        return f"{self.file}:{line or self.line}"


def _line_of(lines: list[str], key: str, header: int | None = None) -> int | None:
    """Return the line that gives the key: of the article whose header stands there, else anywhere."""
    name = r"[ \t]*\.[ \t]*".join(rf"""["']?{re.escape(part)}["']?""" for part in key.split("."))
    given = re.compile(rf"^[ \t]*(\[\[?[ \t]*(article[ \t]*\.[ \t]*)?)?{name}[ \t]*[.=\]]")
    for number in range(header or 0, len(lines)):
        if header is not None and _HEADER.match(lines[number]):
            break
        if given.match(lines[number]):
            return number + 1
    return None


def _trees(text: str, file: str, mistakes: Mistakes) -> Iterator[tuple[dict[str, Any], list[int]]]:
    """Yield what the text says with the lines of its article headers: whole, else part by part."""
    lines = text.split("\n")
    headers = [number for number, line in enumerate(lines, start=1) if _HEADER.match(line)]
    try:
        whole = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        broken = error
    else:
        yield whole, headers
        return
    before = len(mistakes.lines)
    for first, following in zip([1, *headers], [*headers, len(lines) + 1], strict=True):
        part = "\n".join(lines[first - 1 : following - 1])
        try:
            yield tomllib.loads(part), [first]
        except (ValueError, RecursionError) as error:
            _note_broken(error, part, first, file, mistakes)
    if len(mistakes.lines) == before:
        _note_broken(broken, text, 1, file, mistakes)


def _note_broken(error: Exception, part: str, first: int, file: str, mistakes: Mistakes) -> None:
    """Note what the parser says of a part; its line is the part's, which begins at line `first`."""
    found = _AT_LINE.search(str(error))
    line = int(found[1]) if found else part.rstrip().count("\n") + 1
    what = "nested too deep" if isinstance(error, RecursionError) else _AT_LINE.sub("", str(error))
    what = shown(what.removesuffix(" (at end of document)"))[1:-1]
    allowed = 'key = "text", key = ["text", "text"] or key = 2026-12-31'
    mistakes.add(f"{file}:{first + line - 1}", f"broken TOML: {what}", allowed)


def _read_article(
    table: Mapping[str, Any], place: _Place, language: str, known: dict[str, str], mistakes: Mistakes
) -> Article | None:
    before = len(mistakes.lines)
    for key in table:
        if key not in KEYS:
            mistakes.unknown(place.of(key), "key", key, KEYS)
    name = table.get("id")
    if not isinstance(name, str):
        wrong = "article without id" if name is None else f"id {shown(name)} is no text"
        mistakes.add(place.of("id"), wrong, 'a text of its own such as id = "cara-bayar"')
    else:
        if not is_id(name):
            mistakes.bad_id(place.of("id"), name)
        elif name in known:
            mistakes.add(
                place.of("id"), f"duplicate id {shown(name)}", f"each id once, and {known[name]} has it"
            )
        known.setdefault(name, place.of("id"))
    phrasings = _read_phrasings(table, place, language, mistakes)
    answers = _read_texts(table, "answer", language, place, mistakes)
    tags = table.get("tags", [])
    if not isinstance(tags, list):
        mistakes.add(place.of("tags"), f"tags {shown(tags)} is no list", _LIST)
        tags = []
    tags = tuple(read for tag in tags if (read := _read_text(tag, "tags", place, mistakes)))
    first, last = (_read_date(table, key, place, mistakes) for key in ("valid_from", "valid_until"))
    if first and last and last < first:
        mistakes.add(place.of("valid_until"), f"valid_until {last} is before valid_from", f"{first} or later")
    meant = {nearest(key, KEYS) for key in table if key not in KEYS}
    for key, found in (("questions", phrasings), ("answer", answers)):
        if not found and not table.get(key) and key not in meant:
            what = key.removesuffix("s")
            mistakes.add(place.of(), f"article {shown(name)} has no {what}", f"one {what} or more")
    if len(mistakes.lines) > before:
        return None
    return Article(str(name), tuple(phrasings), MappingProxyType(answers), tags, first, last)


def _read_phrasings(
    table: Mapping[str, Any], place: _Place, language: str, mistakes: Mistakes
) -> list[Phrasing]:
    """Return the phrasings, the title first: a button shows the first one of its language."""
    titles = _read_texts(table, "title", language, place, mistakes)
    phrasings = [Phrasing(title, key) for key, title in titles.items()]
    for key, question in _pairs(table.get("questions", []), place, mistakes):
        text = _read_text(question, f"questions.{key}" if key else "questions", place, mistakes)
        if text and Phrasing(text, key) not in phrasings[: len(titles)]:
            phrasings.append(Phrasing(text, key))
    return phrasings


def _pairs(questions: object, place: _Place, mistakes: Mistakes) -> Iterator[tuple[str | None, object]]:
    """Yield each question with its language, from either way of writing them."""
    if isinstance(questions, list):
        for question in questions:
            if not isinstance(question, dict):
                yield None, question
                continue
            for key, text in question.items():
                if key in LANGUAGES:
                    yield key, text
                else:
                    mistakes.bad_language(place.of("questions"), key)
    elif isinstance(questions, dict):
        for key, texts in questions.items():
            if key not in LANGUAGES:
                mistakes.bad_language(place.of(f"questions.{key}"), key)
            elif isinstance(texts, list):
                yield from ((key, text) for text in texts)
            else:
                wrong = f"questions.{key} {shown(texts)} is no list"
                mistakes.add(place.of(f"questions.{key}"), wrong, _LIST)
    else:
        mistakes.add(place.of("questions"), f"questions {shown(questions)} is no list", _LIST)


def _read_texts(
    table: Mapping[str, Any], key: str, language: str, place: _Place, mistakes: Mistakes
) -> dict[str, str]:
    """Return one text for each language; a text that names none is in the brand's."""
    value = table.get(key, {})
    if not isinstance(value, dict):
        text = _read_text(value, key, place, mistakes)
        return {language: text} if text else {}
    texts = {}
    for name, text in value.items():
        if name not in LANGUAGES:
            mistakes.bad_language(place.of(f"{key}.{name}"), name)
        elif read := _read_text(text, f"{key}.{name}", place, mistakes):
            texts[name] = read
    return texts


def _read_text(value: object, key: str, place: _Place, mistakes: Mistakes) -> str | None:
    if isinstance(value, str) and is_whole(value) and value.strip():
        return value.strip()
    if isinstance(value, str) and value.strip():
        mistakes.bad_text(place.of(key), key, value)
    else:
        wrong = f"empty text in {key}" if isinstance(value, str) else f"{key} {shown(value)} is no text"
        mistakes.add(place.of(key), wrong, "a text of one character or more, in double quotes")
    return None


def _read_date(table: Mapping[str, Any], key: str, place: _Place, mistakes: Mistakes) -> date | None:
    value = table.get(key)
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    mistakes.add(
        place.of(key), f"{key} {shown(value)} is no date", f"a date without quotes, {key} = 2026-12-31"
    )
    return None


def _write_article(article: Article) -> str:
    lines = ["[[article]]", f"id = {_quoted(article.id)}"]
    if article.tags:
        lines.append(f"tags = [{', '.join(map(_quoted, article.tags))}]")
    if article.valid_from:
        lines.append(f"valid_from = {article.valid_from.isoformat()}")
    if article.valid_until:
        lines.append(f"valid_until = {article.valid_until.isoformat()}")
    runs = [
        (key, [_quoted(p.text) for p in run]) for key, run in groupby(article.phrasings, lambda p: p.language)
    ]
    keys = [key for key, _ in runs]
    if keys == [None]:
        lines += _listed("questions", runs[0][1])
    elif None not in keys and len(set(keys)) == len(keys):
        for key, texts in runs:
            lines += _listed(f"questions.{key}", texts)
    else:
        lines += _listed(
            "questions",
            [f"{{ {key} = {text} }}" if key else text for key, texts in runs for text in texts],
        )
    lines += [f"answer.{key} = {_quoted(text)}" for key, text in article.answers.items()]
    return "\n".join(lines) + "\n"


def _listed(key: str, items: Iterable[str]) -> list[str]:
    return [f"{key} = [", *(f"  {item}," for item in items), "]"]


def _quoted(text: str) -> str:
    """Return the text as a TOML string, on lines of its own where it has several."""
    signs = "".join(
        _SIGNS.get(sign) or (f"\\u{ord(sign):04x}" if sign < " " or sign == "\x7f" else sign) for sign in text
    )
    if "\n" not in text:
        return '"{}"'.format(signs.replace('"', '\\"'))
    return '"""\n{}"""'.format(re.sub(r'"{3,}|"+\Z', lambda found: '\\"' * len(found[0]), signs))
