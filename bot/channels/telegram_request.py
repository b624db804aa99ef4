"""The way to the Bot API over HTTP; a failure says whether the request can have arrived."""

import json
from typing import Any

import httpx
from telegram.error import NetworkError, TelegramError
from telegram.request import BaseRequest, HTTPXRequest, RequestData

SHOWN = 200
UNSTATED = 5.0
TOO_MANY = 429
# Made before a byte of the request leaves: what failed here cannot have arrived.
BEFORE_SENDING = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Flooded(TelegramError):  # noqa: N818 - an outcome
    """Telegram wants no request for so many seconds, and has done nothing."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"429: Telegram wants us to wait {seconds:g} s")
        self.seconds = seconds


class NotSent(NetworkError):  # noqa: N818 - an outcome
    """There was no connection, so that nothing can have arrived."""


class Request(HTTPXRequest):
    """The library's client, which also tells a request that never left from one that may have arrived."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Make one request; raises NotSent or Flooded where that much is certain."""
        try:
            code, payload = await super().do_request(
                url, method, request_data, read_timeout, write_timeout, connect_timeout, pool_timeout
            )
        except NetworkError as error:
            if isinstance(error.__cause__, BEFORE_SENDING):
                raise NotSent(str(error)) from error
            raise
        if code == TOO_MANY:
            raise Flooded(_seconds(payload))
        return code, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer. The library would log one that it cannot read, with the texts in it."""
        try:
            read = json.loads(payload.decode("utf-8", "replace"))
        except (ValueError, RecursionError) as error:
            raise TelegramError("the answer was not JSON") from error
        if not isinstance(read, dict):
            raise TelegramError("the answer was not one of the Bot API")
        return read


def plain(error: BaseException) -> str:
    """Say on one short line what went wrong."""
    words = " ".join(str(error).split()) or type(error).__name__
    return words if len(words) <= SHOWN else f"{words[:SHOWN]}…"


def _seconds(payload: bytes) -> float:
    """Return how long to wait; an answer that does not say so gets a few seconds."""
    try:
        seconds = float(json.loads(payload)["parameters"]["retry_after"])
    except (ValueError, TypeError, LookupError, RecursionError):
        return UNSTATED
    return seconds if 0 < seconds < float("inf") else UNSTATED
