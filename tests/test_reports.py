"""Reports: each figure is what the log says when it is read from its first entry to its last."""

import random
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot import acts, contacts, delivery, ledger, rating
from bot.act import Act
from bot.reports import listing, sheet
from bot.reports.charts import Column, round_up, stacked
from bot.reports.figures import Figures, Outcomes, percent, spread
from bot.reports.glance import at_a_glance
from bot.reports.listing import UnknownFigureError, list_behind
from bot.reports.period import PRESETS, Period, PeriodError, Step, read_period, read_step
from bot.reports.picture import draw
from bot.reports.reading import by_hours, read
from bot.reports.summary import summary
from bot.tables import MESSAGES
from bot.wording import length_words, number_words
from handoff import people, surveys
from handoff.entry import Entry, Refused
from handoff.policy import Role, Sop
from handoff.satisfaction import Rules
from handoff.staff import LEAST_READER, may_read
from handoff.tables import SURVEYS
from tests import plain_report
from tests.cast import COMPLAINT, NOON, QUESTION, Stage, small_brand, stage

JAKARTA = ZoneInfo("Asia/Jakarta")
REFUND = Sop("refund", "IDR", 200_000, 2_000_000, 20_000_000, 500_000, 1_000_000, 1_000_000)
SAID = (
    QUESTION, "toko buka jam berapa", "what are your opening hours", "kucing saya tidur di atas lemari",
    "gajah terbang ke bulan", COMPLAINT, "saya kecewa sekali, sudah dua hari mati", "admin dong", "makasih",
    "halo min", "akun saya di-hack orang, uang saya hilang", "iya", "belum bisa juga",
)  # fmt: skip
WHOLE = ("messages", "followers", "answered", "clarified", "handed_off", "wrong", "helpful", "opened",
         "resolved", "approvals", "overrides", "complaining", "crises", "surveyed", "rated")  # fmt: skip


def scene_with_refunds() -> Stage:
    brand = small_brand()
    promises = replace(brand.promises, sop=(REFUND,))
    return stage(replace(brand, promises=promises, satisfaction=Rules()))


def figures(scene: Stage, period: Period, step: Step = Step.DAY) -> Figures:
    with scene.open() as conn:
        return read(conn, str, period, step, scene.now)


def days(first: date, last: date | None = None) -> Period:
    return Period(first, last or first, JAKARTA)


def live(scene: Stage, chance: random.Random, hours: int) -> None:
    """Let followers and staff do whatever comes to their mind; what is refused changes nothing."""
    for _ in range(hours):
        scene.later(minutes=chance.choice((1, 4, 13, 40, 90)))
        scene.sweep()
        if chance.random() < 0.5:
            scene.says(chance.choice(SAID), chance.choice(("ani", "bo", "cici", "dodi")))
        else:
            with suppress(Refused):
                act(scene, chance)
        if chance.random() < 0.9:
            scene.deliver()
        if chance.random() < 0.15:
            react(scene, chance)
        if chance.random() < 0.4:
            with suppress(Refused):
                rate(scene, chance)


def act(scene: Stage, chance: random.Random) -> None:
    who = scene.person(chance.choice(("alice", "bob", "sue", "dan")))
    by = (scene.now + timedelta(hours=2)).isoformat()
    verb, args = chance.choice(
        (
            ("claim", {}), ("claim", {}), ("reply", {"text": "Sedang kami cek, Kak."}), ("release", {}),
            ("reply", {"text": "Boleh minta nomornya, Kak?", "awaiting": True}), ("resolve", {}),
            ("resolve", {}),
            ("take_over", {"reason": "lama"}), ("promise", {"by": by, "text": "teknisi"}), ("reopen", {}),
            ("remedy", {"action": "refund", "amount": 50_000, "text": "Kami refund ya Kak."}),
            ("remedy", {"action": "refund", "amount": 900_000, "text": "Kami refund ya Kak."}),
            ("override", {"action": "refund", "amount": 5, "reason": "viral", "confirmed": True}),
            ("approve", {}), ("reject", {"reason": "terlalu besar"}), ("to_bot", {}),
            ("review", {"verdict": "justified"}), ("no_reply_needed", {}),
            ("category", {"value": "complaint"}), ("review_mark", {}),
            ("watch", {"scope": "coverage"}),
        )
    )  # fmt: skip
    with scene.open() as conn:
        thread = contacts.find(conn, "web", chance.choice(("ani", "bo", "cici", "dodi")))
        acts.perform(conn, scene.brand, who, Act(verb, None, thread.id if thread else None, args), scene.now)


