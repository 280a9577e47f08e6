"""What a county is like, measured on records whose answers are known."""

import pandas as pd
import pytest

from pmf_analysis.synthetic import measuring
from pmf_analysis.synthetic.measuring import County
from pmf_analysis.synthetic.setting import Setting

SETTING = Setting.of(1, months=24, last_month="2026-10", scale=0.5)
"""With 31 March of 2025 and of 2026 in it."""


def dates(*texts):
    return pd.Series(pd.to_datetime([text or None for text in texts])).astype("datetime64[s]")


def table(**columns):
    return pd.DataFrame(columns)


TABLES = {
    "child": table(
        child_id=["C1", "C2", "C3", "C4"], uasc=["no", "yes", "no", "no"],
        date_of_birth=dates("2006-03-31", "2005-01-01", "2007-04-01", "2000-01-01"),
    ),
    "plan": table(
        child_id=["C1", "C2", "C3", "C4"],
        event_date=dates("2023-03-31", "2025-03-31", "2025-04-01", "2026-10-31"),
        ended_on=dates("2026-03-31", "2026-04-01", "2026-03-31", ""),
        category=["neglect", "neglect", None, "physical"],
    ),
    "leaver_contact": table(
        child_id=["C1", "C1", "C2", "C3", "C4"],
        event_date=dates("2025-01-01", "2026-01-01", "2026-01-01", "2026-01-01", "2026-01-01"),
        suitable=["yes", "no", "yes", "yes", "yes"],
    ),
    "unit": table(unit_code=["a", "b"], case_holding=["yes", "no"]),
    "post": table(
        post_id=["p", "q", "r", "s"], team=["a", "a", "b", "a"],
        role=["social_worker", "social_worker", "social_worker", "manager"],
    ),
    "person": table(
        post_id=["p", "q", "r", "s", "p"], employment=["agency", *["permanent"] * 4],
        started_on=dates(*["2024-01-01"] * 4, "2026-04-01"),
        ended_on=dates("2026-03-31", "", "2025-03-31", "", ""),
    ),
}  # fmt: skip


def figures():
    months = [month.code for month in SETTING.counted]
    parts = []
    for code, cohort, numerator, denominator in (
        ("REREF", "all", [2.0] * 12 + [4.0] * 12, [10.0] * 24),
        ("REREF", "without-uasc", [0.0] * 24, [10.0] * 24),
        ("REF", "all", [3.0 if month.endswith("-03") else 1.0 for month in months], None),
        ("OPEN-CASES", "all", [30.0] * 24, None),
    ):
        for column, values in (("numerator", numerator), ("denominator", denominator)):
            if values is not None:
                parts.append(table(breakdown=code, cohort=cohort, period=months, column=column,
                                   value=values))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def county():
    return County(SETTING, TABLES, figures())


@pytest.mark.parametrize(
    ("measured", "known"),
    [
        (measuring.level("REREF"), 30.0),
        (measuring.level("REREF", first="2025-11"), 40.0),
        (measuring.level("REREF", last="2025-10"), 20.0),
        (measuring.level("REREF", times=1), 0.3),
        (measuring.mean("OPEN-CASES"), 60.0),
        (measuring.season(3), 3 / (28 / 24)),
        (measuring.season(4), 1 / (28 / 24)),
        # one plan begins on 31 March 2025, one the day after, one on the last day of all
        (measuring.monthly("plan"), 3 / 24 / 0.5),
        (measuring.monthly("plan", last="2025-03"), 1 / 5 / 0.5),
        # two are open on 31 March 2025, and on that of 2026 the one that ends the day after
        (measuring.rate(measuring.on_31_march("plan")), 1.5 / 0.5 / 35.5),
        (measuring.share_unaccompanied(measuring.on_31_march("plan")), 100 * 2 / 3),
        (measuring.lasted(measuring.on_31_march("plan"), 730, None), 100 / 3),
        (measuring.lasted(measuring.on_31_march("plan"), 0, 183), 100 / 3),
        (measuring.lasted(measuring.dated("plan", column="ended_on"), 365, 730), 100 / 3),
        (measuring.yearly_rate(measuring.dated("plan", "2025-11"), 12), 1 / 0.5 / 35.5),
        (measuring.share(measuring.dated("plan"), "category", ("neglect", "")), 100 * 2 / 3),
        # C1 is 19 on 31 March 2025 and 20 a year later, when C2 is 21, C3 a day from 19
        (measuring.share(measuring.leavers, "suitable", ("yes",)), 100 * 2 / 3),
        # p, q and r work on the first census day, p and q on the second
        (measuring.agency, 100 * 2 / 5),
        (measuring.caseload, 30 * 2 / 4),
    ],
)
def test_known_answers(county, measured, known):
    assert measured(county) == pytest.approx(known)


def test_records_of_no_child_known_are_of_neither_kind(county):
    rows = measuring.on_31_march("plan")
    both = (measuring.of_children(rows, uasc)(county) for uasc in (True, False))
    assert sum(map(len, both)) == len(rows(county)) == 3


def test_marks_received_as_true_and_false_say_the_same(county):
    received = {
        **TABLES,
        "child": TABLES["child"].assign(
            uasc=pd.array([False, True, False, False], dtype="boolean")
        ),
        "leaver_contact": TABLES["leaver_contact"].assign(
            suitable=pd.Series([True, False, True, True, None], dtype="object")
        ),
        "unit": TABLES["unit"].assign(case_holding=pd.Series([True, False], dtype="object")),
    }
    for measured in (
        measuring.share_unaccompanied(measuring.on_31_march("plan")), measuring.caseload,
        measuring.share(measuring.leavers, "suitable", ("no",)),
    ):  # fmt: skip
        assert measured(County(SETTING, received, county.figures)) == measured(county)
    without = County(SETTING, received, county.figures)
    assert measuring.share(measuring.leavers, "suitable", ("",))(without) == 0
