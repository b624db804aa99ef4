"""The knowledge page: who reads it, what it shows of articles and gaps, and what becomes of a question."""

import re
from collections import Counter
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Table, func, select

from bot import contacts, journal, ledger
from bot.act import Act
from bot.acts import perform
from bot.database import METADATA
from bot.judgement import judge
from bot.reports.period import PRESETS, Period
from bot.tables import MESSAGES
from handoff import people
from handoff.entry import Entry
from tests.plain_report import count_all
from tests.web.house import ARTICLES, NOW, STAFF, Browser, Mimin

WHERE = "/desk/knowledge"
PAGES = (WHERE, f"{WHERE}/articles/biaya-pasang", f"{WHERE}/behind?figure=clarified")
STRANGE = "kucing saya tidur di atas lemari"
CLOSE = "ongkos pindah dekoder"
FEE = "Berapa biaya pasang dekoder?"


def tries(browser: Browser, text: str) -> str:
    page = browser.get(WHERE, params={"try": text})
    assert page.status_code == 200
    return re.search(r'<div class="tried".*?\n    </section>', page.text, re.DOTALL)[0]  # type: ignore[index]


def article(page: str, name: str) -> str:
    found = re.search(rf'<details[^>]* id="article-{name}".*?</details>', page, re.DOTALL)
    assert found, f"{name} is not shown"
    return found[0]


def order_of(page: str) -> list[str]:
    return re.findall(r'id="article-([\w-]+)"', page)


def calls_wrong(mimin: Mimin, name: str) -> None:
    """The follower says of the newest answer of an article that it was wrong, as a tap in Telegram does."""

    def job(conn: Connection) -> None:
        mine = select(MESSAGES).where(MESSAGES.c.article == name, MESSAGES.c.direction == "out")
        message = conn.execute(mine.order_by(MESSAGES.c.id.desc())).first()
        assert message is not None
        contacts.change_message(conn, message.id, helped=False)
        data = {"message": message.id, "article": name, "helped": False}
        entry = Entry("feedback", conversation=message.conversation_id, data=data)
        ledger.record(conn, mimin.service.brand, [entry], mimin.now)

    mimin.write(job)


def stops(mimin: Mimin, who: str, verb: str, **args: object) -> None:
    def job(conn: Connection) -> None:
        person = people.find_staff(conn, who)
        assert person is not None
        perform(conn, mimin.service.brand, person, Act(verb, args=args), mimin.now)

    mimin.write(job)


@pytest.mark.parametrize("page", PAGES)
def test_everybody_at_the_desk_may_read_and_nobody_else(mimin: Mimin, page: str) -> None:
    assert mimin.visitor().get(page).status_code == 401
    browsers = {name: mimin.signed_in(name) for name in STAFF}
    assert {name: browser.get(page).status_code for name, browser in browsers.items()} == dict.fromkeys(
        STAFF, 200
    )
    assert browsers["sari"].post(page, data={"csrf": browsers["sari"].token()}).status_code == 405

    def remove(conn: Connection) -> None:
        person = people.find_staff(conn, "sari")
        assert person is not None
        people.deactivate(conn, person)

    mimin.write(remove)
    assert browsers["sari"].get(page).status_code == 401


@pytest.mark.parametrize("name", STAFF)
def test_the_desk_leads_there(mimin: Mimin, name: str) -> None:
    browser = mimin.signed_in(name)
    assert f'href="{WHERE}"' in browser.get("/desk").text
    assert 'href="/desk"' in browser.get(WHERE).text
    assert ('href="/desk/reports"' in browser.get(WHERE).text) == (name in ("agus", "rina"))


