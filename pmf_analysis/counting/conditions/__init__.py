"""Conditions on records: one kind a module, known by the module's name.

A condition is a group of fields whose first key names its kind, such as
``{field: kind, is: initial}``. A module of this folder is a kind; nothing else needs to be
edited for a new one. It has

- ``Rule``: a frozen model with a field of the module's name;
- ``reads(rule, table)``: the columns that it looks at;
- ``holds(rule, cases)``: where the condition is met;
- or, where it measures something, ``amount(rule, cases)``: how much, and NaN where a date is
  missing. Its rule may then have ``at_least`` and ``at_most``, and it may be the ``total`` of a
  mean, without them;
- where fields must fit together, ``problem(rule)``: what does not, in words.

What is unknown is not met: where a date is missing, nobody can say that a visit was in time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.counting.cases import Cases
from pmf_analysis.errors import RegisterError, nearest
from pmf_analysis.register.models import Condition


@dataclass(frozen=True)
class Read:
    """A column that a condition looks at.

    Attributes
    ----------
    table, name : str
        A name such as ``child.uasc`` is that of the record which ``child_id`` names.
    types : tuple of str
        Types of a layout's field that will do; any where empty.
    """

    table: str
    name: str
    types: tuple[str, ...] = ()


@cache
def kinds() -> Mapping[str, ModuleType]:
    """Every kind of condition by its name."""
    found = sorted(one.name for one in iter_modules(__path__) if not one.name.startswith("_"))
    return {name: import_module(f"{__name__}.{name}") for name in found}


def kind_of(test: Mapping[str, Any]) -> ModuleType:
    """The kind of a condition.

    Raises
    ------
    RegisterError
        If its first key names none.
    """
    first = next(iter(test), "")
    if first not in kinds():
        raise RegisterError(
            f"given {str(first)[:40]!r} as the kind of a condition",
            f"one of {', '.join(kinds())} as its first key",
            nearest(str(first), kinds()),
        )
    return kinds()[first]


def problem_of(kind: ModuleType, rule: Condition, as_total: bool) -> str:
    """What does not fit together in a rule; empty where all does."""
    if as_total and not hasattr(kind, "amount"):
        measuring = ", ".join(name for name, one in kinds().items() if hasattr(one, "amount"))
        return f"a total needs a kind that measures: {measuring}"
    said = getattr(kind, "problem", lambda _: "")(rule)
    if said:
        return said
    bounded = _bounds(rule) != (None, None)
    if as_total and bounded:
        return "a total takes neither at_least nor at_most"
    if not as_total and hasattr(kind, "amount") and not bounded:
        return "needs at_least or at_most"
    return ""


def rule_of(test: Mapping[str, Any]) -> tuple[ModuleType, Condition]:
    """The kind of a condition, and the condition as it states its rule.

    Raises
    ------
    RegisterError
        If there is no such kind, or it does not take what it is given.
    """
    kind = kind_of(test)
    try:
        return kind, kind.Rule.model_validate(dict(test))
    except ValueError as error:
        raise RegisterError(
            f"given a condition {next(iter(test))} that cannot be read",
            ", ".join(name.removesuffix("_") for name in kind.Rule.model_fields),
            "`pmf register validate` says what is wrong with it",
        ) from error


def holds(test: Mapping[str, Any], cases: Cases) -> NDArray[np.bool_]:
    """Where a condition is met, shape (n,)."""
    kind, rule = rule_of(test)
    if not hasattr(kind, "amount"):
        return kind.holds(rule, cases)
    measured = kind.amount(rule, cases)
    least, most = _bounds(rule)
    met = ~np.isnan(measured)
    with np.errstate(invalid="ignore"):
        if least is not None:
            met &= measured >= least
        if most is not None:
            met &= measured <= most
    return met


def amount(test: Mapping[str, Any], cases: Cases) -> NDArray[np.float64]:
    """How much a total adds for each case; NaN where it cannot be said."""
    kind, rule = rule_of(test)
    return kind.amount(rule, cases)


def _bounds(rule: Condition) -> tuple[float | None, float | None]:
    return getattr(rule, "at_least", None), getattr(rule, "at_most", None)
