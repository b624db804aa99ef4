"""Authority on a real database: limits, approvals, the guard, crises, and the record of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, select, update

from bot import acts, audit, contacts, delivery, erasure, outbox
from bot.access_tables import AUDIT, SEALED
from bot.act import Act
from bot.tables import LOG, OUTBOX
from handoff import delegations, people
from handoff.authority_tables import APPROVALS, OVERRIDES
from handoff.entry import Refused
from handoff.policy import Role, Sop
from handoff.staff import LEAST_ROLE, may
from knowledge.article import Article, Phrasing
from tests.cast import ARTICLES, COMPLAINT, QUESTION, Stage, small_brand, stage, with_understanding

REFUND = Sop("refund", "IDR", 200_000, 2_000_000, 20_000_000, 500_000, 1_000_000, 1_000_000)
GIVE = {"admin": 200_000, "supervisor": 2_000_000, "decision_maker": 20_000_000}


@pytest.fixture
def scene() -> Stage:
    return desk()


def desk(sop: Sop = REFUND) -> Stage:
    brand = small_brand()
    scene = stage(replace(brand, promises=replace(brand.promises, sop=(sop,))))
    scene.says(COMPLAINT)
    scene.does("alice", "claim")
    return scene


def asks(scene: Stage, amount: int) -> None:
    scene.does("alice", "remedy", action="refund", amount=amount, text="Kami refund ya Kak.")


def erase(conn: Connection, scene: Stage, name: str) -> None:
    thread = contacts.find(conn, "web", name)
    assert thread is not None
    erasure.erase(conn, scene.brand, thread, scene.now)


def granted(scene: Stage) -> list[tuple[str, int]]:
    with scene.open() as conn:
        return [(row.status, row.granted or row.amount) for row in conn.execute(select(APPROVALS))]


def test_inside_the_limit_it_is_done_and_the_sum_on_the_ticket_binds(scene: Stage) -> None:
    asks(scene, 150_000)
    assert scene.deliver()[-1] == "Kami refund ya Kak."
    asks(scene, 60_000)
    assert granted(scene) == [("executed", 150_000), ("pending", 60_000)]


def test_the_approved_text_goes_out_as_it_was_approved_and_once(scene: Stage) -> None:
    asks(scene, 750_000)
    assert "Kami refund ya Kak." not in scene.deliver()
    scene.does("sue", "approve")
    assert scene.deliver().count("Kami refund ya Kak.") == 1
    for who in ("sue", "dan"):
        with pytest.raises(Refused, match="not_open"):
            scene.does(who, "approve", approval=1)
    assert granted(scene) == [("executed", 750_000)]


@pytest.mark.parametrize("written", ["9" * 5_000, "9" * 20, 10**30])
def test_a_number_that_is_none_of_the_database_is_refused(scene: Stage, written: object) -> None:
    with pytest.raises(Refused, match="unknown: there is no approval of that number"):
        scene.does("sue", "approve", approval=written)


def test_an_approver_who_was_demoted_meanwhile_approves_nothing(scene: Stage) -> None:
    asks(scene, 750_000)
    with scene.open() as conn:
        sue = people.find_staff(conn, "sue")
        assert sue is not None
        people.change_role(conn, sue, Role.ADMIN)
    with pytest.raises(Refused, match="not_allowed"):
        scene.does("sue", "approve")
    assert granted(scene) == [("pending", 750_000)]


def test_a_first_approval_by_somebody_who_may_not_any_more_is_none(scene: Stage) -> None:
    with scene.open() as conn:
        people.add_staff(conn, "dora", Role.DECISION_MAKER)
    asks(scene, 25_000_000)
    scene.does("dan", "approve")
    with scene.open() as conn:
        dan = people.find_staff(conn, "dan")
        assert dan is not None
        people.change_role(conn, dan, Role.ADMIN)
    scene.does("dora", "approve")
    assert granted(scene) == [("pending", 25_000_000)], "it was the first of two"


def test_what_left_the_sop_is_turned_down_and_not_granted(scene: Stage) -> None:
    asks(scene, 750_000)
    scene.brand = replace(scene.brand, promises=replace(scene.brand.promises, sop=()))
    with pytest.raises(Refused, match="no remedy 'refund'"):
        scene.does("sue", "approve")
    scene.does("sue", "reject", reason="tidak ada lagi")
    assert granted(scene) == [("rejected", 750_000)]


def test_nothing_is_approved_for_who_cannot_be_reached(scene: Stage) -> None:
    asks(scene, 750_000)
    scene.does("alice", "block")
    with pytest.raises(Refused, match="is blocked"):
        scene.does("sue", "approve")
    assert granted(scene) == [("pending", 750_000)]


def test_lent_authority_counts_up_to_its_cap_and_not_for_the_lenders_own_request(scene: Stage) -> None:
    sue, bob = scene.person("sue"), scene.person("bob")
    with scene.open() as conn:
        span = (scene.now, scene.now + timedelta(days=1))
        delegations.delegate(conn, scene.brand.promises, sue, bob, "refund", 300_000, *span, scene.now)
        with pytest.raises(Refused, match="not_allowed"):
            delegations.delegate(conn, scene.brand.promises, bob, sue, None, 1, *span, scene.now)
    asks(scene, 400_000)
    with pytest.raises(Refused, match="limit"):
        scene.does("bob", "approve")
    scene.does("bob", "approve", amount=300_000)
    assert granted(scene) == [("approved_changed", 300_000)]
    scene.later(days=2)
    with pytest.raises(Refused, match="not_allowed"):
        scene.does("bob", "approve", approval=1)


def test_a_text_that_did_not_arrive_grants_nothing(scene: Stage) -> None:
    asks(scene, 150_000)
    with scene.open() as conn:
        row = conn.exec_driver_sql("SELECT id FROM outbox WHERE kind = 'remedy'").scalar_one()
        assert outbox.mark_sending(conn, row) is not None
        delivery.failed(conn, scene.brand, row, "400: gone", scene.now)
    assert granted(scene) == [("failed", 150_000)]


@pytest.mark.parametrize(
    "text", ["USD 9.000", "$9,000", "9.000 dolar", "9.000 usd", "Rp1.500.000,50", "Rp 1 500 000"]
)
def test_no_text_grants_more_than_the_remedy_or_another_currency(scene: Stage, text: str) -> None:
    with pytest.raises(Refused, match="guard: it promises"):
        scene.does("alice", "remedy", action="refund", amount=15_000, text=f"Kami refund {text} ya Kak.")
    assert granted(scene) == []


def test_a_remedy_in_dollars_is_held_against_dollars() -> None:
    sop = Sop("refund", "USD", 20_000, 200_000, 2_000_000, 50_000, 100_000, 100_000)
    scene = desk(sop)
    for text in ("We will refund $9,000.", "We will refund $150.01.", "We will refund Rp15.000."):
        with pytest.raises(Refused, match="guard: it promises"):
            scene.does("alice", "remedy", action="refund", amount="$150", text=text)
    scene.does("alice", "remedy", action="refund", amount="$150", text="We will refund $150.00.")
    assert granted(scene) == [("approved", 15_000)]
    scene.does("alice", "reply", text="We will refund $150 today.")


def test_a_remedy_that_was_lost_is_granted_anew_and_not_sent_again(scene: Stage) -> None:
    """What it was worth is free again, so that a retry would come on top of what was granted since."""
    asks(scene, 150_000)
    with scene.open() as conn:
        row = conn.exec_driver_sql("SELECT id FROM outbox WHERE kind = 'remedy'").scalar_one()
        assert outbox.mark_sending(conn, row) is not None
        delivery.failed(conn, scene.brand, row, "400: gone", scene.now)
    asks(scene, 200_000)
    scene.deliver()
    with scene.open() as conn:
        assert not delivery.retry(conn, row, scene.now)
    scene.deliver()
    assert granted(scene) == [("failed", 150_000), ("executed", 200_000)]


def test_a_crisis_that_comes_back_ends_again_and_is_reported_again(scene: Stage) -> None:
    """Closing words that were confirmed before the relapse are not said, and hold up no sweep."""
    scene.does("dan", "crisis", scope="all", statement="Sedang kami tangani.")
    scene.does("sue", "confirm", statement="Sedang kami tangani.")
    scene.later(minutes=2)
    scene.says(QUESTION, "bela")
    scene.does("dan", "end_crisis", scope="all", statement="Sudah beres.")
    scene.does("sue", "confirm", statement="Sudah beres.")
    scene.does("dan", "crisis", scope="all", statement="Terganggu lagi.")
    scene.later(minutes=2)
    scene.sweep()
    assert "Sudah beres." not in scene.deliver()
    for words in ("Benar-benar beres.", "Beres untuk kedua kali."):
        scene.does("dan", "end_crisis", scope="all", statement=words)
        scene.does("sue", "confirm", statement=words)
        scene.later(minutes=2)
        scene.sweep()
        assert words in scene.deliver()
        scene.does("dan", "crisis", scope="all", statement=f"Lagi sesudah {words}")
        scene.does("sue", "confirm", statement=f"Lagi sesudah {words}")
        scene.later(minutes=2)
        scene.says(QUESTION, f"after {words}")
    assert scene.happened("crisis")[-1][1]["status"] == "crisis"


def test_news_that_is_promised_with_new_words_is_owed_after_them(scene: Stage) -> None:
    scene.does("dan", "crisis", scope="all", statement="Satu.", by="2h")
    scene.later(minutes=5)
    scene.does("dan", "crisis", scope="all", statement="Dua.", by="4h")
    scene.does("sue", "confirm", statement="Dua.")
    scene.later(hours=4)
    scene.sweep()
    assert ("promise", 1) in [(data["reason"], data["rung"]) for _, data in scene.happened("alert")]


def test_a_second_tap_that_is_asked_for_is_nothing_suspicious(scene: Stage) -> None:
    alice = scene.person("alice")
    for _ in range(4):
        act = Act("reply", 1, args={"text": "Baca dong Kak."})
        with scene.open() as conn:
            with pytest.raises(Refused) as refused:
                acts.perform(conn, scene.brand, alice, act, scene.now)
            acts.refuse(conn, scene.brand, "alice", act, refused.value, scene.now)
    assert scene.happened("suspicious") == []


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("verb", sorted(set(LEAST_ROLE) - {"manage_staff"}))
def test_the_gate_refuses_each_act_to_whom_it_does_not_belong(role: Role, verb: str) -> None:
    scene = desk()
    who = {Role.ADMIN: "bob", Role.SUPERVISOR: "sue", Role.DECISION_MAKER: "dan"}[role]
    refused = None
    try:
        scene.does(who, verb, text="Baik.", reason="x", action="refund", amount=1, scope="all", statement="x")
    except Refused as error:
        refused = error
    if not may(role, verb):
        assert refused is not None
        assert refused.code == "not_allowed"
    elif refused is not None:
        assert refused.code != "not_allowed"


def test_no_holding_statement_is_said_before_a_second_person_and_a_minute(scene: Stage) -> None:
    scene.does("sue", "crisis", scope="all", statement="Sedang kami tangani.")
    scene.says(QUESTION, "bela")
    with pytest.raises(Refused, match="not_allowed"):
        scene.does("sue", "confirm", statement="Sedang kami tangani.")
    scene.does("dan", "confirm", statement="Sedang kami tangani.")
    scene.says(QUESTION, "caca")
    assert "Sedang kami tangani." not in scene.deliver()
    scene.later(seconds=60)
    scene.says(QUESTION, "dodi")
    scene.says(QUESTION, "dodi")
    assert scene.deliver().count("Sedang kami tangani.") == 1


def test_a_statement_may_name_the_number_that_the_brand_publishes_and_no_other(scene: Stage) -> None:
    published = Article("wa", (Phrasing("nomor whatsapp cs", "id"),), {"id": "WA resmi kami 0812-3456-7890."})
    scene.brand = with_understanding(scene.brand, (*ARTICLES, published))
    scene.does("dan", "crisis", scope="all", statement="Hubungi WA resmi kami 081234567890, Kak.")
    with pytest.raises(Refused, match="guard"):
        scene.does("dan", "crisis", scope="all", statement="Hubungi 081298765432, Kak.")


def test_a_statement_can_be_taken_back_before_anybody_reads_it(scene: Stage) -> None:
    scene.does("sue", "crisis", scope="all", statement="Salah tulis.")
    scene.does("dan", "confirm", statement="Salah tulis.")
    scene.later(seconds=59)
    scene.does("sue", "recall")
    scene.later(seconds=10)
    scene.says(QUESTION, "dodi")
    assert "Salah tulis." not in scene.deliver()


def test_the_fifth_follower_who_complains_begins_the_watch(scene: Stage) -> None:
    for name in ("b", "c", "d", "d"):
        scene.says(COMPLAINT, name)
    assert scene.happened("crisis") == []
    scene.later(minutes=29)
    scene.says(COMPLAINT, "e")
    assert [data["status"] for _, data in scene.happened("crisis")] == ["watch"]
    assert ("alert", "crisis") in [(kind, data["reason"]) for kind, data in scene.happened("alert")]


def test_a_crisis_of_one_article_leaves_the_others_alone(scene: Stage) -> None:
    scene.does("sue", "pause", scope="pay-bill")
    scene.says(QUESTION, "b")
    scene.says("toko buka jam berapa", "c")
    texts = scene.deliver()
    assert "Bayar lewat aplikasi, Kak." not in texts
    assert "Buka 09.00 sampai 17.00." in texts
    scene.later(minutes=31)
    scene.says(QUESTION, "d")
    assert "Bayar lewat aplikasi, Kak." in scene.deliver()


def test_complaints_about_what_is_declared_begin_no_second_watch(scene: Stage) -> None:
    scene.does("sue", "crisis", scope="pay-bill", statement="Sedang kami tangani.")
    for n in range(12):
        scene.says("saya kecewa, cara bayar tagihan bagaimana ini, gagal terus!", f"angry{n}")
    assert [data["status"] for _, data in scene.happened("crisis")] == ["crisis"]
    for n in range(12):
        scene.says(COMPLAINT, f"others{n}")
    assert [data["status"] for _, data in scene.happened("crisis")] == ["crisis", "watch"], "of anything else"


def test_who_is_refused_again_and_again_is_shown_to_those_above(scene: Stage) -> None:
    bob = scene.person("bob")
    for verb in ("approve", "crisis", "end_crisis", "confirm"):
        act = Act(verb, args={"scope": "all", "statement": "HACKED", "approval": 1})
        with scene.open() as conn:
            with pytest.raises(Refused) as refused:
                acts.perform(conn, scene.brand, bob, act, scene.now)
            acts.refuse(conn, scene.brand, "bob", act, refused.value, scene.now)
    assert [data["refused"] for _, data in scene.happened("suspicious")] == [3]
    with scene.open() as conn:
        told = list(conn.scalars(select(OUTBOX.c.text).where(OUTBOX.c.kind == "notice")))
    assert len(told) == 2  # sue and dan
    assert "bob ditolak 3 kali dalam sepuluh menit, terakhir: perlu peran atau orang lain." in told[0]


def test_the_button_that_locks_an_account_is_for_who_may_press_it(scene: Stage) -> None:
    for who, may_lock in (("bob", {"sue", "dan"}), ("sue", {"dan"}), ("dan", set())):
        for _ in range(3):
            with scene.open() as conn:
                acts.refuse(conn, scene.brand, who, Act("approve"), Refused("limit", "x"), scene.now)
        buttons = select(OUTBOX.c.recipient).where(OUTBOX.c.payload["lock"].as_integer() > 0)
        with scene.open() as conn:
            got = {people.name_of(conn, int(one)) for one in conn.scalars(buttons)}
            conn.execute(delete(OUTBOX))
        assert got == may_lock, who


def test_who_is_locked_out_does_nothing_more_and_holds_nothing(scene: Stage) -> None:
    alice = scene.person("alice")
    for who, code in (("bob", "not_allowed"), ("alice", "not_allowed")):
        with pytest.raises(Refused, match=code):
            scene.does(who, "lock", person=alice.id)
    scene.does("sue", "lock", person=alice.id)
    with scene.open() as conn:
        assert people.find_staff(conn, "alice") is None
    assert scene.modes()[-1] == "waiting"
    with pytest.raises(Refused, match="not_allowed"):
        scene.does("sue", "lock", person=scene.person("dan").id)


def test_what_a_locked_account_asked_for_is_withdrawn_and_rings_nobody_any_more(scene: Stage) -> None:
    asks(scene, 750_000)
    scene.does("sue", "approve", amount=500_000)
    asks(scene, 760_000)
    scene.does("sue", "lock", person=scene.person("alice").id)
    assert granted(scene) == [("lapsed", 500_000), ("withdrawn", 760_000)]
    with pytest.raises(Refused, match="not_open"):
        scene.does("dan", "approve", approval=2)
    before = len(scene.happened("alert"))
    scene.later(hours=2)
    scene.sweep()
    assert "approval" not in [data["reason"] for _, data in scene.happened("alert")[before:]]
    with scene.open() as conn:
        told = conn.scalars(select(OUTBOX.c.text).where(OUTBOX.c.cause.startswith("request:2")))
        assert list(told) == []


@pytest.mark.parametrize(
    "change",
    [
        update(AUDIT).where(AUDIT.c.id == 2).values(staff_id=99),
        delete(AUDIT).where(AUDIT.c.id == 2),
        update(SEALED).values(text="otherwise"),
        delete(SEALED),
    ],
    ids=["edited", "deleted", "words edited", "words deleted"],
)
def test_the_chain_shows_what_was_changed(scene: Stage, change: object) -> None:
    scene.does("alice", "override", action="refund", amount=5, reason="viral")
    with scene.open() as conn:
        conn.exec_driver_sql("PRAGMA foreign_keys=OFF")
        assert audit.verify(conn).why is None
        conn.execute(change)  # type: ignore[call-overload]
        assert audit.verify(conn).why is not None


def test_a_cut_shows_against_a_head_that_was_kept(scene: Stage) -> None:
    scene.does("alice", "release")
    with scene.open() as conn:
        entries, kept = audit.head(conn)
        conn.execute(delete(AUDIT).where(AUDIT.c.id == entries))
        assert audit.verify(conn).why is None
        assert "cut off" in (audit.verify(conn, kept).why or "")


def test_what_is_refused_leaves_no_words_that_can_never_be_erased(scene: Stage) -> None:
    scene.says(COMPLAINT, "Rosalinda")
    refusals = [
        ("alice", "ani", "reply", {"text": "Halo Kak Rosalinda, kami cek ya"}),
        ("alice", "ani", "remedy", {"action": "refund", "amount": "Jalan Mawar 5", "text": "Kami refund."}),
        ("sue", "Rosalinda", "unblock", {}),
        ("alice", "ani", "approve", {}),
    ]
    staff = {who: scene.person(who) for who in ("alice", "sue")}
    with scene.open() as conn:
        for who, to, verb, args in refusals:
            thread = contacts.find(conn, "web", to)
            assert thread is not None
            act = Act(verb, conversation=thread.id, args=args)
            with pytest.raises(Refused) as refused, conn.begin_nested():
                acts.perform(conn, scene.brand, staff[who], act, scene.now)
            acts.refuse(conn, scene.brand, who, act, refused.value, scene.now)
            acts.refuse(conn, scene.brand, who, replace(act, conversation=None), refused.value, scene.now)
        openly = [str(dict(row.data)) for table in (AUDIT, LOG) for row in conn.execute(select(table))]
        sealed = [row.text for row in conn.execute(select(SEALED).order_by(SEALED.c.audit_id))]
        told = [row.text for row in conn.execute(select(OUTBOX).where(OUTBOX.c.kind == "notice"))]
    said = [text for text in (*openly, *told) if "Rosalinda" in text or "Mawar" in text]
    assert said == []
    assert sealed[0] == '"…" is how another follower is called'
    assert "Mawar" in sealed[1]
    assert len(sealed) == len(refusals), "where no conversation is known, nothing could erase them"


def test_erasure_takes_the_words_out_of_crisis_pings_and_the_pings_still_go_out(scene: Stage) -> None:
    for n in range(5):
        scene.says(f"{COMPLAINT} rahasia{n}", f"f{n}")
    pings = select(OUTBOX).where(OUTBOX.c.kind == "alert", OUTBOX.c.text.contains("WASPADA"))
    with scene.open() as conn:
        assert "rahasia3" in next(row.text for row in conn.execute(pings))
        for n in range(5):
            erase(conn, scene, f"f{n}")
        assert [row for row in conn.execute(select(OUTBOX)) if "rahasia" in row.text] == []
        assert {row.status for row in conn.execute(pings)} == {"queued"}


def test_erasure_takes_the_reason_out_of_what_who_asked_was_told(scene: Stage) -> None:
    asks(scene, 750_000)
    scene.does("sue", "reject", reason="Bu Ani tinggal di Jalan Mawar 5")
    with scene.open() as conn:
        told = select(OUTBOX).where(OUTBOX.c.kind == "notice", OUTBOX.c.text.contains("Mawar"))
        assert conn.execute(told).first() is not None
        erase(conn, scene, "ani")
        assert conn.execute(told).first() is None


def test_a_remedy_that_erasure_kept_from_leaving_grants_nothing(scene: Stage) -> None:
    asks(scene, 100_000)
    with scene.open() as conn:
        erase(conn, scene, "ani")
    assert "Kami refund ya Kak." not in scene.deliver()
    assert granted(scene) == [("failed", 100_000)]


def test_erasure_deletes_the_words_and_the_chain_still_fits(scene: Stage) -> None:
    scene.does("alice", "override", action="refund", amount=5, reason="namanya Ani")
    with scene.open() as conn:
        thread = contacts.find(conn, "web", "ani")
        assert thread is not None
        erasure.erase(conn, scene.brand, thread, scene.now)
        assert conn.execute(select(SEALED)).first() is None
        assert [row.reason for row in conn.execute(select(OVERRIDES))] == [""]
        found = audit.verify(conn)
    assert (found.why, found.erased) == (None, 1)


PEOPLE = ("alice", "bob", "sue", "dan")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.sampled_from(
            ["remedy", "approve", "reject", "withdraw", "reword", "override", "review", "reply", "resolve",
             "reopen", "later"]
        ),
        st.sampled_from([0, 1, 99_000, 200_000, 200_001, 600_000, 2_000_001, 20_000_001]),
    ),
    max_size=25,
)  # fmt: skip


def played(steps: list[tuple[str, str, int]]) -> None:
    """Whatever they do: nothing above a limit leaves, no amount that was not granted, all is in the chain."""
    scene = desk()
    done = 0
    for who, verb, amount in steps:
        if verb == "later":
            scene.later(minutes=7)
            scene.sweep()
            continue
        text = f"Kami refund Rp{amount:,} ya Kak.".replace(",", ".")
        try:
            scene.does(
                who, verb, action="refund", amount=amount, text=text, reason="x", verdict="justified",
                confirmed=True,
            )  # fmt: skip
            done += 1
        except Refused:
            pass
        scene.deliver()
    with scene.open() as conn:
        approvals = conn.execute(select(APPROVALS)).all()
        overrides = conn.execute(select(OVERRIDES)).all()
        said = conn.exec_driver_sql(
            "SELECT text FROM messages WHERE direction = 'out' AND author = 'staff' AND status = 'sent'"
        ).scalars()
        amounts = {row.granted or row.amount for row in approvals if row.status == "executed"}
        amounts |= {row.amount for row in overrides}
        total = sum(row.granted or row.amount for row in approvals if row.status == "executed")
        total += sum(row.amount for row in overrides)
        roles = {person.id: person.role for person in people.list_staff(conn)}
        for row in approvals:
            worth = row.granted or row.amount
            if row.status == "executed" and row.decided_by is None:
                assert worth <= GIVE[roles[row.asked_by]]
            elif row.status == "executed" and row.first_by is None:
                assert worth <= GIVE[roles[row.decided_by]]
                assert row.decided_by != row.asked_by
            elif row.status == "executed":
                assert len({row.first_by, row.decided_by, row.asked_by}) == 3
        assert all(row.amount <= REFUND.override_cap for row in overrides)
        for text in said:
            named = int("".join(c for c in text if c.isdigit()) or 0)
            assert named <= max(amounts, default=0) or named == total
        acts_on_record = conn.exec_driver_sql("SELECT count(*) FROM audit WHERE kind = 'act'").scalar_one()
        assert acts_on_record == done + 1  # and the claim
        assert audit.verify(conn).why is None


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_no_sequence_of_acts_gets_beyond_the_limits(steps: list[tuple[str, str, int]]) -> None:
    played(steps)


@pytest.mark.timeout(7_200)
@pytest.mark.long
@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_no_sequence_of_ten_thousand_gets_beyond_the_limits(steps: list[tuple[str, str, int]]) -> None:
    played(steps)
