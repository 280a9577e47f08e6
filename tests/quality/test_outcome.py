"""One status for a whole check, and one entry for each rule."""

from __future__ import annotations

import pandas as pd
import pytest

from pmf_analysis.quality import EXIT_STATUS, QualityResult, overall_status, summary
from pmf_analysis.terms import CheckStatus


def results(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["suite", "severity", "status"])


@pytest.mark.parametrize(
    ("rows", "expected", "exit_status"),
    [
        ([("m", "critical", "pass"), ("m", "info", "fail")], "pass", 0),
        ([("m", "critical", "pass"), ("m", "warning", "fail")], "fail", 1),
        ([("m", "critical", "could_not_run"), ("m", "critical", "fail")], "fail", 1),
        ([("m", "critical", "could_not_run"), ("m", "critical", "pass")], "could_not_run", 3),
        ([("m", "critical", "not_assessed"), ("m", "warning", "pass")], "not_assessed", 3),
        ([("m", "critical", "pass"), ("f", "critical", "not_assessed")], "not_assessed", 3),
        ([], "not_assessed", 3),
    ],
)
def test_overall(rows: list, expected: str, exit_status: int):
    status = overall_status(results(*rows))
    assert status == expected
    assert EXIT_STATUS[status] == exit_status


def test_the_summary_has_every_rule_once(clean_result: QualityResult):
    found = summary(clean_result.results)
    assert [one["rule_id"] for one in found] == sorted(set(clean_result.results["rule_id"]))
    by_rule = {one["rule_id"]: one for one in found}
    assert by_rule["M-01"]["evaluated"] == 84
    assert by_rule["M-05"]["status"] == CheckStatus.NOT_ASSESSED
    assert by_rule["M-05"]["note"] == "there is nothing to check"
