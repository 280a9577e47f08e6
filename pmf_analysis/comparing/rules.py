"""What the rule set ``comparing`` says."""

from __future__ import annotations

from dataclasses import dataclass

from pmf_analysis.errors import RuleSetError
from pmf_analysis.register import Register
from pmf_analysis.terms import State

RULES = "comparing"


@dataclass(frozen=True)
class ComparingRules:
    """The choices that a service could argue about.

    Attributes
    ----------
    withheld_states : tuple of State
        For these reasons an earlier number is not shown again.
    marks_that_fold : dict
        Table to the states that may mean withheld there.
    same_share, same_least : float, int
        Share, and least number, of equal figures that make two names one.
    adds_up_within : float
        How near the sum of members must come to a total, as a share of it.
    sentences : int
        How many are printed at the most.
    label : str
        Name and version.
    """

    withheld_states: tuple[State, ...]
    marks_that_fold: dict[str, tuple[State, ...]]
    same_share: float
    same_least: int
    adds_up_within: float
    sentences: int
    label: str

    def withheld_in(self, table: str) -> frozenset[str]:
        """Codes of the states that withhold a figure of a table."""
        named = [
            states
            for name, states in self.marks_that_fold.items()
            if table == name or table.startswith((f"{name}.", f"{name}_"))
        ]
        return frozenset(
            state.value for states in (self.withheld_states, *named) for state in states
        )


def comparing_rules(register: Register) -> ComparingRules:
    """Read the rule set.

    Raises
    ------
    RuleSetError
        If it is missing or lacks a value.
    """
    held = register.rule_set(RULES)
    values = held.values
    try:
        return ComparingRules(
            withheld_states=tuple(State(one) for one in values["withheld_states"]),
            marks_that_fold={
                str(table): tuple(State(one) for one in states)
                for table, states in values["marks_that_may_mean_withheld"].items()
            },
            same_share=float(values["same_figures"]["share"]),
            same_least=int(values["same_figures"]["least"]),
            adds_up_within=float(values["adds_up_within"]),
            sentences=int(values["sentences"]),
            label=held.label,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RuleSetError(
            f"The rule set {held.label} cannot be used ({type(error).__name__}: {error})",
            "withheld_states, marks_that_may_mean_withheld, same_figures, adds_up_within, "
            "sentences",
            "Correct data/reference/rules/comparing.yml",
        ) from error
