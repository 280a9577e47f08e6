"""The rule set of retention: read whole, or an error that says where."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pmf_analysis import register
from pmf_analysis.errors import RuleSetError
from pmf_analysis.register.models import RuleSet
from pmf_analysis.retention import read_policy
from pmf_analysis.terms import DataClass


class Held:
    """A register with one rule set."""

    def __init__(self, **values: object) -> None:
        self.rules = RuleSet(name="retention", version="1", purpose="p", source="s", values=values)

    def rule_set(self, _: str) -> RuleSet:
        return self.rules


DAYS = {"identified": 10, "restricted": 20, "shareable": 30, "published": None}


def test_the_shipped_rule_set_has_a_period_for_each_class_and_says_it_is_a_proposal(root: Path):
    rules = register.load(root / "data" / "reference").rule_set("retention")
    assert "not yet approved by anyone" in rules.source and "Article 5(1)(e)" in rules.source
    policy = read_policy(Held(**rules.values))
    assert set(policy.keep_days) == set(DataClass)
    kept = [policy.keep_days[kind] for kind in list(DataClass)[:3]]
    assert kept == sorted(kept) and policy.keep_days[DataClass.PUBLISHED] is None


def test_the_last_day_counts_as_kept():
    policy = read_policy(Held(keep_days=DAYS, name_kept=[], superseded_run_days=0))
    assert policy.due(DataClass.IDENTIFIED, date(2025, 1, 1)) == date(2025, 1, 12)
    assert policy.due(DataClass.PUBLISHED, date(1990, 1, 1)) is None


@pytest.mark.parametrize(
    "change",
    [
        {"keep_days": {**DAYS, "identified": -1}},
        {"keep_days": {**DAYS, "identified": "long"}},
        {"keep_days": {**DAYS, "identified": True}},
        {"keep_days": {"identified": 1}},
        {"keep_days": {**DAYS, "secret": 1}},
        {"name_kept": ["everyone"]},
        {"superseded_run_days": None},
    ],
)
def test_a_rule_set_that_means_nothing_is_refused(change):
    values = {"keep_days": DAYS, "name_kept": [], "superseded_run_days": 0, **change}
    with pytest.raises(RuleSetError, match=r"retention 1 cannot be used.*retention\.yml"):
        read_policy(Held(**values))
