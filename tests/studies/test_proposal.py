"""Dates at which limits may need to restart: proposed with their evidence, and never applied."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import analysis, measures, periods
from pmf_analysis.register import Context, load
from pmf_analysis.register.models import Break, Indicator, Unit, UnitMove, Workspace
from pmf_analysis.register.registry import Register
from pmf_analysis.studies import Known, proposal

NOISE = np.random.default_rng(4).standard_normal(60)
STEP_AT = "2023-07"


def indicator(code: str, **changes: object) -> Indicator:
    given = {
        "code": code, "name": f"Indicator {code}", "objective": "o", "kind": "proportion",
        "source": {"published": {"table": "t", "numerator": ["n"], "denominator": {"column": "d"}}},
        "unit": "percent", "polarity": "high", "frequency": "month", "data_period": "M",
        "applies_to": ["team"], "owner": "role", "origin": "test",
    }  # fmt: skip
    return Indicator(**{**given, **changes})


@pytest.fixture(scope="module")
def make_context(root):
    rule_sets = load(root / "data" / "reference").rule_sets

    def make(breaks: tuple[Break, ...] = (), moves: tuple[UnitMove, ...] = ()) -> Context:
        places = {
            "c": ("", "county"),
            "d": ("c", "district"),
            "t": ("d", "team"),
            "e": ("c", "district"),
        }
        held = Register(
            workspace=Workspace(title="T", register_name="t", county="c", report_kinds=["county"]),
            indicators={
                "A": indicator("A", short_name="Visits"), "B": indicator("B", short_name="Plans"),
                "STOCK": indicator("STOCK", stock=True),
            },
            units={
                code: Unit(code=code, name=code.upper(), kind=kind, parent=parent)
                for code, (parent, kind) in places.items()
            },
            breaks=breaks, unit_moves=moves, rule_sets=rule_sets,
        )  # fmt: skip
        return Context(held, date(2026, 1, 1))

    return make


def registered(period: str, kind: str = "rebase", unit: str = "t", of: str = "A") -> Break:
    return Break(
        indicator=of, unit=unit, period=period, kind=kind, reason="r", recorded_by="role",
        recorded_on=date(2025, 1, 1), source="s",
    )  # fmt: skip


def series(size: float = 4.0, code: str = "A", unit: str = "t", at: int = 30, **columns: object):
    """Five years from January 2021, with a step of ``size`` at July 2023."""
    months = [periods.shift(periods.parse("2021-01"), step) for step in range(60)]
    values = 80 + NOISE + size * (np.arange(60) >= at)
    return pd.DataFrame(
        {
            "indicator": code, "service_area": unit, "cohort": "all",
            "period": [one.code for one in months], "vintage": "", "segment": 0, "era": 0,
            "state": "final", "denominator": 100.0, "chart_value": values,
            "seasonal_factor": 1.0, "chart_waits": "",
        }
    ).assign(**columns)  # fmt: skip


def proposals(context: Context, *tables: pd.DataFrame, known: Known | None = None) -> pd.DataFrame:
    rows = pd.concat(tables, ignore_index=True)
    table = proposal.study(rows, known or Known(), context)
    assert list(table.columns) == list(proposal.COLUMNS)
    return table


def actions(on: str, of: str = "A", unit: str = "t", withdrawn: bool = False) -> Known:
    rows = pd.DataFrame(
        {
            "indicator": [of],
            "unit_code": unit,
            "event_date": pd.Timestamp(on),
            "withdrawn": withdrawn,
        }
    )
    return Known(lambda: {"action": rows})


def test_a_lasting_step_is_proposed_with_its_size_and_its_figures(make_context):
    context = make_context()
    (row,) = proposals(context, series()).to_dict("records")
    assert (row["period"], row["status"]) == (STEP_AT, "proposed")
    assert (row["points_before"], row["points_after"]) == (30, 30)
    assert row["change"] == pytest.approx(4, abs=0.6)
    assert row["change_lower"] < row["change"] < row["change_upper"]
    assert 3 < row["sigmas"] < 6
    assert row["reason"].startswith("July 2023: the 30 figures from then on average 84.")
    assert "percentage points more" in row["reason"]
    assert row["reason"].endswith("such a date comes up in about 1 in 250 series")
    assert row["rule_set"] == "change-points 1.0"
    latest = series().tail(1)
    (fact,) = proposal.facts(proposals(context, series()), latest, context).to_dict("records")
    assert fact == {"proposed_restart": row["reason"], "proposed_restart_period": STEP_AT}


@pytest.mark.parametrize(
    "table",
    [
        series(0.0),  # nothing happened
        series(code="STOCK"),  # figures that overlap
        series(at=59),  # one figure since
        series().head(17),  # too few
        series().assign(era=lambda one: (one.index >= 30).astype(int)),  # a break is there
        series(chart_waits="not judged yet"),
        series(state="suppressed"),
        series(chart_value=80.0),
        series(chart_value=np.nan),
    ],
)
def test_nothing_is_proposed_without_a_clear_step(make_context, table):
    assert proposals(make_context(), table).empty


def test_figures_before_a_break_that_stops_comparison_play_no_part(make_context):
    (row,) = proposals(
        make_context(), series(at=45).assign(era=lambda one: (one.index >= 20).astype(int))
    ).to_dict("records")
    assert (row["points_before"], row["points_after"]) == (25, 15)


def test_a_restart_that_is_registered_is_not_proposed_again(make_context):
    context = make_context((registered("2023-08"),))
    table = proposals(context, series())
    assert table["status"].tolist() == ["registered"]
    facts = proposal.facts(table, series().tail(1), context)
    assert facts.iloc[0].tolist() == ["", ""]


def test_a_date_before_a_later_restart_is_overtaken(make_context):
    rows = series().assign(segment=lambda one: (one.index >= 50).astype(int))
    context = make_context((registered("2025-03"),))
    assert proposals(context, rows)["status"].tolist() == ["overtaken"]


def test_an_action_at_that_date_is_named_and_a_smaller_step_is_enough(make_context):
    small = series(0.85)
    assert proposals(make_context(), small).empty
    (row,) = proposals(make_context(), small, known=actions("2023-10-01")).to_dict("records")
    assert "An action of T on this began on 1 October 2023" in row["reason"]
    assert "comes up" not in row["reason"]
    for other in (
        actions("2024-07-01"), actions("2023-10-01", of="B"), actions("2023-10-01", unit="e"),
        actions("2023-10-01", withdrawn=True),
    ):  # fmt: skip
        assert proposals(make_context(), small, known=other).empty
    assert len(proposals(make_context(), small, known=actions("2023-10-01", unit="d"))) == 1


def test_what_else_changed_then_is_named(make_context):
    move = UnitMove(unit="t", moved_on="2023-07-01", parent_before="e", source="s")
    context = make_context((registered(STEP_AT, "recording", of="B"),), (move,))
    table = proposals(context, series(), series(code="B"), series(unit="e"), series(unit="d"))
    here = table[table["indicator"].eq("A") & table["service_area"].eq("t")]["same_date"].item()
    assert here == (
        "T moved on 1 July 2023. A break is registered then for Plans here. Also changed here "
        "then: Plans. It also changed then in E"
    )  # fmt: skip


def test_cases_weigh(make_context):
    """A run of figures of a handful of cases is no level."""
    rows = series(0.0)
    few = rows.index >= 53
    rows.loc[few, "chart_value"] += 6
    assert len(proposals(make_context(), rows)) == 1
    rows.loc[few, "denominator"] = 1.0
    assert proposals(make_context(), rows).empty
    rows.loc[0, "denominator"] = np.nan  # not known for all: every figure counts alike
    assert len(proposals(make_context(), rows)) == 1


def test_an_empty_table_gives_an_empty_one(make_context):
    table = proposals(make_context(), series().head(0))
    assert table.empty
    assert table["points_after"].dtype == int


@pytest.mark.shared
def test_the_restarts_that_kent_has_registered_are_found_and_known_as_such(root, shared_extracts):
    """Monthly referrals: registered at April 2017 and April 2022, from the yearly means."""
    context = Context(load(root / "data" / "reference"), date(2025, 12, 20))
    name = "dfe_cin_2024/c6_children_in_need_referrals_by_month_2013_to_2024.csv"
    figures = shared_extracts[name].figures
    figures = figures[figures["service_area"] == "E10000016"]
    receipts = [{"id": figures["delivery"].iloc[0], "published": "2024-10-31"}]
    measured = measures.build(figures, receipts, context)
    table = proposal.study(analysis.analyse_all(measured, context), Known(), context)
    known = table[table["status"] == "registered"]
    assert known["period"].tolist() == ["2017-03", "2022-03"]
    assert not (table["status"] == "proposed").any()
    assert table["adjusted"].all()
