"""`mimin simulate`: plays a story against the real core, on a virtual clock."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.commands.context import CommandError, ConfigOption, JsonOption, learn, out, settings_of
from bot.simulate import Simulation
from bot.story import StoryError, read_story
from knowledge.content import read_content


def simulate(
    story: Annotated[Path, typer.Argument(metavar="STORY.jsonl", help="What happens, a JSON object a line.")],
    json_: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Play a story and print all that happens."""
    settings = settings_of(config)
    try:
        lines = read_story(story.read_text("utf-8").splitlines(), story.name)
    except OSError as error:
        raise CommandError(f"{story}: {(error.strerror or 'cannot be read').lower()}") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{story}: not UTF-8") from error
    except StoryError as error:
        raise CommandError(str(error)) from error
    articles = read_content(settings.content, settings.language) if settings.content.exists() else []
    for happened in Simulation(learn(settings, articles), settings.staff).play(lines):
        out(json.dumps(happened, ensure_ascii=False) if json_ else transcript(happened))


def transcript(happened: dict[str, Any]) -> str:
    """Write one thing that happened for a person to read."""
    what = dict(happened)
    at, kind = what.pop("at"), what.pop("kind")
    head = f"{at[:10]} {at[11:19]}  {kind:9}"
    if kind == "message":
        lines = what["text"].splitlines()
        article = f", {what['article']}" if "article" in what else ""
        first = f"{head} {what['by']} to {what['to']} ({what['source']}{article}): {lines[0]}"
        return "\n".join([first, *(" " * 31 + line for line in lines[1:])])
    due = "".join(f", {name} by {instant[11:19]}" for name, instant in what.pop("due", {}).items())
    return f"{head} {', '.join(f'{key} {value}' for key, value in what.items())}{due}"
