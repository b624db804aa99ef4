"""The gate: which browser this is, and whether a form was sent by a page of ours."""

import secrets
from collections.abc import Mapping
from hmac import compare_digest
from urllib.parse import parse_qsl, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.web.sign_in import SESSION_LASTS, Session
from bot.wording import LANGUAGES

SESSION = "mimin_session"
VISITOR = "mimin_visitor"
LANGUAGE = "mimin_language"
YEAR = 365 * 86_400
VISITOR_LENGTH = 24
LARGEST_FORM = 64 * 1024
FORM = "application/x-www-form-urlencoded"


async def read_form(request: Request) -> Mapping[str, str]:
    """Return the fields of a form sent by a page of ours, line ends as we store them.

    Raises a 403 where another site sent it, a 413 where it is too large and a 400 where it is no form.
    """
    require_own_page(request)
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != FORM:
        raise HTTPException(400)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_FORM:
            raise HTTPException(413)
    try:
        fields = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=30)
    except ValueError as error:
        raise HTTPException(400) from error
    return {name: line_ends(value) for name, value in fields}


def line_ends(text: str) -> str:
    """Return a text of a form with line ends as we store them."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def require_own_page(request: Request) -> None:
    """Raise a 403 where another site sent the form.

    Browsers say so in Sec-Fetch-Site, or in Origin. Origin is "null" on a form of our own too, because
    our pages send no referrer; then the session's token, or the cookie's SameSite, decides.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise HTTPException(403)
        return
    origin = request.headers.get("origin")
    if origin and origin != "null" and _site(origin) != request.url.netloc:
        raise HTTPException(403)


def _site(origin: str) -> str | None:
    """Return the name and port of a site, if they can be read."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def require_token(session: Session | None, token: str) -> Session:
    """Return the session; raises a 401 where nobody is signed in and a 403 where the form is not theirs."""
    if session is None:
        raise HTTPException(401)
    if not compare_digest(session.csrf.encode(), token.encode()):
        raise HTTPException(403)
    return session


def number(text: str) -> int | None:
    """Return a whole number from a form or a link, if it is one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def find_visitor(request: Request) -> str | None:
    """Return the follower's own id, if their browser has a proper one."""
    visitor = request.cookies.get(VISITOR, "")
    is_ours = len(visitor) == VISITOR_LENGTH and visitor.replace("-", "").replace("_", "").isalnum()
    return visitor if is_ours and visitor.isascii() else None


def new_visitor() -> str:
    """Return an id nobody can guess; it is the key to one follower's conversation."""
    return secrets.token_urlsafe(VISITOR_LENGTH * 3 // 4)


def set_cookie(request: Request, response: Response, name: str, value: str, lasts: int) -> None:
    """Set a cookie that no script reads, no other site sends along, and no plain line carries under https."""
    is_https = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=lasts, httponly=True, samesite="lax", secure=is_https)


def is_embedded(request: Request) -> bool:
    """Say whether the chat is asked for in a frame on a brand's own site."""
    return request.query_params.get("embedded") == "1"


def setting(request: Request) -> str:
    """Return the query that keeps the chat in its frame, and there in the site's language; else nothing."""
    if not is_embedded(request):
        return ""
    language = request.query_params.get("lang")
    return f"?embedded=1&lang={language}" if language in LANGUAGES else "?embedded=1"


def remember_visitor(request: Request, response: Response, visitor: str) -> None:
    """Let the browser keep who this follower is, for a year.

    In a frame on another site a browser sends only a cookie that says SameSite=None, and that needs https.
    Partitioned gives each site around the frame a jar of its own: browsers that refuse other sites'
    cookies keep this one, nobody can follow a person from site to site by it, and no form on a third site
    finds it. Without https there is no such cookie, and Lax serves where both are on one site.
    """
    if request.url.scheme == "https" and is_embedded(request):
        jar = "HttpOnly; Secure; SameSite=None; Partitioned"
        response.headers.append("set-cookie", f"{VISITOR}={visitor}; Max-Age={YEAR}; Path=/; {jar}")
        return
    set_cookie(request, response, VISITOR, visitor, YEAR)


def begin_session(request: Request, response: Response, secret: str) -> None:
    """Let the browser keep its new session."""
    set_cookie(request, response, SESSION, secret, int(SESSION_LASTS.total_seconds()))
