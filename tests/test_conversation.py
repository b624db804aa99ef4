"""What the bot does with one message, decided without anything around it."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.conversation import (
    Answer,
    AskBack,
    ContactWrote,
    Conversation,
    Facts,
    JoinTicket,
    OpenTicket,
    React,
    ReopenTicket,
    Say,
    TellStatus,
    decide,
)
from bot.mode import Mode
from handoff.policy import Category
from knowledge.reading import SIGNALS, Reading

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
OFFERS = (("bill", "How do I pay?"), ("link", "Where is the link?"))


def reading(*fired: str, sure: tuple[str, ...] = (), text: str = "halo", status: bool = False) -> Reading:
    signals = {signal: float(signal in fired) for signal in SIGNALS}
    return Reading(text, "id", (), sure, signals, (), status)


def facts(read: Reading, mode: Mode = Mode.BOT, **more: object) -> Facts:
    return Facts(read, mode, **{"offers": OFFERS, **more})  # type: ignore[arg-type]


def wrote(after: timedelta = timedelta(0), tapped: str | None = None) -> ContactWrote:
    return ContactWrote(NOW + after, tapped)


def test_a_sure_question_is_answered_and_becomes_the_topic() -> None:
    state, actions = decide(Conversation(), wrote(), facts(reading(sure=("bill",))))
    assert actions == [Answer(("bill",))]
    assert state.topic == "bill"


def test_two_sure_questions_are_both_answered() -> None:
    _, actions = decide(Conversation(), wrote(), facts(reading(sure=("bill", "link"))))
    assert actions == [Answer(("bill", "link"))]


def test_a_first_miss_asks_back_and_the_second_hands_off() -> None:
    asked, first = decide(Conversation(), wrote(), facts(reading()))
    assert first == [AskBack(OFFERS)]
    _, second = decide(asked, wrote(timedelta(minutes=1)), facts(reading()))
    assert second == [OpenTicket(Category.QUESTION, "question")]


def test_an_answer_between_two_misses_forgives_the_first() -> None:
    asked, _ = decide(Conversation(), wrote(), facts(reading()))
    answered, _ = decide(asked, wrote(), facts(reading(sure=("bill",))))
    _, actions = decide(answered, wrote(), facts(reading()))
    assert actions == [AskBack(OFFERS)]


def test_small_talk_between_two_misses_forgives_nothing() -> None:
    asked, _ = decide(Conversation(), wrote(), facts(reading()))
    greeted, actions = decide(asked, wrote(), facts(reading("greeting")))
    assert actions == [Say("greeting", "answer")]
    assert decide(greeted, wrote(), facts(reading()))[1] == [OpenTicket(Category.QUESTION, "question")]


def test_a_miss_of_yesterday_does_not_count_today() -> None:
    asked, _ = decide(Conversation(), wrote(), facts(reading()))
    _, actions = decide(asked, wrote(timedelta(days=1)), facts(reading()))
    assert actions == [AskBack(OFFERS)]


def test_a_tapped_button_is_answered_whatever_its_text_sounds_like() -> None:
    _, actions = decide(Conversation(offers=OFFERS), wrote(tapped="link"), facts(reading("complaint")))
    assert actions == [Answer(("link",))]


@pytest.mark.parametrize(
    ("fired", "expected"),
    [
        (("spam", "crisis"), []),
        (("crisis", "complaint"), [OpenTicket(Category.CRISIS, "crisis")]),
        (("complaint", "human"), [OpenTicket(Category.COMPLAINT, "complaint")]),
        (("human", "greeting"), [OpenTicket(Category.QUESTION, "human")]),
        (("abuse",), [AskBack(OFFERS)]),
        (("thanks", "greeting"), [Say("thanks", "answer")]),
    ],
)
def test_signals_are_judged_in_the_order_of_the_contract(
    fired: tuple[str, ...], expected: list[object]
) -> None:
    assert decide(Conversation(), wrote(), facts(reading(*fired)))[1] == expected


@pytest.mark.parametrize("fired", ["crisis", "complaint", "human"])
def test_a_complaint_that_contains_a_question_stays_a_complaint(fired: str) -> None:
    _, (action,) = decide(Conversation(), wrote(), facts(reading(fired, sure=("bill",))))
    assert isinstance(action, OpenTicket)


def test_while_a_ticket_waits_a_plain_question_is_answered_and_joins_it() -> None:
    _, actions = decide(Conversation(), wrote(), facts(reading(sure=("bill",)), Mode.WAITING))
    assert actions == [JoinTicket(), Answer(("bill",))]


@pytest.mark.parametrize("fired", ["complaint", "human", "greeting", "thanks"])
def test_while_a_ticket_waits_nothing_is_acknowledged_again(fired: str) -> None:
    _, actions = decide(Conversation(), wrote(), facts(reading(fired), Mode.WAITING))
    assert [type(action) for action in actions] == [JoinTicket]


def test_while_a_ticket_waits_its_status_is_told_when_asked() -> None:
    _, actions = decide(Conversation(), wrote(), facts(reading(status=True), Mode.WAITING))
    assert actions == [JoinTicket(), TellStatus()]


def test_a_severe_word_makes_the_open_ticket_a_crisis() -> None:
    for mode in (Mode.WAITING, Mode.HUMAN):
        _, actions = decide(Conversation(), wrote(), facts(reading("crisis"), mode))
        assert actions == [JoinTicket(severe=True)]


@pytest.mark.parametrize("fired", [(), ("complaint",), ("human",), ("greeting",), ("thanks",)])
def test_while_a_person_speaks_the_bot_is_silent(fired: tuple[str, ...]) -> None:
    _, actions = decide(Conversation(), wrote(), facts(reading(*fired, sure=("bill",)), Mode.HUMAN))
    assert [type(action) for action in actions] == [JoinTicket]


def test_thanks_after_a_resolve_gets_a_sign_and_anything_else_reopens() -> None:
    resolved = {"is_resolved": True}
    thanks = facts(reading("thanks", text="makasih min"), Mode.HUMAN, **resolved)
    assert decide(Conversation(), wrote(), thanks)[1] == [React()]
    for read in (
        reading("thanks", sure=("bill",)),
        reading(),
        reading("complaint"),
    ):
        assert decide(Conversation(), wrote(), facts(read, Mode.HUMAN, **resolved))[1] == [ReopenTicket()]


def test_nobody_is_told_anything_while_blocked() -> None:
    assert decide(Conversation(), wrote(), facts(reading("crisis", sure=("bill",)), Mode.BLOCKED))[1] == []
