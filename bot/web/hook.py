"""Where a channel posts its updates: checked by their secret, stored, and answered only then."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.channel import Hook
from bot.intake import Full

SECRET = "x-telegram-bot-api-secret-token"  # noqa: S105 - a header's name
LARGEST = 1024 * 1024
LATER = {"retry-after": "5"}


class Hooked:
    """Takes what is posted. Without a webhook, and to who does not know its secret, there is no such page."""

    def __init__(self, hook: Hook | None) -> None:
        self._hook = hook

    async def take(self, request: Request) -> Response:
        """Store one update and answer 200 after its commit; 503 where it should be posted again later."""
        hook = self._hook
        if hook is None or not hook.knows(request.path_params["secret"], request.headers.get(SECRET, "")):
            raise HTTPException(404)
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > LARGEST:
                raise HTTPException(413)
        try:
            await hook.take(bytes(body))
        except Full:
            return Response(status_code=503, headers=LATER)
        return Response()
