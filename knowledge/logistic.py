"""Logistic regression in the space of texts, also as if it had not learnt some of them. Pure."""

from dataclasses import dataclass

import numpy as np

from knowledge.numbers import Flags, Floats, Ints

_STEPS = 5  # of Newton: more change no figure
_FLAT = 1e-6  # the least slope that a text is taken to have


@dataclass(frozen=True, slots=True)
class Fitted:
    """A yes-or-no model over texts: the score of a text is `likeness @ say + bias`, in log-odds."""

    say: Floats
    bias: float
    _response: Floats
    _spread: Floats

    def unlearnt(self) -> Floats:
        """Return the score of each text by a model that never saw it.

        The closed form of the last Newton step gives it, so that nothing is learnt anew.
        """
        return np.asarray(self._response - self.say / np.diag(self._spread))

    def without(self, some: Ints) -> Floats:
        """Return the scores of some texts by a model that saw none of them."""
        spread = self._spread[np.ix_(some, some)]
        return np.asarray(self._response[some] - np.linalg.solve(spread, self.say[some]))


def fit(
    likeness: Floats, target: Flags, weights: Floats, softness: float, offset: Floats | None = None
) -> Fitted:
    """Learn which texts are meant from `likeness`, square and symmetric.

    `weights` says how much each text counts. `offset` is a score that each text already has: what is
    learnt comes on top of it, has no bias of its own, and does not contain it.
    """
    many = len(target)
    before = np.zeros(many) if offset is None else offset
    truth = target.astype(float)
    say, bias = np.zeros(many), 0.0
    edge = 1 if offset is None else 0  # the row that makes room for a bias
    system = np.ones((many + edge, many + edge))
    system[many:, many:] = 0.0
    places = np.arange(many)
    response = np.zeros(many)
    for _ in range(_STEPS):
        score = likeness @ say + bias
        chance = 1 / (1 + np.exp(-np.clip(score + before, -30, 30)))
        slope = np.maximum(weights * chance * (1 - chance), _FLAT)
        response = score + weights * (truth - chance) / slope
        system[:many, :many] = likeness
        system[places, places] += softness / slope
        found = np.asarray(np.linalg.solve(system, np.append(response, np.zeros(edge))))
        say, bias = found[:many], float(found[many:].sum())
    spread = np.asarray(np.linalg.inv(system)[:many, :many])
    return Fitted(say, bias, response, spread)
