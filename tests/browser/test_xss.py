"""Two hundred texts that would run where a page forgot to escape, in every field of every page: none runs."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Dialog, Page
from sqlalchemy import Connection

from bot import acts, intake
from bot.act import Act
from bot.channels.web import arrival
from bot.web.desk import KEPT, VIEWS
from handoff import people
from handoff.policy import Role
from handoff.satisfaction import Rules
from knowledge.article import Article, Phrasing
from knowledge.understanding import Understanding
from tests.browser.scene import DOT, Scene
from tests.browser.test_main_job import CHROMIUM, LAPTOP, chromium
from tests.browser.xss_payloads import PAYLOADS
from tests.web.house import Browser, Mimin, is_settled, wait_until

__all__ = ["chromium"]
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on this machine: install the package chromium"
)
Typed = tuple[str, str, str, list[dict[str, Any]]]  # a visitor, their name, a text, and files
LISTED = 100  # conversations that one view of the desk shows
SOME = 70  # in one address, or one box
LATEST = 200  # messages that a conversation shows
WATCH = """window.__refused = [];
addEventListener("securitypolicyviolation", (event) =>
  window.__refused.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));"""
# What no page of ours has: a script, style or frame of others, a handler, an address that leaves us.
STRANGE = """() => {
  const home = new RegExp(`^(${location.origin})?([/?#]|$)|^data:image/`);
  const kinds = "iframe,frame,object,embed,base,style,template,video,audio,math,foreignObject,marquee";
  const isBad = ({ name, value }) =>
    /^on|^(srcdoc|autofocus|background)$/.test(name) ||
    (name === "style" && !/^height: [0-9.]+px;$/.test(value)) || // the height of what is typed, by our script
    (/href$|^(src|srcset|action|formaction|data|poster|ping)$/.test(name) && !home.test(value));
  const isStrange = (one) => one.matches(kinds) || [...one.attributes].some(isBad);
  const bad = [...document.querySelectorAll("*")].filter(isStrange);
  return [...window.__refused, ...bad.map((one) => one.outerHTML)];
}"""

SEND = """([action, fields]) => {
  const form = Object.assign(document.createElement("form"), { method: "post", action });
  const csrf = document.querySelector("[name=csrf]").value;
  for (const [name, value] of Object.entries({ ...fields, csrf }))
    form.append(Object.assign(document.createElement("textarea"), { name, value }));
  document.body.append(form);
  form.submit();
}"""
REFUSED = ("reply", "promise", "take_over", "remedy", "override")  # to Sari, where Agus holds the ticket
# What pages read of their addresses.
NAMES = (
    "lang", "show", "canned", "draft", "from", "to", "by", "figure", "of", "q", "try", "at", "before",
    "order",
)  # fmt: skip


@dataclass(slots=True)
class World:
    """A brand where everybody types such texts; `ran` is what ran, or asked somebody else for something.

    `shown` is how many of the texts each page showed.
    """

    scene: Scene
    ran: list[str] = field(default_factory=list)
    shown: dict[str, int] = field(default_factory=dict)

    def visit(self, chromium: Chromium, who: str | None, *wheres: str) -> None:
        """Look at pages, unfold what they have, and hear what runs there."""
        with self.scene.window(chromium, who, LAPTOP) as window:
            self.listen(window)
            for where in wheres:
                window.goto(self.scene.mimin.address + where)
                self.settle(window, where)

    def listen(self, window: Page) -> None:
        """Keep what runs in a window and what it asks for elsewhere."""
        home = self.scene.mimin.address

        def heard(dialog: Dialog) -> None:
            self.ran.append(f"alert on {window.url}")
            dialog.dismiss()

        window.on("dialog", heard)
        window.on(
            "request",
            lambda asked: None if asked.url.startswith((home, "data:")) else self.ran.append(asked.url),
        )
        window.on("pageerror", lambda error: self.ran.append(str(error)))
        window.add_init_script(WATCH)

    def settle(self, window: Page, where: str) -> None:
        """Unfold, go over everything, and look for what does not belong there."""
        window.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        window.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        self.ran += [f"{where}: {one}" for one in window.evaluate(STRANGE)]
        text = window.locator("body").text_content() or ""
        self.shown[where] = sum(payload in text for payload in PAYLOADS)


def brand(mimin: Mimin) -> None:
    """Let the brand's own name, articles and ready replies be such texts, too."""
    articles = [
        Article(
            f"a{n}", (Phrasing(f"{text} biaya pasang {n}", "id"),), {"id": text}, tags=(PAYLOADS[-1 - n],)
        )
        for n, text in enumerate(PAYLOADS[::40])
    ]
    given = mimin.service.brand
    ready = {text: text for text in PAYLOADS}
    mimin.service.brand = replace(
        given,
        name=PAYLOADS[0],
        understanding=Understanding.build(articles),
        wording=replace(given.wording, canned={"id": ready, "en": ready}),
        satisfaction=Rules(),
        reaches=frozenset({"telegram"}),
    )


