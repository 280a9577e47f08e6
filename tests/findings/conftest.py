"""A synthetic county carried through the chain once, for all tests of findings."""

from __future__ import annotations

import pandas as pd
import pytest

from pmf_analysis import analysis, findings, gathering, prepared, register, studies


@pytest.fixture(scope="session")
def county(medwold):
    """Context, analysis and facts of the demo county; verdicts are invented: all green."""
    store = medwold
    as_at, receipts = gathering.known_at(store, None)
    context = register.Context(register.load(store.reference), as_at)
    gathered = gathering.gather(store, receipts, context)
    figures = gathered.figures
    held = prepared.Prepared(store, "none", context, "")
    measured = prepared.measure_table(held, receipts, figures)
    analysed = analysis.analyse_all(measured, context)
    pairs = measured[["indicator", "service_area"]].drop_duplicates()
    verdicts = pairs.assign(verdict="green", reason="Complete and consistent")
    known = studies.Known(lambda: gathered.records, verdicts)
    studied = studies.study_all(analysed, known, context)
    facts = findings.latest_facts(analysed, verdicts, context, studied=studied)
    return context, analysed, facts


@pytest.fixture(scope="session")
def context(county):
    return county[0]


@pytest.fixture(scope="session")
def facts(county) -> pd.DataFrame:
    return county[2]


@pytest.fixture(scope="session")
def found(facts, context) -> pd.DataFrame:
    """The finding table of the county."""
    return findings.judge(facts, context)
