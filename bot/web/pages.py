"""The templates and what every page is given: words, times, language, who is looking."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot import guarding
from bot.service import Service
from bot.web import assets, gate, times
from bot.web.files import attached, words_beside
from bot.web.gate import LANGUAGE, YEAR
from bot.web.words import Words, choose_language, read_words
from bot.wording import LANGUAGES
from handoff.entry import Doubted, Refused
from handoff.money import format_amount
from handoff.staff import may_read

HERE = Path(__file__).parent
TINTS = 6


class Pages:
    """Renders the templates. Everything that comes from outside is escaped."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._words = read_words()
        self._environment = environment()

    def language(self, request: Request) -> str:
        """Return the language to show somebody: their choice, their browser's, else the brand's."""
        asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE)
        return choose_language(
            asked, request.headers.get("accept-language", ""), self._service.brand.language
        )

    def word(self, request: Request, key: str, **values: object) -> str:
        """Return words in the language of whoever looks."""
        return self._words[self.language(request)](key, **values)

    def refusal(self, request: Request, refused: Refused) -> str:
        """Return why somebody was refused, in their language; a tick beside confirms what is doubted."""
        saying = guarding.found(refused) if isinstance(refused, Doubted) else refused.saying
        why = self._service.brand.wording.speak(saying, self.language(request))
        return self.word(request, f"refused.{refused.code}", why=why)

    def find_word(self, request: Request, key: str) -> str | None:
        """Return the same, if there are any."""
        return self._words[self.language(request)].find(key)

    def render(
        self, request: Request, template: str, status: int = 200, context: Mapping[str, Any] | None = None
    ) -> Response:
        """Render a page; a language chosen by `?lang=` is remembered, unless a site around it chose."""
        language, now, brand = self.language(request), self._service.now(), self._service.brand
        words = self._words[language]
        given = spoken(words, brand.name, brand.zone, now) | {
            "other_language": next(other for other in LANGUAGES if other != language),
            "other_link": f"?{urlencode({**request.query_params, 'lang': _other(language)})}",
        }
        html = self._environment.get_template(template).render({**given, **(context or {})})
        response = HTMLResponse(
            html, status, headers={"content-language": language, "vary": "accept-language"}
        )
        if request.query_params.get("lang") in LANGUAGES and not gate.is_embedded(request):
            gate.set_cookie(request, response, LANGUAGE, language, YEAR)
        return response

    def macros(self, language: str, template: str) -> Any:
        """Return the macros of a template, for what many pages show alike."""
        brand = self._service.brand
        given = spoken(self._words[language], brand.name, brand.zone, self._service.now())
        return self._environment.get_template(template).make_module(given)


def spoken(words: Words, brand: str, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    """Return what every template is given, whoever looks: words, and how times and amounts are said."""
    language = words.language
    return {
        "t": words,
        "has_words": lambda key: words.find(key) is not None,
        "language": language,
        "brand": brand,
        "now": now,
        "units": times.UNITS[language],
        "clock": lambda at: times.clock(at, zone, language),
        "day": lambda at: times.day(at, now, zone, language),
        "moment": lambda at: times.moment(at, now, zone, language),
        "span": lambda length: times.span(length, language),
        "left": lambda at: left(at, now, language),
        "urgency": lambda clock: urgency(clock, now),
        "money": format_amount,
        "may_read": may_read,
    }


@cache
def environment() -> Environment:
    """Return the templates, compiled once a process."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["static"] = assets.ADDRESS
    environment.filters |= {
        "first_name": first_name,
        "initial": initial,
        "tint": tint,
        "attached": attached,
        "beside": words_beside,
    }
    return environment


def left(at: datetime, now: datetime, language: str) -> str:
    """Say how much is left until an instant, or by how much it has passed."""
    return times.span(at - now, language)


def urgency(clock: Any, now: datetime) -> str:
    """Say how pressing a promise is: late, soon or calm."""
    if clock.is_late or clock.due_at <= now:
        return "late"
    is_soon = clock.warn_at is not None and clock.warn_at <= now
    return "soon" if is_soon or clock.due_at - now < timedelta(minutes=2) else "calm"


def first_name(name: str) -> str:
    """Return the name by which followers know a member of staff."""
    words = name.split()
    return words[0][:1].upper() + words[0][1:] if words else name


def initial(name: str) -> str:
    """Return the letter for a round picture: the first that can be read, else a dot."""
    return next((letter.upper() for letter in name if letter.isalnum()), "·")


def tint(name: str) -> int:
    """Return the colour of a name's round picture, always the same one."""
    return sum(name.encode()) % TINTS


def _other(language: str) -> str:
    return next(other for other in LANGUAGES if other != language)
