"""How large the stories came out: counted from the tables, for the truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from pmf_analysis import periods
from pmf_analysis.synthetic import plot
from pmf_analysis.synthetic.amending import (
    BACK_DATED_DISTRICT,
    BACK_DATED_FROM,
)
from pmf_analysis.synthetic.entry import (
    LATE_DISTRICT,
    LATE_FROM,
    TIMELY,
    days_of,
    of_district,
    untimely,
)
from pmf_analysis.synthetic.record_tables import RECORD_TABLES
from pmf_analysis.synthetic.recording import as_known
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.workdays import working_days

Tables = Mapping[str, pd.DataFrame]
Counts = dict[str, object]

_CONFERENCE_DAYS = 15


def counts(setting: Setting, true: Tables, versions: Tables) -> dict[str, Counts]:
    """Sizes of the stories planted, as whole numbers.

    Parameters
    ----------
    setting : Setting
    true, versions : mapping of str to pandas.DataFrame
        The tables before and after they were recorded.

    Returns
    -------
    dict of str to dict
        By name of a story; a story whose size does not depend on chance has none.
    """
    found: dict[str, Counts] = {}
    for story in plot.planted(setting):
        if story.name in _BY_STORY:
            found[story.name] = _BY_STORY[story.name](setting, true, versions)
    return found


def _share(rows: pd.DataFrame, met: np.ndarray) -> Counts:
    return {"of": len(rows), "met": int(np.asarray(met).sum())}


def _between(rows: pd.DataFrame, column: str, first: str = "", last: str = "") -> pd.DataFrame:
    """Rows whose date lies in a stretch of months."""
    days = rows[column]
    kept = days.notna()
    if first:
        kept &= days >= pd.Timestamp(periods.parse(first).start)
    if last:
        kept &= days <= pd.Timestamp(periods.parse(last).end)
    return rows[kept.to_numpy()]


def _counted(setting: Setting, rows: pd.DataFrame, column: str) -> pd.DataFrame:
    return _between(rows, column, setting.counted[0].code, setting.last_month)


def _of(rows: pd.DataFrame, *units: str) -> pd.DataFrame:
    """Rows of the teams of districts, or of services whose teams bear their name."""
    mine = np.zeros(len(rows), dtype=bool)
    for unit in units:
        mine |= of_district(rows, unit)
    return rows[mine]


def _timely(rows: pd.DataFrame) -> Counts:
    return _share(rows, ~untimely(rows))


def _recording_change(setting: Setting, true: Tables, versions: Tables) -> Counts:
    rows = _counted(setting, true["referral"], "event_date")

    def share(part: pd.DataFrame) -> Counts:
        return _share(part, (part["decision"] == "no_further_action").to_numpy())

    return {
        "before": share(_between(rows, "event_date", last="2023-03")),
        "after": share(_between(rows, "event_date", first="2023-04")),
    }


def _late_entry(setting: Setting, true: Tables, versions: Tables) -> Counts:
    rows = _of(versions["assessment"], LATE_DISTRICT)
    rows = _counted(setting, rows[(rows["withdrawn"] == "no").to_numpy()], "event_date")
    told = rows.drop_duplicates("assessment_id")  # the first version that tells the completion
    waited = (days_of(told, "changed_at") - days_of(told, "event_date")).astype(np.int64)
    late = waited >= LATE_FROM
    return {
        "completed_and_known": len(told),
        "entered_late": _timely(told[late]),
        "others": _timely(told[~late]),
    }


def _conference_hub(setting: Setting, true: Tables, versions: Tables) -> Counts:
    rows = _counted(setting, _of(true["conference"], *plot.EAST), "event_date")
    rows = rows[(rows["kind"] == "initial").to_numpy()]

    def share(part: pd.DataFrame) -> Counts:
        took = working_days().between(days_of(part, "strategy_on"), days_of(part, "event_date"))
        return _share(part, took <= _CONFERENCE_DAYS)

    return {
        "before": share(_between(rows, "event_date", last="2025-06")),
        "after": share(_between(rows, "event_date", first="2025-07")),
    }


def _overtime(setting: Setting, true: Tables, versions: Tables) -> Counts:
    rows = _counted(setting, _of(true["assessment"], *plot.SOUTH), "event_date")
    month = rows["event_date"].dt.strftime("%Y-%m")
    shares = pd.Series(~untimely(rows)).groupby(month.to_numpy()).mean()
    return {
        "worst_month": str(shares.idxmin()),
        "in_2026-03": _timely(_between(rows, "event_date", "2026-03", "2026-03")),
        "before": _timely(_between(rows, "event_date", last="2026-02")),
        "after": _timely(_between(rows, "event_date", first="2026-04")),
    }


def _arrivals(setting: Setting, true: Tables, versions: Tables) -> Counts:
    came = true["child"]
    came = came[(came["uasc"] == "yes").to_numpy()]
    left = _counted(setting, true["care_episode"], "ended_on")
    adopted = left["reason_ended"].isin(["E11", "E12"]).to_numpy()
    before = (left["ended_on"] < pd.Timestamp("2024-05-01")).to_numpy()
    years = came["first_known_on"].dt.year.value_counts().sort_index()
    return {
        "arrivals_by_year": {str(year): int(number) for year, number in years.items()},
        "ceased_and_adopted_before": _share(left[before], adopted[before]),
        "ceased_and_adopted_after": _share(left[~before], adopted[~before]),
    }  # fmt: skip


def _mix(setting: Setting, true: Tables, versions: Tables) -> Counts:
    rows = _counted(setting, true["assessment"], "event_date")
    slow = of_district(rows, "disabled-children")

    def stretch(first: str, last: str) -> Counts:
        return {
            "disabled_children": _timely(_between(rows[slow], "event_date", first, last)),
            "others": _timely(_between(rows[~slow], "event_date", first, last)),
        }

    return {
        "year_before": stretch("2024-11", "2025-10"),
        "year_after": stretch("2025-11", "2026-10"),
    }


def _back_dating(setting: Setting, true: Tables, versions: Tables) -> Counts:
    late = _of(true["assessment"], BACK_DATED_DISTRICT)
    late = _between(late[untimely(late)], "event_date", BACK_DATED_FROM, setting.last_month)
    table = RECORD_TABLES["assessment"]
    known = as_known(table, versions["assessment"], setting.last_day + np.timedelta64(40, "D"))
    known = known[known["assessment_id"].isin(late["assessment_id"]).to_numpy()]
    took = working_days().between(days_of(known, "started_on"), days_of(known, "event_date"))
    return {"late": len(late), "back_dated_and_known": int((took == TIMELY).sum())}


def _siblings(setting: Setting, true: Tables, versions: Tables) -> Counts:
    rows = _of(true["plan"], "marwick")
    family = true["child"].set_index("child_id")["family_id"]
    found: Counts = {}
    for month in ("2026-09", "2026-10"):
        begun = _between(rows, "event_date", month, month)
        again = (begun["previous_plans"] > 0).fillna(False).to_numpy(dtype=bool)
        families = begun["child_id"][again].map(family)
        found[month] = {
            **_share(begun, again),
            "of_one_family": int(families.value_counts().max()) if len(families) else 0,
        }
    return found


def _two_services(setting: Setting, true: Tables, versions: Tables) -> Counts:
    rows = true["allocation"]
    last = pd.Timestamp(setting.last_day)
    held = (rows["kind"] == "case") & (rows["started_on"] <= last)
    held &= rows["ended_on"].isna() | (rows["ended_on"] > last)
    rows = rows[held.to_numpy()].rename(columns={"team": "team_then"})
    care, disabled = (set(_of(rows, one)["child_id"])
                      for one in ("children-in-care", "disabled-children"))  # fmt: skip
    return {"children": len(care & disabled), "on": str(setting.last_day)}


def _vacancies(setting: Setting, true: Tables, versions: Tables) -> Counts:
    rows = _of(true["assessment"], "dunwick")
    by_month = {
        month: _timely(_between(rows, "event_date", month, month))
        for month in ("2026-07", "2026-08", "2026-09", "2026-10")
    }
    posts = _of(true["post"].rename(columns={"team": "team_then"}), "dunwick")
    posts = posts[(posts["role"] == "social_worker").to_numpy()]
    return {
        "assessments": by_month,
        "posts_and_vacant": {
            day[:7]: _posts_on(posts, true["person"], day) for day in ("2026-06-30", "2026-10-31")
        },
    }


def _posts_on(posts: pd.DataFrame, people: pd.DataFrame, day: str) -> Counts:
    on = pd.Timestamp(day)
    there = posts[
        ((posts["valid_from"] <= on) & (posts["valid_to"].isna() | (posts["valid_to"] >= on)))
        .to_numpy()
    ]  # fmt: skip
    working = (people["started_on"] <= on) & (
        people["ended_on"].isna() | (people["ended_on"] >= on)
    )
    filled = there["post_id"].isin(people["post_id"][working])
    return _share(there, ~filled.to_numpy())


def _on_due_date(rows: pd.DataFrame) -> Counts:
    return _share(rows, (rows["event_date"] <= rows["due_on"]).to_numpy())


def _green_worsening(setting: Setting, true: Tables, versions: Tables) -> Counts:
    rows = true["visit"]
    rows = _of(rows[(rows["kind"] == "care").to_numpy()], "children-in-care")
    return {
        "year_before": _on_due_date(_between(rows, "due_on", "2024-11", "2025-10")),
        "last_12_months": _on_due_date(_between(rows, "due_on", "2025-11", "2026-10")),
        "last_month": _on_due_date(_between(rows, "due_on", "2026-10", "2026-10")),
    }


def _red_target_inside(setting: Setting, true: Tables, versions: Tables) -> Counts:
    rows = true["health"]
    rows = _of(rows[(rows["kind"] == "initial").to_numpy()], "children-in-care")
    return {"whole_time": _on_due_date(_counted(setting, rows, "due_on"))}


def _red_target_beyond(setting: Setting, true: Tables, versions: Tables) -> Counts:
    rows = true["visit"]
    rows = _of(rows[(rows["kind"] == "protection").to_numpy()], *plot.SOUTH)
    return {"whole_time": _on_due_date(_counted(setting, rows, "due_on"))}


_BY_STORY: dict[str, Callable[[Setting, Tables, Tables], Counts]] = {
    "recording_change": _recording_change,
    "late_entry": _late_entry,
    "conference_hub": _conference_hub,
    "overtime": _overtime,
    "arrivals": _arrivals,
    "mix": _mix,
    "back_dating": _back_dating,
    "siblings": _siblings,
    "two_services": _two_services,
    "vacancies": _vacancies,
    "green_worsening": _green_worsening,
    "red_target_inside": _red_target_inside,
    "red_target_beyond": _red_target_beyond,
}
