"""The conversation: what the bot does with one message of a contact. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.mode import Mode
from handoff.policy import Category
from knowledge.reading import Reading

STALE = timedelta(hours=24)

Offers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Conversation:
    """What the bot remembers between messages.

    `clarified_at` is when it asked back, None once something was answered. `offers` are the buttons it
    showed, as (article, question). `topic` is the article answered last.
    """

    clarified_at: datetime | None = None
    offers: Offers = ()
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class ContactWrote:
    """A contact sent a text at `at`; `tapped` is the article of the button it was, if it was one."""

    at: datetime
    tapped: str | None = None


@dataclass(frozen=True, slots=True)
class Cover:
    """Canned answers are stopped in this scope; `says` is the holding statement where it was not said yet."""

    says: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known from outside: the text's reading, who speaks, the state of the newest ticket, and the
    crisis or pause that the message falls under, if there is one.
    """

    reading: Reading
    mode: Mode
    offers: Offers = ()
    category: Category | None = None
    is_resolved: bool = False
    cover: Cover | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Send the answer of these articles."""

    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Say:
    """Send a fixed text by its key; `source` is how it is logged."""

    key: str
    source: str


@dataclass(frozen=True, slots=True)
class AskBack:
    """Ask which question is meant, or for other words where nothing came near."""

    offers: Offers


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """Hand the matter to a person and acknowledge it once; `because` picks the words."""

    category: Category
    because: str


@dataclass(frozen=True, slots=True)
class JoinTicket:
    """Put the message with the ticket there is; a severe one makes it a crisis."""

    severe: bool = False
    thanks: bool = False


@dataclass(frozen=True, slots=True)
class ReopenTicket:
    """Take the resolved matter up again, for the person who had it."""

    severe: bool = False


@dataclass(frozen=True, slots=True)
class TellStatus:
    """Say honestly how the ticket stands."""


@dataclass(frozen=True, slots=True)
class React:
    """Answer a thanks with a sign, not with words."""


@dataclass(frozen=True, slots=True)
class SayHolding:
    """Say what holds in the crisis, in the words of this statement."""

    statement: int


@dataclass(frozen=True, slots=True)
class DraftHolding:
    """Lay the same before the person who holds the conversation."""

    statement: int


Action = (
    Answer
    | Say
    | AskBack
    | OpenTicket
    | JoinTicket
    | ReopenTicket
    | TellStatus
    | React
    | SayHolding
    | DraftHolding
)


def decide(state: Conversation, event: ContactWrote, facts: Facts) -> tuple[Conversation, list[Action]]:
    """Return what the bot remembers after the message and what it does about it."""
    severe = facts.reading.fired("crisis")
    match facts.mode:
        case Mode.BLOCKED:
            return state, []
        case Mode.HUMAN if facts.is_resolved and facts.reading.is_only_thanks:
            return state, [React()]
        case Mode.HUMAN:
            thanks = facts.reading.is_only_thanks
            join = ReopenTicket(severe) if facts.is_resolved else JoinTicket(severe, thanks)
            return state, [join, *_said_in_crisis(facts, DraftHolding)]
        case Mode.WAITING:
            return _waiting(state, event, facts, severe=severe)
        case Mode.BOT:
            return _bot(state, event, facts)


def _waiting(
    state: Conversation, event: ContactWrote, facts: Facts, *, severe: bool
) -> tuple[Conversation, list[Action]]:
    """Let everything join the ticket; answer a plain question, and say the status when asked."""
    reading = facts.reading
    join = JoinTicket(severe, reading.is_only_thanks)
    if facts.cover is not None:
        status = [TellStatus()] if reading.asks_status else []
        return state, [join, *_said_in_crisis(facts, SayHolding), *status]
    about_the_matter = severe or reading.fired("complaint") or reading.fired("human")
    articles = (event.tapped,) if event.tapped else reading.sure
    if articles and not about_the_matter and not reading.asks_status:
        return _answered(state, articles), [join, Answer(articles)]
    return state, [join, TellStatus()] if reading.asks_status else [join]


def _bot(state: Conversation, event: ContactWrote, facts: Facts) -> tuple[Conversation, list[Action]]:
    """Judge in the order of the public contract: spam, crisis, complaint, human, answer, small talk, miss."""
    reading = facts.reading
    if event.tapped and facts.cover is None:
        return _answered(state, (event.tapped,)), [Answer((event.tapped,))]
    if reading.fired("spam"):
        return state, []
    for signal, category in (
        ("crisis", Category.CRISIS),
        ("complaint", Category.COMPLAINT),
        ("human", Category.QUESTION),
    ):
        if reading.fired(signal):
            opened = OpenTicket(category, signal)
            return Conversation(topic=state.topic), [opened, *_said_in_crisis(facts, SayHolding)]
    if facts.cover is not None and not reading.is_only_thanks:
        return _in_crisis(state, facts)
    if reading.sure:
        return _answered(state, reading.sure), [Answer(reading.sure)]
    if reading.fired("greeting") or reading.fired("thanks"):
        key = "thanks" if reading.fired("thanks") else "greeting"
        return state, [Say(key, "answer")]
    if state.clarified_at is not None and event.at - state.clarified_at < STALE:
        return Conversation(topic=state.topic), [OpenTicket(Category.QUESTION, "question")]
    return replace(state, clarified_at=event.at, offers=facts.offers), [AskBack(facts.offers)]


def _in_crisis(state: Conversation, facts: Facts) -> tuple[Conversation, list[Action]]:
    """Say what holds instead of an answer; where that was said, or nothing is to say, a person answers.

    A mere greeting is greeted: nobody has to be called for it.
    """
    said = _said_in_crisis(facts, SayHolding)
    if said:
        return Conversation(topic=state.topic), said
    asks = bool(facts.reading.sure or facts.offers) or not facts.reading.fired("greeting")
    if not asks:
        return state, [Say("greeting", "answer")]
    return Conversation(topic=state.topic), [OpenTicket(Category.QUESTION, "question")]


def _said_in_crisis(facts: Facts, how: type[SayHolding] | type[DraftHolding]) -> list[Action]:
    """Return how the holding statement is passed on, once, where there is one to say."""
    if facts.cover is None or facts.cover.says is None:
        return []
    return [how(facts.cover.says)]


def _answered(state: Conversation, articles: tuple[str, ...]) -> Conversation:
    return replace(state, clarified_at=None, offers=(), topic=articles[-1])
