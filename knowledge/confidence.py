"""How sure a match is: the chance that it is right, and the chance from which it is answered. Pure."""

from dataclasses import dataclass

import numpy as np

from knowledge.numbers import Flags, Floats, Ints

WRONG = 0.035  # share of all messages that may be answered wrongly
NONE = 0.05  # the odds that a text which no article scores on is about nothing the brand wrote
MOST = 10.0  # log-odds beyond which more says nothing more
FOREIGN = 0.25  # share of messages taken to be about nothing the brand wrote

_PRIOR = np.array([-1.3, 0.8, 0.0, 1.2])  # bias, lead, score, known
_FIRM = 3.0  # how many texts' worth the prior weighs
_HEARD = 0.25  # what followers say they meant counts, beside the brand's own phrasings, at most
_FEW = 20  # texts below which the cut is not learnt
_CUT = 0.7


@dataclass(frozen=True, slots=True)
class Confidence:
    """Turns what is known of a candidate into the chance that it is right; from `cut` on it is sure."""

    weights: Floats
    cut: float

    def chance(self, clues: Floats) -> Floats:
        """Return the chance for each row of clues: lead, score, known."""
        return np.asarray(1 / (1 + np.exp(-(clues @ self.weights[1:] + self.weights[0]))))


@dataclass(frozen=True, slots=True)
class Trial:
    """Texts judged as if they were new: the clues of each one's best article, and whether it is right.

    `foreign` marks texts that no article answers; whatever is best for them is wrong.
    """

    clues: Floats
    right: Flags
    foreign: Flags


def clues(scores: Floats, known: Floats, best: Ints) -> Floats:
    """Return the clues to whether candidate `best` of each row of scores is right.

    The score is its own and the lead that over all other articles, and over none of them, both in log-odds;
    `known` is the share of the text's weight that the brand's texts know at all.
    """
    rows = np.arange(len(scores))
    own = np.clip(scores[rows, best], -MOST, MOST)
    others = np.exp(np.minimum(scores, MOST))
    others[rows, best] = 0.0
    return np.stack([np.clip(own - np.log(others.sum(axis=1) + NONE), -MOST, MOST), own, known], axis=1)


def learn_confidence(trial: Trial, heard: Trial) -> Confidence:
    """Learn chance and cut from a trial, and the chance also from what followers said they meant.

    The cut is the lowest at which at most WRONG of all messages would be answered wrongly, FOREIGN of
    them being taken as about nothing the brand wrote. Followers are asked only where the bot was unsure,
    so what they say counts for a quarter at most, and not for the cut.
    """
    familiar = int((~trial.foreign).sum())
    if familiar < _FEW:
        return Confidence(_PRIOR, _CUT)
    share = FOREIGN if trial.foreign.any() else 0.0
    weights = np.where(trial.foreign, share / max(int(trial.foreign.sum()), 1), (1 - share) / familiar)
    told = min(1.0, _HEARD * familiar / max(len(heard.right), 1))
    fitted = _logistic(
        np.concatenate([trial.clues, heard.clues]),
        np.concatenate([trial.right, heard.right]).astype(float),
        np.concatenate([weights * familiar, np.full(len(heard.right), told)]),
    )
    chance = Confidence(fitted, _CUT).chance(trial.clues)
    order = np.argsort(-chance, kind="stable")
    missed = np.cumsum((weights * ~trial.right)[order])
    allowed = np.flatnonzero(missed > WRONG)
    cut = float(chance[order][allowed[0]]) if len(allowed) else 0.0
    return Confidence(fitted, min(max(cut + 1e-9, 0.3), 0.98))


def _logistic(rows: Floats, truth: Floats, weights: Floats) -> Floats:
    """Fit a logistic regression by Newton's steps, drawn towards the prior.

    No clue may speak against a match: one that would is left out, and the others are fitted anew.
    """
    inputs = np.concatenate([np.ones((len(rows), 1)), rows], axis=1)
    kept = np.ones(len(_PRIOR), dtype=bool)
    while True:
        found = np.zeros(len(_PRIOR))
        found[kept] = _newton(inputs[:, kept], truth, weights, _PRIOR[kept])
        against = found < 0
        against[0] = False
        if not against.any():
            return found
        kept &= ~against


def _newton(inputs: Floats, truth: Floats, weights: Floats, prior: Floats) -> Floats:
    found = prior.copy()
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(inputs @ found, -30, 30)))
        slope = inputs.T @ (weights * (chance - truth)) + _FIRM * (found - prior)
        curve = (inputs * (weights * chance * (1 - chance))[:, None]).T @ inputs + _FIRM * np.eye(len(prior))
        step = np.linalg.solve(curve, slope)
        found = found - step * min(1.0, 2.0 / float(np.abs(step).max() or 1.0))
        if np.abs(step).max() < 1e-9:
            break
    return found
