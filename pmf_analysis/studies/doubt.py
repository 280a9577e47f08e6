"""Where no improvement may be claimed, because the record may flatter.

A check that failed says that records were changed afterwards so that they look better, or the
data-quality verdict is red. Then the figure stands and its chart stands, and no sentence says
that it improved. The rule set ``doubt`` says which checks, and in what words.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pmf_analysis.errors import RuleSetError
from pmf_analysis.register.models import RuleSet
from pmf_analysis.register.registry import Context
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.studies import Known
from pmf_analysis.terms import Verdict

RULE_SET = "doubt"

COLUMNS = ("indicator", "service_area", "doubt", "rule_set")

FACTS = {"claims_doubted": ""}
"""Why no improvement is claimed, in words; empty where one may be."""

_PAIR = ["indicator", "service_area"]


def study(analysed: pd.DataFrame, known: Known, context: Context) -> pd.DataFrame:
    """Every indicator and unit of which no improvement is claimed.

    Parameters
    ----------
    analysed : pandas.DataFrame
        Not read: doubt is about what the figures rest on.
    known : Known
        With verdicts; ``issues`` among their columns lists the rules that failed, with ";"
        between them.
    context : Context

    Returns
    -------
    pandas.DataFrame
        One row for each indicator and unit in doubt: ``indicator``, ``service_area``,
        ``doubt`` (in words) and ``rule_set``.

    Raises
    ------
    RuleSetError
        If the rule set gives no words for a check.
    """
    del analysed
    rules = context.register.rule_set(RULE_SET)
    if known.verdicts is None or known.verdicts.empty:
        return pd.DataFrame(columns=list(COLUMNS), dtype="str")
    verdicts = known.verdicts
    issues = verdicts["issues"] if "issues" in verdicts else [""] * len(verdicts)
    words = [
        _doubt(str(verdict), str(failed), _flattering(rules), str(value_of(rules, "red")))
        for verdict, failed in zip(verdicts["verdict"], issues, strict=True)
    ]
    found = verdicts[_PAIR].assign(doubt=words, rule_set=rules.label)
    found = found[found["doubt"] != ""].sort_values(_PAIR, kind="stable", ignore_index=True)
    return found[list(COLUMNS)].astype("str")


def facts(table: pd.DataFrame, latest: pd.DataFrame, context: Context) -> pd.DataFrame:
    """For the latest row of each series, why no improvement is claimed of it."""
    del context
    words = table.set_index(_PAIR)["doubt"]
    keys = pd.MultiIndex.from_frame(latest[_PAIR])
    return pd.DataFrame(
        {"claims_doubted": words.reindex(keys).fillna("").astype("str").to_numpy()},
        index=latest.index,
    )


def _flattering(rules: RuleSet) -> Mapping[str, str]:
    """Words by the end of a rule's name."""
    given = value_of(rules, "flattering")
    if not isinstance(given, dict) or not all(isinstance(one, str) for one in given.values()):
        raise RuleSetError(
            f"The rule set {rules.label} gives flattering as {given!r}",
            "the ends of rules of checks, each with words",
            f"Correct it in data/reference/rules/{rules.name}.yml",
        )
    return given


def _doubt(verdict: str, failed: str, flattering: Mapping[str, str], red: str) -> str:
    found = [
        words
        for end, words in flattering.items()
        if any(rule.endswith(f"-{end}") or rule == end for rule in failed.split(";"))
    ]
    if not found and verdict == Verdict.RED.value and red:
        found = [red]
    return " and ".join(found)
