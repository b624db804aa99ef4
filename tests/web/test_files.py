"""Pictures and files of the web chat: what is taken, who may see it, and that it harms nobody."""

import re
import socket
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Connection, select

from bot import contacts, erasure
from bot.tables import INBOUND, MESSAGES, OUTBOX
from bot.web import uploading
from tests.web.house import Browser, Mimin

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
SAMPLES = {
    "foto.JPG": (b"\xff\xd8\xff\xe0" + bytes(20), "image/jpeg", True),
    "layar.png": (PNG, "image/png", True),
    "a.webp": (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp", True),
    "a.gif": (b"GIF89a" + bytes(10), "image/gif", True),
    "tagihan.pdf": (b"%PDF-1.7\n\x00\xff", "application/pdf", False),
    "log.txt": ("Kak, ini log-nya: 😀\r\n\tselesai\n".encode(), "text/plain", False),
    "IMG_1.heic": (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "image/heic", False),
    "video.mp4": (b"\0\0\0\x18ftypisom\0\0\2\0isommp41", "video/mp4", False),
}
REFUSED = {
    "virus.exe": b"MZ\x90\0\3\0\0\0",
    "foto.jpg": b"PK\3\4 a zip that calls itself a picture",
    "a.mov": b"\0\0\0\x14ftypqt  \0\0\0\0qt  ",
    "b.avif": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1",
    "c.txt": b"text with a \0 in it",
    "d.txt": b"latin-1: \xe9",
    "e.txt": b"half a letter: \xc3",
    "f.txt": b"a terminal's \x1b[31m",
}


def attach(follower: Browser, name: str, body: bytes, text: str = "", **fields: str) -> httpx.Response:
    """Send a file with a text, as the form does; the page as it stands once it is handled."""
    page = follower.post("/chat/messages", data={"text": text, **fields}, files={"file": (name, body)})
    follower.settle()
    return follower.get("/") if page.is_success else page


def kept(mimin: Mimin) -> list[Path]:
    folder = mimin.folder / "uploads"
    return sorted(folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_of_a_kind_we_take_is_kept_and_given_back_inert(mimin: Mimin, name: str) -> None:
    body, kind, is_drawn = SAMPLES[name]
    follower = mimin.visitor()
    page = attach(follower, name, body, "ini ya min")
    assert ">ini ya min</p>" in page.text
    assert ('<img src="/files/1/0"' in page.text) is is_drawn
    given = follower.get("/files/1/0")
    assert given.content == body
    assert given.headers["content-type"].split(";")[0] == kind
    way, _, called = given.headers["content-disposition"].partition("; ")
    assert way == ("inline" if is_drawn else "attachment")
    assert called == f'filename="{name.lower() if name == "foto.JPG" else name}"'
    assert given.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert given.headers["x-content-type-options"] == "nosniff"
    assert given.headers["x-frame-options"] == "DENY"
    assert given.headers["cache-control"] == "no-store"
    (file,) = kept(mimin)
    assert len(file.name) == 32
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", REFUSED)
def test_what_it_is_counts_and_not_how_it_is_called(mimin: Mimin, name: str) -> None:
    page = attach(mimin.visitor(), name, REFUSED[name], "halo <b>kak</b>")
    assert page.status_code == 422
    assert "Jenis berkas ini tidak bisa diterima" in page.text
    assert ">halo &lt;b&gt;kak&lt;/b&gt;</textarea>" in page.text
    assert kept(mimin) == []
    assert mimin.read(lambda conn: conn.execute(select(INBOUND.c.id)).all()) == []


def test_only_the_follower_and_the_desk_may_have_it(mimin: Mimin) -> None:
    follower = mimin.visitor()
    attach(follower, "layar.png", PNG, "minta admin dong, ini fotonya")
    sari, stranger = mimin.signed_in("sari"), mimin.visitor()
    stranger.say("halo")
    assert sari.get("/files/1/0").content == PNG
    assert follower.get("/files/1/0").content == PNG
    assert stranger.get("/files/1/0").status_code == 404
    assert mimin.visitor().get("/files/1/0").status_code == 404
    for nowhere in ("/files/1/1", "/files/2/0", "/files/99/0", f"/files/{2**70}/0"):
        assert sari.get(nowhere).status_code == 404
    desk = sari.get("/desk/conversations/1").text
    assert '<img src="/files/1/0" alt="Gambar layar.png"' in desk
    assert "minta admin dong, ini fotonya" in desk


def test_a_file_without_words_is_a_message_that_is_named_by_it(mimin: Mimin) -> None:
    follower = mimin.visitor()
    page = attach(follower, "tagihan.pdf", SAMPLES["tagihan.pdf"][0])
    assert "[document]" not in page.text
    assert '<b dir="auto">tagihan.pdf</b>' in page.text
    row = mimin.read(lambda conn: contacts.get_message(conn, 1))
    assert (row.text, row.source, row.media[0]["caption"]) == ("[document] tagihan.pdf", "document", "")


@pytest.mark.parametrize(
    ("called", "shown"),
    [
        ("../../etc/passwd", "passwd.txt"),
        ("C:\\Users\\ani\\laporan.TXT", "laporan.txt"),
        ("halaman.html", "halaman.html.txt"),
        ("\u202etxt.exe", "txt.exe.txt"),
        ("<svg onload=alert(1)>.txt", "svg onload=alert(1).txt"),
        ("...", "document.txt"),
        ("x" * 300 + ".txt", "x" * 80 + ".txt"),
        ("foto “baru” ✓.txt", "foto “baru” ✓.txt"),
    ],
)
def test_a_name_is_one_that_people_can_read_and_nobody_runs(mimin: Mimin, called: str, shown: str) -> None:
    attach(mimin.visitor(), called, b"halo")
    row = mimin.read(lambda conn: contacts.get_message(conn, 1))
    assert row.media[0]["name"] == shown


def test_a_file_over_the_limit_is_refused_and_the_text_kept(mimin: Mimin) -> None:
    follower = mimin.visitor()
    largest = mimin.service.settings.largest_upload
    for size in (largest + 1, largest + 1_000_000):
        page = attach(follower, "besar.png", PNG + bytes(size - len(PNG)), "ini videonya")
        assert page.status_code == 422
        assert "lebih dari 10 MB" in page.text
        assert ">ini videonya</textarea>" in page.text
    assert attach(follower, "pas.png", PNG + bytes(largest - len(PNG))).status_code == 200
    assert len(kept(mimin)) == 1


def test_far_too_much_is_refused_before_it_is_read(mimin: Mimin) -> None:
    most = mimin.service.settings.largest_upload + uploading.DRAINED + 1_000_000
    place = httpx.URL(mimin.address)
    with socket.create_connection((place.host, place.port or 0), timeout=5) as line:
        line.sendall(
            f"POST /chat/messages HTTP/1.1\r\nHost: {place.host}\r\nContent-Length: {most}\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\n\r\n".encode()
        )
        assert line.recv(100).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x",
        b"--x\r\n\r\nhalo\r\n--x--\r\n",
        b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n",
    ],
)
def test_what_is_no_form_is_refused(mimin: Mimin, body: bytes) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    assert mimin.visitor().post("/chat/messages", content=body, headers=headers).status_code in (400, 422)
    headers = {"content-type": "multipart/form-data"}
    assert mimin.visitor().post("/chat/messages", content=body, headers=headers).status_code == 400