def write_all(world: World) -> None:
    """Let followers and staff type all of it into all fields."""
    mimin, scene = world.scene.mimin, world.scene
    sari, agus = scene.staff("sari"), scene.staff("agus")
    held, noted, asked = scene.calls("Ani"), scene.calls("Wati"), scene.calls("Dewi")
    sari.act(held, "claim")
    both = list(zip(PAYLOADS, PAYLOADS[::-1], strict=True))
    callers: list[Typed] = [
        (f"caller{n}", name, f"minta admin, {text}", []) for n, (name, text) in enumerate(both[:LISTED])
    ]
    chats: list[Typed] = [(f"other{n}", name, text, []) for n, (name, text) in enumerate(both[LISTED:])]
    ani = scene.browsers["Ani"].cookies["mimin_visitor"]
    hers = [(ani, "Ani", text, [kept(mimin, n, text)]) for n, text in enumerate(PAYLOADS[-LATEST:])]
    for said in (callers, chats, hers):
        store(mimin, said)
    rated(scene, sari)
    mimin.write(lambda conn: note_all(conn, mimin, noted))
    for n, text in enumerate(PAYLOADS[::40]):
        given = {"action": "refund", "amount": f"{751 + n}rb", "nonce": f"remedy-of-number-{n}"}
        sari.act(asked, "remedy", text=text, confirmed="yes", **given)
        agus.act(asked, "reject", approval=str(n + 1), reason=text)
        sari.act(asked, "override", reason=text, sure="yes", **given | {"nonce": f"override-of-number-{n}"})
    agus.act(asked, "take_over", reason=PAYLOADS[0])
    for text in PAYLOADS[::40]:
        agus.act(asked, "promise", promise=text, by="2h")
    agus.post_form("/desk/crisis/crisis", scope="all", statement="".join(PAYLOADS[::40]), by="2h")
    mimin.write(join_all)


def kept(mimin: Mimin, number: int, called: str) -> dict[str, Any]:
    """Keep a file of that name, every other one a picture."""
    body, ending = (DOT, ".png") if number % 2 else (b"teks", ".txt")
    found = mimin.service.uploads.keep(io.BytesIO(body), called + ending)
    assert found is not None
    return found


def store(mimin: Mimin, said: Sequence[Typed], once: str = "") -> None:
    """Take in what many wrote at once, and wait until all of it is handled."""
    new = [
        arrival(visitor, name, text, f"nonce-{once}{n}", mimin.now, media=media)
        for n, (visitor, name, text, media) in enumerate(said)
    ]
    mimin.write(lambda conn: intake.store(conn, new, mimin.now))
    mimin.service.pulse.strike()
    wait_until(lambda: mimin.read(is_settled), 90)


def rated(scene: Scene, sari: Browser) -> None:
    """Let followers be asked how it went, and say it in such words."""
    names = [f"Rated{n}" for n in range(0, len(PAYLOADS), 40)]
    for name in names:
        conversation = scene.calls(name)
        sari.act(conversation, "reply", text="Sudah ya, Kak.")
        sari.act(conversation, "resolve")
    scene.mimin.later(minutes=1)
    scene.mimin.settle()
    for name, text in zip(names, PAYLOADS[::40], strict=True):
        browser = scene.browsers[name]
        survey = browser.get("/").text.split('name="survey" value="')[1].split('"')[0]
        assert browser.post("/chat/rating", data={"survey": survey, "mark": "1"}).is_success
        browser.post("/chat/rating/words", data={"survey": survey, "words": text, "nonce": f"words-{name}"})
        scene.mimin.settle()


def note_all(conn: Connection, mimin: Mimin, conversation: int) -> None:
    """Let Sari note all of it in one conversation."""
    sari = people.find_by_id(conn, mimin.staff["sari"])
    assert sari is not None
    for text in PAYLOADS[:LATEST]:
        act = Act("note", conversation=conversation, args={"text": text})
        acts.perform(conn, mimin.service.brand, sari, act, mimin.now)


