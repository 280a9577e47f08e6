"""Units among their peers: chance, the usual spread, and who is no peer."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.analysis import funnel
from pmf_analysis.methods.intervals import byars_interval, wilson_interval
from pmf_analysis.register.models import Unit, Workspace
from pmf_analysis.register.registry import Context, Register

PERCENT = {"kind": "proportion", "unit": "percent", "polarity": "high"}
RATE = {"kind": "rate", "unit": "per_10000", "polarity": "low"}


@pytest.fixture
def context_of(rule_sets):
    def make(*indicators, parents=None, kind="district", ended=()):
        units = {
            code: Unit(
                code=code, name=code, kind=kind, parent=parent,
                valid_to=date(2020, 1, 1) if code in ended else None,
            )
            for code, parent in (parents or {f"u{n:02}": "" for n in range(40)}).items()
        }  # fmt: skip
        return Context(
            Register(
                workspace=Workspace(
                    title="t", register_name="t", county="u00", report_kinds=(kind,)
                ),
                indicators={one.code: one for one in indicators},
                units=units,
                rule_sets=rule_sets,
            ),
            date(2026, 1, 1),
        )

    return make


@pytest.fixture
def table_of(make_rows):
    """One period of several units, from their counts, with the intervals that they have."""

    def make(counts, rate=False, **columns):
        parts = []
        for number, (above, below) in enumerate(counts):
            scale = 10_000 if rate else 100
            interval = byars_interval if rate else wilson_interval
            lower, upper = (end[0] * scale for end in interval([above], [below]))
            value = above / below * scale if below else None
            parts.append(
                make_rows(
                    [value], service_area=f"u{number:02}", shown_numerator=float(above),
                    shown_denominator=float(below), shown_lower=lower, shown_upper=upper,
                )
            )  # fmt: skip
        return pd.concat(parts, ignore_index=True).assign(**columns)

    return make


def test_one_of_many_lies_beyond_chance(context_of, table_of, make_indicator):
    counts = [(80, 100)] * 11 + [(50, 100)]
    found = funnel.analyse(table_of(counts), context_of(make_indicator(**PERCENT)))
    odd = found.iloc[-1]
    assert (odd["funnel"], odd["funnel_level"]) == ("worse", "99.8%")
    assert (odd["funnel_adjusted"], odd["funnel_adjusted_level"]) == ("worse", "99.8%")
    assert odd["funnel_units"] == 12
    np.testing.assert_allclose(odd["funnel_baseline"], 100 * 930 / 1200)
    half = 3.0902323 * np.sqrt(0.775 * 0.225 / 100) * 100
    np.testing.assert_allclose(odd["funnel_outer_lower"], 77.5 - half, rtol=1e-6)
    assert set(found["funnel"].iloc[:-1]) == {"similar"}
    assert set(found["funnel_level"].iloc[:-1]) == {""}
    assert set(found["funnel_reason"]) == {""}
    assert found["funnel_rule"].iloc[0].startswith("funnel 1.0: ")


def test_where_all_differ_none_stands_out(context_of, table_of, make_indicator):
    counts = [(int(1000 * share), 1000) for share in np.linspace(0.6, 0.9, 12)]
    found = funnel.analyse(table_of(counts), context_of(make_indicator(**PERCENT)))
    assert (found["funnel_level"] == "99.8%").sum() >= 6
    assert set(found["funnel_adjusted"]) == {"similar"}
    assert (found["funnel_phi"] > 10).all()
    assert (found["funnel_adjusted_outer_lower"] < found["funnel_outer_lower"]).all()
    assert (found["funnel_adjusted_outer_upper"] > found["funnel_outer_upper"]).all()


def test_rates_are_per_head_and_polarity_makes_the_words(context_of, table_of, make_indicator):
    counts = [(50, 10_000)] * 11 + [(120, 10_000)]
    for polarity, word in (("low", "worse"), ("high", "better"), ("neutral", "higher")):
        indicator = make_indicator(**RATE | {"polarity": polarity})
        found = funnel.analyse(table_of(counts, rate=True), context_of(indicator)).iloc[-1]
        assert (found["funnel"], found["funnel_level"]) == (word, "99.8%")
        np.testing.assert_allclose(found["funnel_baseline"], 10_000 * 670 / 120_000)
        assert found["funnel_outer_upper"] < 120


def test_no_events_anywhere_is_similar(context_of, table_of, make_indicator):
    for rate, given in ((True, RATE), (False, PERCENT)):
        table = table_of([(0, 50)] * 12, rate=rate)
        found = funnel.analyse(table, context_of(make_indicator(**given)))
        assert set(found["funnel"]) == {"similar"}


def test_what_is_too_few_says_how_many_are_needed(context_of, table_of, make_indicator):
    context = context_of(make_indicator(**PERCENT))
    four = funnel.analyse(table_of([(8, 10)] * 4), context)
    assert set(four["funnel"]) == {"not_compared"}
    assert four["funnel_reason"].iloc[0] == (
        "Only 4 units of its kind have a figure: a funnel needs at least 5."
    )
    assert four["funnel_baseline"].isna().all()
    alone = funnel.analyse(table_of([(8, 10)]), context)
    assert alone["funnel_reason"].iloc[0] == "No other unit of its kind has a figure."
    nine = funnel.analyse(table_of([(80, 100)] * 8 + [(20, 100)]), context)
    assert nine["funnel_level"].iloc[-1] == "99.8%"
    assert set(nine["funnel_adjusted"]) == {"not_compared"}
    assert set(nine["funnel_adjusted_level"]) == {""}
    assert nine["funnel_adjusted_outer_lower"].isna().all()
    assert nine["funnel_reason"].iloc[0] == (
        "With fewer than 10 units the spread between them is not measured."
    )


def test_who_has_no_figure_disturbs_nobody(context_of, table_of, make_indicator):
    context = context_of(make_indicator(**PERCENT))
    whole = table_of([(80, 100)] * 6)
    more = pd.concat([whole, table_of([(0, 0)] * 7).iloc[6:]], ignore_index=True)
    withheld = more.assign(shown_state=["final"] * 6 + ["suppressed"])
    found = funnel.analyse(withheld, context)
    assert found["funnel_reason"].iloc[-1] == "This period has no number."
    pd.testing.assert_frame_equal(found.iloc[:6], funnel.analyse(whole, context))
    unknown = more.assign(shown_value=80.0, shown_state="final", shown_lower=np.nan)
    reasons = funnel.analyse(unknown, context)["funnel_reason"]
    assert reasons.iloc[-1] == "The counts behind this figure are not known."
    count = funnel.analyse(whole, context_of(make_indicator()))
    assert set(count["funnel_reason"]) == {"A funnel needs a share or a rate."}


def test_teams_stand_beside_sisters_and_the_ended_beside_nobody(
    context_of, table_of, make_indicator
):
    parents = {f"u{n:02}": "a" if n < 6 else "b" for n in range(12)} | {"a": "", "b": ""}
    context = context_of(make_indicator(**PERCENT), parents=parents, kind="team", ended=("u11",))
    found = funnel.analyse(table_of([(80, 100)] * 12), context)
    assert found["funnel_units"].tolist() == [6] * 6 + [5] * 5 + [1]


def test_an_earlier_vintage_does_not_count_twice(context_of, table_of, make_indicator):
    context = context_of(make_indicator(**PERCENT))
    early = table_of([(70, 100)] * 6).assign(vintage="2020-05-01")
    late = table_of([(80, 100)] * 6).assign(vintage="2020-06-01")
    found = funnel.analyse(pd.concat([late, early], ignore_index=True), context)
    assert found["funnel_units"].tolist() == [6] * 6 + [0] * 6
    assert set(found["funnel_reason"].iloc[6:]) == {"A later delivery holds this figure."}


def test_the_order_of_rows_does_not_matter_and_nothing_gives_nothing(
    context_of, table_of, make_indicator
):
    context = context_of(make_indicator(**PERCENT))
    table = table_of([(60 + 3 * n, 100) for n in range(12)])
    found = funnel.analyse(table, context)
    turned = funnel.analyse(table.iloc[::-1].reset_index(drop=True), context)
    pd.testing.assert_frame_equal(found, turned.iloc[::-1].reset_index(drop=True))
    empty = funnel.analyse(table.iloc[:0], context)
    assert len(empty) == 0
    assert list(empty.columns) == list(found.columns)


def test_a_verdict_always_has_its_limits_and_its_minimum(context_of, make_rows, make_indicator):
    rng = np.random.default_rng(17)
    units = [make_rows([50.0] * 20, service_area=f"u{n:02}") for n in range(14)]
    base = pd.concat(units, ignore_index=True)
    for given in (PERCENT, RATE):
        below = 10.0 ** rng.integers(0, 9, len(base)) * rng.integers(0, 3, len(base))
        above = np.floor(below * rng.choice([0, 1e-7, 0.01, 0.5, 1], len(base)))
        above[base["period"] == "2020-04"] = 0
        table = base.assign(
            shown_numerator=above, shown_denominator=below,
            shown_lower=np.where(below > 0, 0.0, np.nan),
            shown_upper=np.where(below > 0, 100.0, np.nan),
        )  # fmt: skip
        found = funnel.analyse(table, context_of(make_indicator(**given)))
        for name, kind, least in (("funnel", "", 5), ("funnel_adjusted", "adjusted_", 10)):
            told = found[name] != "not_compared"
            assert 0 < told.sum() < len(found)
            ends = [f"funnel_{kind}{side}" for side in ("inner_lower", "inner_upper",
                                                        "outer_lower", "outer_upper")]  # fmt: skip
            assert np.isfinite(found.loc[told, ends].to_numpy()).all()
            assert found.loc[~told, ends].isna().all(axis=None)
            assert (found.loc[told, "funnel_units"] >= least).all()
            assert (found.loc[~told | (found[name] == "similar"), f"{name}_level"] == "").all()
