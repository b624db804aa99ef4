"""The webhook: what is posted, and what is said honestly of every answer, with a real server on loopback."""

import asyncio
import hashlib
import hmac
import json
import logging
import socket
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
import trustme

from bot.channels.channel import Rejected, Sending, Uncertain, Unsent
from bot.channels.webhook import UNSTATED, WebhookChannel
from tests.loopback import listening

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FACTS = {"ticket": 7, "reason": "breach", "rung": 4, "n": 1, "to": "rina", "link": "http://127.0.0.1/desk/7"}
HUSH = "hush"
TEXT = "Janji tiket #7 lewat 45 menit 🔔"


@dataclass(slots=True)
class Receiver:
    """A server that gives each request the same answer; b"" hangs up, None never answers."""

    answer: bytes | None
    port: int = 0
    heads: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request, answer, and end."""
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        head = {key.lower(): value for key, _, value in (line.partition(": ") for line in lines[1:])}
        self.heads.append({**head, "": lines[0]})
        self.bodies.append(await reader.readexactly(int(head["content-length"])))
        if self.answer is None:
            await reader.read()
        else:
            writer.write(self.answer)

    def address(self, scheme: str = "http") -> str:
        """Return where it is, with a secret in each part that may hold one."""
        return f"{scheme}://{HUSH}:{HUSH}@127.0.0.1:{self.port}/{HUSH}?key={HUSH}"


async def ignore(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take the connection and never read from it."""
    await asyncio.get_running_loop().create_future()


def answer(code: int, *headers: str) -> bytes:
    return "\r\n".join((f"HTTP/1.1 {code} X", *headers, "Content-Length: 4", "", HUSH)).encode()


def row(text: str = TEXT, **payload: Any) -> Sending:
    return Sending(41, "alert", "webhook", text, payload, None)


async def post(address: str, sending: Sending, secret: str | None = HUSH, patience: float = 5) -> str | None:
    channel = WebhookChannel(address, secret, lambda: NOW, patience)
    try:
        await channel.wait_turn(sending)
        return await channel.send(sending)
    finally:
        await channel.close()


def play(receiver: Receiver, *sendings: Sending, secret: str | None = HUSH, patience: float = 5) -> None:
    async def scene() -> None:
        async with listening(receiver.serve) as receiver.port:
            for sending in sendings:
                assert await post(receiver.address(), sending, secret, patience) is None

    asyncio.run(scene())


def test_the_text_and_the_facts_are_posted_as_json() -> None:
    receiver = Receiver(answer(200))
    play(receiver, row(facts=FACTS), row())
    posted = [json.loads(body) for body in receiver.bodies]
    assert all(body.pop("delivery").startswith("41-") for body in posted)
    assert posted == [{"text": TEXT, **FACTS}, {"text": TEXT}]
    head = receiver.heads[0]
    assert head[""] == f"POST /{HUSH}?key={HUSH} HTTP/1.1"
    assert head["content-type"] == "application/json"
    assert head["authorization"].startswith("Basic ")


def test_a_repeat_is_known_by_its_delivery() -> None:
    receiver = Receiver(answer(204))
    play(receiver, row(), row(), row("another text under the same number"))
    first, again, other = (json.loads(body)["delivery"] for body in receiver.bodies)
    assert first == again != other


def test_with_a_secret_the_time_and_the_body_are_signed() -> None:
    receiver = Receiver(answer(200))
    play(receiver, row(facts=FACTS), secret="garam ☕")
    head, timestamp = receiver.heads[0], str(int(NOW.timestamp()))
    signed = f"{timestamp}.".encode() + receiver.bodies[0]
    expected = hmac.new("garam ☕".encode(), signed, hashlib.sha256).hexdigest()
    assert (head["x-mimin-timestamp"], head["x-mimin-signature"]) == (timestamp, f"sha256={expected}")


def test_without_a_secret_nothing_is_signed() -> None:
    receiver = Receiver(answer(200))
    play(receiver, row(), secret=None)
    assert not {"x-mimin-signature", "x-mimin-timestamp"} & set(receiver.heads[0])


def test_half_of_a_character_stops_no_alert() -> None:
    receiver = Receiver(answer(200))
    play(receiver, row("\ud83d"))
    assert len(receiver.bodies) == 1


ELSEWHERE = f"Location: /elsewhere?{HUSH}"


