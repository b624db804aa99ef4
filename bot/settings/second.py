"""The second channel: [second] and its secrets, which come from the environment only. Pure."""

import re
from urllib.parse import SplitResult, urlsplit

from bot.settings.addresses import is_host, is_loopback, parse_mail_address
from bot.settings.model import Mail, Second, Tls
from bot.settings.table import Table

_USER = "MIMIN_SMTP_USER"
_PASSWORD = "MIMIN_SMTP_PASSWORD"  # noqa: S105 - a variable's name
_ELSEWHERE = {
    key: f"does not belong in a file; set {variable} in the environment"
    for variable, keys in {
        "MIMIN_WEBHOOK_SECRET": ("secret", "webhook_secret"),
        _USER: ("user", "smtp_user"),
        _PASSWORD: ("password", "smtp_password"),
    }.items()
    for key in keys
}
# Some services put a long signature into the address.
_LONGEST_WEBHOOK = 2000
_PORTS = {"smtp": 587, "smtps": 465}


def read_second(root: Table, environment: Table) -> Second:
    """Return what the second channel rings. MIMIN_WEBHOOK_URL wins, for the address is often a secret."""
    table = root.table("second", ("webhook", "smtp", "mail_from"), _ELSEWHERE)
    webhook = table.parsed("webhook", None, _webhook, _LONGEST_WEBHOOK)
    return Second(
        webhook=environment.parsed("MIMIN_WEBHOOK_URL", webhook, _webhook, _LONGEST_WEBHOOK),
        secret=environment.parsed("MIMIN_WEBHOOK_SECRET", None, _hidden),
        mail=_read_mail(table, environment),
    )


def _read_mail(table: Table, environment: Table) -> Mail | None:
    mistakes = len(table.notes.lines)
    server = table.parsed("smtp", None, _server)
    sender = table.parsed("mail_from", None, lambda text: parse_mail_address(text) if text else None)
    if server and not sender and len(table.notes.lines) == mistakes:
        table.wrong(
            "mail_from",
            'is missing, and smtp needs it; write whom alerts come from, such as "mimin@example.com"',
        )
    user = environment.parsed(_USER, None, _hidden)
    password = environment.parsed(_PASSWORD, None, _hidden)
    for name, other in ((_USER, _PASSWORD), (_PASSWORD, _USER)):
        if name in environment and other not in environment:
            environment.wrong(name, f"needs {other} as well")
    if not server or not sender:
        return None
    host, port, tls = server
    return Mail(host, port, tls, sender, user, password)


def _webhook(text: str) -> str | None:
    """Read the address and never repeat it, since it may be all that is needed to write there."""
    if not text:
        return None
    parts = _split(text)
    if (
        parts is None
        or parts.fragment
        or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or "")))
    ):
        raise ValueError(
            'is no https address; allowed is one such as "https://hooks.example.com/alerts", '
            'http only to this machine, or "" for none'
        )
    return text


def _server(text: str) -> tuple[str, int, Tls] | None:
    """Read where mail is handed in and how that is encrypted; the text is not repeated either."""
    if not text:
        return None
    parts = _split(text)
    if parts is not None and "@" in parts.netloc:
        raise ValueError(f"holds a user; set {_USER} and {_PASSWORD} in the environment instead")
    if parts is None or parts.scheme not in _PORTS or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(
            'is no mail server; allowed is "smtp://HOST:587" with STARTTLS, "smtps://HOST:465" with TLS, '
            'or "" for none'
        )
    host = parts.hostname or ""
    encrypted = Tls.NONE if is_loopback(host) else Tls.STARTTLS
    return host, parts.port or _PORTS[parts.scheme], Tls.WHOLE if parts.scheme == "smtps" else encrypted


def _split(text: str) -> SplitResult | None:
    """Return the parts of an address with a host that can be; None where it is none."""
    try:
        parts = urlsplit(text)
        is_right = is_host(parts.hostname or "") and parts.port != 0 and re.fullmatch(r"[!-~]+", text)
    except ValueError:
        return None
    return parts if is_right else None


def _hidden(text: str) -> str:
    if not text.isprintable() or text != text.strip():
        raise ValueError("has blanks at an end or characters that do not print; remove them")
    return text
