"""E-mail: the letter, and what is said honestly of every answer, with a real mail server on loopback."""

import asyncio
import base64
import logging
import socket
import ssl
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
import trustme

from bot.channels.channel import Rejected, Sending, Uncertain, Unsent
from bot.channels.email import EmailChannel
from bot.settings import Mail, Tls
from tests.loopback import listening

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
RINA = "rina@example.com"
LINK = "https://mimin.example.com/desk/7"
TEXT = "Janji tiket #7 lewat 45 menit 🔔\nFollower: “siaran bola putus”\n.\n.titik di awal baris"
HUSH = "hush-hush"
HANG = None
HANG_UP = ""
AUTHORITY = trustme.CA()


@dataclass(slots=True)
class Post:
    """A mail server. `says` are answers other than the good one, by command; it may hang or hang up.

    "greeting" is its first word, "letter" what it says to a whole letter.
    """

    says: dict[str, str | None] = field(default_factory=dict)
    offers: tuple[str, ...] = ("AUTH LOGIN PLAIN",)
    tls: ssl.SSLContext | None = None
    port: int = 0
    heard: list[str] = field(default_factory=list)
    letters: list[bytes] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk until the client goes."""
        if not await self._say("greeting", "220 post", reader, writer):
            return
        while line := (await reader.readline()).decode().rstrip("\r\n"):
            self.heard.append(line)
            verb = line.partition(" ")[0].upper()
            good = {"EHLO": self._greeting(), "STARTTLS": "220 go", "DATA": "354 go", "AUTH": "235 in"}
            if not await self._say(verb, good.get(verb, "250 good"), reader, writer):
                return
            if verb == "STARTTLS" and self.tls:
                await writer.start_tls(self.tls)
            if verb == "DATA" and "DATA" not in self.says:
                self.letters.append(await reader.readuntil(b"\r\n.\r\n"))
                self.encrypted.append(writer.get_extra_info("sslcontext") is not None)
                if not await self._say("letter", "250 taken", reader, writer):
                    return

    async def _say(
        self, what: str, good: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Answer; False where it is time to hang up."""
        words = self.says.get(what, good)
        if words is HANG:
            await reader.read()
        elif words:
            writer.write(f"{words}\r\n".encode())
        return bool(words)

    def _greeting(self) -> str:
        lines = ("post", *self.offers)
        return "\r\n".join(f"250{'-' if line != lines[-1] else ' '}{line}" for line in lines)


MAIL = Mail("127.0.0.1", 0, Tls.NONE, "mimin@layarku.example")
LOGIN = replace(MAIL, user="mimin", password=HUSH)


def row(text: str = TEXT, to: str = RINA, number: int = 41, **facts: Any) -> Sending:
    return Sending(number, "alert", to, text, {"facts": facts} if facts else {}, None)


async def send(
    mail: Mail, sending: Sending, patience: float = 5, context: ssl.SSLContext | None = None
) -> str | None:
    channel = EmailChannel(mail, lambda: NOW, patience, context)
    try:
        await channel.wait_turn(sending)
        return await channel.send(sending)
    finally:
        await channel.close()


def play(
    post: Post,
    *sendings: Sending,
    mail: Mail = MAIL,
    patience: float = 5,
    served: ssl.SSLContext | None = None,
    trusted: ssl.SSLContext | None = None,
) -> list[str | None]:
    async def scene() -> list[str | None]:
        async with listening(post.serve, served) as post.port:
            here = replace(mail, port=post.port)
            return [await send(here, sending, patience, trusted) for sending in sendings]

    return asyncio.run(scene())


def certified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("127.0.0.1").configure_cert(context)
    return context


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return context


