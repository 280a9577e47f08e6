"""Reading a rule set: one value by its path, or all as a frozen dataclass, checked."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar, get_type_hints

from pmf_analysis.errors import RuleSetError
from pmf_analysis.register.models import RuleSet

Rules = TypeVar("Rules")

_KINDS = {float: "a number", int: "a whole number", bool: "true or false", str: "a word"}


def value_of(rules: RuleSet, path: str) -> Any:
    """One value of a rule set, by its dotted path.

    Parameters
    ----------
    rules : RuleSet
    path : str
        Such as ``horizons.month``.

    Returns
    -------
    object
        Whatever stands there: a number, a text, a list or a mapping.

    Raises
    ------
    RuleSetError
        If the rule set has no such value; the message names file and path.
    """
    found: Any = rules.values
    for step in path.split("."):
        if not isinstance(found, dict) or step not in found:
            raise RuleSetError(
                f"The rule set {rules.label} has no value {path}",
                "every value that its method reads",
                f"Add values.{path} to data/reference/rules/{rules.name}.yml",
            )
        found = found[step]
    return found


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
