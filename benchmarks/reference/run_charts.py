"""Run charts by the Anhoej rules, with frozen medians and in parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.reference.cases import Cases, Tally, close
from benchmarks.reference.shipped import rule_set
from pmf_analysis.methods import run_chart

FILES = ("runs_input.csv", "runs_expected_anhoej.csv")

_COUNTS = {
    "n_obs": "points", "n_useful": "useful", "longest_run": "longest_run",
    "longest_run_max": "longest_run_most", "n_crossings": "crossings",
    "n_crossings_min": "crossings_least", "runs_signal": "signal",
}  # fmt: skip


def check(cases: Cases) -> Iterator[Tally]:
    """A part of a case is right when every count of it is."""
    points = cases.read(FILES[0], text=("part_after",))
    parted = zip(points["idx"], points["part_after"].str.split(r"[;,]"), strict=True)
    points["part"] = [1 + sum(at > float(one) for one in given if one) for at, given in parted]
    parts = points.groupby(["case_id", "part"], sort=False)
    # the package reads a run however few points there are
    rules = replace(run_chart.RunRules.of(rule_set("anhoej.yml")), min_useful=1)
    runs = run_chart.runs(
        points["value"], parts.ngroup().to_numpy(), rules, freeze_after=points["freeze_after"]
    )
    found = pd.DataFrame(runs._asdict(), index=pd.MultiIndex.from_tuples(parts.groups))
    tally = Tally("run charts (Anhøj)")
    for wanted in cases.read(FILES[1]).itertuples():
        if (wanted.case_id, wanted.part) not in found.index:
            tally.count(f"{wanted.case_id} part {wanted.part}", False, "no such part")
            continue
        ours = found.loc[(wanted.case_id, wanted.part)]
        right = bool(close([ours["median"]], [wanted.median])[0])
        wrong = [] if right else ["median"]
        for theirs, name in _COUNTS.items():
            given = getattr(wanted, theirs)
            # where nothing is useful the package has no count at all
            if not (ours[name] == given or (np.isnan(given) and ours["useful"] == 0)):
                wrong.append(name)
        tally.count(f"{wanted.case_id} part {wanted.part}", not wrong, ", ".join(wrong))
    yield tally