def test_each_article_is_shown_whole(mimin: Mimin) -> None:
    sari = mimin.signed_in("sari")
    page = sari.get(WHERE).text
    assert sorted(order_of(page)) == sorted(one.id for one in ARTICLES)
    for one in ARTICLES:
        for shown in (article(page, one.id), sari.get(f"{WHERE}/articles/{one.id}").text):
            for text in (one.title("id"), one.id, *(p.text for p in one.phrasings), *one.answers.values()):
                assert text in unescape(shown)
            assert ("Belum ada jawaban bahasa Inggris" in shown) == ("en" not in one.answers)
    assert sari.get(f"{WHERE}/articles/gone").status_code == 404


def test_the_filter_finds_words_in_titles_questions_and_answers(mimin: Mimin) -> None:
    sari = mimin.signed_in("sari")

    def found(query: str) -> list[str]:
        return order_of(sari.get(WHERE, params={"q": query, "order": "name"}).text)

    assert found("BIAYA") == ["biaya-pasang", "biaya-pindah"]
    assert found("keluarga gratis") == ["biaya-pasang"]
    assert found("link-streaming") == ["link-streaming"]
    assert found("gajah") == []
    assert "0 dari 3 artikel memuat “gajah”" in sari.get(WHERE, params={"q": "gajah"}).text
    for odd in ("\0", "%_", "🙈" * 50, "x" * 10_000):
        assert found(odd) == []
    for odd in ("page=0", "page=-1", "page=99999999999999999999", "page=²", "order=price", "q=%20"):
        assert len(order_of(sari.get(f"{WHERE}?{odd}").text)) == len(ARTICLES)


def test_the_numbers_are_those_that_the_log_gives(mimin: Mimin) -> None:
    for who in range(3):
        follower = mimin.visitor()
        follower.say(FEE, name=f"Ani {who}")
        if who:
            follower.say("Berapa biaya pindah alamat?")
            calls_wrong(mimin, "biaya-pindah")
        follower.say(STRANGE.upper() if who else STRANGE)
        mimin.later(minutes=2)
    period = Period(*PRESETS["last_30_days"](NOW.date()), ZoneInfo("Asia/Jakarta"))
    counted = mimin.read(lambda conn: count_all(conn, period))
    sari = mimin.signed_in("sari")
    page = sari.get(WHERE).text
    for one in ARTICLES:
        times = counted.get(f"article:{one.id}", 0)
        assert f"menjawab {times} kali" in article(page, one.id)
        behind = sari.get(f"{WHERE}/behind?figure=article&of={one.id}").text
        assert f'<p id="behind-number"><b>{times}</b>' in behind
    assert counted["wrong"] == 2
    assert "2 kali belum membantu" in article(page, "biaya-pindah")
    assert "kali belum membantu" not in article(page, "biaya-pasang")
    assert order_of(sari.get(f"{WHERE}?order=wrong").text)[0] == "biaya-pindah"
    assert order_of(page)[0] == "biaya-pasang"
    own = sari.get(f"{WHERE}/articles/biaya-pindah").text
    assert own.count('<p dir="auto">Berapa biaya pindah alamat?</p>') == 2  # what they had asked
    assert f">Semua {counted['clarified']}<" in page
    gaps = Counter(
        {unescape(words).lower(): int(times) for times, words in re.findall(
            r'>(\d+)×</a>.*?“(.*?)”', page, re.DOTALL
        )}
    )  # fmt: skip
    assert gaps == mimin.read(_asked_back)
    mimin.now = mimin.now.replace(month=12, day=29)
    old = mimin.signed_in("sari").get(WHERE).text
    assert "menjawab 0 kali" in article(old, "biaya-pasang")
    assert "Tidak ada: setiap pertanyaan" in old


def _asked_back(conn: Connection) -> Counter[str]:
    """Count the questions that the bot asked back about, from the log alone, one entry after another."""
    texts = {row.id: row.text for row in conn.execute(select(MESSAGES.c.id, MESSAGES.c.text))}
    last: dict[int | None, int] = {}
    found: Counter[str] = Counter()
    for entry in journal.read_since(conn, 0, 10_000):
        if entry.kind == "received":
            last[entry.conversation] = entry.data["message"]
        elif entry.kind == "message" and entry.data["source"] == "clarify":
            found[texts[last[entry.conversation]].strip().lower()] += 1
    return found


