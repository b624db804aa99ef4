"""What followers choose when they are asked back teaches how sure the bot may be."""

import numpy as np

from knowledge.article import Choice
from knowledge.confidence import WRONG, Trial, clues, learn_confidence
from knowledge.understanding import Understanding
from tests.knowledge.brand import ARTICLES

ASKED = (
    "ongkir ke solo",
    "bisa bayar di tempat",
    "jam buka sabtu",
    "klaim garansi toko",
    "retur barang rusak",
)


def test_choices_against_the_first_match_make_the_bot_less_sure_than_choices_for_it() -> None:
    plain = Understanding.build(ARTICLES)
    first = {text: plain.read(text).matches[0].article for text in ASKED}
    others = {text: next(a.id for a in ARTICLES if a.id != first[text]) for text in ASKED}
    agreed = Understanding.build(ARTICLES, choices=[Choice(t, first[t]) for t in ASKED] * 8)
    refused = Understanding.build(ARTICLES, choices=[Choice(t, others[t]) for t in ASKED] * 8)
    sure = [[brand.read(text).matches[0].score for text in ASKED] for brand in (refused, agreed)]
    assert sum(sure[0]) < sum(sure[1]) - 0.01
    assert [refused.read(t).matches[0].article for t in ASKED] == list(first.values()), "none is moved"


def test_a_choice_of_an_article_that_is_gone_is_left_out() -> None:
    one = Understanding.build(ARTICLES, choices=[Choice("halo", "no-such-article")])
    assert one.cut == Understanding.build(ARTICLES).cut


def test_the_cut_keeps_wrong_answers_to_the_share_that_is_allowed() -> None:
    rng = np.random.default_rng(1)
    scores = rng.normal(0, 2, (400, 6))
    owners = rng.integers(0, 6, 400)
    scores[np.arange(400), owners] += 5
    best = scores.argmax(axis=1)
    seen = clues(scores, np.ones(400), best)
    half = np.arange(400) < 200
    trial = Trial(seen[half], (best == owners)[half], np.zeros(200, dtype=bool))
    learnt = learn_confidence(
        trial, Trial(np.zeros((0, 3)), np.zeros(0, dtype=bool), np.zeros(0, dtype=bool))
    )
    answered = learnt.chance(seen[~half]) >= learnt.cut
    assert (answered & (best != owners)[~half]).mean() <= WRONG + 0.03
    assert answered.mean() > 0.5
