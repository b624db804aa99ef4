"""Acts at the desk: every role, every act, in every state; and what a refusal leaves behind."""

import re

import pytest
from sqlalchemy import Connection, select, update

from bot import crisis_acts, journal, staffing
from bot.act import Act
from bot.acts import perform
from bot.tables import INBOUND, MESSAGES, OUTBOX
from bot.web import authority
from bot.web.buttons import ON_MESSAGES, VERBS
from handoff import people
from handoff.entry import Refused
from handoff.staff import LEAST_ROLE
from handoff.tables import TICKETS
from tests.web.house import STAFF, Mimin, wait_until

FIELDS = {
    "reply": {"text": "Baik, Kak."},
    "note": {"note": "untuk tim"},
    "take_over": {"reason": "sari sakit"},
    "category": {"value": "crisis"},
    "promise": {"promise": "teknisi datang", "by": "2h"},
}


def prepare(mimin: Mimin, state: str) -> int:
    """Return a conversation in that state; where somebody holds it, sari does."""
    follower, conversation = mimin.call()
    sari = mimin.signed_in("sari")
    match state:
        case "late":
            mimin.later(minutes=31)
        case "held":
            sari.act(conversation, "claim")
        case "answered":
            sari.act(conversation, "reply", text="Sebentar ya, Kak.")
            follower.say("baik kak")
        case "told":
            sari.act(conversation, "reply", text="Boleh minta nomornya, Kak?")
        case "asked":
            sari.act(conversation, "reply", text="Nomor pelanggannya?", awaiting="yes")
        case "resolved":
            sari.act(conversation, "claim")
            sari.act(conversation, "resolve")
        case "blocked":
            sari.act(conversation, "block")
        case "handed back":
            sari.act(conversation, "claim")
            sari.act(conversation, "to_bot")
    return conversation


def shown(page: str) -> set[str]:
    """Return the acts the page offers in its conversation; a list's own buttons are left out."""
    main = page[page.index('<main class="pane') :]
    return set(re.findall(r'data-act="(\w+)"', main)) - set(authority.VERBS)


STATES = ("waiting", "late", "held", "answered", "told", "asked", "resolved", "blocked", "handed back")


@pytest.mark.parametrize("state", STATES)
def test_exactly_the_acts_with_a_button_are_accepted(mimin: Mimin, state: str) -> None:
    conversation = prepare(mimin, state)
    for who in STAFF:
        offered = shown(mimin.signed_in(who).get(f"/desk/conversations/{conversation}").text)
        idle = {"to_bot"} if state == "handed back" else set()  # the bot speaks already: no use for a button
        assert offered == accepted(mimin, who, conversation) - idle, who


def accepted(mimin: Mimin, who: str, conversation: int) -> set[str]:
    """Return the acts that the core accepts; each is tried and taken back."""
    found = set()

    def attempt(conn: Connection) -> None:
        person = people.find_by_id(conn, mimin.staff[who])
        assert person is not None
        for verb in VERBS:
            trial = conn.begin_nested()
            try:
                to = mimin.staff["budi"]
                args = {"text": "Baik.", "reason": "sakit", "value": "crisis", "by": "2h", "to": to}
                act = Act(verb, conversation=conversation, args=args)
                perform(conn, mimin.service.brand, person, act, mimin.now)
                found.add(verb)
            except Refused:
                pass
            finally:
                trial.rollback()

    mimin.write(attempt)
    return found


@pytest.mark.parametrize("who", STAFF)
def test_roles_and_holders_decide_through_the_pages(mimin: Mimin, who: str) -> None:
    """Sari holds each conversation: what do the others get, and what is on record when they do not?"""
    anybody = {"note", "block"}
    by_hold = {"sari": {"reply", "release", "resolve", "to_bot", "category", "promise", "hand_over"}}
    by_rank = {"take_over", "release", "resolve", "to_bot", "category", "promise", "hand_over"}
    allowed = anybody | by_hold.get(who, by_rank if who in ("agus", "rina") else set())
    sari, browser = mimin.signed_in("sari"), mimin.signed_in(who)
    for verb in VERBS:
        _, conversation = mimin.call()
        sari.act(conversation, "claim")
        before = position(mimin)
        given = FIELDS.get(verb, {"to": str(mimin.staff["budi"])})
        answer = browser.act(conversation, verb, **given)
        kinds = kinds_since(mimin, before)
        assert (answer.status_code == 200) == (verb in allowed), (verb, answer.status_code)
        if verb not in allowed:
            assert kinds == ["refused"]
            assert answer.status_code in (403, 409)


@pytest.mark.parametrize("verb", ["manage_staff", "dance"])
def test_what_is_no_act_of_the_desk_is_not_found(mimin: Mimin, verb: str) -> None:
    _, conversation = mimin.call()
    before = position(mimin)
    assert mimin.signed_in("rina").act(conversation, verb, value="crisis").status_code == 404
    assert position(mimin) == before


