"""The verbs of a notebook, on a prepared county: every table named, nothing computed twice."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pmf_analysis import gathering, prepared, quality, register, workbench
from pmf_analysis.errors import ParameterError
from pmf_analysis.register import Context
from pmf_analysis.store import Store
from pmf_analysis.terms import Structure

VERBS = (
    "glance", "six_fields", "trend", "variance", "funnels", "forecast", "impact", "findings",
    "about", "breaks", "trend_table", "status_table", "direction_table", "comparison_table",
    "screen", "impact_table", "forecast_skill_table", "forecast_table", "quality",
    "verdict_table", "check_table", "delivery_table", "figures", "explained_forecast",
    "outlook_table", "what_if_table", "forecast_record_table",
)  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory, small_made) -> Store:
    folder = tmp_path_factory.mktemp("workbench") / "w"
    return Store(Path(shutil.copytree(small_made, folder)))


@pytest.fixture(scope="module")
def run(store) -> workbench.AreaRun:
    return workbench.open_run("East Social Work", workspace=store.folder)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_shows_named_tables_and_pictures_with_words(run, verb):
    html = getattr(run, verb)()._repr_html_()
    assert len(re.sub("<[^>]+>", "", html).strip()) > 10
    assert html.count("<table") == html.count("<caption")
    for alt in re.findall(r'<img alt="([^"]*)"', html):
        assert len(alt) > 40
    for bad in ("&lt;span", ">nan<", ">None<", "<script", "Timestamp"):
        assert bad not in html, bad


def test_what_a_cell_shows_has_no_address_in_memory(run):
    assert repr(run.status_table()) == "Panel of 1 parts"
    assert repr(run) == "East Social Work: 8 indicators"
    assert "Invented data" in run._repr_html_()


def test_without_a_name_the_first_reporting_unit_is_opened(store):
    assert workbench.open_run(workspace=store.folder).unit.kind == "service"


def test_only_the_indicators_asked_for_are_shown(store):
    run = workbench.open_run("Dunwick", indicators=["ASSESS-45"], workspace=store.folder)
    assert set(run.fact["indicator"]) == {"ASSESS-45"}
    assert set(run.finding["indicator"]) == {"ASSESS-45"}


def test_an_earlier_period_hides_what_came_after(store, monkeypatch):
    last = prepared.prepare(store)
    checked = quality.QualityResult(last.table("check"), last.table("verdict"))
    monkeypatch.setattr(prepared, "check_tables", lambda *_: checked)  # they take long
    run = workbench.open_run("Dunwick", period="2025-06", workspace=store.folder)
    measured = run.analysis[run.analysis["state"] != "forecast"]
    assert measured["period"].max() == "2025-06"
    assert run.fact["shown_label"].str.contains("June 2025").all()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"service_area": "Dunwich"}, "Did you mean Dunwick"),
        ({"service_area": "Dunwick", "period": "2025-13"}, "2025-13"),
        ({"service_area": "Dunwick", "as_at": "June"}, "YYYY-MM-DD"),
        ({"service_area": "Dunwick", "indicators": ["ASSES-45"]}, "Did you mean ASSESS-45"),
    ],
)
def test_a_wrong_parameter_says_the_right_one(store, given, message):
    with pytest.raises(ParameterError, match=message):
        workbench.open_run(**given, workspace=store.folder)


def test_a_unit_without_figures_says_so(store):
    unit = "Dunwick"
    run = workbench.open_run(unit, indicators=["ADOPT-DAYS"], workspace=store.folder)
    for verb in ("glance", "trend", "variance", "forecast", "findings", "quality"):
        text = getattr(run, verb)()._repr_html_()
        assert "No figure of these indicators was delivered for Dunwick" in text, verb
    for verb in ("status_table", "trend_table", "figures", "verdict_table"):
        assert "nothing to show" in getattr(run, verb)()._repr_html_(), verb


def test_prepared_tables_are_found_again_by_what_went_in(store, monkeypatch):
    first = prepared.prepare(store)
    monkeypatch.setattr(prepared, "_compute", lambda *_: pytest.fail("computed twice"))
    again = prepared.prepare(store)
    assert again.key == first.key


def test_a_change_of_the_register_is_a_change_of_input(store, tmp_path):
    copy = tmp_path / "w"
    shutil.copytree(store.folder, copy)
    path = copy / "data/reference/indicators/ASSESS-45.yml"
    keys = [key_of(store), key_of(Store(copy))]
    path.write_text(path.read_text("utf-8").replace("value: 85", "value: 84"), "utf-8")
    keys.append(key_of(Store(copy)))
    assert keys[0] == keys[1] != keys[2]
    assert keys[0] == prepared.prepare(store).key


def key_of(store: Store) -> str:
    """Key of the tables that would be prepared now."""
    on, receipts = gathering.known_at(store, None)
    return prepared.prepared_key(store, Context(register.load(store.reference), on), receipts, "")


def test_the_structure_is_part_of_the_key_only_where_it_is_not_that_of_then(store):
    on, receipts = gathering.known_at(store, None)
    held = register.load(store.reference)
    keys = {
        structure: prepared.prepared_key(
            store, Context(held.under(structure), on, structure), receipts, ""
        )
        for structure in Structure
    }
    assert keys[Structure.AS_THEN] == prepared.prepared_key(store, Context(held, on), receipts, "")
    assert keys[Structure.AS_NOW] != keys[Structure.AS_THEN]


def test_a_structure_that_is_none_is_refused(store):
    with pytest.raises(ParameterError, match=r"no structure 'as_ever'.*as_then or as_now"):
        workbench.open_run("Dunwick", workspace=store.folder, structure="as_ever")


def test_units_as_they_are_now_are_said_to_be_so(run):
    now = Context(run.prepared.register, run.prepared.context.as_at, Structure.AS_NOW)
    shown = replace(run, prepared=replace(run.prepared, context=now))._repr_html_()
    assert "units as they are now" in shown
    assert "units as they" not in run._repr_html_()


def test_others_are_services_that_exist_and_parts_of_the_day(run):
    beside = set(run.others["service_area"])
    assert {"dunwick", "easthythe", "farrow", "medwold", "north-social-work"} <= beside
    assert not {"east-social-work", "ashmere"} & beside


def test_a_forecast_is_explained_where_its_indicator_is_named(store, run):
    assert "name its indicator; at most 3 at once" in run.explained_forecast()._repr_html_()
    one = workbench.open_run("Medwold", indicators=["REF"], workspace=store.folder)
    html = one.explained_forecast()._repr_html_()
    assert "the forecast explained" in html
    assert "No explained forecast: only 23 monthly figures" in html
