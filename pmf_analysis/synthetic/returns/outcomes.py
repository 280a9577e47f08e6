"""Health and outcomes of children looked after for a whole year (list OC2 of the SSDA903)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmf_analysis.synthetic.returns import made_up
from pmf_analysis.synthetic.returns.collection import CollectionYear
from pmf_analysis.synthetic.returns.known import Tables
from pmf_analysis.synthetic.setting import Setting

_SCORED = 0.77
"""Share of the children of an age for it whose strengths and difficulties were scored."""
_NO_SCORE = ("SDQ2", "SDQ3", "SDQ4", "SDQ5")
_NO_SCORE_SHARES = (0.25, 0.25, 0.15, 0.35)
_CONVICTED = 0.02
_HEALTH_CHECKED = 0.88
_IMMUNISED = 0.82
_MISUSES = 0.03
_HELPED = 0.5


def whole_year(of_year: pd.DataFrame, year: CollectionYear) -> pd.Series:
    """Children looked after on the last day of a year who were so all through it.

    A child whose care ended on the last day itself is not among them.

    References
    ----------
    Department for Education, Children looked-after by local authorities in England: SSDA903
    validation rules 2021 to 2022, version 1.2, common expressions: not looked after
    continuously is a child with an episode that ended within the year for another reason than
    X1, or that began within it with S.
    """
    staying = of_year["DEC"].isna() & (of_year["period_began"] <= year.start)
    return of_year.loc[staying, "child_id"].drop_duplicates().sort_values(ignore_index=True)


def outcomes(
    setting: Setting, known: Tables, of_year: pd.DataFrame, year: CollectionYear
) -> pd.DataFrame:
    """The list OC2.

    Health assessment and dental check are those of the table ``health`` within the year; the
    other items are made up by share.
    """
    ids = whole_year(of_year, year)
    born = known["child"].set_index("child_id")["date_of_birth"].reindex(ids)
    drawn = {
        item: pd.Series(made_up.uniform(setting, item, ids))
        for item in ("score", "scored", "convicted", "checked", "immunised", "misuse", "helped")
    }
    since_birth = _years(born, year.end)
    of_age = (since_birth >= 4) & (_years(born, year.start) < 17)
    scored = of_age & (drawn["scored"] < _SCORED)
    score = np.floor(drawn["score"] ** 2 * 30 + 2).astype(int).astype("str")
    why_not = made_up.chosen(setting, "no score", ids, _NO_SCORE, _NO_SCORE_SHARES)
    misuses = (since_birth >= 10) & (drawn["misuse"] < _MISUSES)
    helped = drawn["helped"] < _HELPED
    return pd.DataFrame({
        "CHILD": ids,
        "DOB": pd.NaT,
        "SDQ_SCORE": score.where(scored, ""),
        "SDQ_REASON": why_not.where(of_age & ~scored, ""),
        "CONVICTED": _flag(drawn["convicted"] < _CONVICTED).where(since_birth >= 10, ""),
        "HEALTH_CHECK": _flag(drawn["checked"] < _HEALTH_CHECKED).where(since_birth < 5, ""),
        "IMMUNISATIONS": _flag(drawn["immunised"] < _IMMUNISED),
        "TEETH_CHECK": _flag(ids.isin(_seen(known, ("dental",), year))),
        "HEALTH_ASSESSMENT": _flag(ids.isin(_seen(known, ("initial", "review"), year))),
        "SUBSTANCE_MISUSE": _flag(misuses),
        "INTERVENTION_RECEIVED": _flag(helped).where(misuses, ""),
        "INTERVENTION_OFFERED": _flag(drawn["helped"] < 0.9).where(misuses & ~helped, ""),
    })  # fmt: skip


def _flag(yes: pd.Series) -> pd.Series:
    return yes.map({True: "1", False: "0"}).astype("str")


def _seen(known: Tables, kinds: tuple[str, ...], year: CollectionYear) -> pd.Series:
    """Children with a check of these kinds within the year."""
    checks = known["health"]
    within = (checks["event_date"] >= year.start) & (checks["event_date"] <= year.end)
    return checks.loc[checks["kind"].isin(kinds) & within, "child_id"]


def _years(born: pd.Series, day: np.datetime64) -> pd.Series:
    """Whole years of age on a day; NaN where the birth is not known."""
    on = pd.Timestamp(day)
    had = (born.dt.month < on.month) | ((born.dt.month == on.month) & (born.dt.day <= on.day))
    return (on.year - born.dt.year - (~had)).where(born.notna()).reset_index(drop=True)
