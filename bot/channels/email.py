"""The way out by e-mail: one outbox row as a letter, handed to the brand's mail server."""

import asyncio
import hashlib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP as LETTER
from email.utils import format_datetime

from aiosmtplib import (
    SMTP,
    SMTPConnectResponseError,
    SMTPDataError,
    SMTPException,
    SMTPHeloError,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)
from aiosmtplib.errors import SMTPAuthenticationError, SMTPConnectError

from bot.channels.channel import Rejected, Sending, Uncertain, Unsent
from bot.cutting import cleaned, shortened
from bot.settings.addresses import parse_mail_address
from bot.settings.model import Mail, Tls

NAME = "email"
# Mail servers greet late on purpose, and look into a letter before they take it.
PATIENCE = 20.0
GOODBYE = 2.0
AGAIN = 30.0
SUBJECT = 120
SHOWN = 200
# Made or lost before a letter was begun: what failed here cannot have arrived.
NO_CONNECTION = (SMTPConnectError, SMTPServerDisconnected, SMTPTimeoutError, OSError)


class EmailChannel:
    """Hands letters to one mail server, a connection each.

    `now` dates them, `patience` is how many seconds the server has for a step, and `context` says
    whom to trust; by default the system's authorities.
    """

    rate: float | None = None

    def __init__(
        self,
        mail: Mail,
        now: Callable[[], datetime],
        patience: float = PATIENCE,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._mail = mail
        self._now = now
        self._patience = patience
        self._context = context

    async def close(self) -> None:
        """No connection outlives its letter."""

    async def wait_turn(self, sending: Sending) -> None:
        """Nothing is known of the server's pace; one that wants a letter later says so."""

    async def send(self, sending: Sending) -> str | None:
        """Hand over one row and return its Message-ID, which is the same when it is sent again."""
        try:
            parse_mail_address(sending.recipient)
        except ValueError as error:
            raise Rejected(str(error)) from error
        letter = self._letter(sending)
        client = SMTP(
            hostname=self._mail.host,
            port=self._mail.port,
            local_hostname=_own_name(),
            timeout=self._patience,
            use_tls=self._mail.tls is Tls.WHOLE,
            start_tls=False,  # done below, so that a refusal of it is one answer among the others
            tls_context=self._context,
        )
        try:
            await self._knock(client, sending.recipient)
            await self._hand_over(client, letter.as_bytes())
            with suppress(SMTPException, OSError):
                await client.quit(timeout=GOODBYE)
        finally:
            client.close()
        return str(letter["Message-ID"])

    async def _knock(self, client: SMTP, recipient: str) -> None:
        """Come as far as the letter itself; whatever goes wrong until then, nothing was sent."""
        try:
            async with asyncio.timeout(3 * self._patience):
                await client.connect()
                if self._mail.tls is Tls.STARTTLS:
                    await client.starttls()
                await self._log_in(client)
                await client.mail(self._mail.sender)
                await client.rcpt(recipient)
        except (SMTPConnectResponseError, SMTPHeloError) as error:
            raise self._unsent(f"greets with {error.code}") from error
        except SMTPAuthenticationError as error:
            reason = f"{error.code}, the login in MIMIN_SMTP_USER is refused"
            # What the server says to a login may hold what it was given, so it is shown nowhere.
            raise self._judged(error.code, reason) or self._unsent(reason) from None
        except SMTPResponseException as error:
            reason = _answer(error)
            raise self._judged(error.code, reason) or self._unsent(reason) from error
        except NO_CONNECTION as error:
            raise self._unsent(f"no connection: {_plain(str(error)) or type(error).__name__}") from error
        except SMTPException as error:  # it cannot do what we must insist on: encryption, a login
            raise Rejected(f"{self._mail.host}: {_plain(str(error))}") from error

    async def _log_in(self, client: SMTP) -> None:
        """Log in where there is a user; in one way only, since each failed one counts against it."""
        user, password = self._mail.user, self._mail.password
        if user is None or password is None:
            return
        await client.ehlo()
        if "plain" in client.supported_auth_methods:
            await client.auth_plain(user, password)
        else:
            await client.login(user, password)

    async def _hand_over(self, client: SMTP, letter: bytes) -> None:
        """Send the letter itself. Without an answer it may have arrived."""
        try:
            async with asyncio.timeout(3 * self._patience):
                await client.data(letter)
        except SMTPDataError as error:
            reason = _answer(error)
            raise self._judged(error.code, reason) or Uncertain(f"{self._mail.host}: {reason}") from error
        except (SMTPException, OSError) as error:
            raise Uncertain(f"{self._mail.host}: no answer ({type(error).__name__})") from error

    def _judged(self, code: int, reason: str) -> Exception | None:
        """Return what a refusal says of the row: for now, or for good; None where it is neither."""
        if 400 <= code < 500:
            return self._unsent(reason)
        return Rejected(f"{self._mail.host}: {reason}") if 500 <= code < 600 else None

    def _unsent(self, reason: str) -> Unsent:
        return Unsent(f"{self._mail.host}: {reason}", AGAIN)

    def _letter(self, sending: Sending) -> EmailMessage:
        text = cleaned(sending.text).strip()
        link = (sending.payload.get("facts") or {}).get("link")
        letter = EmailMessage(policy=LETTER)
        letter["From"] = self._mail.sender
        letter["To"] = sending.recipient
        letter["Subject"] = shortened(_plain(text.partition("\n")[0]), SUBJECT) or "Mimin"
        letter["Date"] = format_datetime(self._now())
        letter["Message-ID"] = self._id(sending)
        letter["Auto-Submitted"] = "auto-generated"
        body = f"{text}\n\n{cleaned(link)}" if isinstance(link, str) and link not in text else text
        letter.set_content(body, cte="quoted-printable")
        return letter

    def _id(self, sending: Sending) -> str:
        """Return the row's Message-ID; its text is in it, for another database counts from 1 as well."""
        written = f"{sending.id}\n{sending.recipient}\n{sending.text}".encode(errors="replace")
        digest = hashlib.sha256(written).hexdigest()[:16]
        return f"<{sending.id}.{digest}@{self._mail.sender.rpartition('@')[2]}>"


def _own_name() -> str:
    """Return how we greet; a name that is none in the outside world is refused by some servers."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"


def _answer(error: SMTPResponseException) -> str:
    return f"{error.code} {_plain(error.message)}".strip()


def _plain(text: str) -> str:
    """Return a text as one line of print."""
    words = " ".join(cleaned(text).split())
    return shortened("".join(char for char in words if char.isprintable()), SHOWN)
