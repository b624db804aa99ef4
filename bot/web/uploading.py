"""Forms that bring a file: read piece by piece, and no further than is allowed."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from bot.service import Service
from bot.signatures import KINDS
from bot.web import gate

log = logging.getLogger(__name__)
MULTIPART = "multipart/form-data"
FIELD = "file"
MOST_FIELDS = 30
ENDINGS = ",".join(f".{ending}" for kind in KINDS for ending in kind.endings)  # for the browser's picker
# What is read and thrown away after a file that is too large: a browser hears only when it has said it all.
DRAINED = 64 * 1024 * 1024


class _TooLarge(MultiPartException):
    """More came than may."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form held. Of a file that was too large only the fields before it are there."""

    fields: Mapping[str, str]
    file: UploadFile | None = None
    is_too_large: bool = False

    async def close(self) -> None:
        """Let go of the file."""
        if self.file is not None:
            await self.file.close()


async def read_sent(request: Request, largest: int) -> Sent:
    """Return the fields of a form of ours, and its file, of at most `largest` bytes.

    Raises a 403 where another site sent it, a 413 where it says itself that it is far too large, and a 400
    where it is no form.
    """
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != MULTIPART:
        return Sent(await gate.read_form(request))
    gate.require_own_page(request)
    most = largest + gate.LARGEST_FORM
    if (gate.number(request.headers.get("content-length", "")) or 0) > most + DRAINED:
        raise HTTPException(413)
    stream = request.stream()
    parser = MultiPartParser(
        request.headers,
        _limited(stream, most),
        max_files=1,
        max_fields=MOST_FIELDS,
        max_part_size=gate.LARGEST_FORM,
    )
    try:
        form = await parser.parse()
    except _TooLarge:
        await _drain(stream)
        return Sent(_fields(parser.items), is_too_large=True)
    except MultiPartException as error:
        raise HTTPException(400) from error
    files = [(name, value) for name, value in form.multi_items() if isinstance(value, UploadFile)]
    sent = Sent(_fields(form.multi_items()), files[0][1] if files else None)
    if any(name != FIELD for name, _ in files):
        await sent.close()
        raise HTTPException(400)
    if sent.file is not None and not sent.file.size:
        await sent.close()
        return Sent(sent.fields)  # nothing was chosen
    if sent.file is not None and (sent.file.size or 0) > largest:
        await sent.close()
        return Sent(sent.fields, is_too_large=True)
    return sent


async def keep_file(service: Service, file: UploadFile) -> tuple[list[dict[str, Any]], str | None]:
    """Keep a file for good; returns what its message says of it, else the key of what is wrong."""
    try:
        kept = await asyncio.to_thread(service.uploads.keep, file.file, file.filename or "")
    except OSError:
        log.exception("a file that was sent could not be kept")
        return [], "file.not_kept"
    return ([kept], None) if kept is not None else ([], "file.no_kind")


async def _limited(stream: AsyncIterator[bytes], most: int) -> AsyncGenerator[bytes, None]:
    seen = 0
    async for piece in stream:
        seen += len(piece)
        if seen > most:
            raise _TooLarge("too large")
        yield piece


async def _drain(stream: AsyncIterator[bytes]) -> None:
    seen = 0
    async for piece in stream:
        seen += len(piece)
        if seen > DRAINED:
            raise HTTPException(413)


def _fields(items: Iterable[tuple[str, str | UploadFile]]) -> dict[str, str]:
    return {name: gate.line_ends(value) for name, value in items if isinstance(value, str)}
