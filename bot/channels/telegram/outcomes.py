"""What can be said for certain of a request to the Bot API, whichever client made it."""

import json
from typing import Any

from telegram.error import NetworkError, TelegramError
from telegram.request import BaseRequest

SHOWN = 200
UNSTATED = 5.0
TOO_MANY = 429


class Flooded(TelegramError):  # noqa: N818 - an outcome
    """Telegram wants no request for so many seconds, and has done nothing."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"429: Telegram wants us to wait {seconds:g} s")
        self.seconds = seconds


class NotSent(NetworkError):  # noqa: N818 - an outcome
    """There was no connection, so that nothing can have arrived."""


class Answering(BaseRequest):
    """What both clients do with an answer."""

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


def heed(code: int, payload: bytes) -> None:
    """Raise Flooded where the answer asks for silence."""
    if code == TOO_MANY:
        raise Flooded(_seconds(payload))


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
