"""From the results of the checks to one verdict for each indicator in each unit.

A check of a delivery counts for every indicator that its table feeds; a check of the
delivered cells of one unit counts for that unit. An indicator that is counted from records
rests on the checks of its table of records too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from pmf_analysis.errors import RuleSetError
from pmf_analysis.quality.reasons import reason_of
from pmf_analysis.quality.receipt_view import RECORDS as DELIVERED_RECORDS
from pmf_analysis.quality.suites import RECORD
from pmf_analysis.quality.tolerances import ORDER, worst
from pmf_analysis.register import Context
from pmf_analysis.register.models import RuleSet
from pmf_analysis.terms import Characteristic, CheckStatus, Severity, Verdict

PAIR = ["indicator", "service_area"]

VERDICT = (
    *PAIR, "verdict", "reason", "rules", "passed", "failed", "not_assessed", "could_not_run",
    "issues", *(one.value for one in Characteristic),
)  # fmt: skip
"""Columns of the verdicts. The counts are of rules; ``issues`` lists those that failed, with
";" between them; each characteristic has a ``terms.Verdict``."""

_COUNTS = {
    CheckStatus.PASS: "passed",
    CheckStatus.FAIL: "failed",
    CheckStatus.NOT_ASSESSED: "not_assessed",
    CheckStatus.COULD_NOT_RUN: "could_not_run",
}
_ASSESSED = frozenset((CheckStatus.PASS.value, CheckStatus.FAIL.value))
# the same rule over two tables that feed one indicator: the last of these counts
_STATUS_ORDER = (
    CheckStatus.PASS, CheckStatus.NOT_ASSESSED, CheckStatus.COULD_NOT_RUN, CheckStatus.FAIL,
)  # fmt: skip


class RuleResult(NamedTuple):
    """What one rule found for one indicator in one unit: codes and words as in the results.

    ``weight`` is the share of records that fail; 0 for what is no check of records.
    """

    rule_id: str
    status: str
    colour: str
    severity: str
    characteristic: str
    reason: str
    note: str
    weight: float = 0.0

    @property
    def turns_verdict(self) -> bool:
        """Whether a failure changes a verdict: rules for information do not."""
        return self.severity != Severity.INFO


@dataclass(frozen=True)
class Policy:
    """The values of the rule set ``quality`` that make a verdict."""

    assessed_share: float
    needed: tuple[Characteristic, ...]
    evidence: Mapping[Characteristic, str]
    could_not_run: Verdict

    @classmethod
    def of(cls, rules: RuleSet) -> Policy:
        """Read the policy from its rule set.

        Raises
        ------
        RuleSetError
            If a value is missing or no word of the six characteristics.
        """
        try:
            return cls(
                assessed_share=float(rules.values["assessed_share"]),
                needed=tuple(Characteristic(one) for one in rules.values["needed"]),
                evidence={
                    Characteristic(name): str(text)
                    for name, text in rules.values["evidence"].items()
                },
                could_not_run=Verdict(rules.values["could_not_run"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RuleSetError(
                f"The rule set {rules.label} cannot be used",
                "assessed_share, needed, evidence and could_not_run",
                "Correct data/reference/rules/quality.yml",
            ) from error


@dataclass(frozen=True)
class Judgement:
    """What the rules say of one characteristic of one indicator in one unit.

    Attributes
    ----------
    colour : Verdict
    assessed, rules : int
        Critical and warning rules that were assessed, and all of them.
    partly : bool
        Whether too few were assessed for more than amber.
    """

    colour: Verdict
    assessed: int = 0
    rules: int = 0
    partly: bool = False


def verdicts_of(
    results: pd.DataFrame, measures: pd.DataFrame | None, context: Context, rules: RuleSet
) -> pd.DataFrame:
    """Judge each indicator in each unit.

    Parameters
    ----------
    results : pandas.DataFrame
        Of ``checking.check``.
    measures : pandas.DataFrame or None
        The measure table: which pairs there are, and which carry a number.
    context : Context
    rules : RuleSet
        ``quality``.

    Returns
    -------
    pandas.DataFrame
        Columns ``VERDICT``, sorted. An indicator of the register without a measure has one
        row with an empty unit, not assessed. A pair without a single number is never green.
    """
    policy = Policy.of(rules)
    pairs = _pairs(measures)
    of_pair = _by_pair(_one_row_a_rule(_linked(results, pairs, context)))
    rows = [
        _judge((code, unit), of_pair(code, unit), bool(has_number), policy)
        for code, unit, has_number in pairs.itertuples(index=False)
    ]
    absent = sorted(set(context.register.indicators) - set(pairs["indicator"]))
    rows += [_without_figures(code) for code in absent]
    found = pd.DataFrame(rows, columns=list(VERDICT))
    return found.sort_values(PAIR, ignore_index=True)


def _pairs(measures: pd.DataFrame | None) -> pd.DataFrame:
    columns = [*PAIR, "has_number"]
    if measures is None or not set(PAIR) <= set(measures.columns):
        return pd.DataFrame(columns=columns)
    held = measures[PAIR].dropna().astype("str")
    held = held.assign(has_number=measures["value"].notna() if "value" in measures else False)
    return held.groupby(PAIR, sort=True, as_index=False)["has_number"].any()[columns]


def _linked(results: pd.DataFrame, pairs: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Each pair with each result that counts for it; an empty place stands for any."""
    feeds = pairs[PAIR].merge(_feeds(context), on="indicator", how="left")
    of_records = results["table"].str.startswith(RECORD)
    results = results.assign(weight=results["rate"].where(of_records, 0.0).fillna(0.0))
    parts = [pd.DataFrame(columns=[*PAIR, *_KEPT])]
    for places, found in _by_places(results):
        keys = [*PAIR, "table"] if "table" in places else PAIR
        held = feeds[keys].drop_duplicates()
        found = found[[*places, *_KEPT]]
        parts.append(held.merge(found, on=places) if places else held.merge(found, how="cross"))
    return pd.concat([part[[*PAIR, *_KEPT]] for part in parts if len(part)] or parts)


