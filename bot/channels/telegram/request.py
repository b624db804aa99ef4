"""Which client goes to the Bot API: the one that costs least, where it is there."""

from importlib import import_module
from urllib.request import getproxies

from telegram.request import BaseRequest

from bot.channels.telegram.httpx_request import HttpxRequest


def open_request(connections: int, patience: float) -> BaseRequest:
    """Return a client with so many connections, and so many seconds for each step of a request.

    aiohttp is not there on every platform, and knows no SOCKS.
    """
    if not any(proxy.startswith("socks") for proxy in getproxies().values()):
        try:
            request: BaseRequest = import_module("bot.channels.telegram.aiohttp_request").AiohttpRequest(
                connections, patience
            )
        except ImportError:
            pass
        else:
            return request
    return HttpxRequest(
        connection_pool_size=connections,
        connect_timeout=patience,
        read_timeout=patience,
        write_timeout=patience,
        pool_timeout=patience,
    )
