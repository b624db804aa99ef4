"""The web application: every route, and what an error looks like."""

import logging

from starlette.applications import Starlette
from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.channels.channel import Hook
from bot.service import Service
from bot.web import gate, health
from bot.web.acting import Acting
from bot.web.assets import STATIC
from bot.web.browsers import browser_of
from bot.web.chat import Chat
from bot.web.desk import Desk
from bot.web.files import Files
from bot.web.hook import Hooked
from bot.web.knowledge import Knowledge
from bot.web.launcher import Launcher
from bot.web.news import News
from bot.web.pages import Pages
from bot.web.presence import Typing
from bot.web.reports import Reports
from bot.web.roster import Roster
from bot.web.safety import SafeHeaders, headers_of
from bot.web.sign_in import find_session, sign_in
from bot.web.survey import Survey


class Number(IntegerConvertor):
    """A number in an address, as short as a row's; of thousands of digits Python reads none."""

    regex = "[0-9]{1,18}"


register_url_convertor("int", Number())
log = logging.getLogger(__name__)
EXPLAINED = (400, 401, 403, 404, 405, 413)


def build_app(service: Service, hook: Hook | None = None) -> Starlette:
    """Return the application that serves the pages of this process, and its webhook if there is one."""
    pages, news = Pages(service), News(service)
    typing = Typing(news.nudge)
    chat, desk = Chat(service, pages, news, typing), Desk(service, pages, news, typing)
    acting, reports = Acting(service, pages, desk), Reports(service, pages)
    roster = Roster(service, pages)
    knowledge = Knowledge(service, pages)
    survey, sites = Survey(service, chat), service.settings.web_embed

    async def login(request: Request) -> Response:
        """Use a one-time link up; a HEAD, as previews of messages send it, does not."""
        token, now = request.path_params["token"], service.now()
        if request.method == "HEAD":
            return Response()
        previous = request.cookies.get(gate.SESSION)
        browser = browser_of(request.headers.get("user-agent", ""))
        secret = await service.write(lambda conn: sign_in(conn, token, now, previous, browser))
        if secret is None:
            inside = await service.read(lambda conn: find_session(conn, previous, now))
            context = {"message": "link_over", "link": "/desk" if inside else None}
            return pages.render(request, "message.html", 410, context)
        response = RedirectResponse("/desk", 303)
        gate.begin_session(request, response, secret)
        return response

    async def healthz(_request: Request) -> Response:
        return JSONResponse(await service.read(lambda conn: health.health(conn, service.now())))

    async def explain(request: Request, error: Exception) -> Response:
        """Say in plain words what went wrong."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        if request.url.path == "/desk/events":  # read by script, never shown
            return Response(status_code=status)
        message = f"error_{status}" if status in (*EXPLAINED, 500) else "error_400"
        at_desk = request.url.path.startswith("/desk") and status != 401
        context = {"message": message, "link": "/desk" if at_desk else f"/{gate.setting(request)}"}
        page = pages.render(request, "message.html", status, context)
        page.headers.update(
            headers_of(request.url.path, sites)
        )  # a 500 is answered outside of the middleware
        return page

    return Starlette(
        routes=[
            Route("/", chat.show),
            Route("/chat/messages", chat.send, methods=["POST"]),
            Route("/chat/feedback", survey.feedback, methods=["POST"]),
            Route("/chat/rating", survey.mark, methods=["POST"]),
            Route("/chat/rating/words", survey.comment, methods=["POST"]),
            Route("/chat/events", chat.events),
            Route("/files/{message:int}/{part:int}", Files(service).show),
            Route("/widget.js", Launcher(service).serve),
            Route("/desk", desk.overview),
            Route("/desk/events", desk.events),
            Route("/desk/pings/dismiss", acting.dismiss, methods=["POST"]),
            Route("/desk/outbox/{id:int}/retry", acting.retry_send, methods=["POST"]),
            Route("/desk/inbound/{id:int}/retry", acting.retry_update, methods=["POST"]),
            Route("/desk/crisis/{verb}", acting.act_in_crisis, methods=["POST"]),
            Route("/desk/conversations/{id:int}", desk.conversation),
            Route("/desk/conversations/{id:int}/preview", desk.preview, methods=["POST"]),
            Route("/desk/conversations/{id:int}/{verb}", acting.act, methods=["POST"]),
            Route("/desk/knowledge", knowledge.show),
            Route("/desk/knowledge/behind", knowledge.behind),
            Route("/desk/knowledge/articles/{article}", knowledge.article),
            Route("/desk/reports", reports.show),
            Route("/desk/reports.csv", reports.spreadsheet),
            Route("/desk/reports/tickets", reports.behind),
            Route("/desk/staff", roster.show),
            Route("/desk/staff/{verb}", roster.act, methods=["POST"]),
            Route("/report", lambda _: RedirectResponse("/desk/reports", 303)),
            Route("/login/{token}", login),
            Route("/logout", acting.leave, methods=["POST"]),
            Route("/healthz", healthz),
            Route("/telegram/{secret}", Hooked(hook).take, methods=["POST"]),
            Mount("/static/{version}", StaticFiles(directory=STATIC)),
        ],
        middleware=[Middleware(SafeHeaders, sites=sites, tls=bool(service.settings.web_address))],
        exception_handlers={HTTPException: explain, 500: explain},
    )
