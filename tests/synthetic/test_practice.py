"""Audits, complaints, surveys, actions and comments."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from pmf_analysis.roles import checked_role
from pmf_analysis.synthetic import acting, practice, structure
from pmf_analysis.synthetic.record_tables import RECORD_TABLES

TABLES = ("case_audit", "complaint", "survey", "action", "commentary")


def test_every_row_is_of_a_team_that_was_there(small):
    _, true = small()
    units = {one.code: one for one in structure.all_units()}
    for name in ("case_audit", "complaint", "survey"):
        for team, first, last in (
            true[name].groupby("team_then")["event_date"].agg(["min", "max"])
        ).itertuples():  # fmt: skip
            unit = units[team]
            assert unit.kind == "team"
            if name != "case_audit":  # what a team held may be audited after it merged
                # a month in which a team begins or ends is its own
                assert first >= pd.Timestamp(unit.valid_from), (name, team)
                assert not unit.valid_to or last <= pd.Timestamp(unit.valid_to), (name, team)


def test_audits_are_of_cases_held(small):
    setting, true = small()
    audits, cases = true["case_audit"], true["allocation"]
    county = 12 * practice.AUDITS_A_MONTH * setting.scale * len(setting.calendar)
    assert abs(len(audits) - county) < 5 * np.sqrt(county) + 0.02 * county
    ours = audits[~audits["team_then"].str.match("front-door|quality").to_numpy()]
    held = ours.merge(
        cases, left_on=["child_id", "team_then"], right_on=["child_id", "team"], how="left"
    )
    month = held["event_date"].dt.to_period("M").dt.start_time
    during = held["started_on"] <= held["event_date"]
    during &= held["ended_on"].isna() | (held["ended_on"] >= month)
    assert during.groupby(held["case_audit_id"]).any().all()
    good = audits["grade"].isin(["outstanding", "good"]).mean()
    assert abs(good - 0.68) < 4 * np.sqrt(0.68 * 0.32 / len(audits))


def test_complaints_are_mostly_answered_in_time(small):
    setting, true = small()
    rows = true["complaint"]
    county = practice.COMPLAINTS_A_MONTH * setting.scale * len(setting.calendar)
    assert 0.7 * county < len(rows) < 1.4 * county
    assert 0.65 < (rows["answered_on"] <= rows["due_on"]).mean() < 0.95
    assert (rows["answered_on"] >= rows["event_date"]).all()
    assert set(rows["stage"]) <= {1, 2, 3}
    assert set(rows["subject"]) <= set(practice.SUBJECTS)


def test_surveys_are_quarterly(small):
    _, true = small()
    rows = true["survey"]
    assert set(rows["event_date"].dt.month) == {3, 6, 9, 12}
    assert rows["answer"].between(1, 5).all()
    assert set(rows["respondents"]) == set(practice.QUESTIONS)
    for asked, part in rows.groupby("respondents"):
        assert set(part["question"]) == set(practice.QUESTIONS[asked])


def test_comments_are_short_and_by_roles(small):
    _, true = small()
    rows = true["commentary"]
    words = (rows["why"] + " " + rows["what"] + " " + rows["who"]).str.split().str.len()
    assert words.max() <= acting.MOST_WORDS
    for role in {*rows["author"], *rows["approved_by"], *true["action"]["owner"]}:
        assert checked_role(role) == role
    ours = {(row.indicator, row.unit_code) for row in rows.itertuples()}
    assert ours == {(one.indicator, one.unit) for one in acting.COMMENTED_ON}
    assert not rows.duplicated(["indicator", "unit_code", "period"]).any()


def test_actions_of_stories_come_with_them(small):
    known = {one.code for one in structure.all_units()}
    setting, told = small()
    plain = practice.make_practice(replace(setting, stories=frozenset()), told)
    stories = [one.words for one in acting.ACTIONS if one.story]
    assert set(stories) <= set(told["action"]["words"])
    assert not set(stories) & set(plain["action"]["words"])
    assert len(plain["action"]) >= 12
    assert set(told["action"]["unit_code"]) | set(told["commentary"]["unit_code"]) <= known
    done = told["action"].dropna(subset="done_on")
    assert (done["done_on"] >= done["event_date"]).all()


def test_columns_and_ids(small):
    _, true = small()
    for name in TABLES:
        table = RECORD_TABLES[name]
        assert list(true[name].columns) == list(table.columns)
        assert true[name][table.key].map(lambda one: bool(re.fullmatch(r"[A-Z]\d{7}", one))).all()
