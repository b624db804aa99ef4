"""The readable word lists, a brand's additions to them, and what is said of a mistake."""

import json
import tomllib
from pathlib import Path

import pytest

from knowledge.priming import read_needs
from knowledge.text import normalise
from knowledge.words import CRISIS_KINDS, WordsError, read_words, shipped_words

HERE = Path(__file__).parent


def test_a_brand_adds_to_the_shipped_lists(tmp_path: Path) -> None:
    (tmp_path / "lexicon.toml").write_text('[own]\nmyi = "my indihome"\nbrp = "seberapa"\n')
    (tmp_path / "thanks.toml").write_text('terms = ["tengkyu kakak"]\n')
    (tmp_path / "crisis.toml").write_text('[fraud]\nterms = ["kurir palsu"]\n')
    words, shipped = read_words(tmp_path), shipped_words()
    assert words.lexicon["myi"] == "my indihome"
    assert words.lexicon["brp"] == "seberapa"
    assert words.signals["thanks"].terms == (*shipped.signals["thanks"].terms, "tengkyu kakak")
    assert "kurir palsu" in words.crisis["fraud"].terms
    assert words.complaint == shipped.complaint


def test_an_empty_folder_adds_nothing(tmp_path: Path) -> None:
    assert read_words(tmp_path) == shipped_words()


def test_the_shipped_lists_name_every_kind_of_crisis() -> None:
    assert all(shipped_words().crisis[kind].terms for kind in CRISIS_KINDS)


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("lexikon.toml", "", 'did you mean "lexicon.toml"?'),
        ("lexicon.toml", 'brp = "berapa"', "brp: a pair stands in a themed table"),
        ("lexicon.toml", '[a]\n"BRP" = "berapa"', "a.BRP: the key is one word in lower case"),
        ("lexicon.toml", "[a]\nbrp = 3", "a.brp: the value is what it stands for, as text"),
        ("crisis.toml", '[frud]\nterms = ["x"]', 'frud: no such kind; did you mean "fraud"?'),
        ("crisis.toml", '[fraud]\nterm = ["x"]', 'fraud.term: no such key; did you mean "terms"?'),
        ("thanks.toml", 'terms = "makasih"', "terms: a list of texts is wanted"),
        (
            "human.toml",
            'terms = ["bicara .."]',
            'terms: "bicara ..": a phrase is made of words; * ends a word, and .. stands between words',
        ),
        ("thanks.toml", "terms = [", "not readable as TOML"),
    ],
)
def test_a_mistake_is_one_line_with_file_and_key(tmp_path: Path, file: str, content: str, said: str) -> None:
    (tmp_path / file).write_text(content)
    with pytest.raises(WordsError) as raised:
        read_words(tmp_path)
    (line,) = raised.value.problems
    assert str(tmp_path / file) in line
    assert said in line
    assert "\n" not in line


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "thanks.toml").write_text("terms = 1\nunles = []\n")
    (tmp_path / "abuse.toml").write_text("terms = 1\n")
    with pytest.raises(WordsError) as raised:
        read_words(tmp_path)
    assert len(raised.value.problems) == 3


def test_nothing_that_measures_us_stands_in_what_we_learn_from() -> None:
    learnt = {text for need in read_needs() for text in need.all_texts}
    words = shipped_words()
    for terms in (*words.crisis.values(), *words.signals.values()):
        learnt |= {*terms.examples, *terms.ordinary}
    plain = {normalise(text).rstrip("?!. ") for text in (*learnt, *words.complaint, *words.question)}
    cases = [case["text"] for case in tomllib.loads((HERE / "crisis_cases.toml").read_text("utf-8"))["case"]]
    for file in (HERE.parent.parent / "benchmarks").rglob("*.jsonl"):
        cases += [json.loads(line)["text"] for line in file.read_text("utf-8").splitlines()]
    longer = [text for text in cases if len(text) > 3]
    assert [text for text in longer if normalise(text).rstrip("?!. ") in plain] == []


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("concepts.toml", '[ours]\nbox = "deko*der"\n'),
        ("concepts.toml", '[ours]\nmoney = "e-money"\n'),
        ("concepts.toml", '[ours]\nall = "*"\n'),
        ("lexicon.toml", '[ours]\ne-money = "uang"\n'),
        ("human.toml", 'terms = ["!!!"]\n'),
        ("human.toml", 'terms = [".. orang"]\n'),
    ],
)
def test_what_can_never_match_is_a_mistake(tmp_path: Path, file: str, text: str) -> None:
    (tmp_path / file).write_text(text)
    with pytest.raises(WordsError) as raised:
        read_words(tmp_path)
    assert len(raised.value.problems) == 1
