"""`mimin simulate`: plays a story against the real core, on a virtual clock."""

import json
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.commands.context import CommandError, ConfigOption, JsonOption, learn, out, settings_of
from bot.simulate import Simulation
from bot.story import Line, StoryError, read_story
from bot.transcript import transcript
from bot.why import as_json, as_lines, explain
from handoff.entry import Refused
from knowledge.content import read_content


def simulate(
    story: Annotated[Path, typer.Argument(metavar="STORY.jsonl", help="What happens, a JSON object a line.")],
    why: Annotated[
        int | None,
        typer.Option("--why", metavar="TICKET", help="How each promise of a ticket was kept or broken."),
    ] = None,
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
    if why is not None:
        _explain(playing, lines, why, settings.zone, json_=json_)
        return
    for happened in playing.play(lines, narrated=not json_):
        out(json.dumps(happened, ensure_ascii=False) if json_ else transcript(happened))


def _explain(playing: Simulation, lines: Sequence[Line], ticket: int, zone: ZoneInfo, *, json_: bool) -> None:
    """Play the story silently and say how each promise of one ticket came to be kept or broken."""
    deque(playing.play(lines), maxlen=0)
    try:
        entries = playing.happened_to(ticket)
    except Refused as refused:
        raise CommandError(refused.sentence) from refused
    for reckoning in explain(entries, zone):
        for text in [json.dumps(as_json(reckoning))] if json_ else as_lines(reckoning):
            out(text)
