"""Actions held against their figures: what is told, what is refused, and in which words."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmf_analysis import periods
from pmf_analysis.register import Context, load
from pmf_analysis.register.models import Indicator, Unit, Workspace
from pmf_analysis.register.registry import Register
from pmf_analysis.studies import Known, impact
from pmf_analysis.terms import Impact

MONTHS = 48
AT = 30
"""Place of the month in which the action begins."""


def indicator(code: str, **changes: object) -> Indicator:
    given = {
        "code": code, "name": f"Indicator {code}", "objective": "o", "kind": "proportion",
        "source": {"published": {"table": "t", "numerator": ["n"], "denominator": {"column": "d"}}},
        "unit": "percent", "polarity": "high", "frequency": "month", "data_period": "M",
        "applies_to": ["area"], "owner": "role", "origin": "test", "matures_after": 30,
    }  # fmt: skip
    return Indicator(**{**given, **changes})


@pytest.fixture(scope="module")
def context(root) -> Context:
    codes = {"county": ("", "county")} | {f"a{place}": ("county", "area") for place in range(4)}
    held = Register(
        workspace=Workspace(title="T", register_name="t", county="county", report_kinds=["county"]),
        indicators={
            "WORK": indicator("WORK"),
            "LATE": indicator("LATE", polarity="low"),
            "STOCK": indicator("STOCK", stock=True),
            "CASES": indicator("CASES", kind="count", unit="count", polarity="low", source={
                "published": {"table": "t", "numerator": ["n"]}}),
            "PLAIN": indicator("PLAIN", polarity="neutral"),
        },
        units={
            code: Unit(code=code, name=code.title(), kind=kind, parent=parent)
            for code, (parent, kind) in codes.items()
        },
        rule_sets=load(root / "data" / "reference").rule_sets,
    )  # fmt: skip
    return Context(held, date(2026, 1, 20))


def noise(seed: int, spread: float = 2.0, months: int = MONTHS) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, spread, months)


def series(values, unit: str = "a0", code: str = "WORK", **columns: object) -> pd.DataFrame:
    first = periods.parse("2022-01")
    months = [periods.shift(first, step) for step in range(len(values))]
    numbers = np.asarray(values, dtype=float)
    return pd.DataFrame(
        {
            "indicator": code, "service_area": unit, "cohort": "all",
            "period": [one.code for one in months],
            "period_end": [one.end.isoformat() for one in months], "vintage": "v",
            "state": "final", "era": 0, "numerator": numbers * 2, "denominator": 200.0,
            "value": numbers, "seasonal_factor": 1.0, "special_cause": "none",
            "variation": "common_cause",
        }
    ).assign(**columns)  # fmt: skip


def month(place: int) -> str:
    return periods.shift(periods.parse("2022-01"), place).start.isoformat()


def log(*begun: object, unit: str = "a0", code: str = "WORK", **columns: object) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "action_id": [f"D{place}" for place in range(len(begun))], "indicator": code,
            "unit_code": unit, "event_date": pd.to_datetime(list(begun)), "owner": "head of work",
            "words": "Open a hub.",
        }
    ).assign(**columns)  # fmt: skip


def studied(context: Context, actions: pd.DataFrame, *tables: pd.DataFrame) -> pd.DataFrame:
    return impact.study(
        pd.concat(tables, ignore_index=True), Known(lambda: {"action": actions}), context
    )


def step(size: float, at: int = AT, months: int = MONTHS) -> np.ndarray:
    return np.where(np.arange(months) >= at, size, 0.0)


def rest(change: float = 0.0) -> list[pd.DataFrame]:
    return [
        series(80 + noise(place, 1.0) + step(change), unit)
        for place, unit in enumerate(("a1", "a2", "a3"), 50)
    ]


def test_without_a_log_there_is_an_empty_table_with_its_columns(context):
    table = impact.study(series([1.0, 2.0]), Known(), context)
    assert table.empty and tuple(table.columns) == impact.COLUMNS


def test_a_step_at_the_action_is_better_since(context):
    (row,) = studied(context, log(month(AT)), series(80 + noise(1) + step(8)), *rest()).to_dict(
        "records"
    )
    assert row["verdict"] == Impact.MADE_BETTER
    assert row["change_lower"] < 8 < row["change_upper"]
    assert row["change"] == pytest.approx(row["level_since"] - row["level_before"])
    assert (row["points_before"], row["points_since"]) == (30, 18)
    assert (row["last_before"], row["first_since"]) == ("2024-06", "2024-07")
    assert row["earlier_words"] == "In none of 15 earlier months would such a change have been seen"
    assert "speaks for the action" in row["comparison_words"]
    assert row["compared_codes"] == "a1;a2;a3"


def test_where_lower_is_better_a_fall_is_better_and_a_rise_worse(context):
    for size, verdict in ((-8, Impact.MADE_BETTER), (8, Impact.MADE_WORSE)):
        values = series(30 + noise(1) + step(size), code="LATE")
        table = studied(context, log(month(AT), code="LATE"), values)
        assert table["verdict"].tolist() == [verdict]
        assert "nothing to compare it with" in table["comparison_words"].iloc[0]


def test_no_step_a_trend_and_a_change_of_all_are_no_difference(context):
    own = 80 + noise(2)
    for values, others, words in (
        (own, rest(), "can be chance"),
        (60 + np.arange(MONTHS) * 0.5 + noise(2, 0.5), rest(), "trend before"),
        (own + step(8), rest(8), "held against others"),
    ):
        (row,) = studied(context, log(month(AT)), series(values), *others).to_dict("records")
        assert row["verdict"] == Impact.NO_DIFFERENCE_SHOWN
        assert words in row["reason"]


def test_whoever_acted_too_is_no_comparison(context):
    actions = pd.concat([log(month(AT)), log(month(AT), unit="a1")], ignore_index=True)
    table = studied(context, actions, series(80 + noise(1) + step(8)), *rest())
    own = table[table["service_area"] == "a0"].iloc[0]
    assert own["compared_codes"] == "a2;a3"


def test_the_rest_of_the_whole_is_compared_with_where_cases_add_up(context):
    own, others = series(80 + noise(1) + step(8)), rest()
    whole = own.copy()
    for name in ("numerator", "denominator"):
        whole[name] = sum(one[name] for one in (own, *others))
    whole = whole.assign(
        service_area="county", value=100 * whole["numerator"] / whole["denominator"]
    )
    (row,) = studied(context, log(month(AT)), own, *others, whole).to_dict("records")
    assert row["compared_with"] == "the rest of County"
    assert row["comparison_lower"] < 8 < row["comparison_upper"]


def test_counts_change_by_a_share_of_the_level_before(context):
    drawn = np.random.default_rng(3).poisson(np.where(np.arange(MONTHS) >= AT, 30, 60))
    values = series(drawn, code="CASES", denominator=np.nan)
    (row,) = studied(context, log(month(AT), code="CASES"), values).to_dict("records")
    assert row["verdict"] == Impact.MADE_BETTER
    assert row["scale"] == "percent of the level before"
    assert row["change_lower"] < -50 < row["change_upper"]
    assert row["level_before"] == pytest.approx(60, rel=0.1)


@pytest.mark.parametrize(
    ("months", "at", "verdict", "words", "needed"),
    [
        (35, AT, Impact.TOO_EARLY, "3 more months are needed before this can be judged", 3),
        (37, AT, Impact.TOO_EARLY, "1 more month is needed", 1),
        (28, AT, Impact.TOO_EARLY, "8 more months are needed", 8),
        (48, 5, Impact.NOT_TESTED, "Only 5 months before the action have a figure", 0),
        (48, 1, Impact.NOT_TESTED, "Only 1 month before the action has a figure", 0),
    ],
)
def test_below_eight_figures_it_says_what_is_needed(context, months, at, verdict, words, needed):
    values = series(80 + noise(1, months=months) + step(9, at, months))
    (row,) = studied(context, log(month(at)), values).to_dict("records")
    assert (row["verdict"], row["needed"]) == (verdict, needed)
    assert words in row["reason"]
    assert np.isnan(row["change"]) and np.isnan(row["level_since"])


def test_figures_that_wait_do_not_count_and_are_told(context):
    values = series(80 + noise(1, months=39))
    values.loc[37:, "state"] = "provisional"
    (row,) = studied(context, log(month(AT)), values).to_dict("records")
    assert row["reason"].startswith("1 more month is needed")
    assert "2 of them in already and not final yet" in row["reason"]


def test_a_break_ends_the_figures_that_are_read(context):
    values = series(80 + noise(1) + step(9))
    inside = studied(context, log(month(AT)), values.assign(era=np.arange(MONTHS) >= AT + 4))
    assert inside["verdict"].tolist() == [Impact.NOT_TESTED]
    assert (
        "Only 4 final months since the action lie before a registered break"
        in (inside["reason"].iloc[0])
    )
    before = studied(context, log(month(AT)), values.assign(era=np.arange(MONTHS) >= AT - 5))
    assert before["points_before"].tolist() == [5]
    at_it = studied(context, log(month(AT)), values.assign(era=np.arange(MONTHS) >= AT))
    assert at_it["verdict"].tolist() == [Impact.NOT_TESTED]


def test_the_next_action_ends_the_figures_that_are_read(context):
    table = studied(context, log(month(AT), month(AT + 6)), series(80 + noise(1)))
    assert (
        "Only 6 final months since the action lie before the next action"
        in (table["reason"].iloc[0])
    )
    assert table["points_before"].tolist() == [30, 36]


def test_an_action_late_in_a_month_leaves_that_month_out(context):
    late = studied(context, log("2024-07-20"), series(80 + noise(1)))
    assert late[["last_before", "first_since"]].to_numpy().tolist() == [["2024-06", "2024-08"]]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"event_date": pd.NaT}, "no date"),
        ({"indicator": "NONE"}, "no indicator of the register"),
        ({"indicator": "<b>", "unit_code": "{x}"}, "no indicator of the register"),
        ({"unit_code": "nowhere"}, "no figure of this indicator"),
        ({"indicator": "STOCK"}, "counts many of the same cases"),
        ({"indicator": "PLAIN"}, "Neither way is good"),
    ],
)
def test_what_cannot_be_judged_is_refused_in_words(context, given, words):
    tables = [series(80 + noise(1), code=code) for code in ("WORK", "STOCK", "PLAIN")]
    (row,) = studied(context, log(month(AT)).assign(**given), *tables).to_dict("records")
    assert row["verdict"] == Impact.NOT_TESTED
    assert words in row["reason"]


def test_the_log_is_data_and_its_words_are_cut(context):
    given = log(
        month(AT), words="x\u202e\n" + "long " * 200, owner="jo@example.com", withdrawn=False
    )
    (row,) = studied(context, given, series(80 + noise(1))).to_dict("records")
    assert len(row["words"]) <= 200 and row["words"].startswith("x long")
    assert row["words"].isprintable() and row["owner"] == ""
    assert studied(context, given.assign(withdrawn=True), series([1.0])).empty


def test_constant_figures_are_no_difference_and_have_no_limits(context):
    (row,) = studied(context, log(month(AT)), series(np.full(MONTHS, 100.0))).to_dict("records")
    assert row["verdict"] == Impact.NO_DIFFERENCE_SHOWN
    assert np.isnan(row["change_lower"])


def extreme(after: float = 0.0) -> pd.DataFrame:
    values = 88 + noise(5, 1.5, 36) + step(after, AT, 36)
    values[AT - 1] = values[: AT - 1].min() - 1
    return series(values)


def test_an_action_after_the_worst_month_is_told_by_itself(context):
    (row,) = studied(context, log(month(AT)), extreme()).to_dict("records")
    assert row["verdict"] == Impact.TOO_EARLY
    assert row["regression"].startswith(
        "The action of 1 July 2024 began after the worst month of the 30 before it (June 2024, "
    )
    assert "no evidence that the action helped" in row["regression"]


def test_an_extreme_figure_is_not_told_where_it_signals_lies_far_back_or_level_moved(context):
    signals = extreme().assign(special_cause=["below_limit"] * 36)
    for table, at in ((signals, AT), (extreme(), AT + 4), (extreme(6), AT)):
        assert studied(context, log(month(at)), table)["regression"].tolist() == [""]


def latest_of(*tables: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([one.tail(1) for one in tables], ignore_index=True)


def test_the_facts_are_those_of_the_latest_action_that_was_judged(context):
    values, others = series(80 + noise(1) + step(8)), rest()
    table = studied(context, log(month(AT), month(AT + 16)), values, *others)
    assert table["verdict"].tolist() == [Impact.MADE_BETTER, Impact.TOO_EARLY]
    told = impact.facts(table, latest_of(values, others[0]), context)
    assert tuple(told.columns) == tuple(impact.FACTS)
    assert told["impact_verdict"].tolist() == [Impact.MADE_BETTER, ""]
    assert told["impact_date"].tolist() == ["1 July 2024", ""]
    assert told["impact_change"].iloc[0].endswith("percentage points")
    assert told["impact_effect_lower"].iloc[0] > 0


def test_what_was_found_before_a_later_break_is_not_told_of_today(context):
    values = series(80 + noise(1) + step(8)).assign(era=np.arange(MONTHS) >= AT + 12)
    table = studied(context, log(month(AT)), values, *rest())
    (row,) = table.to_dict("records")
    assert (row["verdict"], row["last_since"]) == (Impact.MADE_BETTER, "2025-06")
    assert row["ended_by"] == "a registered break"
    assert "since (up to June 2025): " in row["reason"]
    assert impact.facts(table, latest_of(values), context)["impact_verdict"].tolist() == [""]


def test_up_to_when_is_told_where_the_next_action_ends_the_figures(context):
    values = series(80 + noise(1) + step(8))
    table = studied(context, log(month(AT), month(AT + 12)), values, *rest())
    told = impact.facts(table, latest_of(values), context)
    assert told["impact_until"].tolist() == ["(up to June 2025)"]
    open_ = studied(context, log(month(AT)), values, *rest())
    assert impact.facts(open_, latest_of(values), context)["impact_until"].tolist() == [""]
    assert open_["last_since"].tolist() == ["2025-12"] and open_["ended_by"].tolist() == [""]


def test_what_only_came_back_from_one_extreme_figure_is_not_called_better(context):
    values = 88 + noise(12, 1.5) + step(1.0)
    values[AT - 1] = values[: AT - 1].min() - 3
    (row,) = studied(context, log(month(AT)), series(values)).to_dict("records")
    assert row["regression"] and row["change_lower"] > 0
    assert row["verdict"] == Impact.NO_DIFFERENCE_SHOWN
    assert row["reason"].endswith("without the worst figure before the action it can be chance")


def test_an_action_long_ago_is_told_no_more(context):
    values = series(80 + noise(1) + step(8, 12))
    table = studied(context, log(month(12)), values, *rest())
    told = impact.facts(table, latest_of(values), context)
    assert told["impact_verdict"].tolist() == [""]


def test_the_order_of_rows_changes_nothing(context):
    values, actions = series(80 + noise(1) + step(8)), log(month(AT), month(AT + 9))
    one = studied(context, actions, values, *rest())
    other = studied(context, actions.iloc[::-1], values.sample(frac=1, random_state=1), *rest())
    pd.testing.assert_frame_equal(one, other)


@settings(max_examples=12, deadline=None)
@given(
    values=st.lists(
        st.one_of(st.floats(-1e6, 1e6), st.sampled_from([0.0, 100.0, np.nan, 1e-9])),
        min_size=1, max_size=40,
    ),
    at=st.integers(-3, 45),
    code=st.sampled_from(["WORK", "CASES", "LATE"]),
)  # fmt: skip
def test_hostile_figures_give_a_verdict_and_never_a_limit_without_its_minimum(
    context, values, at, code
):
    numbers = np.abs(values) if code == "CASES" else np.asarray(values)
    (row,) = studied(context, log(month(at), code=code), series(numbers, code=code)).to_dict(
        "records"
    )
    judged = row["verdict"] in (Impact.MADE_BETTER, Impact.MADE_WORSE)
    if judged or np.isfinite(row["change"]):
        assert min(row["points_before"], row["points_since"]) >= 8
        assert row["change_lower"] <= row["change"] <= row["change_upper"]
    assert row["reason"]