def rate(scene: Stage, chance: random.Random) -> None:
    """A follower who was asked how it went gives a mark, or another one than before."""
    with scene.open() as conn:
        asked = conn.execute(select(SURVEYS).where(SURVEYS.c.asked_at.is_not(None))).all()
        if asked:
            row = chance.choice(asked)
            thread = contacts.get(conn, row.conversation_id)
            rating.rate(conn, scene.brand, thread, row.ticket_id, chance.randint(1, 5), scene.now)


def react(scene: Stage, chance: random.Random) -> None:
    """A follower says of an answer whether it helped, or a message that was taken for sent comes back."""
    with scene.open() as conn:
        sent = conn.execute(
            select(MESSAGES).where(MESSAGES.c.status == "sent", MESSAGES.c.direction == "out")
        )
        message = chance.choice(sent.all() or [None])
        if message is None:
            return
        if message.source == "answer" and message.article and message.helped is None:
            helped = chance.random() < 0.5
            contacts.change_message(conn, message.id, helped=helped)
            data = {"message": message.id, "article": message.article, "helped": helped}
            entry = Entry("feedback", conversation=message.conversation_id, data=data)
            ledger.record(conn, scene.brand, [entry], scene.now)
        else:
            delivery.bounced(conn, scene.brand, message.id, "came back", scene.now)


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 40))]
)
def test_each_figure_is_what_the_log_says(seed: int) -> None:
    scene, chance = scene_with_refunds(), random.Random(seed)
    scene.says(QUESTION)
    scene.deliver()
    live(scene, chance, 120)
    first = NOON.date()
    for period in (days(first, first + timedelta(days=30)), days(first), days(first + timedelta(days=2))):
        found = figures(scene, period)
        with scene.open() as conn:
            plain = plain_report.count_all(conn, period)
        for name in WHOLE:
            assert found.total(name) == plain.get(name, 0), name
        for name, number in plain.items():
            if ":" in name and not name.startswith("article:"):
                assert found.total(name) == number, name
        assert {one.article: one.times for one in found.asked} == {
            name.partition(":")[2]: number for name, number in plain.items() if name.startswith("article:")
        }
        for by in ("kind", "category", "person", "hour"):
            outcomes = getattr(found, f"by_{by}")
            kept = {(name, False): one.kept for name, one in outcomes.items()}
            broken = {(name, True): one.broken for name, one in outcomes.items()}
            assert Counter({**kept, **broken}) == plain[by], by
        assert found.marks.by_mark == {mark: plain.get(f"rated:{mark}", 0) for mark in range(1, 6)}
        assert (found.marks.asked, found.marks.answered) == (found.total("surveyed"), found.total("rated"))
        assert len(found.low_marks) == plain.get("rated:1", 0) + plain.get("rated:2", 0)
        assert sum(part.marks.asked for part in found.parts) == found.marks.asked


def test_the_list_behind_a_figure_has_as_many_as_the_figure_says() -> None:
    scene = scene_with_refunds()
    live(scene, random.Random(100), 120)
    period = days(NOON.date(), NOON.date() + timedelta(days=6))
    found = figures(scene, period)
    with scene.open() as conn:
        for name, number in found.totals.items():
            figure, _, of = name.partition(":")
            if figure not in ("followers", "others"):
                behind = list_behind(conn, figure, of, period)
                assert (behind.number, len(behind.listed)) == (number, min(number, listing.MOST)), name
        for by in ("kind", "category", "person", "hour"):
            for of, one in getattr(found, f"by_{by}").items():
                assert list_behind(conn, "kept", f"{by}:{of}", period).number == one.kept
                assert list_behind(conn, "broken", f"{by}:{of}", period).number == one.broken
        for asked in found.asked:
            assert list_behind(conn, "article", asked.article, period).number == asked.times
        for topic in found.topics:
            assert list_behind(conn, "complaining", topic.article, period).number == topic.followers
        with pytest.raises(UnknownFigureError):
            list_behind(conn, "salaries", "", period)
    assert len(found.breaches) == found.promises.broken == sum(found.reasons.values())
    for name in ("messages", "answered", "clarified", "handed_off"):
        assert sum(getattr(part, name) for part in found.parts) == found.total(name)
    assert sum((part.promises.broken for part in found.parts), 0) == found.promises.broken


