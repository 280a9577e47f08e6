"""Under which codes, names and spellings a unit is found."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pmf_analysis.register.models import Unit


def name_units(units: Iterable[Unit]) -> tuple[dict[str, Unit], list[str]]:
    """Every code, name and other spelling with its unit, and what clashes.

    Parameters
    ----------
    units : iterable of Unit

    Returns
    -------
    names : dict
        Text, as written in the register and case-folded, to unit. A code goes before any
        name; a name that served two units in turn means the later one.
    clashes : list of str
        One sentence for each text that means two units at the same time.
    """
    held = sorted(units, key=lambda unit: (unit.valid_from or date.min, unit.code))
    names: dict[str, Unit] = {}
    clashes: list[str] = []
    for unit in held:
        for text in dict.fromkeys((unit.name, *unit.aliases)):
            other = names.get(text.casefold())
            if other is not None and other is not unit and _together(unit, other):
                clashes.append(f"{text!r} means both {_titled(other)} and {_titled(unit)}")
            names[text] = names[text.casefold()] = unit
    for unit in held:
        other = names.get(unit.code.casefold())
        if other is not None and other is not unit:
            clashes.append(
                f"{unit.code!r} is the code of {_titled(unit)} and a spelling of {_titled(other)}"
            )
        names[unit.code] = names[unit.code.casefold()] = unit
    return names, clashes


def _together(one: Unit, other: Unit) -> bool:
    """Whether two units exist on any same day."""
    return (one.valid_from or date.min) <= (other.valid_to or date.max) and (
        other.valid_from or date.min
    ) <= (one.valid_to or date.max)


def _titled(unit: Unit) -> str:
    return f"{unit.name} ({unit.code})"
