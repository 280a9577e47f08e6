"""Records judged: chance breaks no tolerance, what names no unit is explained, words are plain."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.quality import Suite, check, load_suites, summary
from pmf_analysis.quality.measure_view import measure_view
from pmf_analysis.quality.records import record_rows
from pmf_analysis.quality.suites import RecordColumns
from pmf_analysis.quality.tolerances import Tolerances
from pmf_analysis.quality.views import Sources
from pmf_analysis.register import Context, Register, load
from pmf_analysis.store import create_workspace
from pmf_analysis.synthetic import plot
from pmf_analysis.synthetic.making import make_records
from pmf_analysis.synthetic.setting import Setting

AS_AT = date(2026, 11, 6)
ELSEWHERE = {"COMPLAINT-TEAM-THERE": {"harstow-protection-2"}}
"""Rules of tables that no verdict rests on, and the units where a fault lies in them."""
EXPLAINED = {
    "ASSESSMENT-LATE": {"ivelham", "ivelham-assessment-1", "ivelham-assessment-2"},
    "ASSESSMENT-LAST-DAY": {"beltham", "beltham-assessment-1", "beltham-assessment-2"},
    "ASSESSMENT-MOVED-BACK": {"beltham", "beltham-assessment-1", "beltham-assessment-2"},
    **ELSEWHERE,
}
"""Where the stories and faults of Medwold may turn a check red."""


@pytest.fixture(scope="module")
def medwold(tmp_path_factory: pytest.TempPathFactory) -> Register:
    workspace = create_workspace(tmp_path_factory.mktemp("medwold") / "w", "medwold")
    return load(workspace / "data" / "reference")


def test_truths_with_gaps_are_words():
    columns = RecordColumns("key", "entered", "changed", "withdrawn", "", {})
    rows = pd.DataFrame(
        {
            "key": ["a", "b", "c"], "withdrawn": False,
            "suitable": pd.Series([True, False, None], dtype=object),
            "entered": pd.Timestamp("2026-01-01"), "changed": pd.Timestamp("2026-01-01"),
        }
    )  # fmt: skip
    known = record_rows("one", rows, columns).known
    assert known["suitable"].tolist()[:2] == ["yes", "no"]
    assert known["suitable"].isna().tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("failed", "evaluated", "colour"),
    [
        (1, 13, "green"),  # 8%, and the interval begins at 1%
        (4, 20, "amber"),  # 20%, from 8%
        (60, 200, "red"),  # 30%, from 24%
        (9, 200, "green"),  # 4.5%
    ],
)
def test_a_share_lies_beyond_a_limit_where_its_interval_does(
    failed: int, evaluated: int, colour: str, medwold: Register, root: Path
):
    suite = next(one for one in load_suites(root / "expectations") if one.name == "assessment")
    late = next(rule for rule in suite.rules if rule.rule_id == "ASSESSMENT-LATE")
    limits = Tolerances(medwold.tolerances, medwold.rule_set("quality"), AS_AT)
    judged = limits.judge_all(late, [("", "lathe")], [evaluated], [failed], False, 0.95)[0]
    assert judged.colour.value == colour
    assert judged.rate == failed / evaluated


def measured(medwold: Register, county: tuple[float, float], unnamed: float) -> pd.Series:
    """Two districts with 3 of 10 and 4 of 20, and the county as given; its row of the view."""
    counts = {"medwold": county, "north": (3, 10), "south": (4, 20)}
    rows = pd.DataFrame(
        [{"indicator": "CP-VISIT", "service_area": code, "cohort": "all", "period": "2026-09",
          "period_end": "2026-09-30", "numerator": n, "denominator": d, "value": 1.0}
         for code, (n, d) in counts.items()]
    )  # fmt: skip
    figures = pd.DataFrame(
        [{"service_area": "medwold", "cohort": "all", "breakdown": "CP-VISIT | unattributed",
          "period": "2026-09", "column": "unattributed", "value": unnamed}]
    )  # fmt: skip
    tables = {"figure": figures} if unnamed else {}
    given = Sources(Context(medwold, AS_AT), medwold.rule_set("quality"), tables)
    return measure_view(rows, given).rows.set_index("service_area").loc["medwold"]


@pytest.mark.parametrize(
    ("county", "unnamed", "difference"),
    [
        ((7, 30), 0, 0), ((8, 32), 2, 0), ((9, 32), 2, 0),
        ((8, 32), 0, 2), ((8, 33), 2, 1), ((10, 32), 2, 1), ((7, 30), 2, 2), ((6, 30), 0, 1),
    ],
)  # fmt: skip
def test_records_without_a_unit_explain_a_difference_as_large_as_they_are(
    county: tuple, unnamed: float, difference: float, medwold: Register
):
    row = measured(medwold, county, unnamed)
    assert row["parts_difference"] == difference
    assert row["cases_counted"] == county[1]
    assert row["cases_unnamed"] == unnamed


def test_a_record_is_counted_once_in_the_summary():
    rows = pd.DataFrame(
        {
            "rule_id": "X", "table": "record.plan", "status": ["fail", "fail", "pass"],
            "evaluated": [10, 10, 4], "failed": [2, 2, 0], "note": "", "severity": "warning",
            "characteristic": "validity", "dimension": "validity", "owner": "o", "reason": "r",
        }
    )  # fmt: skip
    assert [(one["evaluated"], one["failed"]) for one in summary(rows)] == [(10, 2)]


@pytest.mark.soak
@pytest.mark.parametrize(
    ("seed", "stories"), [(7, plot.NAMES), *((seed, ("structure",)) for seed in range(101, 104))]
)
def test_red_is_what_was_planted(seed: int, stories: tuple, suites: list[Suite], medwold: Register):
    tables = make_records(Setting.of(seed, scale=1, stories=stories)).tables
    given = {f"record.{name}": rows for name, rows in tables.items()}
    found = check(given, [one for one in suites if one.records], Context(medwold, AS_AT)).results
    red = found[found["colour"] == "red"]
    if len(stories) == 1:
        assert red.empty, red[["rule_id", "service_area", "note"]].to_string()
        return
    for rule_id, units in red.groupby("rule_id")["service_area"]:
        assert set(units) <= EXPLAINED.get(rule_id, set()), rule_id
    assert {"ASSESSMENT-LATE", "ASSESSMENT-LAST-DAY"} <= set(red["rule_id"])
    assert np.all(red["failed"] > 0)
