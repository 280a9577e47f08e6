"""A closed period stays as it is; what comes later stands beside it."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pmf_analysis import closing, prepared, quality, receiving
from pmf_analysis.errors import (
    ParameterError,
    PublicationError,
    RunError,
    WorkspaceError,
)
from pmf_analysis.export import pages
from pmf_analysis.store import Store, create_workspace, sha256_of
from pmf_analysis.store.closed import closed_periods
from pmf_analysis.tables import SERIES

ROLE = "head of performance"
KENT = "E10000016"

INDICATOR = """
code: VISIT-10
name: Children on a plan who were visited within 10 working days
objective: children-safe
source:
  published: {table: monthly_indicators, breakdown: VISIT-10, numerator: [numerator],
    denominator: {column: denominator}}
kind: proportion
unit: percent
polarity: high
frequency: month
data_period: M
target: {value: 90, from: 2025-04, agreed_by: director-of-childrens-services}
floor: {value: 80, from: 2025-04, agreed_by: director-of-childrens-services}
applies_to: [authority]
owner: head-of-safeguarding
origin: Own case-management system
"""


def deliver(store: Store, folder: Path, published: str, counts: dict[str, tuple[object, int]]):
    lines = [f"VISIT-10,Kent,{month},{n},{d}" for month, (n, d) in counts.items()]
    path = folder / f"visits_{published}.csv"
    path.write_text(
        "\n".join(["indicator,service_area,period,numerator,denominator", *lines, ""]), "utf-8"
    )
    (result,) = receiving.receive(store, [path], published=date.fromisoformat(published))
    assert result.error == ""


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def no_checks(prepared_tables, tables) -> quality.QualityResult:
    """Verdicts without the suites, which are slow and not what is tested here."""
    pairs = tables["measure"][["indicator", "service_area"]].drop_duplicates()
    verdicts = pairs.assign(verdict="green", reason="All checks passed")
    return quality.QualityResult(pd.DataFrame({"check": ["none"]}), verdicts)


@pytest.fixture(scope="module", autouse=True)
def unchecked():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepared, "check_tables", no_checks)
        yield


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """May is closed at 90.1% (Green) and April at 82% (Amber); then both are revised."""
    folder = tmp_path_factory.mktemp("closing")
    store = Store(create_workspace(folder / "w", "national"))
    for path in (store.reference / "indicators").glob("*.yml"):
        path.unlink()
    breaks = store.reference / "breaks.csv"
    breaks.write_text(breaks.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    (store.reference / "indicators/VISIT-10.yml").write_text(INDICATOR, "utf-8")
    first = {"2025-04": (82, 100), "2025-05": (410, 455)}
    deliver(store, folder, "2025-06-14", first)
    made = closing.close_period(store, "2025-04", ROLE)
    closing.close_period(store, "2025-05", ROLE)
    before = {one.period: bytes_of(one.folder) for one in closed_periods(store)}
    at_closing = prepared.prepare(store)
    revised = {"2025-04": (78, 100), "2025-05": (410, 455), "2025-06": (421, 460)}
    deliver(store, folder, "2025-07-14", revised)
    return store, made, before, at_closing


def test_a_closing_says_what_it_froze(closed):
    store, made, _, _ = closed
    assert (made.period, made.label, made.by) == ("2025-04", "April 2025", ROLE)
    assert (made.figures, made.as_at, made.folder) == (1, date(2025, 6, 14), "closed/2025-04")
    assert [one.period for one in closing.list_closed(store)] == ["2025-04", "2025-05"]
    (april, _) = closed_periods(store)
    record = april.record
    assert [one["published"] for one in record["deliveries"]] == ["2025-06-14"]
    assert record["content"] == {
        name: sha256_of(april.folder / name) for name in ("figures.parquet", "findings.parquet")
    }
    row = april.table("figures").iloc[0]
    assert (row["value"], row["rag"], row["state"]) == (82, "amber", "final")
    assert (row["target"], row["floor"], row["unit_name"]) == (90, 80, "Kent")
    assert "82 of 100 (82.0%)" in april.table("findings")["sentence"].iloc[0]


def test_closed_files_hold_no_clock_and_stay_byte_for_byte(closed):
    store, _, before, _ = closed
    prepared.prepare(store)
    assert {one.period: bytes_of(one.folder) for one in closed_periods(store)} == before
    today = date.today().isoformat().encode()
    for files in before.values():
        assert today not in files["closed.json"]
        assert str(store.folder).encode() not in files["closed.json"]
    journal = (store.folder / "journal.jsonl").read_text("utf-8")
    events = [json.loads(line) for line in journal.splitlines()]
    assert [one["period"] for one in events if one["event"] == "closed"] == ["2025-04", "2025-05"]


def test_what_was_published_stands_beside_what_is_known_now(closed):
    store, _, _, at_closing = closed
    now = prepared.prepare(store)
    found = now.table("finding")
    (sentence,) = found[found["family"] == "published"]["sentence"]
    assert sentence == (
        "April 2025 was published as 82 of 100 (82.0%), Amber, on closing by the head of "
        "performance; it is now 78 of 100 (78.0%), Red: revised."
    )
    (evidence,) = found[found["code"] == "P-RECOLOURED"]["evidence"]
    assert json.loads(evidence)["closed_rag"] == "amber"
    rows = prepared.published_table(now).set_index("period")
    assert rows["published_change"].to_dict() == {
        "2025-04": "figure_and_status", "2025-05": "same"
    }  # fmt: skip
    analysis = now.table("analysis").set_index("period")
    assert analysis.loc["2025-04", ["value", "published_value"]].tolist() == [78, 82]
    assert analysis.loc["2025-06", "published_rag"] == ""
    assert "published" not in set(at_closing.table("finding")["family"])


def test_as_at_a_date_before_the_revision_nothing_has_changed(closed):
    store, _, _, at_closing = closed
    then = prepared.prepare(store, as_at=date(2025, 6, 14))
    assert then.key == at_closing.key
    assert set(prepared.published_table(then)["published_change"]) == {"same"}


def test_past_colours_are_not_restated_when_a_target_changes(closed, tmp_path):
    store, _, _, _ = closed
    path = store.reference / "indicators/VISIT-10.yml"
    given = path.read_text("utf-8")
    try:
        path.write_text(given.replace("value: 90", "value: 95"), "utf-8")
        rows = prepared.published_table(prepared.prepare(store)).set_index("period")
    finally:
        path.write_text(given, "utf-8")
    assert rows.loc["2025-05", "published_change"] == "status"
    assert rows.loc["2025-05", ["published_rag", "present_rag"]].tolist() == ["green", "amber"]


def test_a_period_is_closed_once(closed):
    store, _, before, _ = closed
    with pytest.raises(PublicationError, match=r"April 2025 .* was closed by head of performance"):
        closing.close_period(store, "2025-04", "director")
    assert bytes_of(store.folder / "closed/2025-04") == before["2025-04"]


@pytest.mark.parametrize("period", ["2025-01", "2024/25", "2030-01"])
def test_a_period_without_figures_is_refused(closed, period):
    with pytest.raises(RunError, match="no figure of"):
        closing.close_period(closed[0], period, ROLE)


@pytest.mark.parametrize(
    "role", ["", "  ", "jane@example.org", "analyst 7", "07700900123", "a\nb<script>", "x" * 90]
)
def test_a_role_is_no_address_and_no_number(closed, role):
    with pytest.raises(ParameterError, match="role"):
        closing.close_period(closed[0], "2025-06", role)


def test_a_red_verdict_needs_a_role_and_a_reason(closed, monkeypatch, tmp_path):
    store, _, _, _ = closed
    table = prepared.Prepared.table

    def red(self, name, service_areas=()):
        held = table(self, name, service_areas)
        return held.assign(verdict="red") if name == "fact" else held

    monkeypatch.setattr(prepared.Prepared, "table", red)
    with pytest.raises(PublicationError, match="verdict is red for Kent, Children on a plan"):
        closing.close_period(store, "2025-06", ROLE)
    with pytest.raises(ParameterError, match="a role and a reason"):
        closing.close_period(store, "2025-06", ROLE, override_by="director")
    made = closing.close_period(
        store, "2025-06", ROLE, override_by="director", because="Recounted by hand"
    )
    assert (made.override_by, made.because) == ("director", "Recounted by hand")


def test_a_damaged_closed_period_is_named(tmp_path, closed):
    store = Store(shutil.copytree(closed[0].folder, tmp_path / "w"))
    path = store.folder / "closed/2025-04/figures.parquet"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(WorkspaceError, match=r"2025-04/figures.parquet is not the file"):
        closing.list_closed(store)
    (store.folder / "closed/2025-04/closed.json").write_text("{}", "utf-8")
    with pytest.raises(WorkspaceError, match="is damaged"):
        closed_periods(store)


def test_the_page_marks_what_has_changed_and_says_how(closed):
    now = prepared.prepare(closed[0], as_at=date(2025, 7, 14))
    html = pages.overview(now, now.table("fact", [KENT]))
    assert f"421 of 460 (91.5%) {pages.CHANGED}" in html
    assert "April 2025: published as 82 of 100 (82.0%), Amber; now 78 of 100 (78.0%), Red." in html
    assert "May 2025: published" not in html
    assert f"{pages.CHANGED} A figure of this indicator has changed since" in html


def test_the_page_is_silent_about_what_it_does_not_show_and_about_no_status(closed, monkeypatch):
    now = prepared.prepare(closed[0], as_at=date(2025, 7, 14))
    fact = now.table("fact", [KENT])
    other = fact.assign(indicator="ANOTHER")
    assert "published as" in str(pages._published_notes(now, fact))
    assert str(pages._published_notes(now, other)) == ""
    unrated = pages.published_table(now).assign(published_rag="not_rated", present_rag="not_rated")
    monkeypatch.setattr(pages, "published_table", lambda prepared: unrated)
    html = str(pages._published_notes(now, fact))
    assert "published as 82 of 100 (82.0%); now 78 of 100 (78.0%)." in html


def test_without_closings_nothing_of_them_enters_the_tables(tmp_path, closed):
    store = Store(shutil.copytree(closed[0].folder, tmp_path / "w"))
    shutil.rmtree(store.folder / "closed")
    bare = prepared.prepare(store)
    assert bare.key != prepared.prepare(closed[0]).key
    assert prepared.published_table(bare) is None
    assert "published_value" not in bare.table("analysis").columns
    assert set(bare.table("fact")["closed_change"]) == {""}


def test_a_month_counted_from_records_stays_as_closed_and_late_entry_stands_beside(small_copy):
    made = closing.close_period(small_copy, "2026-08", ROLE, as_at=date(2026, 9, 6))
    (closed_then,) = closed_periods(small_copy)
    before = bytes_of(closed_then.folder)
    now = prepared.prepare(small_copy)
    assert bytes_of(closed_then.folder) == before
    key, counts = list(SERIES), ["shown_numerator", "shown_denominator"]
    frozen = closed_then.table("figures").set_index(key)
    present = now.table("analysis").query("period == '2026-08'").set_index(key)
    told = prepared.published_table(now).set_index(key)["published_change"]
    assert len(told) == len(frozen) == made.figures > made.provisional > 0
    moved = frozen[counts].fillna(-1) != present.loc[frozen.index, counts].fillna(-1)
    assert told.str.startswith("figure").equals(moved.any(axis=1).reindex(told.index))
    ivelham = ("ASSESS-45", "ivelham", "all")
    assert present.at[ivelham, "shown_denominator"] > frozen.at[ivelham, "shown_denominator"]
    sentences = now.table("finding").set_index("family").loc["published", "sentence"]
    assert sentences.str.startswith("The 12 months to August 2026 were published as ").any()