def letter(post: Post) -> EmailMessage:
    """Return the last letter as the recipient's program reads it."""
    raw = post.letters[-1].removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
    assert raw.isascii()
    read = message_from_bytes(raw, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


# The letter


def test_the_letter_holds_the_text_and_the_link_and_is_not_answered_by_machines() -> None:
    post = Post()
    play(post, row(link=LINK))
    read = letter(post)
    assert read["Subject"] == "Janji tiket #7 lewat 45 menit 🔔"
    assert read.get_content().splitlines() == [*TEXT.splitlines(), "", LINK]
    assert (read["From"], read["To"]) == ("mimin@layarku.example", RINA)
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Date"].datetime == NOW
    assert "MAIL FROM:<mimin@layarku.example>" in post.heard
    assert f"RCPT TO:<{RINA}>" in post.heard
    assert post.heard[-1] == "QUIT"


def test_a_link_that_stands_in_the_text_is_not_said_twice() -> None:
    post = Post()
    play(post, row(f"Tiket #7: {LINK}", link=LINK))
    assert letter(post).get_content().count(LINK) == 1


def test_a_letter_sent_again_is_the_same_letter() -> None:
    post = Post()
    first, again, other, later = play(post, row(), row(), row("Tiket lain"), row(number=42))
    assert first == again
    assert len({first, other, later}) == 3
    assert str(first).endswith("@layarku.example>")
    assert letter(post)["Message-ID"] == later


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("satu\ndua", "satu"),
        ("  \n\n satu \n dua", "satu"),
        ("satu\r\nBcc: eve@example.com\r\n\r\ndua", "satu"),
        ("satu\rBcc: eve@example.com", "satu Bcc: eve@example.com"),
        ("satu\u2028Bcc: eve@example.com\x0b\x00\x1b[31m", "satu Bcc: eve@example.com [31m"),
        ("kata " * 60, f"{('kata ' * 24).rstrip()[:119].rstrip()}…"),
        ("é" * 300, f"{'é' * 119}…"),
        ("\ud83d", "\ufffd"),
        ("", "Mimin"),
    ],
)
def test_the_subject_is_the_first_line_and_no_line_can_become_a_header(text: str, subject: str) -> None:
    post = Post()
    play(post, row(text))
    read = letter(post)
    assert read["Subject"] == subject
    assert read["Bcc"] is None
    assert read.get_all("To") == [RINA]


@pytest.mark.parametrize(
    "address",
    ["", "rina", "rina@example.com\r\nRCPT TO:<eve@example.com>", "Rina <rina@example.com>", "a@b c"],
)
def test_what_is_no_address_is_refused_before_anything_is_said(address: str) -> None:
    post = Post()
    with pytest.raises(Rejected, match="is no mail address"):
        play(post, row(to=address))
    assert post.heard == []


# What becomes of it


@pytest.mark.parametrize(
    ("says", "outcome", "said"),
    [
        ({"greeting": "554 no service"}, Unsent, "greets with 554"),
        ({"greeting": "421 busy"}, Unsent, "greets with 421"),
        ({"greeting": HANG_UP}, Unsent, "no connection: "),
        ({"greeting": HANG}, Unsent, "no connection: Timed out"),
        ({"greeting": "hello"}, Unsent, "-1 Malformed"),
        ({"EHLO": "421 busy", "HELO": "421 busy"}, Unsent, "greets with 421"),
        ({"EHLO": HANG_UP}, Unsent, "no connection: "),
        ({"MAIL": "451 later"}, Unsent, "451 later"),
        ({"MAIL": "553 not you"}, Rejected, "553 not you"),
        ({"MAIL": HANG_UP}, Unsent, "no connection: "),
        ({"RCPT": "450 greylisted"}, Unsent, "450 greylisted"),
        ({"RCPT": "550-5.1.1 no\r\n550 such\x1b user"}, Rejected, "550 5.1.1 no such user"),
        ({"RCPT": HANG}, Unsent, "no connection: Timed out"),
        ({"RCPT": HANG_UP}, Unsent, "no connection: "),
        ({"DATA": "451 later"}, Unsent, "451 later"),
        ({"DATA": "554 no letters"}, Rejected, "554 no letters"),
        ({"DATA": "250 what"}, Uncertain, "250 what"),
        ({"DATA": HANG_UP}, Uncertain, "no answer (SMTPServerDisconnected)"),
        ({"letter": "452 disk full"}, Unsent, "452 disk full"),
        ({"letter": "554 spam"}, Rejected, "554 spam"),
        ({"letter": "taken, I think"}, Uncertain, "no answer (SMTPResponseException)"),
        ({"letter": HANG_UP}, Uncertain, "no answer (SMTPServerDisconnected)"),
        ({"letter": HANG}, Uncertain, "no answer (SMTPReadTimeoutError)"),
    ],
    ids=repr,
)
def test_what_became_of_a_letter_is_said_honestly(
    says: dict[str, str | None], outcome: type[Exception], said: str
) -> None:
    with pytest.raises(outcome) as caught:
        play(Post(says), row(), patience=0.3 if HANG in says.values() else 5)
    assert type(caught.value) is outcome
    assert str(caught.value).startswith(f"127.0.0.1: {said}")
    if isinstance(caught.value, Unsent):
        assert caught.value.retry_after == 30