def test_two_files_at_once_or_one_from_another_site_are_refused(mimin: Mimin) -> None:
    follower = mimin.visitor()
    two = [("file", ("a.png", PNG)), ("file", ("b.png", PNG))]
    assert follower.post("/chat/messages", data={"text": "x"}, files=two).status_code == 400
    follower.headers["sec-fetch-site"] = "cross-site"
    assert attach(follower, "a.png", PNG).status_code == 403
    assert kept(mimin) == []


def test_the_same_form_sent_twice_keeps_one_file(mimin: Mimin) -> None:
    follower = mimin.visitor()
    follower.get("/")
    for _ in range(2):
        attach(follower, "layar.png", PNG, nonce="abcdefgh1234")
    assert len(kept(mimin)) == 1


def test_many_files_of_one_follower_are_slowed_down(mimin: Mimin) -> None:
    follower = mimin.visitor()
    follower.get("/")
    follower.headers["x-live"] = "1"
    pages = [
        follower.post("/chat/messages", data={"text": "lagi"}, files={"file": ("a.png", PNG)})
        for _ in range(15)
    ]
    assert {page.status_code for page in pages} == {200}
    page = attach(follower, "a.png", PNG, "lagi")
    assert page.status_code == 429
    assert "Berkasnya sudah banyak" in page.text
    assert ">lagi</textarea>" in page.text
    assert len(kept(mimin)) == 15


