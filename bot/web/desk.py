"""The desk at `/desk`: who waits, what was said, and what one may do about it."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection, Row
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot import contacts, guarding, intake, journal, outbox
from bot.channels import web
from bot.logins import digest
from bot.service import Service
from bot.web import authority, gate, pings, queries, searching
from bot.web.batch import Batch
from bot.web.buttons import buttons
from bot.web.draft import drafted
from bot.web.gathering import Gathering
from bot.web.listed import Listed, Lists
from bot.web.news import Follower, News
from bot.web.opened import Opened, open_conversation
from bot.web.pages import Pages, first_name
from bot.web.presence import Presence, Typing
from bot.web.searching import Search
from bot.web.sign_in import Session, find_session, list_alive
from bot.web.uploading import ENDINGS
from handoff import tickets
from handoff.policy import Category
from handoff.satisfaction import FACES
from handoff.staff import may

VIEWS = ("waiting", "mine", "soon", "open", "resolved", "chats", "crisis", "troubled", "search")
SEEN = "pings_dismissed:{}"
# What a refused form keeps of what was typed.
KEPT = (
    "text", "note", "reason", "promise", "by", "awaiting", "update", "amount",
    "remedy_text", "override_text", "reword_text", "doubted",
)  # fmt: skip
REST = 0.25  # seconds between two events for one page, which rests as long between two looks
HANDED = "handover_dismissed:{}"


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every page of the desk: who looks, the list beside, pings and notices on top."""

    session: Session
    view: str
    listed: Listed
    pings: Sequence[Row[Any]]
    notices: Sequence[Row[Any]]
    mine: int
    position: int
    search: Search | None

    @property
    def names(self) -> Mapping[int, str]:
        """Return the names of everybody who is or was at the desk, by number."""
        return self.listed.names

    @property
    def here(self) -> str:
        """Return the query of an address that keeps the list as it is."""
        return urlencode(self.search.asked if self.search else {"show": self.view})

    def may(self, act: str) -> bool:
        """Say whether who looks may try an act at all."""
        return may(self.session.person.role, act)


