"""What Mimin has learnt before it meets a brand, from the needs and the word lists that it ships with.

The file beside this one is written by `python -m knowledge.priming`; whoever changes a need or a shipped list
runs that again, and a test says so.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from knowledge.classifier import Classifier, Concepts
from knowledge.impressions import Impressions
from knowledge.language import Languages
from knowledge.meanings import Meanings
from knowledge.numbers import Small
from knowledge.signals import Judges, no_concepts

Judged = tuple[Mapping[str, float], Mapping[str, float], float, float]

FILE = Path(__file__).parent / "primer.npz"


@dataclass(frozen=True, slots=True)
class Primer:
    """What every brand begins with.

    `strangers` are texts, as words, about what brands in general are asked: most are about nothing that any
    one brand wrote. `directions` says where each of them lies. `spelt` are words that are right as they
    stand, `counts` says how many texts hold each word, `judged` are the parts of the classifiers by signal,
    `impressions` what replies of staff read as, `source` is a hash of what all was learnt from.
    """

    meanings: Meanings
    strangers: Sequence[tuple[str, ...]]
    directions: Small
    spelt: frozenset[str]
    counts: Mapping[str, int]
    impressions: Impressions
    languages: Languages
    judged: Mapping[str, Judged]
    source: str

    def judge(self, name: str, concepts: Concepts) -> Classifier:
        """Return one classifier; `concepts` says what a word stands for."""
        return Classifier(*self.judged[name], concepts)

    def judges(self, concepts: Concepts) -> Judges:
        """Return the classifiers of what followers write."""
        return Judges(
            complaint=self.judge("complaint", concepts),
            crisis=self.judge("crisis", concepts),
            spam=self.judge("spam", no_concepts),
        )


@cache
def shipped_primer() -> Primer:
    """Return the primer that comes with the product."""
    with FILE.open("rb") as file, np.load(file, allow_pickle=False) as kept:
        text = json.loads(kept["text"].tobytes())
        scale = kept["scale"].astype(np.float32)
        points = kept["points"].astype(np.float32) * scale[:, None]
        directions = kept["directions"].astype(np.float32) / 127
        words: list[str] = text["said"]
        judged = {}
        for name, (names, unknown, bias) in text["judges"].items():
            weights, rarities = kept[f"{name}_weights"].tolist(), kept[f"{name}_rarities"].tolist()
            judged[name] = (
                dict(zip(names, weights, strict=True)),
                dict(zip(names, rarities, strict=True)),
                unknown,
                bias,
            )
        unknown, biases = text["impressions"]
        impressions = Impressions(
            kept["impressions_names"],
            kept["impressions_rarities"].astype(np.float64),
            unknown,
            {kind: kept[f"impressions_{kind}"].astype(np.float64) for kind in biases},
            biases,
        )
        places, ends = kept["strangers"].tolist(), kept["ends"].tolist()
    starts = [0, *ends[:-1]]
    strangers = [tuple(words[p] for p in places[a:b]) for a, b in zip(starts, ends, strict=True)]
    return Primer(
        meanings=Meanings(text["names"], points),
        strangers=strangers,
        directions=directions,
        spelt=frozenset(text["spelt"]),
        counts=text["counts"],
        impressions=impressions,
        languages=Languages(*text["languages"]),
        judged=judged,
        source=text["source"],
    )
