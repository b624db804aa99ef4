"""How often the guard stops an ordinary reply, and how much of what must not leave it finds.

Run `python -m benchmarks.guard`; `--show` prints each text that was judged wrongly. The texts were written
for this project, by people who did not know the guard; cards, numbers and names in them are invented.
"""

import argparse
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot import guarding
from bot.brand import Brand
from bot.building import build_brand, cache_folder
from bot.settings import load_settings
from handoff import guard
from handoff.guard import Context, Finding, Level
from handoff.personal import find_personal
from knowledge.content import read_content

HERE = Path(__file__).parent
SETS = tuple(sorted((HERE / "guard_texts").iterdir()))


@dataclass(frozen=True, slots=True)
class Measured:
    """What the guard made of a set: its `alarms` of `ordinary` replies, and how many bad ones there are of
    each kind, with those that were `missed`.
    """

    ordinary: int
    alarms: Sequence[tuple[str, Finding]]
    bad: Counter[str]
    missed: Sequence[tuple[str, str]]


def main() -> None:
    """Print both rates of each set."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guard", description=__doc__)
    parser.add_argument("--show", action="store_true", help="print each text that was judged wrongly")
    options = parser.parse_args()
    brand = sample()
    for folder in SETS:
        print(f"{folder.name}: {report(measure(brand, folder), show=options.show)}")


def sample() -> Brand:
    """Return the brand that ships as a sample."""
    settings = load_settings(HERE.parent / "config.toml", {}, HERE.parent)
    return build_brand(settings, read_content(settings.content, settings.language), cache_folder(os.environ))


def measure(brand: Brand, folder: Path) -> Measured:
    """Hold a set of texts against the guard, without a ticket on which anything was granted."""

    def found(text: str) -> list[Finding]:
        typos = brand.understanding.outgoing.typos(text, [brand.name])
        context = Context((), typos=typos, seems=guarding.impressions(brand, text))
        findings = guard.inspect(text, guarding.parts_of(brand, text), find_personal(text), context)
        return [one for one in findings if one.level is not Level.HINT]

    ordinary = (folder / "polite.txt").read_text("utf-8").splitlines()
    lines = (folder / "bad.tsv").read_text("utf-8").splitlines()
    bad = [(kind, text) for kind, text in (line.split("\t") for line in lines)]
    return Measured(
        len(ordinary),
        [(text, why[0]) for text in ordinary if (why := found(text))],
        Counter(kind for kind, _ in bad),
        [(kind, text) for kind, text in bad if not found(text)],
    )


def report(of: Measured, *, show: bool) -> str:
    """Say the rates, and the texts where they are asked for."""
    total, lost = of.bad.total(), Counter(kind for kind, _ in of.missed)
    lines = [
        f"{(alarms := len(of.alarms))} false alarms in {of.ordinary} replies ({alarms / of.ordinary:.1%})",
        f"caught {total - len(of.missed)} of {total} bad ones ({1 - len(of.missed) / total:.1%})",
        *(f"  {kind}: {number - lost[kind]} of {number}" for kind, number in of.bad.items()),
    ]
    if show:
        lines += [f"false alarm: {text} ({why.saying})" for text, why in of.alarms]
        lines += [f"missed {kind}: {text}" for kind, text in of.missed]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
