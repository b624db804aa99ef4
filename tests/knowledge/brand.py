"""A small brand for the tests of understanding, written for them."""

from knowledge.article import Article, Phrasing


def article(name: str, *phrasings: str, answer: str = "", language: str = "id") -> Article:
    """Return an article of that id with its phrasings in one language."""
    answers = {language: answer} if answer else {}
    return Article(name, tuple(Phrasing(text, language) for text in phrasings), answers)


ARTICLES = (
    article(
        "ongkir",
        "berapa ongkir ke bandung?",
        "biaya kirim ke luar kota",
        "ongkos kirim ke surabaya berapa",
        "kirim ke jogja kena berapa",
    ),
    article(
        "jam-buka",
        "toko buka jam berapa?",
        "jam operasional toko",
        "hari minggu buka tidak",
        "tutup jam berapa",
    ),
    article(
        "garansi",
        "apakah ada garansi?",
        "berapa lama garansinya",
        "cara klaim garansi",
        "garansi resmi atau toko",
    ),
    article(
        "password",
        "cara ganti password wifi",
        "lupa kata sandi akun",
        "reset password bagaimana",
        "password tidak bisa diganti",
    ),
    article("paket-sd", "berapa harga paket SD?", "paket tv SD isinya apa", "langganan paket SD sebulan"),
    article("paket-hd", "berapa harga paket HD?", "paket tv HD isinya apa", "langganan paket HD sebulan"),
    article(
        "retur",
        "cara retur barang",
        "barang tidak cocok bisa ditukar?",
        "syarat pengembalian barang",
        "retur maksimal berapa hari",
    ),
    article("cod", "bisa bayar di tempat?", "apakah bisa COD", "cara pesan COD", "bayar saat barang sampai"),
)
