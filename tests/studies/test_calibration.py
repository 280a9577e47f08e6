"""Past forecasts beside what happened: from what stood before alone, by hand and end to end."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import periods, register
from pmf_analysis.analysis import forecast
from pmf_analysis.register.models import Indicator, Workspace
from pmf_analysis.register.registry import Context, Register
from pmf_analysis.studies import Known, calibration
from pmf_analysis.tables import KEY, MEASURE


def indicator(code: str, **given: object) -> Indicator:
    return Indicator(
        **{
            "code": code, "name": f"Test indicator {code}", "objective": "o", "owner": "role",
            "source": {"published": {"table": "t", "numerator": ["n"],
                                     "denominator": {"column": "d"}}},
            "kind": "proportion", "unit": "percent", "polarity": "high", "frequency": "month",
            "data_period": "M", "applies_to": ["authority"], "origin": "test",
            "target": {"value": 80, "from": "2015-04"}, "floor": {"value": 70, "from": "2015-04"},
            **given,
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def context(root) -> Context:
    held = Register(
        workspace=Workspace(title="T", register_name="t", county="A", report_kinds=["authority"]),
        indicators={
            "T-01": indicator("T-01"),
            "T-02": indicator("T-02", kind="count", unit="count", target=[], floor=[]),
        },
        units={}, breaks=(), rule_sets=register.load(root / "data" / "reference").rule_sets,
    )  # fmt: skip
    return Context(held, date(2025, 1, 15))


def rows_of(values, code="T-01", unit="A", whole=100.0, **columns: object) -> pd.DataFrame:
    """Measure rows of one series up to December 2024."""
    last = periods.month(2024, 12)
    spans = [periods.shift(last, step - len(values) + 1) for step in range(len(values))]
    value = np.array(values, dtype=float)
    table = pd.DataFrame(
        {
            "indicator": code, "service_area": unit, "cohort": "all",
            "period": [span.code for span in spans], "vintage": "",
            "period_end": [span.end.isoformat() for span in spans],
            "numerator": value * whole / 100, "denominator": whole, "value": value,
            "state": "final", "lower": np.nan, "upper": np.nan, "method": "",
            "quality": "not_assessed", "deliveries": "d",
        }
    )  # fmt: skip
    for name in ("numerator", "denominator", "value", "lower", "upper", "state"):
        table[f"shown_{name}"] = table[name]
    return table.assign(shown_label=table["period"], **columns)[[*MEASURE]]


@pytest.fixture
def said(monkeypatch):
    """Forecasts that say the last figure for every coming month, two either side, four at 95%."""
    asked = []

    def analyse_until(measures, context, last_day):
        asked.append(measures)
        made = []
        for _, own in measures.groupby(["indicator", "service_area"]):
            last = own.iloc[-1]
            for step in range(1, 13):
                period = periods.shift(periods.parse(last["period"]), step)
                made.append(
                    {name: last[name] for name in KEY}
                    | {"period": period.code, "state": "forecast", "horizon": step}
                    | {"forecast": last["value"]}
                    | {f"{of}_{end}{level}": last["value"] + sign * wide
                       for of in ("forecast", "shown") for level, wide in ((80, 2), (95, 4))
                       for end, sign in (("lower", -1), ("upper", 1))}
                    | {"forecast_target_chance": 0.75, "forecast_floor_chance": 0.25}
                )  # fmt: skip
        return pd.DataFrame(made)

    monkeypatch.setattr(forecast, "analyse_until", analyse_until)
    return asked


def analysed(context, *tables):
    """As the room of analysis would give it, by its methods of status alone."""
    from pmf_analysis.analysis import status
    from pmf_analysis.analysis.segments import add_segments

    rows = add_segments(pd.concat(tables, ignore_index=True), context)
    return rows.merge(status.analyse(rows, context), on=list(KEY))


def test_a_forecast_is_held_against_the_figure_by_hand(said, context):
    values = [81.0] * 30 + [78.0] * 6
    table = calibration.study(analysed(context, rows_of(values)), Known(), context)
    # 1, 6 and 12 months before December: as many figures each
    assert len(table) == 1 + 6 + 12
    june = table[(table["origin"] == "2024-06")]
    assert list(june["period"]) == [f"2024-{month:02}" for month in range(7, 13)]
    assert set(june["away"]) == {3.0}
    assert set(june["inside80"]) == {0.0}
    assert set(june["inside95"]) == {1.0} == set(june["shown_inside95"])
    assert set(june["naive_away"]) == {3.0} == set(june["seasonal_away"])
    assert set(june["target_chance"]) == {0.75}
    assert set(june["target_met"]) == {0.0} == set(june["floor_missed"])
    early = table[(table["origin"] == "2023-12") & (table["period"] == "2024-06")].iloc[0]
    assert (early["target_met"], early["horizon"], early["kind"]) == (1.0, 6, "percent")
    assert not early["few_cases"]


def test_only_what_stood_before_an_origin_is_shown_to_the_forecast(said, context):
    calibration.study(analysed(context, rows_of(np.arange(40.0))), Known(), context)
    assert [rows["period"].max() for rows in said] == [
        "2024-11", "2024-06", "2023-12",
    ]  # fmt: skip


def test_what_is_not_final_is_held_against_nothing(said, context):
    rows = rows_of([81.0] * 36)
    rows.loc[rows.index[-1], "state"] = "provisional"
    rows.loc[rows.index[-2], ["state", "value", "shown_state", "shown_value"]] = [
        "suppressed", np.nan, "suppressed", np.nan,
    ]  # fmt: skip
    table = calibration.study(analysed(context, rows), Known(), context)
    assert not set(table["period"]) & {"2024-11", "2024-12"}
    assert not table[["inside95", "away", "target_met"]].isna().any().any()


def test_without_a_target_no_chance_is_held(said, context):
    table = calibration.study(
        analysed(context, rows_of([5.0] * 36, "T-02", whole=np.nan)), Known(), context
    )
    assert (
        table[["target_chance", "target_met", "floor_chance", "floor_missed"]].isna().all(axis=None)
    )
    assert set(table["kind"]) == {"smallcount"}


def test_a_percentage_of_few_cases_is_told_apart(said, context):
    table = calibration.study(analysed(context, rows_of([80.0] * 36, whole=5.0)), Known(), context)
    assert table["few_cases"].all()


def test_a_short_or_empty_table_has_the_columns(said, context):
    for rows in (rows_of([80.0] * 36).iloc[:0], rows_of([80.0])):
        table = calibration.study(analysed(context, rows), Known(), context)
        assert list(table.columns) == list(calibration.COLUMNS)
        assert table.empty


def test_by_the_forecast_itself(context):
    random = np.random.default_rng(4)
    tables = [
        rows_of(100 * random.binomial(200, 0.8, 40) / 200, unit=unit, whole=200.0)
        for unit in ("A", "B", "C")
    ]
    table = calibration.study(analysed(context, *tables), Known(), context)
    assert len(table) == 3 * (1 + 6 + 9)  # 28 months allow a forecast of 9
    assert table["inside95"].mean() > 0.8
    assert table["target_chance"].between(0, 1).all()


def test_the_order_of_rows_does_not_matter(said, context):
    tables = [rows_of(70.0 + np.arange(36) % 9, unit=unit) for unit in ("A", "B")]
    made = analysed(context, *tables)
    table = calibration.study(made, Known(), context)
    other = made.sample(frac=1, random_state=1).sort_values("period_end", kind="stable")
    pd.testing.assert_frame_equal(calibration.study(other, Known(), context), table)