def test_a_gap_leads_to_its_conversations_and_to_what_may_answer_it(mimin: Mimin) -> None:
    mimin.visitor().say(STRANGE, name="Bo")
    ani = mimin.visitor()
    ani.say(CLOSE, name="Ani")
    ani.say(FEE)  # the button that was offered
    sari = mimin.signed_in("sari")
    page = sari.get(WHERE).text
    link = re.search(r'class="times" href="([^"]+)"[^>]*>1×</a>\s*<div>\s*<p[^>]*>“kucing', page)
    assert link
    behind = sari.get(unescape(link[1])).text
    assert ">Bo</a>" in behind
    assert ">Ani</a>" not in behind
    near = page[page.index(f"“{CLOSE}”") :]
    chosen = re.search(r"1 follower lalu memilih: <a href=\"([^\"]+)\"", near)
    assert chosen
    assert chosen[1] == f"{WHERE}/articles/biaya-pasang"
    best = mimin.service.brand.understanding.read(CLOSE).matches[0]
    assert f"{best.score:.2f}</span>" in near
    assert "Mungkin yang ini:" in near
    assert "Tidak ada artikel yang dekat." in page[page.index(f"“{STRANGE}”") :]
    for figure in ("messages", "salaries", ""):
        assert sari.get(f"{WHERE}/behind?figure={figure}").status_code == 404
    for odd in ("0", "²", "9" * 30, "x"):
        assert "<b>0</b>" in sari.get(f"{WHERE}/behind", params={"figure": "gap", "of": odd}).text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (FEE, ("Mimin akan menjawab", "Artikelnya pasti", "Gratis untuk paket Keluarga")),
        ("brp ongkos psang dekodr", ("Mimin akan menjawab", ">brp<", ">berapa<", ">psang<", ">pasang<")),
        ("where is the streaming link", ("Here: nonton.layarku.example", "dalam bahasa Inggris")),
        ("halo min", ("Mimin akan menjawab", "hanya salam", "salam 0.90")),
        (CLOSE, ("Mimin akan bertanya balik", "Belum ada artikel yang pasti", FEE)),
        (STRANGE, ("Mimin akan bertanya balik", "Tidak ada artikel yang dekat")),
        ("minta admin dong", ("Mimin akan meneruskan", "“minta orang” menyala", "pertanyaan</span>")),
        ("siaran mati total, kecewa banget", ("Mimin akan meneruskan", "“keluhan” menyala", "Jatuh tempo")),
        ("slot gacor maxwin deposit pulsa daftar bit.ly/x", ("Mimin akan diam", "spam tidak dijawab")),
        ("🙈🙈", ("Mimin akan bertanya balik", "tidak satu kata pun dikenal", "semua seperti ditulis")),
        ("٣ مرحبا", ("Mimin akan",)),
    ],
)
def test_a_question_that_is_tried_says_what_would_be_done_and_why(
    mimin: Mimin, text: str, said: tuple[str, ...]
) -> None:
    shown = unescape(tries(mimin.signed_in("sari"), text))
    for words in said:
        assert words in shown
    judged = judge(mimin.service.brand, text, mimin.now)
    assert (judged.answer or "").split("\n")[0] in shown
    for match in judged.reading.matches:
        assert f"{match.score:.2f}" in shown
    assert f"{judged.cut:.2f}" in shown
    assert all(term in shown for term in judged.reading.terms)


def test_to_try_stores_and_sends_nothing(mimin: Mimin) -> None:
    sari = mimin.signed_in("sari")
    before = mimin.read(_sizes)
    for text in (FEE, STRANGE, "akun saya di-hack, uang saya hilang", "minta admin", "x" * 5_000, "\0"):
        sari.get(WHERE, params={"try": text})
    assert mimin.read(_sizes) == before


