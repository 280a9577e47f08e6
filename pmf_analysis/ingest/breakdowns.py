"""The breakdown label of each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pmf_analysis.ingest.grid import Grid
from pmf_analysis.ingest.groups import Coded, coded, combined, constant
from pmf_analysis.ingest.matching import Match
from pmf_analysis.ingest.sheets import Column
from pmf_analysis.register.layouts import BreakdownRule

PARTED = " | "
"""Stands between the labels of several dimensions."""


@dataclass(frozen=True)
class Breakdowns:
    """Labels of the rows, and those that the layout does not know."""

    labels: Coded
    unknown: tuple[str, ...] = ()


def read_breakdowns(
    match: Match, grid: Grid, dimensions: Sequence[int], register: object
) -> Breakdowns:
    """Breakdown labels of the rows of a grid.

    Parameters
    ----------
    match : Match
    grid : Grid
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
    read = [
        _column(match, rule, grid.columns[match.positions[name]], labels, register)
        for name, labels in (rule.by_column.items() if rule else ())
    ]
    parts = [each.labels for each in read]
    parts += [_as_printed(grid.columns[place]) for place in dimensions]
    unknown = sorted({label for each in read for label in each.unknown})
    leave_out = rule is not None and bool(rule.by_column)
    return Breakdowns(_joined(parts, len(grid), leave_out), tuple(unknown))


def canonical_label(text: str, labels: Mapping[str, Sequence[str]]) -> str | None:
    """The canonical label that a printed one means; None where it is not known."""
    return _known(labels).get(_folded(text))


def _column(
    match: Match, rule: BreakdownRule, column: Column, labels: Mapping[str, Sequence[str]],
    register: object,
) -> Breakdowns:  # fmt: skip
    printed = _as_printed(column)
    if rule.ignore_label:
        one = len({_folded(text) for text in printed.texts}) <= 1
        return (
            Breakdowns(constant("", len(column)))
            if one
            else Breakdowns(printed, printed.texts)
        )  # fmt: skip
    known = _known(labels) | (_indicators(match, register) if rule.indicators else {})
    if not known and not rule.indicators:
        return Breakdowns(printed)
    unknown = tuple(text for text in printed.texts if _folded(text) not in known)
    meaning = [known.get(_folded(text), text) for text in printed.texts]
    return Breakdowns(coded(printed.codes, meaning), unknown)


def _as_printed(column: Column) -> Coded:
    """The texts of a column that any row has."""
    groups, first = combined([column.codes], len(column))
    return coded(groups, [str(column.texts[column.codes[row]]) for row in first])


def _joined(parts: Sequence[Coded], count: int, leave_out: bool) -> Coded:
    """Labels of several dimensions as one; empty ones may be left out."""
    if not parts:
        return constant("", count)
    if len(parts) == 1:
        return parts[0]
    groups, first = combined([part.codes for part in parts], count)
    texts = []
    for row in first:
        labels = [part.texts[part.codes[row]] for part in parts]
        texts.append(PARTED.join(label for label in labels if label or not leave_out))
    return coded(groups, texts)


def _known(labels: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {
        _folded(text): canonical
        for canonical, printed in labels.items()
        for text in (canonical, *printed)
        if text
    }


def _indicators(match: Match, register: object) -> dict[str, str]:
    indicators: Mapping = getattr(register, "indicators", {})
    published = [one for indicator in indicators.values() for one in indicator.source.all]
    own = [each.breakdown for each in published if each.table == match.layout.table]
    return {_folded(label): label for label in own if label}


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
