"""The colours that charts draw with, from the rule set ``palette``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from pmf_analysis.errors import RuleSetError
from pmf_analysis.register import yaml_files
from pmf_analysis.register.models import RuleSet
from pmf_analysis.settings import shipped


@dataclass(frozen=True)
class Palette:
    """Colours by what they are for; `chart`, `status` and `verdict` by name.

    Attributes
    ----------
    main : tuple of str
        The categorical palette, in its order.
    focus, others : str
        One unit among others.
    outline, ground, text, quiet_text, grid : str
    chart : dict of str
        Colours of the parts of a chart.
    status, verdict : dict of dict
        ``ground`` and ``text`` by code of `terms.Rag` and `terms.Verdict`.
    page : dict of str
        Colours that only pages use.
    """

    main: tuple[str, ...]
    focus: str
    others: str
    outline: str
    ground: str
    text: str
    quiet_text: str
    grid: str
    chart: dict[str, str]
    status: dict[str, dict[str, Any]]
    verdict: dict[str, dict[str, Any]]
    page: dict[str, str]

    @classmethod
    def of(cls, rules: RuleSet) -> Palette:
        """Take the colours from a rule set.

        Raises
        ------
        RuleSetError
            Naming the value that is missing.
        """
        values: dict[str, Any] = dict(rules.values)
        try:
            focus = values["focus"]
            return cls(
                main=tuple(values["main"]),
                focus=focus["chosen"],
                others=focus["others"],
                **{name: values[name] for name in _PLAIN},
            )
        except KeyError as error:
            raise RuleSetError(
                f"The rule set {rules.label} has no value {error.args[0]}",
                "every colour that charts and pages use",
                f"Add it to data/reference/rules/{rules.name}.yml",
            ) from error


_PLAIN = (
    "outline", "ground", "text", "quiet_text", "grid", "chart", "status", "verdict", "page",
)  # fmt: skip


@cache
def shipped_palette() -> Palette:
    """The palette that the workbench ships with."""
    file = yaml_files.read(shipped() / "data" / "reference" / "rules" / "palette.yml")
    return Palette.of(RuleSet.model_validate(file.content))
