"""The words of what the bot decided: one place for the chat, `ask` and stories. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.brand import Brand
from bot.conversation import Action, Answer, AskBack, OpenTicket, React, Say
from bot.wording import clock_words, quote
from handoff.calendar import is_open

ACKNOWLEDGED: Mapping[str, str] = {
    "complaint": "acknowledged_complaint",
    "crisis": "acknowledged_crisis",
    "human": "acknowledged_human",
    "question": "acknowledged_question",
    "failure": "failure",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """One text the bot says; `source` is how it is logged."""

    source: str
    text: str
    article: str | None = None
    offers: tuple[tuple[str, str], ...] = ()


def replies(
    brand: Brand,
    action: Action,
    said: str,
    language: str,
    now: datetime,
    due: datetime | None,
    *,
    asks: bool = False,
) -> list[Reply]:
    """Return what the bot says for an action; nothing where it only acts.

    `said` is the contact's text, `due` the instant by which a person answers, None where none is promised.
    `asks` adds the question for a customer number to an acknowledgement.
    """
    match action:
        case Answer(articles):
            found = [brand.understanding.article(article) for article in articles]
            texts = [(a.id, a.answer(language, brand.language)) for a in found if a is not None]
            return [Reply("answer", text, article) for article, text in texts if text]
        case Say(key, source):
            return [Reply(source, brand.wording.say(key, language, brand=brand.name))]
        case AskBack(offers):
            key = "clarify_offers" if offers else "clarify_reword"
            return [Reply("clarify", brand.wording.say(key, language), offers=offers)]
        case OpenTicket():
            text = _acknowledgement(brand, action, said, language, now, due)
            return [Reply("ack", f"{text} {brand.wording.say('ask_customer', language)}" if asks else text)]
        case React():
            return [Reply("reaction", brand.wording.say("reaction", language))]
        case _:
            return []


def _acknowledgement(
    brand: Brand, action: OpenTicket, said: str, language: str, now: datetime, due: datetime | None
) -> str:
    """Say what was understood and by when a person answers; nothing is promised that is over already."""
    key, topic = ACKNOWLEDGED[action.because], quote(said)
    if due is None or due <= now:
        text = brand.wording.say(f"{key}_open", language, topic=topic)
    else:
        time = clock_words(due, now, brand.zone, language)
        text = brand.wording.say(key, language, topic=topic, time=time)
    if is_open(brand.promises.policies[action.category].calendar, now):
        return text
    return f"{text} {brand.wording.say('outside_hours', language)}"
