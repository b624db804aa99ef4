"""A period as a picture for the chat: its main figures in large numbers, beside those of as long before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from io import BytesIO
from typing import Any

INK, MUTED, PALE, GROUND, CARD = "#17212b", "#5b6772", "#cfd6dd", "#eef2f4", "#ffffff"
GOOD, BAD = "#0b736e", "#b3261e"
SIDE, DPI = 9.0, 120  # inches of each side, and points an inch: 1080 by 1080
COLOURS = 128  # as many as it needs, which makes the file a third as large
MARGIN, GAP = 0.045, 0.018
LONGEST_TITLE = 34
MOST_LABELS = 8
ROOM = 23  # letters below a large number that have their full size


@dataclass(frozen=True, slots=True)
class Number:
    """One of the large numbers: what it counts, and a line below that sets it beside the time before.

    `is_good` colours that line; None leaves it grey.
    """

    value: str
    label: str
    compared: str
    is_good: bool | None = None


@dataclass(frozen=True, slots=True)
class Bars:
    """The chart: a column an hour or day, its lower part of the first colour; `legend` names both parts."""

    title: str
    legend: tuple[str, str]
    labels: Sequence[str]
    lower: Sequence[int]
    upper: Sequence[int]


@dataclass(frozen=True, slots=True)
class Kept:
    """How many promises were kept: `share` is 0 to 1, None where none was decided."""

    title: str
    text: str
    share: float | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that the picture shows, in the words it shows it in."""

    title: str
    when: str
    numbers: Sequence[Number]
    bars: Bars
    kept: Kept


def draw(sheet: Sheet) -> bytes:
    """Return the picture as PNG. Takes some tenths of a second: never to be called in the loop.

    Raises ImportError where there is nothing to draw with.
    """
    # What draws takes half a second to load, and is needed once a day.
    figure = import_module("matplotlib.figure").Figure(figsize=(SIDE, SIDE), dpi=DPI, facecolor=GROUND)
    canvas = import_module("matplotlib.backends.backend_agg").FigureCanvasAgg(figure)
    title = sheet.title if len(sheet.title) <= LONGEST_TITLE else f"{sheet.title[: LONGEST_TITLE - 1]}…"
    _write(figure, MARGIN, 0.945, title, 27, INK, bold=True)
    _write(figure, MARGIN, 0.898, sheet.when, 17, MUTED)
    width = (1 - 2 * MARGIN - 2 * GAP) / 3
    for place, number in enumerate(sheet.numbers):
        x = MARGIN + place % 3 * (width + GAP)
        _number(figure, x, 0.695 - place // 3 * 0.188, width, number)
    _bars(figure, sheet.bars)
    _kept(figure, sheet.kept)
    canvas.draw()
    drawn = bytes(canvas.buffer_rgba())
    image = import_module("PIL.Image").frombytes("RGBA", canvas.get_width_height(), drawn).convert("RGB")
    written = BytesIO()
    image.quantize(COLOURS).save(written, format="PNG", optimize=True)
    return written.getvalue()


def _number(figure: Any, x: float, y: float, width: float, number: Number) -> None:
    _card(figure, x, y, width, 0.17)
    _write(figure, x + 0.022, y + 0.128, number.label, 13.5, MUTED)
    _write(figure, x + 0.022, y + 0.082, number.value, 30 if len(number.value) <= 8 else 20, INK, bold=True)
    colour = MUTED if number.is_good is None else GOOD if number.is_good else BAD
    _write(figure, x + 0.022, y + 0.036, number.compared, 12.5 * min(1, ROOM / len(number.compared)), colour)


def _bars(figure: Any, bars: Bars) -> None:
    _card(figure, MARGIN, 0.155, 1 - 2 * MARGIN, 0.334)
    _write(figure, MARGIN + 0.022, 0.455, bars.title, 14.5, INK, bold=True)
    x = 1 - MARGIN - 0.022
    for name, colour in zip(reversed(bars.legend), (PALE, GOOD), strict=True):
        text = _write(figure, x, 0.455, name, 12.5, MUTED, side="right")
        x = text.get_window_extent().x0 / (SIDE * DPI) - 0.012
        _box(figure, x - 0.016, 0.447, 0.016, 0.016, colour)
        x -= 0.04
    axes = figure.add_axes((MARGIN + 0.07, 0.205, 1 - 2 * MARGIN - 0.095, 0.215))
    axes.set_facecolor(CARD)
    places = range(len(bars.lower))
    axes.bar(places, bars.lower, width=0.72, color=GOOD)
    axes.bar(places, bars.upper, bottom=bars.lower, width=0.72, color=PALE)
    tallest = max((low + high for low, high in zip(bars.lower, bars.upper, strict=True)), default=0)
    axes.set_ylim(0, max(tallest * 1.05, 4))
    axes.set_xlim(-0.6, len(bars.lower) - 0.4)
    every = -(-len(bars.labels) // MOST_LABELS)
    axes.set_xticks(list(places)[::every], list(bars.labels)[::every])
    axes.yaxis.get_major_locator().set_params(integer=True, nbins=4)
    axes.tick_params(length=0, labelsize=12.5, labelcolor=MUTED, pad=6)
    axes.grid(visible=True, axis="y", color=GROUND, linewidth=1.2)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _kept(figure: Any, kept: Kept) -> None:
    _card(figure, MARGIN, MARGIN, 1 - 2 * MARGIN, 0.092)
    _write(figure, MARGIN + 0.022, 0.113, kept.title, 14.5, INK, bold=True)
    _write(figure, 1 - MARGIN - 0.022, 0.113, kept.text, 13.5, MUTED, side="right")
    whole = 1 - 2 * MARGIN - 0.044
    _box(figure, MARGIN + 0.022, 0.068, whole, 0.02, PALE if kept.share is None else BAD)
    if kept.share:
        _box(figure, MARGIN + 0.022, 0.068, whole * kept.share, 0.02, GOOD)


def _card(figure: Any, x: float, y: float, width: float, height: float) -> None:
    box = import_module("matplotlib.patches").FancyBboxPatch(
        (x + 0.012, y + 0.012), width - 0.024, height - 0.024, boxstyle="round,pad=0.012,rounding_size=0.016",
        facecolor=CARD, edgecolor="none", transform=figure.transFigure, zorder=-1,
    )  # fmt: skip
    figure.add_artist(box)


def _box(figure: Any, x: float, y: float, width: float, height: float, colour: str) -> None:
    patch = import_module("matplotlib.patches").Rectangle
    figure.add_artist(
        patch((x, y), width, height, facecolor=colour, edgecolor="none", transform=figure.transFigure)
    )


def _write(
    figure: Any,
    x: float,
    y: float,
    text: str,
    size: float,
    colour: str,
    *,
    bold: bool = False,
    side: str = "left",
) -> Any:
    """Write a line as it stands: a sign of money begins no formula, and what the font lacks is left out."""
    return figure.text(
        x, y, _writable(text), fontsize=size, color=colour, weight="bold" if bold else "normal", ha=side,
        va="center", parse_math=False,
    )  # fmt: skip


def _writable(text: str) -> str:
    known = _letters()
    return " ".join("".join(sign for sign in text if ord(sign) in known or sign.isspace()).split())


@cache
def _letters() -> Mapping[int, int]:
    """Return the signs that the font has, by their number."""
    found = import_module("matplotlib.font_manager").findfont("DejaVu Sans")
    letters: Mapping[int, int] = import_module("matplotlib.ft2font").FT2Font(found).get_charmap()
    return letters
