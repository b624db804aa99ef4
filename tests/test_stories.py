"""Stories: golden transcripts that a newcomer can read. `python -m tests.test_stories` writes them anew."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.brand import Brand
from bot.building import build_brand, cache_folder
from bot.settings import StaffMember, load_settings
from bot.simulate import Simulation
from bot.story import read_story
from bot.transcript import transcript
from knowledge.content import read_content
from tests.databases import new_memory

HERE = Path(__file__).parent / "stories"
STORIES = sorted(HERE.glob("*.jsonl"))
# One is told twice each time, and all in the long form: every one of them is compared with what is written.
AGAIN = [STORIES[0], *(pytest.param(story, marks=pytest.mark.long) for story in STORIES[1:])]
OTHER = sorted(HERE.glob("other/*/story.jsonl"))  # each with a configuration of its own beside it
DEMO = Path(__file__).parent.parent / "config.toml"
README = DEMO.parent / "README.md"


def demo(config: Path = DEMO) -> tuple[Brand, Sequence[StaffMember]]:
    settings = load_settings(config, {}, HERE)
    return build_brand(
        settings, read_content(settings.content, settings.language), cache_folder(os.environ)
    ), settings.staff


def played(story: Path, brand: Brand, staff: Sequence[StaffMember]) -> list[dict[str, Any]]:
    lines = read_story(story.read_text("utf-8").splitlines(), story.name)
    return list(Simulation(brand, staff, new_memory).play(lines))


def told(story: Path) -> Path:
    return story.with_suffix(".told")


@pytest.fixture(scope="module")
def cast() -> tuple[Brand, Sequence[StaffMember]]:
    return demo()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.stem)
def test_a_story_is_told_as_it_was_written_down(
    story: Path, cast: tuple[Brand, Sequence[StaffMember]]
) -> None:
    expected = [json.loads(line) for line in told(story).read_text("utf-8").splitlines()]
    assert played(story, *cast) == expected


@pytest.mark.parametrize("story", OTHER, ids=lambda story: story.parent.name)
def test_a_story_of_another_brand_is_told_as_it_was_written_down(story: Path) -> None:
    expected = [json.loads(line) for line in told(story).read_text("utf-8").splitlines()]
    assert played(story, *demo(story.parent / "config.toml")) == expected


@pytest.mark.parametrize("story", AGAIN, ids=lambda story: story.stem)
def test_a_story_told_twice_is_the_same(story: Path, cast: tuple[Brand, Sequence[StaffMember]]) -> None:
    assert played(story, *cast) == played(story, *cast)


def sample(brand: Brand, staff: Sequence[StaffMember]) -> str:
    """The README's evening, as `mimin simulate` prints it."""
    story = HERE / "complaint_answered_in_time.jsonl"
    lines = read_story(story.read_text("utf-8").splitlines(), story.name)
    return "\n".join(map(transcript, Simulation(brand, staff).play(lines, narrated=True)))


def test_the_readme_shows_the_story_as_it_is_played(cast: tuple[Brand, Sequence[StaffMember]]) -> None:
    assert f"```text\n{sample(*cast)}\n```" in README.read_text("utf-8")


def rewrite() -> None:
    brand, staff = demo()
    for story in [*STORIES, *OTHER]:
        cast = demo(story.parent / "config.toml") if story in OTHER else (brand, staff)
        lines = (json.dumps(line, ensure_ascii=False) for line in played(story, *cast))
        told(story).write_text("\n".join(lines) + "\n", "utf-8")
    before, rest = README.read_text("utf-8").split("```text\n", 1)
    README.write_text(f"{before}```text\n{sample(brand, staff)}\n```{rest.split('```', 1)[1]}", "utf-8")


if __name__ == "__main__":
    rewrite()
