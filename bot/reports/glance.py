"""A period at a glance: the figures that its picture shows, and the words it shows them in. Pure."""

from collections.abc import Callable, Sequence

from bot.reports.figures import Figures, percent
from bot.reports.period import Period
from bot.reports.picture import Bars, Kept, Number, Sheet
from bot.wording import DAYS, Wording, average_words, date_words, length_words, number_words

Hour = tuple[int, int]  # how many messages of an hour the bot answered, and how many others there were
Say = Callable[..., str]
Show = Callable[[Figures], str]
Measure = Callable[[Figures], float | None]


def at_a_glance(
    brand: str, figures: Figures, before: Figures, hours: Sequence[Hour], wording: Wording, language: str
) -> Sheet:
    """Return what the picture shows of a period beside the one before it.

    `hours` divide a single day; a longer period is divided as its figures are.
    """

    def say(key: str, **values: object) -> str:
        return wording.say(f"picture_{key}", language, **values)

    def number(key: str, of: Measure, shown: Show, good: int = 0) -> Number:
        value, than = shown(figures), say(_than(figures.period), value=shown(before))
        is_good = _is_better(of(figures), of(before), good) if value != shown(before) else None
        return Number(value, say(key), than, is_good)

    return Sheet(
        title=brand,
        when=_when(figures.period, language),
        numbers=(
            number("messages", lambda of: of.total("messages"), _counted("messages", language)),
            number("answered", lambda of: of.share("answered"), lambda of: percent(of.share("answered")), 1),
            number("first", _median, lambda of: length_words(of.first_response.median, language), -1),
            number("tickets", lambda of: of.total("opened"), _counted("opened", language)),
            number("complaining", lambda of: of.total("complaining"), _counted("complaining", language), -1),
            number(
                "mark", lambda of: of.marks.average, lambda of: average_words(of.marks.average, language), 1
            ),
        ),
        bars=_bars(figures, hours, language, say),
        kept=_kept(figures, before, language, say),
    )


def _is_better(now: float | None, then: float | None, good: int) -> bool | None:
    """Say whether a number went the way that is good, up (1) or down (-1); None where nobody can say."""
    if not good or now is None or then is None:
        return None
    return (now > then) == (good > 0)


def _counted(name: str, language: str) -> Show:
    return lambda of: number_words(of.total(name), language)


def _median(of: Figures) -> float | None:
    return None if of.first_response.median is None else of.first_response.median.total_seconds()


def _bars(figures: Figures, hours: Sequence[Hour], language: str, say: Say) -> Bars:
    legend = (say("answered"), say("others"))
    if figures.period.days == 1:
        labels = [f"{hour:02}" for hour in range(len(hours))]
        return Bars(say("hours"), legend, labels, [low for low, _ in hours], [high for _, high in hours])
    days = [part.period.first for part in figures.parts]
    return Bars(
        say("days"),
        legend,
        [f"{DAYS[language][day.weekday()][:3]} {day.day}" for day in days],
        [part.answered for part in figures.parts],
        [part.messages - part.answered for part in figures.parts],
    )


def _kept(figures: Figures, before: Figures, language: str, say: Say) -> Kept:
    promises = figures.promises
    if not promises.cases:
        return Kept(say("kept"), say("no_promise"), None)
    numbers = {"kept": number_words(promises.kept, language), "cases": number_words(promises.cases, language)}
    text = say("kept_of", share=percent(promises.share), **numbers)
    than = say(_than(figures.period), value=percent(before.promises.share))
    return Kept(say("kept"), f"{text} · {than}", promises.share)


def _than(period: Period) -> str:
    return "day_before" if period.days == 1 else "week_before"


def _when(period: Period, language: str) -> str:
    first, last = date_words(period.first, language), date_words(period.last, language)
    return f"{DAYS[language][period.first.weekday()]}, {first}" if period.days == 1 else f"{first} - {last}"
