"""The breakdown label of each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmf_analysis.ingest.matching import Match

_PARTED = " | "
"""Stands between the labels of several dimensions."""


@dataclass(frozen=True)
class Breakdowns:
    """Labels of the rows, shape (n,), and those that the layout does not know."""

    labels: np.ndarray
    unknown: tuple[str, ...] = ()


def read_breakdowns(
    match: Match, rows: Sequence[Sequence[str]], dimensions: Sequence[int], register: object
) -> Breakdowns:
    """Breakdown labels of rows.

    Parameters
    ----------
    match : Match
    rows : sequence of sequence of str
    dimensions : sequence of int
        Places of columns of text that the layout does not name.
    register : Register
        Asked for its indicators where the labels are indicator codes.

    Returns
    -------
    Breakdowns
        Canonical labels; several dimensions are joined with `` | ``.
    """
    rule = match.layout.breakdown
    if rule is None:
        parts = [[row[place] for place in dimensions] for row in rows]
        return Breakdowns(_objects([_PARTED.join(part) for part in parts]))
    printed = _objects([row[match.positions[rule.column]] for row in rows])
    codes, different = pd.factorize(printed)
    if rule.ignore_label:
        one = len({_folded(text) for text in different}) <= 1
        return (
            Breakdowns(_objects([""] * len(printed)))
            if one
            else Breakdowns(printed, _named(different))
        )
    known = _known_labels(match, register)
    canonical = [known.get(_folded(text), text) for text in different]
    if not known and not rule.indicators:
        return Breakdowns(printed)
    unknown = [text for text in different if _folded(text) not in known]
    return Breakdowns(_objects(canonical)[codes] if canonical else printed, _named(unknown))


def _known_labels(match: Match, register: object) -> dict[str, str]:
    rule = match.layout.breakdown
    known = {
        _folded(text): canonical
        for canonical, printed in rule.labels.items()
        for text in (canonical, *printed)
        if text
    }
    if rule.indicators:
        indicators: Mapping = getattr(register, "indicators", {})
        read = [cell for each in indicators.values() for source in each.source.all
                for cell in source.reads]  # fmt: skip
        own = [breakdown for table, breakdown, _ in read if table == match.layout.table]
        known |= {_folded(label): label for label in own if label}
    return known


def _named(labels: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(str(label) for label in labels))


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _objects(texts: Sequence[str]) -> np.ndarray:
    held = np.empty(len(texts), dtype=object)
    held[:] = texts
    return held
