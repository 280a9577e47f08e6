"""Who followed whom, who stood under whom on a date, and where a territory changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from pmf_analysis import periods
from pmf_analysis.register.models import Break, Unit, UnitMove
from pmf_analysis.terms import BreakKind, Structure

Units = Mapping[str, Unit]
ANY = "*"
KEEPER = "register of units"


def parent_on(unit: Unit, moves: Sequence[UnitMove], on: date | None = None) -> str:
    """Code of the unit's parent on a date; today's where no date is given.

    Parameters
    ----------
    unit : Unit
    moves : sequence of UnitMove
        The unit's own, earliest first.
    on : date, optional

    Returns
    -------
    str
        Empty where nothing stands above it.
    """
    if on is not None:
        for move in moves:
            if on < move.moved_on:
                return move.parent_before
    return unit.parent


def heirs(code: str, units: Units, on: date) -> tuple[str, ...]:
    """Units that exist on a date and carry on what a unit did, through all successors.

    Returns
    -------
    tuple of str
        The unit itself where it has not ended, or has no successor.
    """
    unit = units[code]
    if not unit.successors or unit.valid_to is None or on <= unit.valid_to:
        return (code,)
    return tuple(sorted({last for one in unit.successors for last in heirs(one, units, on)}))


def forerunners(units: Units, on: date) -> dict[str, tuple[str, ...]]:
    """For each unit that carries on what others did, the units that ended."""
    found: dict[str, list[str]] = {}
    for code in sorted(units):
        for heir in heirs(code, units, on):
            if heir != code:
                found.setdefault(heir, []).append(code)
    return {heir: tuple(codes) for heir, codes in sorted(found.items())}


def boundary_breaks(
    units: Units, moves: Sequence[UnitMove], structure: Structure
) -> tuple[Break, ...]:
    """Dates at which a unit that went on gained or lost part of what it answers for.

    A change of code or name is none, and neither is a unit that begins: it has no figures
    from before to be held against.

    Parameters
    ----------
    units : mapping of str to Unit
    moves : sequence of UnitMove
    structure : Structure
        As they are now, past figures follow a move, and a unit that took in a whole other
        one; only what a divided unit gave away still breaks a series.

    Returns
    -------
    tuple of Break
        Of kind boundary, for all indicators of a unit.
    """
    found = [] if structure is Structure.AS_NOW else _of_moves(units, moves)
    for code, unit in sorted(units.items()):
        if unit.valid_to is None or (structure is Structure.AS_NOW and len(unit.successors) == 1):
            continue
        words = f"{unit.name} ended, and what it did passed to"
        for heir in unit.successors:
            other = units.get(heir)
            if other is not None and other.holds_on(unit.valid_to):
                first = unit.valid_to + timedelta(days=1)
                reason = f"{words} {_names(unit.successors, units)}"
                found.append(_break(heir, first, reason, f"units.csv, {code}"))
    return tuple(found)


def ancestors(code: str, moves: Mapping[str, Sequence[UnitMove]], units: Units, on: date) -> list:
    """Codes above a unit on a date, the nearest first."""
    found: list[str] = []
    at = parent_on(units[code], moves.get(code, ()), on) if code in units else ""
    while at and at not in found:
        found.append(at)
        at = parent_on(units[at], moves.get(at, ()), on) if at in units else ""
    return found


def changed_by(move: UnitMove, moves: Mapping[str, Sequence[UnitMove]], units: Units) -> list[str]:
    """Units above a moved one that it left or came under, the nearest first."""
    before = ancestors(move.unit, moves, units, move.moved_on - timedelta(days=1))
    after = ancestors(move.unit, moves, units, move.moved_on)
    left = [code for code in before if code not in after]
    return left + [code for code in after if code not in before]


def by_unit(moves: Sequence[UnitMove]) -> dict[str, tuple[UnitMove, ...]]:
    """Moves of each unit, earliest first."""
    found: dict[str, list[UnitMove]] = {}
    for move in sorted(moves, key=lambda one: (one.unit, one.moved_on)):
        found.setdefault(move.unit, []).append(move)
    return {unit: tuple(held) for unit, held in found.items()}


def _of_moves(units: Units, moves: Sequence[UnitMove]) -> list[Break]:
    each, found = by_unit(moves), []
    for unit in each:
        for move in each[unit]:
            to = parent_on(units[unit], each[unit], move.moved_on)
            reason = (
                f"{units[unit].name} moved from {_names((move.parent_before, to), units, ' to ')}"
            )
            source = f"unit_moves.csv: {move.source}"
            found += [
                _break(code, move.moved_on, reason, source)
                for code in changed_by(move, each, units)
            ]
    return found


def _break(unit: str, on: date, reason: str, source: str) -> Break:
    period = periods.month(on.year, on.month) if on.day == 1 else periods.day(on)
    return Break(
        indicator=ANY, unit=unit, period=period.code, kind=BreakKind.BOUNDARY, reason=reason,
        recorded_by=KEEPER, recorded_on=on, source=source,
    )  # fmt: skip


def _names(codes: Sequence[str], units: Units, between: str = " and ") -> str:
    return between.join(units[code].name if code in units else code for code in codes)
