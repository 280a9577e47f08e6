"""Runs and dates: every change of a measure in parts, with what is gone said plainly."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import comparing, gathering, prepared, register
from pmf_analysis.comparing.comparison import PARTS
from pmf_analysis.comparing.measure_changes import with_status
from pmf_analysis.errors import ParameterError, RunError
from pmf_analysis.prepared import Prepared
from pmf_analysis.register import Context, Register
from pmf_analysis.register.loading import fingerprint
from pmf_analysis.store import Store, canonical_json

JANUARY, MARCH = "2025-01-10", "2025-03-10"
NO_FINDING = ["finding_id", "code", "family", "severity", "indicator", "service_area", "cohort",
              "period", "sentence", "evidence"]  # fmt: skip


@pytest.fixture
def store(town: Store, tmp_path: Path) -> Store:
    """The town's workspace, to change at will."""
    shutil.copytree(town.folder, tmp_path / "w")
    return Store(tmp_path / "w")


@pytest.fixture(scope="module")
def made() -> dict[tuple[str, str], tuple[Register, pd.DataFrame]]:
    """Registers and measures by digest and date, each made once."""
    return {}


@pytest.fixture
def run(store: Store, made: dict) -> Callable[..., str]:
    """Leave the tables and the manifest of a run; nothing is executed."""

    def left(run_id: str, as_at: str, code: str = "", change: float = 0.0) -> str:
        on, receipts = gathering.known_at(store, date.fromisoformat(as_at))
        known = fingerprint(store.reference), as_at
        if known not in made:
            context = Context(register.load(store.reference), on)
            figures = store.figures([one["id"] for one in receipts])
            measured = prepared.measure_table(Prepared(store, "", context, ""), receipts, figures)
            made[known] = context.register, with_status(measured, context)
        held, analysed = made[known]
        held = replace(held, folder=store.reference)
        key = f"key{run_id}"
        for name in ("value", "shown_value"):
            analysed = analysed.assign(**{name: analysed[name] + change})
        sentence = f"{analysed['shown_value'].iloc[-1]:.1f}"
        finding = dict.fromkeys(NO_FINDING, "") | {
            "code": "level", "indicator": "ICPC-15", "service_area": "north-social-work",
            "cohort": "all", "period": "2024-12", "sentence": sentence,
        }  # fmt: skip
        store.put_prepared(key, {"analysis": analysed, "finding": pd.DataFrame([finding])})
        prepared.keep_register(store, held)
        inputs = {
            "as_at": as_at, "code": code or prepared.code_digest(), "period": "",
            "register": held.digest(), "prepared": key,
            "deliveries": [{"delivery": one["id"], "published": one["published"]}
                           for one in receipts],
        }  # fmt: skip
        folder = store.runs / run_id
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_bytes(canonical_json({"inputs": inputs, "run_id": run_id}))
        return run_id

    return left


@pytest.fixture(scope="module")
def there(town: Store) -> comparing.Comparison:
    return comparing.compare(town, JANUARY, MARCH)


@pytest.fixture(scope="module")
def back(town: Store) -> comparing.Comparison:
    return comparing.compare(town, MARCH, JANUARY)


def monthly(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["column"] == "value"].set_index(["indicator", "service_area", "period"])


def adds_up(table: pd.DataFrame) -> bool:
    sized = table[table["change"].notna()]
    return bool(np.allclose(sized[list(PARTS)].sum(axis=1), sized["change"], rtol=0, atol=1e-9))


def test_late_entry_is_told_from_correction_by_maturity(there):
    moved = monthly(there.changes)
    late = moved.loc[("ASSESS-45", "medwold", "2024-12")]
    corrected = moved.loc[("ASSESS-45", "medwold", "2023-06")]
    assert (late["cause"], late["late_entry"]) == ("late_entry", late["change"])
    assert (corrected["cause"], corrected["correction"]) == ("correction", corrected["change"])
    assert corrected["change"] == pytest.approx(60 - 80)
    assert adds_up(there.changes) and len(moved) == 3


def test_a_month_moves_the_twelve_months_that_it_is_part_of(there):
    table = there.changes
    shown = table[(table["column"] == "shown_value") & (table["indicator"] == "ASSESS-45")]
    assert {"2023-12", "2024-05", "2024-12"} <= set(shown["period"])
    assert "2024-06" not in set(shown["period"])


def test_what_is_withheld_now_is_shown_on_neither_side(there, back):
    for found in (there, back):
        row = monthly(found.changes).loc[("ICPC-15", "north-social-work", "2023-03")]
        assert row["hidden"] == "published before, withheld now"
        assert pd.isna([row["old_value"], row["new_value"], row["change"]]).all()


def test_named_the_other_way_round_everything_is_mirrored(there, back):
    key = ["indicator", "service_area", "period", "column"]
    one, other = (table.set_index(key).sort_index() for table in (there.changes, back.changes))
    for name in ("change", *PARTS):
        pd.testing.assert_series_equal(one[name], -other[name])
    assert one["cause"].equals(other["cause"])
    assert one["old_value"].equals(other["new_value"].rename("old_value"))


