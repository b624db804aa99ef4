"""Where somebody is reached in Telegram, as it stands in the database: one chat, seen from one side. Pure."""

import re
from dataclasses import dataclass

NAME = "telegram"  # of the channel, as the database has it
WRITTEN = re.compile(r"(-?[0-9]{1,18})(?:@([0-9]{1,18})|/([0-9]{1,18}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Address:
    """A chat. `owner` is the account through which the bot speaks there, None for the bot itself;
    `topic` is the follower's part of a channel's direct messages.

    Written "1001", "1001@55" and "-100777/9": a person who writes to the bot and to the brand's own
    account has two conversations. An account is named by its owner, since Telegram names the connection
    anew each time it is made.
    """

    chat: int
    owner: int | None = None
    topic: int | None = None

    def __str__(self) -> str:
        """Write it down."""
        if self.owner is not None:
            return f"{self.chat}@{self.owner}"
        return f"{self.chat}/{self.topic}" if self.topic is not None else str(self.chat)

    @property
    def is_group(self) -> bool:
        """Say whether many read there."""
        return self.chat < 0 and self.topic is None


def read_address(text: str) -> Address | None:
    """Return what was written down; None where it is no address of Telegram."""
    found = WRITTEN.fullmatch(text)
    if found is None:
        return None
    chat, owner, topic = (None if part is None else int(part) for part in found.groups())
    return None if chat is None else Address(chat, owner, topic)
