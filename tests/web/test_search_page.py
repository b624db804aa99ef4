"""The search of the desk: who may search, what the list shows, and where a click leads."""

import re
from html import unescape

import pytest
from sqlalchemy import Connection, select

from bot import contacts, erasure
from bot.search import PAGE
from bot.tables import MESSAGES, OUTBOX
from tests.web.house import NOW, Mimin


def hits(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'id="hit(\d+)"', page)]


def link(page: str, id_: str) -> str:
    found = re.search(rf'id="{id_}"[^>]*>\s*<a href="([^"]+)"', page) or re.search(
        rf'id="{id_}" href="([^"]+)"', page
    )
    assert found, id_
    return unescape(found[1])


def say_many(mimin: Mimin, conversation: int, texts: list[str]) -> list[int]:
    def job(conn: Connection) -> list[int]:
        given = {"direction": "in", "author": "contact", "source": "text", "at": NOW}
        return [contacts.add_message(conn, conversation, text=text, **given) for text in texts]

    return mimin.write(job)


def test_only_who_is_signed_in_at_the_desk_may_search(mimin: Mimin) -> None:
    mimin.call("dekoder mati, minta admin")
    refused = mimin.visitor().get("/desk?show=search&q=dekoder")
    assert refused.status_code == 401
    assert "dekoder mati" not in refused.text
    for name in ("sari", "agus", "rina"):
        assert hits(mimin.signed_in(name).get("/desk?show=search&q=dekoder").text)


def test_what_is_found_shows_who_said_it_and_when_and_leads_there(mimin: Mimin) -> None:
    _, conversation = mimin.call("minta admin, <dekoder> mati & bunyi", name="Ani <3")
    sari = mimin.signed_in("sari")
    page = sari.get("/desk", params={"show": "search", "q": "ANI deko"}).text
    _acknowledgement, first = hits(page)
    assert "&lt;<mark>dekoder</mark>&gt; mati &amp; bunyi" in page
    assert "Ani &lt;3" in page
    assert ">09.00</time>" in page
    assert "#1 · menunggu" in page
    where = link(page, f"hit{first}")
    assert where == f"/desk/conversations/{conversation}?show=search&q=ANI+deko&at={first}#m{first}"
    opened = sari.get(where).text
    assert f'id="m{first}"' in opened
    assert hits(opened) == hits(page)
    assert 'value="ANI deko"' in opened


def test_the_page_speaks_both_languages(mimin: Mimin) -> None:
    mimin.call("minta admin")
    sari = mimin.signed_in("sari")
    for language, label, nothing in (
        ("id", "Cari pesan", "Tidak ada yang cocok"),
        ("en", "Search", "Nothing"),
    ):
        page = sari.get(f"/desk?show=search&q=gajah&lang={language}").text
        assert f'<label class="unseen" for="q">{label}' in page
        assert nothing in page


def test_followers_and_tickets_are_found_as_lines_of_the_list(mimin: Mimin) -> None:
    mimin.call("minta admin", name="Citra Dewi")
    sari = mimin.signed_in("sari")
    for typed in ("dewi", "#1"):
        page = sari.get("/desk", params={"show": "search", "q": typed}).text
        assert 'class="item-name" dir="auto">Citra Dewi<' in page
        assert 'id="item1-1"' in page


def test_older_hits_stand_on_further_pages(mimin: Mimin) -> None:
    _, conversation = mimin.call("minta admin")
    said = say_many(mimin, conversation, [f"gajah {n}" for n in range(PAGE + 3)])
    sari = mimin.signed_in("sari")
    first = sari.get("/desk?show=search&q=gajah").text
    assert hits(first) == said[:2:-1]
    second = sari.get(link(first, "older")).text
    assert hits(second) == said[2::-1]
    assert 'id="older"' not in second
    assert sari.get("/desk?show=search&q=gajah&before=1").status_code == 200


def test_an_old_message_is_shown_among_those_around_it(mimin: Mimin) -> None:
    _, conversation = mimin.call("minta admin")
    said = say_many(mimin, conversation, ["gajah", *(f"kata {n}" for n in range(300))])
    sari = mimin.signed_in("sari")
    newest = sari.get(f"/desk/conversations/{conversation}").text
    assert f'id="m{said[0]}"' not in newest
    old = sari.get(f"/desk/conversations/{conversation}?show=search&q=gajah&at={said[0]}").text
    assert f'id="m{said[0]}"' in old
    assert f'id="m{said[-1]}"' not in old
    assert "Ke pesan terbaru" in old
    assert 'id="form-reply"' not in old


def test_an_act_leads_back_to_what_was_found(mimin: Mimin) -> None:
    _, conversation = mimin.call("dekoder mati, minta admin")
    sari = mimin.signed_in("sari")
    page = sari.get(f"/desk/conversations/{conversation}?show=search&q=dekoder").text
    action = re.search(r'action="(/desk/conversations/\d+/claim[^"]*)"', page)
    assert action
    answer = sari.post_form(unescape(action[1]))
    assert str(answer.url).endswith(f"/desk/conversations/{conversation}?show=search&q=dekoder")
    assert hits(answer.text)


@pytest.mark.parametrize(
    "typed", ['"', "*", "NEAR(a b)", "a AND", "{x}:", "🙏", "\x00a", "a" * 10_000, "#999", " "]
)
def test_odd_searches_have_an_answer(mimin: Mimin, typed: str) -> None:
    sari = mimin.signed_in("sari")
    page = sari.get("/desk", params={"show": "search", "q": typed})
    assert page.status_code == 200
    assert 'id="nothing-search"' in page.text


def test_who_is_erased_is_not_found_and_the_index_is_cleaned(mimin: Mimin) -> None:
    _, conversation = mimin.call("dekoder mati, minta admin", name="Ani")
    sari = mimin.signed_in("sari")
    thread = mimin.read(lambda conn: contacts.get(conn, conversation))
    mimin.write(lambda conn: erasure.erase(conn, mimin.service.brand, thread, mimin.now))
    mimin.settle()
    assert hits(sari.get("/desk?show=search&q=dekoder").text) == []
    assert "Ani" not in sari.get("/desk?show=search&q=ani").text.replace('value="ani"', "")
    status = select(OUTBOX.c.status).where(OUTBOX.c.channel == "search")
    assert mimin.read(lambda conn: list(conn.scalars(status))) == ["sent"]
    assert mimin.read(lambda conn: set(conn.scalars(select(MESSAGES.c.text)))) == {""}
