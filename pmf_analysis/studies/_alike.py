"""The parts of a unit, made of the same territory and work in two periods.

A part is a unit that stands directly below the whole today. Where units ended and others
carried on what they did, those before and those after are one part; where a unit below gained
or lost something from elsewhere, it is made up again of its own parts of today. A unit that
ended and nobody followed is a part of its own.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date

from pmf_analysis import formats
from pmf_analysis.register import Context, Register
from pmf_analysis.register.lineage import changed_by, forerunners
from pmf_analysis.terms import Structure


@dataclass(frozen=True)
class Part:
    """One part of a whole.

    Attributes
    ----------
    code : str
        Unit code; of units that cannot be told apart over the time, all with ``;`` between.
    name : str
    units : tuple of str
        Codes of the units whose figures are its own.
    """

    code: str
    name: str
    units: tuple[str, ...]


def alike(
    context: Context, whole: str, start: date, end: date, given: Container[str]
) -> tuple[Part, ...]:
    """Parts of a unit that can be held against themselves between two days.

    Parameters
    ----------
    context : Context
    whole : str
        Unit code.
    start, end : date
        First day of the earlier figure, last day of the later one.
    given : container of str
        Codes of the units that have figures.

    Returns
    -------
    tuple of Part
        In order of code; none where nothing stands below the unit. Units below that changed,
        and whose own parts have no figures, are one part together.
    """
    held = context.register
    if not held.children_of(whole) and not any(m.parent_before == whole for m in held.unit_moves):
        return ()
    before = forerunners(held.units, end)
    groups, blurred = [], []
    for code in held.children_of(whole, end):
        units = _figures(context, code, before, start, end)
        if units == {code} or any(unit in given for unit in units):
            groups.append(([code], units))
        elif code in given:
            blurred.append(code)
    if blurred:
        groups.append((blurred, {one for code in blurred for one in (code, *before.get(code, ()))}))
    for code in _ended(held, whole, start, end):
        groups.append(([code], {code}))
    return tuple(
        Part(
            ";".join(sorted(codes)),
            formats.listed([held.units[code].name for code in sorted(codes)]),
            tuple(sorted(units)),
        )
        for codes, units in sorted(_joined(groups), key=lambda group: sorted(group[0]))
    )


def _figures(
    context: Context, code: str, before: dict[str, tuple[str, ...]], start: date, end: date
) -> set[str]:
    """Units whose figures make up a part over the time."""
    held = context.register
    if context.structure is Structure.AS_THEN and _changed(held, code, start, end):
        below = held.children_of(code, end)
        if below:
            return {unit for one in below for unit in _figures(context, one, before, start, end)}
    return {code, *before.get(code, ())}


def _changed(held: Register, code: str, start: date, end: date) -> bool:
    """Whether a unit gained or lost part of what is below it in the time."""
    return any(
        start < move.moved_on <= end and code in changed_by(move, held.moves_of, held.units)
        for move in held.unit_moves
    )


def _ended(held: Register, whole: str, start: date, end: date) -> list[str]:
    """Units below a whole that ended in the time, and that nobody followed."""
    return [
        code
        for code, unit in sorted(held.units.items())
        if unit.valid_to is not None and start <= unit.valid_to < end
        and not unit.successors and not unit.members
        and held.parent_of(code, unit.valid_to) == whole
    ]  # fmt: skip


def _joined(groups: Sequence[tuple[list[str], set[str]]]) -> list[tuple[list[str], set[str]]]:
    """Groups that share a unit put together: a divided unit's past is nobody's alone."""
    found: list[tuple[list[str], set[str]]] = []
    for codes, units in groups:
        shared = [one for one in found if one[1] & units]
        for one in shared:
            found.remove(one)
        found.append(
            (
                [code for one in shared for code in one[0]] + codes,
                set().union(units, *(one[1] for one in shared)),
            )
        )
    return found