def test_how_long_it_took_is_measured_from_the_followers_own_message() -> None:
    scene = stage()
    alice = scene.person("alice")
    for minutes, who in ((2, "ani"), (6, "bo"), (40, "cici")):
        scene.says(COMPLAINT, who)
        scene.later(minutes=minutes)
        with scene.open() as conn:
            thread = contacts.find(conn, "web", who)
            assert thread is not None
            said = Act("reply", None, thread.id, {"text": "Kami cek ya Kak."})
            acts.perform(conn, scene.brand, alice, said, scene.now)
        scene.deliver()
    first = figures(scene, days(NOON.date())).first_response
    assert (first.cases, first.median, first.p90) == (3, timedelta(minutes=6), timedelta(minutes=40))


def test_who_held_the_ticket_when_it_broke_has_the_breach_and_not_who_helped_later() -> None:
    scene = stage()
    scene.says(COMPLAINT)
    scene.does("alice", "claim")
    scene.later(minutes=20)
    scene.sweep()
    scene.does("bob", "reply", text="Maaf, Kak, kami cek sekarang.")
    scene.deliver()
    found = figures(scene, days(NOON.date()))
    alice, bob = scene.person("alice").id, scene.person("bob").id
    assert (found.by_person[alice], found.by_person.get(bob)) == (Outcomes(0, 1), None)
    [breach] = found.breaches
    assert (breach.holder, breach.why, breach.late_by) == (alice, "late", timedelta(minutes=5))


def test_a_mark_counts_when_its_follower_was_asked_and_a_low_one_says_whether_it_was_read() -> None:
    scene = scene_with_refunds()
    for who in ("ani", "bo", "cici", "dodi"):
        helped(scene, who)
    scene.later(minutes=1)
    scene.sweep()
    scene.deliver()
    with scene.open() as conn:
        for ticket, mark in ((1, 1), (2, 5), (3, 2)):
            thread = contacts.get(conn, surveys.get(conn, ticket).conversation_id)
            rating.rate(conn, scene.brand, thread, ticket, mark, scene.now + timedelta(hours=20))
        lost = surveys.get(conn, 4).message_id
        delivery.bounced(conn, scene.brand, lost, "came back", scene.now)
    scene.does("sue", "review_mark")
    found = figures(scene, days(NOON.date()))
    assert (found.marks.asked, found.marks.answered) == (3, 3)
    assert found.marks.average == pytest.approx(8 / 3)
    unread, read = found.low_marks
    assert (read.ticket, read.mark, read.reader) == (1, 1, scene.person("sue").id)
    assert (unread.ticket, unread.mark, unread.reader) == (3, 2, None)
    assert figures(scene, days(NOON.date() + timedelta(days=1))).marks_before.answered == 3
    rows = {(line.figure, line.of): line.value for line in sheet.lines(found)}
    assert rows["average_mark", ""] == 2.67
    assert (rows["rated", "5"], rows["low_marks", ""], rows["low_marks_unread", ""]) == (1, 2, 1)


def helped(scene: Stage, who: str) -> None:
    """Let a follower complain, be answered by Alice, and the matter be settled."""
    scene.says(COMPLAINT, who)
    for verb, args in (("reply", {"text": "Sudah kami perbaiki, Kak."}), ("resolve", {})):
        with scene.open() as conn:
            thread = contacts.find(conn, "web", who)
            assert thread is not None
            person = people.find_staff(conn, "alice")
            assert person is not None
            acts.perform(conn, scene.brand, person, Act(verb, None, thread.id, args), scene.now)
        scene.deliver()


def test_why_a_promise_broke() -> None:
    scene = scene_with_refunds()
    scene.says(COMPLAINT, "bo")
    scene.says(COMPLAINT)
    scene.does("alice", "reply", text="Kami cek ya Kak.")
    with scene.open() as conn:
        sent = conn.execute(select(MESSAGES.c.id).where(MESSAGES.c.source == "admin")).scalar_one()
    scene.deliver()
    with scene.open() as conn:
        delivery.bounced(conn, scene.brand, sent, "came back", scene.now)
    scene.later(hours=3)
    scene.sweep()
    reasons = {one.ticket: (one.why, one.is_down) for one in figures(scene, days(NOON.date())).breaches}
    assert reasons == {1: ("nobody_held", True), 2: ("unsent", True)}


def test_a_day_is_the_brands_and_each_thing_is_counted_on_one() -> None:
    scene = stage()
    scene.says(QUESTION, at=datetime(2026, 11, 22, 16, 59, 59, tzinfo=UTC))
    scene.says(QUESTION, at=datetime(2026, 11, 22, 17, 0, tzinfo=UTC))
    assert figures(scene, days(date(2026, 11, 22))).total("messages") == 1
    assert figures(scene, days(date(2026, 11, 23))).total("messages") == 1
    assert figures(scene, days(date(2026, 11, 22), date(2026, 11, 23))).total("messages") == 2


