"""Everybody asks for everything, in odd ways too: nothing breaks, and nobody reads what is not theirs."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, product
from typing import Any, TypeVar

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, update
from starlette.routing import Mount, Route

from bot import staffing
from bot.tables import MESSAGES
from bot.web import assets, authority
from bot.web.buttons import ON_MESSAGES, VERBS
from handoff import people
from handoff.policy import Role
from handoff.tables import STAFF
from tests.web.house import Mimin

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
# The address of every route, and the methods that it knows. A new route is one line here.
TABLE = {
    "/": "GET",
    "/chat/messages": "POST",
    "/chat/feedback": "POST",
    "/chat/rating": "POST",
    "/chat/rating/words": "POST",
    "/chat/events": "GET",
    "/files/{message:int}/{part:int}": "GET",
    "/widget.js": "GET",
    "/desk": "GET",
    "/desk/events": "GET",
    "/desk/pings/dismiss": "POST",
    "/desk/outbox/{id:int}/retry": "POST",
    "/desk/inbound/{id:int}/retry": "POST",
    "/desk/crisis/{verb}": "POST",
    "/desk/conversations/{id:int}": "GET",
    "/desk/conversations/{id:int}/preview": "POST",
    "/desk/conversations/{id:int}/{verb}": "POST",
    "/desk/knowledge": "GET",
    "/desk/knowledge/behind": "GET",
    "/desk/knowledge/articles/{article}": "GET",
    "/desk/staff": "GET",
    "/desk/staff/{verb}": "POST",
    "/desk/reports": "GET",
    "/desk/reports.csv": "GET",
    "/desk/reports/tickets": "GET",
    "/report": "GET",
    "/login/{token}": "GET",
    "/logout": "POST",
    "/healthz": "GET",
    "/telegram/{secret}": "POST",
    "/static/{version}": "GET",
}
STREAMS = ("/chat/events", "/desk/events")
QUERIES = {  # what a page reads from its address
    "/": ("lang", "embedded"),
    "/desk": ("show", "lang", "q", "before"),
    "/desk/events": ("after", "conversation"),
    "/chat/events": ("after",),
    "/desk/conversations/{id:int}": ("show", "canned", "draft", "at"),
    "/desk/knowledge": ("try", "q", "order", "page"),
    "/desk/knowledge/behind": ("figure", "of", "from", "to"),
    "/desk/knowledge/articles/{article}": ("from", "to"),
    "/desk/reports": ("from", "to", "by"),
    "/desk/reports.csv": ("from", "to", "by"),
    "/desk/reports/tickets": ("figure", "of", "from", "to"),
}
STAFF_VIEWS = [f"/desk?show={view}" for view in ("waiting", "mine", "open", "chats", "crisis", "troubled")]
FIGURES = ("messages", "answered", "approvals", "overrides", "complaining", "opened", "clarified")
SEARCHES = ["/desk?show=search&q=kenari", "/desk?show=search&q=%23"]
PAGES = [*STAFF_VIEWS, *SEARCHES, *(f"/desk/reports/tickets?figure={name}" for name in FIGURES)]
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW")
HUGE = "9" * 5_000
ODD = [
    "0",
    "-1",
    str(10**30),
    str(2**63),
    HUGE,
    "x",
    "1.5",
    "%00",
    "%ff",
    "%F0%9F%98%80",
    "%D9%A3",
    "..%2f..",
    "%0d%0a",
]
TYPED = [
    "",
    "0",
    "-1",
    str(10**30),
    HUGE,
    "\0",
    "\ud7ff\uffff😀",
    "x" * 9_000,
    "{{7*7}}",
    "1; drop table staff",
    "\u202e",
]
FIELDS = (
    "text", "name", "nonce", "tapped", "survey", "mark", "words", "ticket", "note", "reason", "promise", "by",
    "value", "to", "message", "upto", "what", "conversation", "action", "amount", "approval", "override",
    "verdict", "scope", "statement", "version", "crisis", "confirmed", "sure", "hold", "awaiting", "update",
    "person", "role", "on_call", "email", "session", "helped", "invite",
)  # fmt: skip
FORM = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
HEADERS: list[dict[str, str]] = [
    {"origin": "http://["},
    {"origin": "null"},
    {"origin": "https://evil.example"},
    {"sec-fetch-site": "cross-site"},
    {"host": "["},
    {"host": "evil.example:x"},
    {"accept-language": ";q=,,*;q=x,id;q=9999999999999999"},
    {"cookie": 'mimin_session=x; mimin_visitor="; mimin_language=zz; =; ;;'},
    {"cookie": "mimin_session=" + "x" * 5_000},
    {"last-event-id": HUGE},
    {"range": "bytes=9-1,a-b,--"},
    {"if-none-match": "W/", "if-modified-since": "yesterday"},
    {"x-forwarded-proto": "javascript", "x-forwarded-for": "x"},
]
BODIES: list[tuple[dict[str, str], bytes]] = [
    (FORM, b""),
    (FORM, b"csrf=%ff%fe&text=%ff&nonce=%00"),
    (FORM, b"&".join(b"a%d=1" % n for n in range(40))),
    (FORM, b"text=" + b"x" * 70_000),
    (FORM | {"content-type": "application/json"}, b'{"text": "x"}'),
    (FORM | {"content-type": "multipart/form-data"}, b"--x\r\n"),
    (FORM | {"content-type": "multipart/form-data; boundary=x"}, b"no boundary at all"),
    (FORM | {"content-type": "multipart/form-data; boundary=x"},
     b"--x\r\ncontent-disposition: form-data\r\n\r\n1\r\n--x--"),
    (FORM | {"content-type": "multipart/form-data; boundary=x"},
     b'--x\r\ncontent-disposition: form-data; name="file"; filename="\xff\x00/../a"\r\n\r\n\x00\r\n--x--'),
    (FORM | {"content-type": "multipart/form-data; boundary=\xe9"}, b"--x"),
    (FORM | {"content-type": ""}, b"text=x"),
    ({"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "cross-site"}, b"text=x"),
]  # fmt: skip

Viewer = str
Asked = TypeVar("Asked")
STAFF_ALL = frozenset({"sari", "agus", "rina"})
# A text that stands in somebody's data, and who may read it.
CANARIES: Mapping[str, frozenset[Viewer]] = {
    "kenari-pesan-ani": STAFF_ALL | {"ani"},
    "kenari-berkas-ani": STAFF_ALL | {"ani"},
    "kenari-pesan-bowo": STAFF_ALL | {"bowo"},
    "kenari-catatan": STAFF_ALL,
    "kenari-belum-terkirim": STAFF_ALL,
    "kenari-remedi": STAFF_ALL,
    "kenari@brand.example": STAFF_ALL,
    "6281230009": frozenset(),
}
VIEWERS = ("nobody", "ani", "bowo", "sari", "agus", "rina", "gone")
INSIDE, OUTSIDE = ("sari", "agus", "rina"), ("nobody", "ani", "bowo", "gone")
# In the short form what is odd is asked by one who works at the desk and one who does not, in turn.
FORMS = [False, pytest.param(True, marks=pytest.mark.long)]
in_both_forms = pytest.mark.parametrize("is_long", FORMS, ids=["short", "long"])


@dataclass(slots=True)
class World:
    """The running process, everybody's cookies and forms' tokens, and what was found."""

    mimin: Mimin
    client: httpx.Client
    cookies: dict[Viewer, str] = field(default_factory=lambda: {"nobody": ""})
    tokens: dict[Viewer, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)

    def ask(
        self,
        viewer: Viewer,
        method: str,
        where: str,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
    ) -> list[str]:
        """Ask for something as somebody, and return what is wrong with the answer."""
        given = {"cookie": self.cookies[viewer]} | dict(headers or {})
        raw = [
            (name.encode(), value.encode("latin-1"))
            for name, value in given.items()
            if value or name != "cookie"
        ]
        asked = self.client.build_request(method, where, headers=raw, content=content)
        answer = self.client.send(asked, stream=True)
        try:
            is_stream = "event-stream" in answer.headers.get("content-type", "")
            body = "" if is_stream else answer.read().decode("utf-8", "replace")
        finally:
            answer.close()
        said = f"{viewer} {method} {where[:120]} {dict(headers or {})!s:.120}: {answer.status_code}"
        found = [said] if answer.status_code >= 500 else []
        whole = f"{body} {answer.headers}"
        found += [
            f"{said} says {text}"
            for text, readers in CANARIES.items()
            if viewer not in readers and text in whole
        ]
        found += [
            f"{said} gives the token of {other}"
            for other, token in self.tokens.items()
            if other != viewer and token in whole
        ]
        if "content-security-policy" not in answer.headers and answer.status_code != 400:
            found.append(f"{said} has no policy")
        return found


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two followers, a desk that speaks of them, and somebody who had to leave it."""
    mimin = Mimin(tmp_path_factory.mktemp("mimin"))
    with httpx.Client(base_url=mimin.address, timeout=20) as client:
        yield furnish(World(mimin, client))
    mimin.later(minutes=1)  # what could still be taken back leaves
    mimin.stop()


