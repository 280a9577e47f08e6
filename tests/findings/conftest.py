"""A synthetic county carried through the chain once, for all tests of findings."""

from __future__ import annotations

import pandas as pd
import pytest

from pmf_analysis import findings, prepared, studies


@pytest.fixture(scope="session")
def county(medwold):
    """Context, analysis and facts of the demo county as prepared; verdicts are invented: green."""
    made = prepared.prepare(medwold)
    analysed = made.table("analysis")
    pairs = analysed[["indicator", "service_area"]].drop_duplicates()
    verdicts = pairs.assign(verdict="green", reason="Complete and consistent")
    studied = {name: made.table(name) for name in studies.studies()}
    facts = findings.latest_facts(analysed, verdicts, made.context, studied=studied)
    return made.context, analysed, facts


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
