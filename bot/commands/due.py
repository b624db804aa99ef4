"""`mimin due`: when a promised time is used up."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import typer

from bot.commands.context import CommandError, ConfigOption, JsonOption, out, settings_of
from bot.commands.lines import LineError, answer_lines, text_of
from bot.settings import Settings
from handoff.calendar import add, parse_duration
from knowledge.mistakes import nearest


def due(
    from_: Annotated[
        str | None, typer.Option("--from", metavar="ISO", help="The start, with its offset.")
    ] = None,
    target: Annotated[str | None, typer.Option(help='The promised time: "30s", "15m", "4h" or "3d".')] = None,
    calendar: Annotated[str, typer.Option(help="The calendar it is counted in.")] = "always",
    json_: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Print the instant at which a target is used up, in the brand's zone."""
    settings = settings_of(config)
    if from_ is None and target is None and json_:
        answer_lines(lambda read: {"due": _line(settings, read)})
        return
    if from_ is None or target is None:
        missing = "--from" if from_ is None else "--target"
        raise CommandError(
            f"{missing} is missing; try `mimin due --from 2026-11-23T16:00:00+07:00 --target 4h`"
        )
    try:
        instant = due_at(settings, from_, target, calendar)
    except (ValueError, OverflowError) as error:
        raise CommandError(str(error)) from error
    line = {"from": from_, "target": target, "calendar": calendar, "due": instant}
    out(json.dumps(line, ensure_ascii=False) if json_ else instant)


def due_at(settings: Settings, start: str, target: str, calendar: str) -> str:
    """Return the due instant in the brand's zone; raises ValueError saying what is wrong."""
    if calendar not in settings.calendars:
        known = ", ".join(settings.calendars)
        near = nearest(calendar, settings.calendars)
        hint = f'; did you mean "{near}"?' if near else ""
        raise ValueError(f"{calendar!r} is no calendar; there are {known}{hint}")
    try:
        began = datetime.fromisoformat(start)
    except ValueError:
        began = None
    if began is None or began.tzinfo is None:
        raise ValueError(f"{start!r} is not an instant with its offset, such as 2026-11-23T16:00:00+07:00")
    instant = add(settings.calendars[calendar], began, parse_duration(target))
    return instant.astimezone(settings.zone).isoformat()


def _line(settings: Settings, read: Mapping[str, Any]) -> str:
    calendar = text_of(read, "calendar") if "calendar" in read else "always"
    try:
        return due_at(settings, text_of(read, "from"), text_of(read, "target"), calendar)
    except (ValueError, OverflowError) as error:
        raise LineError(str(error)) from error
