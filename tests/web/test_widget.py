"""The chat on a brand's own site: who may show it, what the script is, and whom the cookie is for."""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

from bot.web import gate
from bot.web.launcher import WORDS, script
from bot.web.words import read_words
from tests.web.house import Mimin

SITES = ("https://brand.example", "http://127.0.0.1:9000")
MOST = 15 * 1024  # bytes that the script may take on its way, compressed


@pytest.fixture
def framed(tmp_path: Path) -> Iterator[Mimin]:
    """A Mimin whose chat two sites may show."""
    running = Mimin(tmp_path, lambda settings: replace(settings, web_embed=SITES))
    yield running
    running.stop()


def test_the_script_says_who_may_show_the_chat_and_is_asked_after(framed: Mimin) -> None:
    browser = framed.visitor()
    answer = browser.get("/widget.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert all(site in answer.text for site in SITES)
    assert "set-cookie" not in answer.headers
    again = browser.get("/widget.js", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert browser.get("/widget.js", headers={"if-none-match": '"other"'}).status_code == 200


def test_the_script_is_small_and_takes_nothing_from_elsewhere() -> None:
    text = script("Layarku", "id", SITES, read_words())
    assert len(gzip.compress(text.encode(), 6)) < MOST
    assert set(re.findall(r"https?://[\w./:-]+", text)) == {*SITES, "http://www.w3.org/2000/svg"}
    for unsafe in ("innerHTML", "eval(", "insertAdjacent", "document.write", "cssText"):
        assert unsafe not in text


def test_the_script_holds_its_words_in_both_languages() -> None:
    text = script('Ayu "& Co"', "id", SITES, read_words())
    given = json.loads(text[text.rindex('({"look"') + 1 : -3])
    for language, words in read_words().items():
        assert given["words"][language] == {key: words(f"widget.{key}", brand='Ayu "& Co"') for key in WORDS}


def test_only_the_chat_may_be_framed_and_only_by_the_sites_that_are_named(framed: Mimin) -> None:
    browser, sari = framed.visitor(), framed.signed_in("sari")
    for where in ("/", "/?embedded=1&lang=en", "/chat/nothing"):
        headers = browser.get(where).headers
        assert f"frame-ancestors {' '.join(SITES)};" in headers["content-security-policy"]
        assert "x-frame-options" not in headers
    for where in ("/desk", "/login/nothing", "/healthz", "/static/look.css", "/widget.js", "/nothing"):
        headers = sari.get(where).headers
        assert "frame-ancestors 'none';" in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        own = "cross-origin" if where == "/widget.js" else "same-origin"
        assert headers["cross-origin-resource-policy"] == own


def test_without_a_site_in_the_configuration_nobody_may(mimin: Mimin) -> None:
    browser = mimin.visitor()
    page = browser.get("/?embedded=1")
    assert "frame-ancestors 'none';" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"
    assert "embedded.js" not in page.text
    assert '"sites": []' in browser.get("/widget.js").text


def test_the_chat_stays_in_its_frame_and_in_the_language_of_the_site(framed: Mimin) -> None:
    follower = framed.visitor()
    page = follower.get("/?embedded=1&lang=en")
    assert 'data-sites="https://brand.example http://127.0.0.1:9000"' in page.text
    assert 'action="/chat/messages?embedded=1&amp;lang=en"' in page.text
    assert "mimin_language" not in follower.cookies
    sent = follower.post(
        "/chat/messages?embedded=1&lang=en",
        data={"text": "where is the streaming link"},
        follow_redirects=False,
    )
    assert sent.headers["location"] == "/?embedded=1&lang=en#end"
    refused = follower.post("/chat/messages?embedded=1&lang=en", data={"text": " "})
    assert "still empty" in refused.text
    assert 'action="/chat/messages?embedded=1&amp;lang=en"' in refused.text


def test_a_browser_that_keeps_no_cookie_in_a_frame_is_told_and_loses_no_text(framed: Mimin) -> None:
    page = framed.visitor().post("/chat/messages?embedded=1&lang=id", data={"text": "halo min"})
    assert page.status_code == 422
    assert ">halo min</textarea>" in page.text
    assert '<a href="/" target="_blank" rel="noopener">Buka chat di tab sendiri</a>' in page.text


@pytest.mark.parametrize(
    ("scheme", "query", "jar"),
    [
        ("https", b"embedded=1", "HttpOnly; Secure; SameSite=None; Partitioned"),
        ("https", b"", "HttpOnly; Max-Age=31536000; Path=/; SameSite=lax; Secure"),
        ("http", b"embedded=1", "HttpOnly; Max-Age=31536000; Path=/; SameSite=lax"),
    ],
)
def test_the_cookie_crosses_sites_only_in_a_frame_and_under_https(
    scheme: str, query: bytes, jar: str
) -> None:
    scope = {"type": "http", "scheme": scheme, "path": "/", "query_string": query, "headers": []}
    response = Response()
    gate.remember_visitor(Request({**scope, "server": ("chat.brand.example", 443)}), response, "x" * 24)
    assert response.headers["set-cookie"].endswith(jar)
