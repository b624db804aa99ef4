"""The way to the Bot API over aiohttp, which costs a fraction of what the library's own client costs."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram.outcomes import Answering, NotSent, heed

JSON = "application/json"
# Made before a byte of the request leaves: what failed here cannot have arrived.
BEFORE_SENDING = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError)


class AiohttpRequest(Answering):
    """Each limit is in seconds; None waits for ever.

    A POST, which is all but fetching a file, is never made twice: aiohttp repeats only what is idempotent.
    A connection that the server closed while it was idle is seen as closed and not used.
    """

    def __init__(self, connections: int, patience: float, proxies: Mapping[str, str] | None = None) -> None:
        self._connections = connections
        self._patience = patience
        self._session: aiohttp.ClientSession | None = None
        self._is_shut = False
        self._proxies = getproxies() if proxies is None else proxies

    @property
    def read_timeout(self) -> float:
        """Return how long an answer may take; the library adds it to the time of a long poll."""
        return self._patience

    async def initialize(self) -> None:
        """Open it again after `shutdown`."""
        self._is_shut = False

    async def shutdown(self) -> None:
        """Close the connections."""
        self._is_shut = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

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
        """Make one request; raises NotSent or Flooded where that much is certain.

        No error names its cause, since aiohttp's hold the address, and the token is a part of it.
        """
        session = self._open()
        limits = self._limits(read_timeout, write_timeout, connect_timeout, pool_timeout)
        failure: TelegramError
        try:
            async with session.request(
                method, url, timeout=limits, allow_redirects=False, proxy=self._proxy(url),
                **_body(request_data),
            ) as response:  # fmt: skip
                code, payload = response.status, await response.read()
        except BEFORE_SENDING as error:
            failure = NotSent(_named(error))
        except TimeoutError:
            failure = TimedOut()
        except Exception as error:
            failure = NetworkError(_named(error))
        else:
            heed(code, payload)
            return code, payload
        raise failure

    def _open(self) -> aiohttp.ClientSession:
        """Return the session, which can only be made where a loop runs."""
        if self._is_shut:
            raise RuntimeError("this request was shut down")
        if self._session is None:
            # The same authorities are trusted, whichever client is used.
            connector = aiohttp.TCPConnector(limit=self._connections, ssl=httpx.create_ssl_context())
            self._session = aiohttp.ClientSession(
                connector=connector,
                headers={"User-Agent": self.USER_AGENT},
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    def _limits(self, read: Any, write: Any, connect: Any, pool: Any) -> aiohttp.ClientTimeout:
        """Bound each step; aiohttp counts the wait for a connection of the pool into making one."""
        read, write, connect, pool = (
            self._patience if limit is BaseRequest.DEFAULT_NONE else limit
            for limit in (read, write, connect, pool)
        )
        making = None if connect is None or pool is None else connect + pool
        whole = None if making is None or read is None or write is None else making + write + read
        return aiohttp.ClientTimeout(total=whole, connect=making, sock_connect=connect, sock_read=read)

    def _proxy(self, url: str) -> str | None:
        """Return the proxy of the environment. aiohttp can look too, in two threads for each request."""
        if not self._proxies:
            return None
        address = urlsplit(url)
        proxy = self._proxies.get(address.scheme) or self._proxies.get("all")
        if not proxy or proxy_bypass(address.hostname or ""):
            return None
        return proxy if "://" in proxy else f"http://{proxy}"


def _body(data: RequestData | None) -> dict[str, Any]:
    """Return what is sent: JSON, or a form of parts where there is a file among it."""
    if data is None:
        return {}
    if not data.contains_files:
        return {"data": json.dumps(data.parameters).encode(), "headers": {"Content-Type": JSON}}
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return {"data": form}


def _named(error: Exception) -> str:
    """Name an error without its words; what the system says of a connection names a host at most."""
    name = f"aiohttp.{type(error).__name__}"
    return f"{name}: {error.os_error}" if isinstance(error, aiohttp.ClientConnectorError) else name
