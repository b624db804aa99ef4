"""What is understood of a text: which article, how surely, and from nothing but the content."""

import os
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.article import LANGUAGES, Article, Phrasing
from knowledge.cache import KEPT
from knowledge.content import read_content
from knowledge.reading import SIGNALS, Decision, Reading
from knowledge.understanding import Understanding
from knowledge.words import Words, shipped_words
from tests.knowledge.brand import ARTICLES, article

BARE = Words(lexicon={"brp": "berapa", "bdg": "bandung"})


@pytest.fixture(scope="module")
def brand() -> Understanding:
    return Understanding.build(ARTICLES)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Understanding, Path]:
    """What is learnt with few words, and the file in which it was kept."""
    folder = tmp_path_factory.mktemp("models")
    learnt = Understanding.build(ARTICLES, words=BARE, cache=folder)
    (file,) = folder.iterdir()
    return learnt, file


@pytest.fixture(scope="module")
def bare(kept: tuple[Understanding, Path]) -> Understanding:
    return kept[0]


def best(reading: Reading) -> str | None:
    return reading.matches[0].article if reading.matches else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("min, brp ongkir ke bdg?", "ongkir"),
        ("tokonya bukanya jam brp ya kak", "jam-buka"),
        ("garansinya brp lama sih", "garansi"),
        ("gmn cara rset pasword wifi", "password"),
        ("klo brg ga cocok bs dituker?", "retur"),
        ("bs byr di tmpt ga", "cod"),
        ("postage to surabaya?", "ongkir"),
    ],
)
def test_a_question_in_chat_spelling_finds_its_article(
    brand: Understanding, text: str, expected: str
) -> None:
    assert best(brand.read(text)) == expected


def test_an_english_question_finds_an_indonesian_article(brand: Understanding) -> None:
    reading = brand.read("how much is shipping to surabaya?")
    assert best(reading) == "ongkir"
    assert reading.language == "en"


def test_a_phrasing_word_for_word_is_answered_and_a_strange_question_is_not(brand: Understanding) -> None:
    assert brand.read("cara klaim garansi").decision is Decision.ANSWER
    strange = brand.read("siapa presiden pertama amerika serikat")
    assert strange.sure == ()
    assert strange.decision is Decision.CLARIFY


def test_two_questions_in_one_message_are_both_sure(brand: Understanding) -> None:
    reading = brand.read("Berapa ongkir ke bandung? Cara klaim garansi?")
    assert set(reading.sure) == {"ongkir", "garansi"}
    assert set(reading.sure) <= {match.article for match in reading.matches}


def test_a_follow_up_keeps_the_topic_of_the_last_answer(brand: Understanding) -> None:
    assert best(brand.read("kalau yang HD?", topic="paket-sd")) == "paket-hd"


def test_a_new_question_is_not_bent_towards_the_topic(brand: Understanding) -> None:
    assert best(brand.read("cara klaim garansi", topic="paket-sd")) == "garansi"


def test_an_unknown_topic_is_as_good_as_none(brand: Understanding) -> None:
    assert brand.read("kalau yang HD?", topic="no-such") == brand.read("kalau yang HD?")


def test_an_article_out_of_its_days_is_no_match() -> None:
    promo = replace(article("promo", "promo apa hari ini?"), valid_until=date(2026, 8, 17))
    brand = Understanding.build([*ARTICLES, promo], words=BARE)
    assert best(brand.read("promo apa hari ini?", on=date(2026, 8, 17))) == "promo"
    late = brand.read("promo apa hari ini?", on=date(2026, 8, 18))
    assert "promo" not in {match.article for match in late.matches}


def test_at_most_three_readable_questions_are_offered_in_the_followers_language() -> None:
    both = Article("ongkir", (Phrasing("berapa ongkirnya", "id"), Phrasing("what is the shipping fee", "en")))
    brand = Understanding.build([both, *ARTICLES[1:]])
    offers = brand.offers(brand.read("what is the fee for shipping my order"))
    assert offers[0] == ("ongkir", "what is the shipping fee")
    assert len(offers) <= 3


def test_an_article_is_found_by_its_id_alone(brand: Understanding) -> None:
    assert brand.article("cod") is ARTICLES[-1]
    assert brand.article("no-such") is None


def test_scores_fall_and_lie_between_nought_and_one(brand: Understanding) -> None:
    scores = [match.score for match in brand.read("berapa harga paket").matches]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) <= 5
    assert all(0 <= score <= 1 for score in scores)


@pytest.mark.parametrize(
    "articles", [(), ARTICLES[:1], (article("satu", "halo toko"),), (Article("kosong", ()),)]
)
def test_a_brand_with_hardly_any_content_reads_all_the_same(articles: tuple[Article, ...]) -> None:
    brand = Understanding.build(articles, words=BARE)
    for text in ("", "berapa ongkir?", "halo toko"):
        reading = brand.read(text)
        assert set(reading.sure) <= {a.id for a in articles}
        assert brand.offers(reading) is not None


