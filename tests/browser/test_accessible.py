"""Every page for everybody: axe looks at each, on a phone and a laptop, in the light and in the dark."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page as Window
from playwright.sync_api import ViewportSize

from tests.browser.scene import Scene, furnish
from tests.browser.test_browser_widget import POLICY, Site, served
from tests.browser.test_main_job import CHROMIUM, LAPTOP, PHONE, chromium
from tests.web.house import Mimin

__all__ = ["chromium", "served"]
AXE = find_spec("axe_playwright_python")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: install the package chromium"),
    pytest.mark.skipif(AXE is None, reason="axe is not there: install axe-playwright-python"),
]
Colours = Literal["light", "dark"]
COLOURS: tuple[Colours, ...] = ("light", "dark")
RULES = """async (part) => {
  const options = { iframes: false, resultTypes: ["violations"] };
  const { violations } = await axe.run(part, options);
  return violations.map(({ impact, id, nodes }) =>
    [impact, id, nodes.map(({ target, failureSummary }) => [target.join(" "), failureSummary])]);
}"""


def opened(window: Window) -> None:
    """Unfold everything that can be unfolded."""
    window.evaluate("document.querySelectorAll('details').forEach((one) => one.setAttribute('open', ''))")


def noting(window: Window) -> None:
    """Turn to the note."""
    opened(window)
    window.evaluate("document.querySelector('#pen-note').checked = true")


def too_long(window: Window) -> None:
    """Send more than one may, as a browser without script could."""
    with window.expect_navigation():
        window.evaluate(
            "() => { document.querySelector('#text').value = 'x'.repeat(5000);"
            " HTMLFormElement.prototype.submit.call(document.querySelector('form#pen')); }"
        )


def lost(window: Window) -> None:
    """Lose the connection, and show what that looks like."""
    window.evaluate("document.querySelectorAll('[hidden]').forEach((one) => one.removeAttribute('hidden'))")


def refused(window: Window) -> None:
    """Try what only others may."""
    with window.expect_navigation():
        window.evaluate(
            """() => { const form = document.querySelector("#form-note"), field = form.elements.note;
            form.action = form.action.replace("/note", "/claim"); field.value = "tetap di sini";
            HTMLFormElement.prototype.submit.call(form); }"""
        )


def foreseen(window: Window) -> None:
    """Write what the guard objects to, and wait for its preview."""
    window.locator("#text").fill("Baca dong Kak, refund Rp5.000.000 pasti cair!")
    window.locator("#preview .finding").first.wait_for()


def signed_out(window: Window) -> None:
    """Leave."""
    window.locator("form[action='/logout'] button").click()
    window.locator(".card").wait_for()


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its address, who looks at it, and what is done there before; {Name} is a conversation."""

    where: str
    who: str | None = None
    then: Callable[[Window], None] | None = None

    def __str__(self) -> str:
        return " ".join(
            [self.where, self.who or "a stranger", self.then.__name__ if self.then else ""]
        ).strip()


# A new page is one line here.
PAGES = [
    Page("/"),
    Page("/", "Citra"),
    Page("/", "Citra", too_long),
    Page("/", "Citra", lost),
    Page("/", "Wati"),
    Page("/", "Eka"),
    Page("/", "Dewi"),
    Page("/", "Ani"),
    Page("/?embedded=1&lang=en"),
    Page("/?lang=en", "Citra"),
    Page("/desk"),
    Page("/login/used"),
    Page("/nowhere"),
    Page("/desk", "sari"),
    Page("/desk?show=waiting", "sari"),
    Page("/desk?show=mine", "sari"),
    Page("/desk?show=mine", "budi"),
    Page("/desk?show=soon", "sari"),
    Page("/desk?show=resolved", "sari"),
    Page("/desk?show=chats", "sari"),
    Page("/desk?show=troubled", "sari"),
    Page("/desk?show=crisis", "sari"),
    Page("/desk?show=crisis", "agus"),
    Page("/desk?show=crisis", "rina"),
    Page("/desk/conversations/{Wati}", "rina", opened),
    Page("/desk/conversations/{Eka}", "sari", opened),
    Page("/desk/conversations/{Eka}#context", "sari", opened),
    Page("/desk/conversations/{Eka}", "sari", noting),
    Page("/desk/conversations/{Eka}", "sari", foreseen),
    Page("/desk/conversations/{Eka}", "budi", refused),
    Page("/desk/conversations/{Eka}#context", "agus", opened),
    Page("/desk/conversations/{Fajar}#context", "sari", opened),
    Page("/desk/conversations/{Fajar}#context", "rina", opened),
    Page("/desk/conversations/{Ani}#context", "agus", opened),
    Page("/desk/conversations/{Bandel}#context", "sari"),
    Page("/desk/conversations/{Gita}", "sari"),
    Page("/desk/conversations/999", "sari"),
    Page("/desk?show=search&q=siaran", "sari"),
    Page("/desk?show=search&q=nothing+like+it&lang=en", "sari"),
    Page("/desk/staff", "sari"),
    Page("/desk/staff?lang=en", "rina", opened),
    Page("/desk/knowledge?try=biaya+pasang", "sari", opened),
    Page("/desk/knowledge/articles/link-streaming?lang=en", "rina"),
    Page("/desk/reports?lang=en", "rina", opened),
    Page("/desk/reports", "agus", opened),
    Page("/desk/reports?from=2026-11-20&to=2026-11-19", "agus"),
    Page("/desk/reports", "sari"),
    Page("/desk/reports/tickets?figure=messages", "agus"),
    Page("/desk/reports/tickets?figure=overrides", "agus"),
    Page("/desk", "leaver", signed_out),
]


