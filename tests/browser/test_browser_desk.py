"""Habits of people who live on the desk: keys for everything, and a follower who sees that one writes."""

import re

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.browser.test_main_job import CHROMIUM, LAPTOP, SCREENS, chromium, mimin, say, window
from tests.running import Running

__all__ = ["chromium", "mimin"]
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine: install the package chromium"
)


def called(chromium: Browser, mimin: Running, name: str, problems: list[str]) -> Page:
    """Return the window of a follower who waits for a person."""
    follower = window(chromium, LAPTOP, problems)
    follower.goto(f"{mimin.address}/")
    follower.get_by_label("Nama").fill(name)
    say(follower, "tolong sambungkan ke admin")
    expect(follower.get_by_text("paling lambat")).to_be_visible()
    return follower


def test_the_desk_is_worked_with_keys_and_the_follower_sees_who_writes(
    mimin: Running, chromium: Browser
) -> None:
    problems: list[str] = []
    citra, dian = (called(chromium, mimin, name, problems) for name in ("Citra", "Dian"))
    desk = window(chromium, LAPTOP, problems)
    desk.goto(mimin.logins["admin"])
    expect(desk.locator("#items .item")).to_have_count(2)
    title = desk.locator(".conversation h1")
    for key, name in (("j", "Citra"), ("j", "Dian"), ("k", "Citra")):
        desk.keyboard.press(key)
        expect(title).to_have_text(name)
        desk.wait_for_load_state()  # with its script
    desk.keyboard.press("c")
    expect(desk.locator(".conversation-title")).to_contain_text("dipegang")
    desk.keyboard.press("r")
    expect(desk.locator("#text")).to_be_focused()
    desk.keyboard.type("Halo Kak Citra, saya cek dulu ya")
    expect(citra.get_by_text("sedang mengetik…").last).to_be_visible()
    expect(citra.locator("#person-typing")).to_contain_text("Sari")
    expect(dian.locator("#person-typing")).to_be_hidden()
    citra.screenshot(path=SCREENS / "chat-person-typing.png")
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_role("log").get_by_text("Halo Kak Citra")).to_be_visible()
    expect(citra.locator(".said.person")).to_contain_text("saya cek dulu", timeout=15_000)
    expect(citra.locator("#person-typing")).to_be_hidden()
    desk.keyboard.press("Escape")
    desk.keyboard.press("n")
    expect(desk.locator("#note")).to_be_focused()
    desk.keyboard.type("c e j ?")  # letters in a box are letters
    expect(title).to_have_text("Citra")
    desk.keyboard.press("Escape")
    desk.keyboard.press("p")
    expect(desk.locator("#by")).to_be_focused()
    desk.keyboard.press("Escape")
    desk.keyboard.press("e")
    expect(desk.locator(".conversation-title")).to_contain_text("selesai")
    desk.keyboard.press("1")
    expect(desk).to_have_url(re.compile("show=waiting"))
    assert problems == []


def test_the_list_of_keys_opens_and_the_keys_can_be_turned_off(mimin: Running, chromium: Browser) -> None:
    problems: list[str] = []
    called(chromium, mimin, "Eka", problems)
    desk = window(chromium, LAPTOP, problems)
    desk.goto(mimin.logins["supervisor"])
    dialog = desk.get_by_role("dialog", name="Pintasan papan ketik")
    expect(dialog).to_be_hidden()
    desk.keyboard.press("?")
    expect(dialog).to_be_visible()
    desk.screenshot(path=SCREENS / "desk-keys.png")
    dialog.get_by_label("Pintasan aktif").uncheck()
    desk.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    desk.keyboard.press("j")
    desk.reload()
    desk.keyboard.press("j")
    expect(desk.locator("body.listing")).to_be_visible()
    desk.get_by_role("button", name="Pintasan papan ketik").click()
    dialog.get_by_label("Pintasan aktif").check()
    desk.keyboard.press("Escape")
    desk.keyboard.press("j")
    expect(desk.locator(".conversation h1")).to_be_visible()
    assert problems == []


@pytest.fixture(scope="module")
def cookies(mimin: Running, chromium: Browser) -> StorageState:
    """The cookies of the decision-maker's browser; a link signs in only once."""
    desk = window(chromium, LAPTOP, [])
    desk.goto(mimin.logins["decision maker"])
    return desk.context.storage_state()


# Keeps back the answers to replies and undos; `arrive` lets the oldest in, once the server has given it.
LATE = """const ask = window.fetch;
const kept = [];
let come = () => {};
window.fetch = async (where, how) => {
  const answer = await ask(where, how);
  if (!/\\/(reply|unsend)\\?/.test(where)) return answer;
  await new Promise((go) => { kept.push(go); come(); });
  return answer;
};
window.arrive = async () => {
  if (!kept.length) await new Promise((done) => { come = done; });
  kept.shift()();
};"""


def test_what_is_taken_back_stands_in_the_box_however_late_the_answers_come(
    mimin: Running, chromium: Browser, cookies: StorageState
) -> None:
    """News show the button before the reply is answered, and take it away before the undo is."""
    problems: list[str] = []
    called(chromium, mimin, "Fitri", problems)
    desk = window(chromium, LAPTOP, problems, storage_state=cookies)
    desk.add_init_script(LATE)
    desk.goto(f"{mimin.address}/desk")
    desk.get_by_role("link", name="Fitri").click()
    desk.wait_for_load_state()
    box, undo = desk.locator("#text"), desk.get_by_role("button", name="Batal kirim")
    box.fill("Halo Kak Fitri")
    desk.get_by_role("button", name="Ambil & kirim").click()
    undo.click()
    expect(desk.get_by_text("tidak terkirim")).to_be_visible()
    desk.evaluate("arrive()")
    desk.evaluate("arrive()")
    expect(box).to_have_value("Halo Kak Fitri")
    expect(undo).to_have_count(0)
    assert problems == []


def test_what_is_typed_while_a_reply_is_on_its_way_stays_and_what_is_refused_comes_back(
    mimin: Running, chromium: Browser, cookies: StorageState
) -> None:
    problems: list[str] = []
    called(chromium, mimin, "Gilang", problems)
    desk = window(chromium, LAPTOP, problems, storage_state=cookies)
    desk.add_init_script(LATE)
    desk.goto(f"{mimin.address}/desk")
    desk.get_by_role("link", name="Gilang").click()
    desk.wait_for_load_state()
    box = desk.locator("#text")
    box.fill("Halo Kak Gilang")
    box.press("Control+Enter")
    expect(box).to_have_value("")
    box.type("Dan satu lagi")
    desk.evaluate("arrive()")
    expect(desk.get_by_role("log").get_by_text("Halo Kak Gilang")).to_be_visible()
    expect(box).to_have_value("Dan satu lagi")
    box.fill("nomor saya 0812-3456-7890, transfer ke sini")  # the guard holds it back
    box.press("Control+Enter")
    desk.evaluate("arrive()")
    expect(desk.locator("#problem")).to_be_visible()
    expect(box).to_have_value("nomor saya 0812-3456-7890, transfer ke sini")
