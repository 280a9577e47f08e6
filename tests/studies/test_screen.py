"""The screen over everything: what is tested, what stands out, in which order, in what words."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import periods
from pmf_analysis.methods.multiplicity import adjusted
from pmf_analysis.register import Context, load
from pmf_analysis.register.models import Indicator, Unit, Workspace
from pmf_analysis.register.registry import Register
from pmf_analysis.studies import Known, _scanned, screen
from pmf_analysis.terms import MeasureKind

START = periods.parse("2022-01")


def indicator(code: str = "I", **changes: object) -> Indicator:
    given = {
        "code": code, "name": f"Indicator {code}", "objective": "o", "kind": "proportion",
        "source": {"published": {"table": "t", "numerator": ["n"], "denominator": {"column": "d"}}},
        "unit": "percent", "polarity": "high", "frequency": "month", "data_period": "M",
        "applies_to": ["team"], "owner": "role", "origin": "test",
    }  # fmt: skip
    return Indicator(**{**given, **changes})


@pytest.fixture(scope="module")
def make_context(root):
    """A county C with parts A and B, and A1 below A."""
    rules = load(root / "data" / "reference").rule_sets

    def make(*indicators: Indicator, on: date = date(2026, 6, 1)) -> Context:
        kinds = {"C": ("county", ""), "A": ("area", "C"), "B": ("area", "C"), "A1": ("team", "A")}
        held = Register(
            workspace=Workspace(title="T", register_name="t", county="C", report_kinds=["area"]),
            indicators={one.code: one for one in indicators or (indicator(),)},
            units={
                code: Unit(code=code, name=f"Unit {code}", kind=kind, parent=parent)
                for code, (kind, parent) in kinds.items()
            },
            rule_sets=rules,
        )
        return Context(held, on)

    return make


def rows(values, code="I", unit="A", cases=100.0, start=START, **columns) -> pd.DataFrame:
    """Analysis rows of one series; None stands for a period without a number."""
    spans = [periods.shift(start, step) for step in range(len(values))]
    value = pd.Series(values, dtype=float)
    table = pd.DataFrame(
        {
            "indicator": code, "service_area": unit, "cohort": "all",
            "period": [span.code for span in spans], "vintage": "",
            "period_end": [span.end.isoformat() for span in spans],
            "state": np.where(value.isna(), "suppressed", "final"), "segment": 0,
            "denominator": cases, "chart_value": value, "seasonal_factor": 1.0,
            "shown_value": value, "target": np.nan, "floor": np.nan,
        }
    )  # fmt: skip
    return table.assign(**columns)


def wavering(length: int, level: float = 80.0, seed: int = 1) -> np.ndarray:
    return 100 * np.random.default_rng(seed).binomial(100, level / 100, length) / 100


def stepped(length: int, latest: int, to: float, **given) -> np.ndarray:
    values = wavering(length, **given)
    values[-latest:] = wavering(latest, to, seed=9)
    return values


def screened(context: Context, *parts: pd.DataFrame) -> pd.DataFrame:
    table = screen.study(pd.concat(parts, ignore_index=True), Known(), context)
    assert list(table.columns) == list(screen.COLUMNS)
    return table


def one(table: pd.DataFrame, unit: str = "A", code: str = "I") -> pd.Series:
    (row,) = table[(table["service_area"] == unit) & (table["indicator"] == code)].to_dict(
        "records"
    )
    return pd.Series(row)


@pytest.mark.parametrize(
    ("polarity", "to", "verdict"),
    [
        ("high", 95.0, "improvement"), ("high", 60.0, "concern"), ("low", 95.0, "concern"),
        ("low", 60.0, "improvement"), ("neutral", 60.0, "neutral"),
        ("close_to_target", 60.0, "neutral"),
    ],
)  # fmt: skip
def test_a_step_stands_out_by_polarity(make_context, polarity, to, verdict):
    fields = {"target": {"value": 80, "from": "2020-01"}, "tolerance": 1}
    own = indicator(polarity=polarity, **(fields if polarity == "close_to_target" else {}))
    found = one(screened(make_context(own), rows(stepped(48, 9, to))))
    assert found["screen_verdict"] == verdict
    assert (found["since"], found["latest"], found["slides"]) == ("2025-04", 9, False)
    assert found["after"] == pytest.approx(to, abs=4)
    assert found["before"] == pytest.approx(80, abs=2)
    assert found["level_words"].startswith("Since April 2025 the level has been ")
    assert found["screen_reason"] == "Unlikely to be chance, even among 1 series tested together."


def test_stable_series_do_not_stand_out(make_context):
    table = screened(make_context(), *(rows(wavering(48, seed=n), unit=u) for n, u in
                                       enumerate(("A", "B", "C", "A1"))))  # fmt: skip
    assert set(table["screen_verdict"]) == {"none"}
    assert table["screen_rank"].isna().all() and set(table["series_tested"]) == {4}
    assert (table["rank_reason"] == "").all()
    assert table["adjusted_chance"].to_numpy() == pytest.approx(adjusted(table["chance"], "BH"))


def test_a_slide_and_a_last_figure_in_words(make_context):
    slide = wavering(48)
    slide[-12:] -= np.arange(1, 13) * 2.5
    last = np.where(np.arange(48) < 47, wavering(48), 20.0)
    context = make_context()
    table = screened(context, rows(slide), rows(last, unit="B"))
    assert one(table)["slides"]
    assert "has fallen steadily, from 79.4% to " in one(table)["level_words"]
    assert one(table, "B")["level_words"].startswith("December 2025 stands at 20.0%, against ")


def test_what_is_not_tested_has_its_reason(make_context):
    stock, plain = indicator("STOCK", stock=True), indicator()
    context = make_context(stock, plain)
    table = screened(
        context,
        rows(stepped(48, 9, 99.0), "STOCK", "A"),
        rows(wavering(10), unit="A", start=periods.shift(START, 38)),
        rows(stepped(40, 9, 99.0), unit="B"),
        rows(stepped(48, 9, 99.0), unit="A1", cases=3.0),
        rows([None] * 48, unit="C"),
        rows(wavering(48), unit="C", code="STOCK"),
        rows(wavering(48), unit="X"),
    )
    assert "share months" in one(table, "A", "STOCK")["screen_reason"]
    assert one(table, "A")["screen_reason"].startswith("Only 10 final figures")
    assert "April 2025: too old" in one(table, "B")["screen_reason"]
    assert one(table, "A1")["screen_reason"].startswith("Fewer than 5 cases in a usual month")
    assert one(table, "C")["screen_reason"].startswith("No figure is final")
    untested = table[table["screen_verdict"] == "not_tested"]
    assert len(untested) == 6 and untested["chance"].isna().all()
    assert (untested["since"] == "").all() and (untested["level_words"] == "").all()
    assert set(table["series_tested"]) == {1}


def test_nothing_is_read_across_a_restart_or_from_a_figure_that_waits(make_context):
    values = stepped(60, 14, 95.0)
    later = rows(values, segment=np.repeat([0, 1], [46, 14]))
    assert one(screened(make_context(), later))["screen_verdict"] in ("none", "not_tested")
    own = indicator(matures_after=400)
    waits = rows(values, state=np.repeat(["final", "provisional"], [46, 14]),
                 start=periods.parse("2021-06"))  # fmt: skip
    found = one(screened(make_context(own), waits))
    assert found["screen_verdict"] == "none" and found["figures"] == 46


def test_a_change_that_has_gone_and_one_long_ago_do_not_stand_out(make_context):
    gone = stepped(60, 12, 60.0)
    gone[-3:] = 80.0
    table = screened(
        make_context(),
        rows(gone, start=periods.parse("2021-01")),
        rows(stepped(60, 36, 60.0), unit="B", start=periods.parse("2021-01")),
    )
    assert one(table)["screen_verdict"] == "none"
    assert "the latest figures are back" in one(table)["screen_reason"]
    assert one(table, "B")["screen_verdict"] == "none"
    assert 34 <= one(table, "B")["figures"] <= 38  # the old step starts the series anew


def test_the_order_is_that_of_consequence_and_says_why(make_context):
    plain, duty = indicator(), indicator("DUTY", duty=True, risks=["R-1", "R-2"])
    context = make_context(plain, duty)
    better, worse = stepped(48, 9, 97.0), stepped(48, 9, 60.0)
    table = screened(
        context, rows(better), rows(worse, unit="B"),
        rows(worse, "DUTY", "B", target=90.0, floor=80.0), rows(better, "DUTY", "C"),
    )  # fmt: skip
    ranked = table[table["screen_rank"].notna()]
    assert ranked["screen_rank"].tolist() == [1, 2, 3, 4]
    assert list(zip(ranked["indicator"], ranked["service_area"], strict=True)) == [
        ("DUTY", "B"), ("I", "B"), ("DUTY", "C"), ("I", "A"),
    ]  # fmt: skip
    reason = ranked["rank_reason"].iloc[0]
    assert reason.startswith("A change for the worse; ")
    for part in ("short of its target", "a statutory duty", "linked to risks R-1 and R-2"):
        assert part in reason
    assert table["screen_rank"].iloc[:4].notna().all()


def test_a_whole_and_its_parts_are_one_story(make_context):
    worse = stepped(48, 9, 60.0)
    table = screened(
        make_context(), rows(worse, unit="A1"), rows(worse, unit="A"), rows(worse, unit="C"),
        rows(wavering(48), unit="B"),
    )  # fmt: skip
    assert one(table, "C")["rank_reason"].endswith(
        "Of its 2 parts, only Unit A stands out in the same way: one story."
    )
    assert one(table, "A")["rank_reason"].endswith(
        "Unit A1 stands out in the same way: one story. "
        "Unit C stands out in the same way: one story."
    )
    assert set(table["story"].dropna()) == {1.0}


def test_a_part_that_changed_the_other_way_is_another_story(make_context):
    table = screened(
        make_context(), rows(stepped(48, 9, 60.0), unit="A"), rows(stepped(48, 9, 97.0), unit="C")
    )
    assert sorted(table["story"]) == [1, 2]
    assert not table["rank_reason"].str.contains("one story").any()


@pytest.mark.parametrize(
    ("flagged", "tested", "words"),
    [
        (0, 0, "No series has enough final figures that do not overlap, so none was tested."),
        (0, 1, "1 series was tested. About 0 would look unusual at 1 in 20 by chance alone; none"),
        (6, 262, "262 series were tested. About 13 would look unusual at 1 in 20 by chance alone; "
         "6 stand out after allowing for that, of which fewer than 1 is expected to be chance."),
        (23, 1204, "1,204 series were tested. About 60 would look unusual at 1 in 20 by chance "
         "alone; 23 stand out after allowing for that, of which at most about 1 is expected"),
        (60, 1204, "at most about 3 are expected to be chance."),
    ],
)  # fmt: skip
def test_the_statement_says_what_chance_gives(make_context, flagged, tested, words):
    verdicts = ["concern"] * flagged + ["none"] * (tested - flagged) + ["not_tested"] * 5
    table = pd.DataFrame({"screen_verdict": verdicts})
    table["screen_rank"] = np.where(table["screen_verdict"] == "concern", 1.0, np.nan)
    assert words in screen.statement(table, make_context().register.rule_set("screen"))


def test_facts_are_empty_where_nothing_stands_out(make_context):
    context = make_context()
    table = screened(context, rows(stepped(48, 9, 60.0)), rows(wavering(48), unit="B"))
    latest = pd.DataFrame(
        {"indicator": "I", "service_area": ["B", "A", "Z"], "cohort": "all"}, index=[5, 2, 9]
    )
    found = screen.facts(table, latest, context)
    assert found.index.tolist() == [5, 2, 9] and set(found.columns) == set(screen.FACTS)
    assert found["screen_verdict"].tolist() == ["none", "concern", ""]
    assert found["level_since"].tolist() == ["", "April 2025", ""]
    assert found["level_words"].tolist()[0::2] == ["", ""]
    assert found["screen_series"].tolist() == ["2", "2", ""]
    assert np.isnan(found["screen_rank"].to_numpy()).tolist() == [True, False, True]


def test_an_empty_table_is_screened(make_context):
    assert screened(make_context(), rows([])).empty


def test_chance_is_alike_on_the_scale_of_the_scan():
    draws = np.random.default_rng(2)
    cases = np.full((1, 40_000), 40.0)
    for kind, values in (
        (MeasureKind.PROPORTION, draws.binomial(40, 0.9, cases.shape) / cases),
        (MeasureKind.RATE, draws.poisson(40 * 0.3, cases.shape) / cases),
        (MeasureKind.COUNT, draws.poisson(12.0, cases.shape).astype(float)),
    ):
        scaled, variance = _scanned.stabilised(kind.value, values, cases)
        assert scaled.var() == pytest.approx(variance.mean(), rel=0.08), kind
    scaled, variance = _scanned.stabilised("mean", cases, cases)
    assert (scaled == cases).all() and np.isnan(variance).all()


def test_autocorrelation_is_drawn_towards_that_of_its_indicator():
    lag = np.array([0.5, 0.1, 0.3, np.nan, 0.9])
    found = _scanned.pooled(lag, np.full(5, 25), np.array(["a", "a", "a", "a", "b"]))
    assert found[:4] == pytest.approx([0.3] * 4)  # no more apart than chance makes them
    assert found[4] == pytest.approx(0.9)
    assert _scanned.pooled(np.array([np.nan]), np.array([0]), np.array(["c"])).tolist() == [0]