def test_the_only_article_is_not_sure_of_everything() -> None:
    brand = Understanding.build(ARTICLES[:1], words=BARE)
    assert brand.read("berapa ongkir ke bandung?").sure == ("ongkir",)
    assert brand.read("cara memelihara kucing").sure == ()


@pytest.mark.parametrize(
    "text", ["", "   ", "\n\t", "😀😀", "\u200b\u200d", "مرحبا كيف حالك", "!!!", "a", "\ud83d", "½ ﷽"]
)
def test_a_text_without_words_matches_nothing(brand: Understanding, text: str) -> None:
    reading = brand.read(text)
    assert reading.text == text
    assert reading.sure == ()


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=300))
def test_any_text_is_read(brand: Understanding, text: str) -> None:
    reading = brand.read(text)
    assert reading.text == text
    assert reading.language in LANGUAGES
    assert set(reading.signals) == set(SIGNALS)
    assert all(0 <= value <= 1 for value in reading.signals.values())
    assert all(0 <= match.score <= 1 for match in reading.matches)
    assert brand.read(text) == reading


@pytest.mark.parametrize("piece", ["a", "ab ", "? ", "ongkir ke bandung ", "a.b ", "𝐀 "])
def test_the_longest_message_is_read(brand: Understanding, piece: str) -> None:
    text = (piece * 4096)[:4096]
    assert brand.read(text).text == text


def unlike(first: Understanding, shuffler: random.Random) -> list[str]:
    """Return what is read otherwise once articles and phrasings stand in another order."""
    texts = [
        "ongkir ke jogja brp",
        "toko tutup kapan",
        "paket HD",
        "klaim garansi dan retur",
        "hujan deras sekali",
    ]
    shuffled = [replace(a, phrasings=tuple(shuffler.sample(a.phrasings, len(a.phrasings)))) for a in ARTICLES]
    shuffler.shuffle(shuffled)
    second, found = Understanding.build(shuffled, words=BARE), []
    for text in shuffler.sample(texts, len(texts)):
        one, other = first.read(text), second.read(text)
        scores = pytest.approx([m.score for m in other.matches], abs=1e-9)
        if (
            one.sure != other.sure
            or [m.article for m in one.matches] != [m.article for m in other.matches]
            or [m.score for m in one.matches] != scores
        ):
            found.append(text)
    return found


@settings(deadline=None, max_examples=3)
@given(shuffler=st.randoms(use_true_random=False))
def test_the_order_of_articles_and_phrasings_changes_nothing(
    bare: Understanding, shuffler: random.Random
) -> None:
    assert unlike(bare, shuffler) == []


@pytest.mark.long
@settings(deadline=None, max_examples=100)
@given(shuffler=st.randoms(use_true_random=False))
def test_a_hundred_orders_of_articles_and_phrasings_change_nothing(
    bare: Understanding, shuffler: random.Random
) -> None:
    assert unlike(bare, shuffler) == []


def test_what_was_read_before_changes_no_score(brand: Understanding) -> None:
    fresh = Understanding.build(ARTICLES)
    for text in ("brp ongkir", "jdwl toko", "retur"):
        fresh.read(text)
    again, first = brand.read("garansi brp lama"), fresh.read("garansi brp lama")
    assert [m.score for m in again.matches] == pytest.approx([m.score for m in first.matches], abs=1e-9)


def test_an_unrelated_article_takes_no_phrasing_from_the_others(brand: Understanding) -> None:
    stranger = article(
        "lowongan", "ada lowongan pekerjaan?", "kirim lamaran kerja ke mana", "info karir perusahaan"
    )
    larger = Understanding.build([*ARTICLES, stranger])
    texts = [p.text for a in ARTICLES for p in a.phrasings]
    changed = sum(best(brand.read(text)) != best(larger.read(text)) for text in texts)
    assert changed <= len(texts) * 0.05


def test_a_complaint_with_a_question_in_it_stays_a_complaint(brand: Understanding) -> None:
    reading = brand.read("paket saya belum sampai juga padahal sudah seminggu, ongkir ke bandung mahal lagi!")
    assert reading.decision is Decision.HANDOFF
    assert reading.fired("complaint")


def test_the_cache_gives_back_the_same_answers(kept: tuple[Understanding, Path]) -> None:
    first, file = kept
    met: list[int] = []
    second = Understanding.build(
        ARTICLES, words=BARE, cache=file.parent, progress=lambda done, _: met.append(done)
    )
    assert file.suffix == ".npz"
    assert met == []
    for text in ("ongkir brp", "klaim garansi?", "apa saja"):
        assert first.read(text) == second.read(text)


