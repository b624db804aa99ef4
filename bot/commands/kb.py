"""`mimin kb`: the knowledge base's life."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot import building, journal
from bot.clock import utc_now
from bot.commands.context import CommandError, ConfigOption, JsonOption, out, settings_of
from bot.database import reading, transaction
from bot.settings import Settings
from knowledge import store
from knowledge.article import Article
from knowledge.content import read_content
from knowledge.selftest import Selftest, self_test

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
    building.words_of(settings)  # a mistake there would keep a running process from learning them
    articles = read_content(path or settings.content, settings.language)
    engine = building.open_database(settings)
    with transaction(engine) as conn:
        changes = store.publish(conn, articles, only_these=replace)
        if changes:
            journal.append(conn, building.imported(changes), utc_now())
    same = len(articles) - len(changes.added) - len(changes.changed)
    counts = {"added": changes.added, "changed": changes.changed, "retired": changes.retired}
    out(", ".join(f"{len(ids)} {what}" for what, ids in counts.items()) + f", {same} as before")


@app.command("test")
def try_articles(
    least: Annotated[
        float,
        typer.Option("--min", min=0, max=100, help="Exit 1 where fewer of 100 phrasings are found again."),
    ] = 0.0,
    content: Annotated[
        Path | None, typer.Option(help="Articles to test, instead of the published ones.")
    ] = None,
    json_: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Leave each phrasing out in turn: which would be taken for another article's, and what needs more.

    Nothing is changed. The share that is found again tells how a follower fares whose words nobody wrote.
    """
    settings = settings_of(config)
    articles = read_content(content, settings.language) if content else _published(settings)
    found = self_test(articles, building.words_of(settings))
    share = 100 * found.share
    if json_:
        out(json.dumps({
            "judged": found.judged, "found_again": found.right, "share": round(share, 1),
            "collisions": [asdict(collision) for collision in found.collisions],
            "shadows": [asdict(shadow) for shadow in found.shadows], "thin": found.thin,
        }, ensure_ascii=False))  # fmt: skip
    else:
        _tell(found, share)
    if least and not found.judged:
        raise CommandError("there is nothing to test: two articles with phrasings are wanted at least", 1)
    if share < least:
        raise CommandError(f"{share:.1f} of 100 phrasings are found again, {least:g} are wanted", 1)


def _tell(found: Selftest, share: float) -> None:
    """Say what the test found, worst first."""
    if found.collisions:
        table = Table("phrasing", "of", "would be taken for")
        for collision in found.collisions:
            table.add_row(collision.phrasing, collision.article, collision.taken_for)
        Console().print(table)
    for shadow in found.shadows:
        taken = f"{shadow.by} takes {shadow.phrasings} phrasings of {shadow.article}"
        out(f"{taken}: make them one, or word them apart")
    for article in found.thin:
        out(f"{article} needs more phrasings, as followers write them")
    judged = f"{found.right} of {found.judged} phrasings"
    out(f"{judged} are found again when they are left out ({share:.1f} of 100)")


def _published(settings: Settings) -> list[Article]:
    """Return the published articles; before the first `run` or `kb import`, the configured ones."""
    with reading(building.open_database(settings)) as conn:
        if store.was_ever_filled(conn):
            return store.list_published(conn)
    return read_content(settings.content, settings.language)


@app.command("list")
def list_(json_: JsonOption = False, config: ConfigOption = None) -> None:
    """List the published articles; before the first `run` or `kb import`, the configured ones."""
    settings = settings_of(config)
    articles = _published(settings)
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
