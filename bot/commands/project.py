"""`mimin init` and `mimin check`: one's own configuration, and every mistake in it."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import make_url

from bot import building
from bot.commands.context import CommandError, ConfigOption, note, out, settings_of
from bot.database import reading
from bot.settings import Settings, SettingsError, demo_config, warnings
from handoff import people
from knowledge.content import read_content
from knowledge.mistakes import ContentError
from knowledge.words import WordsError

SAMPLE = """Put your articles here, in as many files ending in .toml as you like. One looks like this:

[[article]]
id = "opening-hours"
tags = ["shop"]
questions.id = ["Jam buka toko?", "buka jam berapa min", "tutup jam brp ya"]
questions.en = ["What are your opening hours?"]
answer.id = "Toko buka setiap hari pukul 09.00 sampai 21.00 WIB, Kak."
answer.en = "The shop is open every day from 9 am to 9 pm."
"""


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A new folder, or one without a config.toml.")
    ],
) -> None:
    """Make your own configuration and an empty knowledge folder; the demo stays as it is."""
    config, content = folder / "config.toml", folder / "knowledge" / "content"
    if config.exists():
        raise CommandError(f"{config}: is there already; choose another folder")
    demo = demo_config().read_text("utf-8")
    own = demo.replace('name = "Layarku"', f'name = "{_brand(folder)}"', 1)
    try:
        content.mkdir(parents=True, exist_ok=True)
        config.write_text(own, "utf-8")
        (content / "README.txt").write_text(SAMPLE, "utf-8")
    except OSError as error:
        raise CommandError(
            f"{folder}: cannot be written ({(error.strerror or str(error)).lower()})"
        ) from error
    out(f"wrote {config} and {content}")
    out(f"next: put your people and hours into {config}, your articles into {content},")
    out(f"then `mimin check --config {config}` and `mimin run --config {config}`")


def check(config: ConfigOption = None) -> None:
    """Read configuration and content, and say every mistake; change nothing."""
    problems: list[str] = []
    settings = None
    try:
        settings = settings_of(config)
    except SettingsError as error:
        problems += error.problems
    lines = [] if settings is None else _check_content(settings, problems)
    for problem in problems:
        note(f"mimin: {problem}")
    for line in lines:
        out(line)
    if problems:
        raise typer.Exit(2)


def _check_content(settings: Settings, problems: list[str]) -> list[str]:
    articles = []
    lines = [f"warning: {warning}" for warning in warnings(settings)]
    if building.has_content(settings.content):
        try:
            articles = read_content(settings.content, settings.language)
        except ContentError as error:
            problems += error.problems
    try:
        building.words_of(settings)
    except WordsError as error:
        problems += error.problems
    if not articles and not problems:
        lines.append("warning: there are no articles, so every question goes to a person")
    database = make_url(settings.database_url).database
    if not problems and database and Path(database).exists():
        with reading(building.open_database(settings)) as conn:
            lines += [f"database: {line}" for line in building.differences(settings, conn, articles)]
            unreached = people.list_unreached(conn) if settings.telegram.token is not None else []
        lines += [
            f"warning: {name} cannot be reached in Telegram; `mimin staff invite {name}` prints a link"
            for name in unreached
        ]
    phrasings = sum(len(article.phrasings) for article in articles)
    if not problems:
        lines.append(
            f"{settings.path}: in order; {len(articles)} articles with {phrasings} phrasings, "
            f"{len(settings.staff)} people"
        )
    return lines


def _brand(folder: Path) -> str:
    name = "".join(c for c in folder.resolve().name if c.isalnum() or c in " -_")
    return name.replace("-", " ").replace("_", " ").strip().title() or "My Brand"
