"""A period in three sentences: who wrote, what was kept, what is missing. Pure."""

from bot.reports.figures import Figures, percent
from bot.wording import Wording, date_words, length_words


def summary(figures: Figures, wording: Wording, language: str) -> str:
    """Return three sentences that say no more than the figures do, for a letter in the morning."""
    return " ".join(
        [
            _wrote(figures, wording, language),
            _kept(figures, wording, language),
            _missing(figures, wording, language),
        ]
    )


def _wrote(figures: Figures, wording: Wording, language: str) -> str:
    period = figures.period
    first, last = date_words(period.first, language), date_words(period.last, language)
    when = first if period.days == 1 else f"{first} - {last}"
    if not figures.total("messages"):
        return wording.say("summary_silent", language, when=when)
    names = ("messages", "followers", "answered", "clarified", "handed_off")
    numbers = {name: figures.total(name) for name in names}
    share = percent(figures.share("answered"))
    return wording.say("summary_wrote", language, when=when, share=share, **numbers)


def _kept(figures: Figures, wording: Wording, language: str) -> str:
    outcomes, first = figures.promises, figures.first_response
    if not outcomes.cases:
        return wording.say("summary_no_promise", language)
    values = {"cases": outcomes.cases, "kept": outcomes.kept, "broken": outcomes.broken}
    said = {"median": length_words(first.median, language), "responses": first.cases}
    if not outcomes.broken:
        return wording.say("summary_kept_all", language, **values, **said)
    why = wording.say(f"broke_{next(iter(figures.reasons))}", language)
    share = percent(outcomes.share)
    return wording.say("summary_kept", language, share=share, why=why, **values, **said)


def _missing(figures: Figures, wording: Wording, language: str) -> str:
    return wording.say(
        "summary_gaps",
        language,
        gaps=figures.total("clarified"),
        complaining=figures.total("complaining"),
        before=figures.complaining_before,
        crises=figures.total("crises"),
    )
