"""A report as plain rows, the same for CSV, JSON and the terminal: one figure a row, with its cases. Pure."""

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any

from bot.reports.figures import NOBODY, Figures, Outcomes, Spread
from handoff.satisfaction import Summary

# A spreadsheet would take a text that begins so for a formula, and run it.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Line:
    """One figure. `of` is what it is a part of, or about; `value` is None where nothing is known.

    `cases` is how many cases stand behind a share or a length; None where the value is itself a count.
    """

    section: str
    figure: str
    of: str
    value: float | None
    unit: str
    cases: int | None = None


def lines(figures: Figures) -> list[Line]:
    """Return every figure of the report."""
    return list(_lines(figures))


def as_csv(figures: Figures) -> str:
    """Write the figures as CSV, the first line naming the columns."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    period = figures.period
    writer.writerow(["from", "to", *(field.name for field in fields(Line))])
    for line in lines(figures):
        values = ["" if value is None else value for value in asdict(line).values()]
        writer.writerow([period.first, period.last, *(_harmless(value) for value in values)])
    return written.getvalue()


def as_json(figures: Figures) -> dict[str, Any]:
    """Return the figures as plain JSON values."""
    period = figures.period
    return {
        "from": str(period.first),
        "to": str(period.last),
        "timezone": period.zone.key,
        "figures": [asdict(line) for line in lines(figures)],
    }


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _lines(figures: Figures) -> Iterator[Line]:
    for name in (
        "messages",
        "followers",
        "answered",
        "clarified",
        "handed_off",
        "others",
        "wrong",
        "helpful",
    ):
        yield Line("messages", name, "", figures.total(name), "count")
    yield Line(
        "messages", "share_answered", "", figures.share("answered"), "share", figures.total("messages")
    )
    for name in ("opened", "resolved", "approvals", "overrides"):
        section = "tickets" if name in ("opened", "resolved") else "authority"
        yield Line(section, name, "", figures.total(name), "count")
        for key, number in sorted(figures.totals.items()):
            if key.startswith(f"{name}:"):
                yield Line(section, name, key.partition(":")[2], number, "count")
    yield from _length("tickets", "first_response", figures.first_response)
    yield from _length("tickets", "resolution", figures.resolution)
    yield from _length("authority", "decision", figures.decision)
    for spent in figures.spent:
        yield Line(
            "authority", f"granted_{spent.action}", spent.currency, spent.amount, "amount", spent.times
        )
    yield from _outcomes("all", "", figures.promises)
    for by, outcomes in (
        ("kind", figures.by_kind), ("category", figures.by_category),
        ("person", {_name(figures, person): one for person, one in figures.by_person.items()}),
        ("hour", {f"{hour:02}": one for hour, one in figures.by_hour.items()}),
    ):  # fmt: skip
        for of, one in outcomes.items():
            yield from _outcomes(by, of, one)
    for reason, number in figures.reasons.items():
        yield Line("promises", "broken_why", reason, number, "count")
    for asked in figures.asked:
        yield Line("questions", "answered_with", asked.article, asked.times, "count")
        yield Line("questions", "wrong", asked.article, asked.wrong, "count")
    yield Line("questions", "gaps", "", figures.total("clarified"), "count")
    for gap in figures.gaps:
        yield Line("questions", "gap", gap.text, gap.times, "count")
    yield Line("complaints", "followers", "", figures.total("complaining"), "count")
    yield Line("complaints", "followers_before", "", figures.complaining_before, "count")
    for topic in figures.topics:
        yield Line("complaints", "topic", topic.article, topic.followers, "count")
        yield Line("complaints", "topic_before", topic.article, topic.before, "count")
    yield Line("crises", "begun", "", figures.total("crises"), "count")
    yield from _marks(figures)
    for part in figures.parts:
        for name in ("messages", "answered", "clarified", "handed_off", "others", "complaining"):
            yield Line("parts", name, str(part.period.first), getattr(part, name), "count")
        yield Line("parts", "kept", str(part.period.first), part.promises.kept, "count")
        yield Line("parts", "broken", str(part.period.first), part.promises.broken, "count")
        yield Line("parts", "surveyed", str(part.period.first), part.marks.asked, "count")
        yield _average("parts", "average_mark", str(part.period.first), part.marks)


def _marks(figures: Figures) -> Iterator[Line]:
    marks = figures.marks
    yield Line("satisfaction", "surveyed", "", marks.asked, "count")
    yield Line("satisfaction", "rated", "", marks.answered, "count")
    yield _share("satisfaction", "share_rated", "", marks.answered, marks.asked)
    for mark, number in marks.by_mark.items():
        yield Line("satisfaction", "rated", str(mark), number, "count")
        yield _share("satisfaction", "share_of_mark", str(mark), number, marks.answered)
    yield _average("satisfaction", "average_mark", "", marks)
    yield _average("satisfaction", "average_mark_before", "", figures.marks_before)
    unread = sum(low.reader is None for low in figures.low_marks)
    yield Line("satisfaction", "low_marks", "", len(figures.low_marks), "count")
    yield Line("satisfaction", "low_marks_unread", "", unread, "count")
    for low in figures.low_marks:
        yield Line("satisfaction", "low_mark_of_ticket", str(low.ticket), low.mark, "mark")


def _average(section: str, figure: str, of: str, marks: Summary) -> Line:
    average = None if marks.average is None else round(marks.average, 2)
    return Line(section, figure, of, average, "mark", marks.answered)


def _share(section: str, figure: str, of: str, part: int, whole: int) -> Line:
    return Line(section, figure, of, round(part / whole, 4) if whole else None, "share", whole)


def _length(section: str, name: str, spread: Spread) -> Iterator[Line]:
    for measure in ("median", "p90"):
        length = getattr(spread, measure)
        seconds = None if length is None else round(length.total_seconds())
        yield Line(section, f"{name}_{measure}", "", seconds, "seconds", spread.cases)


def _outcomes(by: str, of: str, outcomes: Outcomes) -> Iterator[Line]:
    yield Line("promises", f"kept_by_{by}", of, outcomes.kept, "count", outcomes.cases)
    yield Line("promises", f"broken_by_{by}", of, outcomes.broken, "count", outcomes.cases)
    share = None if outcomes.share is None else round(outcomes.share, 4)
    yield Line("promises", f"share_by_{by}", of, share, "share", outcomes.cases)


def _name(figures: Figures, person: int) -> str:
    return "" if person == NOBODY else figures.names.get(person, str(person))
