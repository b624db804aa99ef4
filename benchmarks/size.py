"""What a brand of 600, 6,000 or 60,000 phrasings costs: to learn, to start, to keep, and to ask.

Each step is measured in a process of its own. The brands are made of the needs that ship, the questions
are texts of the same needs that their articles do not have. benchmarks/README.md has the figures.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process

from knowledge.article import Article, Phrasing
from knowledge.priming import read_needs
from knowledge.text import normalise
from knowledge.understanding import Understanding

SIZES = (600, 6_000, 60_000)
EACH = 10  # phrasings an article
QUESTIONS = 600
THINGS = (
    "paket hemat",
    "the blue one",
    "toko bandung",
    "model lama",
    "edisi 2024",
    "my second account",
    "cabang timur",
)


def main() -> None:
    """Measure the sizes that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.size", description=__doc__)
    parser.add_argument("--size", type=int, action="append", help="phrasings; may be repeated")
    parser.add_argument("--step", choices=STEPS, help="one step of one size, in this process, as JSON")
    parser.add_argument("--cache", type=Path, help="the folder between the steps")
    options = parser.parse_args()
    if options.step:
        print(json.dumps(STEPS[options.step](options.size[0], options.cache)))
        return
    print("phrasings      learn   with      start   with   first time: median, p99   again  rapidfuzz")
    for size in options.size or SIZES:
        with tempfile.TemporaryDirectory() as folder:
            learnt, asked = [_apart(step, size, folder) for step in STEPS]
        print(
            f"{size:9,} {learnt['seconds']:8.2f} s {learnt['memory']:3.0f} MB"
            f" {asked['seconds']:6.3f} s {asked['memory']:3.0f} MB"
            f" {asked['median']:15.0f} us {asked['p99']:5.0f} us {asked['again']:4.0f} us"
            f" {asked['rapidfuzz']:8.1f} x"
        )


def learn(size: int, cache: Path) -> dict[str, float]:
    """Return the seconds of CPU time that learning a brand takes, and the megabytes at most."""
    articles, _ = made_up(size)
    before, started = _memory(), time.process_time()
    Understanding.build(articles, cache=cache)
    return {"seconds": time.process_time() - started, "memory": _memory() - before}


def ask(size: int, cache: Path) -> dict[str, float]:
    """Return what a start from the cache and questions cost, times in seconds and microseconds of CPU time.

    `median` and `p99` are of questions asked for the first time, `again` of the same asked again.
    `rapidfuzz` is how many times longer one token_set scan of the phrasings takes.
    """
    articles, questions = made_up(size)
    before, started = _memory(), time.process_time()
    brand = Understanding.build(articles, cache=cache)
    seconds = time.process_time() - started
    first = [_spent(brand, question) for question in questions]
    memory = _memory() - before
    again = [_spent(brand, question) for question in questions]
    texts = [normalise(p.text) for article in articles for p in article.phrasings]
    started = time.process_time()
    for question in questions[:20]:
        process.extractOne(normalise(question), texts, scorer=fuzz.token_set_ratio)
    scan = (time.process_time() - started) / 20 * 1e6
    return {
        "seconds": seconds,
        "memory": memory,
        "median": statistics.median(first),
        "p99": float(np.percentile(first, 99)),
        "again": statistics.median(again),
        "rapidfuzz": scan / statistics.median(first),
    }


STEPS = {"learn": learn, "ask": ask}


def _apart(step: str, size: int, folder: str) -> dict[str, float]:
    command = [
        sys.executable,
        "-m",
        "benchmarks.size",
        "--step",
        step,
        "--size",
        str(size),
        "--cache",
        folder,
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout))


def made_up(size: int) -> tuple[list[Article], list[str]]:
    """Return a brand of `size` phrasings, and questions for its articles."""
    needs = read_needs()
    articles: list[Article] = []
    questions: list[str] = []
    while len(articles) * EACH < size:
        at = len(articles)
        need = needs[at % len(needs)]
        thing = f" {THINGS[at // len(needs) % len(THINGS)]} {at // len(needs)}" if at >= len(needs) else ""
        spoken = [text + thing for text in need.all_texts]
        kept = [*spoken[:3], *spoken[4:7]]
        more = [f"{kept[n]} {('ya', 'please', 'min', 'kak')[n]}" for n in range(EACH - len(kept))]
        phrasings = tuple(Phrasing(text) for text in (*kept, *more))
        articles.append(Article(f"a{at:05}", phrasings, {"id": f"Jawaban nomor {at}."}))
        questions += [spoken[3], spoken[7]]
    step = max(1, len(questions) // QUESTIONS)
    return articles, questions[::step][:QUESTIONS]


def _spent(brand: Understanding, question: str) -> float:
    started = time.process_time_ns()
    brand.read(question)
    return (time.process_time_ns() - started) / 1000


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
