"""A stock forecast from its own past, or from its starts and ends: which came closer on Medwold.

``python -m benchmarks.stocks`` gives the county of the demonstration two more indicators, cases
opened and cases closed, names them as the flows of its open cases, and forecasts these from
several months of the past in both ways that the rule set ``forecast`` knows. Mean absolute error
by kind of unit and by months ahead, and the share of figures inside the 95% range.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pandas as pd

from benchmarks.held_back import Known, foretold
from pmf_analysis import periods
from pmf_analysis.register import Context
from pmf_analysis.store import create_workspace
from pmf_analysis.synthetic import DEMO_SEED, plot
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.tables import SERIES

STOCK = "OPEN-CASES"
WAYS = ("own_past", "starts_and_ends")
BACK = (24, 20, 16, 12, 8, 4)
"""Months before the end from which forecasts are made."""

_EVENTS = {
    "count: children": "",
    "stock: true": "",
    "data_period: MS": "data_period: M",
    "adds_up: distinct_children": "adds_up: true",
    "team_at_period_end": "team_at_event",
}


def name_flows(reference: Path) -> None:
    """Add the indicators of starts and ends to a register of Medwold, and name them."""
    folder = reference / "indicators"
    lines = (folder / f"{STOCK}.yml").read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(("expected_range", "short_name"))]
    for code, name, on in (
        ("OPEN-STARTS", "Cases opened", "started_on"),
        ("OPEN-ENDS", "Cases closed", "ended_on"),
    ):
        text = "\n".join(kept).replace("open: {from: started_on, to: ended_on}", f"at: {on}")
        text = text.replace(f"code: {STOCK}", f"code: {code}")
        text = text.replace("Children with an open case", name)
        for old, new in _EVENTS.items():
            text = text.replace(old, new)
        (folder / f"{code}.yml").write_text(text + "\n", "utf-8")
    flows = "flows: {starts: OPEN-STARTS, ends: OPEN-ENDS}"
    (folder / f"{STOCK}.yml").write_text("\n".join([*lines, flows]) + "\n", "utf-8")


def told(measured: pd.DataFrame, context: Context, way: str) -> pd.DataFrame:
    """Coming open cases, forecast in one of the two ways."""
    rules = context.register.rule_set("forecast")
    chosen = rules.model_copy(update={"values": {**rules.values, "stocks": way}})
    sets = {**context.register.rule_sets, "forecast": chosen}
    there = replace(context, register=replace(context.register, rule_sets=sets))
    found = foretold(measured, there)
    return found[(found["state"] == "forecast") & (found["indicator"] == STOCK)].assign(way=way)


def compare(measured: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Every coming figure that is known by now, in both ways, from several months of the past."""
    codes = (STOCK, "OPEN-STARTS", "OPEN-ENDS")
    known = measured[measured["indicator"].isin(codes)].reset_index(drop=True)
    months = sorted(known["period"].unique())
    actual = known[[*SERIES, "period", "value"]]
    parts = []
    for back in BACK:
        then = months[-back - 1]
        seen = known[known["period"] <= then].reset_index(drop=True)
        last = seen.loc[seen["period"] == then, [*SERIES, "value"]]
        coming = pd.concat([told(seen, context, way) for way in WAYS])
        coming = coming.merge(actual, on=[*SERIES, "period"])
        parts.append(coming.merge(last, on=[*SERIES], suffixes=("", "_last")))
    found = pd.concat(parts, ignore_index=True)
    kinds = {code: str(unit.kind) for code, unit in context.register.units.items()}
    return found.assign(
        unit_kind=found["service_area"].map(kinds),
        error=(found["value"] - found["forecast"]).abs(),
        naive=(found["value"] - found["value_last"]).abs(),
        inside=found["value"].between(found["forecast_lower95"], found["forecast_upper95"]),
    )


def summary(found: pd.DataFrame, by: str) -> pd.DataFrame:
    """Mean absolute errors, and shares inside, of both ways."""
    wide = found.groupby([by, "way"])[["error", "inside"]].mean().unstack("way")
    wide.columns = [f"{name} {way}" for name, way in wide.columns]
    figures = found[found["way"] == WAYS[0]].groupby(by)
    return wide.assign(naive=figures["naive"].mean(), figures=figures.size()).round(2)


def main() -> int:
    """Make the county, compare, print."""
    with tempfile.TemporaryDirectory() as folder:
        reference = create_workspace(Path(folder) / "w", "medwold") / "data" / "reference"
        name_flows(reference)
        setting = Setting.of(DEMO_SEED, stories=plot.choose(True))
        month: periods.ReportingPeriod = setting.counted[-1]
        found = compare(*Known(setting, reference).at(month))
    for by in ("unit_kind", "horizon"):
        sys.stdout.write(summary(found, by).to_string() + "\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
