"""Which way a figure moved, and the few words that are said of it."""

from __future__ import annotations

from pmf_analysis.terms import State, Term


class Moved(Term):
    """Which way a figure moved between two states of knowledge."""

    HIGHER = "higher", "higher"
    LOWER = "lower", "lower"
    WITHHELD = "withheld", "no longer given"
    NOW_GIVEN = "now_given", "now given"
    OTHER_REASON = "other_reason", "another reason why there is none"
    ROW_GONE = "row_gone", "row gone"
    ROW_COME = "row_come", "row come"
    CODE_CHANGED = "code_changed", "another code, same figures"
    STATUS_ONLY = "status_only", "same figure, another status"

    @property
    def mirrored(self) -> Moved:
        """The same movement seen from the other side."""
        pairs = (
            (Moved.HIGHER, Moved.LOWER), (Moved.WITHHELD, Moved.NOW_GIVEN),
            (Moved.ROW_GONE, Moved.ROW_COME),
        )  # fmt: skip
        turned = {one: other for pair in pairs for one, other in (pair, pair[::-1])}
        return turned.get(self, self)


REVISED = "revised"
ROUNDED = "rounding only"
READ_DIFFERENTLY = "same text, read differently"
UNIT_CHANGED = "the unit began or ended"
CODE_CHANGED = "another code of the same unit"
NOW_GIVEN = "now given"
LEVELS_CHANGED = "another status for the same figure"
ADDED, TAKEN_OUT = "row added", "row taken out"
NOT_TOLD_APART = "cannot be told apart"
"""Said instead of a cause where an ingredient is gone."""

_WITHDRAWN = {
    State.SUPPRESSED: "withheld later",
    State.UNRELIABLE: "withdrawn as unreliable",
    State.NOT_APPLICABLE: "withdrawn as not applicable",
    State.ROUNDS_TO_ZERO: "now shown as rounding to zero",
}

_SHORT = {
    State.SUPPRESSED: "withheld", State.UNRELIABLE: "unreliable",
    State.NOT_APPLICABLE: "not applicable", State.NOT_AVAILABLE: "not available",
    State.ROUNDS_TO_ZERO: "rounds to zero", State.NOT_GIVEN: "not given",
    State.BREAK_INSIDE: "not shown across a break",
}  # fmt: skip


def withdrawn(state: str) -> str:
    """What is said of a number that became a mark."""
    return _WITHDRAWN.get(State(state), "no longer given") if state else TAKEN_OUT


def other_reason(old: str, new: str) -> str:
    """What is said of a mark that became another one."""
    return f"reason changed: {short(old)} to {short(new)}"


def short(state: str) -> str:
    """A state in a word or two; ``no row`` where there is none."""
    return _SHORT.get(State(state), State(state).label) if state else "no row"
