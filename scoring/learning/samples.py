"""Contacts to learn from, as matrices.

Runs in the worker: numpy is imported where it is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Matrix = Any
"""A scipy.sparse.csr_array: contacts by conditions."""
Vector = Any
"""A numpy array."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Contacts to learn from: what holds for them, had they the outcome, their weight.

    The weight undoes that of many contacts without the outcome only some are taken.
    """

    matrix: Matrix
    outcome: Vector
    weight: Vector

    def take(self, rows: Vector) -> Sample:
        return Sample(self.matrix[rows], self.outcome[rows], self.weight[rows])

    @property
    def share(self) -> float:
        """Of those with the outcome."""
        return float((self.outcome * self.weight).sum() / self.weight.sum())

    @property
    def variances(self) -> Vector:
        """Of each condition."""
        import numpy as np  # noqa: PLC0415 -- in the worker alone

        mean = np.asarray(self.matrix.mean(axis=0)).ravel()
        squares = self.matrix.multiply(self.matrix).mean(axis=0)
        return np.asarray(squares).ravel() - mean**2

    def quantile(self, values: Vector, share: float) -> float:
        """Below which that share of the contacts is, one value for each."""
        import numpy as np  # noqa: PLC0415

        order = np.argsort(values, kind="stable")
        so_far = np.cumsum(self.weight[order])
        place = int(np.searchsorted(so_far, share * so_far[-1]))
        return float(values[order][min(place, len(values) - 1)])
