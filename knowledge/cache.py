"""The learnt model on disk, so that a start with unchanged articles and word lists learns nothing anew.

Only plain arrays and JSON are kept: a file that was tampered with can be wrong, but it cannot run. A file
that cannot be read, or was written for other content, is as good as none.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import astuple
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np

from knowledge.article import Article
from knowledge.classifier import Classifier
from knowledge.features import Features
from knowledge.language import Languages
from knowledge.matching import Sparse, Tables
from knowledge.model import Confidence
from knowledge.overlap import Lists, Mix
from knowledge.signals import Judges, no_concepts
from knowledge.training import Model
from knowledge.words import Words

KEPT = 12  # models, the newest; each brand and each change of its articles makes one


def model_key(articles: Sequence[Article], words: Words, crisis_terms: Sequence[str]) -> str:
    """Return a hash of all that the model is learnt from, this room's code included."""
    content = [
        (article.id, sorted(p.text for p in article.phrasings), sorted(article.answers.items()))
        for article in sorted(articles, key=lambda a: a.id)
    ]
    lists = [
        sorted(words.lexicon.items()),
        sorted((name, list(members)) for name, members in words.concepts.items()),
        sorted((name, astuple(terms)) for name, terms in (*words.crisis.items(), *words.signals.items())),
        [words.complaint, words.question, words.negation, words.filler, words.light, words.asking],
        sorted((name, list(known)) for name, known in words.languages.items()),
    ]
    code = [file.read_text("utf-8") for file in sorted(Path(__file__).parent.glob("*.py"))]
    written = json.dumps([code, np.__version__, content, lists, list(crisis_terms)], ensure_ascii=False)
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


def keep_model(folder: Path, key: str, model: Model) -> None:
    """Write the model in one piece and drop older ones; a folder that cannot be written keeps nothing."""
    judges = (model.judges.complaint, model.judges.spam)
    tables = model.tables
    text = {
        "names": list(model.features.names),
        "texts": model.features.texts,
        "vocabulary": list(model.vocabulary),
        "mix": astuple(tables.mix),
        "cut": tables.confidence.cut,
        "languages": [model.languages.weights, model.languages.spelling],
        "crisis_terms": list(model.crisis_terms),
        "judges": [[list(judge.weights), list(judge.rarities), judge.unknown] for judge in judges],
    }
    arrays: dict[str, Any] = {
        "text": np.frombuffer(json.dumps(text, ensure_ascii=True).encode(), dtype=np.uint8),
        "weights": model.features.weights,
        "pairs": np.array(list(model.features.pairs), dtype=np.int64),
        "rarities": model.features.rarities,
        "confidence": tables.confidence.weights,
        "like_starts": tables.like.starts,
        "like_items": tables.like.items,
        "like_values": tables.like.values,
        "lengths": tables.lengths,
        "by_word": tables.by_word,
        "pair_ids": tables.by_pair.ids,
        "pair_values": tables.by_pair.values,
        "held": tables.held,
        "starts": tables.starts,
    }
    for place, judge in enumerate(judges):
        arrays[f"judge{place}_weights"] = np.array(list(judge.weights.values()))
        arrays[f"judge{place}_rarities"] = np.array(list(judge.rarities.values()))
        arrays[f"judge{place}_line"] = judge.line
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


def find_model(folder: Path, key: str, concepts: Callable[[str], Sequence[str]]) -> Model | None:
    """Return the model kept for the key, or None where there is none that can be read whole."""
    try:
        with _path(folder, key).open("rb") as file, np.load(file, allow_pickle=False) as kept:
            return _model({name: kept[name] for name in kept.files}, concepts)
    except (OSError, ValueError, KeyError, TypeError, IndexError, EOFError, zipfile.BadZipFile):
        return None


def _model(kept: dict[str, Any], concepts: Callable[[str], Sequence[str]]) -> Model:
    text = json.loads(kept["text"].tobytes())
    judges = []
    for place, of in enumerate((concepts, no_concepts)):
        names, rare, unknown = text["judges"][place]
        weights = dict(zip(names, kept[f"judge{place}_weights"].tolist(), strict=True))
        rarities = dict(zip(rare, kept[f"judge{place}_rarities"].tolist(), strict=True))
        judges.append(Classifier(weights, rarities, unknown, kept[f"judge{place}_line"], of))
    features = Features(
        text["names"], kept["weights"], kept["pairs"].tolist(), kept["rarities"], text["texts"]
    )
    tables = Tables(
        mix=Mix(*text["mix"]),
        confidence=Confidence(kept["confidence"], text["cut"]),
        like=Lists(kept["like_starts"], kept["like_items"], kept["like_values"]),
        lengths=kept["lengths"],
        by_word=kept["by_word"],
        by_pair=Sparse(kept["pair_ids"], kept["pair_values"]),
        held=kept["held"],
        starts=kept["starts"],
    )
    return Model(
        features,
        text["vocabulary"],
        tables,
        Judges(*judges),
        Languages(*text["languages"]),
        text["crisis_terms"],
    )


def _path(folder: Path, key: str) -> Path:
    return folder / f"model-{key[:40]}.npz"