def test_other_content_is_learnt_anew_and_only_the_newest_models_are_kept(tmp_path: Path) -> None:
    for n in range(KEPT + 2):
        (tmp_path / f"model-{n}.npz").write_bytes(b"old")
        os.utime(tmp_path / f"model-{n}.npz", (n, n))
    Understanding.build(ARTICLES, words=BARE, cache=tmp_path)
    kept = {path.name for path in tmp_path.iterdir()}
    assert len(kept) == KEPT
    assert not kept & {"model-0.npz", "model-1.npz", "model-2.npz"}
    Understanding.build(ARTICLES[:-1], words=BARE, cache=tmp_path)
    assert len({path.name for path in tmp_path.iterdir()} - kept) == 1


@pytest.mark.parametrize("damage", [b"", b"not a zip", b"PK\x03\x04 cut short"])
def test_a_broken_cache_is_learnt_anew(
    tmp_path: Path, kept: tuple[Understanding, Path], damage: bytes
) -> None:
    first, whole = kept
    broken = tmp_path / whole.name
    broken.write_bytes(damage or whole.read_bytes()[:200])
    assert Understanding.build(ARTICLES, words=BARE, cache=tmp_path).read("ongkir") == first.read("ongkir")
    assert len(broken.read_bytes()) > 1000


def test_progress_reaches_its_end() -> None:
    met: list[tuple[int, int]] = []
    Understanding.build(ARTICLES, words=BARE, progress=lambda done, all_: met.append((done, all_)))
    assert met[-1] == (len(met), len(met))
    assert len(met) % len(ARTICLES) == 0


def test_the_shipped_lists_are_read_once() -> None:
    assert shipped_words() is shipped_words()


@pytest.mark.long
def test_an_unrelated_article_hardly_changes_what_the_demo_brand_answers() -> None:
    demo = read_content(Path(__file__).parent.parent.parent / "knowledge" / "content")
    strange = article(
        "sewa-kuda", "sewa kuda untuk pawai", "naik kuda berapa sejam", "kudanya jinak ga", "kandang kuda"
    )
    before, after = Understanding.build(demo), Understanding.build([*demo, strange])
    texts = [f"min {phrasing.text}" for one in demo for phrasing in one.phrasings[:3]]
    changed = [text for text in texts if best(before.read(text)) != best(after.read(text))]
    assert len(changed) <= len(texts) / 100


def test_learning_twice_gives_the_same_scores(brand: Understanding) -> None:
    one, other = brand, Understanding.build(ARTICLES)
    for text in ("brp ongkir", "kapan buka toko", "garansi mati total", "xyz"):
        for first, second in zip(one.read(text).matches, other.read(text).matches, strict=True):
            assert first.article == second.article
            assert first.score == pytest.approx(second.score, abs=1e-9)


def test_an_article_that_is_over_does_not_stand_in_the_way_of_the_one_that_follows() -> None:
    spoken = ("jam buka toko", "toko buka jam berapa", "kapan buka", "bukanya jam berapa kak")
    months = [
        replace(
            article(f"jam-{month}", *spoken),
            valid_from=date(2026, month, 1),
            valid_until=date(2026, month, 28),
        )
        for month in range(1, 8)
    ]
    brand = Understanding.build([*ARTICLES[1:], *months])
    reading = brand.read("jam buka toko?", on=date(2026, 4, 10))
    assert reading.sure == ("jam-4",)
    assert not {match.article for match in reading.matches} & {"jam-1", "jam-2", "jam-3", "jam-5"}


def test_a_question_without_a_word_teaches_nothing() -> None:
    brand = Understanding.build([article("emo", "😀"), *ARTICLES])
    assert best(brand.read("jam buka kapan min")) != "emo"


def test_many_threads_read_the_same(brand: Understanding) -> None:
    texts = [f"min {p.text} {n}" for n in range(10) for a in ARTICLES for p in a.phrasings]
    with ThreadPoolExecutor(4) as pool:
        together = [[m.score for m in reading.matches] for reading in pool.map(brand.read, texts)]
    fresh = Understanding.build(ARTICLES)
    alone = [[m.score for m in fresh.read(text).matches] for text in texts[:3]]
    assert together[:3] == alone
    assert together == [[m.score for m in brand.read(text).matches] for text in texts]


def test_it_says_which_words_it_reads_otherwise_than_they_were_written(brand: Understanding) -> None:
    assert brand.respelt("Brp ongkirrr ke bandung, brp?") == (("brp", "berapa"), ("ongkirrr", "ongkos kirim"))
    assert brand.respelt("garansi") == brand.respelt("") == brand.respelt("🙈 \0 !!") == ()
    assert brand.respelt("x " * 300 + "brp") == ()  # behind what matching reads