def furnish(world: World) -> World:
    mimin = world.mimin
    mimin.write(lambda conn: people.add_staff(conn, "tono", Role.DECISION_MAKER))
    mimin.staff["tono"] = mimin.read(
        lambda conn: conn.execute(select(STAFF.c.id).where(STAFF.c.name == "tono")).scalar_one()
    )
    browsers = {name: mimin.signed_in(name) for name in ("sari", "agus", "rina", "tono")}
    browsers["ani"], ani = mimin.call("minta admin dong, kenari-pesan-ani", name="Ani")
    browsers["bowo"], _ = mimin.call("minta admin dong, kenari-pesan-bowo", name="Bowo")
    file = {"file": ("kenari-berkas-ani.txt", b"kenari-berkas-ani")}
    browsers["ani"].post("/chat/messages", data={"text": ""}, files=file)
    mimin.settle()
    sari = browsers["sari"]
    sari.act(ani, "claim")
    sari.act(ani, "note", note="kenari-catatan")
    sari.act(ani, "remedy", action="refund", amount="750rb", text="Kami refund Rp750.000, kenari-remedi.")
    sari.post(
        f"/desk/conversations/{ani}/reply",
        data={"csrf": sari.token(), "text": "Halo Kak, kenari-belum-terkirim", "hold": "yes"},
    )

    def leave(conn: Connection) -> int:
        mine = {"email": "kenari@brand.example", "telegram": 6281230009}
        conn.execute(update(STAFF).where(STAFF.c.name == "sari").values(mine))
        tono = people.find_staff(conn, "tono")
        assert tono is not None
        people.deactivate(conn, tono)
        return int(conn.execute(select(MESSAGES.c.id).where(MESSAGES.c.text.contains("berkas"))).scalar_one())

    world.tokens = {name: browsers[name].token() for name in ("sari", "agus", "rina", "tono")}
    world.tokens["gone"] = world.tokens.pop("tono")
    message = mimin.write(leave)
    world.numbers = {
        "id": str(ani),
        "message": str(message),
        "part": "0",
        "verb": "note",
        "token": "x",
        "secret": "x",
        "article": "link-streaming",
        "version": assets.ADDRESS.split("/")[-1],
    }
    for viewer in VIEWERS[1:]:
        cookies = browsers["tono" if viewer == "gone" else viewer].cookies
        world.cookies[viewer] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return world


