"""The brand: its promises, its knowledge and its words, as every turn needs them."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.wording import Wording
from handoff.policy import Promises
from handoff.satisfaction import Rules
from knowledge.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Brand:
    """What every turn is governed by. Built once; replaced whole when articles change.

    `reaches` names the channels that are set up to tell staff something: telegram, webhook, email.
    `asks_customer` says whether the first acknowledgement asks for a customer number;
    `satisfaction` is how followers are asked how it went, None where they are not.
    """

    name: str
    language: str
    promises: Promises
    understanding: Understanding
    wording: Wording
    reaches: frozenset[str] = frozenset()
    asks_customer: bool = False
    satisfaction: Rules | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the brand tells the time."""
        return self.promises.zone
