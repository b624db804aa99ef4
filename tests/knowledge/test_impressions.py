"""What replies read as is learnt from replies, and the lines are set by those that were not learnt from."""

from collections.abc import Mapping, Sequence

import pytest

from knowledge.impressing import FINE, learn_impressions
from knowledge.impressions import KINDS, Impressions, chance, with_clauses
from knowledge.primer import shipped_primer
from knowledge.priming import read_replies
from knowledge.vocabulary import Reader
from knowledge.words import shipped_words

READER = Reader(shipped_words())


@pytest.fixture(scope="module")
def learnt() -> tuple[Impressions, Mapping[str, Sequence[str]]]:
    """Learn from a part of the replies; returns what was learnt, and others."""
    parts = [
        {kind: texts[at::12] for kind, texts in file.items()} for at in (0, 1) for file in read_replies()
    ]
    half = len(parts) // 2
    others = {kind: [text for part in parts[half:] for text in part[kind]] for kind in (*KINDS, FINE)}
    return learn_impressions(parts[:half], READER), others


def test_others_are_told_apart_far_better_than_by_chance(
    learnt: tuple[Impressions, Mapping[str, Sequence[str]]],
) -> None:
    impressions, others = learnt

    def share(of: str, kind: str) -> float:
        return sum(kind in impressions.of(text, READER) for text in others[of]) / len(others[of])

    for kind in KINDS:
        assert share("fine", kind) < 0.07
        assert share(kind, kind) > 4 * share("fine", kind)


def test_it_says_by_which_words() -> None:
    text = "Mohon maaf sekali atas kendalanya, Kak Sari. Makanya punya otak dipakai dong."
    seen = shipped_primer().impressions.of(text, READER)
    assert seen.keys() == {"rude"}
    assert seen["rude"].words
    assert set(seen["rude"].words.split()) <= {"makanya", "punya", "otak", "dipakai", "dong"}


def test_a_text_is_judged_whole_and_clause_by_clause() -> None:
    assert with_clauses("Maaf ya, Kak. Coba lagi, tapi pelan") == [
        "Maaf ya, Kak. Coba lagi, tapi pelan", "Maaf ya, Kak.", "Coba lagi", "tapi pelan",
    ]  # fmt: skip


def test_a_text_without_words_reads_as_nothing(learnt: tuple[Impressions, object]) -> None:
    assert learnt[0].of("", READER) == learnt[0].of("👍 !!", READER) == {}


def test_a_chance_is_between_nothing_and_all() -> None:
    assert chance(0) == 0.5
    assert 0 < chance(-1e9) < chance(1e9) < 1
