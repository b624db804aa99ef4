"""The desk: what it shows, in which order, how soon, and that it stays quick."""

import re
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import httpx
from sqlalchemy import Connection, event, insert

from bot.tables import CONTACTS, CONVERSATIONS, LOG, MESSAGES, OUTBOX
from bot.web import assets
from handoff.tables import DEADLINES, TICKETS
from tests.web.house import NOW, Browser, Mimin, wait_until


def listed(page: str) -> list[str]:
    return re.findall(r'class="item-name" dir="auto">([^<]*)<', page)


def test_the_most_urgent_stands_on_top(mimin: Mimin) -> None:
    mimin.call("minta admin", name="Ani")
    mimin.later(minutes=5)
    mimin.call("akun saya dihack min!", name="Bowo")
    sari = mimin.signed_in("sari")
    assert listed(sari.get("/desk").text) == ["Bowo", "Ani"]
    mimin.later(minutes=31)
    page = sari.get("/desk").text
    assert set(listed(page)) == {"Bowo", "Ani"}
    assert page.count("lewat ") >= 2


def test_each_view_holds_what_it_says(mimin: Mimin) -> None:
    _, first = mimin.call(name="Ani")
    mimin.call(name="Bowo")
    mimin.visitor().say("min bagi link streamingnya dong", name="Citra")
    sari = mimin.signed_in("sari")
    sari.act(first, "claim")
    names = ("mine", "waiting", "open", "chats")
    views = {name: set(listed(sari.get(f"/desk?show={name}").text)) for name in names}
    assert views == {
        "mine": {"Ani"},
        "waiting": {"Bowo"},
        "open": {"Ani", "Bowo"},
        "chats": {"Ani", "Bowo", "Citra"},
    }
    sari.act(first, "resolve")
    assert listed(sari.get("/desk?show=resolved").text) == ["Ani"]
    mimin.later(hours=73)
    sari = mimin.signed_in("sari")
    assert listed(sari.get("/desk?show=resolved").text) == []
    assert sari.get("/desk?show=nonsense").status_code == 200


