"""A picture on its way from a follower's phone to the desk, in a real browser."""

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_main_job import CHROMIUM, LAPTOP, PHONE, SCREENS, chromium, mimin, say, window
from tests.running import Running

__all__ = ["chromium", "mimin"]
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine: install the package chromium"
)
DRAW = """() => { const c = document.createElement("canvas"); c.width = 640; c.height = 400;
const g = c.getContext("2d"); g.fillStyle = "#24507a"; g.fillRect(0, 0, 640, 400); g.fillStyle = "#fff";
g.font = "40px sans-serif"; g.fillText("E48-32: tidak ada sinyal", 80, 210); return c.toDataURL(); }"""
SENT = 15_000  # ms; a reply from the desk waits for five seconds, so that it can be taken back


@pytest.fixture
def picture(chromium: Browser, tmp_path: Path) -> Path:
    """A picture of a television that shows an error."""
    page = chromium.new_page()
    page.goto("about:blank")
    file = tmp_path / "layar TV.png"
    file.write_bytes(base64.b64decode(page.evaluate(DRAW).partition(",")[2]))
    page.close()
    return file


def test_a_follower_sends_a_picture_and_the_desk_sees_it(
    mimin: Running, chromium: Browser, picture: Path, tmp_path: Path
) -> None:
    problems: list[str] = []
    follower = window(chromium, PHONE, problems)
    follower.goto(f"{mimin.address}/")
    follower.get_by_label("Lampirkan gambar atau berkas").set_input_files(picture)
    chosen = follower.locator("#chosen")
    expect(chosen.get_by_text("layar TV.png")).to_be_visible()
    follower.screenshot(path=SCREENS / "chat-phone-chosen.png")
    say(follower, "Min, minta admin, TV saya begini")
    drawn = follower.get_by_role("img", name="Gambar layar TV.png")
    expect(drawn).to_be_visible()
    assert drawn.evaluate("async (img) => { await img.decode(); return img.naturalWidth }") == 640
    expect(chosen).to_be_hidden()
    expect(follower.locator("#echo")).to_have_count(0)
    note = tmp_path / "catatan.txt"
    note.write_text("nomor pelanggan 123\n", "utf-8")
    follower.get_by_label("Lampirkan gambar atau berkas").set_input_files(note)
    follower.get_by_role("button", name="Kirim").click()
    expect(follower.get_by_role("link", name="catatan.txt")).to_be_visible()
    follower.screenshot(path=SCREENS / "chat-phone-picture.png")

    desk = window(chromium, LAPTOP, problems)
    desk.goto(mimin.logins["admin"])
    desk.get_by_role("link", name="Tamu").first.click()
    shown = desk.get_by_role("img", name="Gambar layar TV.png")
    assert shown.evaluate("async (img) => { await img.decode(); return img.naturalWidth }") == 640
    with desk.expect_download() as saved:
        desk.locator("#log").get_by_role("link", name="catatan.txt").click()
    assert saved.value.suggested_filename == "catatan.txt"
    desk.get_by_label("Balasan untuk").fill("Ini panduannya ya, Kak.")
    desk.get_by_label("Lampirkan gambar atau berkas").set_input_files(note)
    desk.screenshot(path=SCREENS / "desk-laptop-picture.png")
    desk.get_by_role("button", name="kirim").click()
    expect(follower.locator(".said.person").get_by_role("link", name="catatan.txt")).to_be_visible(
        timeout=SENT
    )
    expect(desk.get_by_label("Lampirkan gambar atau berkas")).to_have_value("")
    assert problems == []


def test_what_is_refused_gets_a_line_and_the_text_stays(
    mimin: Running, chromium: Browser, tmp_path: Path
) -> None:
    follower = window(chromium, LAPTOP, [])
    follower.goto(f"{mimin.address}/")
    box = follower.get_by_label("Tulis pesan")
    box.fill("ini buktinya")
    large, foreign = tmp_path / "besar.png", tmp_path / "foto.png"
    large.write_bytes(bytes(10 * 1024 * 1024 + 1))
    foreign.write_bytes(b"MZ\x90\0")
    field = follower.get_by_label("Lampirkan gambar atau berkas")
    field.set_input_files(large)
    expect(follower.get_by_role("alert")).to_contain_text("lebih dari 10 MB")
    expect(follower.locator("#chosen")).to_be_hidden()
    field.set_input_files(foreign)
    expect(follower.get_by_role("alert")).to_be_hidden()
    box.press("Enter")
    expect(follower.get_by_role("alert")).to_contain_text("Jenis berkas ini")
    expect(box).to_have_value("ini buktinya")
    follower.get_by_role("button", name="Hapus lampiran: foto.png").click()
    box.press("Enter")
    expect(follower.get_by_role("log").get_by_text("ini buktinya")).to_be_visible()
    expect(box).to_have_value("")


def test_a_picture_is_pasted_and_goes_without_script_too(
    mimin: Running, chromium: Browser, picture: Path
) -> None:
    follower = window(chromium, LAPTOP, [])
    follower.goto(f"{mimin.address}/")
    follower.get_by_label("Tulis pesan").evaluate(
        """(box) => { const clipboardData = new DataTransfer();
        clipboardData.items.add(new File(["halo"], "tempel.txt"));
        const pasted = { clipboardData, bubbles: true, cancelable: true };
        box.dispatchEvent(new ClipboardEvent("paste", pasted)); }"""
    )
    expect(follower.locator("#chosen")).to_contain_text("tempel.txt")
    plain = window(chromium, PHONE, [], java_script_enabled=False)
    plain.goto(f"{mimin.address}/")
    plain.get_by_label("Lampirkan gambar atau berkas").set_input_files(picture)
    plain.screenshot(path=SCREENS / "chat-phone-file-no-script.png")
    plain.get_by_role("button", name="Kirim").click()
    expect(plain.get_by_role("img", name="Gambar layar TV.png")).to_be_visible()
