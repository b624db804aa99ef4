"""`mimin ask`: what the bot would do with a text."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.brand import Brand
from bot.building import has_content
from bot.clock import utc_now
from bot.commands.context import ConfigOption, JsonOption, learn, out, settings_of
from bot.commands.lines import answer_lines, plain_lines, text_of
from bot.conversation import Action, ContactWrote, Conversation, Facts, OpenTicket, decide
from bot.mode import Mode
from bot.replies import replies
from handoff import deadline
from handoff.policy import Kind
from knowledge.content import read_content
from knowledge.reading import Decision

SHOWN = 160


def ask(
    text: Annotated[
        str | None, typer.Argument(help="The follower's text; without it, standard input.")
    ] = None,
    content: Annotated[
        Path | None, typer.Option(help="Articles to answer from, instead of the configured.")
    ] = None,
    json_: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Say what the bot would do with a text, as the first message of a new conversation."""
    settings = settings_of(config)
    path = content or settings.content
    known = content is not None or has_content(path) or not path.exists()
    brand = learn(settings, read_content(path, settings.language) if known else [])
    if text is not None:
        said = judge(brand, text)
        out(json.dumps(said, ensure_ascii=False) if json_ else _plain(said))
    elif json_:
        answer_lines(lambda read: judge(brand, text_of(read, "text")))
    else:
        for line in plain_lines():
            out(_plain(judge(brand, line)))


def judge(brand: Brand, text: str) -> dict[str, Any]:
    """Return the public contract's fields for one text."""
    now = utc_now()
    reading = brand.understanding.read(text, on=now.astimezone(brand.zone).date())
    facts = Facts(reading, Mode.BOT, brand.understanding.offers(reading))
    _, actions = decide(Conversation(), ContactWrote(now), facts)
    spoken = [
        reply
        for action in actions
        for reply in replies(brand, action, text, reading.language, now, _due(brand, action, now))
    ]
    answered = reading.decision is Decision.ANSWER
    return {
        "text": text,
        "language": reading.language,
        "decision": reading.decision,
        "article": next((reply.article for reply in spoken if reply.article), None) if answered else None,
        "answer": "\n\n".join(reply.text for reply in spoken) or None,
        "matches": [{"article": m.article, "score": round(m.score, 6)} for m in reading.matches],
        "signals": {signal: round(value, 6) for signal, value in reading.signals.items()},
        "terms": list(reading.terms),
    }


def _due(brand: Brand, action: Action, now: datetime) -> datetime | None:
    """Return by when a person would answer, where the action hands over."""
    if not isinstance(action, OpenTicket):
        return None
    terms = brand.promises.terms(Kind.FIRST_RESPONSE, action.category)
    return deadline.start(Kind.FIRST_RESPONSE, now, terms).due_at


def _plain(said: Mapping[str, Any]) -> str:
    """Say it for a person: the decision, what it was taken from, and the answer."""
    head = f"{said['decision']} ({said['language']})"
    if said["article"]:
        head += f" {said['article']}"
    best = ", ".join(f"{match['article']} {match['score']:.2f}" for match in said["matches"][:3])
    terms = ", ".join(said["terms"])
    lines = [f"> {said['text'][:SHOWN]}", head]
    lines += [f"  nearest: {best}"] if best else []
    lines += [f"  because: {terms}"] if terms else []
    lines += [f"  {line}" for line in (said["answer"] or "").splitlines()]
    return "\n".join(lines)