@pytest.mark.parametrize(
    ("given", "outcome", "said"),
    [
        (answer(429), Unsent, "127.0.0.1: 429"),
        (answer(429, "Retry-After: 7"), Unsent, "127.0.0.1: 429"),
        (answer(503, "Retry-After: 7"), Unsent, "127.0.0.1: 503"),
        (answer(503), Uncertain, "127.0.0.1: 503"),
        (answer(500), Uncertain, "127.0.0.1: 500"),
        (answer(502, "Retry-After: 7"), Uncertain, "127.0.0.1: 502"),
        (b"", Uncertain, "127.0.0.1: no answer (RemoteProtocolError)"),
        (b"HTTP/1.1 2", Uncertain, "127.0.0.1: no answer (RemoteProtocolError)"),
        (b"hush hush hush\r\n\r\n", Uncertain, "127.0.0.1: no answer (RemoteProtocolError)"),
        (None, Uncertain, "127.0.0.1: no answer (ReadTimeout)"),
        (answer(301, ELSEWHERE), Rejected, "127.0.0.1: 301, a redirect, which is not followed"),
        (answer(307, ELSEWHERE), Rejected, "127.0.0.1: 307, a redirect, which is not followed"),
        (answer(304), Rejected, "127.0.0.1: 304, a redirect, which is not followed"),
        (answer(400), Rejected, "127.0.0.1: 400"),
        (answer(404), Rejected, "127.0.0.1: 404"),
        (answer(410), Rejected, "127.0.0.1: 410"),
    ],
)
def test_what_became_of_a_post_is_said_honestly_and_without_the_address(
    given: bytes | None, outcome: type[Exception], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    receiver = Receiver(given)
    with pytest.raises(outcome) as caught:
        play(receiver, row(facts=FACTS), patience=0.3 if given is None else 5)
    assert type(caught.value) is outcome
    assert str(caught.value) == said
    assert HUSH not in caplog.text
    assert len(receiver.heads) == 1


@pytest.mark.parametrize(
    ("later", "seconds"),
    [
        (None, UNSTATED),
        ("7", 7),
        ("0", 1),
        ("-5", 1),
        ("999999999", 3600),
        ("soon", UNSTATED),
        ("nan", UNSTATED),
        ("Mon, 23 Nov 2026 12:01:30 GMT", 90),
        ("Mon, 23 Nov 2026 12:01:30", 90),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 1),
        ("Mon, 23 Nov 99999999999999999999 11:00:00 GMT", UNSTATED),
    ],
)
def test_a_receiver_says_when_it_wants_to_be_asked_again(later: str | None, seconds: float) -> None:
    headers = () if later is None else (f"Retry-After: {later}",)
    with pytest.raises(Unsent) as caught:
        play(Receiver(answer(429, *headers)), row())
    assert caught.value.retry_after == seconds


def test_where_nobody_listens_nothing_was_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        receiver = Receiver(None, taken.getsockname()[1])
        with pytest.raises(Unsent, match=r"^127\.0\.0\.1: no connection: ") as caught:
            asyncio.run(post(receiver.address(), row()))
    assert HUSH not in str(caught.value)


def test_a_handshake_that_never_comes_is_nothing_sent() -> None:
    async def scene() -> None:
        async with listening(ignore) as port:
            with pytest.raises(Unsent, match="no connection: ConnectTimeout") as caught:
                await post(Receiver(None, port).address("https"), row(), patience=0.3)
            assert HUSH not in str(caught.value)

    asyncio.run(scene())


def test_a_certificate_that_nobody_vouches_for_gets_nothing() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    receiver = Receiver(answer(200))

    async def scene() -> None:
        async with listening(receiver.serve, context) as receiver.port:
            with pytest.raises(Unsent, match="certificate verify failed") as caught:
                await post(receiver.address("https"), row())
            assert HUSH not in str(caught.value)

    asyncio.run(scene())
    assert receiver.heads == []


def test_a_receiver_that_stops_reading_may_have_got_it() -> None:
    async def scene() -> None:
        async with listening(ignore) as port:
            with pytest.raises(Uncertain, match="WriteTimeout"):
                await post(Receiver(None, port).address(), row("x" * 30_000_000), patience=0.3)

    asyncio.run(scene())


def test_an_answer_without_end_ends() -> None:
    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n")
        again = asyncio.Event()
        while True:
            writer.write(b"X: x\r\n")
            asyncio.get_running_loop().call_later(0.05, again.set)
            await again.wait()
            again.clear()

    async def scene() -> None:
        async with listening(trickle) as port:
            with pytest.raises(Uncertain, match="no answer"):
                await post(Receiver(None, port).address(), row(), patience=0.2)

    asyncio.run(scene())


def test_a_body_without_end_is_not_read() -> None:
    receiver = Receiver(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    play(receiver, row())
    assert len(receiver.heads) == 1


def test_neither_the_address_nor_the_secret_shows_in_the_channel() -> None:
    channel = WebhookChannel(Receiver(None).address(), HUSH, partial(datetime.now, UTC))
    assert HUSH not in repr(channel)
    asyncio.run(channel.close())
