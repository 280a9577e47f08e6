"""How the work is judged and what is said of it: audits, complaints, surveys, actions, comments."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.synthetic.acting import actions, commentary
from pmf_analysis.synthetic.draws import codes, days_at, days_in_months, events_by_month, pick
from pmf_analysis.synthetic.entry import days_of, untimely
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.structure import SERVICES, UnitRow, all_units
from pmf_analysis.synthetic.workdays import working_days

Tables = Mapping[str, pd.DataFrame]

AUDITS_A_MONTH = 5
"""Case audits of a service in a month, at scale 1."""
GOOD_OR_BETTER = {
    "adoption": 0.76, "fostering": 0.74, "disabled-children": 0.62, "front-door": 0.62,
}  # fmt: skip
USUALLY_GOOD = 0.68
OUTSTANDING, INADEQUATE = 0.06, 0.04

COMPLAINTS_A_MONTH = 25
USUALLY_LATE = 0.115
"""Share of assessments that are late: where it is twice this, half as many complain again."""
SUBJECTS = {
    "delay": 0.34, "communication": 0.27, "decision": 0.20, "conduct": 0.12, "other": 0.07,
}  # fmt: skip
STAGES = (0.90, 0.085, 0.015)
UPHELD = {"yes": 0.22, "partly": 0.35, "no": 0.43}
ANSWER_WITHIN = 20
"""Working days."""
ANSWERED = ((0, 3), (0.55, 14), (0.82, 21), (0.95, 35), (1, 70))
"""Share of complaints to working days: four in five within `ANSWER_WITHIN`."""

ASKED_A_QUARTER = 240
"""People who answer a survey in a quarter, at scale 1."""
QUESTIONS = {
    "child": ("listened_to", "knows_plan", "feels_safe", "sees_worker"),
    "parent": ("respected", "knows_plan", "help_helped", "one_worker"),
    "care_leaver": ("listened_to", "knows_rights", "home_suits", "adviser_helps"),
}
"""Questions by who answers; each answer is 1 (not at all) to 5 (very much)."""
ASKED_OF = {
    "children-in-care": "child", "unaccompanied-children": "child", "care-leavers": "care_leaver",
    "disabled-children": "parent",
}  # fmt: skip
"""Services to who answers there; in the districts parents do."""
ANSWERS = (0.06, 0.11, 0.23, 0.36, 0.24)


def make_practice(setting: Setting, made: Tables) -> dict[str, pd.DataFrame]:
    """Case audits, complaints, surveys, the action log and commentary.

    Parameters
    ----------
    setting : Setting
    made : mapping of str to pandas.DataFrame
        Tables made before: ``allocation``, ``referral``, ``plan``, ``child`` and ``assessment``
        are needed.

    Returns
    -------
    dict of str to pandas.DataFrame
        ``case_audit``, ``complaint``, ``survey``, ``action`` and ``commentary``.
    """
    return {
        "case_audit": _audits(setting, made),
        "complaint": _complaints(setting, made),
        "survey": _surveys(setting),
        "action": actions(setting),
        "commentary": commentary(setting),
    }


# -- who there is --------------------------------------------------------------------------


def _service_of(unit: UnitRow) -> str:
    """The service that a team answers to at the end, over its district or at once."""
    parents = {one.code: one.parent for one in all_units()}
    return unit.parent if unit.parent in SERVICES else parents[unit.parent]


def _teams(setting: Setting) -> list[UnitRow]:
    return [one for one in all_units(setting.planted("structure")) if one.kind == "team"]


def _exists(team: UnitRow, days: NDArray[np.datetime64]) -> NDArray[np.bool_]:
    there = days >= np.datetime64(team.valid_from, "D")
    return there & (days <= np.datetime64(team.valid_to, "D")) if team.valid_to else there


# -- case audits ---------------------------------------------------------------------------


def _audits(setting: Setting, made: Tables) -> pd.DataFrame:
    """Audits of cases that a service held on the day."""
    held = _held(setting, made)
    parts = [_audits_of(setting, service, held[service]) for service in SERVICES]
    found = pd.concat(parts, ignore_index=True)
    found = found.sort_values(["event_date", "team_then", "child_id"], kind="stable")
    return _numbered(found, "case_audit_id", "Q")


def _held(setting: Setting, made: Tables) -> dict[str, pd.DataFrame]:
    """Cases of each service: child, team, first day and first day after."""
    services = {team.code: _service_of(team) for team in _teams(setting)}
    cases = _stays(made["allocation"], "team", "started_on", "ended_on")
    cases = cases.assign(service=cases["team"].map(services))
    found = {service: cases[(cases["service"] == service).to_numpy()] for service in SERVICES}
    referred = made["referral"]
    answered = referred.assign(until=referred["event_date"] + pd.Timedelta(days=30))
    found["front-door"] = _stays(answered, "team_then", "event_date", "until")
    plans = _stays(made["plan"], "team_then", "event_date", "ended_on")
    reviewing = [team.code for team in _teams(setting) if team.parent == "quality-assurance"]
    turns = np.arange(len(plans)) % len(reviewing)
    found["quality-assurance"] = plans.assign(team=pd.array(reviewing, dtype="str").take(turns))
    return found


def _stays(rows: pd.DataFrame, team: str, first: str, after: str) -> pd.DataFrame:
    return pd.DataFrame(
        {"child_id": rows["child_id"], "team": rows[team], "first": rows[first],
         "after": rows[after]}
    )  # fmt: skip


def _audits_of(setting: Setting, service: str, cases: pd.DataFrame) -> pd.DataFrame:
    rng = setting.stream("case_audit", service)
    numbers = events_by_month(rng, np.full(len(setting.calendar), AUDITS_A_MONTH * setting.scale))
    days = days_in_months(rng, setting.starts, numbers)
    drawn = rng.random((2, len(days)))
    chosen = _cases_at(setting, cases, np.repeat(np.arange(len(numbers)), numbers), drawn[0])
    good = GOOD_OR_BETTER.get(service, USUALLY_GOOD)
    shares = np.cumsum([OUTSTANDING, good - OUTSTANDING, 1 - good - INADEQUATE])
    grades = np.array(["outstanding", "good", "requires_improvement", "inadequate"])
    found = pd.DataFrame({
        "child_id": cases["child_id"].array.take(chosen, allow_fill=True),
        "event_date": days.astype("datetime64[s]"),
        "grade": pd.array(grades[np.searchsorted(shares, drawn[1], side="right")], dtype="str"),
        "team_then": cases["team"].array.take(chosen, allow_fill=True),
    })  # fmt: skip
    return found[chosen >= 0]


def _cases_at(
    setting: Setting,
    cases: pd.DataFrame,
    months: NDArray[np.int64],
    drawn: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Places of cases held when months began, one for each uniform; -1 where there was none."""
    first, after = days_of(cases, "first"), days_of(cases, "after")
    after = np.where(np.isnat(after), setting.starts[-1], after)
    chosen = np.full(len(months), -1)
    for month in np.unique(months):
        day = setting.starts[month]
        there = np.flatnonzero((first <= day) & (after > day))
        if len(there):
            mine = months == month
            chosen[mine] = there[np.floor(drawn[mine] * len(there)).astype(np.int64)]
    return chosen


