"""Satisfaction: when it is asked, how long a mark may change, when it is read, and what the figures say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from handoff.entry import Refused
from handoff.satisfaction import (
    APART,
    CHANGEABLE,
    FACES,
    FOR_WORDS,
    Facts,
    Survey,
    commented,
    marked,
    may_ask,
    seen,
    summary,
)

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
GOOD = Facts(resolved=True, reachable=True, replied=True, waived=False, in_crisis=False, asked_at=None)
ASKED = Survey(asked_at=NOON)
SECOND = timedelta(seconds=1)


def test_a_follower_whom_a_person_answered_is_asked() -> None:
    assert may_ask(GOOD, NOON)
    assert may_ask(replace(GOOD, asked_at=NOON - APART), NOON)


@pytest.mark.parametrize(
    "facts",
    [
        replace(GOOD, resolved=False),
        replace(GOOD, reachable=False),
        replace(GOOD, replied=False),
        replace(GOOD, waived=True),
        replace(GOOD, in_crisis=True),
        replace(GOOD, asked_at=NOON - APART + SECOND),
    ],
)
def test_at_a_bad_moment_nobody_is_asked(facts: Facts) -> None:
    assert not may_ask(facts, NOON)


def test_a_mark_changes_for_a_day_from_the_first_on() -> None:
    first = marked(ASKED, 5, NOON)
    again = marked(first, 4, NOON + CHANGEABLE - SECOND)
    assert (again.mark, again.marked_at) == (4, NOON)
    with pytest.raises(Refused, match="not_available"):
        marked(again, 3, NOON + CHANGEABLE)


@pytest.mark.parametrize("mark", [0, 6, -1])
def test_only_five_marks_there_are(mark: int) -> None:
    with pytest.raises(Refused, match="invalid"):
        marked(ASKED, mark, NOON)


def test_who_was_not_asked_gives_no_mark_and_no_words() -> None:
    with pytest.raises(Refused, match="not_available"):
        marked(Survey(), 5, NOON)
    for survey in (ASKED, commented(marked(ASKED, 5, NOON), NOON)):
        with pytest.raises(Refused, match="not_available"):
            commented(survey, NOON)


@pytest.mark.parametrize("mark", FACES)
def test_one_and_two_are_read_by_those_above(mark: int) -> None:
    after = marked(ASKED, mark, NOON)
    assert after.is_to_review is (mark <= 2)
    assert after.look_at == (NOON + FOR_WORDS if mark <= 2 else None)
    if mark > 2:
        with pytest.raises(Refused, match="not_open"):
            seen(after, NOON)


def test_words_are_told_at_once_and_a_slip_of_the_finger_to_nobody() -> None:
    low = marked(ASKED, 1, NOON)
    assert commented(low, NOON + SECOND).look_at == NOON + SECOND
    assert marked(low, 2, NOON + SECOND).look_at == low.look_at, "the second low mark gains no time"
    raised = marked(low, 5, NOON + SECOND)
    assert (raised.look_at, raised.is_to_review) == (None, False)


def test_a_low_mark_is_told_once_and_read_once() -> None:
    told = replace(marked(ASKED, 1, NOON), look_at=None, told_at=NOON + FOR_WORDS)
    assert marked(told, 2, NOON + FOR_WORDS).look_at is None
    assert commented(told, NOON + 2 * FOR_WORDS).look_at == NOON + 2 * FOR_WORDS, "words are news"
    read = seen(told, NOON + FOR_WORDS)
    assert not read.is_to_review
    with pytest.raises(Refused, match="not_open"):
        seen(read, NOON + FOR_WORDS)


def test_the_figures_count_who_was_asked_and_who_answered() -> None:
    assert summary([5, 4, None, 1, 5]) == (5, 4, 3.75, {1: 1, 2: 0, 3: 0, 4: 1, 5: 2})
    assert summary([None]) == (1, 0, None, dict.fromkeys(FACES, 0))
    assert summary([]).asked == 0
