"""The Department's files carried through the whole chain: what Kent's reader is told."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from pmf_analysis import ingest, prepared, receiving, runs
from pmf_analysis.main_job import run_and_export
from pmf_analysis.periods import parse
from pmf_analysis.store import Store, create_workspace

pytestmark = pytest.mark.shared

KENT = "E10000016"
ANNUAL = ("CIN", "CLA", "CLA-CEASE", "CLA-START", "CPP", "CPP-2Y", "CPP-REPEAT", "CPP-START",
          "ICPC", "ICPC-15", "NFA", "NOT-IN-NEED", "REF", "REREF", "S47")  # fmt: skip
MEDIANS = {
    "children_in_need_rate": "CIN",
    "looked_after_rate": "CLA",
    "repeat_referrals": "REREF",
    "repeat_child_protection_plans": "CPP-REPEAT",
}


@pytest.fixture(scope="module")
def paths(shared) -> list[Path]:
    return [
        shared / "data/dfe_cin_2025",
        *sorted((shared / "data/dfe_cin_2024").glob("c6_*.csv")),
        shared / "data/dfe_cla_2025/cla_number_and_rate_per_10k_children.csv",
    ]


@pytest.fixture(scope="module")
def store(tmp_path_factory, paths) -> Store:
    store = Store(create_workspace(tmp_path_factory.mktemp("national") / "w", "national"))
    results = receiving.receive(store, paths)
    assert [result.error for result in results] == [""] * 8
    return store


@pytest.fixture(scope="module")
def made(store) -> prepared.Prepared:
    return prepared.prepare(store)


@pytest.fixture(scope="module")
def kent(made) -> pd.DataFrame:
    return made.table("fact", [KENT]).set_index("indicator")


@pytest.fixture(scope="module")
def said(made) -> pd.DataFrame:
    return made.table("finding", [KENT])


def test_every_row_is_read_or_refused_and_they_add_up_to_the_file(store, paths):
    lines = {
        path.name: len(path.read_text(encoding="utf-8-sig").splitlines()) - 1
        for path in ingest.list_files(paths)
    }
    assert len(lines) == 8
    for receipt in store.deliveries():
        read = store.figures([receipt["id"]])["line"].nunique()
        assert read + len(receipt["refusals"]) == lines[receipt["file_name"]]


def test_kent_and_its_neighbours_have_findings_on_all_sixteen(made):
    units = [KENT, *made.register.neighbours(KENT)]
    assert len(units) == 11
    found = made.table("finding", units)
    for unit in units:
        held = set(found[found["service_area"] == unit]["indicator"])
        assert held == {*ANNUAL, "REF-M"}, unit


@pytest.mark.parametrize("published", MEDIANS)
def test_the_neighbour_median_is_the_published_one_for_every_authority(made, shared, published):
    medians = pd.read_csv(shared / "reference/neighbours/published_medians.csv")
    wanted = medians[medians["indicator"] == published]
    facts = made.table("analysis")
    facts = facts[
        (facts["indicator"] == MEDIANS[published]) & (facts["period_end"] == "2025-03-31")
    ]
    ours = facts.set_index("service_area")["neighbour_median"]
    assert len(wanted) == 153
    wrong = [
        row.la_name
        for row in wanted.itertuples(index=False)
        if ours[made.register.unit(row.la_name).code] != row.neighbour_median
    ]
    assert wrong == []


def test_the_fall_in_no_further_action_is_a_registered_break_and_no_trend(made, kent, said):
    nfa = said[said["indicator"] == "NFA"]
    (sentence,) = nfa[nfa["code"] == "B-BREAK"]["sentence"]
    assert "the year to March 2016" in sentence
    assert not set(nfa["code"]) & {"V-IMPROVED", "V-WORSENED"}
    rows = made.table("analysis", [KENT])
    rows = rows[rows["indicator"] == "NFA"]
    first = rows[rows["period"] == "2015/16"].iloc[0]
    assert first["dot_previous"] == "not_tested"
    assert rows[rows["period"] <= "2014/15"]["era"].max() < first["era"]
    assert kent.loc["NFA", "dot_regression_points"] <= 10
    assert kent.loc["NFA", "forecast_points"] <= 10


def test_no_august_of_kents_referrals_lies_outside_the_limits(made):
    rows = made.table("analysis", [KENT])
    rows = rows[(rows["indicator"] == "REF-M") & rows["lower_limit"].notna()]
    assert rows["seasonal_note"].iloc[-1]
    august = rows[rows["period"].map(lambda code: parse(code).end.month == 8)]
    assert len(august) == 12
    inside = august["chart_value"].between(august["lower_limit"], august["upper_limit"])
    assert inside.all()


def test_five_points_say_why_there_is_no_chart_verdict_and_no_forecast(said):
    rows = said[said["indicator"] == "CLA-START"].set_index("code")["sentence"]
    assert "Only 5 yearly figures: a control chart needs at least 13" in rows["V-NOT-TESTED"]
    assert "Only 5 yearly figures: too few for a forecast" in rows["F-NONE"]


def test_a_stock_has_status_and_display_only(kent):
    for code in ("CIN", "CLA", "CPP"):
        assert kent.loc[code, "variation"] == "not_tested"
        assert kent.loc[code, "dot_regression"] == "not_tested"
        assert pd.isna(kent.loc[code, "lower_limit"])


def test_the_last_rows_are_those_of_the_printed_table(kent):
    printed = {"REREF": 21.6, "CPP-REPEAT": 24.3, "CPP-2Y": 2.7, "CPP": 32.4, "CLA-START": 91}
    for code, value in printed.items():
        decimals = 0 if code == "CLA-START" else 1
        assert round(kent.loc[code, "value"], decimals) == value


@pytest.mark.browser
def test_a_run_for_kent_is_executed_and_read_in_a_browser(made, tmp_path, look_at):
    plan = runs.plan_run(made, ["Kent"])
    job = run_and_export(plan, jobs=2)
    assert job.run.failures == ()
    page = job.run.folder / "export/kent.html"
    text = page.read_text(encoding="utf-8")
    assert "Registered break at the year to March 2016" in text
    assert "No description has been provided for this image" not in text
    assert text.count("<h1") == 1
    for path in job.pages:
        assert look_at(path) == {"violations": [], "outside": []}, path.name
    found = json.loads((job.run.folder / "findings.json").read_text(encoding="utf-8"))
    assert {finding["indicator"] for finding in found} == {*ANNUAL, "REF-M"}
