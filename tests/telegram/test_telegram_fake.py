"""The fake is as strict as Telegram: its methods are the library's, and it refuses what Telegram refuses."""

import asyncio
import inspect
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from telegram import Bot

from tests.telegram.fake_api import TOKEN, FakeApi, Fault
from tests.telegram.fake_methods import TABLE
from tests.telegram.fake_table import READERS

# What the library adds to the parameters of the Bot API.
CONVENIENCES = {
    "self", "read_timeout", "write_timeout", "connect_timeout", "pool_timeout", "api_kwargs",
    "allow_sending_without_reply", "reply_to_message_id", "disable_web_page_preview",
    "filename", "location", "venue", "contact",
}  # fmt: skip
SPECIFICATION = os.environ.get("MIMIN_BOT_API_SPEC")
ANI = 1001


@pytest.mark.parametrize("method", TABLE)
def test_the_table_holds_the_parameters_of_the_librarys_method(method: str) -> None:
    name = re.sub("([A-Z])", r"_\1", method).lower()
    known = set(inspect.signature(getattr(Bot, name)).parameters) - CONVENIENCES
    if method == "sendMediaGroup":  # the library puts them into the first item
        known -= {"caption", "caption_entities", "parse_mode"}
    assert set(TABLE[method]) == known


@pytest.mark.skipif(not SPECIFICATION, reason="MIMIN_BOT_API_SPEC names no specification of the Bot API")
def test_the_table_agrees_with_the_specification() -> None:
    methods = json.loads(Path(SPECIFICATION or "").read_text("utf-8"))["methods"]
    for method, known in TABLE.items():
        fields = {field["name"]: field for field in methods[method].get("fields", ())}
        for name, field in known.items():
            assert set(field.types) == set(fields[name]["types"]), f"{method} {name}"
            assert field.required or not fields[name]["required"], f"{method} {name}"
        assert all(name in known for name, field in fields.items() if field["required"]), method


def test_every_type_of_the_table_is_read() -> None:
    used = {kind for fields in TABLE.values() for field in fields.values() for kind in field.types}
    assert used == set(READERS)


def ask(method: str, given: Mapping[str, Any], *, token: str = TOKEN) -> tuple[int, dict[str, Any]]:
    """Call a fresh fake, in which Ani has started the bot."""

    async def run() -> tuple[int, dict[str, Any]]:
        async with FakeApi() as api, httpx.AsyncClient() as client:
            api.person(ANI, "Ani")
            answer = await client.post(f"{api.base}{token}/{method}", json=dict(given))
            return answer.status_code, answer.json()

    return asyncio.run(run())


def keyed(text_: str = "a", **button: object) -> dict[str, object]:
    """Return a message with one button."""
    keyboard = {"inline_keyboard": [[{"text": "Ya", **button}]]}
    return {"chat_id": ANI, "text": text_, "reply_markup": keyboard}


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({}, "parameter 'chat_id' of sendMessage is missing"),
        ({"text": "a", "chat_id": ANI, "txet": "b"}, "no parameter 'txet'"),
        ({"text": 7, "chat_id": ANI}, "'text' is no String"),
        ({"text": "a", "chat_id": [1]}, "'chat_id' is no Integer or String"),
        ({"text": "a", "chat_id": ANI, "disable_notification": "yes"}, "is no Boolean"),
        ({"text": "a", "chat_id": ANI, "link_preview_options": {"off": True}}, "is no LinkPreviewOptions"),
        ({"text": " \n", "chat_id": ANI}, "message text is empty"),
        ({"text": "a" * 4097, "chat_id": ANI}, "message is too long"),
        ({"text": "📺" * 2049, "chat_id": ANI}, "message is too long"),
        ({"text": "a", "chat_id": 999}, "chat not found"),
        (keyed(callback_data="x" * 65), "BUTTON_DATA_INVALID"),
        (keyed(callback_data="é" * 33), "BUTTON_DATA_INVALID"),
        (keyed(), "only buttons with callback_data or url"),
        (keyed(callback_data="x", text=" "), "non-empty"),
    ],
)  # fmt: skip
def test_what_telegram_refuses_is_refused(given: dict[str, Any], refused: str) -> None:
    code, answer = ask("sendMessage", given)
    assert (code, answer["ok"], answer["error_code"]) == (400, False, 400)
    assert refused in answer["description"]