def test_a_folder_that_takes_nothing_loses_no_text(mimin: Mimin) -> None:
    (mimin.folder / "uploads").write_text("in the way")
    page = attach(mimin.visitor(), "layar.png", PNG, "ini fotonya")
    assert page.status_code == 422
    assert "belum bisa disimpan" in page.text
    assert ">ini fotonya</textarea>" in page.text


def test_erasure_deletes_the_files_after_its_commit(mimin: Mimin) -> None:
    follower, other = mimin.visitor(), mimin.visitor()
    attach(follower, "layar.png", PNG, "minta admin dong")
    attach(other, "lain.png", PNG, "minta admin juga dong")
    assert len(kept(mimin)) == 2

    def erase(conn: Connection) -> None:
        erasure.erase(conn, mimin.service.brand, contacts.get(conn, 1), mimin.now)

    mimin.write(erase)
    mimin.settle()
    (left,) = kept(mimin)
    assert mimin.signed_in("sari").get("/files/1/0").status_code == 404
    media = mimin.read(
        lambda conn: list(conn.scalars(select(MESSAGES.c.media).where(MESSAGES.c.direction == "in")))
    )
    assert [one and one[0]["upload"] for one in media] == [None, left.name]
    status = select(OUTBOX.c.status).where(OUTBOX.c.channel == "files")
    assert mimin.read(lambda conn: list(conn.scalars(status))) == ["sent"]


def test_staff_attach_a_file_to_a_reply_and_only_what_was_said_keeps_one(mimin: Mimin) -> None:
    follower, conversation = mimin.call()
    sari, where = mimin.signed_in("sari"), f"/desk/conversations/{conversation}"

    def reply(browser: Browser, body: bytes, text: str, **fields: str) -> httpx.Response:
        data = {"csrf": sari.token(), "text": text, **fields}
        answer = browser.post(f"{where}/reply", data=data, files={"file": ("panduan.pdf", body)})
        mimin.settle()
        return answer

    assert reply(mimin.visitor(), SAMPLES["tagihan.pdf"][0], "halo").status_code == 401
    refused = reply(sari, REFUSED["virus.exe"], "Ini panduannya, Kak.")
    assert refused.status_code == 422
    assert ">Ini panduannya, Kak.</textarea>" in refused.text
    assert reply(sari, SAMPLES["tagihan.pdf"][0], "Pasti kami refund Rp900.000 besok.").status_code == 409
    assert reply(sari, SAMPLES["tagihan.pdf"][0], "").status_code == 422
    assert kept(mimin) == []
    for _ in range(2):
        assert reply(sari, SAMPLES["tagihan.pdf"][0], "Ini panduannya, Kak.", nonce="abcdefgh1234").is_success
    assert len(kept(mimin)) == 1
    page = follower.get("/")
    (link,) = re.findall(r'<a class="file" href="([^"]+)"', page.text)
    assert "Ini panduannya, Kak.</p>" in page.text
    assert follower.get(link).content == SAMPLES["tagihan.pdf"][0]
    assert mimin.visitor().get(link).status_code == 404
    assert link in sari.get(where).text


def test_a_note_takes_no_file(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    sari = mimin.signed_in("sari")
    data = {"csrf": sari.token(), "note": "untuk tim"}
    answer = sari.post(f"/desk/conversations/{conversation}/note", data=data, files={"file": ("a.png", PNG)})
    assert answer.is_success
    assert kept(mimin) == []