def _sizes(conn: Connection) -> dict[str, int]:
    def size(table: Table) -> int:
        return conn.execute(select(func.count()).select_from(table)).scalar_one()

    return {table.name: size(table) for table in METADATA.sorted_tables}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x" * 10_000, "Terlalu panjang"),
        ("a" * 4_097, "Terlalu panjang"),
        ("halo\0min", "tidak bisa dibaca"),
        ("\x1b[31m", "tidak bisa dibaca"),
        ("", "Belum ada yang bisa dibaca"),
        (" \r\n\t ", "Belum ada yang bisa dibaca"),
    ],
)
def test_what_cannot_be_tried_gets_one_clear_line(mimin: Mimin, text: str, line: str) -> None:
    answer = mimin.signed_in("sari").get(WHERE, params={"try": text})
    assert answer.status_code == 422
    assert answer.text.count(line) == 1
    assert "\0" not in answer.text
    assert 'class="tried"' not in answer.text


def test_the_longest_question_of_a_follower_can_be_tried(mimin: Mimin) -> None:
    assert "Mimin akan" in tries(mimin.signed_in("sari"), ("biaya " * 700)[:4_096])


def test_what_a_crisis_or_a_pause_stops_is_marked_and_tried_so(mimin: Mimin) -> None:
    stops(mimin, "sari", "pause", scope="biaya-pindah")
    stops(mimin, "agus", "crisis", scope="biaya-pasang", statement="Biaya pasang sedang kami perbaiki, Kak.")
    stops(mimin, "rina", "confirm", statement="Biaya pasang sedang kami perbaiki, Kak.")
    mimin.later(seconds=61)
    sari = mimin.signed_in("sari")
    page = sari.get(WHERE).text
    assert "dijeda sampai 09.30" in article(page, "biaya-pindah")
    assert "dihentikan krisis" in article(page, "biaya-pasang")
    assert "badge crisis" not in article(page, "link-streaming")
    assert "Krisis: jawaban tentang “biaya-pasang” dihentikan." in page
    held = tries(sari, FEE)
    assert "Mimin akan menyampaikan pernyataan krisis" in held
    assert "Biaya pasang sedang kami perbaiki, Kak." in held
    assert "Gratis untuk paket" not in held
    assert "sedang dihentikan, dan tidak ada pernyataan" in tries(sari, "Berapa biaya pindah alamat?")
    mimin.later(minutes=31)
    assert "badge crisis" not in article(sari.get(WHERE).text, "biaya-pindah")


def test_what_followers_and_staff_type_is_text_and_nothing_else(mimin: Mimin) -> None:
    evil = "<i>kucing</i> saya \"tidur\" & 'mimpi'"
    mimin.visitor().say(evil, name="<b>Bo</b>")
    sari = mimin.signed_in("sari")
    for page in (
        sari.get(WHERE),
        sari.get(WHERE, params={"try": evil}),
        sari.get(WHERE, params={"q": evil}),
        sari.get(f"{WHERE}/behind?figure=clarified"),
        sari.get(f"{WHERE}/behind", params={"figure": "article", "of": evil}),
    ):
        assert page.status_code == 200
        assert not re.search(r"<i>|<b>Bo", page.text)
        assert "&lt;i&gt;kucing" in page.text


def test_the_page_speaks_both_languages_and_runs_nothing(mimin: Mimin) -> None:
    mimin.visitor().say(STRANGE)
    sari = mimin.signed_in("sari")
    for language, word in (("id", "Belum terjawab"), ("en", "Not answered")):
        page = sari.get(f"{WHERE}?try=halo&lang={language}")
        assert word in page.text
        assert page.headers["content-language"] == language
        assert not re.search(r"<script|\sstyle=|\son\w+=", page.text)
        for box in re.findall(r"<(?:input|textarea|select)[^>]* id=\"(\w+)\"", page.text):
            assert f'for="{box}"' in page.text
    assert "where is the streaming link" in unescape(sari.get(f"{WHERE}?lang=en").text)
