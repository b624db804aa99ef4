"""What all pages of the desk show alike: the list of a view, made once for those who look at one time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from sqlalchemy import Connection

from bot.service import Service
from bot.web import queries
from bot.web.gathering import Gathering
from bot.web.pages import Pages
from bot.web.queries import Counts, Item
from handoff import people

APART = 0.2  # seconds between two makings of the same list while many look
BESIDE = ("troubled", "crisis", "search")  # views that list no tickets


class Shown(NamedTuple):
    """Which list: its view, whose it is where it is somebody's own, and the language."""

    view: str
    me: int | None
    language: str


@dataclass(frozen=True, slots=True)
class Listed:
    """The list of a view, `lines` being its items as they stand on the page."""

    items: Sequence[Item]
    lines: Sequence[str]
    counts: Counts
    names: Mapping[int, str]
    unreached: Sequence[str]


class Lists:
    """Makes the lists. With many pages open, each message changes what all of them show."""

    def __init__(self, service: Service, pages: Pages) -> None:
        self._service = service
        self._pages = pages
        self._lists = Gathering(self._make, APART)

    async def get(self, view: str, me: int, language: str) -> Listed:
        """Return the list as it is now, or a moment later."""
        return await self._lists.get(Shown(view, me if view == "mine" else None, language))

    async def _make(self, shown: Shown) -> Listed:
        return await self._service.read(lambda conn: self._read(conn, shown))

    def _read(self, conn: Connection, shown: Shown) -> Listed:
        view, now = shown.view, self._service.now()
        names = queries.names(conn)
        items = [] if view in BESIDE else queries.list_items(conn, view, shown.me or 0, now)
        line, here = self._pages.macros(shown.language, "_item.html").item_line, urlencode({"show": view})
        return Listed(
            items=items,
            lines=[line(item, False, here, view, names) for item in items],
            counts=queries.count(conn, now),
            names=names,
            unreached=people.list_unreached(conn) if "telegram" in self._service.brand.reaches else [],
        )
