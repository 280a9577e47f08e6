"""The seam of the studies: found by listing, held to what they promise."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from pmf_analysis import register, studies
from pmf_analysis.errors import TableError


@pytest.fixture
def context(root: Path) -> register.Context:
    return register.Context(register.load(root / "data" / "reference"), date(2026, 1, 1))


@pytest.fixture
def one_study(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A study that counts the rows of each series, alone in the folder."""
    module = ModuleType("rows")
    module.COLUMNS = ("service_area", "rows")
    module.FACTS = {"row_words": ""}
    module.study = lambda analysed, known, context: (
        analysed.groupby("service_area").size().rename("rows").reset_index()
    )
    module.facts = lambda table, latest, context: (
        latest[["service_area"]]
        .merge(table, on="service_area", how="left")["rows"]
        .astype(str)
        .to_frame("row_words")
    )
    monkeypatch.setattr(studies, "studies", lambda: {"rows": module})
    return module


def test_a_study_gives_a_table_and_facts(one_study, context):
    analysed = pd.DataFrame({"service_area": ["a", "b", "a"]})
    tables = studies.study_all(analysed, studies.Known(), context)
    latest = pd.DataFrame({"service_area": ["b", "a"]})
    assert studies.facts_of(tables, latest, context)["row_words"].tolist() == ["1", "2"]


def test_facts_of_a_study_that_did_not_run_are_empty(one_study, context):
    latest = pd.DataFrame({"service_area": ["b"]})
    assert studies.facts_of({}, latest, context).to_dict("records") == [{"row_words": ""}]


def test_a_study_that_breaks_its_promise_is_named(one_study, context):
    one_study.COLUMNS = ("service_area", "share")
    with pytest.raises(TableError, match="rows table lacks share"):
        studies.study_all(pd.DataFrame({"service_area": ["a"]}), studies.Known(), context)
    one_study.facts = lambda table, latest, context: latest[["service_area"]]
    table = pd.DataFrame({"service_area": ["a"], "rows": [1]})
    with pytest.raises(TableError, match="gives service_area"):
        studies.facts_of({"rows": table}, pd.DataFrame({"service_area": ["a"]}), context)


def test_records_are_read_when_asked_for_and_once(one_study):
    asked = []
    known = studies.Known(lambda: asked.append(1) or {"action": pd.DataFrame()})
    assert not asked
    assert list(known.records) == ["action"] == list(known.records)
    assert asked == [1]
