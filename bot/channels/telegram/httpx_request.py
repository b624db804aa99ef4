"""The way to the Bot API that needs nothing but the library's own client."""

from typing import Any

import httpx
from telegram.error import NetworkError
from telegram.request import BaseRequest, HTTPXRequest, RequestData

from bot.channels.telegram.outcomes import Answering, NotSent, heed

# Made before a byte of the request leaves: what failed here cannot have arrived.
BEFORE_SENDING = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class HttpxRequest(Answering, HTTPXRequest):
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
        heed(code, payload)
        return code, payload
