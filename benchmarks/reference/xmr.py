"""XmR charts: every line and point, what the last one means, and whether a target is met."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.reference.cases import Cases, Tally, beside, close, each_case
from benchmarks.reference.shipped import rule_set
from pmf_analysis.methods import xmr

FILES = (
    "xmr_cases.csv", "xmr_input.csv", "xmr_expected_points.csv", "xmr_expected_summary.csv",
)  # fmt: skip

POLARITY = {"increase": "high", "decrease": "low", "neutral": "neutral"}
CAUSES = {
    "Common Cause": "none",
    "Above UCL": "above_limit",
    "Below LCL": "below_limit",
    "7 Point Trend (Increasing)": "trend_up",
    "7 Point Trend (Decreasing)": "trend_down",
    "2 in 3 Above CL": "two_in_three_high",
    "2 in 3 Below CL": "two_in_three_low",
    "7 Points Above CL": "shift_high",
    "7 Points Below CL": "shift_low",
}
"""Their words for a point, and ours."""

_KINDS = {
    "special_cause_improvement": "improvement",
    "special_cause_concern": "concern",
    "special_cause_neutral_high": "neutral_high",
    "special_cause_neutral_low": "neutral_low",
    "common_cause": "common_cause",
}
_LINES = {
    "moving_range": "moving_range", "mean": "centre", "amr": "mean_range",
    "amr_unscreened": "unscreened_range", "lpl": "lower", "upl": "upper",
    "near_lpl": "near_lower", "near_upl": "near_upper",
}  # fmt: skip


class Charted(NamedTuple):
    """Every point of every case, charted in one call for each way of screening."""

    points: pd.DataFrame
    lines: pd.DataFrame
    causes: NDArray[np.object_]


def charted(cases: Cases, file_name: str) -> Charted:
    """Chart all cases of a folder by the rules of one file.

    The published rules read every series, also one where a single value prevails.
    """
    rules = replace(xmr.XmrRules.of(rule_set(file_name)), one_value_share=1.0)
    known = cases.read(FILES[0], text=("rebase_periods",))
    points = cases.read(FILES[1]).merge(known, on="case_id", how="left", sort=False)
    restarts = points["rebase_periods"].str.split(";")
    points["segment"] = [
        sum(period >= restart for restart in given if restart)
        for period, given in zip(points["period"], restarts, strict=True)
    ]
    parts, causes = [], pd.Series("", points.index, dtype=object)
    for screen, rows in points.groupby("screen_outliers"):
        chosen = replace(rules, screen=bool(screen))
        segment = rows.groupby(["case_id", "segment"], sort=False).ngroup().to_numpy()
        lines = xmr.limits(rows["value"], segment, chosen, fix_after=rows["fix_after_n_points"])
        causes[rows.index] = xmr.special_causes(rows["value"], segment, lines, chosen)
        parts.append(pd.DataFrame(lines._asdict(), index=rows.index))
    return Charted(points, pd.concat(parts).sort_index(), causes.to_numpy())


def check(cases: Cases) -> Iterator[Tally]:
    """A case is right when every line and point is; then both verdicts on the last point."""
    points, lines, causes = charted(cases, "xmr.yml")
    expected = beside(points, cases.read(FILES[2]))
    polarity = points["improvement_direction"].map(POLARITY).to_numpy()
    found = lines.rename(columns={ours: theirs for theirs, ours in _LINES.items()})
    right = np.ones(len(points), dtype=bool)
    for line in _LINES:
        right &= close(found[line], expected[line])
    right &= points["segment"].to_numpy() == expected["segment"].to_numpy()
    right &= causes == expected["special_cause_type"].map(CAUSES).to_numpy()
    meant = pd.Series(xmr.variation(causes, polarity)).str.replace(
        r"^(improvement|concern)_.*", r"\1", regex=True
    )
    right &= meant.to_numpy() == expected["point_type"].map(_KINDS).to_numpy()
    yield tally("xmr (lines and points)", points["case_id"], right)
    yield from _verdicts(cases, points.assign(causes=causes, polarity=polarity), lines)


def _verdicts(cases: Cases, points: pd.DataFrame, lines: pd.DataFrame) -> Iterator[Tally]:
    last = points.groupby("case_id", sort=False).tail(1)
    ends = lines.loc[last.index]
    expected = cases.read(FILES[3], text=("variation_icon", "assurance_type")).set_index("case_id")
    expected = expected.loc[last["case_id"]]
    for name, column in (("mean", "centre"), ("amr", "mean_range"), ("lpl", "lower"),
                         ("upl", "upper")):  # fmt: skip
        if not close(ends[column], expected[f"last_{name}"]).all():
            yield tally(f"xmr (last {name})", last["case_id"], close(ends[column],
                         expected[f"last_{name}"]))  # fmt: skip
    variation = xmr.variation(last["causes"], last["polarity"])
    yield tally("xmr (variation)", last["case_id"], variation == expected["variation_icon"])
    held = xmr.assurance(last["target"], ends["lower"], ends["upper"], last["polarity"])
    wanted = expected["assurance_type"].replace({"none": "not_tested", "": "not_tested"})
    yield tally("xmr (assurance)", last["case_id"], held == wanted)


def tally(name: str, case: pd.Series, right: NDArray[np.bool_] | pd.Series) -> Tally:
    """Cases of which every point is right."""
    found = Tally(name)
    marked = pd.DataFrame({"case_id": case.to_numpy(), "right": np.asarray(right)})
    for one, rows in each_case(marked):
        wrong = np.flatnonzero(~rows["right"])
        found.count(one, not len(wrong), f"wrong at {', '.join(str(at + 1) for at in wrong[:5])}")
    return found
