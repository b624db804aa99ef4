"""The chat on a brand's own site, whose Content-Security-Policy is strict, in a real browser."""

import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, ViewportSize, expect

from tests.browser.test_main_job import ANSWER, CHROMIUM, LAPTOP, PHONE, QUESTION, SCREENS, chromium, window
from tests.running import ROOT, Running
from tests.running import mimin as running_mimin

__all__ = ["chromium"]
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine: install the package chromium"
)
PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Brand</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/look.css">
<script src="{mimin}/widget.js" async></script></head><body><h1>Brand</h1><p><a href="/">Paket</a></p>
<p><input aria-label="Cari"></p></body></html>"""
POLICY = (
    "default-src 'none'; style-src 'self'; script-src {mimin}; frame-src {mimin}; "
    "require-trusted-types-for 'script'"
)
LOOK = (
    "html { font: 10px serif; color-scheme: light dark; } * { color: crimson; } button { display: none; }"
    "dialog { background: red; } iframe { width: 1px; }"
)  # what an unkind style sheet would do


@dataclass(slots=True)
class Site:
    """A brand's own site: what it says of its pages, and what it asks of Mimin."""

    port: int = 0
    mimin: str = ""
    language: str = "id"
    policy: str = POLICY

    @property
    def address(self) -> str:
        """Return where it is; the same site as Mimin, as browsers see it, at another origin."""
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def served() -> Iterator[Site]:
    """The site, on a port of its own."""
    site = Site()

    class Pages(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_look = self.path == "/look.css"
            page = PAGE.format(language=site.language, mimin=site.mimin)
            self.send_response(200)
            self.send_header("content-type", "text/css" if is_look else "text/html")
            self.send_header("content-security-policy", site.policy.format(mimin=site.mimin))
            self.end_headers()
            self.wfile.write((LOOK if is_look else page).encode())

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield site
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def mimin(served: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A real `mimin run` that lets the site show its chat."""
    folder = tmp_path_factory.mktemp("mimin")
    text = (ROOT / "config.toml").read_text("utf-8").replace("embed = []", f'embed = ["{served.address}"]')
    config = folder / "config.toml"
    config.write_text(text.replace('"knowledge/content"', f'"{ROOT}/knowledge/content"'), "utf-8")
    with running_mimin(folder, config) as running:
        served.mimin = running.address
        yield running


@pytest.fixture
def site(served: Site, mimin: Running) -> Site:
    """The site as it is at first."""
    served.language, served.policy, served.mimin = "id", POLICY, mimin.address
    return served


def visit(browser: Browser, size: ViewportSize, problems: list[str], where: str, **options: object) -> Page:
    page = window(browser, size, problems, **options)
    page.set_default_timeout(10_000)
    page.goto(where)
    return page


def frame_of(page: Page) -> FrameLocator:
    return page.frame_locator("mimin-chat iframe")


def say(page: Page, text: str) -> None:
    box = frame_of(page).get_by_label("Tulis pesan")
    box.fill(text)
    box.press("Enter")


def test_the_button_opens_the_chat_and_escape_gives_the_focus_back(site: Site, chromium: Browser) -> None:
    problems: list[str] = []
    page = visit(chromium, LAPTOP, problems, site.address)
    button = page.get_by_role("button", name="Buka chat dengan Layarku")
    expect(button).to_have_attribute("aria-expanded", "false")
    assert page.locator("mimin-chat iframe").count() == 0  # nobody asked for it yet
    page.get_by_label("Cari").focus()
    page.keyboard.press("Tab")
    expect(button).to_be_focused()
    page.screenshot(path=SCREENS / "widget-laptop-closed.png")
    page.keyboard.press("Enter")
    box = frame_of(page).get_by_label("Tulis pesan")
    expect(box).to_be_focused()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(frame_of(page).get_by_text(ANSWER)).to_be_visible()
    page.screenshot(path=SCREENS / "widget-laptop.png")
    box.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(button).to_be_focused()
    assert problems == []


def test_news_that_come_while_it_is_closed_show_as_a_dot_on_the_next_page_too(
    site: Site, mimin: Running, chromium: Browser
) -> None:
    problems: list[str] = []
    page = visit(chromium, LAPTOP, problems, site.address)
    page.get_by_role("button", name="Buka chat").click()
    say(page, "tolong sambungkan ke admin")
    expect(frame_of(page).get_by_text("paling lambat")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Tutup chat").click()
    page.reload()
    expect(page.get_by_role("button", name="Buka chat")).to_have_attribute("aria-expanded", "false")
    page.get_by_label("Cari").focus()
    desk = window(chromium, LAPTOP, problems)
    desk.goto(mimin.logins["admin"])
    desk.get_by_role("link", name="Tamu").first.click()
    desk.get_by_label("Balasan untuk").fill("Halo Kak, saya bantu ya.")
    desk.get_by_role("button", name="kirim").click()
    button = page.get_by_role("button", name="ada pesan baru")
    expect(button).to_be_visible(timeout=15_000)  # it can be taken back for five seconds
    expect(page.get_by_label("Cari")).to_be_focused()  # nothing takes it from who is reading the page
    page.screenshot(path=SCREENS / "widget-laptop-unread.png")
    page.reload()
    button.click()
    expect(frame_of(page).get_by_text("Halo Kak, saya bantu ya.")).to_be_visible()
    expect(page.get_by_role("button", name="ada pesan baru")).to_have_count(0)
    page.reload()  # open it was, and open it is again
    expect(frame_of(page).get_by_text("Halo Kak, saya bantu ya.")).to_be_visible()
    expect(frame_of(page).get_by_label("Tulis pesan")).not_to_be_focused()
    assert problems == []


def test_on_a_phone_it_fills_the_screen_and_speaks_the_language_of_the_site(
    site: Site, chromium: Browser
) -> None:
    problems: list[str] = []
    site.language = "en-GB"
    page = visit(chromium, PHONE, problems, site.address, color_scheme="dark", has_touch=True, is_mobile=True)
    page.screenshot(path=SCREENS / "widget-phone-closed-dark.png")
    page.get_by_role("button", name="Open the chat with Layarku").tap()
    dialog = page.get_by_role("dialog", name="Chat with Layarku")
    expect(frame_of(page).get_by_text("Ask in your own words")).to_be_visible()
    assert dialog.bounding_box() == {"x": 0, "y": 0, "width": PHONE["width"], "height": PHONE["height"]}
    page.screenshot(path=SCREENS / "widget-phone-dark.png")
    dialog.get_by_role("button", name="Close the chat").tap()
    expect(dialog).to_be_hidden()
    assert problems == []


def test_a_site_that_is_not_named_gets_one_line_in_the_console(site: Site, chromium: Browser) -> None:
    problems: list[str] = []
    page = window(chromium, LAPTOP, problems)
    elsewhere = f"http://localhost:{site.port}"
    page.goto(elsewhere)
    page.wait_for_function("performance.getEntriesByType('resource').length > 1")
    said = [line for line in problems if line.startswith("Mimin:")]
    assert said == [
        f"Mimin: {site.mimin} does not let {elsewhere} show its chat; "
        f'set [web] embed = ["{elsewhere}"] in its config.toml'
    ]
    assert page.locator("mimin-chat").count() == 0


def test_what_others_post_is_not_heard(site: Site, chromium: Browser) -> None:
    page = visit(chromium, LAPTOP, [], site.address)
    page.get_by_role("button", name="Buka chat").click()
    expect(frame_of(page).get_by_label("Tulis pesan")).to_be_focused()
    page.evaluate("postMessage({ mimin: 'close' }, '*'); postMessage({ mimin: 'news', newest: 99 }, '*')")
    page.wait_for_timeout(200)
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="ada pesan baru")).to_have_count(0)


def test_where_the_site_does_not_allow_the_frame_there_is_a_link_and_a_line(
    site: Site, chromium: Browser
) -> None:
    problems: list[str] = []
    site.policy = POLICY.replace("frame-src {mimin}", "frame-src 'none'")
    page = window(chromium, LAPTOP, problems)
    page.clock.install()
    page.goto(site.address)
    page.get_by_role("button", name="Buka chat").click()
    page.clock.run_for(11_000)
    link = page.get_by_role("link", name="Buka chat di tab sendiri")
    expect(link).to_have_attribute("href", f"{site.mimin}/")
    assert any(f"allow frame-src {site.mimin}?" in line for line in problems)
