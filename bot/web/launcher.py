"""The launcher at `/widget.js`: one script, by which a brand's own site shows the chat in a frame."""

import json
from collections.abc import Mapping
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

from bot.service import Service
from bot.web.pages import HERE
from bot.web.words import Words, read_words

FOLDER = HERE / "widget"
KEPT = 300  # seconds that browsers keep the script before they ask whether it is still good
WORDS = ("open", "close", "title", "unread", "loading", "own_tab")


class Launcher:
    """Serves the script with the look, the words and the sites it needs, all in the one answer."""

    def __init__(self, service: Service) -> None:
        settings = service.settings
        self._body = script(
            service.brand.name, service.brand.language, settings.web_embed, read_words()
        ).encode()
        self._headers = {
            "cache-control": f"public, max-age={KEPT}",
            "cross-origin-resource-policy": "cross-origin",
            "etag": f'"{sha256(self._body).hexdigest()[:20]}"',
        }

    async def serve(self, request: Request) -> Response:
        """Return the script; where the browser has it already, only that it is still good."""
        known = [
            tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")
        ]
        if self._headers["etag"] in known:
            return Response(status_code=304, headers=self._headers)
        return Response(self._body, media_type="text/javascript", headers=self._headers)


def script(brand: str, language: str, sites: tuple[str, ...], words: Mapping[str, Words]) -> str:
    """Return the whole script: the file's function, called with what this brand gives it."""
    given = {
        "look": (FOLDER / "launcher.css").read_text("utf-8"),
        "words": {
            name: {key: t.texts[f"widget.{key}"].replace("{brand}", brand) for key in WORDS}
            for name, t in words.items()
        },
        "language": language,
        "sites": sites,
    }
    return f"{(FOLDER / 'launcher.js').read_text('utf-8').rstrip()}({json.dumps(given)});\n"
