"""Learning which article a text belongs to, and how sure that is, from the brand's own texts. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.features import Flags, Floats, Ints
from knowledge.overlap import Mix, Overlap, Shared

WRONG = 0.045  # share of all messages that may be answered wrongly
FOREIGN = 0.25  # share of messages taken to be about nothing the brand wrote
EXACT = 2000  # texts up to which every text is weighed against every other
SAMPLE = 1200  # texts that mix and confidence are learnt from, at most

_MIXES = tuple(Mix(meaning, pairs) for meaning in (0.5, 1.0) for pairs in (0.5, 1.0))
_SOFTNESS = (0.03, 0.1, 0.3)
_PRIOR = np.array([-3.0, 3.0, 4.0, 1.5, 1.5])  # of the confidence: bias, score, gap, cover, centre
_FIRM = 4.0  # how many texts' worth the prior weighs
_FEW = 20  # texts below which the cut is not learnt
_CUT = 0.6


@dataclass(frozen=True, slots=True)
class Confidence:
    """Turns what is known of a candidate into the chance that it is right, and says from where it is sure."""

    weights: Floats
    cut: float

    def chance(self, clues: Floats) -> Floats:
        """Return the chance for each row of clues: score, gap, cover, centre."""
        return np.asarray(1 / (1 + np.exp(-(clues @ self.weights[1:] + self.weights[0]))))


@dataclass(frozen=True, slots=True)
class Kernel:
    """The likeness of texts, part by part, square and symmetric."""

    shared: Shared
    spelling: Floats
    meaning: Floats
    worded: Floats
    conceived: Floats

    def mixed(self, mix: Mix) -> Floats:
        """Return the likeness under a mix; a text is like itself by 1."""
        square = mix.meaning**2
        words = np.sqrt(self.spelling + square * self.meaning) + 1e-12
        pairs = np.sqrt(self.worded + square * self.conceived) + 1e-12
        by_words = (self.shared.spelling + square * self.shared.meaning) / np.outer(words, words)
        by_pairs = (self.shared.worded + square * self.shared.conceived) / np.outer(pairs, pairs)
        return np.asarray((by_words + mix.pairs * by_pairs) / (1 + mix.pairs))


def kernel(overlap: Overlap, texts: Ints, tick: Callable[[], None]) -> Kernel:
    """Return the likeness among some of the brand's texts."""
    rows = []
    for text in texts:
        row = overlap.row(int(text))
        rows.append([part[texts] for part in (row.spelling, row.meaning, row.worded, row.conceived)])
        tick()
    spelling, meaning, worded, conceived = (np.stack([row[part] for row in rows]) for part in range(4))
    return Kernel(
        Shared(spelling, meaning, worded, conceived),
        overlap.spelling[texts],
        overlap.meaning[texts],
        overlap.worded[texts],
        overlap.conceived[texts],
    )


def choose_mix(kernel: Kernel, owners: Ints, asked: Flags) -> tuple[Mix, float]:
    """Return the mix and softness under which each text is best foretold by the others."""
    target = owners[:, None] == np.unique(owners)[None, :]

    def misses(likeness: Floats, softness: float) -> float:
        inverse = np.linalg.inv(likeness + softness * np.eye(len(likeness)))
        left_out = (inverse @ target) / np.diag(inverse)[:, None]
        return float((left_out[asked] ** 2).sum())

    mix = min(_MIXES, key=lambda mix: misses(kernel.mixed(mix), _SOFTNESS[1]))
    likeness = kernel.mixed(mix)
    return mix, min(_SOFTNESS, key=lambda softness: misses(likeness, softness))


def solve(likeness: Floats, softness: float, owners: Ints, articles: int) -> Floats:
    """Return each text's say on each article (texts x articles)."""
    target = (owners[:, None] == np.arange(articles)[None, :]).astype(float)
    return np.asarray(np.linalg.solve(likeness + softness * np.eye(len(likeness)), target))


@dataclass(frozen=True, slots=True)
class Trial:
    """Every text scored as if it were unknown: alone left out, and with its whole article left out."""

    alone: Floats
    foreign: Floats


def leave_out(likeness: Floats, softness: float, owners: Ints) -> Trial:
    """Return the scores of each text by a model that never saw it, without learning that model anew.

    The closed form of ridge regression gives both from one inverse.
    """
    articles = int(owners.max()) + 1
    target = (owners[:, None] == np.arange(articles)[None, :]).astype(float)
    inverse = np.linalg.inv(likeness + softness * np.eye(len(likeness)))
    say = inverse @ target
    alone = target - say / np.diag(inverse)[:, None]
    foreign = np.zeros_like(alone)
    for article in range(articles):
        own = np.flatnonzero(owners == article)
        foreign[own] = target[own] - np.linalg.solve(inverse[np.ix_(own, own)], say[own])
        foreign[own, article] = -1.0
    return Trial(alone, foreign)


def clues(scores: Floats, covers: Floats, centres: Floats, best: Ints) -> Floats:
    """Return the clues to whether candidate `best` of each row is right: score, gap, cover, centre."""
    rows = np.arange(len(scores))
    score = scores[rows, best]
    if scores.shape[1] > 1:
        others = scores.copy()
        others[rows, best] = -np.inf
        gap = score - np.maximum(others.max(axis=1), 0.0)
    else:
        gap = score
    return np.stack([score, gap, covers[rows, best], centres[rows, best]], axis=1)


def learn_confidence(right: Sequence[Floats], wrong: Sequence[Floats], foreign: Floats) -> Confidence:
    """Learn chance and cut from left-out texts: rightly placed, wrongly placed, and of left-out articles.

    The cut is the lowest at which at most WRONG of all messages would be answered wrongly, FOREIGN of
    them being taken as about nothing the brand wrote.
    """
    known = len(right) + len(wrong)
    if known < _FEW:
        return Confidence(_PRIOR, _CUT)
    rows = np.concatenate([np.array([*right, *wrong]), foreign])
    truth = np.concatenate([np.ones(len(right)), np.zeros(len(wrong) + len(foreign))])
    share = FOREIGN if len(foreign) else 0.0
    weights = np.concatenate(
        [np.full(known, (1 - share) / known), np.full(len(foreign), share / max(len(foreign), 1))]
    )
    fitted = _logistic(rows, truth, weights * known)
    chance = Confidence(fitted, _CUT).chance(rows)
    order = np.argsort(-chance, kind="stable")
    missed = np.cumsum((weights * (1 - truth))[order])
    allowed = np.flatnonzero(missed > WRONG)
    cut = float(chance[order][allowed[0]]) if len(allowed) else 0.0
    return Confidence(fitted, min(max(cut + 1e-9, 0.3), 0.98))


def _logistic(rows: Floats, truth: Floats, weights: Floats) -> Floats:
    """Fit a logistic regression by Newton's steps, drawn towards the prior."""
    inputs = np.concatenate([np.ones((len(rows), 1)), rows], axis=1)
    found = _PRIOR.copy()
    pull = _FIRM * np.array([0.05, 0.05, 0.05, 0.05, 0.05])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(inputs @ found, -30, 30)))
        slope = inputs.T @ (weights * (chance - truth)) + pull * (found - _PRIOR)
        curve = (inputs * (weights * chance * (1 - chance))[:, None]).T @ inputs + np.diag(pull)
        step = np.linalg.solve(curve, slope)
        found = found - step * min(1.0, 2.0 / float(np.abs(step).max() or 1.0))
        if np.abs(step).max() < 1e-9:
            break
    return found
