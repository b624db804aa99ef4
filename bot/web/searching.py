"""The search of the desk: what was asked for, and what was found, as the list shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.requests import Request

from bot import search
from bot.search import Hit
from bot.search_words import wanted
from bot.web import gate, queries
from bot.web.queries import Item

VIEW = "search"


@dataclass(frozen=True, slots=True)
class Search:
    """A search with one page of what it found. `asked` is the query of the page's own address."""

    typed: str
    problem: str | None
    tickets: Sequence[Item]
    people: Sequence[Item]
    hits: Sequence[Hit]
    older: str | None
    is_first: bool
    asked: Mapping[str, str]


def searched(conn: Connection, request: Request, now: datetime) -> Search:
    """Look for what the address says; `before` in it is the message that ended the page before."""
    typed, before = request.query_params.get("q", ""), request.query_params.get("before", "")
    last = gate.number(before)
    want = wanted(typed)
    found = search.find(conn, want, last)
    asked = address(request)
    older = urlencode({**asked, "before": found.older}) if found.older is not None else None
    return Search(
        typed=typed,
        problem=want.problem,
        tickets=queries.list_tickets(conn, [found.ticket], now) if found.ticket is not None else [],
        people=queries.list_conversations(conn, found.people, now),
        hits=found.hits,
        older=older,
        is_first=last is None,
        asked=asked,
    )


def address(request: Request) -> dict[str, str]:
    """Return what leads back to the page of results that is shown, as far as it can be an address."""
    kept = {name: request.query_params.get(name, "") for name in ("q", "before")}
    return {"show": VIEW} | {name: value for name, value in kept.items() if 0 < len(value) <= 1_000}


def shown_message(request: Request) -> int | None:
    """Return the message at which a conversation is to be opened, if the address names one."""
    return gate.number(request.query_params.get("at", ""))
