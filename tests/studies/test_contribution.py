"""What carries a change: parts that add up, like with like, and words only where they are due."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import periods
from pmf_analysis.errors import RuleSetError
from pmf_analysis.register import Context, load
from pmf_analysis.register.lineage import boundary_breaks
from pmf_analysis.register.models import Break, Indicator, Unit, UnitMove, Workspace
from pmf_analysis.register.registry import Register
from pmf_analysis.studies import Known, contribution, target_variance
from pmf_analysis.terms import Structure

THEN, NOW = "2025-10", "2026-10"
UNITS = {
    "W": ("", "county"), "A": ("W", "area"), "B": ("W", "area"), "C": ("W", "area"),
    "A1": ("A", "district"), "A2": ("A", "district"), "B1": ("B", "district"),
}  # fmt: skip
COUNTS = pd.DataFrame(
    [("W", 870, 1000, 848, 1000), ("A", 540, 600, 450, 500), ("B", 280, 300, 185, 200),
     ("C", 50, 100, 213, 300)],
    columns=["unit", "x0", "n0", "x1", "n1"],
)  # fmt: skip


@pytest.fixture(scope="module")
def rule_sets(root):
    return load(root / "data" / "reference").rule_sets


def indicator(**changes: object) -> Indicator:
    given = {
        "code": "IN-TIME", "name": "Cases in time", "objective": "o", "kind": "proportion",
        "source": {"published": {"table": "t", "numerator": ["n"], "denominator": {"column": "d"}}},
        "unit": "percent", "polarity": "high", "frequency": "month", "data_period": "M",
        "applies_to": ["county"], "owner": "role", "origin": "test",
    }  # fmt: skip
    return Indicator(**{**given, **changes})


def with_cohort(**changes: object) -> Indicator:
    where = [{"field": "uasc", "is": "no"}]
    parts = {"without-uasc": {"label": "without unaccompanied children", "where": where}}
    records = {
        "table": "t", "at": "on", "cohorts": parts, "numerator": [{"field": "a", "is": "b"}],
    }  # fmt: skip
    return indicator(source={"records": records}, attribute_to="team_at_event", **changes)


@pytest.fixture
def make_context(rule_sets):
    def make(one: Indicator, *breaks: Break, moves=(), structure=Structure.AS_THEN, **units: Unit):
        made = {
            code: Unit(code=code, name=f"Unit {code}", kind=kind, parent=parent)
            for code, (parent, kind) in UNITS.items()
        }
        known = {**made, **units}
        derived = boundary_breaks(known, moves, structure)
        held = Register(
            workspace=Workspace(title="T", register_name="t", county="W", report_kinds=["county"]),
            indicators={one.code: one}, units=known, rule_sets=rule_sets,
            breaks=(*breaks, *derived), unit_moves=tuple(moves),
        )  # fmt: skip
        return Context(held, date(2026, 11, 6), structure)

    return make


def rows_of(counts: pd.DataFrame, then: str = THEN, now: str = NOW, times: float = 100.0):
    """Rows of the analysis table at two months, from counts of each unit."""
    parts = []
    for period, top, bottom in ((then, "x0", "n0"), (now, "x1", "n1")):
        own = counts[["unit"]].rename(columns={"unit": "service_area"})
        own = own.assign(
            indicator="IN-TIME", cohort=counts.get("cohort", "all"), period=period, vintage="",
            period_end=periods.parse(period).end.isoformat(), state="final",
            numerator=counts[top].astype(float), denominator=counts[bottom].astype(float),
        )  # fmt: skip
        parts.append(own.dropna(subset="numerator"))
    table = pd.concat(parts, ignore_index=True)
    value = table["numerator"] / table["denominator"].replace(0, np.nan) * times
    for name in ("numerator", "denominator", "state"):
        table[f"shown_{name}"] = table[name]
    labels = [periods.parse(code).label for code in table["period"]]
    return table.assign(value=value, shown_value=value, shown_label=labels, era=0, target=90.0)


def split(counts, context, name: str = "units", years: int = 1, **given):
    table = contribution.study(rows_of(counts, **given), Known(), context)
    assert list(table.columns) == list(contribution.COLUMNS)
    own = table[table["split"].eq(name) & table["service_area"].eq("W") & table["years"].eq(years)]
    assert_adds_up(table)
    return own.reset_index(drop=True)


def assert_adds_up(table: pd.DataFrame) -> None:
    key = ["indicator", "service_area", "cohort", "years", "split"]
    told = table[table["split"].ne("") & table["reason"].eq("")]
    for _, own in told.groupby(key):
        whole, parts = own[own["part"].eq("")].iloc[0], own[own["part"].ne("")]
        for name in ("rate_effect", "mix_effect", "effect"):
            assert abs(parts[name].sum() - whole[name]) <= 1e-10
        assert parts["share"].isna().all() or abs(parts["share"].sum() - 1) <= 1e-9


def facts(counts, context, **given) -> dict[str, object]:
    rows = rows_of(counts, **given)
    table = contribution.study(rows, Known(), context)
    latest = rows[rows["period"].eq(rows["period"].max())].set_index(
        pd.Index(range(50, 50 + int(rows["period"].eq(rows["period"].max()).sum())))
    )
    found = contribution.facts(table, latest, context)
    assert found.index.equals(latest.index)
    assert list(found.columns) == list(contribution.FACTS)
    return found[latest["service_area"].eq("W") & latest["cohort"].eq("all")].iloc[0].to_dict()


# -- rate and mix by unit ------------------------------------------------------------------


def test_parts_add_up_and_the_largest_comes_first(make_context):
    own = split(COUNTS, make_context(indicator()))
    assert own["part"].tolist() == ["", "B", "C", "A"]
    assert own["effect"].abs()[1:].is_monotonic_decreasing
    whole = own.iloc[0]
    assert whole["effect"] == pytest.approx(-2.2)
    assert whole["mix_effect"] < -3 < 0 < whole["rate_effect"]
    assert own.iloc[2]["value_before"] == 50
    assert own.iloc[2]["low"] < 21 < own.iloc[2]["high"]
    assert own["rule_set"].eq("decomposition 1.0").all()


def test_a_change_of_the_mix_is_said_where_it_is_more_than_chance(make_context):
    counts = COUNTS.assign(**{name: COUNTS[name] * 20 for name in ("x0", "n0", "x1", "n1")})
    counts["x1"] = [16600, 9000, 3740, 3860]  # C about as before; twice as much of it
    counts["n1"] = [20000, 10000, 4000, 6000]
    counts["x0"] = [18600, 10800, 5580, 2220]
    counts["n0"] = [21600, 12000, 6000, 3600]
    said = facts(counts, make_context(indicator()))
    assert said["mix_carries"] == "the fall of 3.1 percentage points since October 2025 comes"
    assert said["mix_parts"] == "Unit C, at 64.3%, now 30.0% of the total and 16.7% then"
    assert said["mix_effect_total"] + said["mix_rate_total"] == pytest.approx(-3.1, abs=0.02)
    assert said["mix_rate_low"] < said["mix_rate_total"] < said["mix_rate_high"]
    assert said["carried_by"] == said["total_change"] == ""


def test_nothing_is_said_of_a_change_that_chance_could_give(make_context):
    said = facts(COUNTS, make_context(indicator()))
    assert [text for text in said.values() if isinstance(text, str) and text] == []


def test_nothing_is_said_of_a_change_that_is_printed_as_zero(make_context):
    counts = pd.DataFrame(
        [("W", 900_000, 1_000_000, 900_400, 1_000_000), ("A", 500_000, 500_000, 500_300, 500_300),
         ("B", 400_000, 500_000, 400_100, 499_700)],
        columns=["unit", "x0", "n0", "x1", "n1"],
    )  # fmt: skip
    said = facts(counts, make_context(indicator()))
    assert said["mix_carries"] == said["carried_by"] == ""


def test_few_parts_that_carry_a_change_are_named_with_their_own(make_context):
    counts = pd.DataFrame(
        [("W", 2700, 3000, 2500, 3000), ("A", 900, 1000, 705, 1000), ("B", 900, 1000, 900, 1000),
         ("C", 900, 1000, 895, 1000)],
        columns=["unit", "x0", "n0", "x1", "n1"],
    )  # fmt: skip
    said = facts(counts, make_context(indicator()))
    assert said["carried_change"] == "fall of 6.7 percentage points since October 2025"
    assert said["carried_by"] == "Unit A carries 6.5 (70.5% now, 90.0% then)"
    assert said["mix_carries"] == ""


def test_the_table_does_not_depend_on_the_order_of_its_rows(make_context):
    rows, context = rows_of(COUNTS), make_context(indicator())
    one = contribution.study(rows, Known(), context)
    other = contribution.study(rows.sample(frac=1, random_state=3), Known(), context)
    pd.testing.assert_frame_equal(one, other)


def test_an_empty_table_gives_its_columns(make_context):
    table = contribution.study(rows_of(COUNTS).iloc[:0], Known(), make_context(indicator()))
    assert list(table.columns) == list(contribution.COLUMNS)
    assert table.empty


@pytest.mark.parametrize("seed", range(3))
def test_any_parts_add_up(make_context, seed):
    draws = np.random.default_rng(seed)
    n = draws.integers(0, 400, (3, 2))
    x = draws.binomial(n, draws.uniform(0, 1, (3, 1)))
    counts = pd.DataFrame(
        [(unit, x[at, 0], n[at, 0], x[at, 1], n[at, 1]) for at, unit in enumerate("ABC")]
        + [("W", x[:, 0].sum(), n[:, 0].sum(), x[:, 1].sum(), n[:, 1].sum())],
        columns=["unit", "x0", "n0", "x1", "n1"],
    )
    assert len(split(counts, make_context(indicator()))) == 4


# -- where a change is not split -----------------------------------------------------------


def reason_of(own: pd.DataFrame) -> str:
    assert own["effect"].isna().all()
    assert own["part"].eq("").all()
    return own["reason"].iloc[0]


def test_parts_that_leave_a_little_have_a_rest_and_those_that_leave_much_are_not_split(
    make_context,
):
    few = COUNTS.copy()
    few.loc[0, ["x0", "n0", "x1", "n1"]] = [875, 1010, 850, 1004]
    own = split(few, make_context(indicator()))
    assert own.loc[own["part"] == "rest", "part_name"].tolist() == ["None of these"]
    many = COUNTS.copy()
    many.loc[0, ["x0", "n0", "x1", "n1"]] = [950, 1100, 900, 1100]
    assert "do not add up" in reason_of(split(many, make_context(indicator())))
    more = COUNTS.copy()
    more.loc[0, ["x0", "n0", "x1", "n1"]] = [850, 980, 840, 990]
    assert "do not add up" in reason_of(split(more, make_context(indicator())))


def test_a_published_whole_that_is_rounded_is_taken_as_the_sum_of_its_parts(make_context):
    counts = COUNTS.copy()
    counts.loc[0, ["x0", "n0", "x1", "n1"]] = [880, 1000, 840, 1010]
    own = split(counts, make_context(indicator()))
    assert own.loc[0, ["numerator", "denominator"]].tolist() == [848, 1000]
    assert "rest" not in set(own["part"])
    # what is counted from records is not rounded
    assert "do not add up" in reason_of(split(counts, make_context(with_cohort())))


def test_distinct_children_are_not_split(make_context):
    own = split(COUNTS, make_context(indicator(adds_up="distinct_children")))
    assert "a child counted in two units" in reason_of(own)


def test_a_part_without_a_number_is_never_taken_for_one(make_context):
    context = make_context(indicator())
    rows = rows_of(COUNTS)
    hidden = rows["service_area"].eq("B") & rows["period"].eq(NOW)
    counts = ["numerator", "denominator", "value"]
    rows.loc[hidden, [*counts, *(f"shown_{name}" for name in counts)]] = np.nan
    rows.loc[hidden, "state"] = "suppressed"
    table = contribution.study(rows, Known(), context)
    own = table[table["split"].eq("units")]
    assert reason_of(own[own["service_area"] == "W"]) == "Not split: figures of Unit B are missing"


@pytest.mark.parametrize("wrong", [("B", 5, 0), ("B", 300, 200), ("B", -3, 200)])
def test_a_part_whose_counts_cannot_be_is_said_and_stops_nothing_else(make_context, wrong):
    counts = COUNTS.copy()
    counts.loc[counts["unit"] == wrong[0], ["x1", "n1"]] = wrong[1:]
    rows, context = rows_of(counts), make_context(indicator())
    table = contribution.study(rows, Known(), context)
    own = table[table["split"].eq("units") & table["service_area"].eq("W")]
    assert reason_of(own) == "Not split: the counts of Unit B do not fit each other"
    part = table[table["service_area"].eq("B") & table["years"].eq(1)]
    assert part["reason"].ne("").all()
    target_variance.study(rows, Known(), context)


def test_a_break_between_the_figures_stops_every_split(make_context):
    table = contribution.study(
        rows_of(COUNTS).assign(era=lambda rows: (rows["period"] == NOW).astype(int)),
        Known(), make_context(indicator()),
    )  # fmt: skip
    assert table["effect"].isna().all()
    assert table.loc[table["years"] == 1, "reason"].str.startswith("A registered break").all()


def test_a_change_of_recording_in_one_part_stops_the_split_by_parts(make_context):
    changed = Break(
        indicator="*", unit="B", period="2026-04", kind="recording", reason="r",
        recorded_by="role", recorded_on=date(2026, 4, 1), source="s",
    )  # fmt: skip
    own = split(COUNTS, make_context(indicator(), changed))
    assert "a registered break of Unit B" in reason_of(own)


def test_no_earlier_figure_and_figures_that_share_months_are_said(make_context):
    rows = rows_of(COUNTS).query("period == @NOW")
    table = contribution.study(rows, Known(), make_context(indicator()))
    assert table["reason"].str.startswith("There is no figure for").all()
    pooled = indicator(data_period="R3Y")
    table = contribution.study(rows_of(COUNTS), Known(), make_context(pooled))
    told = table[table["service_area"].eq("W")].set_index("years")["reason"]
    assert told[1] == "The figure for October 2025 and the present one share months"


def test_figures_that_share_children_are_split_and_not_tested(make_context):
    own = split(COUNTS, make_context(indicator(stock=True)))
    assert own["effect"].notna().all()
    assert own[["low", "high"]].isna().all().all()
    said = facts(COUNTS, make_context(indicator(stock=True)))
    assert not any(text for text in said.values() if isinstance(text, str))


def test_a_rule_set_that_lacks_a_value_is_refused(make_context):
    context = make_context(indicator())
    short = context.register.rule_sets["decomposition"].model_copy(update={"values": {}})
    held = dict(context.register.rule_sets) | {"decomposition": short}
    object.__setattr__(context.register, "rule_sets", held)
    with pytest.raises(RuleSetError, match=r"lacks confidence, part_confidence"):
        contribution.study(rows_of(COUNTS), Known(), context)


# -- like with like ------------------------------------------------------------------------


def unit(code: str, parent: str, kind: str = "area", **given: object) -> Unit:
    return Unit(code=code, name=f"Unit {code}", kind=kind, parent=parent, **given)


def test_units_that_merged_are_one_part_over_the_time(make_context):
    last = date(2026, 3, 31)
    context = make_context(
        indicator(),
        A=unit("A", "W", valid_to=last, successors=("D",)),
        B=unit("B", "W", valid_to=last, successors=("D",)),
        D=unit("D", "W", valid_from=date(2026, 4, 1)),
    )
    counts = COUNTS.astype({"x1": float, "n1": float})
    counts.loc[counts["unit"].isin(["A", "B"]), ["x1", "n1"]] = np.nan
    counts.loc[len(counts)] = ["D", np.nan, np.nan, 635, 700]
    own = split(counts, context).set_index("part")
    assert set(own.index) == {"", "C", "D"}
    assert own.loc["D", ["numerator_before", "denominator_before"]].tolist() == [820, 900]


def test_a_divided_unit_stays_one_part_and_one_that_nobody_followed_has_its_own(make_context):
    last = date(2026, 3, 31)
    context = make_context(
        indicator(),
        A=unit("A", "W", valid_to=last, successors=("D", "E")),
        B=unit("B", "W", valid_to=last),
        D=unit("D", "W", valid_from=date(2026, 4, 1)),
        E=unit("E", "W", valid_from=date(2026, 4, 1)),
    )  # fmt: skip
    counts = COUNTS.astype({"x1": float, "n1": float})
    counts.loc[counts["unit"].isin(["A", "B"]), ["x1", "n1"]] = np.nan
    counts.loc[len(counts)] = ["D", np.nan, np.nan, 300, 350]
    counts.loc[len(counts)] = ["E", np.nan, np.nan, 335, 350]
    own = split(counts, context).set_index("part")
    assert set(own.index) == {"", "B", "C", "D;E"}
    assert own.loc["D;E", "part_name"] == "Unit D and Unit E"
    assert own.loc["B", ["rate_effect", "denominator"]].tolist() == [0, 0]


MOVED = UnitMove(unit="A2", moved_on=date(2026, 4, 1), parent_before="B", source="s")


def test_an_area_that_gained_a_district_is_made_up_of_those_that_it_has_now(make_context):
    # A2 was in B until April: then B counts it, now A does
    counts = COUNTS.copy()
    counts.loc[len(counts)] = ["A1", 400, 440, 300, 330]
    counts.loc[len(counts)] = ["A2", 180, 200, 150, 170]
    counts.loc[len(counts)] = ["B1", 240, 260, 185, 200]
    own = split(counts, make_context(indicator(), moves=(MOVED,))).set_index("part")
    assert own.loc["A", ["numerator_before", "denominator_before"]].tolist() == [580, 640]
    assert own.loc["B", ["numerator_before", "denominator_before"]].tolist() == [240, 260]


def test_areas_that_exchanged_a_district_without_figures_are_one_part(make_context):
    own = split(COUNTS, make_context(indicator(), moves=(MOVED,))).set_index("part")
    assert set(own.index) == {"", "A;B", "C"}
    assert own.loc["A;B", "part_name"] == "Unit A and Unit B"
    as_now = make_context(indicator(), moves=(MOVED,), structure=Structure.AS_NOW)
    assert set(split(COUNTS, as_now)["part"]) == {"", "A", "B", "C"}


# -- groups of children, totals, counts ----------------------------------------------------

ADOPTED = pd.DataFrame(
    [("W", 62, 1637, 68, 3133, "all"), ("W", 62, 725, 68, 713, "without-uasc")],
    columns=["unit", "x0", "n0", "x1", "n1", "cohort"],
)


def test_a_change_is_split_with_and_without_a_named_part_of_the_children(make_context):
    own = split(ADOPTED, make_context(with_cohort()), "without-uasc").set_index("part")
    assert own.loc["rest", "part_name"] == "unaccompanied children"
    assert own.loc["rest", ["numerator", "denominator"]].tolist() == [0, 2420]
    assert own.loc["", "mix_effect"] < -1.9 < 0 < own.loc["", "rate_effect"]


def test_a_share_that_fell_because_its_total_rose_says_so(make_context):
    said = facts(ADOPTED, make_context(with_cohort()))
    assert said["total_change"] == "fell by 1.6 percentage points since October 2025"
    assert said["total_moved"] == "rose from 1,637 to 3,133"
    assert said["total_counted"] == ", not because fewer were counted: 62 then, 68 now"
    assert said["total_without"] == "without unaccompanied children it is 9.5%, and was 8.6%"
    assert said["group_parts"].startswith("unaccompanied children, at 0.0%, now 77.2%")
    fewer = ADOPTED.assign(x1=[55, 55])
    said = facts(fewer, make_context(with_cohort()))
    assert said["total_counted"].startswith("; the number counted differs by no more than chance")


@pytest.mark.parametrize(
    "changes",
    [
        {"x1": [130, 130]},  # more are counted too: the share is as it was
        {"x1": [30, 30]},  # fewer are counted, by more than chance
        {"n1": [1700, 713]},  # the total is much as it was
        {"x0": [1300, 700], "x1": [1400, 690]},  # what is left of the total is the smaller part
    ],
)
def test_a_total_is_not_named_where_it_did_not_move_the_share(make_context, changes):
    assert facts(ADOPTED.assign(**changes), make_context(with_cohort()))["total_change"] == ""


def test_a_small_total_is_not_named(make_context):
    small = ADOPTED.assign(x0=[14, 14], n0=[34, 30], x1=[16, 16], n1=[76, 60])
    assert facts(small, make_context(with_cohort()))["total_change"] == ""


def test_counts_are_carried_by_what_their_parts_differ_by(make_context):
    counts = COUNTS.assign(n0=np.nan, n1=np.nan)
    counts.loc[0, ["x0", "x1"]] = [870, 848]
    one = indicator(kind="count", unit="count", polarity="neutral")
    rows = rows_of(counts)
    rows["shown_value"] = rows["value"] = rows["numerator"]
    table = contribution.study(rows, Known(), make_context(one))
    own = table[table["split"].eq("units") & table["years"].eq(1)].set_index("part")
    assert own["effect"].to_dict() == {"": -22, "C": 163, "B": -95, "A": -90}
    assert own["mix_effect"].eq(0).all()
    assert own.loc["C", "low"] > 0
    assert_adds_up(table)


# -- the distance to a target --------------------------------------------------------------


def target_of(counts, context, **given):
    table = target_variance.study(rows_of(counts, **given), Known(), context)
    assert list(table.columns) == list(target_variance.COLUMNS)
    return table, table[table["service_area"].eq("W")].set_index("part")


def test_the_distance_is_split_by_part_and_since_the_year_before(make_context):
    table, own = target_of(COUNTS, make_context(indicator()))
    whole = own.loc[""]
    assert own.index.tolist() == ["", "C", "A", "B"]
    assert whole["gap"] == pytest.approx(-5.2)
    assert own.loc[["A", "B", "C"], "gap_effect"].sum() == pytest.approx(-5.2, abs=1e-12)
    assert own.loc[["A", "B", "C"], "cases"].sum() == pytest.approx(whole["cases"], abs=1e-9)
    through = whole[["gap_before", "gap_numerator", "gap_denominator", "gap_target"]].sum()
    assert through == pytest.approx(whole["gap"], abs=1e-12)
    causes = whole[["cases_before", "cases_rate", "cases_volume", "cases_target"]].sum()
    assert causes == pytest.approx(whole["cases"], abs=1e-9)
    assert table["reason"].eq("").all()


@pytest.mark.parametrize("polarity", ["high", "low"])
def test_the_needed_cases_are_the_least_that_meet_the_printed_target(make_context, polarity):
    draws = np.random.default_rng(2)
    n = draws.integers(1, 900, 60)
    x = draws.integers(0, n + 1)
    names = [f"U{at}" for at in range(len(n))]
    counts = pd.DataFrame({"unit": names, "x0": x, "n0": n, "x1": x, "n1": n})
    more = {name: unit(name, "") for name in names}
    context = make_context(indicator(polarity=polarity), **more)
    table = target_variance.study(rows_of(counts), Known(), context).set_index("service_area")
    way = 1 if polarity == "high" else -1
    for name, top, bottom in zip(names, x, n, strict=True):
        steps = np.arange(bottom + 1)
        printed = np.floor((top + way * steps) / bottom * 1000 + 0.5 + 1e-9) / 10
        assert table.at[name, "needed"] == steps[way * (printed - 90) >= 0][0], (top, bottom)


def test_what_is_needed_is_said_with_where_most_of_it_is(make_context):
    counts = COUNTS.copy()
    counts.loc[:, "x1"] = [838, 450, 183, 205]
    rows = rows_of(counts)
    context = make_context(indicator())
    table = target_variance.study(rows, Known(), context)
    latest = rows[rows["period"].eq(NOW)].reset_index(drop=True)
    found = target_variance.facts(table, latest, context)
    assert found["needed_words"].tolist()[0] == "62 more of 1,000"
    assert found["needed_where"].tolist()[0] == "Furthest from it in cases: Unit C (65 short)"
    assert found["needed_words"].tolist()[1:3] == ["", ""]


def test_without_a_target_there_is_no_row(make_context):
    rows = rows_of(COUNTS).assign(target=np.nan)
    assert target_variance.study(rows, Known(), make_context(indicator())).empty


def test_a_target_that_moved_is_part_of_the_distance(make_context):
    rows = rows_of(COUNTS).assign(target=lambda table: np.where(table["period"] == NOW, 90.0, 85.0))
    table = target_variance.study(rows, Known(), make_context(indicator()))
    whole = table[table["service_area"].eq("W") & table["part"].eq("")].iloc[0]
    assert (whole["gap_before"], whole["gap_target"]) == (pytest.approx(2.0), -5.0)
    assert whole["cases_target"] == pytest.approx(50.0)
