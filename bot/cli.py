"""The `mimin` command: one line for each mistake, never a traceback."""

import re
import sys
from collections.abc import Iterable

import typer

from bot.commands import kb, staff
from bot.commands.ask import ask
from bot.commands.context import CommandError
from bot.commands.due import due
from bot.commands.project import check, init
from bot.commands.serve import run
from bot.commands.simulate import simulate
from bot.database import DatabaseError
from bot.run import StartError
from bot.settings import SettingsError
from handoff.entry import Refused
from knowledge.mistakes import ContentError, nearest

MISTYPED = re.compile(r"No such command '(.*)'")

app = typer.Typer(
    name="mimin",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Answers a brand's followers at once, and wakes a person before a promise breaks.",
)
for command in (run, ask, due, simulate, init, check):
    app.command()(command)
app.add_typer(kb.app, name="kb")
app.add_typer(staff.app, name="staff")


def main() -> None:
    """Run the command and exit: 0 done, 1 failed, 2 wrong use or configuration."""
    sys.exit(_exit_code(sys.argv[1:]))


def _exit_code(arguments: list[str]) -> int:
    command = typer.main.get_command(app)
    try:
        code = command.main(arguments, prog_name="mimin", standalone_mode=False)
    except typer.TyperException as error:
        return _complain(_with_nearest(error), 2)
    except (SettingsError, ContentError) as error:
        return _complain(_first(error.problems), 2)
    except CommandError as error:
        return _complain(str(error), error.code)
    except Refused as refused:
        return _complain(refused.sentence, 2)
    except (DatabaseError, StartError) as error:
        return _complain(str(error), 1)
    except typer.Abort:
        return _complain("interrupted", 1)
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    return code if isinstance(code, int) else 0


def _complain(message: str, code: int) -> int:
    sys.stderr.write(f"mimin: {' '.join(message.split())}\n")
    return code


def _first(problems: Iterable[str]) -> str:
    first, *others = problems
    return f"{first} (and {len(others)} more; `mimin check` names them all)" if others else first


def _with_nearest(error: typer.TyperException) -> str:
    """Name the nearest command where a command was mistyped; for options the library does it."""
    said = getattr(error, "message", None) or str(error)
    commands = getattr(getattr(getattr(error, "ctx", None), "command", None), "commands", None)
    typed = MISTYPED.search(said)
    if commands is None or typed is None:
        return said or "use one of the commands that `mimin --help` lists"
    near = nearest(typed[1], commands)
    return f"{said} There are {', '.join(commands)}" + (f'; did you mean "{near}"?' if near else "")
