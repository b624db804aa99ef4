"""A Mimin with something on every page: followers in each state, and a desk that has seen a bad evening."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, ViewportSize
from sqlalchemy import Connection, select, update

from bot.tables import INBOUND, OUTBOX
from handoff.satisfaction import Rules
from tests.web.house import Browser, Mimin

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass(slots=True)
class Scene:
    """The running process, everybody's browser by name, and the followers' conversations."""

    mimin: Mimin
    browsers: dict[str, Browser] = field(default_factory=dict)
    conversations: dict[str, int] = field(default_factory=dict)

    def arrives(self, name: str) -> Browser:
        """Return the browser of a new follower."""
        self.browsers[name] = self.mimin.visitor()
        return self.browsers[name]

    def calls(self, name: str) -> int:
        """Let a new follower call for a person, and return their conversation."""
        self.browsers[name], self.conversations[name] = self.mimin.call(name=name)
        return self.conversations[name]

    def staff(self, name: str) -> Browser:
        """Return the browser of somebody at the desk."""
        if name not in self.browsers:
            self.browsers[name] = self.mimin.signed_in(name)
        return self.browsers[name]

    @contextmanager
    def window(self, chromium: Chromium, who: str | None, size: ViewportSize) -> Iterator[Page]:
        """Open a window that has the cookies of somebody; None is a stranger."""
        context = chromium.new_context(viewport=size, locale="id-ID", reduced_motion="reduce")
        for cookie in self.browsers[who].cookies.jar if who else ():
            given = {"name": cookie.name, "value": cookie.value or "", "url": self.mimin.address}
            context.add_cookies([given])  # type: ignore[list-item]
        try:
            yield context.new_page()
        finally:
            context.close()


def furnish(mimin: Mimin) -> Scene:
    """Play the evening: some are rated, late, helped, owed money, blocked or not reached; then a crisis."""
    scene = Scene(mimin)
    mimin.service.brand = replace(mimin.service.brand, satisfaction=Rules())
    sari, agus, rina = scene.staff("sari"), scene.staff("agus"), scene.staff("rina")
    scene.staff("budi")
    scene.browsers["leaver"] = mimin.signed_in("budi")
    _satisfied(scene, sari)
    _asks_the_bot(scene.arrives("Citra"))
    scene.calls("Wati")
    mimin.later(minutes=40)  # Wati waits too long, and the ladder climbs
    _helped(scene, sari)
    _asks_for_money(scene, sari, agus)
    blocked = scene.calls("Bandel")
    sari.act(blocked, "block")
    _undelivered(scene, sari)
    for scope in ("biaya-pasang", "all"):
        agus.post_form("/desk/crisis/crisis", scope=scope, statement="Sedang kami perbaiki, Kak.", by="2h")
    rina.post_form("/desk/crisis/confirm", version="1")
    return scene


def _satisfied(scene: Scene, sari: Browser) -> None:
    """Ani and Dewi were helped and asked how it went; Ani gave a low mark and said why."""
    for name in ("Ani", "Dewi"):
        conversation = scene.calls(name)
        sari.act(conversation, "reply", text="Sudah kami perbaiki, Kak.")
        sari.act(conversation, "resolve")
    scene.mimin.later(minutes=1)
    scene.mimin.settle()
    ani = scene.browsers["Ani"]
    survey = ani.get("/").text.split('name="survey" value="')[1].split('"')[0]
    ani.post("/chat/rating", data={"survey": survey, "mark": "1"})
    ani.post("/chat/rating/words", data={"survey": survey, "words": "lama sekali", "nonce": "words-of-ani"})


def _asks_the_bot(citra: Browser) -> None:
    """Citra is answered, gets a choice of questions, and has sent a picture and a text."""
    citra.say("Min, bagi link streamingnya dong", name="Citra")
    for name, body in (("layar.png", DOT), ("catatan.txt", b"nomor pelanggan 123")):
        citra.post("/chat/messages", data={"text": ""}, files={"file": (name, body)})
        citra.settle()
    citra.say("biaya?")


def _helped(scene: Scene, sari: Browser) -> None:
    """Eka talks with Sari, who promised something, left a note and waits for an answer."""
    conversation = scene.calls("Eka")
    sari.act(conversation, "reply", text="Halo Kak Eka, saya bantu ya.")
    sari.act(conversation, "note", note="pelanggan lama, sudah dua kali")
    sari.act(conversation, "promise", promise="teknisi datang", by="2h")
    scene.browsers["Eka"].say("baik kak, ditunggu ya")


def _asks_for_money(scene: Scene, sari: Browser, agus: Browser) -> None:
    """Fajar is to get a remedy that waits, one that was changed, and one against the SOP."""
    conversation = scene.calls("Fajar")
    sari.act(conversation, "claim")
    for amount in ("750rb", "800rb"):
        sari.act(
            conversation, "remedy", action="refund", amount=amount, text=f"Kami refund Rp{amount} ya Kak."
        )
    agus.act(conversation, "approve", approval="1", amount="600rb")
    sari.act(conversation, "override", action="refund", amount="500rb", reason="di bandara", sure="yes")


def _undelivered(scene: Scene, sari: Browser) -> None:
    """A reply to Gita failed, and something that she wrote could not be handled."""
    conversation = scene.calls("Gita")
    sari.act(conversation, "reply", text="Halo Kak Gita")

    def lose(conn: Connection) -> None:
        last = select(OUTBOX.c.id).where(OUTBOX.c.kind == "admin").order_by(OUTBOX.c.id.desc()).limit(1)
        lost = update(OUTBOX).where(OUTBOX.c.id == last.scalar_subquery())
        conn.execute(lost.values(status="dead", error="403: blocked"))
        first = select(INBOUND.c.id).order_by(INBOUND.c.id.desc()).limit(1)
        buried = update(INBOUND).where(INBOUND.c.id == first.scalar_subquery())
        conn.execute(buried.values(status="dead", error="KeyError: 'x'"))

    scene.mimin.write(lose)