_KEPT = list(RuleResult._fields)


def _by_places(results: pd.DataFrame) -> Iterator[tuple[list[str], pd.DataFrame]]:
    places = [*PAIR, "table"]
    given = results[places] != ""
    for flags, at in results.groupby([given[name] for name in places], sort=True).groups.items():
        yield [name for name, flag in zip(places, flags, strict=True) if flag], results.loc[at]


def _feeds(context: Context) -> pd.DataFrame:
    rows = []
    for code, indicator in sorted(context.register.indicators.items()):
        tables = {table for source in indicator.source.all for table, _, _ in source.reads}
        if indicator.source.records is not None:
            tables |= {DELIVERED_RECORDS, RECORD + indicator.source.records.table}
        rows += [(code, table) for table in sorted(tables)]
    return pd.DataFrame(rows, columns=["indicator", "table"], dtype="str")


def _one_row_a_rule(linked: pd.DataFrame) -> pd.DataFrame:
    """Keep the worst of a rule's results for a pair, where several tables feed the indicator."""
    statuses = {status.value: rank for rank, status in enumerate(_STATUS_ORDER)}
    colours = {colour.value: rank for rank, colour in enumerate(ORDER)}
    ranked = linked.assign(
        _status=linked["status"].map(statuses), _colour=linked["colour"].map(colours)
    ).sort_values([*PAIR, "rule_id", "_status", "_colour"], kind="stable")
    return ranked.drop_duplicates([*PAIR, "rule_id"], keep="last").drop(
        columns=["_status", "_colour"]
    )


