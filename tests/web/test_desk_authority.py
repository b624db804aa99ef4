"""Authority on the pages: what is granted, asked, approved and declared there, and what it looks like."""

from tests.web.house import Mimin


def test_a_remedy_above_the_limit_is_asked_for_and_approved_on_the_desk(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    sari, agus = mimin.signed_in("sari"), mimin.signed_in("agus")
    text = "Kami refund Rp750.000 ya Kak."
    page = sari.act(conversation, "remedy", action="refund", amount="750rb", text=text)
    assert page.status_code == 200
    assert "menunggu keputusan" in page.text
    refused = sari.act(conversation, "approve", approval="1")
    assert refused.status_code == 403
    page = agus.act(conversation, "approve", approval="1", amount="")
    assert page.status_code == 200
    assert text in page.text


def test_bad_amounts_get_one_line_and_change_nothing(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    sari = mimin.signed_in("sari")
    for amount in ("-5", "$50", "1.5", "banyak", "9" * 20):
        page = sari.act(conversation, "remedy", action="refund", amount=amount, text="Kami refund ya Kak.")
        assert page.status_code == 422, amount
        assert 'id="request1"' not in page.text


def test_the_guard_asks_again_on_the_page_and_keeps_the_text(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    sari = mimin.signed_in("sari")
    page = sari.act(conversation, "reply", text="Baca dong Kak, sudah dibilang.")
    assert page.status_code == 409
    assert 'name="confirmed"' in page.text
    assert sari.act(conversation, "reply", text="Baca dong Kak.", confirmed="yes").status_code == 200
    assert sari.act(conversation, "reply", text="Pasti refund 5jt Kak.", confirmed="yes").status_code == 409


def test_a_crisis_is_declared_by_one_and_confirmed_by_another(mimin: Mimin) -> None:
    sari, agus, rina = (mimin.signed_in(name) for name in ("sari", "agus", "rina"))
    form = {"scope": "all", "statement": "Sedang kami perbaiki."}
    assert sari.post_form("/desk/crisis/crisis", **form).status_code == 403
    page = agus.post_form("/desk/crisis/crisis", **form)
    assert "Sedang kami perbaiki." in page.text
    assert agus.post_form("/desk/crisis/confirm", version="1").status_code == 403
    assert rina.post_form("/desk/crisis/confirm", version="1").status_code == 200
    assert sari.get("/desk?show=crisis").status_code == 200


def test_who_writes_sees_what_the_follower_will_read_and_what_the_guard_says(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    sari = mimin.signed_in("sari")
    where = f"/desk/conversations/{conversation}/preview"
    for text, level in (
        ("Refund Rp5.000.000 pasti cair!", "block"),
        ("Baca dong Kak.", "confirm"),
        ("Teknisi datang besok ya Kak.", "hint"),
    ):
        assert f'class="finding {level}"' in sari.post_form(where, text=text).text
    plain = sari.post_form(where, text="Saya cek <b>dulu</b> ya Kak.").text
    assert "Saya cek &lt;b&gt;dulu&lt;/b&gt; ya Kak." in plain
    assert "finding" not in plain
    assert sari.post(where, data={"text": "x"}).status_code == 403
    assert mimin.visitor().post(where, data={"text": "x"}).status_code == 401
    assert sari.post_form("/desk/conversations/99/preview", text="x").status_code == 404


def test_a_form_that_arrives_twice_grants_once(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    sari = mimin.signed_in("sari")
    form = {
        "action": "refund",
        "amount": "150rb",
        "text": "Kami refund Rp150.000 ya Kak.",
        "nonce": "remedy-once-and-no-more",
    }
    for _ in range(3):
        page = sari.act(conversation, "remedy", **form)
        assert page.status_code == 200
    assert page.text.count('id="request') == 1
    page = sari.act(conversation, "remedy", **(form | {"nonce": "remedy-another-form", "amount": "x"}))
    assert page.status_code == 422
    assert sari.act(conversation, "remedy", **(form | {"nonce": "remedy-another-form"})).status_code == 200, (
        "refused, and tried again"
    )


def test_an_override_takes_its_second_tap_on_the_server_too(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    sari = mimin.signed_in("sari")
    form = {"action": "refund", "amount": "500rb", "reason": "ia tertahan di bandara"}
    page = sari.act(conversation, "override", **form)
    assert page.status_code == 409
    assert 'value="ia tertahan di bandara"' in page.text, "what was typed stays"
    assert sari.act(conversation, "override", sure="yes", **form).status_code == 200


def test_what_is_refused_stays_in_its_own_box(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    sari, agus = mimin.signed_in("sari"), mimin.signed_in("agus")
    page = sari.act(conversation, "remedy", action="refund", amount="banyak", text="Kami refund ya Kak.")
    assert 'required dir="auto">Kami refund ya Kak.</textarea>' in page.text
    assert page.text.count("Kami refund ya Kak.") == 1, "and not in the reply's"
    page = agus.post_form("/desk/crisis/crisis", scope="tidak-ada", statement="Sedang kami perbaiki.")
    assert page.status_code == 404
    assert ">Sedang kami perbaiki.</textarea>" in page.text


def test_nobody_is_shown_what_their_role_may_not_do(mimin: Mimin) -> None:
    _, conversation = mimin.call()
    _, other = mimin.call(name="Bowo")
    sari, budi, agus = (mimin.signed_in(name) for name in ("sari", "budi", "agus"))
    sari.act(conversation, "remedy", action="refund", amount="750rb", text="Kami refund Rp750.000 ya Kak.")
    here = f"/desk/conversations/{conversation}"
    assert 'data-act="approve"' not in budi.get(here).text
    assert 'data-act="approve"' in agus.get(here).text
    assert 'data-act="crisis"' not in budi.get("/desk?show=crisis").text
    assert 'data-act="crisis"' in agus.get("/desk?show=crisis").text
    assert agus.act(other, "approve", approval="1", amount="").status_code == 404, (
        "it is another conversation's"
    )
    assert agus.act(conversation, "approve", approval="1", amount="").status_code == 200


def test_a_watch_is_taken_on_the_desk_by_its_own_button(mimin: Mimin) -> None:
    sari, rina = mimin.signed_in("sari"), mimin.signed_in("rina")
    sari.post_form("/desk/crisis/watch", scope="all")
    mimin.settle()
    page = rina.get("/desk").text
    assert 'action="/desk/crisis/ack"' in page
    assert 'name="crisis" value="1"' in page
    assert sari.post_form("/desk/crisis/ack", crisis="1").status_code == 403
    assert rina.post_form("/desk/crisis/ack", crisis="1").status_code == 200
    assert rina.post_form("/desk/crisis/ack", crisis="1").status_code == 409
