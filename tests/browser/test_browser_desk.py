"""Habits of people who live on the desk: keys for everything, and a follower who sees that one writes."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

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
