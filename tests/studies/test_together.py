"""Fields held side by side: distances, single figures, and which way a signal goes."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import register
from pmf_analysis.register import Context
from pmf_analysis.register.models import Indicator, Unit, Workspace
from pmf_analysis.register.registry import Register
from pmf_analysis.studies import Known, together


@pytest.fixture(scope="module")
def rule_sets(root):
    return register.load(root / "data" / "reference").rule_sets


@pytest.fixture(scope="module")
def context_of(rule_sets):
    def made(**given: object) -> Context:
        indicator = Indicator(
            **{
                "code": "T-01", "name": "Visits in time", "objective": "o", "kind": "proportion",
                "source": {"published": {"table": "t", "numerator": ["n"],
                                         "denominator": {"column": "d"}}},
                "unit": "percent", "polarity": "high", "frequency": "month",
                "data_period": "R12M", "applies_to": ["county", "district"], "owner": "role",
                "origin": "t", **given,
            }
        )  # fmt: skip
        units = {"A": Unit(code="A", name="A", kind="county"),
                 "D": Unit(code="D", name="D", kind="district", parent="A")}  # fmt: skip
        held = Register(
            workspace=Workspace(
                title="T", register_name="t", county="A", report_kinds=["district"]
            ),
            indicators={"T-01": indicator}, units=units, breaks=(), rule_sets=rule_sets,
        )  # fmt: skip
        return Context(held, date(2026, 11, 6))

    return made


def rows(values, *, shown=87.0, rag="green", cases=400.0, unit="A", **columns) -> pd.DataFrame:
    """Single months of one series up to October 2026; the latest is provisional."""
    months = [f"2026-{month:02d}" for month in range(11 - len(values), 11)]
    table = pd.DataFrame({"period": months, "value": values})
    return table.assign(
        indicator="T-01", service_area=unit, cohort="all", denominator=cases, shown_value=shown,
        state=["final"] * (len(values) - 1) + ["provisional"], target=85.0, floor=80.0, rag=rag,
    ).assign(**columns)  # fmt: skip


def studied(table, context):
    return together.study(table, Known(), context).iloc[-1]


@pytest.mark.parametrize(
    ("polarity", "shown", "floor", "gap", "words"),
    [
        ("high", 87.04, 80.0, 2.0, "2.0 percentage points above the target"),
        ("high", 85.0, 80.0, 0.0, "exactly at the target"),
        ("high", 82.0, 80.0, -3.0,
         "3.0 percentage points below the target, and 2.0 above the minimum"),
        ("high", 80.0, 80.0, -5.0,
         "5.0 percentage points below the target, and exactly at the minimum"),
        ("high", 79.0, np.nan, -6.0, "6.0 percentage points below the target"),
        ("low", 86.0, 88.0, -1.0, "1.0 percentage point above the target, and 2.0 below the limit"),
        ("low", 90.0, 88.0, -5.0,
         "5.0 percentage points above the target, and 2.0 above the limit"),
        ("close_to_target", 88.0, np.nan, -1.0,
         "3.0 percentage points above the target, 1.5 times the tolerance"),
        ("neutral", 88.0, np.nan, np.nan, ""),
    ],
)  # fmt: skip
def test_distance_from_target_and_floor(context_of, polarity, shown, floor, gap, words):
    given = {"tolerance": 2} if polarity == "close_to_target" else {}
    found = studied(
        rows([80.0, 81.0], shown=shown, floor=floor), context_of(polarity=polarity, **given)
    )
    assert found["distance_words"] == words
    assert found["target_gap"] == pytest.approx(gap, nan_ok=True)


def test_without_figure_or_target_there_is_no_distance(context_of):
    for given in ({"shown": np.nan}, {"target": np.nan}):
        found = studied(rows([80.0, 81.0], **given), context_of())
        assert found["distance_words"] == "" and np.isnan(found["target_gap"])


RED_MONTHS = [90.0, 70.0, 71.0, 72.0, 99.0]


@pytest.mark.parametrize(
    ("values", "rag", "colour", "words"),
    [
        (RED_MONTHS, "green", "red", "each of the last 3 months alone missed the minimum"),
        (RED_MONTHS, "amber", "red", "each of the last 3 months alone missed the minimum"),
        (RED_MONTHS, "red", "", ""),
        ([70.0, 90.0, 90.0, 85.0, 60.0], "red", "green",
         "each of the last 3 months alone met the target"),
        ([90.0, 70.0, 82.0, 71.0, 99.0], "green", "", ""),
        ([90.0, 70.0, np.nan, 71.0, 99.0], "green", "", ""),
        ([70.0, 70.0, 99.0], "green", "", ""),
        (RED_MONTHS, "not_rated", "", ""),
    ],
)  # fmt: skip
def test_single_figures_beside_a_rolling_one(context_of, values, rag, colour, words):
    found = studied(rows(values, rag=rag), context_of())
    assert (found["singles"], found["singles_words"]) == (colour, words)


def test_single_figures_need_cases_neighbours_and_a_rolling_figure(context_of):
    assert studied(rows(RED_MONTHS, unit="D"), context_of())["singles"] == "red"
    assert studied(rows(RED_MONTHS, unit="D", cases=40.0), context_of())["singles"] == ""
    gap = rows(RED_MONTHS).drop(index=[2])
    assert studied(pd.concat([rows([60.0] * 6)[:1], gap]), context_of())["singles"] == ""
    assert studied(rows(RED_MONTHS), context_of(data_period="M"))["singles"] == ""


def test_facts_stand_on_the_latest_rows_and_are_empty_where_nothing_was_studied(context_of):
    context = context_of(duty=True)
    latest = rows(RED_MONTHS).tail(1).assign(
        signal="none", chart_waits="", dot_previous="better", dot_previous_change=1.0,
        dot_regression="worse", dot_regression_slope=-0.2, dot_regression_points=24,
        centre=86.0, variation="common_cause", judged_value=72.0,
    )  # fmt: skip
    table = together.study(rows(RED_MONTHS), Known(), context)
    found = together.facts(table, latest, context)
    assert list(found.columns) == list(together.FACTS)
    (row,) = found.to_dict("records")
    assert row["singles"] == "red" and row["duty"] == "yes" and row["average_meets"] == "yes"
    assert row["step_words"] == "the good direction, but no more than chance would give"
    assert row["directions_apart"] == (
        "the last step is up, while the line through the last 24 months goes down"
    )
    waits = together.facts(table, latest.assign(chart_waits="not yet"), context)
    assert waits["step_words"].tolist() == [""]
    nothing = together.facts(table.head(0), latest, context)
    assert nothing["singles_words"].tolist() == [""]
