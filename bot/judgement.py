"""What the bot would do with a text, and why: one judge for `ask` and the knowledge page. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.brand import Brand
from bot.conversation import (
    Action,
    AskBack,
    ContactWrote,
    Conversation,
    Cover,
    Facts,
    OpenTicket,
    Say,
    SayHolding,
    decide,
)
from bot.mode import Mode
from bot.replies import Reply, replies
from handoff import deadline
from handoff.policy import Kind
from knowledge.reading import Decision, Reading


class Why(StrEnum):
    """Why the bot does what it does, in a word.

    An article is sure; it is small talk; several articles come near, or none does; a signal fired; answers
    are stopped, and a statement is said instead, or there is none to say; it is spam.
    """

    SURE = "sure"
    TALK = "talk"
    OFFERS = "offers"
    REWORD = "reword"
    SIGNAL = "signal"
    STOPPED = "stopped"
    HOLDING = "holding"
    SPAM = "spam"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the bot would do with a text as the first message of a new conversation.

    `cut` is the chance from which an article is answered without asking back. `respelt` are the words that
    were read otherwise than they were written. `due` is by when a person would answer, where it hands over.
    """

    reading: Reading
    actions: Sequence[Action]
    replies: Sequence[Reply]
    cut: float
    respelt: Sequence[tuple[str, str]]
    due: datetime | None = None

    @property
    def article(self) -> str | None:
        """The article that is answered first, if one is answered."""
        return next((reply.article for reply in self.replies if reply.article), None)

    @property
    def why(self) -> Why:
        """Why it does so; of several actions the first tells."""
        match self.actions:
            case []:
                return Why.SPAM
            case [OpenTicket(because=because), *_]:
                return Why.STOPPED if because == "question" else Why.SIGNAL
            case [SayHolding(), *_]:
                return Why.HOLDING
            case [AskBack(offers), *_]:
                return Why.OFFERS if offers else Why.REWORD
            case [Say(), *_]:
                return Why.TALK
            case _:
                return Why.SURE

    @property
    def opens(self) -> OpenTicket | None:
        """The ticket that would be opened, if one would."""
        return next((one for one in self.actions if isinstance(one, OpenTicket)), None)

    @property
    def holding(self) -> int | None:
        """The statement of a crisis that would be said, if one would."""
        return next((one.statement for one in self.actions if isinstance(one, SayHolding)), None)

    @property
    def answer(self) -> str | None:
        """Everything that would be said; None where that is nothing."""
        return "\n\n".join(reply.text for reply in self.replies) or None


def judge(brand: Brand, text: str, now: datetime, cover: Cover | None = None) -> Judgement:
    """Judge a text that a follower writes at `now`; `cover` is the crisis or pause that it falls under."""
    understanding = brand.understanding
    reading = understanding.read(text, on=now.astimezone(brand.zone).date())
    facts = Facts(reading, Mode.BOT, understanding.offers(reading), cover=cover)
    _, actions = decide(Conversation(), ContactWrote(now), facts)
    due = next((_due(brand, one, now) for one in actions if isinstance(one, OpenTicket)), None)
    spoken = [reply for one in actions for reply in replies(brand, one, text, reading.language, now, due)]
    return Judgement(reading, actions, spoken, understanding.cut, understanding.respelt(text), due)


def as_json(judgement: Judgement) -> dict[str, Any]:
    """Return the fields of the public contract."""
    reading = judgement.reading
    return {
        "text": reading.text,
        "language": reading.language,
        "decision": reading.decision,
        "article": judgement.article if reading.decision is Decision.ANSWER else None,
        "answer": judgement.answer,
        "matches": [{"article": m.article, "score": round(m.score, 6)} for m in reading.matches],
        "signals": {signal: round(value, 6) for signal, value in reading.signals.items()},
        "terms": list(reading.terms),
    }


def _due(brand: Brand, action: OpenTicket, now: datetime) -> datetime | None:
    """Return by when a person would answer."""
    terms = brand.promises.terms(Kind.FIRST_RESPONSE, action.category)
    return deadline.start(Kind.FIRST_RESPONSE, now, terms).due_at
