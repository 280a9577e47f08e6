"""Findings that appear, disappear or read otherwise."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmf_analysis.comparing.hiding import WITHHELD_NOW
from pmf_analysis.comparing.words import no_findings

_KEY = ["indicator", "service_area", "cohort", "code"]
_NOT_SHOWN = f"Not shown: it rests on a figure {WITHHELD_NOW}."


def changed_findings(
    old: pd.DataFrame | None, new: pd.DataFrame | None, changes: pd.DataFrame, *, either: bool
) -> pd.DataFrame:
    """Findings of one side alone, and findings in other words.

    Parameters
    ----------
    old, new : pandas.DataFrame or None
        Finding tables; None where they are not kept.
    changes : pandas.DataFrame
        Changes of measures, with ``hidden``.
    either : bool
        Whether either side may hold what is withheld now; else the old side alone.

    Returns
    -------
    pandas.DataFrame
        ``indicator, service_area, cohort, period, code, old_sentence, new_sentence``, a
        sentence empty where the finding is not there. A sentence about a series of which a
        number is hidden is not repeated.
    """
    if old is None or new is None:
        return no_findings()
    sides = []
    for findings, name in ((old, "old_sentence"), (new, "new_sentence")):
        held = findings[[*_KEY, "period", "sentence"]].rename(columns={"sentence": name})
        sides.append(held.drop_duplicates(_KEY))
    joined = sides[0].merge(sides[1], on=_KEY, how="outer", suffixes=("_old", ""))
    joined = joined.assign(period=joined["period"].fillna(joined["period_old"]))
    for name in ("old_sentence", "new_sentence"):
        joined = joined.assign(**{name: joined[name].fillna("")})
    differs = joined[joined["old_sentence"] != joined["new_sentence"]]
    series = ["indicator", "service_area", "cohort"]
    hidden = changes.loc[changes["hidden"] != "", series].drop_duplicates()
    silent = pd.MultiIndex.from_frame(differs[series]).isin(pd.MultiIndex.from_frame(hidden))
    for name in ("old_sentence", "new_sentence") if either else ("old_sentence",):
        said = np.where(silent & (differs[name] != ""), _NOT_SHOWN, differs[name])
        differs = differs.assign(**{name: said})
    return differs[list(no_findings().columns)].sort_values(
        [*_KEY, "period"], kind="stable", ignore_index=True
    )
