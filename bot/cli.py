"""The `mimin` command: one line for each mistake, never a traceback."""

import sys
from collections.abc import Iterable
from importlib import import_module

import typer

from bot.commands.context import CommandError
from bot.database import DatabaseError
from bot.settings import SettingsError
from handoff.entry import Refused
from knowledge.mistakes import ContentError, nearest
from knowledge.words import WordsError

# Each command lies in a module of its own, and only the one that is called is loaded: `ask` needs no server.
COMMANDS = {
    "run": "serve",
    "ask": "ask",
    "due": "due",
    "simulate": "simulate",
    "init": "project",
    "check": "project",
    "kb": "kb",
    "report": "report",
    "staff": "staff",
    "audit": "audit",
}


def build_app(names: Iterable[str]) -> typer.Typer:
    """Put the commands of these names together."""
    app = typer.Typer(
        name="mimin",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="Answers a brand's followers at once, and wakes a person before a promise breaks.",
    )
    app.callback()(lambda: None)
    for name in names:
        module = import_module(f"bot.commands.{COMMANDS[name]}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command(name)(getattr(module, name))
    return app


def main() -> None:
    """Run the command and exit: 0 done, 1 failed, 2 wrong use or configuration."""
    sys.exit(execute(sys.argv[1:]))


def execute(arguments: list[str]) -> int:
    """Run one command and return its exit code; what is wrong was said in one line."""
    called = arguments[0] if arguments else ""
    command = typer.main.get_command(build_app([called] if called in COMMANDS else COMMANDS))
    try:
        code = command.main(arguments, prog_name="mimin", standalone_mode=False)
    except typer.TyperException as error:
        return _complain(_with_known(error), 2)
    except SettingsError as error:
        return _complain(_first(error.problems, "; `mimin check` names them all"), 2)
    except (ContentError, WordsError) as error:
        return _complain(_first(error.problems, " mistakes"), 2)
    except CommandError as error:
        return _complain(str(error), error.code)
    except Refused as refused:
        return _complain(refused.sentence, 2)
    except DatabaseError as error:
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


def _first(problems: Iterable[str], more: str) -> str:
    first, *others = problems
    return f"{first} (and {len(others)} more{more})" if others else first


def _with_known(error: typer.TyperException) -> str:
    """Say what is wrong and what is allowed: commands the library names itself, options we do."""
    said = getattr(error, "message", None) or str(error)
    command = getattr(getattr(error, "ctx", None), "command", None)
    if said.startswith("No such command"):
        return f"{said} There are {', '.join(getattr(command, 'commands', ()))}"
    if said.startswith("No such option"):
        options = [
            option for param in getattr(command, "params", ()) for option in param.opts if option[0] == "-"
        ]
        near = nearest(said.split(": ")[-1].split()[0], options)
        return f"{said}; there are {', '.join(options)}" + (f"; did you mean {near}?" if near else "")
    return said or "name a command; `mimin --help` lists them"
