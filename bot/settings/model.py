"""What a configuration holds once it is read and found right. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from handoff.calendar import Calendar
from handoff.policy import Promises, Role
from handoff.satisfaction import Rules


class SettingsError(Exception):
    """The configuration cannot be used; `problems` names every mistake, a line each."""

    def __init__(self, *problems: str) -> None:
        self.problems = tuple(_one_line(problem) for problem in problems)
        super().__init__(*self.problems)

    def __str__(self) -> str:
        first, *others = self.problems
        return f"{first} (and {len(others)} more; `mimin check` names them all)" if others else first


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person at the desk. `on_call` holds shifts such as "mon-fri 08:00-17:00"; empty is always."""

    name: str
    role: Role
    telegram: int | None
    on_call: tuple[str, ...]
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Telegram:
    """How Telegram is reached. `rate` is messages a second, 0 for no pacing of our own.

    `token` None means that Telegram is off, `webhook` None that updates are polled for; `api` and
    `file_api` None mean Telegram's own servers.
    """

    token: str | None = field(repr=False)
    api: str | None
    file_api: str | None
    secret: str | None = field(repr=False)
    rate: float
    group: int | None
    business: bool
    webhook: str | None


class Tls(StrEnum):
    """How the way to a mail server is encrypted; "none" is for a server on this machine."""

    NONE = "none"
    STARTTLS = "starttls"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Mail:
    """The mail server that takes alerts. `sender` is the address they come from; no `user`, no login."""

    host: str
    port: int
    tls: Tls
    sender: str
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Second:
    """What a rung with channel = "second" rings besides the desk and Telegram; None is not set up.

    `webhook` is a secret itself, since many such addresses are all that is needed to write there;
    `secret` is what requests to it are signed with.
    """

    webhook: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)
    mail: Mail | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """How soon a request must be decided, in which hours, and when it is void."""

    within: timedelta
    calendar: Calendar
    expires: timedelta


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a brand configures. `path` is the file it came from; `content`, `words` and `uploads` are
    absolute, `largest_upload` is in bytes; `satisfaction` is None where followers are not asked how it went.
    """

    path: Path
    brand: str
    zone: ZoneInfo
    language: str
    asks_customer: bool
    content: Path
    words: Path | None
    crisis_terms: tuple[str, ...]
    staff: tuple[StaffMember, ...]
    calendars: Mapping[str, Calendar]
    promises: Promises
    database_url: str = field(repr=False)
    web_host: str
    web_port: int
    web_address: str
    web_embed: tuple[str, ...]
    uploads: Path
    largest_upload: int
    telegram: Telegram
    second: Second
    approval: Approval
    satisfaction: Rules | None


def _one_line(text: str) -> str:
    """Return the text with all that could break a line or a terminal written out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
