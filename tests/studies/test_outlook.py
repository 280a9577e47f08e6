"""What the forecast means, worked out by hand; and the laws that every outlook keeps."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from math import isnan, nan
from statistics import NormalDist

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis import periods, register
from pmf_analysis.errors import RuleSetError
from pmf_analysis.register import Context
from pmf_analysis.register.models import Indicator, Unit, Workspace
from pmf_analysis.register.registry import Register
from pmf_analysis.studies import Known, outlook
from pmf_analysis.studies._due import due
from pmf_analysis.studies._more_cases import Outlook, with_more
from pmf_analysis.studies._run_rate import StillToCome, meets, needed

TARGET = {"value": 85, "from": "2021-04"}
FLOOR = {"value": 80, "from": "2021-04"}


def indicator_of(**given: object) -> Indicator:
    return Indicator(
        **{
            "code": "T-01", "name": "Visits in time", "objective": "o", "kind": "proportion",
            "source": {"published": {"table": "t", "numerator": ["n"],
                                     "denominator": {"column": "d"}}},
            "unit": "percent", "polarity": "high", "frequency": "month", "data_period": "R12M",
            "applies_to": ["county"], "owner": "role", "origin": "t", "target": TARGET,
            "floor": FLOOR, **given,
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def rule_sets(root):
    return register.load(root / "data" / "reference").rule_sets


@pytest.fixture(scope="module")
def context_of(rule_sets):
    def made(**given: object) -> Context:
        held = Register(
            workspace=Workspace(
                title="T", register_name="t", county="A", report_kinds=["district"]
            ),
            indicators={"T-01": indicator_of(**given)},
            units={"A": Unit(code="A", name="A", kind="county")},
            breaks=(), rule_sets=rule_sets,
        )  # fmt: skip
        return Context(held, date(2026, 11, 6))

    return made


def table(
    *, over=(80, 100), ahead=(80.0, 100.0), shown=80.0, chances=(0.1,) * 12, floors=(0.2,) * 12,
    middles=None, variation="common_cause", months=24, horizon=12, **last: object,
) -> pd.DataFrame:  # fmt: skip
    """A history of equal months up to October 2026, and the coming ones."""
    end = periods.month(2026, 10)
    past = [periods.shift(end, step - months + 1) for step in range(months)]
    coming = [periods.shift(end, step + 1) for step in range(horizon)]
    middles = middles or [shown] * horizon
    series = {"indicator": "T-01", "service_area": "A", "cohort": "all"}
    top, bottom = over
    history = pd.DataFrame(
        {
            **series, "period": [one.code for one in past], "state": "final",
            "period_end": [one.end.isoformat() for one in past], "segment": 1, "era": 1,
            "numerator": float(top), "denominator": float(bottom), "value": 100 * top / bottom,
            "shown_numerator": 12.0 * top, "shown_denominator": 12.0 * bottom,
            "shown_value": shown, "shown_state": "final", "shown_label": "12 months",
            "target": 85.0, "variation": variation,
        }
    )  # fmt: skip
    for name, value in last.items():
        history[name] = pd.Series([value], index=history.index[-1:])
    future = pd.DataFrame(
        {
            **series, "period": [one.code for one in coming], "state": "forecast",
            "period_end": [one.end.isoformat() for one in coming], "segment": 1, "era": 1,
            "horizon": range(1, horizon + 1), "forecast_numerator": ahead[0],
            "forecast_denominator": ahead[1], "shown_forecast": middles,
            "shown_lower80": [one - 2 for one in middles],
            "shown_upper80": [one + 2 for one in middles],
            "shown_lower95": [one - 3 for one in middles],
            "shown_upper95": [one + 3 for one in middles],
            "forecast_target_chance": chances[:horizon],
            "forecast_floor_chance": floors[:horizon],
        }
    )  # fmt: skip
    return pd.concat([history, future], ignore_index=True)


def studied(rows: pd.DataFrame, context: Context) -> pd.DataFrame:
    return outlook.study(rows, Known(), context)


def first(rows: pd.DataFrame, context: Context) -> pd.Series:
    return studied(rows, context).iloc[0]


def facts(rows: pd.DataFrame, context: Context) -> pd.Series:
    latest = rows[rows["state"] != "forecast"].tail(1)
    return outlook.facts(studied(rows, context), latest, context).iloc[0]


# -- the date of the target ------------------------------------------------------------------


def test_the_target_falls_due_at_the_end_of_the_financial_year(context_of):
    found = first(table(), context_of())
    assert (found["due_period"], found["due_on"]) == ("2027-03", "2027-03-31")
    assert found["due_label"] == "12 months to March 2027"
    assert found["due_beyond"] == "no"


def test_a_new_target_ends_the_one_before(context_of):
    levels = [TARGET, {"value": 88, "from": "2027-01"}]
    found = first(table(), context_of(target=levels))
    assert (found["due_period"], found["due_on"]) == ("2026-12", "2026-12-31")
    assert found["target"] == 85
    again = first(table(), context_of(target=[TARGET, {"value": 85, "from": "2027-01"}]))
    assert (again["due_period"], again["target"]) == ("2027-03", 85)
    late = first(table(), context_of(target=[TARGET, {"value": 88, "from": "2027-06"}]))
    assert (late["due_period"], late["target"]) == ("2027-03", 85)


def test_a_forecast_that_stops_before_the_date_says_so(context_of):
    found = facts(table(horizon=3), context_of())
    assert found["outlook_period"] == "the 12 months to January 2027"
    assert found["outlook_figure"] == "the figure for the 12 months to January 2027"
    assert found["outlook_beyond"] == "31 March 2027"


@pytest.mark.parametrize(
    ("codes", "at", "on"),
    [
        (["2027-03", "2027-04"], 0, date(2027, 3, 31)),
        (["2027-04", "2027-05"], 1, date(2028, 3, 31)),
        (["2026/27", "2027/28"], 0, date(2027, 3, 31)),
    ],
)
def test_due_periods(context_of, codes, at, on):
    found = due(context_of().register, "T-01", "A", [periods.parse(code) for code in codes])
    assert (found.at, found.on) == (at, on)


# -- what the cases still to come must bring -------------------------------------------------


def test_run_rate_of_rolling_twelve_months(context_of):
    # seven months known: 560 of 700; five to come: 500. 85% of 1,200 is 1,020, and 84.95% of
    # them, printed as 85.0%, is 1,019.4: so 1,020 - 560 = 460 of the 500, 92 of each 100
    found = first(table(), context_of())
    assert (found["run_rate"], found["needed"], found["needed_of"]) == ("needed", 460, 500)
    assert (found["expected"], found["needed_periods"]) == (400, 5)
    words = facts(table(), context_of())["run_rate_words"]
    assert words == (
        "at least 460 of about 500 cases from November 2026 to March 2027 (92%), "
        "about 92 of 100 a month; the forecast is 400"
    )


def test_run_rate_of_a_single_month(context_of):
    # 84.95% of 40 is 33.98
    found = facts(table(ahead=(32.0, 40.0)), context_of(data_period="M"))
    assert found["run_rate_words"] == (
        "at least 34 of about 40 cases in March 2027 (85%); the forecast is 32"
    )
    assert found["outlook_period"] == "March 2027"


def test_run_rate_where_fewer_are_better(context_of):
    low = {"polarity": "low", "target": {"value": 20, "from": "2021-04"}, "floor": []}
    # 20.05% of 1,200 is 240.6; of 700 known 70 count, so 170 at the most
    words = facts(table(over=(10, 100), ahead=(12.0, 100.0)), context_of(**low))["run_rate_words"]
    assert words.startswith("at most 170 of about 500 cases")
    assert "(34%), about 34 of 100 a month; the forecast is 60" in words
    # 700 known and 245 of them count: too many already
    out = facts(table(over=(35, 100)), context_of(**low))
    assert out["run_rate"] == "out_of_reach"
    assert out["run_rate_words"] == "none of the about 500 cases still to come counted towards it"


def test_out_of_reach_and_met_whatever_comes(context_of):
    out = facts(table(over=(50, 100)), context_of())
    assert out["run_rate"] == "out_of_reach"
    assert (
        out["run_rate_words"] == "every one of the about 500 cases still to come counted towards it"
    )
    sure = {"over": (98, 100), "ahead": (5.0, 10.0), "chances": (0.9,) * 12}
    met = facts(table(**sure), context_of())
    assert met["run_rate"] == "met_anyway"
    assert met["run_rate_words"] == "the about 50 cases still to come"


def test_what_the_chance_denies_is_not_said_for_certain(context_of):
    # with more cases than expected it can still be met, and be missed
    for over, ahead in (((50, 100), (80.0, 100.0)), ((98, 100), (5.0, 10.0))):
        even = facts(table(over=over, ahead=ahead, chances=(0.5,) * 12), context_of())
        assert (even["run_rate"], even["run_rate_words"]) == ("not_told", "")


def test_a_mean_asks_an_average_of_the_coming_cases(context_of):
    mean = {"kind": "mean", "unit": "days", "polarity": "low", "data_period": "R12M",
            "target": {"value": 400, "from": "2021-04"}, "floor": []}  # fmt: skip
    # 7 cases over, 3,000 days; 5 to come: 400.5 x 12 - 3,010 = 1,796 days, 359 each
    rows = table(over=(430, 1), ahead=(410.0, 1.0), shown=430.0)
    words = facts(rows, context_of(**mean))["run_rate_words"]
    assert words == (
        "an average of at most 359 days over about 5 cases from November 2026 to March 2027; "
        "the forecast is 410 days"
    )


def test_a_stock_asks_a_number_on_the_day(context_of):
    stock = {"kind": "count", "unit": "count", "polarity": "low", "stock": True,
             "data_period": "MS", "target": {"value": 90, "from": "2021-04"},
             "floor": []}  # fmt: skip
    rows = table(over=(100, 1), ahead=(104.0, nan), shown=100.0)
    found = facts(rows, context_of(**stock))
    assert found["run_rate_words"] == "at most 90 on 31 March 2027; the forecast is 104"
    assert found["outlook_period"] == "the figure on 31 March 2027"
    assert found["outlook_figure"] == "the figure on 31 March 2027"


def test_no_run_rate_where_a_month_of_the_stretch_has_no_counts(context_of):
    rows = table()
    held = rows["period"] == "2026-07"
    gone = rows.assign(numerator=rows["numerator"].mask(held))
    assert first(gone, context_of())["run_rate"] == "not_told"
    assert first(rows[~held], context_of())["run_rate"] == "not_told"
    assert facts(gone, context_of())["run_rate_words"] == ""


SHARES = st.fixed_dictionaries(
    {"total": st.integers(1, 3000), "share": st.floats(0, 1), "coming": st.integers(1, 600),
     "target": st.integers(1, 999).map(lambda tenths: tenths / 10)}
)  # fmt: skip


@given(SHARES, st.sampled_from(["high", "low"]))
def test_a_run_rate_met_exactly_meets_the_target_and_one_case_less_does_not(drawn, polarity):
    indicator = indicator_of(polarity=polarity, target=[], floor=[])
    known = round(drawn["share"] * drawn["total"])
    stretch = StillToCome(known, drawn["total"], drawn["coming"], 5)
    found = needed(indicator, stretch, drawn["target"])
    whole = drawn["total"] + drawn["coming"]

    def met(cases: float) -> bool:
        return meets(indicator, 100 * (known + cases) / whole, drawn["target"])

    one = 1 if polarity == "high" else -1
    assert met(found.cases) and not met(found.cases - one)
    worst, best = (0, drawn["coming"]) if polarity == "high" else (drawn["coming"], 0)
    expected = "met_anyway" if met(worst) else "needed" if met(best) else "out_of_reach"
    assert found.verdict.value == expected


@given(SHARES)
def test_a_harder_target_never_asks_less(drawn):
    known = round(drawn["share"] * drawn["total"])
    stretch = StillToCome(known, drawn["total"], drawn["coming"], 5)
    asked = [needed(indicator_of(), stretch, drawn["target"] + more).cases for more in (0, 0.5, 3)]
    assert asked == sorted(asked)


@pytest.mark.parametrize("coming", [0.0, 0.4])
def test_without_a_case_to_come_nothing_is_asked(coming):
    assert needed(indicator_of(), StillToCome(8, 10, coming, 1), 85.0).verdict.value == "not_told"


# -- chances and the pace --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chance", "verdict", "words"),
    [
        (0.0, "unlikely", "almost none (under 1%)"), (0.414, "unlikely", "about 1 in 3 (41%)"),
        (0.415, "even", "about even (42%)"), (0.584, "even", "about even (58%)"),
        (0.585, "likely", "about 2 in 3 (59%)"), (0.999, "likely", "almost certain (over 99%)"),
        (nan, "not_told", ""),
    ],
)  # fmt: skip
def test_a_chance_in_words(context_of, chance, verdict, words):
    found = facts(table(chances=(chance,) * 12), context_of())
    assert (found["target_outlook"], found["target_chance_words"]) == (verdict, words)


def test_when_the_floor_is_first_likely_to_be_missed(context_of):
    floors = (0.1, 0.2, 0.3, 0.585, 0.6, 0.4, *[0.3] * 6)
    found = facts(table(floors=floors), context_of())
    assert found["floor_first_period"] == "the 12 months to February 2027"
    assert found["floor_first_words"] == "about 2 in 3 (59%)"
    assert (found["floor_chance"], found["floor_outlook"]) == (0.6, "likely")
    never = facts(table(floors=(nan,) * 12), context_of())
    assert never["floor_first_period"] == never["floor_chance_words"] == ""


RISING = {"middles": [80.0 + step for step in range(12)],
          "chances": tuple(min(0.1 * step, 0.9) for step in range(12))}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "pace", "period"),
    [
        ({**RISING, "variation": "improvement_high"}, "on_course", "the 12 months to April 2027"),
        (RISING, "within_range", ""),
        ({**RISING, "variation": "concern_low"}, "within_range", ""),
        ({"chances": (0.1,) * 12}, "no_sign", ""),
        ({"chances": (0.1,) * 12, "variation": "improvement_high"}, "no_sign", ""),
        ({"shown": 85.0}, "met", ""),
        ({"shown": 84.95}, "met", ""),
        ({"chances": (nan,) * 12}, "not_told", ""),
    ],
)
def test_a_pace_is_named_only_where_the_chart_bears_it_out(context_of, given, pace, period):
    found = facts(table(**given), context_of())
    assert (found["pace"], found["pace_period"]) == (pace, period)


def test_a_signal_from_before_a_restart_of_limits_has_no_pace(context_of):
    rows = table(**RISING, variation="improvement_high")
    rows.loc[rows.index[23], ["segment", "variation"]] = [2, "not_tested"]
    assert first(rows, context_of())["pace"] == "within_range"


# -- more cases ------------------------------------------------------------------------------


def test_more_cases_by_hand(context_of):
    # 500 of 1,200 cases are to come: a tenth more makes 1,250, and 80.0% of 1,200 is 76.8% then.
    # The chance at 85% is that of a deviate of 1.2816; the edge moves from 84.95% to 88.49%.
    rows = studied(table(), context_of())
    assert list(rows["scenario"]) == [0.0, 0.1, 0.2]
    assert rows["forecast"].tolist() == pytest.approx([80.0, 76.8, 80 * 1200 / 1300])
    slope = 2 * NormalDist().inv_cdf(0.975) / 6
    moved = NormalDist().inv_cdf(0.9) + slope * 84.95 * 50 / 1200
    assert rows["target_chance"].iloc[1] == pytest.approx(1 - NormalDist().cdf(moved))
    assert facts(table(), context_of())["more_cases_words"] == (
        "76.8% with 10% more; 73.8% with 20% more"
    )
    likely = facts(table(shown=85.0, chances=(0.6,) * 12), context_of())["more_cases_words"]
    assert likely.startswith("81.6% with 10% more, the chance of meeting the target")


def test_a_chance_that_is_all_but_certain_falls_with_the_figure_and_not_faster():
    sure = Outlook((86.0, 87.0, 88.6, 89.2, 90.0), 0.999)
    # a tenth more of 230 cases beside 350 known ones: 603 in place of 580
    more = with_more(indicator_of(), sure, StillToCome(5, 310, 350, 230), 0.1, 83.0)
    assert more.points[2] > 83.5
    assert 0.5 < more.target_chance < 0.999


def test_a_stock_with_more_starts(context_of, rule_sets):
    # five months of 30 starts: a tenth more adds 15 children to the 104 of 31 March
    flows = {"kind": "count", "unit": "count", "polarity": "low", "data_period": "MS",
             "target": {"value": 110, "from": "2021-04"}, "floor": [],
             "flows": {"starts": "T-02", "ends": "T-03"}, "stock": True}  # fmt: skip
    alone = context_of(**flows)
    starts = indicator_of(code="T-02", kind="count", unit="count", polarity="neutral",
                          target=[], floor=[], data_period="M")  # fmt: skip
    held = Register(
        workspace=alone.register.workspace, units=alone.register.units, breaks=(),
        indicators={**alone.register.indicators, "T-02": starts}, rule_sets=rule_sets,
    )  # fmt: skip
    stock = table(over=(100, 1), ahead=(104.0, nan), shown=104.0, chances=(0.9,) * 12)
    inflow = table(over=(30, 1), ahead=(30.0, nan), shown=30.0).assign(indicator="T-02")
    found = studied(pd.concat([stock, inflow], ignore_index=True), Context(held, alone.as_at))
    own = found[found["indicator"] == "T-01"]
    assert own["forecast"].tolist() == [104.0, 119.0, 134.0]
    assert own["target_chance"].is_monotonic_decreasing
    said = outlook.facts(found, stock.iloc[[23]], Context(held, alone.as_at)).iloc[0]
    assert said["more_starts_words"].startswith("119 with 10% more, the chance of meeting")
    assert said["more_cases_words"] == ""
    # without the starts nothing is asked
    assert len(studied(stock, alone)) == 1


@pytest.mark.parametrize("given", [{"polarity": "low", "target": [], "floor": []}, {"stock": True}])
def test_more_cases_are_not_asked_where_they_are_no_work(context_of, given):
    assert len(studied(table(), context_of(**given))) == 1


POINTS = st.lists(st.floats(1, 100), min_size=5, max_size=5).map(sorted).map(tuple)


@given(
    POINTS, st.floats(0, 1), st.floats(10, 95), st.integers(0, 1000), st.integers(1, 500),
    st.lists(st.floats(0, 2), min_size=2, max_size=4).map(sorted),
)  # fmt: skip
def test_more_cases_never_help(points, chance, target, over, coming, shares):
    stretch = StillToCome(over / 2, over, coming, 3)
    base = Outlook(points, chance)
    found = [base, *(with_more(indicator_of(), base, stretch, one, target) for one in shares)]
    for fewer, more in pairwise(found):
        assert more.middle <= fewer.middle
        assert 0 <= more.target_chance <= fewer.target_chance + 1e-12
        assert list(more.points) == sorted(more.points)


@given(POINTS, st.floats(0.001, 0.999), st.floats(10, 95))
def test_no_more_cases_change_nothing(points, chance, target):
    base = Outlook(points, chance)
    same = with_more(indicator_of(), base, StillToCome(5, 10, 10, 3), 0.0, target)
    assert same.target_chance == pytest.approx(chance, abs=1e-6)
    assert same.points == points


# -- the record ------------------------------------------------------------------------------


def before(middle: float, period: str = "2026-10") -> dict[str, object]:
    ends = {"": 0, "_lower80": -2, "_upper80": 2, "_lower95": -3, "_upper95": 3}
    ranges = {f"forecast_before{name}": middle + apart for name, apart in ends.items()}
    return {**ranges, "forecast_before_period": period}


@pytest.mark.parametrize(
    ("middle", "verdict", "place"),
    [
        (81.5, "inside_80", "inside that range"),
        (82.5, "inside_95",
         "outside that range, and inside the one of 19 chances in 20 (79.5% to 85.5%)"),
        (84.0, "outside", "outside even the range of 19 chances in 20 (81.0% to 87.0%)"),
    ],
)  # fmt: skip
def test_the_forecast_of_the_latest_figure(context_of, middle, verdict, place):
    found = facts(table(over=(800, 1000), **before(middle)), context_of())
    assert found["forecast_record"] == verdict
    assert found["record_words"].startswith(
        f"One month before, the forecast for October 2026 was {middle}%, with 4 chances in 5 of "
    )
    assert found["record_words"].endswith(f"it came out at 80.0%, {place}")


def test_a_record_in_whole_cases(context_of):
    # five of five: the range ends at 97.0%, and between four and five of five nothing can happen
    given = {"shown": 80.0, "over": (5, 5), **before(94.0)}
    assert facts(table(**given), context_of())["forecast_record"] == "inside_80"
    many = {"shown": 80.0, "over": (500, 500), **before(94.0)}
    assert facts(table(**many), context_of())["forecast_record"] == "outside"


def test_the_record_of_a_period_before_one_that_is_not_settled(context_of):
    rows = table(over=(800, 1000), **before(82.5, "2026-09"))
    rows.loc[rows["period"] == "2026-10", "value"] = 99.0
    found = first(rows, context_of())
    assert (found["record_period"], found["happened"]) == ("2026-09", 80.0)
    assert found["record"] == "inside_95"
    gone = rows.assign(value=rows["value"].mask(rows["period"] == "2026-09"))
    assert first(gone, context_of())["record"] == "not_told"


def test_no_record_without_an_earlier_forecast(context_of):
    found = facts(table(), context_of())
    assert (found["forecast_record"], found["record_words"]) == ("not_told", "")


@pytest.mark.parametrize(
    ("skill", "naive", "no_skill"),
    [
        (0.1, "naive", ""), (0.0, "naive", "last month's value"),
        (-0.2, "seasonal_naive", "last year's value of the same month"), (nan, "", ""),
    ],
)  # fmt: skip
def test_skill_in_words(context_of, skill, naive, no_skill):
    said = {"forecast_skill": skill, "forecast_naive": naive, "forecast_reason": "It was closer"}
    found = facts(table(**said), context_of())
    assert found["no_skill_words"] == no_skill
    assert found["skill_words"] == ("It was closer" if skill > 0 else "")


def test_an_undeclared_change_is_passed_on_in_words(context_of):
    said = "The figures from April 2026 on lie lower than those before"
    assert facts(table(forecast_break=said), context_of())["undeclared_change"] == said
    assert facts(table(), context_of())["undeclared_change"] == ""


# -- what is not there -----------------------------------------------------------------------


def test_a_series_without_a_forecast_keeps_its_reason_and_says_nothing(context_of):
    rows = table(forecast_reason="Only 3 monthly figures")
    rows = rows[rows["state"] != "forecast"]
    found = first(rows, context_of())
    assert found["reason"] == "Only 3 monthly figures"
    assert isnan(found["forecast"]) and found["run_rate"] == ""
    said = facts(rows, context_of())
    assert not said[[name for name in outlook.FACTS if name.startswith("outlook_")]].any()


def test_a_neutral_indicator_has_a_range_and_no_target(context_of):
    found = facts(table(chances=(nan,) * 12), context_of(polarity="neutral", target=[], floor=[]))
    assert found["outlook_range"] == "78.0% and 82.0%"
    assert (found["target_outlook"], found["outlook_target"]) == ("not_told", "")
    assert (found["run_rate"], found["pace"]) == ("not_told", "not_told")


def test_an_empty_table_gives_an_empty_one_with_every_column(context_of):
    rows = table().iloc[:0]
    found = studied(rows, context_of())
    assert list(found.columns) == list(outlook.COLUMNS) and found.empty


def test_a_missing_rule_is_named(context_of, rule_sets):
    context = context_of()
    poor = rule_sets["outlook"].model_copy(update={"values": {"likely": 0.6}})
    held = context.register.__class__
    assert held is Register
    sets = {**rule_sets, "outlook": poor}
    bare = Register(
        workspace=context.register.workspace, indicators=context.register.indicators,
        units=context.register.units, breaks=(), rule_sets=sets,
    )  # fmt: skip
    with pytest.raises(RuleSetError, match="outlook"):
        studied(table(), Context(bare, context.as_at))


def test_order_of_rows_changes_nothing(context_of):
    rows = table(**before(82.0))
    shuffled = pd.concat([rows.iloc[24:][::-1], rows.iloc[:24]])
    pd.testing.assert_frame_equal(studied(rows, context_of()), studied(shuffled, context_of()))
