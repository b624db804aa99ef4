"""The guard: ordinary replies go out, and what must not leave, or not at once, is found."""

import time
from functools import cache

import pytest

from benchmarks.guard import SETS, measure, sample
from bot import guarding
from bot.brand import Brand
from handoff import guard
from handoff.guard import Context, Finding, Level
from handoff.personal import find_personal, is_nik, passes_luhn

POLITE = (
    "Halo Kak Ani, saya Sari dari Layarku. Mohon maaf ya atas gangguannya.",
    "Tagihan Kakak bulan ini Rp350.000, jatuh tempo tanggal 20 ya Kak.",
    "Untuk refund, silakan isi formulir dulu ya Kak.",
    "Permintaan refund Kakak sedang kami cek, mohon ditunggu ya.",
    "Saya belum bisa menjanjikan refund, Kak.",
    "Baik Kak, teknisi kami akan datang besok pukul 10.00.",
    "Boleh minta nomor pelanggannya, Kak?",
    "Kami pastikan dulu ya Kak, mohon tunggu sebentar.",
    "Pastikan lampu modem berwarna hijau ya Kak.",
    "Biaya pemasangannya Rp150.000, dibayar saat teknisi datang.",
    "Silakan hubungi kami di 1500-123 atau cs@layarku.example ya Kak.",
    "Pesanan Kakak nomor 123456789 sedang dikirim, estimasi dua hari.",
    "Ongkir gratis untuk member selama promo berlaku ya Kak.",
    "Terima kasih sudah sabar menunggu, Kak. Sekarang sudah normal kembali.",
    "Coba restart modemnya dulu ya Kak, tunggu lima menit lalu nyalakan lagi.",
    "Paket ini Rp 299.000 per bulan dengan kecepatan 50 Mbps.",
    "Mohon maaf Kak, voucher tersebut sudah tidak berlaku.",
    "Akun Kakak sudah aktif kembali, silakan dicoba ya.",
    "Saya teruskan dulu ke tim terkait, nanti saya kabari lagi di sini.",
    "Kak, boleh kirim foto bagian belakang dekodernya?",
    "Pembayaran Kakak Rp350.000 sudah kami terima, terima kasih.",
    "Your bill this month is Rp350,000, due on the 20th.",
    "I have checked your account and everything looks fine now.",
    "Could you tell me which device you use?",
    "Our technician will come tomorrow at 10.",
    "I'm sorry for the trouble. Let me check this for you.",
    "Unfortunately we cannot offer a refund for this plan.",
    "Please fill in the form for your refund request.",
    "Thank you for waiting. The signal should be back now.",
    "You can pay in the app or at any minimarket.",
    "Kami akan cek dulu tagihannya ya Kak.",
    "Nanti kami kabari hasilnya di sini ya Kak.",
    "Siap Kak, sudah kami perbarui datanya.",
    "Garansi perangkatnya satu tahun ya Kak.",
    "Silakan unduh aplikasinya di Play Store ya Kak.",
    "Semoga lekas sembuh, Kak Lala.",
    "Proposal sponsor boleh dikirim ke kerjasama@layarku.example, Kak.",
    "Untuk kota Kakak, pilih kanal 201 ya.",
)
BAD = (
    "Baca dong Kak, sudah dibilang dari tadi.",
    "dasar bego, gitu aja ga bisa",
    "g0blok banget sih",
    "ya salah kakak sendiri lah",
    "terserah kamu deh",
    "that's your own fault, read the message",
    "stop complaining",
    "Uang Kakak pasti kembali hari ini",
    "Kami refund 500rb ya kak",
    "Dijamin dapat kompensasi",
    "We'll give you a full refund",
    "Saya kasih voucher 1,5jt deh",
    "kami ganti unit baru besok",
    "bulan depan gratis ya kak, saya janji",
    "nanti saya transfer 200rb ke rekening kakak",
    "Kartunya 4111 1111 1111 1111 ya",
    "nomor teknisinya 0812-3456-7890",
    "NIK beliau 3174015203900007",
    "hubungi budi.santoso88@gmail.com saja",
    "tagihna Kakak sudah kami cek",
    "jaringna sedang gangguan",
    "Gangguna di kota Kakak sedang ditangani.",
    "Modme-nya dinyalakan ulang ya Kak",
    "Halo Kak, selamat datang di Layraku!",
    "Nomornya o812 3456 789o, Kak",
    "nol delapan satu dua tiga empat lima enam tujuh delapan",
    "kirim ke hartono77 [at] mail.example ya",
    "Saldo Rp1.000.000 akan masuk",
    "diskon 50% khusus buat kakak, saya berikan",
    "You will get Rp 2.000.000 back",
    "kami beri potongan dua juta",
    "Punya otak tidak sih?",
    "Bulan depan biar kami yang bayar.",
    "Your next order is on us.",
)