def join_all(conn: Connection) -> None:
    """Let people of such names join; nobody reaches them, which the desk says."""
    for n, text in enumerate(PAYLOADS):
        people.add_staff(conn, f"{text}{n}", Role.ADMIN)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One world for all tests."""
    running = Mimin(tmp_path_factory.mktemp("mimin"))
    new = World(Scene(running))
    brand(running)
    write_all(new)
    yield new
    running.stop()


@pytest.fixture
def world(made: World) -> World:
    """The world, in which nothing ran yet."""
    made.ran.clear()
    return made


def test_nothing_runs_on_any_page_that_shows_it(world: World, chromium: Chromium) -> None:
    conversations = world.scene.conversations
    desk = [f"/desk?show={view}" for view in VIEWS]
    here = [f"/desk/conversations/{conversations[name]}" for name in ("Ani", "Wati", "Dewi", "Rated0")]
    figures = ("messages", "answered", "complaining", "overrides", "approvals", "broken", "clarified")
    reports = [f"/desk/reports/tickets?figure={name}" for name in figures]
    world.visit(chromium, "Rated0", "/")
    world.visit(chromium, "Ani", "/")
    world.visit(chromium, "sari", *desk, *here)
    found = [f"/desk?show=search&q={word}" for word in ("script", "img", "alert", "a")]
    known = ["/desk/knowledge", "/desk/knowledge/behind?figure=clarified", "/desk/staff"]
    world.visit(chromium, "agus", *desk[-2:], *here[2:], "/desk/reports", *reports, *found, *known)
    assert world.ran == []
    for where in ("/", *desk[3:4], *here[:2]):
        assert world.shown[where] > LATEST * 0.9, where  # a browser shows some letters as others


def test_nothing_runs_where_an_address_or_a_cookie_is_shown(world: World, chromium: Chromium) -> None:
    wheres = []
    for n in range(0, len(PAYLOADS), SOME):
        some = PAYLOADS[n : n + SOME]
        query = urlencode(dict.fromkeys(NAMES, some[0]) | {text: text for text in some})
        wheres += [f"/?{query}", f"/desk?{query}", f"/desk/conversations/1?{query}", f"/desk/reports?{query}"]
        wheres += [f"/desk?show=search&q={quote(text)}" for text in some[:3]]
        wheres += [
            f"/desk/knowledge?{query}",
            f"/desk/knowledge?try={quote(some[0])}",
            f"/desk/staff?{query}",
        ]
        wheres += [f"/login/{quote(some[0], safe='')}?{query}", f"/{quote(some[0])}?{query}"]
    world.visit(chromium, "agus", *wheres)
    world.visit(
        chromium, None, *wheres[::6], *(f"/?embedded=1&{where.partition('?')[2]}" for where in wheres[::6])
    )
    assert world.ran == []


def test_nothing_runs_that_comes_while_a_page_is_open(world: World, chromium: Chromium) -> None:
    scene = world.scene
    where = f"/desk/conversations/{scene.conversations['Ani']}"
    ani = scene.browsers["Ani"].cookies["mimin_visitor"]
    with scene.window(chromium, "sari", LAPTOP) as window, scene.window(chromium, "Ani", LAPTOP) as chat:
        for one, address in ((window, where), (chat, "/")):
            world.listen(one)
            one.goto(scene.mimin.address + address)
        store(scene.mimin, [(ani, text, text, []) for text in [*PAYLOADS[:LISTED], "yang terakhir"]], "live")
        for one in (window, chat):
            one.get_by_text("yang terakhir").last.wait_for()
            world.settle(one, one.url)
    assert world.ran == []


def test_nothing_runs_in_the_preview_or_beside_what_was_refused(world: World, chromium: Chromium) -> None:
    scene = world.scene
    held, asked = (f"/desk/conversations/{scene.conversations[name]}" for name in ("Ani", "Dewi"))
    with scene.window(chromium, "sari", LAPTOP) as window:
        world.listen(window)
        window.goto(scene.mimin.address + held)
        for n in range(0, len(PAYLOADS), SOME):
            text = "\n".join(PAYLOADS[n : n + SOME]).replace("\0", "")
            with window.expect_response("**/preview"):
                window.locator("#text").fill(text)
            window.locator("#preview .bubble").wait_for()
            world.settle(window, "preview")
        for n, text in enumerate(PAYLOADS[::20]):
            window.goto(scene.mimin.address + asked)
            with window.expect_navigation():
                window.evaluate(SEND, [f"{asked}/{REFUSED[n % len(REFUSED)]}", dict.fromkeys(KEPT, text)])
            world.settle(window, "what was refused")
    assert world.ran == []