def test_two_runs_of_the_same_ingredients_do_not_differ(store, run):
    found = comparing.compare(store, run("aaaa00000001", MARCH), run("aaaa00000002", MARCH))
    assert found.same and len(found.notes) == 1 and "no difference" in found.notes[0]


def test_a_change_of_the_program_is_what_recomputing_leaves(store, run):
    old = run("bbbb00000001", JANUARY, code="f" * 64, change=0.5)
    found = comparing.compare(store, old, run("bbbb00000002", MARCH))
    row = monthly(found.changes).loc[("ASSESS-45", "medwold", "2024-12")]
    assert row["code"] == pytest.approx(-0.5) and row["late_entry"] == pytest.approx(70 - 83)
    still = monthly(found.changes).loc[("ASSESS-45", "medwold", "2024-11")]
    assert still["cause"] == "code" and adds_up(found.changes)


def test_a_change_of_definition_is_told_from_what_was_delivered(store, run):
    old = run("cccc00000001", JANUARY)
    path = store.reference / "indicators" / "ASSESS-45.yml"
    path.write_text(path.read_text("utf-8") + "multiplier: 50\n", "utf-8")
    found = comparing.compare(store, old, run("cccc00000002", MARCH))
    row = monthly(found.changes).loc[("ASSESS-45", "medwold", "2024-12")]
    assert row["late_entry"] == pytest.approx(70 - 83)
    assert row["definition"] == pytest.approx(-35) and "definition" in row["kind"] + row["cause"]
    assert adds_up(found.changes)


def test_another_target_turns_the_status_and_no_figure(store, run):
    old = run("dddd00000001", MARCH)
    path = store.reference / "indicators" / "ASSESS-45.yml"
    path.write_text(path.read_text("utf-8").replace("{value: 85,", "{value: 81,"), "utf-8")
    found = comparing.compare(store, old, run("dddd00000002", MARCH))
    assert set(found.changes["direction"]) == {"status_only"}
    assert set(found.changes["cause"]) == {"definition"}
    assert (found.changes["old_rag"] != found.changes["new_rag"]).all()
    assert any("Amber to Green" in sentence for sentence in found.sentences)


def test_without_the_old_register_causes_are_not_guessed(store, run):
    old = run("eeee00000001", JANUARY)
    path = store.reference / "indicators" / "ASSESS-45.yml"
    path.write_text(path.read_text("utf-8") + "multiplier: 50\n", "utf-8")
    new = run("eeee00000002", MARCH)
    digest = json.loads((store.runs / old / "manifest.json").read_bytes())["inputs"]["register"]
    shutil.rmtree(store.processed / "registers" / digest)
    found = comparing.compare(store, old, new)
    assert set(found.changes["cause"]) == {""}
    assert set(found.changes["kind"]) == {"cannot be told apart"}
    assert any("no longer kept" in note for note in found.notes)
    sums = found.by_cause().groupby("indicator")["change"].sum()
    whole = found.changes.groupby("indicator")["change"].sum()
    pd.testing.assert_series_equal(sums, whole, check_names=False)


def test_one_exchanged_ingredient_needs_no_register(store, run):
    old, new = run("abab00000001", JANUARY), run("abab00000002", MARCH)
    shutil.rmtree(store.processed / "registers")
    path = store.reference / "indicators" / "ASSESS-45.yml"
    path.write_text(path.read_text("utf-8") + "multiplier: 50\n", "utf-8")
    found = comparing.compare(store, old, new)
    assert set(found.changes["cause"]) == {"late_entry", "correction"}


def test_a_side_that_can_neither_be_found_nor_made_again_is_an_error(store, run):
    old, new = run("acac00000001", JANUARY, code="f" * 64), run("acac00000002", MARCH)
    shutil.rmtree(store.processed / "prepared" / f"key{old}")
    shutil.rmtree(store.processed / "registers")
    path = store.reference / "indicators" / "ASSESS-45.yml"
    path.write_text(path.read_text("utf-8") + "multiplier: 50\n", "utf-8")
    with pytest.raises(RunError, match="no longer kept and cannot be made again"):
        comparing.compare(store, old, new)


def test_a_sentence_about_a_figure_withheld_now_is_not_repeated(store, run):
    found = comparing.compare(store, run("adad00000001", JANUARY), run("adad00000002", MARCH))
    said = " ".join(found.words["old_sentence"])
    assert not any(character.isdigit() for character in said)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("2025-01-10", "monthly_indicators_2025-01-10.csv", "Name two of a kind"),
        ("2025-02-30", MARCH, "is no date"),
        ("nothing.csv", MARCH, "no delivery, run or date"),
        ("../../etc/passwd", MARCH, "no delivery, run or date"),
    ],
)
def test_names_that_mean_nothing_are_refused(town, old, new, message):
    with pytest.raises(ParameterError, match=message):
        comparing.compare(town, old, new)


def test_a_date_before_anything_was_published_is_refused(town):
    with pytest.raises(RunError, match="Nothing had been published"):
        comparing.compare(town, "2020-01-01", MARCH)


def test_between_two_dates_without_a_delivery_nothing_moved(town):
    found = comparing.compare(town, "2025-01-10", "2025-01-20")
    assert found.compared > 0 and found.changes.empty
