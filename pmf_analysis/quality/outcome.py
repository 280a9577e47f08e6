"""What all results together come to, for the end of a command."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pmf_analysis.quality.suites import RECORD
from pmf_analysis.terms import CheckStatus, Severity

EXIT_STATUS: Mapping[CheckStatus, int] = {
    CheckStatus.PASS: 0,
    CheckStatus.FAIL: 1,
    CheckStatus.NOT_ASSESSED: 3,
    CheckStatus.COULD_NOT_RUN: 3,
}
"""Exit status of a command that checks."""


def overall_status(results: pd.DataFrame) -> CheckStatus:
    """One status for a whole check; rules for information do not count.

    Parameters
    ----------
    results : pandas.DataFrame
        ``QualityResult.results``.

    Returns
    -------
    CheckStatus
        ``fail`` if any critical or warning rule failed; else ``could_not_run`` if a critical
        one could not; ``not_assessed`` if no critical rule was assessed, or if a whole suite
        had nothing to look at; else ``pass``.
    """
    counted = results[results["severity"] != Severity.INFO.value]
    critical = counted[counted["severity"] == Severity.CRITICAL.value]
    assessed = critical[critical["status"].isin([CheckStatus.PASS.value, CheckStatus.FAIL.value])]
    if (counted["status"] == CheckStatus.FAIL.value).any():
        return CheckStatus.FAIL
    if (critical["status"] == CheckStatus.COULD_NOT_RUN.value).any():
        return CheckStatus.COULD_NOT_RUN
    if assessed.empty or set(assessed["suite"]) != set(counted["suite"]):
        return CheckStatus.NOT_ASSESSED
    return CheckStatus.PASS


def summary(results: pd.DataFrame) -> list[dict[str, object]]:
    """One entry for each rule, over all units and indicators.

    Parameters
    ----------
    results : pandas.DataFrame
        ``QualityResult.results``.

    Returns
    -------
    list of dict
        ``rule_id, status, severity, evaluated, failed, characteristic, dimension, owner,
        reason, note``, sorted by rule. The status is the first that any place has of
        failed, could not run, passed, not assessed; ``note`` says why there is no result.
    """
    return [_summed(str(rule_id), part) for rule_id, part in results.groupby("rule_id", sort=True)]


_FIRST = (
    CheckStatus.FAIL, CheckStatus.COULD_NOT_RUN, CheckStatus.PASS, CheckStatus.NOT_ASSESSED,
)  # fmt: skip
_SAME_EVERYWHERE = ("severity", "characteristic", "dimension", "owner", "reason")


def _summed(rule_id: str, part: pd.DataFrame) -> dict[str, object]:
    status = next(one for one in _FIRST if (part["status"] == one.value).any())
    unsettled = status in (CheckStatus.COULD_NOT_RUN, CheckStatus.NOT_ASSESSED)
    rule = part.iloc[0]
    # of a table of records the results of a unit hold those of its parts: the county has all
    whole = part["table"].astype("str").str.startswith(RECORD)
    counts = {
        name: int(part.loc[~whole, name].sum() + part.loc[whole, name].max())
        if whole.any()
        else int(part[name].sum())
        for name in ("evaluated", "failed")
    }
    return {
        "rule_id": rule_id,
        "status": status.value,
        **counts,
        "note": str(part.loc[part["status"] == status.value, "note"].iloc[0]) if unsettled else "",
        **{name: str(rule[name]) for name in _SAME_EVERYWHERE},
    }