def _by_pair(linked: pd.DataFrame) -> Callable[[str, str], list[RuleResult]]:
    """Look the results of a pair up, in rows that stand in the order of the pairs."""
    keys = linked.groupby(PAIR, sort=False).ngroup().to_numpy()
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    ends = np.append(first, len(keys))[1:]
    heads = zip(*(linked[name].iloc[first].tolist() for name in PAIR), strict=True)
    spans = dict(zip(heads, zip(first.tolist(), ends.tolist(), strict=True), strict=True))
    columns = [linked[name].to_numpy(dtype=object) for name in _KEPT]

    def results(code: str, unit: str) -> list[RuleResult]:
        start, end = spans.get((code, unit), (0, 0))
        return list(map(RuleResult, *(column[start:end] for column in columns)))

    return results


def _judge(
    pair: tuple[str, str], results: Sequence[RuleResult], has_number: bool, policy: Policy
) -> dict[str, object]:
    turning = _turning(results)
    judged = {one: _characteristic(one, turning[one], policy) for one in Characteristic}
    stopped = [
        one.rule_id
        for one in results
        if one.severity == Severity.CRITICAL and one.status == CheckStatus.COULD_NOT_RUN
    ]
    failing = any(one.status == CheckStatus.FAIL and one.turns_verdict for one in results)
    if not has_number and not stopped and not failing:
        judged = {one: Judgement(Verdict.NOT_ASSESSED) for one in Characteristic}
    verdict = _overall(judged, bool(stopped), policy)
    counts = Counter(one.status for one in results)
    return {
        "indicator": pair[0], "service_area": pair[1], "verdict": verdict.value,
        "reason": reason_of(verdict, judged, results, stopped, has_number, policy.evidence),
        "rules": len(results),
        **{column: counts[status.value] for status, column in _COUNTS.items()},
        "issues": ";".join(one.rule_id for one in results if one.status == CheckStatus.FAIL),
        **{one.value: found.colour.value for one, found in judged.items()},
    }  # fmt: skip


def _overall(judged: Mapping[Characteristic, Judgement], stopped: bool, policy: Policy) -> Verdict:
    """Take the worst characteristic; green only where what it needs was assessed."""
    verdict = worst(*(one.colour for one in judged.values()))
    if verdict is Verdict.NOT_ASSESSED:
        return verdict
    if any(judged[one].assessed == 0 for one in policy.needed):
        verdict = worst(verdict, Verdict.AMBER)
    return worst(verdict, policy.could_not_run) if stopped else verdict


def _turning(results: Sequence[RuleResult]) -> dict[str, list[RuleResult]]:
    """Critical and warning rules by their characteristic."""
    found: dict[str, list[RuleResult]] = {one: [] for one in Characteristic}
    for each in results:
        if each.turns_verdict:
            found[each.characteristic].append(each)
    return found


def _characteristic(one: Characteristic, mine: Sequence[RuleResult], policy: Policy) -> Judgement:
    """Take the worst of its critical and warning rules; amber at best if too few were assessed."""
    assessed = [each for each in mine if each.status in _ASSESSED]
    if not assessed:
        return Judgement(Verdict.NOT_ASSESSED, 0, len(mine))
    colour = worst(*(Verdict(colour) for colour in {each.colour for each in assessed}))
    if colour is Verdict.GREEN and one in policy.evidence:
        # what it rests on was not there; only a failure could be shown
        return Judgement(Verdict.NOT_ASSESSED, len(assessed), len(mine))
    partly = len(assessed) < policy.assessed_share * len(mine)
    if partly:
        colour = worst(colour, Verdict.AMBER)
    return Judgement(colour, len(assessed), len(mine), partly)


def _without_figures(indicator: str) -> dict[str, object]:
    nothing = Verdict.NOT_ASSESSED.value
    return {
        "indicator": indicator, "service_area": "", "verdict": nothing,
        "reason": "no figure of this indicator was received.",
        **dict.fromkeys(("rules", *_COUNTS.values()), 0), "issues": "",
        **{one.value: nothing for one in Characteristic},
    }  # fmt: skip
