"""The README names every setting, command, variable and word; what is not in it is not there."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bot.cli import COMMANDS
from handoff.hours import WEEKDAYS
from handoff.policy import Category, Kind, Role
from handoff.staff import LEAST_ROLE
from handoff.ticket import Status

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
VARIABLES = sorted(
    {v for file in ROOT.glob("bot/**/*.py") for v in re.findall(r"MIMIN_[A-Z_]+", file.read_text("utf-8"))}
)
CONFIG = (ROOT / "config.toml").read_text("utf-8")


def sections(table: Mapping[str, object], above: str = "") -> Iterator[str]:
    for key, value in table.items():
        name = f"{above}{key}"
        if isinstance(value, dict) and "exceptions" not in above:
            yield name
            yield from sections(value, f"{name}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            yield name


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_described(command: str) -> None:
    assert f"`mimin {command}" in README


@pytest.mark.parametrize("variable", VARIABLES)
def test_every_variable_is_described(variable: str) -> None:
    assert f"`{variable}`" in README


@pytest.mark.parametrize("section", sorted({name.split(".")[0] for name in sections(tomllib.loads(CONFIG))}))
def test_every_section_of_the_configuration_is_named(section: str) -> None:
    assert re.search(rf"\[\[?{section}", README)


@pytest.mark.parametrize("word", [*LEAST_ROLE, *Kind, *Category, *Role])
def test_every_act_deadline_category_and_role_is_named(word: str) -> None:
    assert word in README


@pytest.mark.parametrize("status", Status)
def test_every_status_is_a_word_of_the_readme_or_its_story(status: str) -> None:
    assert status.replace("_", " ") in README


def test_every_library_is_named_with_a_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for dependency in project["dependencies"]:
        assert re.split(r"[><=\[]", dependency)[0] in README


def test_every_key_of_the_configuration_is_explained_by_a_comment() -> None:
    comments = " ".join(line for line in CONFIG.splitlines() if line.startswith("#"))
    above = ""
    for line in CONFIG.splitlines():
        key = re.match(r"(\w+) = ", line)
        if key and not above.startswith("#") and key[1] not in WEEKDAYS:
            assert re.search(rf"\b{key[1]}\b", comments), f"nothing explains: {line}"
        above = line


def test_nothing_names_a_package_host() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        assert "://" not in lock.read_text("utf-8")
