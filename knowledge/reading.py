"""A reading: what was understood of one text. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

FIRED = 0.5
SIGNALS = ("complaint", "crisis", "abuse", "spam", "human", "thanks", "greeting")


class Decision(StrEnum):
    """What the bot would do if the text opened a new conversation."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    HANDOFF = "handoff"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Match:
    """A scored candidate; `score` lies between 0 and 1 and means how sure the match is."""

    article: str
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What one text says.

    `matches` are the best five at most, best first. `sure` names the articles that may be answered
    without asking back: usually none or one, two where the text holds two questions. `signals` has a
    value between 0 and 1 for each of SIGNALS; it has fired from 0.5 on. `terms` says why, each as
    `signal:term`. `asks_status` is true for "sudah sampai mana?": a follower asking after a ticket.
    """

    text: str
    language: str
    matches: tuple[Match, ...]
    sure: tuple[str, ...]
    signals: Mapping[str, float]
    terms: tuple[str, ...]
    asks_status: bool = False

    def fired(self, signal: str) -> bool:
        """Say whether the signal is strong enough to act on."""
        return self.signals[signal] >= FIRED

    @property
    def is_only_thanks(self) -> bool:
        """Say whether it thanks and wants nothing: neither an answer nor a person."""
        wants = any(self.fired(signal) for signal in ("complaint", "crisis", "human", "spam"))
        return self.fired("thanks") and not (wants or self.sure or self.asks_status)

    @property
    def decision(self) -> Decision:
        """Judge the text as the first of a new conversation, in the order of the public contract."""
        if self.fired("spam"):
            return Decision.IGNORE
        if self.fired("crisis") or self.fired("complaint") or self.fired("human"):
            return Decision.HANDOFF
        if self.sure or self.fired("greeting") or self.fired("thanks"):
            return Decision.ANSWER
        return Decision.CLARIFY
