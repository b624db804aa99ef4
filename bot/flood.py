"""A flood of messages of one contact: each is stored and read, and only so many are answered."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import contacts
from bot.contacts import Thread
from bot.conversation import Action, Answer, AskBack, React, Say, TellStatus

# A contact gets so many answers at once; after that, one whenever the oldest of them is a window ago.
AT_ONCE = 3
WINDOW = timedelta(seconds=10)
PLAIN = (Answer, AskBack, React, Say, TellStatus)


class NotYet(Exception):  # noqa: N818 - an outcome
    """The bot spoke so often of late that this message is handled at an instant, not now."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"not before {until}")
        self.until = until


def restrained(
    conn: Connection, thread: Thread, actions: Sequence[Action], behind: int, now: datetime
) -> Sequence[Action]:
    """Return what of the actions is done although the contact writes so much.

    What hands the matter to a person, or joins a ticket, never waits. An answer is left out where
    `behind` says that more messages follow; for the last of them NotYet is raised, until its time comes.
    """
    needed = [action for action in actions if not isinstance(action, PLAIN)]
    is_quick = thread.last_at is not None and now - thread.last_at < WINDOW
    if len(needed) == len(actions) or not is_quick:
        return actions
    spoken = contacts.list_spoken(conn, thread.id, now - WINDOW, AT_ONCE)
    if len(spoken) < AT_ONCE:
        return actions
    if behind == 0 and not needed:
        raise NotYet(spoken[-1] + WINDOW)
    return needed
