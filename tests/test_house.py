"""The house: who may import whom, and where each outside library lives."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "knowledge", "handoff")
FILES = sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))
MAY_IMPORT = {"bot": {"knowledge", "handoff"}, "knowledge": set(), "handoff": set()}

# Outside library -> the files that may import it, as path prefixes.
HOMES = {
    "telegram": ("bot/channels/telegram",),
    "httpx": (
        "bot/channels/telegram/httpx_request.py",
        "bot/channels/telegram/aiohttp_request.py",
        "bot/channels/webhook.py",
    ),
    "aiohttp": ("bot/channels/telegram/aiohttp_request.py",),
    "uvloop": ("bot/loop.py",),
    "aiosmtplib": ("bot/channels/email.py",),
    "starlette": ("bot/web/",),
    "jinja2": ("bot/web/",),
    "sse_starlette": ("bot/web/",),
    "uvicorn": ("bot/run.py",),
    "apscheduler": ("bot/chores.py",),
    "alembic": ("bot/migrat", "bot/schema.py"),
    "typer": ("bot/cli.py", "bot/commands/"),
    "rich": ("bot/commands/",),
    "holidays": ("handoff/holidays_of.py",),
    "openpyxl": ("knowledge/content_",),
    "numpy": ("knowledge/",),
    "scipy": (
        "knowledge/learning.py",
        "knowledge/training.py",
        "knowledge/impressing.py",
        "knowledge/judging.py",
        "knowledge/priming.py",
    ),
    "filelock": ("bot/run.py",),
    "matplotlib": ("bot/reports/picture.py",),
    "sqlmodel": (
        "bot/tables.py",
        "bot/access_tables.py",
        "handoff/tables.py",
        "handoff/authority_tables.py",
        "knowledge/tables.py",
        "bot/database.py",
    ),
}
IMPURE = {
    "aiohttp", "aiosmtplib", "alembic", "apscheduler", "asyncio", "httpx", "logging", "os", "random",
    "secrets", "socket", "sqlalchemy", "sqlite3", "sqlmodel", "starlette", "telegram", "threading", "time",
    "uvicorn", "uvloop",
}  # fmt: skip
CLOCKS = {"now", "utcnow", "today"}
# What is slow to load and seldom needed is loaded where it is used; the reason stands there.
LATE = {
    "bot/channels/telegram/request.py",
    "bot/cli.py",
    "bot/loop.py",
    "bot/reports/picture.py",
    "bot/run.py",
    "bot/schema.py",
    "bot/settings/calendars.py",
    "knowledge/content_tables.py",
    "knowledge/understanding.py",
}


def name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_pure(file: Path) -> bool:
    return (ast.get_docstring(tree(file)) or "").rstrip().endswith("Pure.")


@pytest.mark.parametrize("file", FILES, ids=name)
def test_a_room_imports_only_what_lies_below_it(file: Path) -> None:
    room = name(file).split("/")[0]
    foreign = {module.split(".")[0] for module in imported(file)} & set(ROOMS) - {room}
    assert foreign <= MAY_IMPORT[room]


@pytest.mark.parametrize("file", FILES, ids=name)
def test_an_outside_library_has_one_home(file: Path) -> None:
    for module in imported(file):
        homes = HOMES.get(module.split(".")[0])
        assert homes is None or name(file).startswith(homes), f"{module} does not live here"


@pytest.mark.parametrize("file", [file for file in FILES if is_pure(file)], ids=name)
def test_a_pure_file_touches_nothing_outside(file: Path) -> None:
    assert {module.split(".")[0] for module in imported(file)} & IMPURE == set()
    called = {node.attr for node in ast.walk(tree(file)) if isinstance(node, ast.Attribute)}
    assert called & CLOCKS == set()


@pytest.mark.parametrize("file", FILES, ids=name)
def test_no_import_hides_in_a_function(file: Path) -> None:
    functions = [n for n in ast.walk(tree(file)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    hidden = [n for f in functions for n in ast.walk(f) if isinstance(n, ast.Import | ast.ImportFrom)]
    late = any(isinstance(n, ast.Name) and n.id == "import_module" for f in functions for n in ast.walk(f))
    assert hidden == []
    assert not late or name(file) in LATE


def test_there_is_no_circle() -> None:
    modules = {
        name(file).removesuffix(".py").removesuffix("/__init__").replace("/", "."): file for file in FILES
    }
    arrows = {
        module: {m for m in imported(file) if m in modules and m != module}
        for module, file in modules.items()
    }
    ends = set[str]()

    def walk(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join((*path, module))
        if module not in ends:
            for following in arrows[module]:
                walk(following, (*path, module))
            ends.add(module)

    for module in modules:
        walk(module, ())


@pytest.mark.parametrize("file", FILES, ids=name)
def test_a_file_has_a_docstring_and_a_length_one_can_read(file: Path) -> None:
    text = file.read_text("utf-8")
    assert not text.strip() or ast.get_docstring(tree(file))
    assert "migrations" in name(file) or len(text.splitlines()) <= 320
