"""The reports at `/desk/reports`: figures of some days, the tickets behind each, and the same as CSV."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.reports import listing, reading, sheet
from bot.reports.figures import Figures
from bot.reports.listing import UnknownFigureError
from bot.reports.period import PRESETS, Period, PeriodError, Step, read_period, read_step
from bot.service import Service
from bot.web import gate, report_page
from bot.web.pages import Pages
from bot.web.sign_in import Session, find_session
from handoff import people
from handoff.staff import may_read

PAGE = "reports"
SPREADSHEET = "text/csv; charset=utf-8"
# The section of the pages' words that names the parts of a figure; those of the others are articles.
SECTIONS = {"opened": "category", "resolved": "category", "approvals": "outcome", "overrides": "outcome",
            "rated": "mark"}  # fmt: skip


class ClosedError(Exception):
    """The reports are not for this person's role."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    period: Period
    step: Step


class Reports:
    """The pages of the reports. Who may read them is looked up in the database at each request."""

    def __init__(self, service: Service, pages: Pages) -> None:
        self._service = service
        self._pages = pages

    async def show(self, request: Request) -> Response:
        """Show the figures of the period."""
        return await self._answer(request, self._page)

    async def spreadsheet(self, request: Request) -> Response:
        """Return the same figures as CSV."""
        return await self._answer(request, self._csv)

    async def behind(self, request: Request) -> Response:
        """Show what was counted for one figure."""
        return await self._answer(request, self._behind)

    async def _answer(
        self, request: Request, job: "Callable[[Request, Connection, Asked, Session], Any]"
    ) -> Response:
        def load(conn: Connection) -> Any:
            session = self._reader(conn, request)
            return job(request, conn, self._asked(request), session)

        try:
            made = await self._service.read(load)
        except ClosedError:
            return self._say(request, "reports_closed", 403)
        except PeriodError as error:
            return self._say(request, f"period_{error.code}", 422)
        except UnknownFigureError:
            return self._say(request, "figure_unknown", 404)
        if isinstance(made, Response):
            return made
        template, context = made
        return self._pages.render(request, template, context=context)

    def _reader(self, conn: Connection, request: Request) -> Session:
        session = find_session(conn, request.cookies.get(gate.SESSION), self._service.now())
        if session is None:
            raise HTTPException(401)
        if not may_read(session.person.role, PAGE):
            raise ClosedError
        return session

    def _asked(self, request: Request) -> Asked:
        asked, brand = request.query_params, self._service.brand
        period = read_period(asked.get("from", ""), asked.get("to", ""), self._service.now(), brand.zone)
        return Asked(period, read_step(asked.get("by", ""), period))

    def _say(self, request: Request, message: str, status: int) -> Response:
        link = "/desk" if status == 403 else "/desk/reports"
        return self._pages.render(request, "message.html", status, {"message": message, "link": link})

    def _read(self, conn: Connection, asked: Asked) -> Figures:
        return reading.read(conn, self._title, asked.period, asked.step, self._service.now())

    def _csv(self, _request: Request, conn: Connection, asked: Asked, _session: Session) -> Response:
        name = f"mimin-{asked.period.first}-{asked.period.last}.csv"
        text = sheet.as_csv(self._read(conn, asked))
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(text.encode("utf-8-sig"), media_type=SPREADSHEET, headers=headers)

    def _page(
        self, request: Request, conn: Connection, asked: Asked, session: Session
    ) -> tuple[str, Mapping[str, Any]]:
        figures = self._read(conn, asked)
        language = self._pages.language(request)
        today = self._service.now().astimezone(asked.period.zone).date()
        context = self._shared(request, asked, session) | {
            "presets": {name: report_page.query(*days(today)) for name, days in PRESETS.items()},
            "steps": list(Step),
            "layout": "_base.html",
            "is_file": False,
        }
        context |= report_page.shown(figures, language, lambda key: self._pages.word(request, key))
        return "reports.html", context

    def _behind(
        self, request: Request, conn: Connection, asked: Asked, session: Session
    ) -> tuple[str, Mapping[str, Any]]:
        name, of = request.query_params.get("figure", ""), request.query_params.get("of", "")
        found = listing.list_behind(conn, name, of, asked.period)
        part = self._part(request, conn, name, of) if of else ""
        shared = self._shared(request, asked, session)
        return "report_tickets.html", shared | {"figure": name, "part": part, "behind": found}

    def _part(self, request: Request, conn: Connection, figure: str, of: str) -> str:
        """Say which part of a figure is shown, in the words of its page."""
        if figure == "gap":
            return ""  # its words stand in the list
        by, _, value = of.partition(":")
        if by == "person":
            return people.name_of(conn, gate.number(value)) or self._pages.word(request, "reports.nobody")
        if by == "hour":
            return f"{value}:00"
        section = {"kind": "deadline", "category": "category"}.get(by) or SECTIONS.get(figure, "")
        known = self._pages.find_word(request, f"{section}.{value or of}")
        return known or self._title(of)

    def _title(self, article_id: str) -> str:
        """Name an article by a question that it answers; one that is gone by its id."""
        brand = self._service.brand
        article = brand.understanding.article(article_id)
        return article.title(brand.language) if article else article_id

    def _shared(self, request: Request, asked: Asked, session: Session) -> dict[str, Any]:
        language, period = self._pages.language(request), asked.period
        return {"session": session, "here": "reports"} | report_page.words_of(period, asked.step, language)
