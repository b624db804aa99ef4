"""`mimin report`: the figures of some days."""

import json
from datetime import timedelta
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot import building
from bot.clock import utc_now
from bot.commands.context import CommandError, ConfigOption, JsonOption, out, settings_of
from bot.database import reading
from bot.logins import page_address
from bot.reports import sheet
from bot.reports.figures import Figures, percent
from bot.reports.period import PeriodError, read_period
from bot.reports.reading import read
from bot.reports.sheet import Line
from bot.reports.summary import summary
from bot.settings import Settings
from bot.web import report_file
from bot.wording import length_words, read_wording
from handoff.money import format_amount
from knowledge import store

WIDTH = 110  # of a table in a file


class Format(StrEnum):
    """How the figures are written."""

    TEXT = "text"
    CSV = "csv"
    HTML = "html"
    JSON = "json"


def report(
    from_: Annotated[str, typer.Option("--from", metavar="DATE", help="The first day, as 2026-11-23.")] = "",
    to: Annotated[
        str, typer.Option(metavar="DATE", help="The last day; without both, the last seven days.")
    ] = "",
    format_: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
    json_: JsonOption = False,
    file: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it there instead of printing it.")
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="The same as --format csv.")] = False,
    config: ConfigOption = None,
) -> None:
    """Print what was asked, answered, promised and kept, in the brand's time zone."""
    if json_ + csv + (format_ is not Format.TEXT) > 1:
        raise CommandError("--json, --csv and --format exclude each other")
    settings = settings_of(config)
    figures, address = _read(settings, from_, to)
    written = Format.JSON if json_ else Format.CSV if csv else format_
    if file is None and written is Format.TEXT:
        _print(figures, settings.language, Console())
        return
    text = _write(figures, written, settings, address)
    if file is None:
        out(text.rstrip("\r\n"))
    else:
        _save(file, text, "utf-8-sig" if written is Format.CSV else "utf-8")


def _write(figures: Figures, written: Format, settings: Settings, address: str) -> str:
    match written:
        case Format.JSON:
            return f"{json.dumps(sheet.as_json(figures), ensure_ascii=False)}\n"
        case Format.CSV:
            return sheet.as_csv(figures)
        case Format.HTML:
            return report_file.render(figures, settings.brand, settings.language, figures.made_at, address)
        case Format.TEXT:
            text = StringIO()
            _print(figures, settings.language, Console(file=text, width=WIDTH))
            return text.getvalue()


def _save(file: Path, text: str, encoding: str) -> None:
    """Write a file; a spreadsheet takes one that begins with a mark for UTF-8."""
    try:
        file.write_text(text, encoding, newline="")
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror or error}", 1) from error


def _read(settings: Settings, begins: str, ends: str) -> tuple[Figures, str]:
    """Return the figures, and where the desk is that their numbers lead to."""
    now = utc_now()
    try:
        period = read_period(begins, ends, now, settings.zone)
    except PeriodError as error:
        raise CommandError(str(error)) from error
    with reading(building.open_database(settings)) as conn:
        articles = {article.id: article for article in store.list_published(conn)}

        def title(article: str) -> str:
            return articles[article].title(settings.language) if article in articles else article

        ran = page_address(conn)
        return read(conn, title, period, period.usual_step, now), settings.web_address or ran or ""


def _print(figures: Figures, language: str, console: Console) -> None:
    table = Table("section", "figure", "of", "value", "cases")
    for column in table.columns[3:]:
        column.justify = "right"
    for line in sheet.lines(figures):
        cases = "" if line.cases is None else str(line.cases)
        table.add_row(line.section, line.figure.replace("_", " "), escape(line.of), _value(line), cases)
    console.print(escape(summary(figures, read_wording(), language)), highlight=False, soft_wrap=True)
    console.print(table)


def _value(line: Line) -> str:
    if line.value is None:
        return "-"
    if line.unit == "share":
        return percent(line.value)
    if line.unit == "seconds":
        return length_words(timedelta(seconds=line.value), "en")
    if line.unit == "amount":
        return format_amount(round(line.value), line.of)
    return f"{line.value:,}"
