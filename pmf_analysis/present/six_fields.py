"""Six fields of every indicator side by side, each with its word, its rule, or why it has none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from pmf_analysis.markup import Html, escape, table_html
from pmf_analysis.present.html import rag_badge
from pmf_analysis.register import Register
from pmf_analysis.register.models import Indicator
from pmf_analysis.terms import Assurance, DirectionOfTravel, Polarity, Rag, Variation

FIELDS = (
    "Status", "From the target", "Which way is good", "Direction of travel", "Variation",
    "Assurance",
)  # fmt: skip

_RULES = (
    ("Status", "rag_rule"),
    ("Direction of travel", "dot_rule_previous"),
    ("Variation and assurance", "rule_set"),
)
_DISTANCE = (
    "the figure as printed less the target in force; beside it the floor, where the target is "
    "missed, or the tolerance, where close to the target is best"
)

_BETTER = (Variation.IMPROVEMENT_HIGH, Variation.IMPROVEMENT_LOW)

Row = Mapping[str, Any]


def six_fields(fact: pd.DataFrame, register: Register) -> Html:
    """The six fields of each indicator, and below them the reasons and the rules.

    Parameters
    ----------
    fact : pandas.DataFrame
        Fact rows of one unit.
    register : Register

    Returns
    -------
    Html
        A table; a number beside "not tested" or "not rated" leads to its reason.
    """
    notes: dict[str, int] = {}
    rows = [
        _line(row, register.indicator(row["indicator"]), notes) for row in fact.to_dict("records")
    ]
    table = table_html(pd.DataFrame(rows), "Six fields read together", "Indicator", missing="")
    reasons = "".join(f"<li>{escape(text)}</li>" for text in notes)
    listed = f'<ol class="notes">{reasons}</ol>' if notes else ""
    rules = [f"{field}: {'; '.join(_each(fact, column))}" for field, column in _RULES]
    said = f"Rules used. {'. '.join([*rules, f'From the target: {_DISTANCE}'])}."
    return Html(f"{table}{listed}<p>{escape(said)}</p>")


def _line(row: Row, indicator: Indicator, notes: dict[str, int]) -> dict[str, object]:
    def because(word: str, reason: str) -> str:
        """The word with the number of its reason."""
        text = str(reason or "").strip()
        return f"{word} ({notes.setdefault(text, len(notes) + 1)})" if text else word

    return {
        "Indicator": indicator.label,
        "Status": _status(row, because),
        "From the target": _distance(row),
        "Which way is good": indicator.polarity.label,
        "Direction of travel": _direction(row, because),
        "Variation": _variation(row, because),
        "Assurance": _assurance(row, indicator, because),
    }


def _status(row: Row, because: Callable[[str, str], str]) -> object:
    if row["rag"] == Rag.NOT_RATED:
        return because(Rag.NOT_RATED.label, row["rag_reason"])
    return rag_badge(row["rag"])


def _distance(row: Row) -> str:
    if row["distance_words"]:
        return str(row["distance_words"])
    return "no target" if pd.isna(row["target"]) else "no figure"


def _direction(row: Row, because: Callable[[str, str], str]) -> str:
    found = DirectionOfTravel(row["dot_previous"])
    if found is DirectionOfTravel.NOT_TESTED:
        return because(found.label, row["dot_previous_reason"])
    return found.label


def _variation(row: Row, because: Callable[[str, str], str]) -> str:
    found = Variation(row["variation"])
    if found is Variation.NOT_TESTED:
        return because(found.label, row["chart_reason"])
    doubt = str(row["claims_doubted"])
    if doubt and found in _BETTER:
        return because(variation_label(found, doubt), f"{doubt[:1].upper()}{doubt[1:]}.")
    return because(found.label, row["chart_waits"])


def variation_label(found: Variation, doubt: str) -> str:
    """A chart's verdict in words; no improvement where that is doubted."""
    return "in doubt until it is explained" if doubt and found in _BETTER else found.label


def _assurance(row: Row, indicator: Indicator, because: Callable[[str, str], str]) -> str:
    found = Assurance(row["assurance"])
    if found is not Assurance.NOT_TESTED:
        return found.label
    if row["variation"] == Variation.NOT_TESTED:
        return because(found.label, row["chart_reason"])
    if indicator.polarity in (Polarity.HIGH, Polarity.LOW):
        return because(found.label, "No target holds, so nothing is said about meeting one.")
    return because(found.label, f"Of this indicator {indicator.polarity.label}.")


def _each(fact: pd.DataFrame, column: str) -> list[str]:
    return [str(text) for text in dict.fromkeys(fact[column].dropna()) if text] or ["none"]
