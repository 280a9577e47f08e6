"""Forecasts of a whole and its parts made to add up: weighted least squares in closed form.

Among all figures that add up, those nearest to the forecasts: each squared move is divided by
the variance of its forecast, so that what is known best moves least. On a tree the answer needs
no matrix: what each whole knows is gathered from its parts upward, and what it gains or loses
is shared out downward, in proportion to the variances. Where a part would fall below 0 it is
held at 0 by an active set.

References
----------
Hyndman RJ, Lee AJ, Wang E (2016), Comput Stat Data Anal 97: 16-32 (weighted least squares).
Wickramasuriya SL, Athanasopoulos G, Hyndman RJ (2019), J Am Stat Assoc 114: 804-819 (variances).
Wickramasuriya SL, Turlach BA, Hyndman RJ (2020), Stat Comput 30: 1167-1182 (none below 0).
Judice JJ, Pires FM (1994), Comput Oper Res 21: 587-596 (the active set that always ends).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.errors import ParameterError, TableError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ROOT = -1
"""Parent of a node that is part of nothing."""

_PATIENCE = 3
"""Exchanges of many nodes at once that may bring nothing, before one is exchanged at a time."""

_ROUNDS = 50
"""Exchanges for each node at the most: far more than are needed, so that it always ends."""

_FIRM = 1e-9
"""Least variance, as a share of the mean variance: a node of none at all still has to add up."""

_NEAR = 1e-10
"""Rounding: what is below 0 by no more than this share of the largest forecast is 0."""


class Reconciled(NamedTuple):
    """Forecasts that add up.

    Attributes
    ----------
    forecasts : ndarray of float, shape (..., nodes)
        NaN where none was given.
    adds_up : ndarray of bool, shape (..., nodes)
        Whether the node is the sum of its parts. False of a node without parts, and of one
        of which a part is not known: neither by a forecast of its own nor by its parts.
    """

    forecasts: Floats
    adds_up: Flags


def reconcile(
    forecasts: ArrayLike,
    variances: ArrayLike,
    parents: Sequence[int],
    nonnegative: bool = True,
) -> Reconciled:
    """Make the forecasts of trees add up.

    Parameters
    ----------
    forecasts : array_like of float, shape (..., nodes)
        Sums, such as counts; never percentages. NaN where there is none: such a node is left
        out, and what it would have linked stays linked through its own parts.
    variances : array_like of float, shape (..., nodes)
        Of the forecasts' errors, 0 or more; only their ratios matter.
    parents : sequence of int, length nodes
        Place of the node that each is a part of; `ROOT` for none. Several trees may stand side
        by side.
    nonnegative : bool
        Whether no figure may be below 0.

    Returns
    -------
    Reconciled

    Raises
    ------
    ParameterError
        If the parents are no trees over the nodes.
    TableError
        If a forecast is infinite, or a variance is missing, infinite or below 0 where there is
        a forecast.
    """
    tree = _Tree.of(parents)
    given, spread = np.broadcast_arrays(
        np.asarray(forecasts, dtype=float), np.asarray(variances, dtype=float)
    )
    if given.shape[-1:] != (len(tree.parents),):
        raise ParameterError(
            f"{given.shape[-1] if given.ndim else 1} forecasts for {len(tree.parents)} nodes",
            "one forecast for each node, along the last axis",
        )
    known = ~np.isnan(given)
    if np.any(np.isinf(given)) or np.any(known & ~((spread >= 0) & np.isfinite(spread))):
        raise TableError(
            "A forecast is infinite, or its variance is missing, infinite or below 0",
            "finite forecasts with variances of 0 or more",
            "Leave out the forecast (NaN) of a node that has none",
        )
    flat = given.reshape(-1, given.shape[-1])
    weights = _firm(spread.reshape(flat.shape), known.reshape(flat.shape))
    held = np.zeros(flat.shape, dtype=bool)
    solved = _solve(flat, weights, held, tree)
    values = _not_below_zero(flat, weights, solved, tree) if nonnegative else solved.values
    found = _summed(values, solved.whole, tree).reshape(given.shape)
    adds_up = solved.whole.reshape(given.shape) & known
    return Reconciled(np.where(known, found, np.nan), adds_up)


@dataclass(frozen=True)
class _Tree:
    """Nodes with their parts, from the leaves to the roots."""

    parents: NDArray[np.int64]
    order: tuple[int, ...]
    parts: tuple[NDArray[np.int64], ...]

    @classmethod
    def of(cls, parents: Sequence[int]) -> _Tree:
        above = np.asarray(parents, dtype=np.int64)
        wrong = (above < ROOT) | (above >= len(above))
        if above.ndim != 1 or np.any(wrong):
            raise ParameterError(
                f"The parents {list(parents)!r} name no places of {len(parents)} nodes",
                f"for each node the place of another, or {ROOT}",
            )
        parts = tuple(np.flatnonzero(above == node) for node in range(len(above)))
        order: list[int] = []
        waiting = list(np.flatnonzero(above == ROOT))
        while waiting:
            node = int(waiting.pop())
            order.append(node)
            waiting.extend(parts[node].tolist())
        if len(order) < len(above):
            lost = sorted(set(range(len(above))) - set(order))
            raise ParameterError(
                f"The nodes {lost} are parts of themselves", "trees: every node below a root"
            )
        return cls(above, tuple(reversed(order)), parts)


class _Solved(NamedTuple):
    """A solution with some nodes held at 0, each row for itself, shapes (rows, nodes).

    ``pull`` is what moves a node, times its variance: the node's whole asks for so much more;
    ``free`` marks nodes that have no parts to follow, and so decide for themselves.
    """

    values: Floats
    pull: Floats
    whole: Flags
    free: Flags


def _firm(spread: Floats, known: Flags) -> Floats:
    """Variances, infinite where nothing is known, and none so small that sums could not hold."""
    total = np.where(known, spread, 0.0).sum(axis=1, keepdims=True)
    mean = total / np.maximum(known.sum(axis=1, keepdims=True), 1)
    least = np.where(mean > 0, _FIRM * mean, 1.0)
    return np.where(known, np.maximum(spread, least), np.inf)


def _solve(given: Floats, weights: Floats, held: Flags, tree: _Tree) -> _Solved:
    """Weighted least squares on the tree: up by precision, down by variance."""
    known = np.isfinite(weights)
    own, precision = np.nan_to_num(given), 1 / weights
    value, spread = np.where(held, 0.0, own), np.where(held, 0.0, weights)
    whole = np.zeros(given.shape, dtype=bool)
    for node in tree.order:
        parts = tree.parts[node]
        if not len(parts):
            continue
        total, varied = value[:, parts].sum(axis=1), spread[:, parts].sum(axis=1)
        whole[:, node] = there = np.isfinite(varied)
        varied = np.where(there, varied, 0.0)
        share = 1 / (1 + varied * precision[:, node])
        mixed = own[:, node] + share * (total - own[:, node])
        value[:, node] = np.where(there, mixed, value[:, node])
        spread[:, node] = np.where(there, share * varied, spread[:, node])
    pull = np.zeros(given.shape)
    for node in reversed(tree.order):
        parts = tree.parts[node]
        if not len(parts):
            continue
        there = whole[:, node]
        loose = np.where(there[:, None], spread[:, parts], 0.0)
        varied, over = loose.sum(axis=1), value[:, node] - value[:, parts].sum(axis=1)
        moved = over / np.where(varied > 0, varied, 1.0)
        # where every part is held at 0, the pull on them is what their whole would still move by
        left = pull[:, node] + (own[:, node] - value[:, node]) * precision[:, node]
        asked = np.where(varied > 0, moved, left)
        pull[:, parts] = np.where(there, asked, 0.0)[:, None]
        value[:, parts] += loose * moved[:, None]
    return _Solved(value, pull, whole, known & ~whole)


def _not_below_zero(given: Floats, weights: Floats, solved: _Solved, tree: _Tree) -> Floats:
    """Hold at 0 what would fall below it, by block principal pivoting.

    All nodes on the wrong side change sides together while that leaves fewer of them; if it
    does not, one changes at a time, always the last, which cannot come back to where it was.
    """
    own = np.nan_to_num(given)
    near = _NEAR * (1.0 + np.abs(own).max(axis=1, keepdims=True))
    varied = np.where(solved.free, weights, 0.0)
    values, pull, held = solved.values, solved.pull, np.zeros(given.shape, dtype=bool)
    fewest = np.full(len(given), given.shape[1] + 1)
    patience = np.full(len(given), _PATIENCE)
    for _ in range(_ROUNDS * given.shape[1]):
        wrong = solved.free & np.where(held, own + varied * pull > near, values < -near)
        rows = np.flatnonzero(wrong.any(axis=1))
        if not len(rows):
            break
        better = wrong.sum(axis=1) < fewest
        patience = np.where(better, _PATIENCE, patience - 1)
        fewest = np.minimum(fewest, wrong.sum(axis=1))
        for row in rows[patience[rows] < 0]:
            wrong[row, : np.flatnonzero(wrong[row])[-1]] = False
        held[rows] ^= wrong[rows]
        again = _solve(given[rows], weights[rows], held[rows], tree)
        values[rows], pull[rows] = again.values, again.pull
    return np.where(solved.free, np.maximum(values, 0.0), values)


def _summed(values: Floats, whole: Flags, tree: _Tree) -> Floats:
    """Each whole as the sum of its parts, to the last digit."""
    for node in tree.order:
        parts = tree.parts[node]
        if len(parts):
            total = values[:, parts].sum(axis=1)
            values[:, node] = np.where(whole[:, node], total, values[:, node])
    return values
