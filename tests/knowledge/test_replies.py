"""What the guard learns replies from: each stands once, and none is one that it is measured on."""

import re
from collections import Counter
from pathlib import Path

from rapidfuzz import fuzz, process

from knowledge.impressions import KINDS
from knowledge.priming import read_replies

MEASURED = Path(__file__).parent.parent.parent / "benchmarks" / "guard_texts"
LIKE = 88  # of 100


def plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()


def test_a_reply_is_of_one_kind_and_stands_once() -> None:
    files = read_replies()
    assert all(file.keys() == {*KINDS, "fine"} for file in files)
    counts = Counter(plain(text) for file in files for texts in file.values() for text in texts)
    assert [text for text, count in counts.items() if count > 1] == []


def test_no_reply_is_like_one_that_the_guard_is_measured_on() -> None:
    replies = [plain(text) for file in read_replies() for texts in file.values() for text in texts]
    lines = [line for file in MEASURED.rglob("*.*") for line in file.read_text("utf-8").splitlines()]
    measured = [plain(line.rpartition("\t")[2]) for line in lines]
    assert len(measured) >= 450
    likeness = process.cdist(measured, replies, scorer=fuzz.ratio, score_cutoff=LIKE)
    assert [measured[at] for at in likeness.max(axis=1).nonzero()[0]] == []