@cache
def demo() -> Brand:
    return sample()


def found(text: str, granted: tuple[int, ...] = ()) -> list[Finding]:
    brand = demo()
    outgoing = brand.understanding.outgoing
    typos, seems = outgoing.typos(text, [brand.name]), guarding.impressions(brand, text)
    context = Context(granted, sum(granted), typos=typos, seems=seems)
    findings = guard.inspect(text, guarding.parts_of(brand, text), find_personal(text), context)
    return [one for one in findings if one.level is not Level.HINT]


@pytest.mark.parametrize("text", POLITE)
def test_an_ordinary_reply_goes_out(text: str) -> None:
    assert found(text) == []


def test_every_ready_reply_goes_out() -> None:
    ready = [text for texts in demo().wording.canned.values() for text in texts.values()]
    assert [text for text in ready if found(text)] == []


@pytest.mark.parametrize("text", BAD)
def test_what_must_not_leave_at_once_is_found(text: str) -> None:
    assert found(text)


def test_the_rates_that_the_benchmark_tells_hold() -> None:
    """At most 3 of 100 ordinary replies are stopped or asked about, and 95 of 100 bad ones found."""
    measured = [measure(demo(), folder) for folder in SETS]
    assert sum(len(one.alarms) for one in measured) <= 0.03 * sum(one.ordinary for one in measured)
    assert sum(len(one.missed) for one in measured) <= 0.05 * sum(one.bad.total() for one in measured)


def test_what_was_granted_may_be_named_and_nothing_above_it() -> None:
    assert found("Kami refund Rp500.000 ya Kak.", (500_000,)) == []
    assert found("Kami refund Rp500.000 dari tagihan Rp900.000 ya Kak.", (500_000,)) == []
    assert found("Kami refund Rp500.001 ya Kak.", (500_000,))[0].level is Level.BLOCK
    assert found("Uang Kakak pasti kembali.", (0,))[0].level is Level.BLOCK
    for text in (
        "Uangnya pasti kami kembalikan besok.",
        "Duitnya kami balikin ya Kak.",
        "Dananya pasti kembali.",
    ):
        assert found(text)[0].level is Level.BLOCK, text


def test_numbers_are_what_their_rules_say() -> None:
    assert passes_luhn("4111111111111111")
    assert not passes_luhn("4111111111111112")
    assert is_nik("3174015203900007")
    assert not is_nik("8808081234567890")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("081234567890 081298765432", ["phone", "phone"]), ("081234567890\n081298765432", ["phone", "phone"]),
        ("081234567890-081298765432", ["phone", "phone"]), ("Pesanan 12345 0812-3456-7890", ["phone"]),
        ("3174015203900007 081234567890", ["nik", "phone"]), ("12-05-2026 081234567890", ["phone"]),
        ("4111 1111 1111 1111 12/28", ["card"]), ("4111-1111-1111-1111 12 28", ["card"]),
        ("(0812) (3456) 7890", ["phone"]), ("+62 (812) 3456-7890 +6281298765432", ["phone", "phone"]),
        ("Telp.081234567890", ["phone"]), ("Tagihan INV-2026-0812345678901 Rp4.500.000", []),
        ("dua " + "nol delapan satu dua tiga empat lima enam tujuh delapan " * 2, ["phone"]),
        ("budi at mail dot example, hartono77 [at] mail.example", ["email", "email"]),
    ],
)  # fmt: skip
def test_a_number_is_found_whatever_stands_beside_it(text: str, kinds: list[str]) -> None:
    assert [datum.kind for datum in find_personal(text)] == kinds


@pytest.mark.parametrize(
    "unit",
    ["( ", "1 ", "a", "a.", "0", "a1_", "a at ", "a @", "a@b.", "a [at] b", "nol ", "0o", "1    "],
)  # fmt: skip
def test_the_work_of_looking_for_personal_data_grows_with_the_text_alone(unit: str) -> None:
    def work(length: int) -> float:
        text = (unit * length)[:length]
        begun = time.thread_time()
        find_personal(text)
        return time.thread_time() - begun

    short, long = (min(work(length) for _ in range(3)) for length in (4_000, 40_000))
    assert long < 40 * short, "ten times the text is a hundred times the work where it is squared"