@pytest.fixture(scope="module")
def scene(served: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """One evening for all tests."""
    running = Mimin(
        tmp_path_factory.mktemp("mimin"), lambda settings: replace(settings, web_embed=(served.address,))
    )
    yield furnish(running)
    running.stop()


@cache
def axe() -> str:
    """Return axe's script; it comes through the browser's own door, past the pages' policy."""
    assert AXE is not None
    assert AXE.origin is not None
    return Path(AXE.origin).with_name("axe.min.js").read_text("utf-8")


def found_by_axe(window: Window, part: str = "html") -> list[str]:
    """Return what axe has to say of a part of what stands in a window."""
    window.evaluate(axe())
    found: list[Any] = window.evaluate(RULES, part)
    return [
        f"{impact} {rule}: {target}: {summary}" for impact, rule, nodes in found for target, summary in nodes
    ]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_axe_finds_nothing(scene: Scene, chromium: Chromium, page: Page) -> None:
    look(scene, chromium, page, [(PHONE, "light"), (LAPTOP, "dark")])


@pytest.mark.long
@pytest.mark.parametrize("page", PAGES, ids=str)
def test_axe_finds_nothing_the_other_way_round(scene: Scene, chromium: Chromium, page: Page) -> None:
    look(scene, chromium, page, [(PHONE, "dark"), (LAPTOP, "light")])


def look(scene: Scene, chromium: Chromium, page: Page, looks: Sequence[tuple[ViewportSize, Colours]]) -> None:
    with scene.window(chromium, page.who, PHONE) as window:
        window.goto(scene.mimin.address + page.where.format(**scene.conversations))
        if page.then:
            page.then(window)
        for size, colours in looks:
            window.set_viewport_size(size)
            window.emulate_media(color_scheme=colours)
            assert found_by_axe(window) == [], (size, colours)


@pytest.mark.parametrize("view", ["crisis", "troubled"])
def test_on_a_phone_a_page_of_the_desk_stands_below_the_list(
    scene: Scene, chromium: Chromium, view: str
) -> None:
    with scene.window(chromium, "agus", PHONE) as window:
        window.goto(f"{scene.mimin.address}/desk?show={view}")
        above, page = window.locator("#list").bounding_box(), window.locator("#main").bounding_box()
        assert above is not None
        assert page is not None
        assert page["y"] >= above["y"] + above["height"]


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_axe_finds_nothing_in_the_button_on_a_brands_site(
    scene: Scene, served: Site, chromium: Chromium, size: ViewportSize
) -> None:
    served.mimin, served.policy = scene.mimin.address, POLICY
    with scene.window(chromium, None, size) as window:
        window.goto(served.address)
        button = window.get_by_role("button", name="Buka chat")
        button.wait_for()
        for colours in COLOURS:
            window.emulate_media(color_scheme=colours)
            assert found_by_axe(window, "mimin-chat") == [], colours
        button.click()
        window.frame_locator("mimin-chat iframe").get_by_label("Tulis pesan").wait_for()
        for colours in COLOURS:
            window.emulate_media(color_scheme=colours)
            assert found_by_axe(window, "mimin-chat") == [], colours
