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


# Keeps back the answers to replies and undos; `arrive` lets the oldest in, once the server has given it, and
# `lose` lets it get lost.
LATE = """const ask = window.fetch;
const kept = [];
let come = () => {};
window.fetch = async (where, how) => {
  const answer = await ask(where, how);
  if (!/\\/(reply|unsend)\\?/.test(where)) return answer;
  return new Promise((arrive, lose) => {
    kept.push({ arrive: () => arrive(answer), lose: () => lose(new TypeError("lost")) });
    come();
  });
};
const oldest = async () => {
  if (!kept.length) await new Promise((done) => { come = done; });
  return kept.shift();
};
window.arrive = async () => (await oldest()).arrive();
window.lose = async () => (await oldest()).lose();"""


def late(chromium: Browser, mimin: Running, cookies: StorageState, name: str, problems: list[str]) -> Page:
    """Return the conversation with somebody who called, in a window whose answers are kept back."""
    called(chromium, mimin, name, problems)
    desk = window(chromium, LAPTOP, problems, storage_state=cookies)
    desk.add_init_script(LATE)
    desk.goto(f"{mimin.address}/desk")
    desk.get_by_role("link", name=name).click()
    desk.wait_for_load_state()
    return desk


def send(desk: Page, text: str) -> None:
    desk.locator("#text").fill(text)
    desk.locator("#text").press("Control+Enter")


def test_what_is_taken_back_stands_in_the_box_however_late_the_answers_come(
    mimin: Running, chromium: Browser, cookies: StorageState
) -> None:
    """News show the button before the reply is answered, and take it away before the undo is."""
    problems: list[str] = []
    desk = late(chromium, mimin, cookies, "Fitri", problems)
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


def test_what_is_typed_while_a_reply_is_on_its_way_stays_and_goes_after_it(
    mimin: Running, chromium: Browser, cookies: StorageState
) -> None:
    problems: list[str] = []
    desk = late(chromium, mimin, cookies, "Gilang", problems)
    box, log = desk.locator("#text"), desk.get_by_role("log")
    send(desk, "Halo Kak Gilang")
    expect(box).to_have_value("")
    send(desk, "Dan satu lagi")  # waits for its forerunner
    expect(box).to_have_value("Dan satu lagi")
    desk.evaluate("arrive()")
    expect(box).to_have_value("")
    box.type("Dan yang ketiga")
    desk.evaluate("arrive()")
    expect(log.get_by_text("Dan satu lagi")).to_be_visible()
    expect(box).to_have_value("Dan yang ketiga")
    box.press("Control+Enter")
    box.type("ditulis sambil menunggu")
    desk.reload()
    expect(box).to_have_value("Dan yang ketiga\nditulis sambil menunggu")
    assert problems == []


def test_an_answer_that_gets_lost_loses_no_text_and_sends_none_twice(
    mimin: Running, chromium: Browser, cookies: StorageState
) -> None:
    problems: list[str] = []
    desk = late(chromium, mimin, cookies, "Hesti", problems)
    box, log = desk.locator("#text"), desk.get_by_role("log")
    undo = desk.get_by_role("button", name="Batal kirim")
    send(desk, "Kalimat pertama")
    desk.evaluate("lose()")
    expect(box).to_have_value("Kalimat pertama")
    expect(desk.locator("#problem")).to_contain_text("sambungan terputus")
    box.press("Control+Enter")  # the same again, which the server has already
    desk.evaluate("arrive()")
    expect(box).to_have_value("")
    expect(desk.locator("#problem")).to_be_hidden()
    send(desk, "Kalimat kedua")
    desk.evaluate("lose()")
    expect(box).to_have_value("Kalimat kedua")
    send(desk, "Kalimat ketiga")  # another text in the same form
    desk.evaluate("arrive()")
    expect(log.get_by_text("Kalimat ketiga")).to_be_visible()
    assert [log.get_by_text(f"Kalimat {n}").count() for n in ("pertama", "kedua", "ketiga")] == [1, 1, 1]
    send(desk, "Kalimat keempat")
    desk.evaluate("lose()")
    expect(log.get_by_text("Kalimat keempat")).to_be_visible()
    undo.last.click()
    expect(desk.get_by_text("tidak terkirim")).to_be_visible()
    desk.evaluate("arrive()")
    box.press("Control+Enter")  # what was taken back goes after all
    desk.evaluate("arrive()")
    expect(log.get_by_text("Kalimat keempat")).to_have_count(2)
    assert problems == []


def test_why_a_text_is_held_back_stands_until_it_is_sent_or_changed(
    mimin: Running, chromium: Browser, cookies: StorageState
) -> None:
    problems: list[str] = []
    follower = called(chromium, mimin, "Indra", problems)
    desk = window(chromium, LAPTOP, problems, storage_state=cookies)
    desk.goto(f"{mimin.address}/desk")
    desk.get_by_role("link", name="Indra").click()
    desk.wait_for_load_state()
    box, log, why = desk.locator("#text"), desk.get_by_role("log"), desk.locator("#problem")
    sure = desk.get_by_label("Sudah saya periksa; tetap kirim").first
    send(desk, "Baca dong Kak, sudah dibilang.")
    expect(why).to_contain_text("terbaca marah atau menghina")
    say(follower, "halo, masih ada orang?")
    expect(log.get_by_text("halo, masih ada orang?")).to_be_visible()  # the page was made anew since
    expect(why).to_contain_text("terbaca marah atau menghina")
    expect(box).to_have_value("Baca dong Kak, sudah dibilang.")
    sure.check()
    box.fill("Baca dong Kak, sudah dibilang ya.")
    expect(why).to_be_hidden()
    expect(sure).to_be_hidden()
    box.press("Control+Enter")
    expect(why).to_be_visible()
    expect(sure).not_to_be_checked()
    sure.check()
    box.press("Control+Enter")
    expect(log.get_by_text("Baca dong Kak, sudah dibilang ya.")).to_be_visible()
    expect(why).to_be_hidden()
    assert [one for one in problems if "409" not in one] == []
