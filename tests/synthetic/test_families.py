"""Children and families: levels of the public figures, rules of the returns, stories planted."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.synthetic.families import make_families
from pmf_analysis.synthetic.record_tables import RECORD_TABLES
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.staff import make_staff
from pmf_analysis.synthetic.workdays import working_days

SEED = 11
TABLES = ("child", "referral", "assessment", "enquiry", "conference", "plan", "visit", "review")
STORIES = (
    "recording_change", "structure", "conference_hub", "overtime", "mix", "siblings", "vacancies",
    "red_target_beyond",
)  # fmt: skip
OF_OTHERS = (
    "late_entry", "arrivals", "back_dating", "target_rise", "two_services", "green_worsening",
    "red_target_inside", "nothing",
)  # fmt: skip
LARGE = 0.3


@cache
def _setting(scale: float = 0.05, *stories: str) -> Setting:
    return Setting.of(SEED, scale=scale, stories=stories)


@cache
def _made(scale: float = 0.05, *stories: str) -> dict[str, pd.DataFrame]:
    setting = _setting(scale, *stories)
    return make_families(setting, make_staff(setting, {}))


@pytest.fixture(scope="module", params=["quiet", "with stories"])
def made(request) -> dict[str, pd.DataFrame]:
    return _made(0.03, *(STORIES if request.param == "with stories" else ()))


def _days(column: pd.Series) -> np.ndarray:
    return column.to_numpy().astype("datetime64[D]")


def _counted(table: pd.DataFrame, column: str = "event_date") -> pd.DataFrame:
    return table[table[column] >= pd.Timestamp(str(_setting().starts[12]))]


def _month(column: pd.Series) -> pd.Series:
    return column.dt.to_period("M").astype(str)


def _took(table: pd.DataFrame, begin: str) -> np.ndarray:
    return working_days().between(_days(table[begin]), _days(table["event_date"]))


def _completed(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    done = _counted(tables["assessment"].dropna(subset="event_date"))
    return done.assign(month=_month(done["event_date"]), late=_took(done, "started_on") > 45)


def _held(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    held = _counted(tables["conference"])
    return held.assign(month=_month(held["event_date"]), late=_took(held, "strategy_on") > 15)


def _of(table: pd.DataFrame, *districts: str) -> pd.DataFrame:
    return table[table["team_then"].str.rsplit("-", n=2).str[0].isin(districts)]


# ---------------------------------------------------------------- what is made


def test_every_table_has_its_columns_and_keys(made) -> None:
    assert tuple(made) == TABLES
    for name, table in made.items():
        described = RECORD_TABLES[name]
        assert list(table.columns) == list(described.columns)
        assert table[described.key].is_unique
        dates = [column for column, kind in described.columns.items() if kind == "date"]
        assert {str(table[column].dtype) for column in dates} == {"datetime64[s]"}


def test_nothing_lies_after_the_records(made) -> None:
    last = pd.Timestamp(str(_setting().last_day))
    for table in made.values():
        for column in table.columns[table.dtypes == "datetime64[s]"]:
            assert not (table[column] > last).any()


def test_the_same_seed_gives_the_same_records() -> None:
    setting = _setting(0.02)
    again = make_families(setting, make_staff(setting, {}))
    for name, table in _made(0.02).items():
        pd.testing.assert_frame_equal(table, again[name])


def test_another_seed_gives_others() -> None:
    other = make_families(Setting.of(SEED + 1, scale=0.02), {})
    assert not other["referral"].equals(_made(0.02)["referral"])


@pytest.mark.parametrize(("months", "last"), [(1, "2026-10"), (3, "2024-02"), (14, "2026-12")])
def test_any_stretch_of_months_can_be_made(months: int, last: str) -> None:
    setting = Setting.of(2, months=months, last_month=last, scale=0.01, stories=STORIES)
    tables = make_families(setting, {})
    assert tables["referral"]["event_date"].max() <= pd.Timestamp(str(setting.last_day))
    assert len(tables["visit"])


# ---------------------------------------------------------------- rules


def test_each_record_refers_to_one_there_is(made) -> None:
    links = (
        ("assessment", "referral_id", "referral"), ("enquiry", "assessment_id", "assessment"),
        ("conference", "enquiry_id", "enquiry"), ("plan", "conference_id", "conference"),
    )  # fmt: skip
    for name, column, other in links:
        own = (
            made[name]
            .dropna(subset=column)
            .merge(made[other], on=column, suffixes=("", "_there"), how="left", indicator=True)
        )
        assert (own["_merge"] == "both").all()
        assert (own["child_id"] == own["child_id_there"]).all()
        assert not (own["event_date"] < own["event_date_there"]).any()
    children = set(made["child"]["child_id"])
    for table in made.values():
        assert set(table["child_id"]) == children & set(table["child_id"])


def test_a_plan_begins_on_the_day_of_its_conference(made) -> None:
    both = made["plan"].merge(made["conference"], on="conference_id", suffixes=("", "_held"))
    assert (both["event_date"] == both["event_date_held"]).all()
    assert (both["outcome"] == "plan").all()
    planned = made["conference"]["outcome"] == "plan"
    assert planned.sum() == len(made["plan"])


def test_every_outcome_has_what_follows_from_it(made) -> None:
    assessment, enquiry, conference = (made[name] for name in TABLES[2:5])
    over = assessment[assessment["outcome"] == "section_47"]["assessment_id"]
    assert set(enquiry["assessment_id"]) <= set(over)
    assert len(enquiry) >= 0.99 * len(over)
    leads = enquiry[enquiry["outcome"] == "conference"]["enquiry_id"]
    assert set(conference["enquiry_id"].dropna()) <= set(leads)
    moved_in = conference["kind"] == "transfer_in"
    assert conference["enquiry_id"].isna().equals(moved_in)


def test_no_child_has_two_assessments_or_plans_at_once(made) -> None:
    for name, begin, end in (
        ("assessment", "started_on", "event_date"), ("plan", "event_date", "ended_on"),
    ):  # fmt: skip
        rows = made[name].sort_values(["child_id", begin])
        following = rows.groupby("child_id")[begin].shift(-1)
        goes_on = following.notna()
        assert (rows.loc[goes_on, end] < following[goes_on]).all()
        assert not (rows[end] < rows[begin]).any()


def test_what_is_open_says_nothing_of_its_end(made) -> None:
    assessment = made["assessment"]
    assert assessment["event_date"].isna().equals(assessment["outcome"].isna())
    visit = made["visit"]
    assert visit["event_date"].isna().equals(visit["seen_alone"].isna())


def test_children_are_children(made) -> None:
    born = made["child"].set_index("child_id")["date_of_birth"]
    for name, column in (
        ("referral", "event_date"), ("enquiry", "event_date"), ("plan", "event_date"),
        ("plan", "ended_on"),
    ):  # fmt: skip
        rows = made[name].dropna(subset=column)
        then = rows["child_id"].map(born)
        assert (rows[column] >= then).all()
        assert (rows[column] < then + pd.DateOffset(years=18)).all()


def test_brothers_and_sisters_fit_together(made) -> None:
    child = made["child"].sort_values(["family_id", "date_of_birth"])
    families = child.groupby("family_id")
    assert (families["home_district"].nunique() == 1).all()
    assert (families["date_of_birth"].diff().dropna() >= pd.Timedelta(days=300)).all()
    assert 0.2 < (families.size() > 1).mean() < 0.4


def test_plans_before_count_those_in_the_records(made) -> None:
    plan = made["plan"].sort_values(["child_id", "event_date"])
    earlier = plan.groupby("child_id").cumcount()
    assert (plan["previous_plans"] >= earlier).all()
    assert (earlier > 0).any()


def test_brothers_and_sisters_share_whether_it_is_a_second_plan(made) -> None:
    family = made["child"].set_index("child_id")["family_id"]
    plan = made["plan"].assign(family=made["plan"]["child_id"].map(family))
    plan = plan.assign(month=_month(plan["event_date"]), again=plan["previous_plans"] > 0)
    assert (plan.groupby(["family", "month"])["again"].nunique() == 1).all()


def test_a_referral_of_a_child_come_back_is_within_the_year_or_well_beyond() -> None:
    """No referral follows another of the child by 351 to 400 days: rules of counting agree."""
    last: dict[str, list[pd.Timestamp]] = defaultdict(list)
    for row in _made(0.03)["referral"].itertuples():
        last[row.child_id].append(row.event_date)
    gaps = [(after - before).days for days in last.values() for before, after in pairwise(days)]
    assert min(gaps) > 14
    assert not any(350 < gap <= 400 for gap in gaps)


# ---------------------------------------------------------------- levels


def test_levels_are_those_of_the_public_figures() -> None:
    """21.6, 88.5, 87.2 and 24.3%; by the spread of chance over five years."""
    quiet, told = _made(LARGE), _made(LARGE, *STORIES)
    referral = quiet["referral"].sort_values(["child_id", "event_date"])
    since = referral.groupby("child_id")["event_date"].diff().dt.days
    again = _counted(referral.assign(again=since <= 365))["again"]
    assert again.mean() == pytest.approx(0.216, abs=0.008)
    assert 1 - _completed(quiet)["late"].mean() == pytest.approx(0.885, abs=0.008)
    hub = _held(told)
    assert 1 - hub["late"].mean() == pytest.approx(0.872, abs=0.02)
    plans = _counted(quiet["plan"])
    assert (plans["previous_plans"] > 0).mean() == pytest.approx(0.243, abs=0.025)
    visits = _counted(quiet["visit"], "due_on")
    assert (visits["event_date"] <= visits["due_on"]).mean() == pytest.approx(0.942, abs=0.006)


def test_volumes_are_those_of_the_county() -> None:
    quiet = _made(LARGE)
    months = 60 * LARGE
    conference = _counted(quiet["conference"])
    for number, expected, within in (
        (len(_counted(quiet["referral"])), 2000, 25), (len(_completed(quiet)), 1800, 25),
        (len(_counted(quiet["enquiry"])), 618, 18), (len(conference), 123, 6),
        ((conference["kind"] == "transfer_in").sum(), 10, 2),
        (len(_counted(quiet["plan"])), 112, 6),
        (len(_counted(quiet["visit"], "due_on")), 1150, 80),
    ):  # fmt: skip
        assert number / months == pytest.approx(expected, abs=within)


def test_as_many_plans_are_open_at_the_beginning_as_later() -> None:
    plan = _made(LARGE)["plan"]
    ends = pd.date_range("2020-11-30", "2026-10-31", freq="ME")
    number = np.array([
        ((plan["event_date"] <= day) & ~(plan["ended_on"] <= day)).sum() for day in ends
    ]) / LARGE  # fmt: skip
    assert number.mean() == pytest.approx(1160, abs=70)
    assert number[:12].mean() == pytest.approx(number[12:].mean(), rel=0.12)


def test_a_quiet_county_does_not_drift() -> None:
    """The first and the last two years of each series differ by no more than chance allows."""
    quiet = _made(LARGE)
    visits = _counted(quiet["visit"], "due_on")
    series = {
        "assessments": _completed(quiet),
        "conferences": _held(quiet),
        "visits": visits.assign(
            month=_month(visits["due_on"]), late=~(visits["event_date"] <= visits["due_on"])
        ),
    }
    for rows in series.values():
        first, last = rows[rows["month"] < "2023-11"], rows[rows["month"] >= "2024-11"]
        share = rows["late"].mean()
        error = np.sqrt(share * (1 - share) * (1 / len(first) + 1 / len(last)))
        assert abs(first["late"].mean() - last["late"].mean()) < 4 * error
    # children of a family are met together: their number varies more than that of single ones
    for name, together in (("assessments", 1.1), ("conferences", 2.4)):
        month = series[name]["month"]
        first, last = (month < "2023-11").sum(), (month >= "2024-11").sum()
        assert abs(first - last) < 4 * np.sqrt(together * (first + last))


def test_the_share_in_time_does_not_depend_on_the_month() -> None:
    """Dispersion of the county's months about their mean is near that of a binomial share."""
    done = _completed(_made(LARGE)).groupby("month")["late"].agg(["mean", "size"])
    share = np.average(done["mean"], weights=done["size"])
    squares = (done["mean"] - share) ** 2 / (share * (1 - share) / done["size"])
    assert squares.mean() < 1.7


