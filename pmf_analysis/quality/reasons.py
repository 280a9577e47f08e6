"""Why a verdict is what it is, in words that follow it after a colon."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pmf_analysis import formats
from pmf_analysis.terms import Characteristic, CheckStatus, Severity, Verdict

if TYPE_CHECKING:
    from pmf_analysis.quality.verdicts import Judgement, RuleResult

_GOOD = {
    Characteristic.COMPLETENESS: "complete",
    Characteristic.VALIDITY: "valid",
    Characteristic.ACCURACY: "accurate",
    Characteristic.RELIABILITY: "consistent",
    Characteristic.TIMELINESS: "up to date",
}
_SHOWN = 2
_COUNTED = re.compile(r"[0-9,]+ of [0-9,]+ (?P<called>.+)")


def reason_of(
    verdict: Verdict,
    judged: Mapping[Characteristic, Judgement],
    results: Sequence[RuleResult],
    stopped: list[str],
    has_number: bool,
    evidence: Mapping[Characteristic, str],
) -> str:
    """Say why, in one to four short sentences; the first begins in lower case.

    Parameters
    ----------
    verdict : Verdict
    judged : mapping of Characteristic to Judgement
    results : sequence of RuleResult
        One for each rule that counts.
    stopped : list of str
        Critical rules that could not run.
    has_number : bool
        Whether any figure of the series carries a number.
    evidence : mapping of Characteristic to str
        What a characteristic needs before it may be green.

    Returns
    -------
    str
        ``complete, valid and up to date. Accuracy has not been checked against case files.``
    """
    if verdict is Verdict.NOT_ASSESSED:
        return (
            "none of the checks could be made." if has_number
            else "no figure of this series carries a number."
        )  # fmt: skip
    good = [_GOOD[one] for one in _GOOD if judged[one].colour is Verdict.GREEN]
    parts = (
        [formats.listed(good)] if verdict is Verdict.GREEN else _faults(judged, results, stopped)
    )
    parts += [
        f"{one.label} has not been checked against {text}"
        for one, text in evidence.items()
        if judged[one].colour is Verdict.NOT_ASSESSED
    ]
    return " ".join(f"{part if at == 0 else _upper(part)}." for at, part in enumerate(parts))


def _faults(
    judged: Mapping[Characteristic, Judgement], results: Sequence[RuleResult], stopped: list[str]
) -> list[str]:
    failed = _worst_first(results)
    parts = [_fault(one) for one in failed[:_SHOWN]]
    more = len(failed) - _SHOWN
    if more > 0:
        parts.append(f"{more} more check{'s' if more > 1 else ''} failed")
    if stopped:
        parts.append(f"a check that matters could not run ({', '.join(stopped[:_SHOWN])})")
    partly = [one for one in Characteristic if judged[one].partly]
    if partly:
        counts = [
            f"{one.label}, {judged[one].assessed} of {judged[one].rules} checks" for one in partly
        ]
        parts.append(f"partly assessed ({'; '.join(counts)})")
    return parts or ["too little could be checked"]


def _fault(one: RuleResult) -> str:
    """What a check found: how many of what, then what is wrong with them.

    ``8 of 148,009 referrals have no source``; a reason that does not begin with what the records
    are called stands before the counts: ``a child has two plans at once (2 of 9,470 plans)``.
    """
    reason, counts = _lower(one.reason.rstrip(".")), _COUNTED.fullmatch(one.note)
    called = counts["called"] if counts else ""
    for beginning in (f"records of {called} ", f"{called} "):
        if called and reason.startswith(beginning):
            return f"{one.note} {reason.removeprefix(beginning)}"
    return f"{reason} ({one.note})"


def _worst_first(results: Sequence[RuleResult]) -> list[RuleResult]:
    """Failed critical and warning rules that turn a colour: red ones, critical ones first."""
    failed = [
        one
        for one in results
        if one.turns_verdict and one.status == CheckStatus.FAIL and one.colour != Verdict.GREEN
    ]
    return sorted(
        failed,
        key=lambda one: (
            one.colour != Verdict.RED,
            one.severity != Severity.CRITICAL,
            -one.weight,
            one.rule_id,
        ),
    )


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
