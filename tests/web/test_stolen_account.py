"""An admin's account in the wrong hands, at the desk: it gives nothing away, is seen, and is out at once."""

import html
import threading
import time

from sqlalchemy import Connection, select

from bot import acts
from bot.act import Act
from bot.tables import MESSAGES, OUTBOX
from handoff import people
from handoff.authority_tables import APPROVALS, CRISES, OVERRIDES
from handoff.policy import Role
from tests.web.house import STAFF, Browser, Mimin, wait_until

LOOT = "Kirim nomor kartu ke 0812-3456-7890 ya Kak."


class Open(threading.Thread):
    """A desk that stays open, and what it was told."""

    def __init__(self, browser: Browser) -> None:
        super().__init__(daemon=True)
        self._browser = browser
        self.lines: list[str] = []
        self.opened = threading.Event()
        self.ended_at: float | None = None

    def run(self) -> None:
        with self._browser.stream("GET", "/desk/events") as stream:
            self.opened.set()
            for line in stream.iter_lines():
                self.lines.append(line)
                if line.startswith("event: ended"):
                    break
        self.ended_at = time.monotonic()


def forms(conversations: list[int]) -> list[tuple[str, dict[str, str]]]:
    """Return what somebody would send who wants to do harm, as forms of the desk."""
    found = [
        (f"/desk/conversations/{one}/{verb}", values)
        for one in conversations
        for verb, values in (
            ("reply", {"text": LOOT}),
            ("reply", {"text": "Refund Rp9.000.000 pasti cair hari ini!", "confirmed": "yes"}),
            ("remedy", {"action": "refund", "amount": "9jt", "text": "Kami refund Rp9.000.000 ya Kak."}),
            ("remedy", {"action": "refund", "amount": "-1", "text": "x"}),
            ("approve", {"approval": "1", "amount": ""}),
            ("override", {"action": "refund", "amount": "90jt", "reason": "x", "confirmed": "yes"}),
            ("review", {"override": "1", "verdict": "justified", "reason": ""}),
            ("take_over", {"reason": "saya mau"}),
            ("unblock", {}),
            ("manage_staff", {"role": "decision_maker"}),
            ("lock", {"person": "3"}),
        )
    ]
    found += [
        (
            f"/desk/staff/{verb}",
            {"person": person, "role": "decision_maker", "name": "thief", "sure": "yes", "invite": "yes"},
        )
        for verb in ("manage_staff", "invite", "lock", "end_sessions")
        for person in ("2", "3", "4", "")
        if (verb, person) != ("end_sessions", "")  # one's own may be ended
    ]
    words = {"scope": "all", "statement": LOOT}
    crisis = [(f"/desk/crisis/{verb}", words) for verb in ("crisis", "end_crisis", "lock")]
    return [
        *found,
        *crisis,
        ("/desk/crisis/confirm", {"version": "1"}),
        ("/desk/crisis/recall", {"version": "1"}),
    ]


def test_a_stolen_account_gives_nothing_away_is_seen_and_is_out_at_once(mimin: Mimin) -> None:
    conversations = [mimin.call(name=name)[1] for name in ("Ani", "Bowo", "Citra")]
    thief, agus = mimin.signed_in("sari"), mimin.signed_in("agus")
    others = [mimin.signed_in("sari"), mimin.signed_in("sari")]
    before = len(said(mimin))
    for where, form in forms(conversations):
        assert thief.post_form(where, **form).status_code in (403, 404, 409, 422, 200), where
    assert len(said(mimin)) == before, "nothing of it reached a follower"
    told = warning(mimin)
    assert "sari" in told
    assert told in html.unescape(agus.get("/desk").text), "those above see it while it goes on"
    watching = [Open(browser) for browser in (thief, others[0])]
    for one in watching:
        one.start()
        assert one.opened.wait(5)
    revoked = time.monotonic()
    mimin.write(lambda conn: lock(conn, mimin))
    wait_until(lambda: all(one.ended_at is not None for one in watching))
    assert max(one.ended_at or 0 for one in watching) - revoked < 1
    for browser in (thief, *others):
        assert browser.get("/desk").status_code == 401
        assert browser.get(f"/desk/conversations/{conversations[0]}").status_code == 401
        csrf = {"csrf": thief.token(), "text": "Halo"}
        assert browser.post(f"/desk/conversations/{conversations[0]}/reply", data=csrf).status_code == 401
    mimin.read(nothing_was_given)
    roles = mimin.read(lambda conn: {one.name: one.role for one in people.list_staff(conn)})
    assert roles == {name: role for name, role in STAFF.items() if name != "sari"}


def said(mimin: Mimin) -> list[str]:
    """Return what followers were told by people."""
    rows = select(MESSAGES.c.text).where(MESSAGES.c.direction == "out", MESSAGES.c.author == "staff")
    return mimin.read(lambda conn: list(conn.scalars(rows)))


def warning(mimin: Mimin) -> str:
    """Return what the supervisor's desk is told about an account that is refused again and again."""
    mine = OUTBOX.c.recipient == str(mimin.staff["agus"])
    rows = select(OUTBOX.c.text).where(OUTBOX.c.channel == "desk", OUTBOX.c.kind == "notice", mine)
    return str(mimin.read(lambda conn: conn.scalars(rows).one()))


def lock(conn: Connection, mimin: Mimin) -> None:
    agus = people.find_staff(conn, "agus")
    assert agus is not None
    acts.perform(conn, mimin.service.brand, agus, Act("lock", args={"person": "sari"}), mimin.now)


def nothing_was_given(conn: Connection) -> None:
    assert set(conn.scalars(select(APPROVALS.c.status))) <= {"withdrawn"}
    assert conn.execute(select(OVERRIDES)).all() == []
    assert conn.execute(select(CRISES)).all() == []
    assert conn.execute(select(OUTBOX.c.id).where(OUTBOX.c.kind.in_(["remedy", "closing"]))).all() == []
    assert Role.ADMIN in {one.role for one in people.list_staff(conn)}
