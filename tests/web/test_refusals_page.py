"""Why somebody is refused and what the guard finds, on the pages: in the language of the page."""

from html import unescape

import httpx
import pytest
from sqlalchemy import select

from bot.access_tables import SEALED
from tests.web.house import Browser, Mimin

RUDE = "Baca dong Kak, sudah dibilang."
PROMISES = f"Refund Rp5.000.000 pasti cair! {RUDE}"
CATEGORIES = "question, complaint, crisis"
SOP = {"action": "refund", "text": "Kami refund ya, Kak."}
# What an admin does to a ticket that waits, and how the line that refuses it begins, or goes on.
REFUSED = [
    (
        "take_over",
        {"reason": "x"},
        "Peran Anda tidak boleh melakukan ini: untuk mengambil alih tiket perlu peran supervisor.",
        "Your role may not do this: take_over takes a supervisor.",
    ),
    (
        "category",
        {"value": "gawat"},
        f"Isiannya belum benar: 'gawat' bukan kategori; pakai {CATEGORIES}.",
        f"Something is missing: 'gawat' is not a category; use {CATEGORIES}.",
    ),
    (
        "promise",
        {"promise": "x", "by": "nanti"},
        "“nanti” bukan waktu; tulis waktu seperti “16:00”, “besok 09:00”",
        '"nanti" is no time; write a time such as "16:00", "besok 09:00"',
    ),
    (
        "release",
        {},
        "tiket yang belum dipegang tidak bisa dikembalikan ke antrean.",
        "Released does not fit a ticket that is waiting.",
    ),
    (
        "remedy",
        {"action": "mobil"},
        "Melebihi batas wewenang: tidak ada kompensasi “mobil” di SOP; isinya refund",
        "Above your limit: there is no remedy 'mobil' in the SOP; it has refund",
    ),
    (
        "remedy",
        SOP | {"amount": "$5"},
        "jumlahnya dalam USD, sedangkan kompensasi ini diberikan dalam IDR.",
        "the amount is in USD, and this remedy is granted in IDR.",
    ),
    (
        "remedy",
        SOP | {"amount": "x"},
        "'x' bukan jumlah uang; tulis seperti 150000, 150.000, atau 150rb.",
        "'x' is no amount; write it as 150000, 150.000 or 150rb.",
    ),
    (
        "override",
        {"action": "refund"},
        "langkah di luar SOP perlu dipastikan; centang bahwa Anda yakin.",
        "breaking the SOP takes a second tap; tick that you are sure.",
    ),
]
# What a supervisor changes about an admin.
UNCHANGED = [
    (
        {"on_call": "kapan saja"},
        "jam tugas: “kapan saja” belum lengkap; tulis hari dan jamnya, misalnya “senin-jumat",
        'on call: "kapan saja" is no weekly shift; allowed are days of mon, tue',
    ),
    (
        {"on_call": "senin 9-12"},
        "jam tugas: “9-12” bukan rentang jam; tulis HH:MM-HH:MM",
        'on call: "9-12" is no interval; allowed is HH:MM-HH:MM',
    ),
    (
        {"email": "sari"},
        'e-mail: "sari" bukan alamat e-mail; tulis alamatnya saja, misalnya “sari@example.com”.',
        'e-mail: "sari" is no mail address; allowed is a plain one, such as "sari@example.com".',
    ),
    (
        {"role": "supervisor"},
        "menjadikan seseorang supervisor hanya bisa dilakukan peran di atasnya.",
        "making somebody supervisor takes somebody above that.",
    ),
]


def reading(mimin: Mimin, name: str, language: str) -> Browser:
    """Sign somebody in who reads the pages in that language."""
    browser = mimin.signed_in(name)
    browser.headers["accept-language"] = language
    return browser


def said(page: httpx.Response, language: str) -> str:
    """Return what a page in that language says."""
    assert page.headers["content-language"] == language
    return unescape(page.text)


@pytest.mark.parametrize(("verb", "fields", "indonesian", "english"), REFUSED)
def test_why_an_act_is_refused_is_said_in_the_language_of_the_page(
    mimin: Mimin, verb: str, fields: dict[str, str], indonesian: str, english: str
) -> None:
    _, conversation = mimin.call()
    for language, why, other in (("id", indonesian, english), ("en", english, indonesian)):
        page = said(reading(mimin, "budi", language).act(conversation, verb, **fields), language)
        assert why in page
        assert other not in page


@pytest.mark.parametrize(("fields", "indonesian", "english"), UNCHANGED)
def test_why_nothing_changes_about_somebody_is_said_in_the_language_of_the_page(
    mimin: Mimin, fields: dict[str, str], indonesian: str, english: str
) -> None:
    form = {"person": str(mimin.staff["sari"]), **fields}
    for language, why in (("id", indonesian), ("en", english)):
        agus = reading(mimin, "agus", language)
        assert why in said(agus.post_form("/desk/staff/manage_staff", **form), language)


def test_who_writes_where_somebody_else_holds_it_reads_who_and_the_record_keeps_it_in_english(
    mimin: Mimin,
) -> None:
    _, conversation = mimin.call()
    mimin.signed_in("sari").act(conversation, "claim")
    for language, why in (
        ("id", "Sudah dipegang orang lain: sari memegang percakapan ini; teks Anda tidak terkirim."),
        ("en", "Somebody else has it: sari holds the conversation; your text was not sent."),
    ):
        budi = reading(mimin, "budi", language)
        assert why in said(budi.act(conversation, "reply", text="Saya saja yang jawab"), language)
    kept = mimin.read(lambda conn: list(conn.scalars(select(SEALED.c.text))))
    assert kept.count("sari holds the conversation; your text was not sent") == 2


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "id",
            [
                "Teks ini ditahan: menjanjikan Rp5.000.000, yang belum disetujui di tiket ini; teksnya tidak",
                "Teks ini ditahan: “baca dong” terbaca marah atau menghina.",
                "<b>Tidak bisa dikirim:</b> menjanjikan Rp5.000.000, yang belum disetujui di tiket ini</p>",
                "<b>Perlu dipastikan:</b> “baca dong” terbaca marah atau menghina</p>",
            ],
        ),
        (
            "en",
            [
                "This text was held back: it promises Rp5.000.000, which was not granted on this ticket; the",
                'This text was held back: "baca dong" reads as anger or an insult.',
                "<b>Cannot be sent:</b> it promises Rp5.000.000, which was not granted on this ticket</p>",
                '<b>Needs a second look:</b> "baca dong" reads as anger or an insult</p>',
            ],
        ),
    ],
)
def test_what_the_guard_finds_is_said_in_the_language_of_the_page(
    mimin: Mimin, language: str, lines: list[str]
) -> None:
    _, conversation = mimin.call()
    sari = reading(mimin, "sari", language)
    grave, doubtful, *while_writing = lines
    assert grave in said(sari.act(conversation, "reply", text=PROMISES), language)
    assert doubtful in said(sari.act(conversation, "reply", text=RUDE), language)
    preview = said(sari.post_form(f"/desk/conversations/{conversation}/preview", text=PROMISES), language)
    assert [line for line in while_writing if line not in preview] == []
