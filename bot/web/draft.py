"""What the bot would answer while a person speaks, as a draft for that person. Pure."""

from collections.abc import Sequence
from datetime import datetime

from bot.brand import Brand
from bot.web.timeline import Line


def drafted(brand: Brand, lines: Sequence[Line], language: str, now: datetime) -> tuple[str, str] | None:
    """Return the question that the follower's last words are taken for, and the answer to it.

    Nothing where somebody answered since, or no article comes near.
    """
    said = [line.message for line in lines if line.message and line.message.direction != "note"]
    last = max(said, key=lambda message: message.id, default=None)
    if last is None or last.direction != "in":
        return None
    reading = brand.understanding.read(last.text, on=now.astimezone(brand.zone).date())
    article = brand.understanding.best_article(reading)
    answer = article.answer(language, brand.language) if article else None
    return (article.title(language), answer) if article and answer else None
