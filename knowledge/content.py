"""A brand's content as files: a folder of TOML articles, or one table; every mistake is told."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from unicodedata import normalize

from knowledge.article import Article
from knowledge.content_tables import articles_of, csv_rows, jsonl_rows, xlsx_rows
from knowledge.content_toml import read_toml, write_toml
from knowledge.mistakes import ContentError, Mistakes, nearest

__all__ = ["ContentError", "read_content", "write_content"]

_TABLES = (".csv", ".xlsx", ".jsonl")
_ENDINGS = (".toml", *_TABLES)
_ALLOWED = f"a folder of .toml files or one file that ends in {', '.join(_ENDINGS)}"


def read_content(path: Path, language: str = "id") -> list[Article]:
    """Return the articles of a folder or a file; texts that name no language are in `language`.

    Raises ContentError with every mistake of all files, and returns nothing then. Texts lose the
    blanks at their ends; ids are kept as they are. Files of a folder are read in the order of their
    names, those in folders within it too, hidden ones not.
    """
    mistakes = Mistakes()
    try:
        articles = list(_read(path, language, mistakes))
    except OSError as error:
        mistakes.add(str(error.filename or path), f"cannot be read ({error.strerror})", _ALLOWED)
    if mistakes.lines:
        raise ContentError(mistakes.lines)
    return articles


def write_content(articles: Iterable[Article], folder: Path) -> list[Path]:
    """Write the articles as TOML, a file for each first tag, and return the files.

    `read_content` gives the same articles back, file by file. A folder that already holds TOML is
    refused with ContentError, so that nobody's edits are lost and no article stands there twice.
    """
    if folder.exists() and next(folder.glob("*.toml"), None):
        mistakes = Mistakes()
        mistakes.add(str(folder), "holds .toml files already", "a new folder or one without them")
        raise ContentError(mistakes.lines)
    files: dict[str, list[Article]] = {}
    for article in articles:
        files.setdefault(_file_name(article), []).append(article)
    folder.mkdir(parents=True, exist_ok=True)
    for name, together in files.items():
        (folder / name).write_text(write_toml(together), encoding="utf-8", newline="\n")
    return [folder / name for name in files]


def _read(path: Path, language: str, mistakes: Mistakes) -> Iterator[Article]:
    if path.is_dir():
        files = sorted(file for file in path.rglob("*.toml") if file.is_file() and not _is_hidden(file, path))
        if not files:
            mistakes.add(str(path), "folder without .toml files", _ALLOWED)
    elif not path.exists():
        near = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        mistakes.add(str(path), "no such file or folder", _ALLOWED, nearest(path.name, near))
        return
    elif path.suffix.lower() not in _ENDINGS:
        near_ending = nearest(path.suffix, _ENDINGS)
        mistakes.add(str(path), f'unknown ending "{path.suffix}"', _ALLOWED, near_ending)
        return
    else:
        files = [path]
    known: dict[str, str] = {}
    count = 0
    for file in files:
        for article in _read_file(file, language, known, mistakes):
            count += 1
            yield article
    if not count and not mistakes.lines:
        mistakes.add(str(path), "no article in it", "one article or more")


def _read_file(file: Path, language: str, known: dict[str, str], mistakes: Mistakes) -> Iterable[Article]:
    data, name, ending = file.read_bytes(), str(file), file.suffix.lower()
    if ending == ".xlsx":
        return articles_of(xlsx_rows(data, name, mistakes), name, language, mistakes)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        mistakes.add(f"{name}:{line}", "not UTF-8", 'UTF-8, which Excel calls "CSV UTF-8"')
        return ()
    if ending == ".toml":
        return read_toml(text, name, language, known, mistakes)
    rows = csv_rows if ending == ".csv" else jsonl_rows
    return articles_of(rows(text, name, mistakes), name, language, mistakes)


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def _file_name(article: Article) -> str:
    """Return a name that every file system takes, from the article's first tag."""
    tag = normalize("NFKD", article.tags[0]).lower() if article.tags else ""
    return f"{re.sub('[^a-z0-9]+', '-', tag).strip('-')[:60] or 'articles'}.toml"
