"""How often the guard stops an ordinary reply, and how much of what must not leave it finds.

Run `python -m benchmarks.guard`. The texts were written for this project, by somebody who did not know the
guard's lists; cards, numbers and names in them are invented.
"""

import os
from collections import Counter
from pathlib import Path

from bot import guarding
from bot.building import build_brand, cache_folder
from bot.settings import load_settings
from handoff import guard
from handoff.guard import Context, Level
from handoff.personal import find_personal
from knowledge.content import read_content

HERE = Path(__file__).parent
TEXTS = HERE / "guard_texts"


def main() -> None:
    """Print both rates, and each text that was judged wrongly."""
    settings = load_settings(HERE.parent / "config.toml", {}, HERE.parent)
    brand = build_brand(settings, read_content(settings.content, settings.language), cache_folder(os.environ))

    def found(text: str) -> list[str]:
        outgoing = brand.understanding.outgoing
        context = Context(
            (), typos=outgoing.typos(text, [brand.name]), seems=guarding.impressions(brand, text)
        )
        findings = guard.inspect(text, guarding.parts_of(brand, text), find_personal(text), context)
        return [str(one.saying) for one in findings if one.level is not Level.HINT]

    polite = (TEXTS / "polite.txt").read_text("utf-8").splitlines()
    bad = [line.split("\t") for line in (TEXTS / "bad.tsv").read_text("utf-8").splitlines()]
    alarms = [(text, found(text)) for text in polite if found(text)]
    missed = [(kind, text) for kind, text in bad if not found(text)]
    kinds, lost = Counter(kind for kind, _ in bad), Counter(kind for kind, _ in missed)
    print(f"false alarms: {len(alarms)} of {len(polite)} ordinary replies ({len(alarms) / len(polite):.1%})")
    print(f"caught: {len(bad) - len(missed)} of {len(bad)} bad ones ({1 - len(missed) / len(bad):.1%})")
    for kind, number in kinds.items():
        print(f"  {kind}: {number - lost[kind]} of {number}")
    for text, why in alarms:
        print(f"false alarm: {text} ({why[0]})")
    for kind, text in missed:
        print(f"missed {kind}: {text}")


if __name__ == "__main__":
    main()
