"""The knowledge page at `/desk/knowledge`: articles, what nobody could answer, and a question to try."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote as quoted
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot import contacts, cover
from bot.conversation import Cover
from bot.judgement import Judgement, judge
from bot.reports import listing
from bot.reports.figures import Asked, Gap
from bot.reports.period import PRESETS, Period
from bot.reports.reading import count, list_asked, list_gaps
from bot.service import Service
from bot.web import gate
from bot.web.chat import LONGEST
from bot.web.pages import Pages
from bot.web.shelf import Order, Shelved, matching, ordered, shelve
from bot.web.sign_in import find_session
from bot.wording import date_words, number_words, quote
from handoff import statements
from knowledge.reading import FIRED, Decision
from knowledge.understanding import NEAR

WHERE = "/desk/knowledge"
PERIOD = "last_30_days"
GAPS = 15  # that are shown; the list behind their number has all
ON_A_PAGE = 40  # articles
SHOWN = 120  # letters of a question
CHOICES = 500  # newest buttons that followers took
BEHIND = ("article", "wrong", "helpful", "gap", "clarified")
LAYOUT = "\n\r\t"  # signs that lay a text out and are typed


@dataclass(frozen=True, slots=True)
class Wanting:
    """A gap with what is near it today: the likeliest article, how likely, and whether it would answer.

    `chosen` are the articles whose button followers took when they were asked back, each with how many did.
    """

    gap: Gap
    nearest: str | None
    score: float
    is_answered: bool
    chosen: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Tried:
    """A question that was tried: what would be done, under which stop, with which statement of a crisis."""

    said: Judgement
    cover: Cover | None
    statement: str | None


class Knowledge:
    """The pages of what the brand knows; everybody at the desk may read them, and they change nothing."""

    def __init__(self, service: Service, pages: Pages) -> None:
        self._service = service
        self._pages = pages

    async def show(self, request: Request) -> Response:
        """Show the articles and the gaps, and what becomes of a question that is tried."""
        problem = _problem(request.query_params.get("try"))

        def load(conn: Connection) -> dict[str, Any]:
            shared = self._shared(conn, request)
            text = request.query_params.get("try", "").strip()
            shelf = self._shelf(conn, request, shared["asked"])
            return shared | self._listed(request, shelf) | {
                "problem": problem,
                "typed": text if problem in (None, "too_long") else "",
                "tried": None if problem or not text else self._tried(conn, text),
                "gaps": self._gaps(conn, shared["period"]),
                "unanswered": count(conn, "clarified", shared["period"]),
                "near": NEAR,
                "fired": FIRED,
                "longest": LONGEST,
                "paused": cover.list_stops(conn, self._service.now()),
            }  # fmt: skip

        context = await self._service.read(load)
        return self._pages.render(request, "knowledge.html", 422 if problem else 200, context)

    async def article(self, request: Request) -> Response:
        """Show one article, and the questions for which followers called it wrong."""
        name = request.path_params["article"]

        def load(conn: Connection) -> dict[str, Any]:
            shared = self._shared(conn, request)
            shelf = self._shelf(conn, request, shared["asked"])
            found = next((one for one in shelf if one.article.id == name), None)
            if found is None:
                raise HTTPException(404)
            return shared | {
                "one": found,
                "wrong": listing.list_behind(conn, "wrong", name, shared["period"]),
            }

        return self._pages.render(request, "knowledge_article.html", context=await self._service.read(load))

    async def behind(self, request: Request) -> Response:
        """Show the conversations behind a number."""
        figure, of = request.query_params.get("figure", ""), request.query_params.get("of", "")

        def load(conn: Connection) -> dict[str, Any]:
            shared = self._shared(conn, request)
            if figure not in BEHIND:
                raise HTTPException(404)
            found = listing.list_behind(conn, figure, of, shared["period"])
            part = "" if figure == "gap" else self._title(self._pages.language(request))(of)
            return shared | {"figure": figure, "part": part, "behind": found}

        return self._pages.render(request, "knowledge_behind.html", context=await self._service.read(load))

    def _shared(self, conn: Connection, request: Request) -> dict[str, Any]:
        """Return what every page here is given; raises a 401 where nobody is signed in."""
        now, brand = self._service.now(), self._service.brand
        session = find_session(conn, request.cookies.get(gate.SESSION), now)
        if session is None:
            raise HTTPException(401)
        language = self._pages.language(request)
        title = self._title(language)
        period = Period(*PRESETS[PERIOD](now.astimezone(brand.zone).date()), brand.zone)
        return {
            "session": session,
            "period": period,
            "asked": {one.article: one for one in list_asked(conn, title, period)},
            "title": title,
            "short": lambda text: quote(text, SHOWN),
            "date": lambda day: date_words(day, language),
            "number": lambda number: number_words(number, language),
            "to_article": to_article,
            "to_list": to_list,
            "to_try": lambda text: f"{WHERE}?{urlencode({'try': text})}#try",
            "here": "knowledge",
        }

    def _title(self, language: str) -> Callable[[str], str]:
        """Return what names an article by a question that it answers; one that is gone by its id."""
        find = self._service.brand.understanding.article

        def title(article_id: str) -> str:
            article = find(article_id)
            return article.title(language) if article else article_id

        return title

    def _shelf(self, conn: Connection, request: Request, asked: Mapping[str, Asked]) -> list[Shelved]:
        now, brand = self._service.now(), self._service.brand
        today = now.astimezone(brand.zone).date()
        stops = cover.list_stops(conn, now)
        return shelve(brand.understanding.articles, asked, stops, today, self._pages.language(request))

    def _listed(self, request: Request, shelf: Sequence[Shelved]) -> dict[str, Any]:
        """Return the part of the shelf that was asked for."""
        query = " ".join(request.query_params.get("q", "").split())
        order = _order(request.query_params.get("order", ""))
        found = ordered(matching(shelf, query), order)
        pages = max(1, -(-len(found) // ON_A_PAGE))
        page = min(max(gate.number(request.query_params.get("page", "")) or 1, 1), pages)
        return {
            "all": len(shelf),
            "found": len(found),
            "articles": found[(page - 1) * ON_A_PAGE : page * ON_A_PAGE],
            "query": query,
            "order": order,
            "orders": list(Order),
            "page": page,
            "pages": pages,
            "to_page": lambda number: _to_page(query, order, number),
        }

    def _gaps(self, conn: Connection, period: Period) -> list[Wanting]:
        """Return what was asked most without a sure answer, beside what the articles of today make of it."""
        brand, today = self._service.brand, period.last
        chosen: dict[str, Counter[str]] = {}
        for choice in contacts.list_choices(conn, CHOICES):
            chosen.setdefault(_plain(choice.text), Counter())[choice.article] += 1
        found = []
        for gap in list_gaps(conn, str, period, GAPS, LONGEST):
            reading = brand.understanding.read(gap.text, on=today)
            best = reading.matches[0] if reading.matches and reading.matches[0].score >= NEAR else None
            took = chosen.get(_plain(gap.text), Counter()).most_common()
            is_answered = reading.decision is Decision.ANSWER and bool(reading.sure)
            name, score = (best.article, best.score) if best else (None, 0.0)
            found.append(Wanting(gap, name, score, is_answered, took))
        return found

    def _tried(self, conn: Connection, text: str) -> Tried:
        """Judge a text as `mimin ask` does, with what is stopped at this moment."""
        brand, now = self._service.brand, self._service.now()
        reading = brand.understanding.read(text, on=now.astimezone(brand.zone).date())
        found = cover.find_cover(conn, brand, None, reading, None, now)
        said = judge(brand, text, now, found)
        words = statements.get(conn, said.holding).text if said.holding is not None else None
        return Tried(said, found, words)


def to_article(article_id: str) -> str:
    """Return the address of one article."""
    return f"{WHERE}/articles/{quoted(article_id, safe='')}"


def to_list(figure: str, of: str | int = "") -> str:
    """Return the address of the list behind a figure."""
    return f"{WHERE}/behind?{urlencode({'figure': figure, **({'of': of} if of else {})})}"


def _to_page(query: str, order: Order, page: int) -> str:
    asked = {"q": query, "order": "" if order is Order.ASKED else order, "page": page if page > 1 else ""}
    given = urlencode({name: value for name, value in asked.items() if value})
    return f"{WHERE}?{given}#articles" if given else f"{WHERE}#articles"


def _order(text: str) -> Order:
    return Order(text) if text in list(Order) else Order.ASKED


def _problem(text: str | None) -> str | None:
    """Return why a text cannot be tried; None where it can, or where none is."""
    if text is None:
        return None
    if not text.strip():
        return "empty"
    if len(text.strip()) > LONGEST:
        return "too_long"
    strange = any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in LAYOUT for sign in text)
    return "unreadable" if strange else None


def _plain(text: str) -> str:
    """Return by what the same question is known again."""
    return " ".join(text.split()).lower()
