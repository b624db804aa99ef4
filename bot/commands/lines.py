"""JSON a line: what `ask` and `due` read from standard input."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import typer

from bot.commands.context import out

Answer = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class LineError(Exception):
    """A line that cannot be done; the others are."""


def answer_lines(answer: Answer) -> None:
    """Answer each line of standard input with its own keys and those of the answer.

    A bad line gives its number and what is wrong; the rest is done, and the command ends with 1.
    """
    failed = False
    for number, raw in enumerate(sys.stdin.buffer, 1):
        try:
            read = _object(raw)
            line = json.dumps({**read, **answer(read)}, ensure_ascii=False, allow_nan=False)
        except (LineError, ValueError) as error:
            failed = True
            line = json.dumps({"line": number, "error": str(error)}, ensure_ascii=False)
        out(line)
    if failed:
        raise typer.Exit(1)


def plain_lines() -> Iterable[str]:
    """Return the lines of standard input as texts, whatever bytes they hold."""
    return (raw.decode("utf-8", "replace").rstrip("\r\n") for raw in sys.stdin.buffer)


def text_of(read: Mapping[str, Any], key: str) -> str:
    """Return the text under a key; raises LineError where there is none."""
    value = read.get(key)
    if not isinstance(value, str):
        raise LineError(f'"{key}" is missing' if key not in read else f'"{key}" is not a text')
    return value


def _object(raw: bytes) -> dict[str, Any]:
    try:
        read = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise LineError("not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise LineError(f"not JSON: {error}") from error
    if not isinstance(read, dict):
        raise LineError("not a JSON object")
    return read
