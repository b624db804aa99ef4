"""`mimin simulate`: plays a story against the real core, on a virtual clock."""

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.context import CommandError, ConfigOption, JsonOption, learn, out, settings_of
from bot.simulate import Simulation
from bot.story import StoryError, read_story
from bot.transcript import transcript
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
    playing = Simulation(learn(settings, articles), settings.staff)
    for happened in playing.play(lines, narrated=not json_):
        out(json.dumps(happened, ensure_ascii=False) if json_ else transcript(happened))