def fill(route: str, values: Mapping[str, str]) -> str:
    """Put values into an address."""
    return re.sub(r"\{(\w+)[^}]*\}", lambda found: values[found[1]], route)


def dealt(viewer: Viewer, asked: Iterable[Asked], *, is_long: bool) -> list[Asked]:
    """Return what somebody asks for: in the long form all of it."""
    alike = INSIDE if viewer in INSIDE else OUTSIDE
    return [one for n, one in enumerate(asked) if is_long or alike[n % len(alike)] == viewer]


def odd_addresses(world: World, route: str) -> Iterator[str]:
    """Return the odd addresses of a route: each part and each question in every odd way."""
    good = fill(route, world.numbers)
    for name, value in product(re.findall(r"\{(\w+)", route), ODD):
        yield fill(route, world.numbers | {name: value})
    for name, value in product(QUERIES.get(route, ()), ODD):
        yield f"{good}?{name}={value}"
    if route.startswith("/static"):
        yield from (
            f"{good}/{value}" for value in (*ODD, "look.css", "../app.py", "%2e%2e/app.py", "..%5capp.py")
        )


def posted(world: World, verbs: Iterable[str]) -> list[str]:
    """Return every address that takes a form, with each of the verbs."""
    routes = [route for route, method in TABLE.items() if method == "POST"]
    return sorted({fill(route, world.numbers | {"verb": verb}) for route, verb in product(routes, verbs)})


def test_every_route_has_a_line_here(world: World) -> None:
    found = {}
    for route in world.mimin.app.routes:
        assert isinstance(route, Route | Mount)
        methods = route.methods or set() if isinstance(route, Route) else {"GET"}
        found[route.path] = " ".join(sorted(methods - {"HEAD"}))
    assert found == TABLE


@pytest.mark.parametrize("viewer", VIEWERS)
def test_who_may_read_something_finds_it(world: World, viewer: Viewer) -> None:
    """Else the tests below would look for what nobody can see."""
    headers = {"cookie": world.cookies[viewer]} if viewer != "nobody" else {}
    wheres = [*(fill(route, world.numbers) for route in TABLE if route not in STREAMS), *PAGES]
    seen = "".join(world.client.get(where, headers=headers).text for where in wheres)
    assert {text for text in CANARIES if text in seen} == {
        text for text, readers in CANARIES.items() if viewer in readers
    }


@pytest.mark.parametrize("viewer", VIEWERS)
def test_every_address_answers_and_says_nothing_to_others(world: World, viewer: Viewer) -> None:
    wheres = [*(fill(route, world.numbers) for route in TABLE), *PAGES]
    assert [line for where in wheres for line in world.ask(viewer, "GET", where)] == []


