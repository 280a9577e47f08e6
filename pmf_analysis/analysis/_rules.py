"""The numbers of a rule set as a frozen dataclass, checked field by field."""

from __future__ import annotations

from dataclasses import fields
from typing import TypeVar, get_type_hints

from pmf_analysis.errors import RuleSetError
from pmf_analysis.register.models import RuleSet

Rules = TypeVar("Rules")

_KINDS = {float: "a number", int: "a whole number", bool: "true or false", str: "a word"}


def read(kind: type[Rules], rule_set: RuleSet) -> Rules:
    """Fill a dataclass from the values of a rule set.

    Parameters
    ----------
    kind : type
        A dataclass whose fields are numbers, truth values or words, each a
        value of the rule set; a field ``label`` takes name and version.
    rule_set : RuleSet

    Returns
    -------
    object of that type

    Raises
    ------
    RuleSetError
        Naming the values that are missing, or are of another kind.
    """
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind) if field.name != "label"]  # type: ignore[arg-type]
    missing = [name for name in names if name not in rule_set.values]
    if missing:
        raise RuleSetError(
            f"The rule set {rule_set.label} lacks {', '.join(missing)}",
            f"values {', '.join(names)}",
            "Add them to the rule set's file in data/reference/rules",
        )
    for name in names:
        _check(rule_set, name, hints[name])
    found = {name: rule_set.values[name] for name in names}
    return kind(**found, **({"label": rule_set.label} if "label" in hints else {}))


def _check(rule_set: RuleSet, name: str, kind: type) -> None:
    value = rule_set.values[name]
    allowed = (int, float) if kind is float else (kind,)
    if type(value) not in allowed:  # true is no number
        raise RuleSetError(
            f"The rule set {rule_set.label} gives {name} as {value!r}", _KINDS[kind],
            "Correct it in the rule set's file in data/reference/rules",
        )  # fmt: skip