def test_what_is_right_is_taken() -> None:
    code, answer = ask("sendMessage", keyed("📺" * 2048, callback_data="x" * 64))
    assert code == 200
    assert answer["result"]["chat"]["id"] == ANI


def test_an_unknown_method_and_a_wrong_token_are_refused() -> None:
    assert ask("sendMesage", {})[0] == 404
    assert ask("getMe", {}, token="999:WRONG")[0] == 401
    assert ask("getMe", {}, token="nonsense")[0] == 404


def test_an_offset_confirms_and_a_negative_one_forgets() -> None:
    async def run() -> None:
        async with FakeApi() as api, httpx.AsyncClient() as client:
            api.person(ANI, "Ani")

            async def numbers(**given: int) -> list[int]:
                answer = await client.post(f"{api.base}{TOKEN}/getUpdates", data=given)
                return [update["update_id"] for update in answer.json()["result"]]

            for text in "abcde":
                api.says(ANI, text)
            first = await numbers()
            assert await numbers() == first, "asking again without an offset confirms nothing"
            assert await numbers(limit=2) == first[:2]
            assert await numbers(offset=first[1]) == first[1:]
            assert await numbers(offset=-2) == first[-2:]
            assert await numbers() == first[-2:]
            assert await numbers(offset=first[-1] + 1) == []

    asyncio.run(run())


def test_of_two_who_ask_the_older_is_sent_away_and_a_webhook_sends_all_away() -> None:
    async def run() -> None:
        async with FakeApi() as api, httpx.AsyncClient() as client:
            address = f"{api.base}{TOKEN}/"
            older = asyncio.create_task(client.post(f"{address}getUpdates", data={"timeout": 5}))
            while not api.of("getUpdates"):
                await asyncio.sleep(0.01)
            newer = await client.post(f"{address}getUpdates", data={"timeout": 0})
            assert (await older).status_code == 409
            assert newer.status_code == 200
            await client.post(f"{address}setWebhook", data={"url": "https://chat.example.com"})
            assert (await client.post(f"{address}getUpdates")).status_code == 409
            await client.post(f"{address}deleteWebhook")
            assert (await client.post(f"{address}getUpdates")).status_code == 200

    asyncio.run(run())


def test_what_goes_wrong_goes_as_planned() -> None:
    async def run() -> None:
        async with FakeApi() as api, httpx.AsyncClient() as client:
            api.person(ANI, "Ani")
            address, given = f"{api.base}{TOKEN}/sendMessage", {"chat_id": ANI, "text": "a"}
            api.plan("sendMessage", Fault(code=502), Fault(cuts=True, accepted=True), Fault(retry_after=60))
            assert (await client.post(address, data=given)).status_code == 502
            with pytest.raises(httpx.HTTPError):
                await client.post(address, data=given)
            assert len(api.sent) == 1
            for _ in range(2):
                answer = await client.post(address, data=given)
                assert answer.status_code == 429
                assert 59 <= answer.json()["parameters"]["retry_after"] <= 61
            assert len(api.calls_in_a_pause) == 1

    asyncio.run(run())


def test_only_what_was_asked_for_comes() -> None:
    async def run() -> None:
        async with FakeApi() as api, httpx.AsyncClient() as client:
            api.person(ANI, "Ani")
            await client.post(f"{api.base}{TOKEN}/getUpdates", data={"allowed_updates": '["message"]'})
            api.blocks(ANI)
            api.says(ANI, "a")
            answer = await client.post(f"{api.base}{TOKEN}/getUpdates")
            assert [list(update)[1] for update in answer.json()["result"]] == ["message"]

    asyncio.run(run())
