"""A report as one file of its own: the desk's page with its styles inside, for a mail, a folder or paper."""

from datetime import datetime
from pathlib import Path

from markupsafe import Markup

from bot.reports.figures import Figures
from bot.web import report_page
from bot.web.pages import environment, spoken
from bot.web.words import read_words

STATIC = Path(__file__).parent / "static"
STYLES = ("look.css", "report.css")


def render(figures: Figures, brand: str, language: str, now: datetime, address: str) -> str:
    """Return the file; its numbers lead to the desk at `address`, where that is not empty."""
    words = read_words()[language]
    context = spoken(words, brand, figures.period.zone, now)
    context |= report_page.words_of(figures.period, figures.step, language)
    context |= report_page.shown(figures, language, words)
    context |= {
        "layout": "_file.html",
        "is_file": True,
        "address": address,
        "styles": Markup("\n".join((STATIC / name).read_text("utf-8") for name in STYLES)),  # noqa: S704
    }
    return environment().get_template("reports.html").render(context)
