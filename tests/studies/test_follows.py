"""What rose before an indicator worsened: looked for in the unit and in its whole."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import periods
from pmf_analysis.register import Context, load
from pmf_analysis.register.models import Indicator, Unit, Workspace
from pmf_analysis.register.registry import Register
from pmf_analysis.studies import Known, follows


def indicator(code: str, **changes: object) -> Indicator:
    given = {
        "code": code, "name": f"Indicator {code}", "objective": "o", "kind": "proportion",
        "source": {"published": {"table": "t", "numerator": ["n"], "denominator": {"column": "d"}}},
        "unit": "percent", "polarity": "high", "frequency": "month", "data_period": "M",
        "applies_to": ["team"], "owner": "role", "origin": "test",
    }  # fmt: skip
    return Indicator(**{**given, **changes})


@pytest.fixture(scope="module")
def context(root) -> Context:
    codes = {"county": ("", "county"), "whole": ("county", "district"), "unit": ("whole", "team")}
    stock = {"polarity": "low", "stock": True, "context": True}
    count = {"polarity": "neutral", "kind": "count", "unit": "count"}
    held = Register(
        workspace=Workspace(title="T", register_name="t", county="county", report_kinds=["county"]),
        indicators={
            "WORK": indicator("WORK"),
            "POSTS": indicator("POSTS", short_name="Vacant posts", **stock),
            "REF": indicator("REF", short_name="Referrals", **count),
            "GRADE": indicator("GRADE", context=True),
        },
        units={
            code: Unit(code=code, name=code.title(), kind=kind, parent=parent)
            for code, (parent, kind) in codes.items()
        },
        rule_sets=load(root / "data" / "reference").rule_sets,
    )
    return Context(held, date(2026, 11, 6))


def series(code: str, values, unit: str = "unit", of: float = 100.0, **columns: object):
    first = periods.parse("2024-01")
    months = [periods.shift(first, step) for step in range(len(values))]
    numbers = np.asarray(values, dtype=float)
    return pd.DataFrame(
        {
            "indicator": code, "service_area": unit, "cohort": "all",
            "period": [one.code for one in months],
            "period_end": [one.end.isoformat() for one in months], "state": "final",
            "era": 0, "segment": 0, "numerator": numbers * of / 100, "value": numbers,
            "chart_value": numbers, "seasonal_factor": 1.0, "centre": 90.0,
            "special_cause": "none", "variation": "common_cause",
            "lower_limit": 80.0, "upper_limit": 100.0,
        }
    ).assign(**columns)  # fmt: skip


def worsening() -> pd.DataFrame:
    """Two years at 91, then two months below the average, the last one below the limit."""
    table = series("WORK", [91] * 22 + [85, 75])
    return table.assign(variation=["common_cause"] * 23 + ["concern_low"])


def posts(rise_at: int, unit: str = "unit", size: float = 17.0, back: bool = False):
    steps = np.where(np.arange(24) >= rise_at, 14 + size, 14.0)
    if back:
        steps[rise_at + 1 :] = 14
    return series("POSTS", steps, unit, of=35.0)


def found(context: Context, *tables: pd.DataFrame) -> pd.DataFrame:
    rows = pd.concat(tables, ignore_index=True)
    table = follows.study(rows, Known(), context)
    assert list(table.columns) == list(follows.COLUMNS)
    return table


def test_a_jump_of_vacant_posts_before_is_named_with_its_figures(context):
    table = found(context, worsening(), posts(20))
    (row,) = table.to_dict("records")
    assert (row["worsened_from"], row["rose_in"], row["periods_before"]) == (
        "2025-11",
        "2025-09",
        2,
    )
    assert row["words"] == (
        "Vacant posts here rose from 14.0% to 31.0% in September 2025, two months before this "
        "began. One followed the other; that alone does not show that one caused the other"
    )
    latest = worsening().tail(1)
    assert follows.facts(table, latest, context)["follows"].tolist() == [row["words"]]


def test_the_whole_is_looked_at_next_and_the_county_never(context):
    (row,) = found(context, worsening(), posts(20, "whole")).to_dict("records")
    assert "Vacant posts in Whole rose" in row["words"]
    assert found(context, worsening(), posts(20, "county")).empty


@pytest.mark.parametrize(
    "beside",
    [
        posts(22),  # in the month in which it began, not before
        posts(14),  # too long before
        posts(20, size=5),  # no more than two posts
        posts(20, size=-9),  # a fall
        posts(20, back=True),  # gone in the next month
        posts(20).assign(indicator="GRADE"),  # more of it is better
        posts(20).assign(era=lambda table: (table.index >= 19).astype(int)),  # too short since
    ],
)
def test_what_did_not_rise_beyond_chance_just_before_is_not_named(context, beside):
    assert found(context, worsening(), beside).empty


def test_an_indicator_that_did_not_worsen_follows_nothing(context):
    calm = worsening().assign(variation="common_cause")
    better = worsening().assign(variation="improvement_high")
    for table in (calm, better):
        none = found(context, table, posts(20))
        assert none.empty
        assert follows.facts(none, table.tail(1), context)["follows"].tolist() == [""]


def test_a_worsening_of_a_stretch_before_a_break_is_no_present_one(context):
    table = worsening().assign(
        segment=[0] * 23 + [1], variation=["common_cause"] * 22 + ["concern_low", "not_tested"]
    )
    assert found(context, table, posts(20)).empty


def test_a_long_run_began_with_its_first_figure_and_a_figure_beyond_the_limit_with_those_near_it(
    context,
):
    values = [91] * 20 + [89] * 2 + [85, 75]
    run = worsening().assign(value=values, chart_value=values)
    alone = run.assign(special_cause=["none"] * 23 + ["below_limit"])
    assert found(context, alone, posts(18))["worsened_from"].tolist() == ["2025-11"]
    shift = run.assign(special_cause=["none"] * 23 + ["shift_low"])
    assert found(context, shift, posts(18))["worsened_from"].tolist() == ["2025-09"]


def test_an_indicator_with_a_chart_rose_where_its_chart_says_so(context):
    values = [80] * 20 + [130, 128, 80, 80]
    causes = ["none"] * 20 + ["above_limit"] * 2 + ["none"] * 2
    beside = series("REF", values, centre=80.0, special_cause=causes)
    (row,) = found(context, worsening(), beside).to_dict("records")
    assert row["words"].startswith("Referrals here rose from 80 to 130 in September 2025")
    assert found(context, worsening(), beside.assign(special_cause="none")).empty
