"""Reading values out of a rule set, with an error that names what is missing."""

from __future__ import annotations

from typing import Any

from pmf_analysis.errors import RuleSetError
from pmf_analysis.register.models import RuleSet


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
