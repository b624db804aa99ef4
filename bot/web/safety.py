"""Safety of every answer: security headers, no caching of private pages, and a pace for visitors."""

from collections import deque
from collections.abc import Mapping, Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.assets import caching

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


STAYS = {"strict-transport-security": "max-age=31536000"}  # a year of https only (RFC 6797)


def headers_of(path: str, sites: Sequence[str]) -> Mapping[str, str]:
    """Return the security headers of the answer at a path.

    Only the follower's chat may be shown in a frame, and only by these sites; the desk and the sign-in
    never are. X-Frame-Options knows no list, so it stands where the answer is nobody.
    """
    if not sites or not (path == "/" or path.startswith("/chat/")):
        return HEADERS
    framed = {name: value for name, value in HEADERS.items() if name != "x-frame-options"}
    policy = HEADERS["content-security-policy"]
    by_them = f"frame-ancestors {' '.join(sites)}"
    return framed | {"content-security-policy": policy.replace("frame-ancestors 'none'", by_them)}


class SafeHeaders:
    """Adds the security headers to every answer, unless it has its own, and for how long it may be kept.

    `tls` says that a proxy in front speaks it, so that cookies are for https only.
    """

    def __init__(self, app: ASGIApp, sites: Sequence[str] = (), *, tls: bool = False) -> None:
        self._app = app
        self._sites = sites
        self._tls = tls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the answer's headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._tls:
            scope["scheme"] = "https"
        added = {**headers_of(scope["path"], self._sites), **(STAYS if self._tls else {})}

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                kept = caching(scope["path"]) if message["status"] < 400 else "no-store"
                for name, value in {**added, "cache-control": kept}.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, complete)


class Pace:
    """How often one visitor may write: `most` times within `seconds`."""

    def __init__(self, most: int = 20, seconds: float = 10.0, remembered: int = 10_000) -> None:
        self._most = most
        self.seconds = seconds
        self._remembered = remembered
        self._times: dict[str, deque[float]] = {}

    def wait(self, visitor: str, now: float) -> float:
        """Count one message at `now`, in monotonic seconds, and return 0; else return how long to wait."""
        times = self._times.pop(visitor, None) or deque()
        self._times[visitor] = times
        while len(self._times) > self._remembered:
            self._times.pop(next(iter(self._times)))
        while times and now - times[0] >= self.seconds:
            times.popleft()
        if len(times) >= self._most:
            return self.seconds - (now - times[0])
        times.append(now)
        return 0.0
