"""Which chart a series gets, with which limits, and why in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.analysis import spc
from pmf_analysis.analysis._kinds import ChartRules
from pmf_analysis.analysis.segments import add_segments
from pmf_analysis.errors import RuleSetError

SHARE = {"kind": "proportion", "unit": "percent", "polarity": "high"}
LIMITS = ["centre", "lower_limit", "upper_limit"]


@pytest.fixture
def chart(make_context, make_indicator):
    def run(rows, *breaks, policy=None, **changes):
        context = make_context(make_indicator(**changes), breaks=breaks)
        if policy:
            sets = dict(context.register.rule_sets)
            old = sets["chart-choice"]
            values = {**old.values, **policy}
            sets["chart-choice"] = old.model_copy(update={"values": values})
            object.__setattr__(context.register, "rule_sets", sets)
        return spc.analyse(add_segments(rows, context), context)

    return run


def parted(make_rows, top, bottom, scale=100.0, **columns):
    """Rows with numerators and denominators."""
    top, bottom = np.asarray(top, dtype=float), np.asarray(bottom, dtype=float)
    value = [None if np.isnan(one) else one for one in top / bottom * scale]
    return make_rows(value, numerator=top, denominator=bottom, **columns)


def stable(cases=200, chance=0.8, count=30, seed=2):
    draws = np.random.default_rng(seed)
    size = draws.poisson(cases, count) + 1
    return draws.binomial(size, chance), size


def test_a_share_has_the_limits_of_its_own_cases(chart, make_rows):
    top, size = stable()
    table = chart(parted(make_rows, top, size), **SHARE)
    assert set(table["chart_kind"]) == {"pp"}
    assert set(table["chart_kind_reason"]) == {
        "Charted as a share with its number of cases, so months with few cases have wider limits."
    }
    share = top.sum() / size.sum()
    assert table["centre"].to_numpy() == pytest.approx(100 * share)
    # no more spread than chance gives: the limits of a plain p chart
    reach = 300 * np.sqrt(share * (1 - share) / size)
    z = (top / size - share) / np.sqrt(share * (1 - share) / size)
    if np.abs(np.diff(z)).mean() <= 1.128 and table["autocorrelation"].iloc[0] < 0.2:
        assert table["upper_limit"].to_numpy() == pytest.approx(100 * share + reach)
    width = table["upper_limit"] - table["lower_limit"]
    assert (np.diff(width.to_numpy()[np.argsort(size)]) <= 1e-9).all()


def test_more_spread_than_chance_widens_the_limits(chart, make_rows):
    draws = np.random.default_rng(4)
    top = draws.binomial(4000, np.clip(draws.normal(0.8, 0.05, 40), 0, 1))
    table = chart(parted(make_rows, top, np.full(40, 4000)), **SHARE)
    single = chart(make_rows(top / 40), **{**SHARE, "kind": "mean"})
    # with equal cases nearly the limits of single figures, far from those of chance alone
    assert table["upper_limit"][0] == pytest.approx(single["upper_limit"][0], rel=0.01)
    assert set(table["special_cause"]) == {"none"}


def test_a_rate_has_the_limits_of_its_population(chart, make_rows):
    draws = np.random.default_rng(6)
    people = np.linspace(50_000, 200_000, 30).round()
    rows = parted(make_rows, draws.poisson(people * 4e-4), people, 10_000.0)
    table = chart(rows, kind="rate", unit="per_10000", polarity="neutral")
    assert set(table["chart_kind"]) == {"up"}
    width = (table["upper_limit"] - table["lower_limit"]).to_numpy()
    assert width[0] == pytest.approx(2 * width[-1], rel=0.01)
    assert "Charted as a rate with its population" in table["chart_kind_reason"][0]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [({"kind": "mean", "unit": "days"}, "xmr"), ({"kind": "count"}, "xmr"), (SHARE, "xmr")],
)
def test_figures_without_parts_are_single_figures(chart, make_rows, changes, kind):
    rows = make_rows([50.0, 52, 49, 51, 53, 48, 50, 51, 49, 52, 50, 48, 51, 50])
    table = chart(rows.assign(numerator=np.nan), **changes)
    assert set(table["chart_kind"]) == {kind}
    assert ("not known" in table["chart_kind_reason"][0]) == (changes is SHARE)


def test_the_rule_set_can_ask_for_single_figures(chart, make_rows):
    rows = parted(make_rows, *stable())
    table = chart(rows, policy={"proportion": "xmr"}, **SHARE)
    assert set(table["chart_kind"]) == {"xmr"}
    assert table["upper_limit"].nunique() == 1


def test_a_choice_that_is_none_is_refused(rule_sets):
    given_set = rule_sets["chart-choice"]
    wrong = given_set.model_copy(update={"values": {**given_set.values, "count": "pp"}})
    with pytest.raises(RuleSetError, match="count as 'pp'"):
        ChartRules.of(wrong)


# --- rare events --------------------------------------------------------------------------------


def test_rare_counts_are_held_against_chance_in_one_period(chart, make_rows):
    values = [0.0] * 9 + [1.0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 6]
    table = chart(make_rows(values), polarity="low")
    assert set(table["chart_kind"]) == {"g"}
    assert "Charted as rare events: a month is held" in table["chart_kind_reason"][0]
    # 11 events in 24 months: more than 3 in one come by chance in fewer than 1.35 of 1,000
    assert set(table["upper_limit"]) == {3.0}
    assert table["variation"].tolist() == ["common_cause"] * 23 + ["concern_high"]


def test_a_long_time_without_an_event_is_told(chart, make_rows):
    every_other = [0.0, 1.0] * 15
    table = chart(make_rows([*every_other, *[0.0] * 12]), polarity="low")
    last = table.iloc[-1]
    assert (last["special_cause"], last["variation"]) == ("rare_low", "improvement_low")
    assert table["special_cause"][:30].isin(["none"]).all()


def test_of_a_share_that_is_nearly_all_the_missed_are_rare(chart, make_rows):
    draws = np.random.default_rng(8)
    size = np.full(60, 10.0)
    missed = (draws.random(60) < 0.5).astype(float)
    missed[-20:] = 0.0
    rows = parted(make_rows, size - missed, size)
    table = chart(rows, **SHARE)
    assert set(table["chart_kind"]) == {"g"}
    assert table["special_cause"].iloc[-1] == "rare_high"
    assert table["variation"].iloc[-1] == "improvement_high"
    assert (table["upper_limit"] == 100).all() and (table["lower_limit"] < 80).all()
    worse = parted(make_rows, [*(size - missed)[:-1], 5.0], size)
    assert chart(worse, **SHARE)["special_cause"].iloc[-1] == "below_limit"


def test_few_rare_events_have_limits_and_no_word_on_the_time_between(chart, make_rows):
    table = chart(make_rows([0.0] * 10 + [1.0] + [0.0] * 30), polarity="low")
    assert set(table["special_cause"]) == {"none"}
    assert table[LIMITS].notna().all(axis=None)


def test_a_full_share_above_the_whole_once_adjusted_is_no_signal(chart, make_rows):
    # in three springs of four a third of ten cases is missed, at no other time any
    size = np.full(48, 10.0)
    missed = np.tile([0.0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0], 4)
    missed[[39, 40]] = 0
    table = chart(parted(make_rows, size - missed, size), **SHARE)
    assert set(table["chart_kind"]) == {"g"}
    assert (table["seasonal_factor"] < 0.9).any() and (table["chart_value"] > 100).any()
    assert not table["special_cause"].isin(["above_limit"]).any()
    assert (table["upper_limit"] >= 100).all()


def test_a_rare_figure_that_waits_without_its_cases_has_no_verdict(chart, make_rows):
    size = np.full(30, 10.0)
    rows = parted(make_rows, size - np.tile([0.0, 1, 0, 0, 1], 6), size, start="2023-07")
    rows["state"] = ["final"] * 29 + ["provisional"]
    for name in ("numerator", "shown_numerator", "denominator", "shown_denominator"):
        rows.loc[29, name] = np.nan
    table = chart(rows.assign(shown_state=rows["state"]), matures_after=35, **SHARE)
    assert set(table["chart_kind"]) == {"g"}
    assert table["special_cause"].iloc[-1] == "not_tested"
    assert table[LIMITS].notna().all(axis=None)
    assert tuple(table[["lower_limit", "upper_limit"]].iloc[-1]) == (0, 100)


def test_a_baseline_without_an_event_does_not_make_the_first_one_a_signal(
    chart, make_rows, make_break
):
    start = make_break("2020-04").model_copy(update={"baseline_points": 13})
    table = chart(make_rows([*[0.0] * 15, 1.0, *[0.0] * 8]), start, polarity="low")
    assert set(table["chart_kind"]) == {"g"} and set(table["special_cause"]) == {"none"}


def test_where_figures_follow_on_the_time_between_rare_events_may_be_longer(chart, make_rows):
    together = [0.0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0]
    apart = [0.0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0]
    for months, waiting in ((apart, 13), (together, 13), (together, 30)):
        table = chart(make_rows([*months, *months, *[0.0] * waiting]), polarity="low")
        assert set(table["chart_kind"]) == {"g"}
        told = table["special_cause"].iloc[-1] == "rare_low"
        assert told == (months is apart or waiting == 30)
        longer = "so that time must be longer to stand out" in table["chart_kind_reason"][0]
        assert longer == (months is together)


# --- figures that follow on from one another ----------------------------------------------------


def test_figures_that_follow_on_get_wider_limits_and_longer_runs(chart, make_rows):
    draws = np.random.default_rng(12)
    values = [50.0]
    for _ in range(59):
        values.append(50 + 0.6 * (values[-1] - 50) + draws.normal(0, 4))
    table = chart(make_rows(values), kind="mean", unit="days")
    rho = table["autocorrelation"][0]
    assert rho > 0.3
    ranges = np.abs(np.diff(values))
    kept = ranges[ranges < 3.267 * ranges.mean()].mean()
    wide = 2.66 * kept / np.sqrt(1 - min(rho, 0.6))
    assert table["upper_limit"][0] == pytest.approx(np.mean(values) + wide)
    assert table["chart_kind_reason"][0].endswith(
        "Figures follow on from one another, so the limits are wider and a run must be "
        f"{13 if rho >= 0.6 else table['chart_kind_reason'][0].split()[-3]} figures long."
    )


def test_a_step_is_still_found(chart, make_rows):
    draws = np.random.default_rng(13)
    values = draws.normal(50, 3, 48)
    values[-10:] += 9
    table = chart(make_rows(list(values)), kind="mean", unit="days", polarity="high")
    assert table["variation"].iloc[-1] == "improvement_high"
    assert "follow on" not in table["chart_kind_reason"].iloc[-1]


# --- figures that wait --------------------------------------------------------------------------


def test_a_figure_that_waits_has_the_limits_of_its_own_cases(chart, make_rows):
    top, size = stable()
    size[-1] = 20
    top[-1] = 16
    rows = parted(make_rows, top, size, start="2023-07")
    rows["state"] = ["final"] * 29 + ["provisional"]
    waiting = chart(rows.assign(shown_state=rows["state"]), matures_after=35, **SHARE)
    final = chart(rows.iloc[:29], matures_after=35, **SHARE)
    pd.testing.assert_series_equal(
        waiting["upper_limit"][:29], final["upper_limit"], check_names=False
    )
    width = waiting["upper_limit"] - waiting["centre"]
    assert width.iloc[-1] == pytest.approx(width.iloc[0] * np.sqrt(size[0] / 20))


# --- whatever comes -----------------------------------------------------------------------------


def hostile(series: int, length: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Values and denominators of every bad kind: gaps, infinities, constants, huge and tiny."""
    draws = np.random.default_rng(seed)
    bad = np.array([np.nan, 0.0, 100.0, np.inf, -np.inf, 1e60, -1e40, 1e-300, -3.0, 5e-324])
    own = draws.choice(bad, (series, length))
    plain = draws.integers(0, 30, (series, length)).astype(float)
    rare = (draws.random((series, length)) < 0.1).astype(float)
    constant = np.repeat(draws.choice(bad, (series, 1)), length, axis=1)
    which = draws.integers(0, 4, (series, 1))
    values = np.choose(which, [plain, rare, constant, own])
    values = np.where(draws.random((series, length)) < 0.1 * draws.integers(0, 2, (series, 1)), own,
                      values)  # fmt: skip
    values[draws.random((series, length)) < draws.choice([0, 0, 0.3, 0.8], (series, 1))] = np.nan
    cases = np.array([0.0, 1.0, 3.0, 0.5, 1e9, 1e60, np.nan, np.inf, -2.0, 1e-200])
    below = np.where(draws.random((series, 1)) < 0.5, 30.0, draws.choice(cases, (series, length)))
    return values, below