class Desk:
    """The pages of the desk. What they do is done in `bot.web.acting`."""

    def __init__(self, service: Service, pages: Pages, news: News, typing: Typing) -> None:
        self._service = service
        self._pages = pages
        self._news = news
        self._typing = typing
        self._presence = Presence(news.stir)
        self._lists = Lists(service, pages)
        self._state: Gathering[None, tuple[int, frozenset[str]]] = Gathering(self._look, REST)
        self._batch = Batch(service)

    async def overview(self, request: Request) -> Response:
        """Show the list alone, or what needs a person beside it."""
        return await self.aside(request, self.view_of(request))

    async def aside(
        self,
        request: Request,
        view: str,
        *,
        status: int = 200,
        problem: str | None = None,
        kept: Mapping[str, str] | None = None,
    ) -> Response:
        """Show a view; after a refused act with the reason."""

        frame = await self._frame(request, view)
        scopes = sorted(self._service.brand.understanding.scopes)
        context: dict[str, Any] = {"problem": problem, "words_in": intake.words_in, "scopes": scopes}
        context |= {"frame": frame, "opened": None}
        context["kept"] = dict.fromkeys(("scope", "statement", "by"), "") | dict(kept or {})
        if view == "troubled":
            context["sends"] = await self._batch.read(outbox.list_troubled)
            context["updates"] = await self._batch.read(intake.list_dead)
        if view == "crisis":
            context["crises"] = await self._batch.read(authority.going_on)
        return self._pages.render(request, "desk.html", status, context)

    async def conversation(self, request: Request) -> Response:
        """Show one conversation beside the list."""
        return await self.page(request, request.path_params["id"])

    async def page(
        self,
        request: Request,
        conversation: int,
        *,
        status: int = 200,
        problem: str | None = None,
        kept: Mapping[str, str] | None = None,
    ) -> Response:
        """Show a conversation; after a refused act with the reason, and with what was typed."""
        frame = await self._frame(request, self.view_of(request))

        def load(conn: Connection) -> Opened:
            if not queries.exists(conn, conversation):
                raise HTTPException(404)
            person, at, now = frame.session.person, searching.shown_message(request), self._service.now()
            return open_conversation(conn, self._service.brand, person, conversation, now, at)

        opened = await self._batch.read(load)
        brand = self._service.brand
        language = opened.thread.language or brand.language
        canned = brand.wording.canned[language]
        may_write = "reply" in opened.buttons and not opened.is_window
        draft = drafted(brand, opened.lines, language, self._service.now()) if may_write else None
        picked = canned.get(request.query_params.get("canned", ""), "")
        if draft and request.query_params.get("draft"):
            picked = draft[1]
        context = {
            "frame": frame,
            "opened": opened,
            "canned": canned,
            "canned_language": language,
            "problem": problem,
            "kept": dict.fromkeys(KEPT, "") | {"text": picked} | dict(kept or {}),
            "nonce": secrets.token_urlsafe(12),
            "categories": list(Category),
            "largest": self._service.uploads.largest if opened.thread.channel == web.NAME else 0,
            "endings": ENDINGS,
            "faces": FACES,
            "article_title": self._title(language),
            "draft": draft,
            "lookers": self._presence.others(conversation, frame.session.person.name),
        }
        return self._pages.render(request, "desk.html", status, context)

    async def preview(self, request: Request) -> Response:
        """Show what the follower would read, and what the guard says of it; nothing is sent or kept."""
        form, brand = await gate.read_form(request), self._service.brand
        speak, language = brand.wording.speak, self._pages.language(request)
        conversation, text = request.path_params["id"], form.get("text", "").strip()

        def load(conn: Connection) -> dict[str, Any]:
            found = find_session(conn, request.cookies.get(gate.SESSION), self._service.now())
            session = gate.require_token(found, form.get("csrf", ""))
            if not queries.exists(conn, conversation):
                raise HTTPException(404)
            thread, ticket = contacts.get(conn, conversation), contacts.open_ticket(conn, conversation)
            findings = guarding.inspect(conn, brand, thread, ticket, text) if text else []
            newest, now = tickets.find_newest(conn, conversation), self._service.now()
            ticket_now = newest.ticket if newest else None
            allowed = buttons(session.person, thread, ticket_now, now, brand.promises.reopen_within)
            writes = bool(text) and "reply" in allowed
            return {
                "name": thread.name,
                "who": session.person.name,
                "findings": [(one.level, speak(one.saying, language)) for one in findings],
                "writes": writes,
            }

        context = {"text": text} | await self._service.read(load)
        if context["writes"]:
            self._typing.writes(conversation, first_name(context["who"]))
        return self._pages.render(request, "_preview.html", context=context)

    async def events(self, request: Request) -> Response:
        """Tell the page whenever something happened."""
        secret = request.cookies.get(gate.SESSION)
        session = await self._service.read(lambda conn: find_session(conn, secret, self._service.now()))
        if session is None:
            raise HTTPException(401)
        seen = request.headers.get("last-event-id") or request.query_params.get("after", "")
        here = gate.number(request.query_params.get("conversation", ""))
        name = session.person.name
        return EventSourceResponse(self._happened(secret, gate.number(seen) or 0, here, name))

    async def _look(self, _: None) -> tuple[int, frozenset[str]]:
        """Return the log's newest position and who is signed in, for all open pages at once."""
        now = self._service.now()
        return await self._service.read(lambda conn: (journal.position(conn), list_alive(conn, now)))

    def view_of(self, request: Request) -> str:
        """Return the view of the list that was asked for."""
        asked = request.query_params.get("show", "")
        return asked if asked in VIEWS else "open"

    async def _happened(
        self, secret: str | None, after: int, here: int | None, name: str
    ) -> AsyncIterator[ServerSentEvent]:
        """Yield the log's newest position when it grew or others came; ends with the session."""
        mine = digest(secret or "")
        seen = self._presence.others(here, name)
        with self._presence.looks(here, name):
            async for _ in self._news.follow(Follower()):
                position, alive = await self._state.get(None)
                if mine not in alive:
                    yield ServerSentEvent("", event="ended")
                    return
                others = self._presence.others(here, name)
                if position > after or others != seen:
                    after, seen = max(after, position), others
                    yield ServerSentEvent(str(position), id=str(position), event="news", retry=1000)
                    await asyncio.sleep(REST)

    async def _frame(self, request: Request, view: str) -> Frame:
        """Read what stands around a page. Its position is read first, so that it is never newer than what
        the page shows.
        """
        now = self._service.now()

        def load(conn: Connection) -> dict[str, Any]:
            session = find_session(conn, request.cookies.get(gate.SESSION), now)
            if session is None:
                raise HTTPException(401)
            me = session.person.id
            return {
                "session": session,
                "position": journal.position(conn),
                "pings": pings.list_open(conn, me, queries.read_mark(conn, SEEN.format(me)), now),
                "notices": pings.list_notices(conn, me, queries.read_mark(conn, HANDED.format(me))),
                "mine": queries.count_mine(conn, me),
                "search": searching.searched(conn, request, now) if view == searching.VIEW else None,
            }

        own = await self._batch.read(load)
        listed = await self._lists.get(view, own["session"].person.id, self._pages.language(request))
        return Frame(view=view, listed=listed, **own)

    def _title(self, language: str) -> Any:
        def title(article_id: str) -> str:
            article = self._service.brand.understanding.article(article_id)
            return article.title(language) if article else article_id

        return title
