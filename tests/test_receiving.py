"""Deliveries into a workspace: order and repetition change nothing; dates are never guessed."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pmf_analysis import ingest, receiving, register
from pmf_analysis.register.layouts import load_layouts
from pmf_analysis.store import Store, create_workspace

HEADER = "indicator,service_area,period,numerator,denominator\n"


def written(folder: Path, name: str, *rows: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def medwold(root: Path) -> tuple:
    """The synthetic register and the shipped layouts, loaded once."""
    held = register.load(root / "data" / "synthetic" / "reference")
    return held, ingest.load_layouts(root / "data" / "reference" / "layouts")


@pytest.fixture(autouse=True)
def _loaded_once(monkeypatch: pytest.MonkeyPatch, medwold: tuple) -> None:
    monkeypatch.setattr(register, "load", lambda folder: medwold[0])
    monkeypatch.setattr(ingest, "load_layouts", lambda folder: medwold[1])


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(create_workspace(tmp_path / "w", "medwold"))


def figures(store: Store) -> pd.DataFrame:
    """All that is known, without where it stood."""
    held = store.figures([one["id"] for one in store.deliveries()])
    columns = [name for name in held if name not in ("delivery", "line")]
    return held[columns].sort_values(columns, ignore_index=True)


A = "ASSESS-45,Ashmere,2025-01,9,10"
B = "ASSESS-45,Ashmere,2025-01,8,10"
C = "ASSESS-45,Ashmere,2025-02,7,10"


def test_two_files_of_one_day_that_differ_ask_which_is_later(store, tmp_path):
    first = written(tmp_path, "first.csv", A)
    second = written(tmp_path, "second.csv", B)
    assert receiving.receive(store, [first])[0].stored
    (refused,) = receiving.receive(store, [second])
    assert not refused.stored
    for word in ("first.csv", "second.csv", "2025-01-31", "one cell", "numerator", "--published"):
        assert word in refused.error
    assert len(store.deliveries()) == 1
    (later,) = receiving.receive(store, [second], published=date(2025, 3, 1))
    assert later.stored
    assert receiving.receive(store, [second])[0].error == ""


def test_files_that_agree_or_do_not_meet_are_both_stored(store, tmp_path):
    files = [
        written(tmp_path, "a.csv", A),
        written(tmp_path, "b.csv", A, A.replace("Ashmere", "Brackwell")),
    ]
    assert [one.stored for one in receiving.receive(store, files)] == [True, True]


def test_the_date_of_a_stored_file_can_be_said_later(store, tmp_path):
    path = written(tmp_path, "figures.csv", A)
    receiving.receive(store, [path])
    before = figures(store)
    (again,) = receiving.receive(store, [path], published=date(2025, 6, 30))
    assert (again.stored, again.error, again.amended) == (False, "", "2025-01-31")
    assert again.receipt["published"] == "2025-06-30"
    (third,) = receiving.receive(store, [path])
    assert (third.amended, third.receipt["published"]) == ("", "2025-06-30")
    assert store.deliveries()[0]["published_basis"] == "given"
    pd.testing.assert_frame_equal(figures(store), before)


def test_a_stored_file_cannot_be_dated_into_a_contradiction(store, tmp_path):
    receiving.receive(store, [written(tmp_path, "first.csv", A)])
    second = written(tmp_path, "second.csv", B)
    receiving.receive(store, [second], published=date(2025, 3, 1))
    (refused,) = receiving.receive(store, [second], published=date(2025, 1, 31))
    assert "differ in one cell" in refused.error
    assert [one["published"] for one in store.deliveries()] == ["2025-01-31", "2025-03-01"]


def test_the_order_of_files_and_receiving_them_again_change_nothing(tmp_path):
    files = [
        written(tmp_path, "a.csv", A), written(tmp_path, "b.csv", B), written(tmp_path, "c.csv", C),
        written(tmp_path, "d_2025-05-01.csv", B, C), written(tmp_path / "x", "a.csv", C),
        written(tmp_path / "x", "broken.csv"),
    ]  # fmt: skip
    whole = None
    for seed in range(3):
        store = Store(create_workspace(tmp_path / f"w{seed}", "medwold"))
        mixed = random.Random(seed).sample(files, len(files))
        said: list[receiving.Received] = []
        results = receiving.receive(store, mixed, progress=said.append)
        assert results == said
        assert [one.file_name for one in results] == [path.name for path in mixed]
        assert not any(one.stored for one in receiving.receive(store, files))
        found = (store.deliveries(), figures(store).to_csv())
        whole = whole or found
        assert found == whole
    # b.csv contradicts a.csv, and c.csv is the other a.csv again
    assert [one["file_name"] for one in whole[0]] == ["a.csv", "a.csv", "d_2025-05-01.csv"]


def test_records_are_stored_beside_their_receipt(store, tmp_path, monkeypatch, medwold):
    (store.reference / "layouts" / "visits.yml").write_text(
        "name: visits\nversion: '1'\ntitle: Visits\nsource: A test\nholds: records\n"
        "data_class: restricted\ntable: visits\nfields: {CASE: code, VISITED: date}\n",
        encoding="utf-8",
    )
    own = load_layouts(store.reference / "layouts")
    monkeypatch.setattr(ingest, "load_layouts", lambda folder: own)
    path = tmp_path / "visits_2025-02-01.csv"
    path.write_text("CASE,VISITED\n007,2025-01-02\n008,soon\n", encoding="utf-8")
    (result,) = receiving.receive(store, [path], origin="database source visits")
    assert result.receipt["origin"] == "database source visits"
    held = store.records("visits", [result.receipt["id"]])
    assert held["CASE"].tolist() == ["007", "008"]
    assert held["VISITED"].notna().tolist() == [True, False]
    assert receiving.receive(store, [path])[0].error == ""


def test_a_name_that_cannot_be_kept_stops_no_other_file(store, tmp_path):
    # taken first: deliveries are taken by their names
    odd = written(tmp_path, "a<b>.csv", A)
    refused, kept = receiving.receive(store, [odd, written(tmp_path, "z.csv", C)])
    assert (refused.stored, kept.stored) == (False, True)
    assert "'a<b>.csv' cannot be kept" in refused.error
    assert [one["file_name"] for one in store.deliveries()] == ["z.csv"]
