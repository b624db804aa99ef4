"""How well and how fast texts are understood, beside what else could do it.

Takes any content that `mimin ask --content` reads, by default the five brands beside it, and a test file of
`{"text", "article"}` lines; where the article is null, the text is out of scope. benchmarks/README.md has the
commands and the figures.
"""

import argparse
import importlib
import json
import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from knowledge.article import Article
from knowledge.content import read_content
from knowledge.meanings import Meanings
from knowledge.primer import Primer, shipped_primer
from knowledge.text import normalise, tokens
from knowledge.training import trained
from knowledge.understanding import Understanding
from knowledge.vocabulary import Reader
from knowledge.words import Words, shipped_words

WRONG = 0.05  # of all messages, for ok@5
BRANDS = Path(__file__).parent / "brands"  # five brands, written for this project, learnt from by nobody

Guess = tuple[str | None, float]
Method = Callable[[str], Guess]


@dataclass(frozen=True, slots=True)
class Ingredients:
    """What a brand's understanding is made from."""

    words: Words
    primer: Primer
    articles: Sequence[Article]


Ablation = Callable[[Ingredients], Ingredients]


@dataclass(frozen=True, slots=True)
class Question:
    """A line of a test file; `article` is None where nothing in the content answers it."""

    text: str
    article: str | None


@dataclass(frozen=True, slots=True)
class Score:
    """How good a method's guesses are."""

    top1: float
    auroc: float | None
    ok: float

    def __str__(self) -> str:
        known = f"{self.auroc:.3f}" if self.auroc is not None else "  -  "
        return f"{self.top1:.3f}  {known}  {self.ok:.3f}"


def main() -> None:
    """Measure what the command line asks for."""
    options = _options()
    for content, test in zip(options.content, options.test, strict=True):
        print(f"\n{content.name} / {test.name}")
        if options.ablation:
            measure_ablation(content, test)
        else:
            measure_articles(content, test, peers=not options.alone)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.understanding", description=__doc__)
    parser.add_argument("--content", type=Path, action="append", default=[], help="articles; may be repeated")
    parser.add_argument(
        "--test", type=Path, action="append", default=[], help="test lines for each --content"
    )
    parser.add_argument("--alone", action="store_true", help="without the other methods")
    parser.add_argument("--ablation", action="store_true", help="leave out one ingredient at a time")
    options = parser.parse_args()
    if len(options.content) != len(options.test):
        parser.error("each --content needs its --test")
    if not options.content:
        options.content = sorted(BRANDS.glob("*.csv"))
        options.test = [content.with_suffix(".jsonl") for content in options.content]
    return options


def measure_articles(content: Path, test: Path, *, peers: bool) -> None:
    """Print the table of one pair: every method, then our own decision, speed and size."""
    articles = read_content(content)
    questions = [Question(str(line["text"]), line["article"]) for line in read_lines(test)]
    print(f"{'method':24s}top-1  auroc  ok@5   us median    p99")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    brand = Understanding.build(articles)
    build = time.perf_counter() - started
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    score, median = _row("mimin", lambda text: _guess(brand, text), questions)
    if peers:
        for name, make in PEERS.items():
            method = make(articles)
            if method is None:
                print(f"{name:24s}not installed (extra group `compare`)")
                continue
            other, slower = _row(name, method, questions)
            lead = score.top1 / max(other.top1, 1e-9)
            gain = score.ok / max(other.ok, 1e-9)
            print(f"{'':24s}mimin: {lead:.2f} x top-1, {gain:.2f} x ok@5, {slower / median:.1f} x speed")
    sure = [brand.read(question.text).sure for question in questions]
    right = sum(q.article in s for q, s in zip(questions, sure, strict=True)) / len(questions)
    answered = sum(bool(s) for s in sure) / len(questions)
    offered = [brand.read(q.text).matches for q in questions]
    asked = sum(not s and bool(m) for s, m in zip(sure, offered, strict=True)) / len(questions)
    print(
        f"own decision: answered {answered:.3f} (right {right:.3f}, wrong {answered - right:.3f}), "
        f"clarified {asked:.3f}, nothing near {1 - answered - asked:.3f}"
    )
    phrasings = sum(len(article.phrasings) for article in articles)
    print(f"{len(articles)} articles, {phrasings} phrasings, built in {build:.2f} s, {grown:.0f} MB more")


def measure_ablation(content: Path, test: Path) -> None:
    """Print what is lost without each ingredient."""
    articles = read_content(content)
    questions = [Question(str(line["text"]), line["article"]) for line in read_lines(test)]
    for name, without in ABLATIONS.items():
        brand = _made(without(Ingredients(shipped_words(), shipped_primer(), articles)))
        guesses = [_guess(brand, question.text) for question in questions]
        print(f"{name:24s}{score_of(guesses, questions)}", flush=True)


def _made(given: Ingredients) -> Understanding:
    ordered, reader = sorted(given.articles, key=lambda a: a.id), Reader(given.words)
    model = trained(ordered, given.words, reader, given.primer, ())
    return Understanding(ordered, "id", given.words, reader, given.primer, model, ())


