"""The learnt model on disk, so that a start with unchanged articles and word lists learns nothing anew.

Only plain arrays and JSON are kept: a file that was tampered with can be wrong, but it cannot run. A file
that cannot be read, or was written for other content, is as good as none.
"""

import hashlib
import json
import zipfile
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np

from knowledge.article import Article, Choice
from knowledge.confidence import Confidence
from knowledge.features import Features
from knowledge.model import Model, Tables
from knowledge.numbers import Lists
from knowledge.primer import shipped_primer
from knowledge.words import Words, shipped_words

KEPT = 12  # models, the newest; each brand and each change of its articles makes one


def model_key(articles: Sequence[Article], words: Words, choices: Sequence[Choice] = ()) -> str:
    """Return a hash of all that the model is learnt from, this room's code included."""
    content = [
        (article.id, sorted(p.text for p in article.phrasings), sorted(article.answers.items()))
        for article in sorted(articles, key=lambda a: a.id)
    ]
    lists = shipped_primer().source if words is shipped_words() else _listed(words)
    code = [file.read_text("utf-8") for file in sorted(Path(__file__).parent.glob("*.py"))]
    written = json.dumps(
        [code, lists, np.__version__, content, sorted(map(astuple, choices))], ensure_ascii=False
    )
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


def _listed(words: Words) -> list[object]:
    """Return a brand's lists, the shipped ones among them, in an order of their own."""
    return [
        shipped_primer().source,
        sorted(words.lexicon.items()),
        sorted((name, list(members)) for name, members in words.concepts.items()),
        sorted((name, astuple(terms)) for name, terms in (*words.crisis.items(), *words.signals.items())),
        [words.complaint, words.question, words.negation, words.filler, words.light, words.asking],
        sorted((name, list(known)) for name, known in words.languages.items()),
    ]


def keep_model(folder: Path, key: str, model: Model) -> None:
    """Write the model in one piece and drop older ones; a folder that cannot be written keeps nothing."""
    tables = model.tables
    text = {
        "names": list(model.features.names),
        "unknown": model.features.unknown,
        "vocabulary": list(model.vocabulary),
        "cut": tables.confidence.cut,
        "shifts": {name: list(shift) for name, shift in model.shifts.items()},
    }
    arrays: dict[str, Any] = {
        "text": np.frombuffer(json.dumps(text, ensure_ascii=True).encode(), dtype=np.uint8),
        "rarities": model.features.rarities,
        "pairs": model.features.pairs,
        "pair_rarities": model.features.pair_rarities,
        "confidence": tables.confidence.weights,
        "directions": tables.directions,
        "biases": tables.biases,
        **_arrays("by_feature", tables.features),
        **_arrays("by_pair", tables.pairs),
    }
    for name, shift in model.shifts.items():
        arrays[f"shift_{name}"] = np.array(list(shift.values()))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder, prefix=".model-", delete=False) as file:
            np.savez(file, allow_pickle=False, **arrays)
        Path(file.name).replace(_path(folder, key))
        models = sorted(folder.glob("model-*.npz"), key=lambda file: file.stat().st_mtime, reverse=True)
        for old in models[KEPT:]:
            old.unlink(missing_ok=True)
    except OSError:
        return


def find_model(folder: Path, key: str) -> Model | None:
    """Return the model kept for the key, or None where there is none that can be read whole."""
    try:
        with _path(folder, key).open("rb") as file, np.load(file, allow_pickle=False) as kept:
            return _model({name: kept[name] for name in kept.files})
    except (OSError, ValueError, KeyError, TypeError, IndexError, EOFError, zipfile.BadZipFile):
        return None


def _model(kept: dict[str, Any]) -> Model:
    text = json.loads(kept["text"].tobytes())
    features = Features(
        text["names"], kept["rarities"], kept["pairs"], kept["pair_rarities"], text["unknown"]
    )
    tables = Tables(
        features=_lists("by_feature", kept),
        pairs=_lists("by_pair", kept),
        directions=kept["directions"],
        biases=kept["biases"],
        confidence=Confidence(kept["confidence"], text["cut"]),
    )
    shifts = {
        name: dict(zip(names, kept[f"shift_{name}"].tolist(), strict=True))
        for name, names in text["shifts"].items()
    }
    return Model(features, text["vocabulary"], tables, shifts)


def _arrays(name: str, lists: Lists) -> dict[str, Any]:
    return {f"{name}_starts": lists.starts, f"{name}_items": lists.items, f"{name}_values": lists.values}


def _lists(name: str, kept: dict[str, Any]) -> Lists:
    return Lists(kept[f"{name}_starts"], kept[f"{name}_items"], kept[f"{name}_values"])


def _path(folder: Path, key: str) -> Path:
    return folder / f"model-{key[:40]}.npz"
