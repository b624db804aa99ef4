"""Texts as followers type them, and phrases found in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.phrases import Phrase, Phrases
from knowledge.spelling import Spelling
from knowledge.text import normalise, plain, stem, tokens

LEXICON = {
    "brp": "berapa",
    "gmn": "bagaimana",
    "nyampe": "sampai",
    "tf": "transfer",
    "norek": "nomor rekening",
}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Brp, ongkirnya?", ["berapa", "ongkirnya"]),
        ("blm nyampe2", ["blm", "sampai"]),
        ("pecah-pecah", ["pecah"]),
        ("bangeeeet", ["banget"]),
        ("norek", ["nomor", "rekening"]),
        ("I can't, won’t", ["i", "can", "not", "will", "not"]),
        ("my order's late", ["my", "order", "late"]),
        ("ong\u200bkir", ["ongkir"]),
        ("ＢＲＰ", ["berapa"]),
        ("100000", ["100000"]),
        ("", []),
    ],
)
def test_words_come_in_standard_spelling(text: str, words: list[str]) -> None:
    assert tokens(normalise(text), LEXICON) == words


@given(st.text())
def test_normalising_twice_is_normalising_once_for_the_words(text: str) -> None:
    once = normalise(text)
    assert tokens(normalise(once), {}) == tokens(once, {})


@given(st.text())
def test_plain_letters_of_any_text_can_be_told(text: str) -> None:
    assert isinstance(plain(text), str)


def test_styled_letters_become_plain() -> None:
    assert plain("𝐏𝐑𝟎 ｐｒ０") == "pr0 pr0"


@pytest.mark.parametrize(
    ("one", "other"), [("transfers", "transfer"), ("prosesnya", "proses"), ("stopped", "stop")]
)
def test_near_forms_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def found(text: str, *phrases: Phrase) -> list[str]:
    return [phrase.written for phrase in Phrases(phrases, str.split).found(text.split())]


@pytest.mark.parametrize(
    ("written", "text", "holds"),
    [
        ("di hack", "akun saya di hack orang", True),
        ("di hack", "di rumah hack", False),
        ("tipu*", "kena tipuan", True),
        ("tipu*", "tip", False),
        ("akun .. hack*", "akun saya sudah di hacker", True),
        ("akun .. hack", "akun a b c d e hack", False),
        ("a b", "a", False),
    ],
)
def test_a_phrase_holds_where_its_words_stand(written: str, text: str, holds: bool) -> None:
    assert bool(found(text, Phrase("crisis", written))) is holds


def test_a_veto_takes_back_only_what_it_stands_over() -> None:
    hit, veto = Phrase("crisis", "hack", "hacked"), Phrase("crisis", "agar tidak hack", "hacked", veto=True)
    assert found("agar tidak hack", hit, veto) == []
    assert found("agar tidak hack padahal sudah hack", hit, veto) == ["hack"]
    assert found("agar tidak hack", Phrase("crisis", "hack", "fraud"), veto) == ["hack"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("jdwl", "jadwal"),
        ("kanttor", "kantor"),
        ("kanyor", "kantor"),
        ("gratsi", "gratsi"),
        ("kantornya", "kantor"),
        ("xyz", "xyz"),
        ("cepat", "cepat"),
    ],
)
def test_a_misspelt_word_is_brought_back_and_a_right_one_left(typed: str, meant: str) -> None:
    vocabulary = ["jadwal", "kantor", "tepat"]
    assert Spelling(vocabulary, {"cepat"}.__contains__).repaired(typed) == meant
