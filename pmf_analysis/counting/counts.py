"""Cases counted by unit and month: each once in every unit that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.counting.attribution import Named
from pmf_analysis.counting.places import Chains


@dataclass(frozen=True)
class Weights:
    """What the cases add, each of shape (n,).

    Attributes
    ----------
    entity : ndarray of int
        What is counted once: the record, or the child.
    denominator : ndarray of bool
        Which cases count.
    numerator : ndarray of float
        What those add to the numerator: 0 or 1, or an amount.
    amounts : bool
        Whether the numerator adds up amounts.
    children : bool
        Whether children are counted, of whom one may stand in several cases of a month.
    """

    entity: NDArray[np.int64]
    denominator: NDArray[np.bool_]
    numerator: NDArray[np.float64]
    amounts: bool
    children: bool

    def within(self, chosen: NDArray[np.bool_]) -> Weights:
        """The same where only some of the cases count."""
        return replace(self, denominator=self.denominator & chosen)


@dataclass(frozen=True)
class Counts:
    """Numerators and denominators, shape (units, months)."""

    numerator: NDArray[np.float64]
    denominator: NDArray[np.float64]


def add_up(
    weights: Weights, month: NDArray[np.int64], named: Named, chains: Chains, shape: tuple[int, int]
) -> Counts:
    """Count the cases in every unit that they belong to.

    Parameters
    ----------
    weights : Weights
    month : ndarray of int, shape (n,)
    named : Named
        Of the cases, with p entries.
    chains : Chains
        Of the entries of ``named``.
    shape : tuple of int
        How many units and months there are.

    Returns
    -------
    Counts
    """
    if named.single and not weights.children:
        return _rows(weights, month, chains, shape)
    return _distinct(weights, month, named, chains, shape)


def _rows(
    weights: Weights, month: NDArray[np.int64], chains: Chains, shape: tuple[int, int]
) -> Counts:
    """Every case has one chain and is an entity of its own: sums by chain, then by unit."""
    units, months = shape
    size = len(chains.units)
    key = chains.of * months + month
    chosen = weights.denominator

    def sums(values: NDArray[np.float64] | None) -> NDArray[np.float64]:
        held = np.bincount(key[chosen], values, minlength=size * months).reshape(size, months)
        found = np.zeros((units, months))
        for level in chains.units.T:
            there = level >= 0
            np.add.at(found, level[there], held[there])
        return found

    return Counts(sums(weights.numerator[chosen]), sums(None))


def _distinct(
    weights: Weights, month: NDArray[np.int64], named: Named, chains: Chains,
    shape: tuple[int, int],
) -> Counts:  # fmt: skip
    """An entity counts once in a unit and month, whichever of its cases brought it there."""
    units, months = shape
    count = int(weights.entity.max(initial=0)) + 1
    keys, tops = [], []
    entry = np.flatnonzero(weights.denominator[named.case])
    case, below = named.case[entry], chains.units[chains.of[entry]]
    for level in below.T:
        there = level >= 0
        one = case[there]
        keys.append((level[there] * months + month[one]) * count + weights.entity[one])
        tops.append(weights.numerator[one])
    key, top = np.concatenate(keys), np.concatenate(tops)
    size = units * months

    def counted(
        found: NDArray[np.int64], values: NDArray[np.float64] | None
    ) -> NDArray[np.float64]:
        sums = np.bincount(found // count, values, minlength=size)
        return sums.reshape(units, months).astype(np.float64)

    if weights.amounts:
        found, first = np.unique(key, return_index=True)
        return Counts(counted(found, top[first]), counted(found, None))
    return Counts(counted(_each(key[top > 0]), None), counted(_each(key), None))


def _each(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Keys in order, each once; for millions faster than ``numpy.unique``."""
    ordered = np.sort(keys)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]
