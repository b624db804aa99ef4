"""Learn the primer: where words lie, which texts are no brand's in particular, the signals, the languages.

`python -m knowledge.priming` reads the needs and the shipped word lists, and writes the primer anew.
"""

import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.linalg import svds

from knowledge.article import LANGUAGES
from knowledge.classifier import Classifier
from knowledge.examples import complaint_examples, crisis_examples, spam_examples
from knowledge.impressing import learn_impressions
from knowledge.judging import learn_classifier
from knowledge.language import Languages
from knowledge.meanings import Meanings, direction
from knowledge.numbers import Floats
from knowledge.primer import FILE
from knowledge.signals import no_concepts
from knowledge.spam import spam_words
from knowledge.text import normalise, stem, tokens
from knowledge.vocabulary import Reader
from knowledge.words import Words, shipped_words

ROOM = Path(__file__).parent
SIZE = 100  # numbers that a point has
_SELDOM = 2  # texts that a word must stand in to be learnt
_LIGHT = 0.5
_COMPLAINT_FALSE = 0.09  # shares of the listed harmless texts that may fire, judged by texts not learnt from;
_CRISIS_FALSE = 0.012  # those texts are far more misleading than what followers send
_SPAM_FALSE = 0.02
_SOURCES = (
    "classifier",
    "concepts",
    "examples",
    "impressing",
    "impressions",
    "judging",
    "language",
    "meanings",
    "priming",
    "spam",
    "text",
    "vocabulary",
)


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that people want of a company, in the words of several, by language."""

    texts: Mapping[str, Sequence[str]]

    @property
    def all_texts(self) -> list[str]:
        """Return the texts of all languages."""
        return [text for language in LANGUAGES for text in self.texts[language]]


def read_needs(folder: Path = ROOM / "needs") -> list[Need]:
    """Return the needs of all files."""
    files = [tomllib.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.toml"))]
    return [Need(need) for file in files for need in file["need"]]


def read_replies(folder: Path = ROOM / "replies") -> list[Mapping[str, Sequence[str]]]:
    """Return the replies of staff of all files, by kind."""
    files = [tomllib.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.toml"))]
    return [{kind: listed["examples"] for kind, listed in file.items()} for file in files]


def source() -> str:
    """Return a hash of all that the primer is learnt from."""
    files = [file for folder in ("needs", "replies", "words") for file in (ROOM / folder).glob("*.toml")]
    files += [ROOM / f"{name}.py" for name in _SOURCES]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in sorted(files))).hexdigest()


def main() -> None:
    """Write the primer."""
    words = shipped_words()
    reader = Reader(words)
    needs = read_needs()
    names, points = place_words(needs, reader)
    scale = np.abs(points).max(axis=1) / 127
    strangers = [list(_said(need.texts[language][0], reader)) for need in needs for language in LANGUAGES]
    spoken = Counter(word for need in needs for text in need.all_texts for word in set(reader.words(text)))
    directions = _directions(strangers, Meanings(names, points.astype(np.float32)), spoken, reader)
    said = sorted({word for text in strangers for word in text})
    place = {word: at for at, word in enumerate(said)}
    judges = learn_judges(words, reader)
    languages = learn_languages(needs, words)
    replies = read_replies()
    counts = _counts(needs, replies)
    impressions = learn_impressions(replies, reader)
    text = {
        "source": source(),
        "names": names,
        "said": said,
        "spelt": sorted(word for word, count in spoken.items() if count >= _SELDOM),
        "counts": counts,
        "languages": [languages.weights, languages.spelling],
        "judges": {name: [list(judge.weights), judge.unknown, judge.bias] for name, judge in judges.items()},
        "impressions": [impressions.unknown, impressions.biases],
    }
    arrays: dict[str, Any] = {
        "text": np.frombuffer(json.dumps(text, ensure_ascii=True).encode(), dtype=np.uint8),
        "points": np.round(points / scale[:, None]).astype(np.int8),
        "scale": scale.astype(np.float32),
        "strangers": np.array([place[word] for words in strangers for word in words], dtype=np.uint16),
        "ends": np.cumsum([len(words) for words in strangers]),
        "directions": np.round(directions * 127).astype(np.int8),
    }
    for name, judge in judges.items():
        arrays[f"{name}_weights"] = _floats(judge.weights)
        arrays[f"{name}_rarities"] = _floats(judge.rarities)
    arrays["impressions_names"] = impressions.names
    arrays["impressions_rarities"] = impressions.rarities.astype(np.float16)
    for name, weights in impressions.weights.items():
        arrays[f"impressions_{name}"] = weights.astype(np.float16)
    np.savez_compressed(FILE, allow_pickle=False, **arrays)
    print(f"{len(needs)} needs, {len(names)} points, {FILE.stat().st_size // 1024} KB: {FILE}")  # noqa: T201


def place_words(needs: Sequence[Need], reader: Reader) -> tuple[list[str], Floats]:
    """Return the names of words and concepts, and a point of length 1 for each.

    Words lie near one another that stand in the same needs more often than chance would have it: the
    positive pointwise mutual information of words and needs, brought down to SIZE directions.
    """
    spoken = [Counter(name for text in need.all_texts for name in _names(text, reader)) for need in needs]
    total: Counter[str] = Counter()
    for names in spoken:
        total.update(names)
    known = sorted(name for name, count in total.items() if count >= _SELDOM)
    row = {name: at for at, name in enumerate(known)}
    everything = sum(total.values())
    rows, columns, values = [], [], []
    for column, names in enumerate(spoken):
        many = sum(names.values())
        for name, count in names.items():
            information = np.log(count * everything / (total[name] * many))
            if name in row and information > 0:
                rows.append(row[name])
                columns.append(column)
                values.append(float(information))
    table = csr_array((values, (rows, columns)), shape=(len(known), len(needs)))
    left, strength, _ = svds(table, k=SIZE, random_state=0)
    points = left * np.sqrt(strength)
    return known, np.asarray(points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-9))


def learn_judges(words: Words, reader: Reader) -> dict[str, Classifier]:
    """Return the classifiers of what followers write."""
    found = {}
    for name, examples, false_alarms in (
        ("complaint", complaint_examples(words), _COMPLAINT_FALSE),
        ("crisis", crisis_examples(words), _CRISIS_FALSE),
        ("spam", spam_examples(words), _SPAM_FALSE),
    ):
        seen, concepts = (spam_words, no_concepts) if name == "spam" else (reader.manner, reader.concepts.of)
        yes, no = ([seen(text) for text in texts] for texts in examples)
        found[name] = learn_classifier(yes, no, concepts, false_alarms=false_alarms)
    return found


def learn_languages(needs: Sequence[Need], words: Words) -> Languages:
    """Return what tells the languages apart."""
    spoken = [
        (language, tokens(normalise(text), {}))
        for need in needs
        for language in LANGUAGES
        for text in need.texts[language]
    ]
    return Languages.learnt(words.languages, words.light, words.lexicon, spoken)


def _counts(needs: Sequence[Need], replies: Sequence[Mapping[str, Sequence[str]]]) -> dict[str, int]:
    """Return in how many texts each word stands, as it is written."""
    texts = [text for need in needs for text in need.all_texts]
    texts += [text for file in replies for listed in file.values() for text in listed]
    counts = Counter(word for text in texts for word in set(tokens(normalise(text), {})))
    return dict(sorted(counts.items()))


def _directions(
    texts: Sequence[Sequence[str]], meanings: Meanings, spoken: Counter[str], reader: Reader
) -> Floats:
    """Return where each text lies, its words weighed by how rare they are in the needs."""
    rows = []
    for words in texts:
        points = [meanings.of(word, reader.concepts.of(word)) for word in words]
        rarity = [float(np.log((1 + spoken.total()) / (1 + spoken[word]))) for word in words]
        light = [_LIGHT if word in reader.light else 1.0 for word in words]
        weights = [rare * weight for rare, weight in zip(rarity, light, strict=True)]
        rows.append(direction(points, weights, SIZE))
    return np.stack(rows)


def _floats(numbers: Mapping[str, float]) -> NDArray[np.float32]:
    return np.array(list(numbers.values()), dtype=np.float32)


def _said(text: str, reader: Reader) -> list[str]:
    return [word for word in dict.fromkeys(reader.words(text)) if word not in reader.filler]


def _names(text: str, reader: Reader) -> set[str]:
    words = _said(text, reader)
    concepts = {f"@{concept}" for word in words for concept in reader.concepts.of(word)}
    return {f"={stem(word)}" for word in words} | concepts


if __name__ == "__main__":
    main()
