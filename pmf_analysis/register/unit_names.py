"""Under which codes, names and spellings a unit is found."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pmf_analysis.register.models import Unit

Names = dict[str, tuple[Unit, ...]]
"""Text to the units that go by it, one after the other in time; one alone for a code."""


def name_units(units: Iterable[Unit]) -> tuple[Names, list[str]]:
    """Every code, name and other spelling with its units, and what clashes.

    Parameters
    ----------
    units : iterable of Unit

    Returns
    -------
    names : dict
        Text, as written in the register and case-folded, to units in the order of time. A
        code goes before any name and means its own unit alone.
    clashes : list of str
        One sentence for each text that means two units at the same time.
    """
    held = sorted(units, key=lambda unit: (unit.valid_from or date.min, unit.code))
    names: Names = {}
    clashes: list[str] = []
    for unit in held:
        for text in dict.fromkeys((unit.name, *unit.aliases)):
            others = tuple(one for one in names.get(text.casefold(), ()) if one is not unit)
            clashes += [
                f"{text!r} means both {_titled(other)} and {_titled(unit)}"
                for other in others
                if _together(unit, other)
            ]
            names[text] = names[text.casefold()] = (*others, unit)
    for unit in held:
        for other in names.get(unit.code.casefold(), ()):
            if other is not unit:
                clashes.append(
                    f"{unit.code!r} is the code of {_titled(unit)} "
                    f"and a spelling of {_titled(other)}"
                )
        names[unit.code] = names[unit.code.casefold()] = (unit,)
    return names, clashes


def unit_named(names: Names, text: str, on: date | None = None) -> Unit | None:
    """The unit of a text, on a date.

    Parameters
    ----------
    names : dict
        As ``name_units`` gives them.
    text : str
        Capitals and surrounding blanks do not matter.
    on : date, optional
        Of several units that went by a name in turn, the one that existed then; the latest
        where none did, or where no date is given.

    Returns
    -------
    Unit or None
    """
    found = names.get(text) or names.get(" ".join(str(text).split()).casefold())
    if not found:
        return None
    if on is not None and len(found) > 1:
        return next((unit for unit in found if unit.holds_on(on)), found[-1])
    return found[-1]


def _together(one: Unit, other: Unit) -> bool:
    """Whether two units exist on any same day."""
    return (one.valid_from or date.min) <= (other.valid_to or date.max) and (
        other.valid_from or date.min
    ) <= (one.valid_to or date.max)


def _titled(unit: Unit) -> str:
    return f"{unit.name} ({unit.code})"
