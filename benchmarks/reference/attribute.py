"""Charts of counts, shares, rates and rare events, as qicharts2 draws them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.reference.cases import Cases, Tally, beside, close, each_case
from benchmarks.reference.shipped import rule_set
from pmf_analysis.methods import attribute, run_chart, xmr

FILES = ("attribute_input.csv", "attribute_expected.csv")

_LINES = {"y": "value", "cl": "centre", "lcl": "lower", "ucl": "upper", "lcl_2s": "near_lower",
          "ucl_2s": "near_upper"}  # fmt: skip


def check(cases: Cases) -> Iterator[Tally]:
    """A case is right when every line is, every point outside, and the reading of its runs."""
    points = cases.read(FILES[0])
    points["denominator"] = points["denominator"].fillna(0.0)
    found = pd.concat([_charted(rows, bool(screen))
                       for screen, rows in points.groupby("screened_mr")]).sort_index()  # fmt: skip
    expected = beside(points, cases.read(FILES[1]))
    right = np.ones(len(points), dtype=bool)
    for theirs, ours in _LINES.items():
        right &= close(found[ours], expected[theirs])
    for signal in ("sigma_signal", "runs_signal"):
        right &= found[signal].to_numpy() == expected[signal].to_numpy()
    tally = Tally("attribute charts")
    marked = points.assign(right=right)
    for case, rows in each_case(marked):
        tally.count(case, bool(rows["right"].all()), f"{rows['chart'].iloc[0]} chart")
    yield tally


def _charted(rows: pd.DataFrame, screen: bool) -> pd.DataFrame:
    control = replace(xmr.XmrRules.of(rule_set("xmr.yml")), screen=screen, one_value_share=1.0)
    rules = attribute.AttributeRules.of(rule_set("attribute.yml"))
    segment = rows.groupby("case_id", sort=False).ngroup().to_numpy()
    lines = attribute.limits(
        rows["chart"], rows["numerator"], rows["denominator"], segment, rules, control
    )
    causes = attribute.special_causes(lines, segment, control)
    reading = run_chart.RunRules.of(rule_set("anhoej.yml"))
    runs = run_chart.runs(lines.value, segment, replace(reading, min_useful=1), centre=lines.centre)
    return pd.DataFrame(
        {name: getattr(lines, name) for name in _LINES.values()}, index=rows.index
    ).assign(
        sigma_signal=np.isin(causes, ["above_limit", "below_limit"]),
        runs_signal=runs.signal[segment],
    )
