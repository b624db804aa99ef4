"""What a text signals besides its question."""

import tomllib
from pathlib import Path

import pytest

from knowledge.reading import Decision
from knowledge.understanding import Understanding
from tests.knowledge.brand import ARTICLES

CASES = tomllib.loads((Path(__file__).parent / "crisis_cases.toml").read_text(encoding="utf-8"))["case"]


@pytest.fixture(scope="module")
def brand() -> Understanding:
    return Understanding.build(ARTICLES)


def test_crises_fire_and_traps_do_not(brand: Understanding) -> None:
    fired = {case["text"]: brand.read(case["text"]).fired("crisis") for case in CASES}
    crises = [fired[case["text"]] for case in CASES if case["crisis"]]
    traps = [fired[case["text"]] for case in CASES if not case["crisis"]]
    assert len(crises) >= 75
    assert len(traps) >= 75
    assert sum(crises) / len(crises) >= 0.95
    assert sum(traps) / len(traps) <= 0.05


@pytest.mark.parametrize("text", ["not working again", "ktp belum juga jadi", "tolong min, ini ga jalan"])
def test_what_fires_names_a_reason_also_where_no_word_fires_alone(brand: Understanding, text: str) -> None:
    reading = brand.read(text)
    for signal in ("complaint", "crisis", "spam"):
        assert not reading.fired(signal) or any(term.startswith(f"{signal}:") for term in reading.terms)


def test_changing_a_password_is_a_question_and_a_hacked_account_a_crisis(brand: Understanding) -> None:
    question, crisis = brand.read("cara ganti password wifi"), brand.read("akun saya di-hack")
    assert not question.fired("crisis")
    assert question.sure == ("password",)
    assert crisis.fired("crisis")
    assert any(term.startswith("crisis:") for term in crisis.terms)


@pytest.mark.parametrize(
    "text",
    [
        "paketku kok blm nyampe2 sih",
        "barang yang saya terima pecah semua, kecewa banget",
        "sudah transfer dari kemarin tapi pesanan belum diproses",
        "internet mati dari pagi min",
        "my order still has not arrived and nobody replies",
    ],
)
def test_a_complaint_is_handed_to_a_person(brand: Understanding, text: str) -> None:
    reading = brand.read(text)
    assert reading.fired("complaint")
    assert reading.decision is Decision.HANDOFF
    assert any(term.startswith("complaint:") for term in reading.terms)


@pytest.mark.parametrize("phrasing", [p.text for a in ARTICLES for p in a.phrasings])
def test_the_brands_own_phrasings_are_no_complaints(brand: Understanding, phrasing: str) -> None:
    assert not brand.read(phrasing).fired("complaint")


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("mau bicara sama cs manusia dong", "human"),
        ("i want to talk to a human", "human"),
        ("makasih ya min", "thanks"),
        ("selamat pagi", "greeting"),
        ("dasar goblok", "abuse"),
        ("gacor parah di 𝐍𝐀𝐆𝐀𝟖𝟖 modal 10rb dapat 2 juta", "spam"),
        ("main di RAJAHOKI88 pasti menang, link di bio", "spam"),
    ],
)
def test_a_signal_fires_and_names_its_reason(brand: Understanding, text: str, signal: str) -> None:
    reading = brand.read(text)
    assert reading.fired(signal)
    assert any(term.startswith(f"{signal}:") for term in reading.terms)


@pytest.mark.parametrize(
    "text", ["berapa ongkir ke bandung?", "toko buka jam berapa", "how long is the warranty?"]
)
def test_a_plain_question_fires_nothing(brand: Understanding, text: str) -> None:
    reading = brand.read(text)
    assert not any(reading.fired(signal) for signal in reading.signals)


def test_a_follower_asks_after_a_ticket(brand: Understanding) -> None:
    assert brand.read("laporan saya kemarin gimana kelanjutannya?").asks_status
    assert not brand.read("berapa ongkir ke bandung?").asks_status


@pytest.mark.parametrize(
    "text",
    ["dekoder berasap", "rumah terbakar", "decoder saya keluar api", "ada asap dari decoder",
     "decoder saya meledak", "saya tersetrum decoder"],
)  # fmt: skip
def test_danger_in_few_words_is_a_crisis(text: str) -> None:
    assert Understanding.build(ARTICLES[:2]).read(text).fired("crisis")


@pytest.mark.parametrize(
    "text",
    [
        "film kebakaran jam berapa tayang",
        "kapan meledak lagi promonya min",
        "penonton konsernya meledak wkwk",
    ],
)
def test_a_word_of_danger_in_another_sense_is_none(text: str) -> None:
    assert not Understanding.build(ARTICLES[:2]).read(text).fired("crisis")


def test_what_a_brand_lists_counts_also_where_it_ships() -> None:
    text = "min ada api di film ini keren banget"
    assert not Understanding.build(ARTICLES[:2]).read(text).fired("crisis")
    assert Understanding.build(ARTICLES[:2], crisis_terms=["ada api"]).read(text).fired("crisis")


def test_a_brand_adds_crisis_terms_of_its_own() -> None:
    text = "tabungnya mendesis keras"
    assert not Understanding.build(ARTICLES[:2]).read(text).fired("crisis")
    warned = Understanding.build(ARTICLES[:2], crisis_terms=["tabung* .. mendesis"]).read(text)
    assert warned.fired("crisis")
    assert "crisis:tabung* .. mendesis" in warned.terms


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("paket saya di mana ya", "id"),
        ("where is my order", "en"),
        ("internet saya slow banget min", "id"),
        ("can i return this", "en"),
        ("gmn cara order nya", "id"),
        ("123", "id"),
    ],
)
def test_the_language_of_a_short_text_is_told(brand: Understanding, text: str, language: str) -> None:
    assert brand.read(text).language == language


@pytest.mark.parametrize(
    "text", ["k e c e w a b a n g e t", "d e c o d e r m a t i", "Promo terbaru?", "proses terminasi"]
)
def test_an_ordinary_follower_is_never_dropped_as_spam(text: str) -> None:
    assert not Understanding.build([]).read(text).fired("spam")
