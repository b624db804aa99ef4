"""What every command shares: the configuration it was given, and errors of one line."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bot.brand import Brand
from bot.building import Progress as Report
from bot.building import build_brand, cache_folder
from bot.settings import Settings, load_settings
from knowledge.article import Article

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="F", help="The configuration; else MIMIN_CONFIG, ./config.toml, the demo."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Read and write JSON, a line each.")]


class CommandError(Exception):
    """A command cannot do what was asked; one line for a person. `code` is the exit code."""

    def __init__(self, message: str, code: int = 2) -> None:
        super().__init__(message)
        self.code = code


def settings_of(config: Path | None) -> Settings:
    """Read the configuration the way every command looks for it."""
    return load_settings(config, os.environ, Path.cwd())


def out(text: str) -> None:
    """Write a line to standard output, in UTF-8 whatever the terminal says."""
    sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()


def note(text: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(f"{text}\n")


def learn(settings: Settings, articles: list[Article]) -> Brand:
    """Learn the brand, with a progress bar where somebody watches and it takes long."""
    cache = cache_folder(os.environ)
    if not sys.stderr.isatty():
        return build_brand(settings, articles, cache)
    columns = (TextColumn("Learning the articles"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("learn", total=None)
        report: Report = lambda done, total: bar.update(task, completed=done, total=total)  # noqa: E731
        return build_brand(settings, articles, cache, report)