@pytest.mark.shared
def test_referrals_follow_the_seasons_of_the_public_figures(shared) -> None:
    """Department for Education, table c6: referrals by month, Kent, 2014 to 2024."""
    folder = shared / "data" / "dfe_cin_2024"
    table = pd.read_csv(next(folder.glob("c6_*.csv")), dtype=str)
    names = pd.date_range("2024-01-01", periods=12, freq="MS").strftime("%B").tolist()
    years = table[table["la_name"] == "Kent"][names].astype(float)
    public = (years.div(years.mean(axis=1), axis=0)).mean().to_numpy()
    referral = _counted(_made(LARGE)["referral"])
    found = referral.groupby(referral["event_date"].dt.month).size().to_numpy()
    assert found / found.mean() == pytest.approx(public, abs=0.08)


def test_nine_referrals_in_ten_are_assessed_from_their_day_on() -> None:
    quiet = _made(LARGE)
    referral = _counted(quiet["referral"])
    both = referral.merge(quiet["assessment"], on="referral_id", suffixes=("", "_done"))
    assert len(both) / len(referral) == pytest.approx(0.9, abs=0.01)
    assert (both["started_on"] == both["event_date"]).all()


# ---------------------------------------------------------------- stories


def _changed(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Rows gone, rows added, and rows of another content, the last as they were."""
    key = before.columns[0]
    old, fresh = before.set_index(key), after.set_index(key)
    both = old.index.intersection(fresh.index)
    same = (old.loc[both] == fresh.loc[both]) | (old.loc[both].isna() & fresh.loc[both].isna())
    return {
        "gone": old.drop(both),
        "added": fresh.drop(both),
        "other": old.loc[both][~same.all(axis=1)],
    }


def test_stories_of_other_stages_change_nothing_here() -> None:
    told, quiet = _made(0.02, *OF_OTHERS), _made(0.02)
    for name, table in told.items():
        pd.testing.assert_frame_equal(table, quiet[name])


@pytest.mark.parametrize(
    ("story", "tables", "districts"),
    [
        ("recording_change", {"referral"}, None),
        ("structure", {"enquiry", "conference", "plan", "visit", "review"}, {"harstow"}),
        ("conference_hub", {"enquiry", "conference", "plan", "visit", "review"},
         {"dunwick", "easthythe", "farrow"}),
        ("overtime", {"assessment"}, {"glenmouth", "harstow", "ivelham"}),
        ("mix", {"assessment"}, None),
        ("siblings", set(TABLES), {"marwick"}),
        ("vacancies", {"assessment"}, {"dunwick"}),
        ("red_target_beyond", {"visit"}, {"glenmouth", "harstow", "ivelham"}),
    ],
)  # fmt: skip
def test_a_story_changes_nothing_outside_itself(story, tables, districts) -> None:
    quiet, told = _made(0.02), _made(0.02, story)
    homes = told["child"].set_index("child_id")["home_district"]
    changed = set()
    for name in TABLES:
        found = _changed(quiet[name], told[name])
        rows = pd.concat(found.values())
        if len(rows):
            changed.add(name)
        if len(rows) and districts and name != "child":
            assert set(rows["child_id"].map(homes)) <= districts
        if story != "siblings":
            assert found["gone"].empty
    assert changed
    assert changed <= tables


def test_a_decision_was_recorded_otherwise_until_2023() -> None:
    quiet, told = _made(LARGE), _made(LARGE, *STORIES)
    for tables, before in ((quiet, 0.01), (told, 0.28)):
        referral = _counted(tables["referral"])
        nfa = (referral["decision"] == "no_further_action").groupby(
            referral["event_date"] < "2023-04-01"
        ).mean()  # fmt: skip
        assert nfa[True] == pytest.approx(before, abs=0.012)
        assert nfa[False] == pytest.approx(0.01, abs=0.004)
    no_more = told["referral"]["event_date"] >= "2023-04-01"
    assert told["referral"][no_more]["decision"].value_counts().index[0] == "service"


def test_from_the_change_on_no_child_is_assessed_after_no_further_action() -> None:
    told = _made(0.03, *STORIES)
    late = told["referral"][told["referral"]["event_date"] >= "2023-04-01"]
    nfa = late[late["decision"] == "no_further_action"]["referral_id"]
    assert not nfa.isin(told["assessment"]["referral_id"]).any()


def test_the_hub_brings_conferences_forward_in_the_east() -> None:
    for tables, after in ((_made(LARGE), 0.78), (_made(LARGE, *STORIES), 0.88)):
        east = _of(_held(tables), "dunwick", "easthythe", "farrow")
        late = east["late"].groupby(east["month"] >= "2025-07").mean()
        assert 1 - late[False] == pytest.approx(0.78, abs=0.05)
        assert 1 - late[True] == pytest.approx(after, abs=0.06)


def test_one_month_is_the_worst_of_the_south_and_goes_by_itself() -> None:
    south = _of(_completed(_made(LARGE, *STORIES)), "glenmouth", "harstow", "ivelham")
    months = south.groupby("month")["late"].agg(["mean", "size"])
    assert months["mean"].idxmax() == "2026-03"
    worst = 1 - months.loc["2026-03", "mean"]
    error = np.sqrt(0.875 * 0.125 / months.loc["2026-03", "size"])
    assert (worst - 0.875) / error == pytest.approx(-2.2, abs=0.2)
    after = months.loc["2026-04":, "mean"]
    assert 1 - after.mean() == pytest.approx(0.875, abs=0.02)


def test_the_county_falls_by_mix_alone() -> None:
    quiet, told = _completed(_made(LARGE)), _completed(_made(LARGE, *STORIES))
    for rows, before, after in ((quiet, 60, 60), (told, 60, 240)):
        rows = rows.assign(theirs=rows["team_then"].str.startswith("disabled-children"))
        later = rows["month"] >= "2025-11"
        theirs = rows[rows["theirs"]]
        counts = theirs.groupby(theirs["month"] >= "2025-11").size() / LARGE
        assert counts[False] / 48 == pytest.approx(before, abs=8)
        assert counts[True] / 12 == pytest.approx(after, abs=0.1 * after + 5)
        for among, level in ((theirs, 0.72), (rows[~rows["theirs"]], 0.889)):
            shares = 1 - among["late"].groupby(later[among.index]).mean()
            assert shares[False] == pytest.approx(level, abs=0.035)
            assert shares[True] == pytest.approx(level, abs=0.05 if level < 0.8 else 0.012)
    fall = (
        quiet[quiet["month"] >= "2025-11"]["late"].mean()
        - told[told["month"] >= "2025-11"]["late"].mean()
    )
    assert fall == pytest.approx(-0.017, abs=0.008)


def test_five_of_six_second_plans_in_marwick_are_of_one_family() -> None:
    tables = _made(LARGE, *STORIES)
    plan = _of(tables["plan"], "marwick")
    plan = plan.assign(month=_month(plan["event_date"]), again=plan["previous_plans"] > 0)
    counts = plan.groupby("month")["again"].agg(["sum", "size"])
    first, again = (np.round([LARGE * 11, LARGE * 9]), round(LARGE * 1))
    assert counts.loc["2026-09"].tolist() == [again, first[0] + again]
    assert counts.loc["2026-10"].tolist() == [5 + again, first[1] + 5 + again]
    again = plan[plan["again"] & (plan["month"] == "2026-10")]
    family = again["child_id"].map(tables["child"].set_index("child_id")["family_id"])
    assert family.value_counts().iloc[0] == 5


def test_dunwick_falls_in_two_months() -> None:
    for tables, shares in ((_made(LARGE), (0.88, 0.88)), (_made(LARGE, *STORIES), (0.82, 0.77))):
        dunwick = _of(_completed(tables), "dunwick").groupby("month")["late"].mean()
        for month, share in zip(("2026-09", "2026-10"), shares, strict=True):
            assert 1 - dunwick[month] == pytest.approx(share, abs=0.08 if share == 0.88 else 0.01)
        assert 1 - dunwick[:"2026-08"].mean() == pytest.approx(0.88, abs=0.015)


def test_visits_of_the_south_cannot_reach_their_target() -> None:
    for tables, level in ((_made(LARGE), 0.942), (_made(LARGE, *STORIES), 0.88)):
        visit = _of(_counted(tables["visit"], "due_on"), "glenmouth", "harstow", "ivelham")
        made = visit["event_date"] <= visit["due_on"]
        assert made.mean() == pytest.approx(level, abs=0.012)


def test_harstow_merges_two_teams() -> None:
    told = _made(LARGE, *STORIES)["visit"]
    harstow = told[told["team_then"].str.startswith("harstow")]
    merged = harstow["due_on"] >= "2025-10-01"
    assert set(harstow[merged]["team_then"]) == {"harstow-protection-1", "harstow-protection-4"}
    assert set(harstow[~merged]["team_then"]) == {f"harstow-protection-{n}" for n in (1, 2, 3)}
