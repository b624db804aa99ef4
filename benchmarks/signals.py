"""What complaint, crisis, spam and language get right.

Takes lines of text with what each is, by default our own; benchmarks/README.md has commands and figures.
"""

import argparse
import statistics
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.understanding import auroc, read_lines
from knowledge.article import Article
from knowledge.content import read_content
from knowledge.reading import FIRED
from knowledge.understanding import Understanding

SHORT = 4  # words
HERE = Path(__file__).parent
CASES = HERE.parent / "tests" / "knowledge" / "crisis_cases.toml"


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.signals", description=__doc__)
    parser.add_argument("--guards", type=Path, help="content whose phrasings stand in for the brand's own")
    parser.add_argument(
        "--complaint", type=Path, action="append", default=[], help="text and complaint, or label Problem"
    )
    parser.add_argument("--crisis", type=Path, action="append", default=[], help="text and crisis")
    parser.add_argument("--spam", type=Path, help="text, spam (0 or 1) and split")
    parser.add_argument("--language", type=Path, help="text and language")
    options = parser.parse_args()
    if not (options.complaint or options.crisis or options.spam or options.language):
        options.complaint, options.crisis = [HERE / "complaints.jsonl"], [CASES, HERE / "crisis_hard.jsonl"]
    guards = read_content(options.guards) if options.guards else ()
    for path in options.complaint:
        measure_complaint(path, guards)
    for path in options.crisis:
        measure_crisis(path, guards)
    if options.spam:
        measure_spam(read_lines(options.spam))
    if options.language:
        measure_language(read_lines(options.language))


def measure_complaint(path: Path, guards: Sequence[Article]) -> None:
    """Print recall and false alarms of the complaint signal, the guards being the brand's own articles."""
    lines = read_lines(path)
    brand = Understanding.build(guards)
    values = np.array([brand.read(str(line["text"])).signals["complaint"] for line in lines])
    truth = np.array([line.get("label") == "Problem" or line.get("complaint") is True for line in lines])
    _print_signal(f"complaint, {path.name}", values, truth)


def measure_crisis(path: Path, guards: Sequence[Article]) -> None:
    """Print recall and false alarms of the crisis signal, on lines or on cases as the tests hold them."""
    cases = tomllib.loads(path.read_text("utf-8"))["case"] if path.suffix == ".toml" else read_lines(path)
    brand = Understanding.build(guards)
    values = np.array([brand.read(str(case["text"])).signals["crisis"] for case in cases])
    _print_signal(f"crisis, {path.name}", values, np.array([case["crisis"] for case in cases]))


def measure_spam(lines: Sequence[Mapping[str, Any]]) -> None:
    """Print how the spam signal does on the test split."""
    brand = Understanding.build(())
    chosen = [line for line in lines if line.get("split", "test") == "test"]
    values = np.array([brand.read(str(line["text"])).signals["spam"] for line in chosen])
    _print_signal("spam", values, np.array([line["spam"] == 1 for line in chosen]))


def measure_language(lines: Sequence[Mapping[str, Any]]) -> None:
    """Print the share of texts whose language is told."""
    brand = Understanding.build(())
    told = {str(line["text"]): brand.read(str(line["text"])).language for line in lines}
    right = {str(line["text"]): told[str(line["text"])] == line["language"] for line in lines}
    short = [rightly for text, rightly in right.items() if len(text.split()) <= SHORT]
    every = statistics.mean(right.values())
    print(f"language {every:.3f}, of {SHORT} words or fewer {statistics.mean(short):.3f}")


def _print_signal(name: str, values: np.ndarray[Any, Any], truth: np.ndarray[Any, Any]) -> None:
    fired = values >= FIRED
    recall, alarms = fired[truth].mean(), fired[~truth].mean()
    f1 = 2 * (fired & truth).sum() / (fired.sum() + truth.sum())
    told = auroc(values[truth], values[~truth])
    print(f"{name}: recall {recall:.3f}, false alarms {alarms:.3f}, F1 {f1:.3f}, auroc {told:.3f}")


if __name__ == "__main__":
    main()