# -- complaints ----------------------------------------------------------------------------


def _complaints(setting: Setting, made: Tables) -> pd.DataFrame:
    """Complaints by team, more where assessments are late."""
    late = _lateness(setting, made["assessment"])
    teams = _teams(setting)
    usual = COMPLAINTS_A_MONTH * setting.scale / len(teams)
    parts = []
    for team in teams:
        weight = 0.5 + 0.5 * late.get(team.code, np.full(len(setting.calendar), USUALLY_LATE)) / (
            USUALLY_LATE
        )
        weight = weight * _exists(team, setting.starts[:-1])
        rng = setting.stream("complaint", team.code)
        days = days_in_months(rng, setting.starts, events_by_month(rng, usual * weight))
        parts.append(_complaints_of(rng, team.code, days))
    found = pd.concat(parts, ignore_index=True)
    found = found.sort_values(["event_date", "team_then"], kind="stable")
    return _numbered(found, "complaint_id", "B")


def _complaints_of(
    rng: np.random.Generator, team: str, days: NDArray[np.datetime64]
) -> pd.DataFrame:
    drawn = rng.random(len(days))
    subjects, said = np.array(list(SUBJECTS)), np.array(list(UPHELD))
    waited = days_at(drawn, ANSWERED)
    return pd.DataFrame({
        "event_date": days.astype("datetime64[s]"),
        "stage": pd.array(1 + pick(rng, len(days), STAGES), dtype="Int64"),
        "subject": pd.array(subjects[pick(rng, len(days), list(SUBJECTS.values()))], dtype="str"),
        "due_on": working_days().after(days, ANSWER_WITHIN).astype("datetime64[s]"),
        "answered_on": working_days().after(days, waited).astype("datetime64[s]"),
        "upheld": pd.array(said[pick(rng, len(days), list(UPHELD.values()))], dtype="str"),
        "team_then": pd.array([team] * len(days), dtype="str"),
    })  # fmt: skip


