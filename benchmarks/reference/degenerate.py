"""Series on which a plain control chart breaks down: held to what is right of their figures.

The file tells what another program answers, which is a defect and is not read. What is right
is said here as laws, from the figures alone:

- lines: never missing from two figures on, limits on either side of the mean, and together
  only where all figures are the same;
- a verdict: none on fewer figures than the rule set asks for;
- signals: none where all figures are the same; where all but one or two are, never their value;
  never all points, where one or two alone hold the mean away from the rest;
- a target: "consistently" only if most figures agree; where all are the same, met or missed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from benchmarks.reference.cases import Cases, Tally
from benchmarks.reference.shipped import rule_set
from benchmarks.reference.xmr import POLARITY
from pmf_analysis.methods import xmr

FILES = ("xmr_degenerate_r_behaviour.csv",)


class _Judged(NamedTuple):
    # one series with all that is said of it
    values: list[float]
    lower: float
    centre: float
    upper: float
    causes: list[str]
    verdicts: set[str]
    enough: bool
    assurance: str
    polarity: str
    target: float

    @property
    def flagged(self) -> list[float]:
        pairs = zip(self.values, self.causes, strict=True)
        return [value for value, cause in pairs if cause not in ("none", "not_tested")]

    @property
    def commonest(self) -> tuple[float, int]:
        return Counter(self.values).most_common(1)[0]

    @property
    def held_by_few(self) -> bool:
        above = sum(value > self.centre for value in self.values)
        return min(above, sum(value < self.centre for value in self.values)) <= 2

    @property
    def meeting(self) -> int:
        way = 1 if self.polarity == "high" else -1
        return sum(way * value >= way * self.target for value in self.values)


def check(cases: Cases) -> Iterator[Tally]:
    """A series is right when every law holds; a miss names the laws that do not."""
    tally = Tally("degenerate series (by the right answer)")
    rules = xmr.XmrRules.of(rule_set("xmr.yml"))
    for row in cases.read(FILES[0], text=("values",)).itertuples():
        values = [float(one) for one in str(row.values).split(";") if one]
        chosen = replace(rules, screen=bool(row.screen_outliers))
        found = _judge(values, POLARITY[row.improvement_direction], float(row.target), chosen)
        broken = [law for law, holds in _laws(found).items() if not holds]
        tally.count(row.case_id, not broken, "; ".join(broken))
    yield tally


def _judge(values: list[float], polarity: str, target: float, rules: xmr.XmrRules) -> _Judged:
    segment = np.zeros(len(values), dtype=int)
    lines = xmr.limits(values, segment, rules)
    enough = xmr.enough(lines, rules)
    causes = np.where(
        enough, xmr.special_causes(values, segment, lines, rules), "not_tested"
    ).astype(object)  # fmt: skip
    verdicts = xmr.variation(causes, [polarity] * len(values))
    shown = np.where(enough, (lines.lower, lines.upper), np.nan)[:, -1:]
    held = xmr.assurance([target], *shown, [polarity])[0]
    ends = [float(line[-1]) for line in (lines.lower, lines.centre, lines.upper)]
    return _Judged(
        values, *ends, causes.tolist(), set(verdicts), bool(enough.all()), held, polarity, target
    )


def _laws(found: _Judged) -> dict[str, bool]:
    count, same = len(found.values), len(set(found.values)) == 1
    value, times = found.commonest
    targeted = found.enough and not np.isnan(found.target) and found.polarity != "neutral"
    constant = "consistent_pass" if found.meeting else "consistent_fail"
    return {
        "lines are missing": count < 2 or bool(np.isfinite([found.lower, found.upper]).all()),
        "limits do not enclose the mean": count < 2 or found.lower <= found.centre <= found.upper,
        "limits fall together": count < 2 or same == (found.upper == found.lower),
        "limits lie off the only value": not same or found.centre == found.values[0],
        "a verdict without its minimum": found.enough
        or (found.verdicts == {"not_tested"} and found.assurance == "not_tested"),
        "no verdict": not found.enough or "not_tested" not in found.verdicts,
        "every point is flagged": not found.held_by_few or len(found.flagged) < count,
        "the prevailing value is flagged": count - times > 2 or value not in found.flagged,
        "a signal among equal figures": not same or not found.flagged,
        "not held against its target": (found.assurance != "not_tested") == targeted,
        "a target that all figures meet or miss": not (same and targeted)
        or found.assurance == constant,
        "said to meet its target, and does not": found.assurance != "consistent_pass"
        or 2 * found.meeting > count,
        "said to miss its target, and does not": found.assurance != "consistent_fail"
        or 2 * found.meeting < count,
    }
