"""What Mimin knows before it meets a brand: where words lie, and that it was learnt from what ships."""

import numpy as np
import pytest

from knowledge.primer import shipped_primer
from knowledge.priming import learn_judges, place_words, read_needs, source
from knowledge.vocabulary import Reader
from knowledge.words import shipped_words


def test_the_primer_was_learnt_from_the_needs_and_lists_that_ship() -> None:
    assert shipped_primer().source == source(), "run `make primer` after a change of needs, lists or learning"


def test_a_need_is_put_four_times_in_each_language_and_hardly_a_text_twice() -> None:
    needs = read_needs()
    texts = [text for need in needs for text in need.all_texts]
    assert {len(need.texts["id"]) for need in needs} == {len(need.texts["en"]) for need in needs} == {4}
    assert len(texts) - len(set(texts)) < len(texts) / 500, "two needs may share a text, but seldom do"


@pytest.mark.parametrize(
    ("word", "nearer", "farther"),
    [("parcel", "paket", "password"), ("ongkos", "fee", "login"), ("cancel", "batal", "delicious")],
)
def test_words_of_the_same_need_lie_near_one_another(word: str, nearer: str, farther: str) -> None:
    meanings = shipped_primer().meanings
    point, near, far = (meanings.of(one, ()) for one in (word, nearer, farther))
    assert point @ near > point @ far + 0.2


def test_a_word_nobody_wrote_lies_between_its_concepts_and_without_them_nowhere() -> None:
    meanings = shipped_primer().meanings
    assert not meanings.of("xqzzy", ()).any()
    assert meanings.of("xqzzy", ("parcel",)) @ meanings.of("parcel", ()) > 0.5


@pytest.mark.long
def test_the_primer_is_what_learning_anew_gives() -> None:
    words = shipped_words()
    reader = Reader(words)
    primer = shipped_primer()
    names, points = place_words(read_needs(), reader)
    assert names == list(primer.meanings.names)
    some = np.arange(0, len(names), 7)
    likeness = points[some] @ points[some].T
    kept = primer.meanings.points[some] @ primer.meanings.points[some].T
    assert np.abs(likeness - kept).max() < 0.1
    judges = learn_judges(words, reader)
    text = reader.manner("paket saya belum sampai juga, kecewa")
    kept_judge = primer.judges(reader.concepts.of).complaint
    assert judges["complaint"].score(text) == pytest.approx(kept_judge.score(text), abs=0.05)
