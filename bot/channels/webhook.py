"""The way out to a webhook: one outbox row as JSON to the address a brand named."""

import asyncio
import hashlib
import hmac
import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from bot.channels.channel import Rejected, Sending, Uncertain, Unsent
from bot.channels.quiet import quiet_loggers
from bot.cutting import shortened
from bot.settings.addresses import is_loopback

NAME = "webhook"
PATIENCE = 4.0
AGAIN = 5.0
UNSTATED = 30.0
LONGEST_WAIT = 3600.0
SHOWN = 200
# Made before a byte of the request leaves: what failed here cannot have arrived.
BEFORE_SENDING = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class WebhookChannel:
    """Posts to one address, which is a secret: what is said of a failure names its host only.

    `now` dates the signature, `patience` is how many seconds each step may take: connecting, sending,
    the answer.
    """

    rate: float | None = None

    def __init__(
        self, address: str, secret: str | None, now: Callable[[], datetime], patience: float = PATIENCE
    ) -> None:
        quiet_loggers("httpx", "httpcore")
        self._address = httpx.URL(address)
        self._host = self._address.host
        self._secret = secret
        self._now = now
        self._patience = patience
        # A connection that was kept may be dead without our knowing: then nobody knew what arrived.
        self._client = httpx.AsyncClient(
            follow_redirects=False,
            timeout=patience,
            limits=httpx.Limits(max_keepalive_connections=0),
            trust_env=not is_loopback(self._host),
            headers={"User-Agent": "mimin"},
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def wait_turn(self, sending: Sending) -> None:
        """Nothing is known of the receiver's pace; one that wants to be asked later says so."""

    async def send(self, sending: Sending) -> str | None:
        """Post one row. `delivery` tells a repeat, and is in the body so that it is signed with it."""
        request = self._client.build_request("POST", self._address, content=_body(sending))
        request.headers["Content-Type"] = "application/json"
        self._sign(request)
        try:
            # An answer that trickles in keeps no step waiting for long, and must still end.
            async with asyncio.timeout(3 * self._patience):
                response = await self._client.send(request, stream=True)
                await response.aclose()
        except BEFORE_SENDING as error:
            words = shortened(str(error), SHOWN) or type(error).__name__
            raise Unsent(f"{self._host}: no connection: {words}", AGAIN) from error
        except (httpx.TransportError, TimeoutError) as error:
            raise Uncertain(f"{self._host}: no answer ({type(error).__name__})") from error
        self._judge(response)
        return None

    def _sign(self, request: httpx.Request) -> None:
        """Prove where it comes from and when: the signed text is the time, a full stop and the body."""
        if self._secret is None:
            return
        timestamp = str(int(self._now().timestamp()))
        signed = timestamp.encode() + b"." + request.content
        digest = hmac.new(self._secret.encode(), signed, hashlib.sha256).hexdigest()
        request.headers["X-Mimin-Timestamp"] = timestamp
        request.headers["X-Mimin-Signature"] = f"sha256={digest}"

    def _judge(self, response: httpx.Response) -> None:
        """Raise what an answer says of the row, unless it was taken."""
        code, later = response.status_code, response.headers.get("Retry-After")
        reason = f"{self._host}: {code}"
        if response.is_success:
            return
        if code == httpx.codes.TOO_MANY_REQUESTS or (
            code == httpx.codes.SERVICE_UNAVAILABLE and later is not None
        ):
            raise Unsent(reason, self._seconds(later))
        if response.is_server_error:
            raise Uncertain(reason)
        raise Rejected(f"{reason}, a redirect, which is not followed" if response.is_redirect else reason)

    def _seconds(self, later: str | None) -> float:
        """Return how long to wait, as a number of seconds or a date says it, within bounds."""
        try:
            seconds = float(later or "")
        except ValueError:
            seconds = self._until(later or "")
        return min(max(seconds, 1.0), LONGEST_WAIT) if not math.isnan(seconds) else UNSTATED

    def _until(self, date: str) -> float:
        try:
            moment = parsedate_to_datetime(date)
        except (ValueError, OverflowError):
            return UNSTATED
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return (aware - self._now()).total_seconds()


def _body(sending: Sending) -> bytes:
    said = {**(sending.payload.get("facts") or {}), "text": sending.text}
    # The row's number alone would come again in a new database.
    digest = hashlib.sha256(json.dumps([sending.id, said]).encode()).hexdigest()
    return json.dumps({**said, "delivery": f"{sending.id}-{digest[:12]}"}).encode()
