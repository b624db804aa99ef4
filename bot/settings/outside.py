"""How the world is reached: [telegram], [web], [database] and the environment, which wins."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from bot.settings.addresses import is_loopback, parse_origin
from bot.settings.model import Telegram
from bot.settings.table import Notes, Table, line
from knowledge.mistakes import shown

_ELSEWHERE = {
    key: f"does not belong in a file; set {variable} in the environment"
    for key, variable in {
        "token": "MIMIN_TELEGRAM_TOKEN",
        "secret": "MIMIN_TELEGRAM_SECRET",
        "api": "MIMIN_TELEGRAM_API",
        "rate": "MIMIN_TELEGRAM_RATE",
    }.items()
}
_LARGEST_ID = 2**52
_LAST_PORT = 65535
_SQLITE = "sqlite:///"


def read_environment(environ: Mapping[str, str], notes: Notes) -> Table:
    """Return the variables as a table of text; an empty one counts as not set."""
    return Table({key: value for key, value in environ.items() if value}, "", notes)


def read_telegram(root: Table, environment: Table) -> Telegram:
    """Return how Telegram is reached; token and secret come from the environment only."""
    table = root.table("telegram", ("group", "business", "webhook"), _ELSEWHERE)
    token = environment.parsed("MIMIN_TELEGRAM_TOKEN", None, _token)
    secret = environment.parsed("MIMIN_TELEGRAM_SECRET", None, _secret)
    api = environment.parsed("MIMIN_TELEGRAM_API", None, _api)
    webhook = table.parsed(
        "webhook", None, lambda text: _webhook(text, plain="MIMIN_TELEGRAM_API" in environment)
    )
    if webhook and token and "MIMIN_TELEGRAM_SECRET" not in environment:
        table.wrong("webhook", "needs a secret; set MIMIN_TELEGRAM_SECRET in the environment")
    return Telegram(
        token=token,
        api=api,
        file_api=f"{api.removesuffix('/bot')}/file/bot" if api else None,
        secret=secret,
        rate=environment.parsed("MIMIN_TELEGRAM_RATE", 30.0, _rate),
        group=table.whole("group", 0, -_LARGEST_ID, -1) or None,
        business=table.flag("business", True),
        webhook=webhook,
    )


@dataclass(frozen=True, slots=True)
class Web:
    """How the pages are served. Port 0 is any free one.

    An empty address, with which links begin, is where they are served, which is this machine only: beyond
    it a proxy speaks TLS, and its address declares that it is there. `embed` are the sites that may show
    the chat in a frame; `uploads` is the folder of what pages were given, beside the database where it is
    relative, and `largest` how many bytes each may have.
    """

    host: str
    port: int
    address: str
    embed: tuple[str, ...]
    uploads: str
    largest: int


def read_web(root: Table, environment: Table) -> Web:
    """Return how the pages are served."""
    table = root.table("web", ("host", "port", "address", "embed", "uploads", "upload_mb"))
    host = table.parsed("host", "127.0.0.1", _host)
    port = environment.parsed("MIMIN_WEB_PORT", table.whole("port", 8080, 0, _LAST_PORT), _port)
    address = table.parsed("address", "", _public)
    if not address and not is_loopback(host):
        sentence = (
            f"{shown(host)} serves beyond this machine, and without TLS anybody on the way reads along; "
        )
        table.wrong("host", f"{sentence}set web.address to the https address of the proxy in front")
    embed = tuple(dict.fromkeys(table.items("embed", parse_origin)))
    uploads = table.text("uploads", "uploads")
    return Web(host, port, address, embed, uploads, table.whole("upload_mb", 10, 0, 1024) * 1024 * 1024)


def uploads_folder(database_url: str, uploads: str, folder: Path) -> Path:
    """Return the folder of uploads: beside the database's file, else in `folder`, where it is relative."""
    file = database_url.removeprefix(_SQLITE).partition("?")[0]
    is_file = database_url.startswith(_SQLITE) and file != ":memory:"
    return (Path(file).parent if is_file else folder) / uploads


def read_database(root: Table, environment: Table, folder: Path) -> str:
    """Return the database's URL, an SQLite file as an absolute path; relative ones lie in `folder`."""
    table = root.table("database", ("url",))
    url = table.parsed("url", f"{_SQLITE}mimin.db", _database)
    url = environment.parsed("MIMIN_DATABASE_URL", url, _database)
    if not url.startswith(_SQLITE) or url.startswith(f"{_SQLITE}:memory:"):
        return url
    file, mark, options = url.removeprefix(_SQLITE).partition("?")
    return f"{_SQLITE}{folder / file}{mark}{options}"


def _token(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9:_-]+", text):
        raise ValueError('is no bot token; BotFather gives one such as "123456:ABC-def"')
    return text


def _secret(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", text):
        raise ValueError('is no webhook secret; allowed are 1 to 256 letters, digits, "_" and "-"')
    return text


def _api(text: str) -> str:
    if not _is_address(text, ("http", "https")) or not text.endswith("/bot"):
        raise ValueError(
            'is no address of a Bot API; it ends in /bot, such as "https://api.telegram.org/bot"'
        )
    return text


def _webhook(text: str, *, plain: bool) -> str | None:
    """Read the public address; unencrypted ones only serve a Bot API server of one's own."""
    if not text:
        return None
    if not _is_address(text, ("http", "https") if plain else ("https",)):
        raise ValueError(
            f'{shown(text)} is no https address; such as "https://chat.example.com", or "" to poll'
        )
    return text.rstrip("/")


def _public(text: str) -> str:
    """Read the address that links begin with; an empty one is where the pages are served."""
    if text and not _is_address(text, ("https",)):
        raise ValueError(f'{shown(text)} is no https address; allowed is one such as "https://mimin.example"')
    return text.rstrip("/")


def _is_address(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(line(text))
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0 and not parts.query
    except ValueError:
        return False


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = math.nan
    if not 0 <= rate < math.inf:
        raise ValueError(f"{shown(text)} is no rate; allowed is a number of messages a second, 0 or more")
    return rate


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > _LAST_PORT:
        raise ValueError(f"{shown(text)} is no port; allowed is 0 to {_LAST_PORT}, 0 being any free one")
    return int(text)


def _host(text: str) -> str:
    if re.fullmatch(r"(?=.*[A-Za-z])[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", text):
        return text
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueError(
            f'{shown(text)} is no address of this machine; such as "127.0.0.1", "0.0.0.0" or "localhost"'
        ) from None


def _database(url: str) -> str:
    """Check the kind of URL and never repeat it, since it may hold a password."""
    is_file = url.startswith(_SQLITE) and bool(url.removeprefix(_SQLITE).partition("?")[0].strip("/"))
    is_server = bool(re.match(r"postgresql(\+[a-z0-9_]+)?://.", url))
    if not (is_file or is_server) or not url.isprintable():
        raise ValueError(
            'is no database that Mimin knows; allowed is "sqlite:///FILE" or "postgresql://USER@HOST/NAME"'
        )
    return url
