"""Hostile series: every chart gives a defined answer, or refuses in words.

Series are made in batches by seed, each by one of the recipes below, and all of a batch go
through a method in one call, as real ones do. `make soak` runs 100,000.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.analysis import add_segments, spc
from pmf_analysis.errors import TableError
from pmf_analysis.methods import attribute, run_chart, xmr
from pmf_analysis.register.models import Indicator, Workspace
from pmf_analysis.register.registry import Context, Register
from pmf_analysis.tables import MEASURE
from pmf_analysis.terms import Assurance, Polarity, SpecialCause, State, Variation

Draws = np.random.Generator
Floats = NDArray[np.float64]

LEVELS = (0.0, 1.0, 100.0, -5.0, 0.1, 1 / 3, 1e300, -1e300, 1e-300, 5e-324)
LONGEST = 40
SEEDS = range(3)
SOAK = range(200)
EACH = 500
"""Series of one batch; 200 batches of them are the 100,000 of the soak."""


def _spike(draws: Draws, n: int) -> Floats:
    series = 5 + draws.random(n) * 1e-6
    series[draws.integers(n)] = draws.choice([9.0, -1e9, 1e300])
    return series


def _holed(draws: Draws, n: int, hole: float) -> Floats:
    return np.where(draws.random(n) < 0.3, hole * draws.choice([-1, 1], n), draws.normal(size=n))


RECIPES: dict[str, Callable[[Draws, int], Floats]] = {
    "constant": lambda draws, n: np.full(n, draws.choice(LEVELS)),
    "all but one": lambda draws, n: np.where(np.arange(n) == n // 2, 9.0, draws.choice(LEVELS[:6])),
    "spike": _spike,
    "small integers": lambda draws, n: draws.integers(0, 4, n).astype(float),
    "two values": lambda draws, n: draws.choice(draws.choice(LEVELS, 2), n),
    "signed zeros": lambda draws, n: draws.choice([0.0, -0.0], n),
    "huge": lambda draws, n: draws.uniform(-1, 1, n) * 1e300,
    "tiny": lambda draws, n: draws.uniform(-1, 1, n) * 1e-300,
    "below the normal": lambda draws, n: draws.integers(-3, 4, n) * 5e-324,
    "every size": lambda draws, n: 10.0 ** draws.uniform(-300, 300, n) * draws.choice([-1, 1], n),
    "ceiling": lambda draws, n: np.minimum(100.0, draws.normal(99.5, 1, n)),
    "step": lambda draws, n: np.where(np.arange(n) < n // 2, 1.0, 2.0) + draws.normal(0, 1e-9, n),
    "ordinary": lambda draws, n: draws.normal(50, 10, n),
    "last bits": lambda draws, n: 0.1 + draws.integers(-2, 3, n) * np.spacing(0.1),
    "infinite": lambda draws, n: _holed(draws, n, np.inf),
    "missing": lambda draws, n: _holed(draws, n, np.nan),
    "nothing": lambda draws, n: np.full(n, np.nan),
    "beyond": lambda draws, n: np.full(n, 1.7e308),
}


class Batch(NamedTuple):
    """Points of many series; ``given`` says which a method takes."""

    series: NDArray[np.int64]
    position: NDArray[np.int64]
    value: Floats
    given: NDArray[np.bool_]

    @property
    def kept(self) -> tuple[Floats, NDArray[np.int64], NDArray[np.bool_]]:
        """Values, series and whether each point follows at once, of the points that are given."""
        series, position = self.series[self.given], self.position[self.given]
        follows = np.diff(position, prepend=-9) == 1
        return self.value[self.given], series, follows


def made(seed: int, count: int = EACH) -> Batch:
    draws = np.random.default_rng(seed)
    names = list(RECIPES)
    series, position, value = [], [], []
    for number in range(count):
        length = int(draws.choice([1, 2, 12, 13, draws.integers(3, LONGEST)]))
        places = np.flatnonzero(draws.random(length) < draws.choice([1.0, 0.7]))
        whole = RECIPES[names[draws.integers(len(names))]](draws, length)
        series.append(np.full(len(places), number))
        position.append(places)
        value.append(whole[places])
    values = np.concatenate(value)
    # Python's own arithmetic: a comparison with NaN is False
    return Batch(np.concatenate(series), np.concatenate(position), values, np.abs(values) <= 1e300)


@pytest.fixture(scope="module")
def rules(rule_sets) -> tuple[xmr.XmrRules, attribute.AttributeRules, run_chart.RunRules]:
    return (
        xmr.XmrRules.of(rule_sets["nhs-making-data-count"]),
        attribute.AttributeRules.of(rule_sets["attribute-charts"]),
        run_chart.RunRules.of(rule_sets["anhoej"]),
    )


def finite(*columns: Floats) -> NDArray[np.bool_]:
    return np.isfinite(np.vstack(columns)).all(axis=0)


def hold_single_figures(batch: Batch, control: xmr.XmrRules) -> None:
    with pytest.raises(TableError, match="to chart"):
        xmr.limits(batch.value, batch.series, control)
    value, series, follows = batch.kept
    draws = np.random.default_rng(len(value))
    fixed = draws.choice([np.nan, 1, 13], LONGEST * EACH)[series]
    for options in ({}, {"fix_after": fixed}):
        lines = xmr.limits(value, series, control, follows=follows, **options)
        assert finite(lines.centre).all()
        drawn = lines.ranges > 0
        assert (finite(lines.lower, lines.upper) == drawn).all()
        assert (lines.lower <= lines.centre)[drawn].all()
        assert (lines.upper >= lines.centre)[drawn].all()
        causes = xmr.special_causes(value, series, lines, control, follows=follows)
        assert set(causes) <= {str(cause) for cause in SpecialCause}
        enough = xmr.enough(lines, control)
        assert (drawn & (lines.points >= control.min_points))[enough].all()
        goal = draws.choice([np.nan, 0.0, 1.0, 1e300], len(value))
        way = draws.choice([str(one) for one in Polarity], len(value))
        held = xmr.assurance(goal, lines.lower, lines.upper, way)
        assert set(held) <= {str(one) for one in Assurance}
        assert (held == "not_tested")[np.isnan(goal) | ~drawn].all()
        assert set(xmr.variation(causes, way)) <= {str(one) for one in Variation}
    equal = pd.Series(value).groupby(series).transform("nunique").to_numpy() == 1
    lines = xmr.limits(value, series, control, follows=follows)
    causes = xmr.special_causes(value, series, lines, control, follows=follows)
    assert set(causes[equal]) <= {"none"}


def hold_runs(batch: Batch, rules: run_chart.RunRules) -> None:
    with pytest.raises(TableError, match="to chart"):
        run_chart.runs(batch.value, batch.series, rules)
    value, series, follows = batch.kept
    found = run_chart.runs(value, series, rules, follows=follows)
    assert finite(found.median).all() and len(found.median) == len(np.unique(series))
    assert (found.longest_run <= found.useful).all() and (found.useful <= found.points).all()
    assert (found.crossings <= np.maximum(found.useful - 1, 0)).all()
    assert (found.tested == (found.useful >= rules.min_useful)).all()
    assert not (found.signal & ~found.tested).any()


def counted(seed: int, count: int = EACH) -> pd.DataFrame:
    """Events and cases of many series, every kind of chart among them."""
    draws = np.random.default_rng(seed)
    kinds, parts = [str(kind) for kind in attribute.KINDS], []
    for number in range(count):
        n = int(draws.choice([1, 2, 13, draws.integers(3, LONGEST)]))
        most = draws.choice([1, 5, 300, 1e6, 1e50])
        cases = np.ceil(draws.random(n) * most) * (draws.random(n) >= draws.choice([0.0, 0.3, 1.0]))
        if draws.random() < 0.1:
            cases = cases * 1e-40
        share = draws.choice([0.0, 1.0, 0.02, 0.5, draws.random()])
        events = cases * np.where(draws.random(n) < 0.1, draws.random(n), share)
        if most < 1e9 and draws.random() < 0.7:
            events = np.minimum(np.round(events), cases)
        kind = kinds[draws.integers(len(kinds))]
        parts.append((np.full(n, number), [kind] * n, events, cases, np.arange(n)))
    columns = (np.concatenate(column) for column in zip(*parts, strict=True))
    return pd.DataFrame(dict(zip(("series", "kind", "events", "cases", "place"), columns,
                                 strict=True)))  # fmt: skip


def hold_counts(points: pd.DataFrame, control: xmr.XmrRules, rules: attribute.AttributeRules):
    given = (points["kind"], points["events"], points["cases"], points["series"].to_numpy())
    follows = (points["place"] % 7 != 3).to_numpy()
    for clipped in (True, False):
        lines = attribute.limits(*given, rules, control, follows=follows, clipped=clipped)
        drawn = lines.drawn
        shown = (lines.centre, lines.lower, lines.upper, lines.near_lower, lines.near_upper)
        assert finite(lines.value, lines.sigma, *shown)[drawn].all()
        assert np.isnan(np.vstack(shown[1:]))[:, ~drawn].all()
        room = 1e-9 * np.abs(lines.centre)
        assert (lines.lower <= lines.centre + room)[drawn].all()
        assert (lines.upper >= lines.centre - room)[drawn].all()
        assert (finite(lines.z) | (lines.sigma == 0))[drawn].all()
        over = points["kind"].isin([str(kind) for kind in attribute.OVER_CASES]).to_numpy()
        assert not drawn[over & (points["cases"] == 0).to_numpy()].any()
        causes = attribute.special_causes(lines, given[3], control, follows=follows)
        assert ((causes == "not_tested") == ~drawn).all()
        if clipped:
            assert (lines.lower >= 0)[drawn & (points["kind"] != "i").to_numpy()].all()
            assert (lines.upper <= 1)[drawn & points["kind"].isin(["p", "pp"]).to_numpy()].all()


def register(rule_sets) -> Register:
    """Indicators of every kind and polarity, with and without parts."""
    found = {}
    for kind, multiplier in (("proportion", 100), ("rate", 10_000), ("count", 1), ("mean", 1)):
        for polarity in Polarity:
            code = f"{kind[:2].upper()}-{list(Polarity).index(polarity):02}"
            source = {"table": "t", "numerator": ["n"]}
            if kind != "count":
                source["denominator"] = {"column": "d"}
            more = {}
            if polarity is not Polarity.NEUTRAL:
                more["target"] = {
                    "value": 80, "from": "2000-04", "agreed_by": "r", "agreed_on": "2000-04-01"
                }  # fmt: skip
            if polarity is Polarity.CLOSE_TO_TARGET:
                more["tolerance"] = 5
            found[code] = Indicator(
                code=code, name=f"Test {code}", objective="o", kind=kind, unit="count",
                source={"published": source}, polarity=polarity, frequency="month",
                data_period="M", applies_to=["authority"], owner="role", origin="test",
                multiplier=multiplier, **more,
            )  # fmt: skip
    place = Workspace(title="T", register_name="t", county="A", report_kinds=["authority"])
    return Register(place, found, {}, rule_sets=rule_sets)


def measured(seed: int, held: Register, count: int = EACH) -> pd.DataFrame:
    """A measure table of hostile series: half of figures alone, half of events among cases."""
    draws, months = np.random.default_rng(seed), periods.parse("2020-04")
    spans = [periods.shift(months, step) for step in range(LONGEST)]
    single = made(seed, count // 2)
    parts = counted(seed, count - count // 2)
    table = pd.DataFrame({
        "series": np.concatenate([single.series, parts["series"] + count]),
        "place": np.concatenate([single.position, parts["place"]]),
        "value": np.concatenate([single.value, np.full(len(parts), np.nan)]),
        "numerator": np.concatenate([np.full(len(single.value), np.nan), parts["events"]]),
        "denominator": np.concatenate([np.full(len(single.value), np.nan), parts["cases"]]),
    })  # fmt: skip
    codes = draws.choice(sorted(held.indicators), 2 * count)
    table["indicator"] = codes[table["series"]]
    scale = table["indicator"].map({code: one.multiplier for code, one in held.indicators.items()})
    ratio = table["numerator"] / table["denominator"].replace(0, np.nan) * scale
    table["value"] = table["value"].fillna(ratio)
    states = draws.choice([str(state) for state in State], len(table), p=_chances())
    valued = table["value"].notna()
    table["state"] = np.where(valued, states, np.where(states == "final", "not_given", states))
    return pd.DataFrame({
        "indicator": table["indicator"], "service_area": "U" + table["series"].astype(str),
        "cohort": "all", "period": [spans[place].code for place in table["place"]], "vintage": "",
        "period_end": [spans[place].end.isoformat() for place in table["place"]],
        "numerator": table["numerator"], "denominator": table["denominator"],
        "value": table["value"], "state": table["state"], "lower": np.nan, "upper": np.nan,
        "method": "", "quality": "not_assessed", "deliveries": "d",
    }).pipe(_shown)[[*MEASURE]]  # fmt: skip


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    names = ("numerator", "denominator", "value", "lower", "upper", "state")
    shown = {f"shown_{name}": table[name] for name in names}
    return table.assign(**shown, shown_label=table["period"])


def _chances() -> list[float]:
    return [0.9 if state is State.FINAL else 0.1 / (len(State) - 1) for state in State]


def hold_analysis(seed: int, rule_sets, count: int = EACH) -> None:
    context = Context(register(rule_sets), date(2026, 1, 1))
    rows = add_segments(measured(seed, context.register, count), context)
    found = spc.analyse(rows, context)
    assert len(found) == len(rows)
    tested = (found["special_cause"] != "not_tested").to_numpy()
    lines = found[["centre", "lower_limit", "upper_limit"]].to_numpy(dtype=float)
    assert np.isfinite(lines[tested]).all()
    assert not np.isinf(lines).any()
    assert (found["variation"] != "not_tested").to_numpy()[tested].all()
    assert (found["variation"] == "not_tested").to_numpy()[~tested].all()
    assured = (found["assurance"] != "not_tested").to_numpy()
    assert np.isfinite(lines[assured]).all()
    assert (found["chart_reason"].str.len() > 10).all() and (found["rule_set"] != "").all()
    least = xmr.XmrRules.of(context.register.control_rules).min_points
    assert (found["chart_points"] >= least).to_numpy()[tested | assured].all()
    valued = rows["state"].map({str(state): state.has_value for state in State}).to_numpy()
    given = np.isfinite(rows["value"].to_numpy(dtype=float)) & valued
    assert given[tested].all()


@pytest.mark.parametrize("seed", SEEDS)
def test_hostile_series(seed, rules, rule_sets):
    batch = made(seed)
    hold_single_figures(batch, rules[0])
    hold_runs(batch, rules[2])
    hold_counts(counted(seed), *rules[:2])


def test_hostile_series_through_the_analysis(rule_sets):
    hold_analysis(0, rule_sets, 300)


@pytest.mark.soak
@pytest.mark.parametrize("seed", SOAK)
def test_a_hundred_thousand_hostile_series(seed, rules, rule_sets):
    batch = made(1000 + seed)
    hold_single_figures(batch, rules[0])
    hold_runs(batch, rules[2])
    hold_counts(counted(1000 + seed), *rules[:2])
    hold_analysis(1000 + seed, rule_sets)


@given(st.lists(st.floats(), min_size=1, max_size=30))
@example([1e300, -1e300] * 10)
@example([5e-324] * 7 + [0.0] * 7)
@example([-0.0] * 13)
def test_any_list_of_numbers_is_charted_or_refused(rules, values):
    control, constants, reading = rules
    segment, known = np.zeros(len(values), dtype=int), np.array(values)
    if not (np.abs(known) <= 1e300).all():
        for refuses in (
            lambda: xmr.limits(known, segment, control),
            lambda: attribute.limits("i", known, 0, segment, constants, control),
            lambda: run_chart.runs(known, segment, reading),
        ):
            with pytest.raises(TableError, match="to chart"):
                refuses()
        return
    lines = xmr.limits(known, segment, control)
    assert finite(lines.lower, lines.upper).all() == (len(known) > 1)
    assert len(xmr.special_causes(known, segment, lines, control)) == len(known)
    assert np.isfinite(run_chart.runs(known, segment, reading).median[0])
