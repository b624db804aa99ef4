"""The charts of a report: where each bar stands. What draws them is a template. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 560, 220
LEFT, RIGHT, TOP, BOTTOM = 40, 6, 10, 26
MOST_LABELS = 8


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a chart: what stands below it, where a tap leads, and the height of each layer."""

    label: str
    title: str
    link: str
    layers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle, in the units of the drawing; `layer` is its colour."""

    x: float
    y: float
    width: float
    height: float
    layer: str


@dataclass(frozen=True, slots=True)
class Stack:
    """The bars of a column, and the place of its label; the label is empty where there is no room."""

    column: Column
    bars: Sequence[Bar]
    middle: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing of WIDTH by HEIGHT. `ticks` are heights with the number that belongs there."""

    stacks: Sequence[Stack]
    ticks: Sequence[tuple[float, int]]

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to draw."""
        return not any(stack.bars for stack in self.stacks)


def stacked(columns: Sequence[Column]) -> Chart:
    """Lay the layers of each column on one another, from the bottom up."""
    top = round_up(max((sum(column.layers.values()) for column in columns), default=0))
    height, step = HEIGHT - TOP - BOTTOM, (WIDTH - LEFT - RIGHT) / max(len(columns), 1)
    every = -(-len(columns) // MOST_LABELS)
    stacks = []
    for place, column in enumerate(columns):
        x, y, bars = LEFT + place * step, float(HEIGHT - BOTTOM), list[Bar]()
        for layer, number in column.layers.items():
            tall = height * number / top
            if number:
                y -= tall
                bars.append(
                    Bar(round(x + step * 0.14, 2), round(y, 2), round(step * 0.72, 2), round(tall, 2), layer)
                )
        label = column.label if place % every == 0 else ""
        stacks.append(Stack(column, bars, round(x + step / 2, 2), label))
    ticks = [(round(HEIGHT - BOTTOM - height * share, 2), round(top * share)) for share in (0, 0.5, 1)]
    return Chart(stacks, ticks)


def round_up(number: int) -> int:
    """Return an even number for the top of a scale, not below the number: 2, 4, 10, 20, 40, 100 ..."""
    size = 1
    while True:
        for digit in (2, 4, 6, 10):
            if digit * size >= number:
                return digit * size
        size *= 10
