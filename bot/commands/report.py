"""`mimin report`: the figures of some days."""

import json
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot import building
from bot.clock import utc_now
from bot.commands.context import CommandError, ConfigOption, JsonOption, out, settings_of
from bot.database import reading
from bot.reports import sheet
from bot.reports.figures import Figures, percent
from bot.reports.period import PeriodError, read_period
from bot.reports.reading import read
from bot.reports.sheet import Line
from bot.reports.summary import summary
from bot.settings import Settings
from bot.wording import length_words, read_wording
from handoff.money import format_amount
from knowledge import store


class Format(StrEnum):
    """How the figures are written."""

    TEXT = "text"
    CSV = "csv"
    JSON = "json"


def report(
    from_: Annotated[str, typer.Option("--from", metavar="DATE", help="The first day, as 2026-11-23.")] = "",
    to: Annotated[
        str, typer.Option(metavar="DATE", help="The last day; without both, the last seven days.")
    ] = "",
    format_: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
    json_: JsonOption = False,
    csv: Annotated[bool, typer.Option("--csv", help="The same as --format csv.")] = False,
    config: ConfigOption = None,
) -> None:
    """Print what was asked, answered, promised and kept, in the brand's time zone."""
    if json_ and csv:
        raise CommandError("--json and --csv exclude each other")
    settings = settings_of(config)
    figures = _read(settings, from_, to)
    if json_ or format_ is Format.JSON:
        out(json.dumps(sheet.as_json(figures), ensure_ascii=False))
    elif csv or format_ is Format.CSV:
        out(sheet.as_csv(figures).rstrip("\r\n"))
    else:
        _print(figures, settings.language)


def _read(settings: Settings, begins: str, ends: str) -> Figures:
    now = utc_now()
    try:
        period = read_period(begins, ends, now, settings.zone)
    except PeriodError as error:
        raise CommandError(str(error)) from error
    with reading(building.open_database(settings)) as conn:
        articles = {article.id: article for article in store.list_published(conn)}

        def title(article: str) -> str:
            return articles[article].title(settings.language) if article in articles else article

        return read(conn, title, period, period.usual_step, now)


def _print(figures: Figures, language: str) -> None:
    table = Table("section", "figure", "of", "value", "cases")
    for column in table.columns[3:]:
        column.justify = "right"
    for line in sheet.lines(figures):
        cases = "" if line.cases is None else str(line.cases)
        table.add_row(line.section, line.figure.replace("_", " "), escape(line.of), _value(line), cases)
    out(summary(figures, read_wording(), language))
    Console().print(table)


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