def _lateness(setting: Setting, assessments: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
    """Share of a team's assessments of the last three months that were late, by month."""
    done = assessments[assessments["event_date"].notna().to_numpy()]
    months = np.searchsorted(setting.starts, days_of(done, "event_date"), side="right") - 1
    inside = (months >= 0) & (months < len(setting.calendar))
    late = untimely(done)
    found = {}
    for team, places in done.groupby("team_then", sort=True).indices.items():
        mine = places[inside[places]]
        counts = np.zeros((2, len(setting.calendar)))
        np.add.at(counts, (late[mine].astype(int), months[mine]), 1)
        sums = np.cumsum(counts, axis=1)
        recent = sums - np.concatenate([np.zeros((2, 3)), sums[:, :-3]], axis=1)[:, : sums.shape[1]]
        of = recent.sum(axis=0)
        found[str(team)] = np.where(of > 0, recent[1] / np.maximum(of, 1), USUALLY_LATE)
    return found


# -- surveys -------------------------------------------------------------------------------


def _surveys(setting: Setting) -> pd.DataFrame:
    """Answers to the survey of each quarter, one row for an answer."""
    ends = [place for place, month in enumerate(setting.calendar) if month.start.month % 3 == 0]
    teams = [team for team in _teams(setting) if team.case_holding]
    parts = [_answers(setting, team, len(teams), ends) for team in teams]
    found = pd.concat(parts, ignore_index=True)
    found = found.sort_values(["event_date", "team_then"], kind="stable")
    return _numbered(found, "survey_id", "Y")


def _answers(setting: Setting, team: UnitRow, teams: int, ends: list[int]) -> pd.DataFrame:
    """What is answered about one team: everyone is asked every question."""
    rng = setting.stream("survey", team.code)
    days = setting.starts[1:][ends] - np.timedelta64(7, "D")
    asked = events_by_month(
        rng, ASKED_A_QUARTER * setting.scale / teams * _exists(team, days).astype(float)
    )
    respondents = ASKED_OF.get(team.parent, "parent")
    questions = QUESTIONS[respondents]
    rows = int(asked.sum()) * len(questions)
    return pd.DataFrame({
        "event_date": np.repeat(days, asked * len(questions)).astype("datetime64[s]"),
        "respondents": pd.array([respondents] * rows, dtype="str"),
        "question": pd.array(list(questions) * int(asked.sum()), dtype="str"),
        "answer": pd.array(1 + pick(rng, rows, ANSWERS), dtype="Int64"),
        "team_then": pd.array([team.code] * rows, dtype="str"),
    })  # fmt: skip


def _numbered(rows: pd.DataFrame, key: str, letter: str) -> pd.DataFrame:
    """Rows with ids in their order, as first column."""
    ids = pd.array(codes(letter, len(rows)), dtype="str")
    return rows.reset_index(drop=True).assign(**{key: ids})[[key, *rows.columns]]