def test_a_conversation_tells_what_happened_and_why(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    sari, agus = mimin.signed_in("sari"), mimin.signed_in("agus")
    sari.act(conversation, "claim")
    sari.act(conversation, "reply", text="Halo Kak, saya Sari.")
    sari.act(conversation, "note", note="pernah ganti dekoder")
    agus.act(conversation, "take_over", reason="sari istirahat")
    agus.act(conversation, "category", value="crisis")
    agus.act(conversation, "resolve")
    page = agus.get(f"/desk/conversations/{conversation}").text
    lines = re.findall(r'class="happened.*?>(.*?)</p>', page, re.DOTALL)
    told = [" ".join(re.sub(r"<time.*?</time>", "", line).split()) for line in lines]
    assert [line for line in told if "ditepati" not in line] == [
        told[0],
        "Sari memegang tiket #1",
        "Agus mengambil alih tiket #1",
        "Kategori menjadi krisis",
        "Agus menyelesaikan tiket #1",
    ]
    assert told[0].startswith("Tiket #1 dibuka")
    assert "human:minta admin" in page
    assert "sari istirahat" in page
    assert "pernah ganti dekoder" in page


def test_a_broken_promise_shows_and_whoever_has_it_says_so(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    rina, agus = mimin.signed_in("rina"), mimin.signed_in("agus")
    mimin.later(minutes=31)
    mimin.settle()
    for browser in (rina, agus):
        page = browser.get("/desk").text
        assert "JANJI TERLEWAT" in page
        assert "Belum dipegang" in page
    agus.act(conversation, "ack")
    page = rina.get("/desk").text
    assert "JANJI TERLEWAT" not in page
    assert "Sudah dipegang" in page
    assert "Agus: saya pegang" in rina.get(f"/desk/conversations/{conversation}").text


def test_a_dismissed_ping_is_gone_for_its_person_alone(mimin: Mimin) -> None:
    mimin.call()
    mimin.later(minutes=31)
    mimin.settle()
    rina, agus = mimin.signed_in("rina"), mimin.signed_in("agus")
    upto = re.findall(r'name="upto" value="(\d+)"', rina.get("/desk").text)[0]
    rina.post("/desk/pings/dismiss", data={"csrf": rina.token(), "upto": upto})
    assert "JANJI TERLEWAT" not in rina.get("/desk").text
    assert "JANJI TERLEWAT" in agus.get("/desk").text


def test_a_canned_reply_fills_the_box_without_script(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    page = mimin.signed_in("sari").get(f"/desk/conversations/{conversation}?canned=apology").text
    assert re.search(r'id="text"[^>]*>Mohon maaf atas kejadian ini', page)


def test_the_desk_speaks_the_language_of_whoever_looks(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    sari = mimin.signed_in("sari")
    sari.headers["accept-language"] = "en-US,en;q=0.9"
    assert "Claim &amp; send" in sari.get(f"/desk/conversations/{conversation}").text


def test_every_answer_carries_the_security_headers(mimin: Mimin) -> None:
    browser = mimin.signed_in("sari")
    for path in ("/", "/desk", "/nowhere", "/healthz", f"{assets.ADDRESS}/desk.js", "/login/x"):
        headers = browser.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert ("immutable" if "static" in path else "no-store") in headers["cache-control"]
        assert "<script>" not in browser.get(path).text
        assert " style=" not in browser.get(path).text


def test_static_files_are_kept_only_under_the_address_they_have_now(mimin: Mimin) -> None:
    visitor = mimin.visitor()
    assert f'src="{assets.ADDRESS}/chat.js"' in visitor.get("/").text
    old = visitor.get("/static/of-an-older-version/chat.js")  # a page opened before the upgrade
    assert (old.status_code, old.headers["cache-control"]) == (200, "no-cache")
    nothing = visitor.get(f"{assets.ADDRESS}/nothing.js")
    assert (nothing.status_code, nothing.headers["cache-control"]) == (404, "no-store")


def test_later_pages_are_honestly_not_there(mimin: Mimin) -> None:
    for path in ("/knowledge", "/metrics", f"{assets.ADDRESS}/../app.py"):
        assert mimin.visitor().get(path).status_code == 404


def test_the_health_says_how_much_waits(mimin: Mimin) -> None:
    mimin.call()
    mimin.now += timedelta(hours=1)
    health = mimin.visitor().get("/healthz").json()
    assert health.pop("sweep_late_seconds") > 0
    assert health == {
        "status": "ok",
        "inbound": {"pending": 0, "dead": 0},
        "outbox": {"queued": 0, "uncertain": 0, "dead": 0},
    }


class Listener(threading.Thread):
    """Reads an event stream and keeps what it heard, with the time."""

    def __init__(self, browser: Browser, path: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(daemon=True)
        self._browser, self._path, self._headers = browser, path, headers or {}
        self.heard: list[tuple[str, float]] = []
        self.opened = threading.Event()

    def run(self) -> None:
        try:
            with self._browser.stream("GET", self._path, headers=self._headers) as stream:
                self.opened.set()
                for line in stream.iter_lines():
                    if line.startswith(("data: ", "event: ended")):
                        self.heard.append((line, time.monotonic()))
        except httpx.HTTPError:
            pass  # the server stopped

    def wait(self, number: int) -> float:
        until = time.monotonic() + 5
        while len(self.heard) < number:
            assert time.monotonic() < until, "no news came"
            time.sleep(0.005)
        return self.heard[number - 1][1]


def test_news_reaches_an_open_desk_within_a_second(mimin: Mimin) -> None:
    sari = mimin.signed_in("sari")
    position = re.findall(r'data-position="(\d+)"', sari.get("/desk").text)[0]
    listener = Listener(sari, f"/desk/events?after={position}")
    listener.start()
    assert listener.opened.wait(5)
    began = time.monotonic()
    mimin.visitor().say("minta admin")
    assert listener.wait(1) - began < 1
    again = Listener(mimin.signed_in("sari"), "/desk/events", {"last-event-id": position})
    again.start()
    again.wait(1)  # what was missed while away is told at once


def test_a_follower_hears_of_their_own_conversation_only(mimin: Mimin) -> None:
    ani, bowo = mimin.visitor(), mimin.visitor()
    ani.say("halo")
    position = re.findall(r'data-position="(\d+)"', ani.get("/").text)[0]
    listener = Listener(ani, f"/chat/events?after={position}")
    listener.start()
    assert listener.opened.wait(5)
    bowo.say("min bagi link streamingnya dong")
    time.sleep(0.3)
    assert listener.heard == []
    other = mimin.visitor()
    other.cookies.update(ani.cookies)
    other.say("halo lagi")
    listener.wait(1)


def test_what_a_page_asks_does_not_grow_with_what_is_over(mimin: Mimin) -> None:
    """Counted in steps of SQLite's machine, which no other load changes."""
    work, sari = Work(mimin), mimin.signed_in("sari")
    paths = ("/desk", "/desk?show=resolved", "/desk?show=chats", "/desk/conversations/900")
    counted: dict[str, list[int]] = {path: [] for path in paths}
    for numbers in (range(1, 10_001), range(10_001, 20_001)):
        mimin.write(lambda conn, numbers=numbers: fill(conn, numbers))  # type: ignore[misc]
        for path in paths:
            sari.get(path)
            asked, steps = work.of(partial(sari.get, path))
            assert asked <= 60, path
            counted[path].append(steps)
    for path, (first, second) in counted.items():
        assert second <= 1.02 * first, (path, first, second)


class Work:
    """Counts what is asked of the database, and how many steps its machine takes for it."""

    EVERY = 100

    def __init__(self, mimin: Mimin) -> None:
        self.asked = self.steps = 0
        event.listen(
            mimin.engine, "checkout", lambda raw, *_: raw.set_progress_handler(self._step, self.EVERY)
        )
        event.listen(mimin.engine, "before_cursor_execute", self._ask)

    def _watch(self, raw: sqlite3.Connection, *_: object) -> None:
        raw.set_progress_handler(self._step, self.EVERY)

    def of(self, job: Callable[[], object]) -> tuple[int, int]:
        self.asked = self.steps = 0
        job()
        return self.asked, self.steps

    def _step(self) -> int:
        self.steps += self.EVERY
        return 0

    def _ask(self, *_: object) -> None:
        self.asked += 1


def fill(conn: Connection, numbers: range) -> None:
    """Write tickets with messages, deadlines, log entries and sends; a tenth of the first 10,000 is open."""
    at = {n: NOW - timedelta(minutes=n % 5_000) for n in numbers}
    is_open = {n: n % 10 == 0 and n <= 10_000 for n in numbers}
    conn.execute(insert(CONTACTS), [
        {"id": n, "channel": "web", "external_id": f"v{n}", "name": f"Tamu {n}", "created_at": at[n]}
        for n in numbers
    ])  # fmt: skip
    conn.execute(insert(CONVERSATIONS), [{"id": n, "contact_id": n, "last_at": at[n]} for n in numbers])
    conn.execute(insert(TICKETS), [
        {"id": n, "conversation_id": n, "status": "waiting" if is_open[n] else "resolved",
         "category": "question", "opened_at": at[n], "resolved_at": None if is_open[n] else at[n]}
        for n in numbers
    ])  # fmt: skip
    conn.execute(insert(DEADLINES), [
        {"ticket_id": n, "kind": "first_response", "started_at": at[n], "target_us": 1_800_000_000,
         "calendar": "always", "warn_share": 0.75, "rules_id": 0,
         "due_at": at[n] + timedelta(minutes=30), "status": "running" if is_open[n] else "stopped"}
        for n in numbers
    ])  # fmt: skip
    conn.execute(insert(MESSAGES), [
        {"conversation_id": n, "direction": "in", "author": "contact", "source": "text",
         "text": f"halo {part}", "at": at[n]} for n in numbers for part in range(3)
    ])  # fmt: skip
    conn.execute(insert(LOG), [
        {"at": at[n], "kind": "received", "conversation_id": n, "data": {"mode": "bot"}} for n in numbers
    ])  # fmt: skip
    conn.execute(insert(OUTBOX), [
        {"cause": f"message:{n}", "kind": "answer", "channel": "web", "recipient": f"v{n}", "text": "ok",
         "status": "sent", "created_at": at[n]} for n in numbers
    ])  # fmt: skip


def test_who_else_looks_is_shown_while_they_do(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    sari, budi = mimin.signed_in("sari"), mimin.signed_in("budi")
    here = f"/desk/conversations/{conversation}"
    position = re.findall(r'data-position="(\d+)"', sari.get(here).text)[0]
    mine = Listener(sari, f"/desk/events?conversation={conversation}&after={position}")
    mine.start()
    assert mine.opened.wait(5)
    assert 'id="lookers"' not in sari.get(here).text
    stream = budi.stream("GET", f"/desk/events?conversation={conversation}&after={position}")
    with stream:
        mine.wait(1)  # the page is told that somebody came
        assert "Budi juga melihat" in sari.get(here).text
        assert "Sari juga melihat" in budi.get(here).text
        assert 'id="lookers"' not in sari.get("/desk").text
    wait_until(lambda: 'id="lookers"' not in sari.get(here).text)


def test_what_the_bot_would_answer_is_offered_as_a_draft(mimin: Mimin) -> None:
    follower, conversation = mimin.call()
    sari = mimin.signed_in("sari")
    here = f"/desk/conversations/{conversation}"
    sari.act(conversation, "claim")
    assert 'id="drafted"' not in sari.get(here).text, "a complaint is no question the bot answers"
    follower.say("Berapa biaya pindah alamat?")
    assert "Pindah alamat Rp 150.000, Kak." in sari.get(here).text
    assert ">Pindah alamat Rp 150.000, Kak.</textarea>" in sari.get(f"{here}?draft=yes").text
    sari.act(conversation, "reply", text="Saya cek dulu ya Kak.")
    assert 'id="drafted"' not in sari.get(here).text
