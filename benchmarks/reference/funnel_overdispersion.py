"""Funnels with and without adjustment for overdispersion, as FunnelPlotR draws them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from benchmarks.reference.cases import Cases, Tally, close
from pmf_analysis.methods import funnelplotr
from pmf_analysis.methods.intervals import Interval
from pmf_analysis.methods.overdispersion import Spread, spread
from pmf_analysis.terms import FunnelScale

FILES = (
    "funnel_input.csv", "funnel_od_expected_points.csv", "funnel_od_expected_summary.csv",
)  # fmt: skip

_SCALES = {
    ("PR", "-"): FunnelScale.PROPORTION, ("SR", "SHMI"): FunnelScale.LOG_RATIO,
    ("SR", "CQC"): FunnelScale.ROOT_RATIO, ("RC", "-"): FunnelScale.LOG_RATE,
}  # fmt: skip
_LEVELS = {"95": (1.959964, 0.95), "99": (3.090232, 0.998)}
_FUNNEL = ["case_id", "requested_adjusted", "limit"]


def check(cases: Cases) -> Iterator[Tally]:
    """For each scale all funnels in one call: every point, and every summary."""
    points, summary = (cases.read(name) for name in FILES[1:])
    for (data_type, method), rows in points.groupby(["data_type", "sr_method"], sort=False):
        scale = _SCALES[str(data_type), str(method)]
        held = summary[(summary["data_type"] == data_type) & (summary["sr_method"] == method)]
        rows = rows.reset_index(drop=True)
        codes, order = pd.factorize(pd.MultiIndex.from_frame(rows[_FUNNEL]))
        wanted = held.set_index(_FUNNEL).reindex(pd.MultiIndex.from_tuples(order))
        found = spread(rows["numerator"], rows["denominator"], scale, codes)
        asked = np.array([bool(adjusted) for _, adjusted, _ in order])
        used = asked & found.overdispersed
        name = f"{data_type}{'' if method == '-' else f' {method}'}"
        right, outlier = _points(rows, codes, scale, found, used)
        yield _tally(f"funnel points: {name}", rows["case_id"] + " " + rows["area"], right)
        counted = np.bincount(codes, weights=outlier, minlength=len(order))
        good = close(np.where(asked, found.phi, 0), wanted["phi"])
        good &= close(np.where(asked, found.tau2, 0), wanted["tau2"])
        good &= used == wanted["used_adjusted"].to_numpy(dtype=bool)
        good &= counted == wanted["n_outliers"].to_numpy()
        yield _tally(f"funnel summaries: {name}", [" ".join(map(str, one)) for one in order], good)


def _points(
    rows: pd.DataFrame, codes: np.ndarray, scale: FunnelScale, found: Spread, used: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Where z, the eight limits and the flag are right, and the flags."""
    right = close(found.z, rows["zscore_unadjusted"])
    middle = found.baseline[codes]
    asked = rows["requested_adjusted"].to_numpy(dtype=bool)
    outlier = np.zeros(len(rows), dtype=bool)
    for level, (z, confidence) in _LEVELS.items():
        plain = _plain(rows["denominator"], middle, scale, z, confidence)
        tau2 = np.where(asked, found.tau2[codes], 0)
        wide = funnelplotr.limits(rows["denominator"], middle, scale, tau2, z)
        for ends, names in ((plain, "{0}CL{1}"), (wide, "OD{1}{0}CL")):
            right &= close(ends.lower, rows[names.format("L", level)])
            right &= close(ends.upper, rows[names.format("U", level)])
        lower, upper = (np.where(used[codes], *pair) for pair in zip(wide, plain, strict=True))
        outside = (rows["value"] < lower) | (rows["value"] > upper)
        outlier |= outside.to_numpy() & (rows["limit"].astype(str) == level).to_numpy()
    return right & (outlier == (rows["outlier"] == 1)).to_numpy(), outlier


def _plain(
    size: pd.Series, middle: np.ndarray, scale: FunnelScale, z: float, confidence: float
) -> Interval:
    if scale in (FunnelScale.LOG_RATIO, FunnelScale.ROOT_RATIO):
        return funnelplotr.exact_ratio_limits(size, confidence)
    return funnelplotr.limits(size, middle, scale, 0.0, z)


def _tally(name: str, cases: object, right: np.ndarray) -> Tally:
    tally = Tally(name)
    for case, good in zip(cases, right, strict=True):
        tally.count(str(case), bool(good))
    return tally
