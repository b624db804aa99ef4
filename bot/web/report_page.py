"""What the page of a report shows, on the desk or in a file: its words, charts and links. Pure."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from bot.reports.charts import Chart, Column, stacked
from bot.reports.figures import Figures, percent
from bot.reports.period import Period, Step
from bot.wording import MONTHS, average_words, date_words, length_words, number_words

SHOWN = 12  # of broken promises and low marks; the list behind the figure has all


def words_of(period: Period, step: Step, language: str) -> dict[str, Any]:
    """Return the period, and how its dates, lengths and numbers are said and where they lead."""
    return {
        "period": period,
        "step": step,
        "query": query(period.first, period.last),
        "date": lambda day: date_words(day, language),
        "length": lambda length: length_words(length, language),
        "percent": percent,
        "average": lambda average: average_words(average, language),
        "number": lambda number: number_words(number, language),
        "to_list": lambda figure, of="": to_list(period, figure, of),
    }


def shown(figures: Figures, language: str, word: Callable[[str], str]) -> dict[str, Any]:
    """Return the figures, their charts, and of long lists as much as is shown."""
    return {
        "figures": figures,
        "breaches": figures.breaches[:SHOWN],
        "low_marks": figures.low_marks[:SHOWN],
        "charts": _charts(figures, language, word),
    }


def to_list(period: Period, figure: str, of: str = "") -> str:
    """Return the address of the list behind a figure."""
    part = {"of": of} if of else {}
    days = {"from": str(period.first), "to": str(period.last)}
    return f"/desk/reports/tickets?{urlencode({'figure': figure, **part, **days})}"


def query(first: date, last: date) -> str:
    return urlencode({"from": str(first), "to": str(last)})


def _charts(figures: Figures, language: str, word: Callable[[str], str]) -> dict[str, Chart]:
    """Lay out the charts: each column leads to what stands behind it."""
    messages, promises, complaints, marks = [], [], [], []
    for part in figures.parts:
        label = _label(part.period, figures.step, language)
        said = {"answered": part.answered, "clarified": part.clarified, "handed_off": part.handed_off}
        layers = said | {"others": part.others}
        outcomes = {"kept": part.promises.kept, "broken": part.promises.broken}
        days = _days(part.period, language)
        messages.append(_column(label, days, to_list(part.period, "messages"), layers, word))
        promises.append(_column(label, days, to_list(part.period, "broken"), outcomes, word))
        given = {f"mark{mark}": number for mark, number in part.marks.by_mark.items()}
        marks.append(_column(label, days, to_list(part.period, "rated"), given, word))
        behind = to_list(part.period, "complaining")
        complaints.append(_column(label, days, behind, {"complaining": part.complaining}, word))
    hours = []
    for hour in range(24):
        one = figures.by_hour.get(hour)
        outcomes = {"kept": one.kept, "broken": one.broken} if one else {}
        behind = to_list(figures.period, "broken", f"hour:{hour}")
        hours.append(_column(f"{hour:02}", f"{hour:02}:00", behind, outcomes, word))
    return {
        "messages": stacked(messages),
        "promises": stacked(promises),
        "hours": stacked(hours),
        "complaints": stacked(complaints),
        "marks": stacked(marks),
    }


def _column(
    label: str, days: str, link: str, layers: Mapping[str, int], word: Callable[[str], str]
) -> Column:
    said = ", ".join(f"{word(f'figure.{name}')} {number}" for name, number in layers.items())
    return Column(label, f"{days}: {said}" if said else days, link, layers)


def _label(period: Period, step: Step, language: str) -> str:
    month = MONTHS[language][period.first.month - 1]
    return month if step is Step.MONTH else f"{period.first.day} {month}"


def _days(period: Period, language: str) -> str:
    first, last = date_words(period.first, language), date_words(period.last, language)
    return first if period.days == 1 else f"{first} - {last}"
