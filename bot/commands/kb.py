"""`mimin kb`: the knowledge base's life."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot import building, journal
from bot.clock import utc_now
from bot.commands.context import ConfigOption, JsonOption, out, settings_of
from bot.database import reading, transaction
from knowledge import store
from knowledge.content import read_content

app = typer.Typer(no_args_is_help=True, help="The knowledge base: bring articles in, look at them.")


@app.command("import")
def import_(
    path: Annotated[
        Path | None, typer.Argument(help="A folder of TOML, or one .csv, .xlsx or .jsonl file.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Retire every article that is not in it.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Publish articles; a running Mimin answers from them within a second or two."""
    settings = settings_of(config)
    articles = read_content(path or settings.content, settings.language)
    engine = building.open_database(settings)
    with transaction(engine) as conn:
        changes = store.publish(conn, articles, only_these=replace)
        if changes:
            journal.append(conn, building.imported(changes), utc_now())
    same = len(articles) - len(changes.added) - len(changes.changed)
    counts = {"added": changes.added, "changed": changes.changed, "retired": changes.retired}
    out(", ".join(f"{len(ids)} {what}" for what, ids in counts.items()) + f", {same} as before")


@app.command("list")
def list_(json_: JsonOption = False, config: ConfigOption = None) -> None:
    """List the published articles; before the first `run` or `kb import`, the configured ones."""
    settings = settings_of(config)
    with reading(building.open_database(settings)) as conn:
        articles = store.list_published(conn) if store.was_ever_filled(conn) else None
    if articles is None:
        articles = read_content(settings.content, settings.language)
    if json_:
        for article in articles:
            out(json.dumps({
                "article": article.id, "questions": len(article.phrasings),
                "languages": sorted(article.answers), "tags": list(article.tags),
            }, ensure_ascii=False))  # fmt: skip
        return
    table = Table("article", "questions", "answers in", "tags", "first question")
    for article in articles:
        languages = ", ".join(sorted(article.answers))
        title = article.title(settings.language)
        table.add_row(article.id, str(len(article.phrasings)), languages, ", ".join(article.tags), title)
    Console().print(table)