@in_both_forms
@pytest.mark.parametrize("viewer", VIEWERS)
def test_every_odd_address_answers_and_says_nothing_to_others(
    world: World, viewer: Viewer, *, is_long: bool
) -> None:
    odd = (where for route in TABLE for where in odd_addresses(world, route))
    wheres = dealt(viewer, odd, is_long=is_long)
    assert [line for where in wheres for line in world.ask(viewer, "GET", where)] == []


@in_both_forms
@pytest.mark.parametrize("viewer", VIEWERS)
def test_every_method_answers(world: World, viewer: Viewer, *, is_long: bool) -> None:
    asked = dealt(viewer, product(TABLE, METHODS), is_long=is_long)
    found = [world.ask(viewer, method, fill(route, world.numbers)) for route, method in asked]
    assert list(chain(*found)) == []


@in_both_forms
@pytest.mark.parametrize("viewer", VIEWERS)
def test_odd_headers_and_cookies_harm_nothing(world: World, viewer: Viewer, *, is_long: bool) -> None:
    found = []
    for (route, method), headers in dealt(viewer, product(TABLE.items(), HEADERS), is_long=is_long):
        given = FORM | headers if method == "POST" and "origin" not in headers else headers
        found += world.ask(viewer, method, fill(route, world.numbers), given)
    assert found == []


@in_both_forms
@pytest.mark.parametrize("viewer", VIEWERS)
def test_odd_bodies_harm_nothing(world: World, viewer: Viewer, *, is_long: bool) -> None:
    found = []
    wheres = posted(world, ("note", "reply"))
    for where, (headers, content) in dealt(viewer, product(wheres, BODIES), is_long=is_long):
        found += world.ask(viewer, "POST", where, headers, content)
    assert found == []


@in_both_forms
@pytest.mark.parametrize("viewer", VIEWERS)
def test_odd_fields_harm_nothing(world: World, viewer: Viewer, *, is_long: bool) -> None:
    """With no token, with somebody else's, and with the right one, again and again."""
    found = []
    ending = {"/logout", "/desk/staff/end_sessions"}  # one's own session
    wheres = posted(world, [*VERBS, *ON_MESSAGES, *authority.FIELDS, *staffing.VERBS])
    tokens = ["", "é", world.tokens["rina"]] if viewer != "rina" else ["", world.tokens["sari"]]
    for where in dealt(viewer, [one for one in wheres if one not in ending], is_long=is_long):
        is_theirs = viewer in world.tokens or where.startswith("/chat")
        right = [world.tokens.get(viewer, "x")] * len(TYPED) if is_theirs else []
        for n, token in enumerate([*tokens, *right]):
            fields = dict.fromkeys(FIELDS, TYPED[n % len(TYPED)]) | {
                "csrf": token,
                "nonce": "one-and-the-same",
            }
            form = httpx.QueryParams(fields)
            found += world.ask(viewer, "POST", where, FORM, str(form).encode())
    assert found == []


ANYTHING: st.SearchStrategy[Any] = st.text(max_size=40)


ANY = {
    "viewer": st.sampled_from(VIEWERS),
    "method": st.sampled_from(METHODS),
    "route": st.sampled_from(sorted(TABLE)),
    "part": ANYTHING | st.integers().map(str),
    "query": st.dictionaries(st.sampled_from(sorted({*chain(*QUERIES.values())})), ANYTHING),
    "fields": st.dictionaries(st.sampled_from([*FIELDS, "csrf"]), ANYTHING),
    "is_signed": st.booleans(),
}


def found_in(
    world: World, viewer: Viewer, method: str, route: str, part: str, query: dict[str, str],
    fields: dict[str, str], *, is_signed: bool,
) -> list[str]:  # fmt: skip
    """Return what is wrong with the answer to what was made up."""
    values = dict.fromkeys(world.numbers, httpx.QueryParams({"": part}).__str__()[1:])
    path = fill(
        route, {name: values[name] if len(part) % 2 else good for name, good in world.numbers.items()}
    )
    given = fields | ({"csrf": world.tokens[viewer]} if is_signed and viewer in world.tokens else {})
    where = f"{path or '/'}?{httpx.QueryParams(query)}"
    if where.startswith("/logout"):
        given.pop("csrf", None)
    content = str(httpx.QueryParams(given)).encode() if method in ("POST", "PUT", "PATCH") else b""
    return world.ask(viewer, method, where, FORM, content)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made_up=st.fixed_dictionaries(ANY))
def test_whatever_is_asked_is_answered(world: World, made_up: dict[str, Any]) -> None:
    assert found_in(world, **made_up) == []


@pytest.mark.long
@settings(max_examples=3_000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made_up=st.fixed_dictionaries(ANY))
def test_whatever_is_asked_is_answered_three_thousand_times(world: World, made_up: dict[str, Any]) -> None:
    assert found_in(world, **made_up) == []
