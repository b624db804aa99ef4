"""Learning yes-or-no questions about texts from the shipped examples of both kinds. Pure."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_array

from knowledge.classifier import Classifier, Concepts, names_of
from knowledge.numbers import Flags, Floats, Ints

_SELDOM = 2  # texts that a name must stand in to be learnt
_SOFTNESS = 10.0
_FOLDS = 3


def learn_classifier(
    yes: Sequence[Sequence[str]],
    no: Sequence[Sequence[str]],
    concepts: Concepts,
    *,
    false_alarms: float,
    softness: float = _SOFTNESS,
) -> Classifier:
    """Learn from texts given as words.

    0.5 is put where at most the share `false_alarms` of `no` fires, each third judged by a model that
    learnt from the others alone. The greater the `softness`, the more a seldom name may weigh.
    """
    texts = [words for words in (*yes, *no) if words]
    meant = np.arange(len(texts)) < sum(1 for words in yes if words)
    named = [names_of(words, concepts) for words in texts]
    spread = Counter(name for names in named for name in set(names))
    kept = sorted(name for name, count in spread.items() if count >= _SELDOM)
    place = {name: at for at, name in enumerate(kept)}
    rarities = np.log((1 + len(texts)) / (1 + np.array([spread[name] for name in kept], dtype=float))) + 1
    unknown = float(np.log(1 + len(texts)) + 1)
    table = _table(named, place, rarities, unknown)
    fold = np.arange(len(texts)) % _FOLDS
    judged = np.zeros(len(texts))
    for part in range(_FOLDS):
        learnt, own = np.flatnonzero(fold != part), np.flatnonzero(fold == part)
        weights, bias = fitted(table[learnt], meant[learnt], softness)
        judged[own] = table[own] @ weights + bias
    weights, bias = fitted(table, meant, softness)
    shifted = bias - float(np.quantile(judged[~meant], 1 - false_alarms))
    return Classifier(
        dict(zip(kept, weights.tolist(), strict=True)),
        dict(zip(kept, rarities.tolist(), strict=True)),
        unknown,
        shifted,
        concepts,
    )


def _table(
    named: Sequence[Sequence[str]], place: dict[str, int], rarities: Floats, unknown: float
) -> csr_array:
    columns: list[Ints] = []
    values: list[Floats] = []
    for names in named:
        known = np.array([place[name] for name in names if name in place], dtype=np.int64)
        own = rarities[known]
        columns.append(known)
        values.append(own / (float(own @ own) + (len(names) - len(known)) * unknown**2) ** 0.5)
    starts = np.concatenate([[0], np.cumsum([len(known) for known in columns])])
    table = csr_array(
        (np.concatenate(values), np.concatenate(columns), starts), shape=(len(named), len(place))
    )
    table.sum_duplicates()
    return table


def fitted(table: csr_array, meant: Flags, softness: float) -> tuple[Floats, float]:
    """Fit a logistic regression, both kinds counting the same in all; returns the weights and the bias."""
    counts = np.where(meant, 0.5 / meant.sum(), 0.5 / (~meant).sum()) * len(meant)
    sign = np.where(meant, 1.0, -1.0)
    across = csr_array(table.T)

    def loss(found: Floats) -> tuple[float, Floats]:
        margin = sign * (table @ found[:-1] + found[-1])
        chance = 1 / (1 + np.exp(np.clip(margin, -30, 30)))
        value = counts @ np.logaddexp(0, -margin) + found[:-1] @ found[:-1] / (2 * softness)
        push = -sign * counts * chance
        return float(value), np.append(across @ push + found[:-1] / softness, push.sum())

    found = minimize(
        loss, np.zeros(table.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 300}
    ).x
    return np.asarray(found[:-1]), float(found[-1])
