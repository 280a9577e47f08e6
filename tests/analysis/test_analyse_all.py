"""Joining the methods: every key once, every column from one method."""

from __future__ import annotations

import types

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import analysis
from pmf_analysis.analysis.segments import add_segments
from pmf_analysis.errors import TableError
from pmf_analysis.tables import KEY, MEASURE, SEGMENTS


@pytest.fixture
def measures(make_rows):
    return pd.concat(
        [make_rows([3.0, 1.0, 2.0], service_area=unit) for unit in ("B", "A")], ignore_index=True
    )


@pytest.fixture
def parted(measures, make_context):
    return add_segments(measures, make_context())


def table_of(parted, **columns):
    return parted[[*KEY]].assign(**columns)


def forecast_of(parted, **columns):
    last = parted.groupby("service_area").tail(1)
    coming = last[[*KEY]].assign(period="2020-07", state="forecast", forecast=4.5, **columns)
    skill = last[[*KEY]].assign(forecast_reason="by three figures")
    return pd.concat([coming, skill], ignore_index=True)


def use(monkeypatch, **methods):
    modules = {
        name: types.SimpleNamespace(analyse=lambda measures, context, f=found: f(measures))
        for name, found in methods.items()
    }
    monkeypatch.setattr(analysis, "methods", lambda: modules)


def test_the_folder_is_listed_in_order():
    names = list(analysis.methods())
    assert names == sorted(names)
    assert "spc" in names
    assert not {"xmr", "segments", "seasonal"} & set(names)


def test_measures_keep_their_rows_and_columns(monkeypatch, measures, make_context):
    use(monkeypatch, one=lambda m: table_of(m, half=m["value"] / 2)[::-1])
    table = analysis.analyse_all(measures, make_context())
    assert list(table.columns) == [*MEASURE, *SEGMENTS, "half"]
    assert table["service_area"].tolist() == ["A"] * 3 + ["B"] * 3
    assert table["half"].tolist() == [1.5, 0.5, 1.0] * 2


def test_forecast_rows_are_appended_with_a_stated_content(parted):
    status = table_of(parted, rag="green", rag_reason="because", points=3, tested=True)
    table = analysis.join(
        parted, {"forecast": forecast_of(parted), "status": status}, {"rag": "not_rated"}
    )
    assert len(table) == len(parted) + 2
    coming = table[table["state"] == "forecast"]
    assert coming["period"].tolist() == ["2020-07"] * 2
    assert coming["period_end"].tolist() == ["2020-07-31"] * 2
    assert coming["shown_label"].tolist() == ["July 2020"] * 2
    assert coming["forecast"].tolist() == [4.5] * 2
    assert set(coming["rag"]) == {"not_rated"}
    assert set(coming["rag_reason"]) == {""}
    assert coming["points"].tolist() == [0, 0]
    assert coming["tested"].isna().all()
    assert coming["value"].isna().all()
    assert coming["shown_state"].tolist() == ["forecast"] * 2
    assert coming["era"].tolist() == [0, 0]
    assert table["era"].dtype == parted["era"].dtype
    measured = table[table["state"] != "forecast"]
    assert set(measured["rag"]) == {"green"}
    assert measured["forecast"].isna().all()
    assert measured["forecast_reason"].tolist() == ["", "", "by three figures"] * 2


def test_forecast_rows_stand_in_the_last_segment(measures, make_context, make_break):
    parted = add_segments(measures, make_context(breaks=(make_break("2020-06", "definition"),)))
    table = analysis.join(parted, {"forecast": forecast_of(parted)})
    assert table.loc[table["state"] == "forecast", "segment"].tolist() == [1, 1]


def test_a_method_may_say_what_it_leaves_open(monkeypatch, measures, make_context):
    use(monkeypatch, one=lambda m: table_of(m, verdict="fine").iloc[:2])
    analysis.methods()["one"].NOT_REACHED = {"verdict": "not_tested"}
    table = analysis.analyse_all(measures, make_context())
    assert sorted(table["verdict"]) == ["fine"] * 2 + ["not_tested"] * 4


def test_a_key_twice_is_refused(parted, monkeypatch, measures, make_context):
    twice = pd.concat([table_of(parted, x=1), table_of(parted, x=1).head(1)])
    with pytest.raises(TableError, match=r"The method one has 1 rows.*period '2020-04'"):
        analysis.join(parted, {"one": twice})
    use(monkeypatch)
    with pytest.raises(TableError, match="The measure table has 6 rows"):
        analysis.analyse_all(pd.concat([measures, measures]), make_context())


def test_a_column_of_another_method_is_refused(parted):
    one, two = table_of(parted, x=1), table_of(parted, x=2)
    with pytest.raises(TableError, match="methods one and two both return the column x"):
        analysis.join(parted, {"one": one, "two": two})


def test_a_key_that_is_not_measured_is_refused(parted):
    stray = table_of(parted, x=1).assign(period="2019-01").head(1)
    with pytest.raises(TableError, match=r"one returns indicator 'T-01'.*'2019-01'"):
        analysis.join(parted, {"one": stray})
    with pytest.raises(TableError, match="not measured"):
        analysis.join(parted, {"one": stray.assign(state="final")})


def test_tables_that_break_the_contract_are_refused(measures, parted, make_context):
    with pytest.raises(TableError, match="lacks value"):
        analysis.analyse_all(measures.drop(columns="value"), make_context())
    with pytest.raises(TableError, match="one table lacks vintage"):
        analysis.join(parted, {"one": table_of(parted).drop(columns="vintage")})


def test_no_measures_give_no_rows(monkeypatch, measures, make_context):
    use(monkeypatch, one=lambda m: table_of(m, x=np.zeros(len(m))))
    table = analysis.analyse_all(measures.iloc[:0], make_context())
    assert len(table) == 0
    assert "x" in table.columns
