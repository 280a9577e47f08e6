"""Forecasts of a county and its parts: which are held together, and what then holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.analysis._reconciling import Member, reconciled
from pmf_analysis.forecasting import LEVELS, Distribution
from pmf_analysis.register.models import Unit
from pmf_analysis.register.registry import Context

UNITS = {
    "K": ("county", ""), "E": ("area", "K"), "W": ("area", "K"), "C": ("service", "K"),
    "E1": ("district", "E"), "E2": ("district", "E"),
    "W1": ("district", "W"), "W2": ("district", "W"),
}  # fmt: skip
PARTS = {"K": ["E", "W"], "E": ["E1", "E2"], "W": ["W1", "W2"]}
DISTRICTS = {"E1": (30, 90), "E2": (20, 80), "W1": (12, 20), "W2": (1, 60)}
AHEAD = 3


@pytest.fixture
def county(make_context, make_indicator) -> Context:
    """A county of two areas with two districts each, and a service that shares their cases."""
    context = make_context(
        make_indicator("N-01"), make_indicator("P-01", kind="proportion", unit="percent")
    )
    units = {
        code: Unit(code=code, name=f"Unit {code}", kind=kind, parent=parent)
        for code, (kind, parent) in UNITS.items()
    }
    held = replace(context.register, units=MappingProxyType(units))
    return Context(held, date(2021, 4, 1))


def total(unit: str) -> tuple[int, int]:
    """Numerator and denominator of a unit in each past month."""
    if unit in DISTRICTS:
        return DISTRICTS[unit]
    if unit == "C":
        return 7, 9
    return tuple(np.sum([total(part) for part in PARTS[unit]], axis=0).tolist())


@pytest.fixture
def measures(make_rows) -> pd.DataFrame:
    """Twelve months of two indicators, in which the districts make up the areas."""
    tables = []
    for unit in UNITS:
        numerator, denominator = total(unit)
        count = [float(numerator)] * 12
        tables.append(make_rows(count, indicator="N-01", service_area=unit))
        shared = make_rows(count, indicator="P-01", service_area=unit)
        level = 100 * numerator / denominator
        tables.append(shared.assign(denominator=float(denominator), value=level))
    return pd.concat(tables, ignore_index=True)


def middle(one: Member) -> np.ndarray:
    return one.values.quantile(0.5)


def normal(middle: float, spread: float, upper: float = np.inf) -> Distribution:
    from scipy.special import ndtri

    column = np.clip(middle + spread * ndtri(LEVELS), 0, upper)
    return Distribution(np.repeat(column[:, None], AHEAD, axis=1), np.eye(AHEAD))


def coming(
    measures: pd.DataFrame, indicator: str, unit: str, numerator: float, denominator: float = np.nan
) -> Member:
    own = (measures["indicator"] == indicator) & (measures["service_area"] == unit)
    share = not np.isnan(denominator)
    level = 100 * numerator / denominator if share else numerator
    spread = normal(level, 4, 100) if share else normal(level, 3)
    whole = normal(denominator, 2) if share else None
    return Member(int(np.flatnonzero(own)[-1]), 0, spread, whole)


def units_of(measures: pd.DataFrame, made: list[Member]) -> dict[str, Member]:
    return {measures["service_area"].iloc[one.row]: one for one in made}


def test_counts_add_up_and_their_ranges_move_with_them(county, measures):
    given = [coming(measures, "N-01", unit, total(unit)[0] + 5) for unit in UNITS]
    made = units_of(measures, reconciled(given, measures, county))
    for whole, parts in PARTS.items():
        summed = np.sum([made[part].numerator for part in parts], axis=0)
        assert made[whole].numerator == pytest.approx(summed, abs=1e-9)
    for unit, before in units_of(measures, given).items():
        table = made[unit].values.table
        assert (np.diff(table, axis=0) >= 0).all() and table.min() >= 0
        if unit != "C":
            assert middle(made[unit]) == pytest.approx(made[unit].numerator)
            up = middle(made[unit]) > middle(before)
            assert ((table[1:] > before.values.table[1:]).all(axis=0) == up).all()
    # the service shares cases with the areas: with it the county's parts do not add up
    assert made["C"].numerator is None and made["C"].note == ""


def test_a_share_is_made_from_cases_that_add_up_and_stays_a_share(county, measures):
    # forecasts of cases above the whole's, in one district all but all of the denominator
    given = [
        coming(measures, "P-01", unit, whole * share, whole)
        for unit, whole, share in [
            ("K", 260, 0.2), ("E", 160, 0.5), ("W", 80, 0.1), ("E1", 90, 0.99), ("E2", 80, 0.4),
            ("W1", 20, 0.0), ("W2", 60, 0.0),
        ]
    ]  # fmt: skip
    made = units_of(measures, reconciled(given, measures, county))
    for whole, parts in PARTS.items():
        for name in ("numerator", "denominator"):
            summed = np.sum([getattr(made[part], name) for part in parts], axis=0)
            assert getattr(made[whole], name) == pytest.approx(summed, abs=1e-9)
    for unit, one in made.items():
        assert (one.numerator >= 0).all() and (one.numerator <= one.denominator).all(), unit
        table = one.values.table
        assert (np.diff(table, axis=0) >= 0).all() and table.min() >= 0 and table.max() <= 100
        assert one.wholes is not None
        assert one.wholes.quantile(0.5) == pytest.approx(one.denominator)
        if unit not in ("W1", "W2"):  # whose middle was 0
            assert middle(one) == pytest.approx(100 * one.numerator / one.denominator)
    rules = "(reconciliation 1.0)"
    assert made["E1"].note == f"made to add up with that of Unit E {rules}"
    assert made["E"].note == f"made to add up with those of its 2 parts and that of Unit K {rules}"


def test_whole_numbers_stay_whole_and_the_sums_hold_before_they_are_rounded(county, measures):
    given = []
    for unit in UNITS:
        one = coming(measures, "N-01", unit, total(unit)[0] + 5.3)
        table = np.rint(one.values.table)
        values = replace(one.values, table=table, whole=True, smooth=one.values.table)
        given.append(replace(one, values=values))
    made = units_of(measures, reconciled(given, measures, county))
    for unit, one in made.items():
        assert (one.values.table == np.rint(one.values.table)).all()
        assert one.values.smooth is not None and (np.diff(one.values.smooth, axis=0) >= 0).all()
        if unit != "C":
            assert one.values.smooth[8] == pytest.approx(one.numerator)
    parts = made["E1"].numerator + made["E2"].numerator
    assert made["E"].numerator == pytest.approx(parts, abs=1e-9)


def test_a_share_of_few_cases_counts_by_its_mean_and_keeps_its_values(county, measures):
    # of four cases: middles of 100% in each part would add up to more cases than are expected
    steps = np.repeat([0.0, 25.0, 50.0, 75.0, 100.0], [1, 2, 2, 3, 9])
    stepped = Distribution(np.repeat(steps[:, None], AHEAD, axis=1), np.eye(AHEAD))
    mean = _mean(steps)
    given = [coming(measures, "P-01", unit, 160 * mean / 100, 160) for unit in ("E", "E1", "E2")]
    given[1:] = [replace(one, values=stepped, wholes=normal(80, 2)) for one in given[1:]]
    made = units_of(measures, reconciled(given, measures, county))
    assert made["E"].numerator == pytest.approx(made["E1"].numerator + made["E2"].numerator)
    assert made["E1"].numerator == pytest.approx(np.full(AHEAD, 80 * mean / 100), rel=1e-6)
    assert made["E1"].values.table == pytest.approx(stepped.table)


def _mean(steps: np.ndarray) -> float:
    edges = np.r_[0, (LEVELS[1:] + LEVELS[:-1]) / 2, 1]
    return float(np.sum(np.diff(edges) * steps))


def test_what_has_no_parts_stays_out(county, measures):
    given = [coming(measures, "P-01", unit, 10, 50) for unit in UNITS]
    unknown = [replace(one, wholes=None) for one in given]
    assert [one.numerator for one in reconciled(unknown, measures, county)] == [None] * len(given)
    beyond = [
        replace(one, values=replace(one.values, table=one.values.table + 90)) for one in given
    ]
    assert [one.numerator for one in reconciled(beyond, measures, county)] == [None] * len(given)


def test_parts_that_do_not_add_up_stay_out_and_it_is_said(county, measures):
    apart = measures.copy()
    wrong = (apart["service_area"] == "W2") & (apart["period"] == "2020-09")
    apart.loc[wrong, ["numerator", "value"]] = 9.0
    given = [coming(apart, "N-01", unit, total(unit)[0] + 5) for unit in UNITS if unit != "C"]
    made = units_of(apart, reconciled(given, apart, county))
    assert made["W"].note.endswith(
        "not made to add up with its parts (reconciliation 1.0): "
        "their past figures do not add up to its own"
    )
    assert made["W2"].numerator is None and made["W2"].note == ""
    parts = made["E1"].numerator + made["E2"].numerator
    assert made["E"].numerator == pytest.approx(parts)


def test_a_part_without_a_forecast_is_said_and_the_rest_holds(county, measures):
    given = [
        coming(measures, "N-01", unit, total(unit)[0] + 5)
        for unit in UNITS
        if unit not in ("C", "W1")
    ]
    made = units_of(measures, reconciled(given, measures, county))
    assert "1 of them has no forecast" in made["W"].note
    assert made["K"].numerator == pytest.approx(made["E"].numerator + made["W"].numerator)


def test_too_short_a_past_proves_nothing(county, measures):
    short = measures.groupby(["indicator", "service_area"]).tail(5).reset_index(drop=True)
    given = [coming(short, "N-01", unit, total(unit)[0] + 5) for unit in UNITS]
    made = reconciled(given, short, county)
    assert [one.numerator for one in made] == [None] * len(given)


def test_the_order_of_series_is_nothing(county, measures):
    given = [coming(measures, "N-01", unit, total(unit)[0] + 5) for unit in UNITS]
    made = units_of(measures, reconciled(given, measures, county))
    turned = units_of(measures, reconciled(given[::-1], measures, county))
    for unit, one in made.items():
        assert one.values.table.tolist() == turned[unit].values.table.tolist()


def test_units_that_the_register_does_not_know_are_left_alone(make_context, measures):
    given = [coming(measures, "N-01", unit, total(unit)[0] + 5) for unit in UNITS]
    made = reconciled(given, measures, make_context())
    assert [one.note for one in made] == [""] * len(given)
    assert reconciled([], measures, make_context()) == []
