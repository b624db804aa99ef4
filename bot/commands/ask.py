"""`mimin ask`: what the bot would do with a text."""

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.building import has_content
from bot.clock import utc_now
from bot.commands.context import ConfigOption, JsonOption, learn, out, settings_of
from bot.commands.lines import answer_lines, plain_lines, text_of
from bot.judgement import Judgement, as_json, judge
from knowledge.content import read_content

SHOWN = 160


def ask(
    text: Annotated[
        str | None, typer.Argument(help="The follower's text; without it, standard input.")
    ] = None,
    content: Annotated[
        Path | None, typer.Option(help="Articles to answer from, instead of the configured.")
    ] = None,
    json_: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Say what the bot would do with a text, as the first message of a new conversation."""
    settings = settings_of(config)
    path = content or settings.content
    known = content is not None or has_content(path) or not path.exists()
    brand = learn(settings, read_content(path, settings.language) if known else [])
    if text is not None:
        said = judge(brand, text, utc_now())
        out(json.dumps(as_json(said), ensure_ascii=False) if json_ else _plain(said))
    elif json_:
        answer_lines(lambda read: as_json(judge(brand, text_of(read, "text"), utc_now())))
    else:
        for line in plain_lines():
            out(_plain(judge(brand, line, utc_now())))


def _plain(said: Judgement) -> str:
    """Say it for a person: the decision, what it was taken from, and the answer."""
    reading = said.reading
    head = f"{reading.decision} ({reading.language})"
    if said.article:
        head += f" {said.article}"
    best = ", ".join(f"{match.article} {match.score:.2f}" for match in reading.matches[:3])
    words = ", ".join(f"{written} = {meant}" for written, meant in said.respelt)
    lines = [f"> {reading.text[:SHOWN]}", head]
    lines += [f"  nearest: {best}; answered from {said.cut:.2f}"] if best else []
    lines += [f"  words: {words}"] if words else []
    lines += [f"  because: {', '.join(reading.terms)}"] if reading.terms else []
    lines += [f"  {line}" for line in (said.answer or "").splitlines()]
    return "\n".join(lines)
