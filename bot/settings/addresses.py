"""Addresses in the outside world: a mailbox, a host's name, and whether that is this machine. Pure."""

import re
from ipaddress import ip_address

from handoff.saying import UnclearError
from knowledge.mistakes import shown

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_NAME = rf"{_LABEL}(?:\.{_LABEL})*"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_MAILBOX = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?:{_LABEL}(?:\.{_LABEL})+|localhost)")
_LONGEST_MAILBOX = 254
_LONGEST_LOCAL = 64
_LAST_PORT = 65535


def parse_mail_address(text: str) -> str:
    """Read a plain mail address, without a name before it; UnclearError says what is allowed."""
    found = _MAILBOX.fullmatch(text)
    if not found or len(text) > _LONGEST_MAILBOX or len(found["local"]) > _LONGEST_LOCAL:
        raise UnclearError(
            '{text} is no mail address; allowed is a plain one, such as "sari@example.com"', text=shown(text)
        )
    return text


def parse_origin(text: str) -> str:
    """Read where a site is, as browsers name it; ValueError says what is allowed."""
    scheme, _, place = text.removesuffix("/").lower().partition("://")
    host, _, port = place.partition(":")
    is_safe = scheme == "https" or (scheme == "http" and is_loopback(host))
    is_port = not port or (bool(re.fullmatch(r"[0-9]{1,5}", port)) and 0 < int(port) <= _LAST_PORT)
    if not is_safe or not is_host(host) or not is_port or place.endswith(":"):
        raise ValueError(
            f'{shown(text)} is no site; allowed is one such as "https://brand.example", without a path, '
            "http only for this machine"
        )
    usual = {"https": "443", "http": "80"}[scheme]
    return f"{scheme}://{host}" if port in ("", usual) else f"{scheme}://{host}:{int(port)}"


def is_host(text: str) -> bool:
    """Say whether it names a machine: a host's name or an IP address."""
    return (bool(re.fullmatch(_NAME, text)) and all(map(_is_label, text.split(".")))) or _is_ip(text)


def is_loopback(host: str) -> bool:
    """Say whether a host's name or IP address is this machine and nothing beyond it."""
    return host.casefold() == "localhost" or (_is_ip(host) and ip_address(host).is_loopback)


def _is_label(text: str) -> bool:
    """Say whether a part of a name means something where it is written as "xn--"."""
    if not text.casefold().startswith("xn--"):
        return True
    try:
        return bool(text[4:]) and text[4:].encode("ascii").decode("punycode").isalpha()
    except (UnicodeError, ValueError):
        return False


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text
