"""Searching in a real window: by the keyboard alone, and on a phone without script."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_main_job import CHROMIUM, LAPTOP, PHONE, chromium, mimin, window
from tests.running import Running

__all__ = ["chromium", "mimin"]
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine: install the package chromium"
)


def test_an_old_word_is_found_by_the_keyboard_and_opened_where_it_was_said(
    mimin: Running, chromium: Browser
) -> None:
    problems: list[str] = []
    follower = window(chromium, PHONE, problems)
    follower.goto(f"{mimin.address}/")
    follower.get_by_label("Tulis pesan").fill("saya kecewa sekali, gajahnya mati total dari kemarin")
    follower.keyboard.press("Enter")
    expect(follower.get_by_text("sudah kami catat")).to_be_visible()

    desk = window(chromium, LAPTOP, problems)
    desk.goto(mimin.logins["admin"])
    desk.keyboard.press("/")
    expect(desk.locator("#q")).to_be_focused()
    desk.keyboard.type("gajah")
    desk.keyboard.press("Enter")
    expect(desk.locator(".hit mark").first).to_have_text("gajahnya")
    desk.locator(".hit a").last.click()
    expect(desk.locator(".said:target")).to_be_in_viewport()
    expect(desk.locator(".said:target")).to_contain_text("gajahnya mati total")
    desk.keyboard.press("/")
    desk.keyboard.press("Escape")
    expect(desk.locator(".hit")).to_have_count(0)

    phone = window(chromium, PHONE, problems, java_script_enabled=False)
    phone.context.add_cookies(desk.context.cookies())  # type: ignore[arg-type]
    phone.goto(f"{mimin.address}/desk")
    phone.get_by_role("searchbox").fill("#1")
    phone.get_by_role("button", name="Cari").click()
    expect(phone.locator(".item").first).to_be_visible()
    assert problems == []
