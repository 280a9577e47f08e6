"""Charts of single figures as qcc draws them: limits at three sigma, runs of seven and eight."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.reference.cases import Cases, Tally, close, each_case
from benchmarks.reference.shipped import rule_set
from pmf_analysis.methods import attribute, xmr

FILES = ("xmr_cases.csv", "xmr_input.csv", "xmr_expected_qcc.csv")


def check(cases: Cases) -> Iterator[Tally]:
    """A case is right when its lines and both lists of points are."""
    expected = cases.read(FILES[2], text=("beyond_limits_idx", "violating_runs_idx"))
    points = cases.read(FILES[1])
    points = points[points["case_id"].isin(expected["case_id"])]
    control = replace(xmr.XmrRules.of(rule_set("xmr.yml")), screen=False)
    rules = attribute.AttributeRules.of(rule_set("attribute.yml"))
    segment = points.groupby("case_id", sort=False).ngroup().to_numpy()
    lines = attribute.limits("i", points["value"], 0.0, segment, rules, control)
    causes = attribute.special_causes(lines, segment, control)
    run = xmr.run_so_far(points["value"], segment, lines.centre)
    found = pd.DataFrame({
        "case_id": points["case_id"].to_numpy(), "centre": lines.centre, "sigma": lines.sigma,
        "lower": lines.lower, "upper": lines.upper, "run": np.abs(run),
        "outside": np.isin(causes, ["above_limit", "below_limit"]),
    })  # fmt: skip
    charts = dict(each_case(found))
    tally = Tally("single figures (runs of other lengths)")
    for wanted in expected.itertuples():
        chart = charts.get(str(wanted.case_id))
        if chart is None:
            tally.count(str(wanted.case_id), False, "no such series among the inputs")
            continue
        ours = chart.iloc[0][["centre", "sigma", "lower", "upper"]].astype(float)
        right = close(ours, [wanted.center, wanted.std_dev, wanted.lcl, wanted.ucl]).all()
        right &= _places(chart["outside"]) == _listed(wanted.beyond_limits_idx)
        right &= _places(chart["run"] >= wanted.run_length) == _listed(wanted.violating_runs_idx)
        tally.count(f"{wanted.case_id}, runs of {wanted.run_length}", bool(right))
    yield tally


def _places(chosen: pd.Series) -> set[int]:
    places: NDArray[np.int64] = np.flatnonzero(chosen) + 1
    return set(places.tolist())


def _listed(given: str) -> set[int]:
    return {int(float(one)) for one in given.split(";") if one}