def test_every_act_the_gate_knows_has_a_button_somewhere() -> None:
    forms = {*VERBS, *ON_MESSAGES, *authority.VERBS, *crisis_acts.VERBS, *staffing.VERBS}
    assert forms == set(LEAST_ROLE)


def test_a_refused_reply_keeps_the_text_and_says_why(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    mimin.signed_in("sari").act(conversation, "claim")
    answer = mimin.signed_in("budi").act(conversation, "reply", text="Saya saja yang jawab")
    assert answer.status_code == 409
    assert "Sudah dipegang orang lain: sari memegang percakapan ini; teks Anda tidak terkirim." in answer.text
    sent = mimin.read(lambda conn: conn.execute(select(MESSAGES.c.text)).scalars().all())
    assert "Saya saja yang jawab" not in sent


def test_a_reply_sent_twice_goes_out_once(mimin: Mimin) -> None:
    follower, conversation = mimin.call()
    sari = mimin.signed_in("sari")
    for _ in range(3):
        answer = sari.act(conversation, "reply", text="Halo Kak Ani", nonce="nonce-of-one-form")
        assert answer.status_code == 200
    assert follower.get("/").text.count("Halo Kak Ani") == 1


def test_other_words_in_the_same_form_are_another_reply_and_so_is_one_that_was_taken_back(
    mimin: Mimin,
) -> None:
    follower, conversation = mimin.call()
    sari, where = mimin.signed_in("sari"), f"/desk/conversations/{conversation}"
    form = {"csrf": sari.token(), "nonce": "nonce-of-one-form", "hold": "yes"}
    for text in ("Kalimat pertama", "Kalimat kedua", "Kalimat kedua"):
        page = sari.post(f"{where}/reply", data=form | {"text": text}).text
    numbers = re.findall(r'id="unsend(\d+)"', page)
    assert len(numbers) == 2
    sari.post(f"{where}/unsend", data={"csrf": form["csrf"], "message": numbers[-1]})
    for _ in range(2):
        page = sari.post(f"{where}/reply", data=form | {"text": "Kalimat kedua"}).text
    assert len(re.findall(r'id="unsend(\d+)"', page)) == 2
    mimin.later(seconds=10)
    mimin.settle()
    page = follower.get("/").text
    assert [page.count(text) for text in ("Kalimat pertama", "Kalimat kedua")] == [1, 1]


def test_a_reply_needs_words(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    sari = mimin.signed_in("sari")
    for text in ("", "  \n "):
        assert sari.act(conversation, "reply", text=text).status_code == 422


def test_waiting_for_the_customer_pauses_the_resolution(mimin: Mimin) -> None:
    follower, conversation = mimin.call()
    sari = mimin.signed_in("sari")
    answer = sari.act(conversation, "reply", text="Nomor pelanggannya, Kak?", awaiting="yes")
    assert answer.status_code == 200
    page = sari.get(f"/desk/conversations/{conversation}")
    assert "menunggu follower" in page.text
    assert "dijeda" in page.text
    follower.say("123456")
    assert "dijeda" not in sari.get(f"/desk/conversations/{conversation}").text


def test_a_ticket_of_another_conversation_cannot_be_slipped_in(mimin: Mimin) -> None:
    _, first = mimin.call()
    _, second = mimin.call(name="Bowo")
    sari = mimin.signed_in("sari")
    tickets = mimin.read(
        lambda conn: conn.execute(select(TICKETS.c.id).order_by(TICKETS.c.id)).scalars().all()
    )
    answer = sari.act(first, "claim", ticket=str(tickets[1]))
    assert answer.status_code == 404
    assert "menunggu" in sari.get(f"/desk/conversations/{second}").text
    assert sari.act(first, "claim", ticket="99999").status_code == 404


def test_an_unknown_conversation_is_not_found(mimin: Mimin) -> None:
    sari = mimin.signed_in("sari")
    assert sari.get("/desk/conversations/77").status_code == 404
    assert sari.act(77, "claim").status_code == 404
    assert sari.get("/desk/conversations/x").status_code == 404


def test_a_failed_send_is_listed_and_can_be_tried_again(mimin: Mimin) -> None:
    follower, conversation = mimin.call()
    sari = mimin.signed_in("sari")
    sari.act(conversation, "reply", text="Halo Kak, ini Sari")

    def lose(conn: Connection) -> int:
        row: int = conn.execute(select(OUTBOX.c.id).where(OUTBOX.c.kind == "admin")).scalar_one()
        conn.execute(update(OUTBOX).where(OUTBOX.c.id == row).values(status="dead", error="403: blocked"))
        conn.execute(update(MESSAGES).where(MESSAGES.c.source == "admin").values(status="failed"))
        return row

    row = mimin.write(lose)
    assert "ini Sari" not in follower.get("/").text
    page = sari.get("/desk?show=troubled").text
    assert "403: blocked" in page
    assert "Gagal kirim" in page
    assert "Semua terkirim" not in page
    assert "gagal terkirim" in sari.get(f"/desk/conversations/{conversation}").text
    sari.post(f"/desk/outbox/{row}/retry", data={"csrf": sari.token()})
    wait_until(lambda: "ini Sari" in follower.get("/").text)
    assert "Semua terkirim" in sari.get("/desk?show=troubled").text


def test_a_dead_update_is_listed_and_can_be_handled_again(mimin: Mimin) -> None:
    follower = mimin.visitor()
    follower.say("min bagi link streamingnya dong")

    def bury(conn: Connection) -> int:
        conn.execute(update(INBOUND).values(status="dead", error="KeyError: 'x'"))
        row: int = conn.execute(select(INBOUND.c.id)).scalar_one()
        return row

    row = mimin.write(bury)
    sari = mimin.signed_in("sari")
    assert "KeyError" in sari.get("/desk?show=troubled").text
    sari.post(f"/desk/inbound/{row}/retry", data={"csrf": sari.token()})
    wait_until(lambda: "KeyError" not in sari.get("/desk?show=troubled").text)


def position(mimin: Mimin) -> int:
    return mimin.read(journal.position)


def kinds_since(mimin: Mimin, before: int) -> list[str]:
    return [entry.kind for entry in mimin.read(lambda conn: journal.read_since(conn, before))]


def test_a_reply_is_taken_back_before_it_leaves_and_not_after(mimin: Mimin) -> None:
    follower, conversation = mimin.call()
    sari, budi = mimin.signed_in("sari"), mimin.signed_in("budi")
    where = f"/desk/conversations/{conversation}"
    form = {"csrf": sari.token(), "text": "Halo Kak, ini sari", "hold": "yes"}
    page = sari.post(f"{where}/reply", data=form)
    number = re.findall(r'id="unsend(\d+)"', page.text)[0]
    assert "Halo Kak, ini sari" not in follower.get("/").text
    assert 'id="unsend' not in budi.get(where).text
    assert budi.post(f"{where}/unsend", data={"csrf": budi.token(), "message": number}).status_code == 403
    page = sari.act(conversation, "unsend", message=number)
    assert "tidak terkirim" in page.text
    mimin.later(seconds=10)
    mimin.settle()
    assert "Halo Kak, ini sari" not in follower.get("/").text
    assert sari.act(conversation, "unsend", message=number).status_code == 409
    page = sari.post(f"{where}/reply", data=form | {"text": "Halo lagi Kak"})
    number = re.findall(r'id="unsend(\d+)"', page.text)[0]
    mimin.later(seconds=6)
    mimin.settle()
    assert "Halo lagi Kak" in follower.get("/").text
    assert sari.act(conversation, "unsend", message=number).status_code == 409, "it has left"
    for wrong in ("99", "x", ""):
        assert sari.act(conversation, "unsend", message=wrong).status_code in (404, 422)


def test_who_resolves_has_no_second_thought_about_the_reply_before(mimin: Mimin) -> None:
    follower, conversation = mimin.call()
    sari = mimin.signed_in("sari")
    form = {"csrf": sari.token(), "text": "Sudah kami perbaiki, Kak", "hold": "yes"}
    page = sari.post(f"/desk/conversations/{conversation}/reply", data=form)
    number = re.findall(r'id="unsend(\d+)"', page.text)[0]
    sari.act(conversation, "resolve")
    assert "Sudah kami perbaiki, Kak" in follower.get("/").text
    assert sari.act(conversation, "unsend", message=number).status_code == 409


def test_a_ticket_is_handed_over_to_a_colleague(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    sari, budi = mimin.signed_in("sari"), mimin.signed_in("budi")
    to = str(mimin.staff["budi"])
    assert 'id="hand-over"' not in sari.get(f"/desk/conversations/{conversation}").text
    assert sari.act(conversation, "hand_over", to=to).status_code == 409, "nobody holds it: claim it"
    sari.act(conversation, "claim")
    assert budi.act(conversation, "hand_over", to=to).status_code == 409, "what is not held is not given"
    assert sari.act(conversation, "hand_over", to="99").status_code == 404
    assert 'id="hand-over"' in sari.get(f"/desk/conversations/{conversation}").text
    assert sari.act(conversation, "hand_over", to=to).status_code == 200
    assert budi.act(conversation, "reply", text="Saya lanjutkan ya Kak").status_code == 200


def test_what_is_about_to_break_has_a_queue_of_its_own(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    sari = mimin.signed_in("sari")
    link = f"/desk/conversations/{conversation}?show=soon"
    assert link not in sari.get("/desk?show=soon").text
    mimin.later(minutes=13)
    assert link in sari.get("/desk?show=soon").text
