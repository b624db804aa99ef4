"""Acts of authority as they are written to the bot."""

from typing import Any

import pytest

from bot.channels.telegram.buttons import DecideTap, SureTap, code_of, read_code
from bot.channels.telegram.keyboards import DECIDED, label_of
from bot.channels.telegram.orders import read_order
from bot.wording import read_wording
from knowledge.article import LANGUAGES


@pytest.mark.parametrize(
    ("text", "subject", "verb", "args"),
    [
        ("/remedi refund 150rb Kami refund ya Kak.", None, "remedy",
         {"action": "refund", "amount": "150rb", "text": "Kami refund ya Kak."}),
        ("/setuju", {"approval": 7}, "approve", {"approval": 7}),
        ("/setuju 3 500rb", None, "approve", {"approval": 3, "amount": "500rb"}),
        ("/setuju 500rb", {"approval": 7}, "approve", {"approval": 7, "amount": "500rb"}),
        ("/setuju 7", {"approval": 7}, "approve", {"approval": 7}),
        ("/setuju #7 500rb", {"approval": 7}, "approve", {"approval": 7, "amount": "500rb"}),
        ("/setuju 150000", None, "approve", {"amount": "150000"}),
        ("/remedi refund 150rb\nKami refund ya Kak.", None, "remedy",
         {"action": "refund", "amount": "150rb", "text": "Kami refund ya Kak."}),
        ("/remedi refund Rp 150 rb Kami refund ya.", None, "remedy",
         {"action": "refund", "amount": "Rp 150 rb", "text": "Kami refund ya."}),
        ("/setuju", {"override": 7}, "approve", {}),
        ("/konfirmasi", {"version": 2}, "confirm", {"version": 2}),
        ("/kunci sari", None, "lock", {"person": "sari"}),
        ("/tolak #3 belum cukup bukti", None, "reject", {"approval": 3, "reason": "belum cukup bukti"}),
        ("/kalimat@mimin_bot 3 Kalimat baru.", None, "reword", {"approval": 3, "text": "Kalimat baru."}),
        ("/tinjau 2 dibenarkan", None, "review", {"override": 2, "verdict": "justified", "reason": ""}),
        ("/krisis all Sedang kami tangani.", None, "crisis",
         {"scope": "all", "statement": "Sedang kami tangani."}),
    ],
)  # fmt: skip
def test_an_order_is_read(text: str, subject: dict[str, int] | None, verb: str, args: dict[str, Any]) -> None:
    order = read_order(text, subject)
    assert order is not None
    assert (order.verb, dict(order.args)) == (verb, args)


@pytest.mark.parametrize("text", ["setuju", "/janji 16:00 x", "/", "", "/bantuan"])
def test_what_is_no_order_is_none(text: str) -> None:
    assert read_order(text) is None


@pytest.mark.parametrize("tap", [SureTap(4), DecideTap("apr", 3, "approve"), DecideTap("lock", 9, "lock")])
def test_a_button_is_read_as_it_was_written(tap: SureTap | DecideTap) -> None:
    assert read_code(code_of(tap)) == tap
    assert read_code(f"{code_of(tap)};") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_has_words_for_its_button(language: str) -> None:
    wording = read_wording()
    for _, _, answers in DECIDED:
        assert all(wording.say(label_of(one), language) for one in answers)
