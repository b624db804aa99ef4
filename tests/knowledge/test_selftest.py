"""What leaving phrasings out says of a brand's articles."""

from knowledge.selftest import self_test
from knowledge.words import Words
from tests.knowledge.brand import ARTICLES, article

BARE = Words()


def test_articles_far_apart_are_told_apart() -> None:
    far = [
        article("ongkir", "ongkir ke bandung", "ongkir ke jogja", "berapa ongkir", "ongkir mahal tidak"),
        article("garansi", "garansi resmi", "garansi toko", "berapa lama garansi", "klaim garansi"),
    ]
    result = self_test(far, BARE)
    assert (result.judged, result.right, result.share) == (8, 8, 1.0)
    assert (result.collisions, result.shadows, result.thin) == ((), (), ())


def test_two_articles_with_the_same_questions_shadow_each_other() -> None:
    twin = [
        article(
            "satu", "jam buka toko hari senin", "toko buka jam berapa hari senin", "buka senin jam berapa"
        ),
        article(
            "dua",
            "jam buka toko hari senin ya",
            "toko buka jam berapa hari senin dong",
            "senin buka jam berapa",
        ),
    ]
    result = self_test(twin, BARE)
    assert result.share < 0.5
    assert {(shadow.article, shadow.by) for shadow in result.shadows} & {("satu", "dua"), ("dua", "satu")}
    assert result.collisions[0].article != result.collisions[0].taken_for


def test_an_article_with_few_phrasings_is_named() -> None:
    result = self_test([*ARTICLES, article("tipis", "ada toilet?")], BARE)
    assert "tipis" in result.thin


def test_where_nothing_can_be_judged_nothing_was_found_again() -> None:
    assert self_test([], BARE).share == 0.0
    assert self_test(ARTICLES[:1], BARE).judged == 0


def test_every_phrasing_is_judged_and_only_those() -> None:
    answered = [
        article(a.id, *(p.text for p in a.phrasings), answer="Jawaban kami untuk itu.") for a in ARTICLES
    ]
    assert self_test(answered, BARE).judged == sum(len(a.phrasings) for a in ARTICLES)