def test_a_gap_is_the_question_that_was_asked_back_about_in_the_followers_words() -> None:
    scene = stage()
    for who in ("ani", "bo", "cici"):
        scene.says(
            "Kucing saya tidur di atas lemari " if who == "bo" else "kucing saya tidur di atas lemari", who
        )
    scene.deliver()
    found = figures(scene, days(NOON.date()))
    assert [(gap.text.lower(), gap.times) for gap in found.gaps] == [("kucing saya tidur di atas lemari", 3)]
    assert found.total("clarified") == 3
    (gap,) = found.gaps
    assert (gap.message, gap.last_at) == (1, NOON)
    with scene.open() as conn:
        assert list_behind(conn, "gap", str(gap.message), days(NOON.date())).number == 3
        for nothing in ("2", "²", "9" * 40, ""):
            assert list_behind(conn, "gap", nothing, days(NOON.date())).number == 0


def test_of_nothing_nothing_is_known() -> None:
    empty = figures(stage(), days(NOON.date()))
    assert spread([]) == empty.first_response
    assert (empty.first_response.median, empty.promises.share, empty.share("answered")) == (None, None, None)
    assert percent(None) == length_words(None, "id") == "-"
    rows = {(line.figure, line.of): line.value for line in sheet.lines(empty)}
    assert rows["first_response_median", ""] is rows["share_answered", ""] is None


def test_a_median_and_a_p90_are_the_definitions() -> None:
    assert spread([60.0 * n for n in range(1, 11)]).median == timedelta(minutes=5.5)
    assert spread([60.0 * n for n in range(1, 11)]).p90 == timedelta(minutes=9)
    assert spread([7]).p90 == timedelta(seconds=7)
    assert [percent(share) for share in (0, 0.001, 0.496, 0.999, 1)] == ["0%", "1%", "50%", "99%", "100%"]


@pytest.mark.parametrize(
    ("begins", "ends", "code"),
    [
        ("2026-13-01", "", "date"), ("20261123", "", "date"), ("1900-01-01", "1900-01-02", "date"),
        ("'; drop table tickets", "", "date"), ("2026-11-23", "2026-11-22", "order"),
        ("2025-01-01", "2026-02-05", "long"),
    ],
)  # fmt: skip
def test_what_is_no_period_is_refused(begins: str, ends: str, code: str) -> None:
    with pytest.raises(PeriodError) as refused:
        read_period(begins, ends, NOON, JAKARTA)
    assert refused.value.code == code


def test_a_period_reads_its_days_and_divides_them_without_gap_or_overlap() -> None:
    assert read_period("", "", NOON, JAKARTA) == days(date(2026, 11, 17), date(2026, 11, 23))
    assert read_period("2026-11-20", "", NOON, JAKARTA) == days(date(2026, 11, 20), date(2026, 11, 23))
    assert read_period("", "2026-11-20", NOON, JAKARTA) == days(date(2026, 11, 20))
    longest = read_period("2025-01-01", "2026-02-04", NOON, JAKARTA)
    assert longest.days == 400
    for step in Step:
        parts = longest.parts(step)
        assert sum(part.days for part in parts) == 400
        assert all(one.ends_at == other.begins_at for one, other in pairwise(parts))
        assert (parts[0].begins_at, parts[-1].ends_at) == (longest.begins_at, longest.ends_at)
    assert all(part.first.weekday() == 0 for part in longest.parts(Step.WEEK)[1:])
    assert [len(longest.parts(step)) for step in Step] == [400, 58, 14]
    assert (longest.usual_step, read_step("week", longest)) == (Step.MONTH, Step.WEEK)
    with pytest.raises(PeriodError):
        read_step("hour", longest)
    assert longest.before.days == 400
    assert longest.before.ends_at == longest.begins_at
    for begins, ends in (preset(date(2026, 11, 23)) for preset in PRESETS.values()):
        assert begins <= ends <= date(2026, 11, 23)


def test_a_day_on_which_the_clocks_change_has_its_own_length() -> None:
    spring = Period(date(2026, 3, 29), date(2026, 3, 29), ZoneInfo("Europe/Berlin"))
    assert spring.ends_at - spring.begins_at == timedelta(hours=23)


