"""The virtual clock: never backwards, and every odd value answered in a line."""

import json
from datetime import datetime
from typing import Any

import pytest

from bot.settings import StaffMember
from bot.simulate import Simulation
from bot.story import StoryError, read_story
from handoff.policy import Role
from tests.cast import COMPLAINT, small_brand

STAFF = [StaffMember("alice", Role.ADMIN, None, ()), StaffMember("sue", Role.SUPERVISOR, None, ())]


def played(*lines: dict[str, Any]) -> list[dict[str, Any]]:
    story = read_story(
        [json.dumps({"at": f"2026-11-23T{line.pop('t')}+07:00", **line}) for line in lines], "story"
    )
    return list(Simulation(small_brand(), STAFF).play(story))


def test_what_an_act_makes_overdue_is_noticed_then_and_dated_when_it_was_due() -> None:
    told = played(
        {"t": "19:00:00", "who": "ani", "says": COMPLAINT},
        {"t": "19:01:00", "who": "alice", "does": "resolve"},
        {"t": "20:01:00", "who": "alice", "does": "reopen"},
        {"t": "20:02:00", "does": "wait"},
    )
    times = [datetime.fromisoformat(line["at"]) for line in told]
    assert times == sorted(times)
    (breach,) = [line for line in told if line["kind"] == "breach"]
    assert (breach["at"][11:16], breach["due_at"][11:16]) == ("20:01", "19:15")


@pytest.mark.parametrize("ticket", [-1, 0, 99, 2**63, 10**30])
def test_a_ticket_that_is_not_there_is_refused(ticket: int) -> None:
    told = played(
        {"t": "19:00:00", "who": "ani", "says": COMPLAINT},
        {"t": "19:01:00", "who": "alice", "does": "claim", "ticket": ticket},
    )
    assert told[-1]["kind"] == "refused"
    assert told[-1]["reason"].startswith("unknown: ")


def test_half_a_character_is_no_crash() -> None:
    assert played({"t": "19:00:00", "who": "ani", "says": "halo \ud800"})


@pytest.mark.parametrize(
    "line",
    [
        "[" * 100_000,
        '{"at": "0001-01-01T00:00:00Z", "who": "ani", "says": "x"}',
        '{"at": "9999-12-31T23:00:00Z", "who": "ani", "says": "x"}',
        '{"at": "2026-11-23T19:00:00Z", "who": " ", "says": "x"}',
    ],
)
def test_a_line_no_story_can_hold_is_named(line: str) -> None:
    with pytest.raises(StoryError, match=r"^story:1: "):
        read_story([line], "story")
