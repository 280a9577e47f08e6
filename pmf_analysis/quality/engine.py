"""The only place that runs Great Expectations.

The library is imported inside the function, since it costs seconds. It is run in memory
(an ephemeral context: no folder, no stored result), with its usage reports switched off
in the environment just before it is imported, and told to keep no cell's value. Rows that
fail come back by their number in the table, which leaves this package no further than
the counts.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pmf_analysis.importing import without_address_grammar
from pmf_analysis.quality.suites import Rule

_RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "exclude_unexpected_values": True,
    "return_unexpected_index_query": False,
}


@dataclass(frozen=True)
class RuleRun:
    """What Great Expectations says of one rule.

    Attributes
    ----------
    failed : numpy.ndarray of int
        Numbers of the rows that fail, from 0.
    evaluated : int
        Rows that it says it evaluated.
    stopped : str
        Why it could not run; empty when it did.
    """

    failed: np.ndarray
    evaluated: int = 0
    stopped: str = ""


def run_rules(rows: pd.DataFrame, rules: Sequence[Rule], suite: str) -> dict[str, RuleRun]:
    """Run rules over all rows of a table, in one run of one suite.

    Parameters
    ----------
    rows : pandas.DataFrame
        Only the columns that the rules read need be there.
    rules : sequence of Rule
    suite : str
        Name of the suite.

    Returns
    -------
    dict of str to RuleRun
        By ``rule_id``. A rule whose check raised, or all of them if the run as a whole
        did, has ``stopped`` set; no exception leaves this function.
    """
    if not rules:
        return {}
    needed = sorted({name for rule in rules for name in rule.reads})
    numbered = rows[needed].reset_index(drop=True)  # failing rows come back by this index
    try:
        results = _validate(numbered, rules, suite)
    except Exception as error:  # a crash of the library is a result: "could not run"
        stopped = RuleRun(np.array([], dtype=int), stopped=f"the run stopped with {_kind(error)}")
        return {rule.rule_id: stopped for rule in rules}
    missing = RuleRun(np.array([], dtype=int), stopped="the run gave no result for it")
    by_id = {one.expectation_config.meta["rule_id"]: _rule_run(one) for one in results}
    return {rule.rule_id: by_id.get(rule.rule_id, missing) for rule in rules}


def stored_form(rule: Rule) -> dict[str, object]:
    """Write a rule in the form in which Great Expectations stores an expectation."""
    condition = {} if rule.condition is None else {"row_condition": rule.condition}
    return {
        "id": rule.id,
        "type": rule.type,
        "kwargs": {**rule.arguments, **condition},
        "severity": rule.severity.value,
        "meta": {"rule_id": rule.rule_id},
    }


def _validate(rows: pd.DataFrame, rules: Sequence[Rule], suite: str) -> list:
    gx, progress_bars = _library()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = progress_bars(globally=False)
    source = context.data_sources.add_pandas(name="tables")
    asset = source.add_dataframe_asset(name=suite)
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": rows})
    expectations = gx.ExpectationSuite(
        name=suite, expectations=[stored_form(rule) for rule in rules]
    )
    return list(batch.validate(expectations, result_format=dict(_RESULT_FORMAT)).results)


def _library():  # no annotation: the library is not imported here
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings(), without_address_grammar():
        # modules that the library itself imports and that Python has retired
        warnings.simplefilter("ignore", DeprecationWarning)
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig
    return gx, ProgressBarsConfig


def _rule_run(result: object) -> RuleRun:
    none = np.array([], dtype=int)
    found = result.result
    if not found or "unexpected_index_list" not in found:
        return RuleRun(none, stopped="the check stopped inside Great Expectations")
    failed = np.array(sorted(found["unexpected_index_list"] or ()), dtype=int)
    evaluated = int(found["element_count"]) - int(found.get("missing_count") or 0)
    if len(failed) != int(found["unexpected_count"]):
        return RuleRun(none, stopped="the failing rows and their count do not agree")
    return RuleRun(failed, evaluated)


def _kind(error: Exception) -> str:
    # the message of an error may quote a cell
    return type(error).__name__