@pytest.mark.parametrize("goodbye", ["500 what", HANG_UP])
def test_a_letter_that_was_taken_stays_taken_without_a_goodbye(goodbye: str) -> None:
    post = Post({"QUIT": goodbye})
    assert play(post, row()) != [None]
    assert len(post.letters) == 1


def test_where_nobody_listens_nothing_was_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        mail = replace(MAIL, port=taken.getsockname()[1])
        with pytest.raises(Unsent, match=r"^127\.0\.0\.1: no connection: Error connecting"):
            asyncio.run(send(mail, row()))


# Login and encryption


def test_a_user_logs_in_before_anything_else() -> None:
    post = Post()
    play(post, row(), mail=LOGIN)
    proof = base64.b64encode(f"\0mimin\0{HUSH}".encode()).decode()
    assert post.heard[1] == f"AUTH PLAIN {proof}"
    assert len(post.letters) == 1


@pytest.mark.parametrize(
    ("says", "outcome", "said"),
    [
        (f"535 {HUSH} is wrong", Rejected, "535, the login in MIMIN_SMTP_USER is refused"),
        (f"454 {HUSH} not now", Unsent, "454, the login in MIMIN_SMTP_USER is refused"),
        (HANG_UP, Unsent, "no connection: "),
    ],
)
def test_a_refused_login_is_tried_once_and_never_says_the_password(
    says: str, outcome: type[Exception], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    post = Post({"AUTH": says})
    with pytest.raises(outcome) as caught:
        play(post, row(), mail=LOGIN)
    assert str(caught.value).startswith(f"127.0.0.1: {said}")
    assert HUSH not in str(caught.value) + caplog.text
    assert [line.split()[0] for line in post.heard].count("AUTH") == 1
    assert post.letters == []


def test_a_server_without_login_is_not_given_the_letter() -> None:
    post = Post(offers=())
    with pytest.raises(Rejected, match="AUTH extension is not supported"):
        play(post, row(), mail=LOGIN)
    assert post.letters == []


def test_starttls_comes_before_the_login() -> None:
    post = Post(offers=("STARTTLS", "AUTH PLAIN"), tls=certified())
    mail = replace(LOGIN, tls=Tls.STARTTLS)
    play(post, row(), mail=mail, trusted=trusting())
    assert [line.split()[0] for line in post.heard[:4]] == ["EHLO", "STARTTLS", "EHLO", "AUTH"]
    assert post.encrypted == [True]


@pytest.mark.parametrize(
    ("says", "offers", "outcome", "said"),
    [
        ({}, ("AUTH PLAIN",), Rejected, "STARTTLS extension not supported"),
        ({"STARTTLS": "454 not now"}, ("STARTTLS",), Unsent, "454 not now"),
        ({"STARTTLS": "502 never"}, ("STARTTLS",), Rejected, "502 never"),
        ({}, ("STARTTLS", "AUTH PLAIN"), Unsent, "certificate verify failed"),
    ],
)
def test_without_encryption_that_can_be_trusted_neither_login_nor_letter_leaves(
    says: dict[str, str | None], offers: tuple[str, ...], outcome: type[Exception], said: str
) -> None:
    post = Post(says, offers, None if says else certified())
    with pytest.raises(outcome, match=said):
        play(post, row(), mail=replace(LOGIN, tls=Tls.STARTTLS))
    assert not {"AUTH", "MAIL"} & {line.split()[0] for line in post.heard}
    assert post.letters == []


def test_with_tls_from_the_first_byte_the_letter_arrives() -> None:
    post = Post()
    play(post, row(), mail=replace(LOGIN, tls=Tls.WHOLE), served=certified(), trusted=trusting())
    assert post.encrypted == [True]


def test_with_tls_from_the_first_byte_an_unknown_certificate_gets_nothing() -> None:
    post = Post()
    with pytest.raises(Unsent, match="certificate verify failed"):
        play(post, row(), mail=replace(LOGIN, tls=Tls.WHOLE), served=certified())
    assert post.heard == []


def test_the_password_does_not_show_in_the_settings() -> None:
    assert HUSH not in repr(LOGIN)