def test_a_chart_stacks_its_layers_up_to_the_height_of_the_largest() -> None:
    chart = stacked([Column("a", "a", "/", {"kept": 30, "broken": 10}), Column("b", "b", "/", {"kept": 0})])
    kept, broken = chart.stacks[0].bars
    assert kept.y == pytest.approx(broken.y + broken.height)
    assert chart.ticks[-1] == (broken.y, 40)
    assert chart.stacks[1].bars == []
    assert stacked([]).is_empty
    assert [round_up(number) for number in (0, 3, 11, 61, 100, 101)] == [2, 4, 20, 100, 100, 200]


def test_a_spreadsheet_runs_nothing_that_a_follower_wrote() -> None:
    scene = stage()
    scene.says('=HYPERLINK("http://x","kucing")')
    scene.deliver()
    text = sheet.as_csv(figures(scene, days(NOON.date())))
    assert text.startswith(
        "from,to,section,figure,of,value,unit,cases\r\n2026-11-23,2026-11-23,messages,messages,,1,"
    )
    assert "\"'=HYPERLINK" in text


@pytest.mark.parametrize("language", ["id", "en"])
def test_three_sentences_say_no_more_than_the_figures(language: str) -> None:
    scene = stage()
    wording = scene.brand.wording
    silent = summary(figures(scene, days(NOON.date())), wording, language)
    assert wording.say("summary_no_promise", language) in silent
    scene.says(QUESTION)
    scene.says(COMPLAINT, "bo")
    scene.later(hours=1)
    scene.sweep()
    scene.deliver()
    said = summary(figures(scene, days(NOON.date())), wording, language)
    assert wording.say("broke_nobody_held", language) in said
    assert "50%" in said
    assert said.count(". ") == 2


def test_numbers_and_lengths_are_said_as_people_do() -> None:
    assert (number_words(12500, "id"), number_words(12500, "en")) == ("12.500", "12,500")
    spans = [timedelta(seconds=n) for n in (42, 125, 3 * 3600 + 300, 50 * 3600)]
    assert [length_words(one, "id") for one in spans] == ["42 dtk", "2 mnt", "3 jam 05 mnt", "2 hari 2 jam"]


def test_reports_are_for_those_who_answer_for_the_promises() -> None:
    assert [may_read(role, "reports") for role in Role] == [False, True, True]
    assert set(LEAST_READER) == {"reports"}


def test_no_query_of_a_report_reads_a_whole_table_that_grows_with_every_message() -> None:
    scene, asked = scene_with_refunds(), list[str]()
    with scene.open() as conn:
        connection: Any = conn.connection.driver_connection
        connection.set_trace_callback(asked.append)
        read(conn, str, days(NOON.date()), Step.DAY, scene.now)
        connection.set_trace_callback(None)
        plans = [row[3] for sql in asked for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]
    grows = ("messages", "reply", "log", "tickets", "deadlines", "signs")
    assert [plan for plan in plans if plan.startswith(tuple(f"SCAN {table}" for table in grows))] == []


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_picture_shows_the_figures_beside_those_of_the_day_before(language: str) -> None:
    scene = stage()
    scene.says(QUESTION)
    scene.says(COMPLAINT, "bo")
    scene.deliver()
    scene.later(days=1)
    scene.says(QUESTION)
    scene.deliver()
    period = days(scene.now.date())
    with scene.open() as conn:
        hours = by_hours(conn, period)
    now, before = figures(scene, period), figures(scene, period.before)
    shown = at_a_glance("Uji 📺 $1", now, before, hours, scene.brand.wording, language)
    values = {number.label: (number.value, number.is_good) for number in shown.numbers}
    say = scene.brand.wording.say
    assert values[say("picture_messages", language)] == ("1", None)
    assert values[say("picture_answered", language)] == ("100%", True)
    assert values[say("picture_complaining", language)] == ("0", True)
    assert values[say("picture_mark", language)] == ("-", None)
    assert shown.numbers[0].compared.endswith(" 2")
    assert [place for place, number in enumerate(shown.bars.lower) if number] == [12]
    assert sum(shown.bars.upper) == 0
    week = figures(scene, days(scene.now.date() - timedelta(days=6), scene.now.date()))
    weekly = at_a_glance("Uji", week, before, [], scene.brand.wording, language)
    assert len(weekly.bars.labels) == 7
    for sheet_shown in (shown, weekly):
        drawn = draw(sheet_shown)
        assert drawn.startswith(b"\x89PNG")
        assert len(drawn) < 100 * 1024
