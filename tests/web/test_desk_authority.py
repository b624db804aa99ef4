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
