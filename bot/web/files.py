"""Pictures and files of a conversation: for its follower and for the desk, and inert for both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from bot import contacts
from bot.channels import web
from bot.service import Service
from bot.signatures import START, recognise
from bot.tables import MESSAGES
from bot.uploads import kind_named
from bot.web import gate
from bot.web.queries import BEYOND
from bot.web.sign_in import find_session

INERT = "sandbox; default-src 'none'"


@dataclass(frozen=True, slots=True)
class Attached:
    """One file as a page shows it; `link` is None while its message is not handled yet."""

    name: str
    size: str
    link: str | None
    is_picture: bool


def attached(media: Sequence[Mapping[str, Any]] | None, message: int | None) -> list[Attached]:
    """Return the files of a message that are kept here; those of other channels are not among them."""
    return [
        Attached(
            one["name"],
            _words(one["size"]),
            f"/files/{message}/{number}" if message is not None else None,
            (kind := kind_named(one["type"])) is not None and kind.is_shown,
        )
        for number, one in enumerate(media or ())
        if "upload" in one
    ]


def words_beside(text: str, media: Sequence[Mapping[str, Any]] | None) -> str:
    """Return what was said besides the files that a page shows; what only names them is not said twice."""
    is_named = any("upload" in one for one in media or ()) and not any(one["caption"] for one in media or ())
    return "" if is_named else text


class Files:
    """Hands out what was sent. Who may not have it hears the same as where there is nothing."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def show(self, request: Request) -> Response:
        """Return one file: a picture to be looked at, anything else only to be saved.

        A picture is looked at once more before a browser draws it. Nothing in a file runs, whatever the
        browser takes it for: it stands in a sandbox that loads nothing.
        """
        part = request.path_params["part"]
        media = await self._service.read(lambda conn: self._media(conn, request))
        one = media[part] if part < len(media) else {}
        path, kind = self._service.uploads.find(one.get("upload")), kind_named(one.get("type"))
        if path is None or kind is None:
            raise HTTPException(404)
        with path.open("rb") as file:
            is_drawn = kind.is_shown and recognise(file.read(START)) is kind
        way = "inline" if is_drawn else "attachment"
        return FileResponse(
            path, media_type=kind.type, filename=one["name"], content_disposition_type=way,
            headers={"content-security-policy": INERT},
        )  # fmt: skip

    def _media(self, conn: Connection, request: Request) -> Sequence[Mapping[str, Any]]:
        message = request.path_params["message"]
        row = None
        if message < BEYOND:
            row = conn.execute(select(MESSAGES).where(MESSAGES.c.id == message)).first()
        if row is None:
            raise HTTPException(404)
        if find_session(conn, request.cookies.get(gate.SESSION), self._service.now()) is None:
            thread = contacts.get(conn, row.conversation_id)
            theirs = (web.NAME, gate.find_visitor(request))
            is_public = row.direction == "in" or (row.direction == "out" and row.status == "sent")
            if (thread.channel, thread.external_id) != theirs or not is_public:
                raise HTTPException(404)
        return row.media or ()


def _words(size: int) -> str:
    return f"{size / 1_048_576:.1f} MB" if size >= 1_048_576 else f"{max(1, round(size / 1024))} KB"