def held_to_its_promise(chart, make_rows, kind: str, series: int, seed: int) -> None:
    values, cases = hostile(series, 40, seed)
    draws, one = np.random.default_rng(seed), make_rows([1.0] * 40)
    rows = pd.concat([one] * series, ignore_index=True)
    value = values.ravel()
    rows = rows.assign(
        service_area=np.repeat([f"U{place:05d}" for place in range(series)], 40), value=value,
        state=np.where(np.isnan(value), "suppressed", "final"), denominator=cases.ravel(),
        numerator=draws.choice([0.0, 3.0, 7.0, np.nan, np.inf, 1e70], len(value),
                               p=[0.3, 0.3, 0.37, 0.01, 0.01, 0.01]),
    )  # fmt: skip
    unit = {"proportion": "percent", "rate": "per_10000", "count": "count", "mean": "days"}[kind]
    goal = {"value": 50, "from": "2010-04"}
    table = chart(rows, kind=kind, unit=unit, polarity="high", target=goal)
    tested = table["variation"] != "not_tested"
    assert tested.any() and not tested.all()
    assert np.isfinite(table.loc[tested, LIMITS].to_numpy()).all()
    assert table.loc[~tested, LIMITS].isna().all(axis=None)
    assert (table.loc[tested, "chart_points"] >= 13).all()
    assert (tested == (table["assurance"] != "not_tested")).all()
    assert (tested == (table["special_cause"] != "not_tested")).all()
    assert table["chart_reason"].ne("").all() and table["chart_kind_reason"].ne("").all()
    assert (table.loc[tested, "chart_kind"] != "none").all()


KINDS = ("proportion", "rate", "count", "mean")


@pytest.mark.parametrize("kind", KINDS)
def test_any_series_has_an_answer(chart, make_rows, kind):
    held_to_its_promise(chart, make_rows, kind, 120, 1)


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(2, 12))
def test_a_hundred_thousand_series_have_an_answer(chart, make_rows, kind, seed):
    held_to_its_promise(chart, make_rows, kind, 2500, seed)
