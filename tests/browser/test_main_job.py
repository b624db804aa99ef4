"""The main job in two real windows: a follower asks, complains, is helped by a person, and it is resolved."""

import shutil
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route, ViewportSize, expect, sync_playwright

from tests.running import ROOT, Running
from tests.running import mimin as running_mimin

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))),
    None,
)
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
SCREENS = ROOT / "build" / "screens"
PHONE: ViewportSize = {"width": 390, "height": 844}
LAPTOP: ViewportSize = {"width": 1440, "height": 900}
QUESTION = "Min, bagi link streamingnya dong?"
ANSWER = "nonton.layarku.example"
COMPLAINT = "Min, saya kecewa sekali, siaran mati total dari kemarin dan tidak ada yang membantu"
AT_ONCE = 1_000  # ms within which news has to show
SECOND_THOUGHT = 5_000  # ms in which a reply can be taken back
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine: install the package chromium"
)


@pytest.fixture(scope="module")
def mimin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A real `mimin run` of the demo brand, on a free port."""
    with running_mimin(tmp_path_factory.mktemp("mimin"), ROOT / "config.toml") as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's own browser."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def window(browser: Browser, size: ViewportSize, problems: list[str], **options: object) -> Page:
    """Open a window of its own; what its console complains about is kept."""
    context = browser.new_context(viewport=size, locale="id-ID", **options)  # type: ignore[arg-type]
    page = context.new_page()
    page.on("console", lambda line: problems.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda asked: None if "127.0.0.1" in asked.url else problems.append(asked.url))
    return page


def say(page: Page, text: str) -> None:
    box = page.get_by_label("Tulis pesan")
    box.fill(text)
    box.press("Enter")


def shows(page: Page, text: str, within: float = AT_ONCE) -> float:
    """Wait until the text shows, and return after how many ms; the screen is looked at every frame."""
    began = time.monotonic()
    page.get_by_text(text).last.wait_for(timeout=within * 5)
    return (time.monotonic() - began) * 1000


def test_a_follower_is_answered_complains_and_is_helped_by_a_person(
    mimin: Running, chromium: Browser
) -> None:
    problems: list[str] = []
    follower = window(chromium, PHONE, problems)
    follower.goto(f"{mimin.address}/")
    follower.screenshot(path=SCREENS / "chat-phone-empty.png")
    follower.get_by_label("Nama Kakak").fill("Ani Lestari")
    say(follower, QUESTION)
    assert shows(follower, ANSWER) < AT_ONCE

    desk = window(chromium, LAPTOP, problems)
    desk.goto(mimin.logins["admin"])
    expect(desk.get_by_text("Tidak ada tiket terbuka")).to_be_visible()
    say(follower, COMPLAINT)
    took = shows(desk, "Ani Lestari")
    assert took < AT_ONCE
    expect(
        follower.get_by_text("paling lambat pukul").or_(follower.get_by_text("paling lambat"))
    ).to_be_visible()
    desk.screenshot(path=SCREENS / "desk-laptop-list.png")

    desk.get_by_role("link", name="Ani Lestari").click()
    desk.get_by_role("button", name="Ambil", exact=True).first.click()
    expect(desk.get_by_text("memegang tiket #1")).to_be_visible()
    expect(follower.get_by_text("Kakak sedang dilayani")).to_be_visible()
    reply = "Halo Kak Ani, saya bantu ya. Boleh minta nomor pelanggannya?"
    desk.get_by_label("Balasan untuk Ani Lestari").fill(reply)
    desk.get_by_role("button", name="Kirim balasan").click()
    desk.get_by_role("button", name="Batal kirim").click()
    expect(desk.get_by_label("Balasan untuk")).to_have_value(reply)
    assert not follower.get_by_text(reply).count(), "it was taken back before it left"
    desk.get_by_role("button", name="Kirim").click()
    desk.get_by_role("button", name="Batal kirim").wait_for()
    assert shows(follower, reply, SECOND_THOUGHT) < SECOND_THOUGHT + AT_ONCE
    expect(desk.get_by_role("button", name="Batal kirim")).to_have_count(0)
    expect(desk.get_by_label("Balasan untuk Ani Lestari")).to_have_value("")

    by_bot = follower.locator(".said.bot").count()
    say(follower, QUESTION)  # the bot knows this, and a person is speaking
    assert shows(desk, QUESTION) < AT_ONCE
    follower.wait_for_timeout(700)
    assert follower.locator(".said.bot").count() == by_bot
    follower.screenshot(path=SCREENS / "chat-phone-person.png")

    desk.locator("#promise summary").click()
    desk.get_by_label("Paling lambat").fill("2h")
    desk.get_by_label("Apa yang dijanjikan").fill("teknisi menelepon Kak Ani")
    desk.get_by_role("button", name="Janjikan", exact=True).click()
    expect(desk.get_by_text("menjanjikan sesuatu kepada follower")).to_be_visible()
    expect(desk.get_by_text("Ini kabar yang dijanjikan")).to_be_visible()
    expect(desk.get_by_label("Paling lambat")).to_be_hidden()

    desk.locator("label[for=pen-note]").click()
    desk.get_by_label("Catatan untuk tim").fill("RAHASIA: pelanggan lama")
    desk.get_by_role("button", name="Simpan catatan").click()
    expect(desk.get_by_text("RAHASIA: pelanggan lama")).to_be_visible()
    desk.screenshot(path=SCREENS / "desk-laptop-conversation.png")
    desk.locator("label[for=pen-reply]").click()
    desk.get_by_role("button", name="Selesaikan").first.click()
    expect(desk.get_by_text("menyelesaikan tiket #1")).to_be_visible()
    assert "RAHASIA" not in follower.content()
    follower.reload()
    expect(follower.get_by_text(reply)).to_be_visible()
    assert "RAHASIA" not in follower.content()
    assert problems == []


def test_two_messages_in_one_breath_both_arrive(mimin: Running, chromium: Browser) -> None:
    follower = window(chromium, LAPTOP, [])
    follower.goto(f"{mimin.address}/")
    box = follower.get_by_label("Tulis pesan")
    held: list[Route] = []
    follower.route("**/messages", lambda route: held.append(route), times=1)  # noqa: PLW0108 - it needs a name
    say(follower, "halo kak")
    expect(box).to_have_value("")
    say(follower, "mau tanya dong")
    expect(box).to_have_value("mau tanya dong")  # the first one is still on its way
    while not held:
        follower.wait_for_timeout(10)
    held[0].continue_()
    expect(box).to_have_value("")
    expect(follower.locator("#echo")).to_have_count(0)  # no longer "sending"
    follower.reload()
    expect(follower.get_by_text("halo kak")).to_be_visible()
    expect(follower.get_by_text("mau tanya dong")).to_be_visible()


def test_what_is_typed_survives_news_and_a_lost_connection(mimin: Running, chromium: Browser) -> None:
    problems: list[str] = []
    follower = window(chromium, LAPTOP, problems)
    follower.goto(f"{mimin.address}/")
    say(follower, "tolong sambungkan ke admin")
    expect(follower.get_by_text("paling lambat")).to_be_visible()
    desk = window(chromium, PHONE, problems)
    desk.goto(mimin.logins["supervisor"])
    desk.get_by_role("link", name="Tamu").first.click()
    box = desk.get_by_label("Balasan untuk")
    expect(desk.locator("#form-reply [name=hold]")).to_have_value("yes")  # the script is at work
    box.fill("belum selesai menul")
    desk.context.set_offline(True)
    say(follower, "halo admin, satu lagi")
    expect(follower.get_by_text("halo admin, satu lagi")).to_be_visible()
    expect(follower.locator("#echo")).to_have_count(0)  # the server has it
    desk.wait_for_timeout(300)
    desk.context.set_offline(False)
    expect(desk.get_by_role("log").get_by_text("halo admin, satu lagi")).to_be_visible(timeout=25_000)
    expect(box).to_have_value("belum selesai menul")
    expect(box).to_be_focused()
    desk.screenshot(path=SCREENS / "desk-phone-conversation.png")
    follower.screenshot(path=SCREENS / "chat-laptop.png")


def test_a_busy_server_is_asked_less_often(mimin: Running, chromium: Browser) -> None:
    page = window(chromium, LAPTOP, [])
    page.goto(f"{mimin.address}/")
    script = page.locator("script[src]").first.get_attribute("src")
    assert script is not None
    ask = (
        f"([rest, took]) => import('{script.replace('chat.js', 'live.js')}').then((m) => m.pause(rest, took))"
    )
    took = {40: 250, 900: 450, 60_000: 5_000}
    assert {ms: page.evaluate(ask, [250, ms]) for ms in took} == took


def test_the_chat_works_without_script_and_in_the_dark(mimin: Running, chromium: Browser) -> None:
    page = window(chromium, PHONE, [], java_script_enabled=False, color_scheme="dark")
    page.goto(f"{mimin.address}/")
    page.get_by_label("Tulis pesan").fill(QUESTION)
    page.get_by_role("button", name="Kirim").click()
    expect(page.get_by_text(ANSWER)).to_be_visible()
    page.screenshot(path=SCREENS / "chat-phone-no-script-dark.png")


def test_a_payload_in_every_field_runs_nowhere(mimin: Running, chromium: Browser) -> None:
    ran: list[str] = []
    payload = "<img src=x onerror=alert(1)><svg onload=alert(2)>\"'><script>alert(3)</script>"

    def heard(dialog: Dialog) -> None:
        ran.append(dialog.message)
        dialog.dismiss()

    follower = window(chromium, LAPTOP, [])
    follower.on("dialog", heard)
    follower.goto(f"{mimin.address}/")
    follower.get_by_label("Nama Kakak").fill(payload[:60])
    say(follower, f"minta admin {payload}")
    expect(follower.get_by_text("paling lambat")).to_be_visible()
    desk = window(chromium, LAPTOP, [])
    desk.on("dialog", heard)
    desk.goto(mimin.logins["decision maker"])
    desk.get_by_role("link", name="onerror").first.click()
    expect(desk.get_by_text("<script>alert(3)</script>").first).to_be_visible()
    desk.wait_for_timeout(500)
    assert ran == []
