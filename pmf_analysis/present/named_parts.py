"""An indicator with and without a named part of the children, year by year.

A share can move because other children are counted, and not because more or fewer had what it
counts; numerator and denominator of both, side by side, show which.
"""

from __future__ import annotations

import pandas as pd

from pmf_analysis import findings
from pmf_analysis.formats import number
from pmf_analysis.markup import Html, table_html
from pmf_analysis.register.models import Indicator
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import State

_COUNTS = ["shown_numerator", "shown_denominator"]


def that_differ(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of named parts that are not simply all children.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of the measure table, or of one made of it, of every cohort.

    Returns
    -------
    pandas.DataFrame
        Rows of named parts; one whose counts are those of all children is left out.
    """
    place = [name for name in (*SERIES, "period") if name != "cohort"]
    whole = rows.loc[rows["cohort"] == "all", [*place, *_COUNTS]]
    parts = rows[rows["cohort"] != "all"].reset_index(drop=True)
    beside = parts[place].merge(whole, on=place, how="left")
    same = [parts[name].fillna(-1) == beside[name].fillna(-1) for name in _COUNTS]
    return parts[~(same[0] & same[1])].reset_index(drop=True)


def by_year(rows: pd.DataFrame, indicator: Indicator) -> Html:
    """The table of one indicator of one unit: the latest month of each year.

    Parameters
    ----------
    rows : pandas.DataFrame
        The unit's rows of the analysis table, those of named parts among them.
    indicator : Indicator

    Returns
    -------
    Html
        Empty where no part is named, or the part has been all children throughout.
    """
    own = rows[(rows["indicator"] == indicator.code) & (rows["state"] != State.FORECAST)]
    own = own[own["shown_value"].notna()].sort_values(["period_end", "cohort"], kind="stable")
    if not len(own) or not len(that_differ(own)):
        return Html("")
    month = own["period_end"].iloc[-1][5:7]
    yearly = own[own["period_end"].str[5:7] == month]
    lines: dict[str, dict[str, str]] = {}
    for one in yearly.itertuples(index=False):
        named = _capital(indicator.part_of(one.cohort)) or "All"
        line = lines.setdefault(one.shown_label, {"Period": _capital(one.shown_label)})
        line[f"{named}: number"] = _count(one.shown_numerator)
        line[f"{named}: of"] = _count(one.shown_denominator)
        line[f"{named}: figure"] = findings.number_text(one.shown_value, indicator)
    caption = f"{indicator.label}: all children, and a part of them"
    return table_html(pd.DataFrame(list(lines.values())), caption, "Period", missing="")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _count(value: float) -> str:
    return "" if pd.isna(value) else number(value)