def score_of(guesses: Sequence[Guess], questions: Sequence[Question]) -> Score:
    """Return top-1 of those in scope, AUROC of in against out of scope, and ok@5."""
    sure = np.array([confidence for _, confidence in guesses])
    inside = np.array([question.article is not None for question in questions])
    right = np.array([g[0] == q.article for g, q in zip(guesses, questions, strict=True)]) & inside
    order = np.argsort(-sure, kind="stable")
    allowed = np.cumsum(~right[order]) <= WRONG * len(questions)
    good = np.cumsum(right[order])[allowed]
    told = auroc(sure[inside], sure[~inside]) if not inside.all() else None
    return Score(float(right[inside].mean()), told, float(good.max() / len(questions)) if len(good) else 0.0)


def auroc(high: np.ndarray[Any, Any], low: np.ndarray[Any, Any]) -> float:
    ordered = np.sort(low)
    below = np.searchsorted(ordered, high, "left") + np.searchsorted(ordered, high, "right")
    return float(below.mean() / 2 / len(low))


def _row(name: str, method: Method, questions: Sequence[Question]) -> tuple[Score, float]:
    guesses, spent = [], []
    for question in questions:
        started = time.perf_counter()
        guesses.append(method(question.text))
        spent.append((time.perf_counter() - started) * 1e6)
    score, median = score_of(guesses, questions), statistics.median(spent)
    print(f"{name:24s}{score}  {median:9.0f}  {np.percentile(spent, 99):6.0f}", flush=True)
    return score, median


def _guess(brand: Understanding, text: str) -> Guess:
    matches = brand.read(text).matches
    return (matches[0].article, matches[0].score) if matches else (None, 0.0)


def _phrasings(articles: Sequence[Article]) -> tuple[list[str], list[str]]:
    pairs = [(p.text, article.id) for article in articles for p in article.phrasings]
    return [text for text, _ in pairs], [name for _, name in pairs]


def _rapidfuzz(scorer: Callable[..., float]) -> Callable[[Sequence[Article]], Method]:
    def make(articles: Sequence[Article]) -> Method:
        texts, names = _phrasings(articles)
        prepared = [normalise(text) for text in texts]

        def guess(text: str) -> Guess:
            found = process.extractOne(normalise(text), prepared, scorer=scorer)
            return (names[found[2]], found[1]) if found else (None, 0.0)

        return guess

    return make


def _bm25(articles: Sequence[Article]) -> Method | None:
    try:
        library = importlib.import_module("rank_bm25")
    except ImportError:
        return None
    texts, names = _phrasings(articles)
    index = library.BM25Okapi([tokens(normalise(text), {}) or [""] for text in texts])

    def guess(text: str) -> Guess:
        scores = index.get_scores(tokens(normalise(text), {}))
        best = int(scores.argmax())
        return names[best], float(scores[best])

    return guess


def _linear_svc(articles: Sequence[Article]) -> Method | None:
    try:
        text_features = importlib.import_module("sklearn.feature_extraction.text")
        pipeline = importlib.import_module("sklearn.pipeline")
        svm = importlib.import_module("sklearn.svm")
    except ImportError:
        return None
    texts, names = _phrasings(articles)
    words = text_features.TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    letters = text_features.TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    model = pipeline.make_pipeline(pipeline.make_union(words, letters), svm.LinearSVC())
    model.fit(texts, names)

    def guess(text: str) -> Guess:
        scores = np.atleast_2d(model.decision_function([text]))[0]
        best = int(scores.argmax())
        return str(model.classes_[best]), float(scores[best])

    return guess


def read_lines(path: Path) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


class _Everything(frozenset[str]):
    """A set that holds every word: to it, nothing is misspelt."""

    def __contains__(self, _word: object) -> bool:
        return True


def _without_answers(given: Ingredients) -> Ingredients:
    return replace(given, articles=[replace(article, answers={}) for article in given.articles])


def _without_needs(given: Ingredients) -> Ingredients:
    nowhere = Meanings([], np.zeros((0, given.primer.meanings.size), dtype=np.float32))
    return replace(given, primer=replace(given.primer, meanings=nowhere))


def _without_strangers(given: Ingredients) -> Ingredients:
    return replace(given, primer=replace(given.primer, strangers=()))


def _without_repair(given: Ingredients) -> Ingredients:
    return replace(given, primer=replace(given.primer, spelt=_Everything()))


def _without_words(**changes: Any) -> Ablation:
    return lambda given: replace(given, words=replace(given.words, **changes))


PEERS: Mapping[str, Callable[[Sequence[Article]], Method | None]] = {
    "rapidfuzz WRatio": _rapidfuzz(fuzz.WRatio),
    "rapidfuzz token_set": _rapidfuzz(fuzz.token_set_ratio),
    "BM25": _bm25,
    "TF-IDF + LinearSVC": _linear_svc,
}

ABLATIONS: Mapping[str, Ablation] = {
    "all ingredients": lambda given: given,
    "no lexicon": _without_words(lexicon={}),
    "no concepts": _without_words(concepts={}),
    "no light words": _without_words(light=(), filler=()),
    "no meanings from needs": _without_needs,
    "no strangers": _without_strangers,
    "no repair": _without_repair,
    "no answers": _without_answers,
}


if __name__ == "__main__":
    main()
