"""The kinds of check that can be worked out of a table of records: one file each.

A suite of records names the columns that it derives: which kind of check, and what it needs
to know (columns, limits). A kind is a module of this folder with

``ARGUMENTS``
    the arguments that must be given, each with the test of its value,
``CHOICES``
    the same for those that may be left out (the module may leave this out),
``make(rows, given, sources)``
    int8 of shape (n,), one for each record as known: `MET`, `BROKEN`, or `NOTHING` where
    there is nothing to say, so that no rule counts the record.

Its name is the name of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.quality.conditions import NAME

MET, BROKEN, NOTHING = 1, 0, -1

Given = Mapping[str, object]
"""``check`` and the arguments, as read from a suite."""


def asked(met: NDArray[np.bool_], where: NDArray[np.bool_]) -> NDArray[np.int8]:
    """`MET` or `BROKEN` where a question arises, else `NOTHING`."""
    return np.where(where, met, NOTHING).astype(np.int8)


def is_column(value: object) -> bool:
    """Whether an argument names a column or a table."""
    return isinstance(value, str) and bool(NAME.fullmatch(value))


def is_columns(value: object) -> bool:
    """Whether an argument lists columns."""
    return isinstance(value, list) and bool(value) and all(map(is_column, value))


def is_number(value: object) -> bool:
    """Whether an argument is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_pairs(value: object) -> bool:
    """Whether an argument maps columns to columns."""
    return (
        isinstance(value, dict)
        and bool(value)
        and all(is_column(one) for pair in value.items() for one in pair)
    )


@cache
def kinds() -> Mapping[str, ModuleType]:
    """Every kind by name."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))
    return {name: import_module(f"{__name__}.{name}") for name in names}


def fault(given: object) -> str:
    """Say what is wrong with a column that a suite derives; empty if nothing is.

    Parameters
    ----------
    given : object
        As read from JSON: ``check`` and the arguments of that kind.

    Returns
    -------
    str
    """
    if not isinstance(given, Mapping) or str(given.get("check")) not in kinds():
        known = ", ".join(kinds())
        return f"it names no kind of check (known: {known})"
    kind = kinds()[str(given["check"])]
    needed: Mapping[str, Callable[[object], bool]] = kind.ARGUMENTS
    known_arguments = {**needed, **getattr(kind, "CHOICES", {})}
    for name, value in given.items():
        if name == "check":
            continue
        if name not in known_arguments:
            return f"it has the unknown argument {name!r}"
        if not known_arguments[name](value):
            return f"its argument {name!r} has a value of the wrong kind"
    missing = [name for name in needed if name not in given]
    return f"it lacks the argument {missing[0]!r}" if missing else ""
