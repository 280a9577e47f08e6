"""What is due is shown before anything goes, goes whole, and leaves a record of itself."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pmf_analysis import register
from pmf_analysis.errors import ParameterError, WorkspaceError
from pmf_analysis.retention import plan_prune, prune
from pmf_analysis.store import Store, canonical_json, create_workspace, sha256_of, verify
from pmf_analysis.store.closed import put_closed
from pmf_analysis.tables import FIGURE

ON = date(2026, 6, 1)
NO_FIGURES = pd.DataFrame({column: pd.Series(dtype="str") for column in FIGURE})


@pytest.fixture(scope="module")
def medwold(tmp_path_factory: pytest.TempPathFactory) -> register.Register:
    folder = create_workspace(tmp_path_factory.mktemp("w") / "w", "medwold")
    return register.load(folder / "data" / "reference")


@pytest.fixture
def store(tmp_path: Path, medwold: register.Register, monkeypatch: pytest.MonkeyPatch) -> Store:
    """An empty workspace with Medwold's register, which is read once for all tests."""
    monkeypatch.setattr("pmf_analysis.register.load", lambda _: medwold)
    monkeypatch.setattr("pmf_analysis.retention.planning.load_layouts", lambda _: {})
    (tmp_path / "w").mkdir()
    return Store(tmp_path / "w")


def deliver(store: Store, data_class: str, published: str, name: str = "jane-doe.csv") -> str:
    path = store.folder.parent / name
    path.write_text(f"{data_class} {published}")
    digest = sha256_of(path)
    receipt = {
        "id": digest[:16], "file_name": name, "sha256": digest, "table": "t",
        "published": published, "data_class": data_class, "cells": 0,
    }  # fmt: skip
    store.add_delivery(path, receipt, NO_FIGURES, {"episodes": pd.DataFrame({"child": ["Jane"]})})
    return digest[:16]


def put_run(store: Store, run: str, as_at: str, delivery: str = "", prepared: str = "k") -> None:
    inputs = {
        "as_at": as_at, "period": "", "prepared": prepared,
        "deliveries": [{"delivery": delivery}],
        "tasks": [{"unit": "E1", "notebook": "trend", "parameters": {"as_at": as_at}}],
    }  # fmt: skip
    folder = store.runs / run
    folder.mkdir(parents=True)
    manifest = {"run_id": run, "inputs": inputs, "tasks": [], "outputs": {}}
    (folder / "manifest.json").write_bytes(canonical_json(manifest))


def contents(store: Store) -> dict[str, bytes]:
    return {p.as_posix(): p.read_bytes() for p in sorted(store.folder.rglob("*")) if p.is_file()}


def test_each_class_is_kept_for_its_own_time(store):
    old = {kind: deliver(store, kind, "2015-01-01") for kind in ("identified", "published")}
    young = deliver(store, "identified", "2026-01-01")
    plan = plan_prune(store, ON)
    assert [each.id for each in plan.due] == [old["identified"]]
    (due,) = plan.due
    assert due.due == "2016-01-02" and due.bytes > 0 and "365 days" in due.why
    assert plan_prune(store, date(2027, 1, 1)).due == plan.due
    assert {each.id for each in plan_prune(store, date(2027, 1, 2)).due} == {due.id, young}


def test_a_plan_changes_nothing(store):
    deliver(store, "identified", "2015-01-01")
    before = contents(store)
    shown = prune(store, ON, by="")
    assert len(shown.plan.due) == 1 and shown.deleted == ()
    assert contents(store) == before


def test_a_deleted_delivery_leaves_a_record_without_its_name_and_nothing_else(store):
    delivery = deliver(store, "identified", "2015-01-01")
    pruned = prune(store, ON, by="head of performance", apply=True)
    assert [each.id for each in pruned.deleted] == [delivery]
    assert store.deliveries() == []
    (record,) = store.deleted()
    assert record["id"] == delivery and record["by"] == "head of performance"
    assert record["due"] == "2016-01-02" and record["rules"].startswith("retention ")
    left = b"".join(contents(store).values())
    assert b"jane" not in left.lower() and verify(store).whole
    with pytest.raises(WorkspaceError, match="deleted on purpose"):
        store.figures([delivery])


def test_the_name_of_a_shareable_file_stays_on_record(store):
    deliver(store, "shareable", "2015-01-01", "figures.csv")
    prune(store, ON, by="head of performance", apply=True)
    assert store.deleted()[0]["file_name"] == "figures.csv"


def test_a_deletion_names_who_decides_it(store):
    deliver(store, "identified", "2015-01-01")
    before = contents(store)
    with pytest.raises(ParameterError, match="--by ROLE"):
        prune(store, ON, by=" ", apply=True)
    kept = {name: held for name, held in contents(store).items() if "/.pmf/" not in name}
    assert kept == before


def test_what_a_closed_period_or_a_kept_run_needs_is_held_until_it_is_asked_for(store):
    delivery = deliver(store, "identified", "2015-01-01")
    put_run(store, "run1", "2025-01-01", delivery)
    put_closed(store, "2024/25", {"by": "director", "as_at": "2025-01-01", "x": [delivery]}, {})
    held = prune(store, ON, by="director", apply=True)
    assert held.deleted == () and store.has_delivery(delivery)
    assert held.held[0].needed_by == ("closed period 2024/25", "run run1")
    assert prune(store, ON, by="director", apply=True, also_needed=True).deleted
    assert not store.has_delivery(delivery)
    assert store.deleted()[0]["needed_by"] == ["closed period 2024/25", "run run1"]


def test_runs_and_tables_go_when_later_ones_replace_them(store):
    put_run(store, "older", "2024-01-01", prepared="k1")
    put_run(store, "newer", "2025-01-01", prepared="k2")
    put_run(store, "latest", "2026-01-01", prepared="k3")
    for key in ("k1", "k2", "k3", "k4"):
        store.put_prepared(key, {"analysis": NO_FIGURES})
    plan = plan_prune(store, ON)
    assert [(each.kind, each.id) for each in plan.due] == [
        ("run", "older"), ("prepared tables", "k1"), ("prepared tables", "k4"),
    ]  # fmt: skip
    prune(store, ON, by="director", apply=True)
    assert sorted(path.name for path in store.runs.iterdir()) == ["latest", "newer"]
    assert plan_prune(store, ON).due == ()
    # these records stand under names of their own
    found = {fault.what for fault in verify(store).faults if fault.matters}
    assert found == {"is the record of another run"}


def test_a_published_or_closed_run_is_kept(store):
    for run, as_at in (("one", "2023-01-01"), ("two", "2023-06-01"), ("three", "2024-01-01")):
        put_run(store, run, as_at)
    (store.folder / "published" / "one").mkdir(parents=True)
    put_closed(store, "2024/25", {"by": "director", "as_at": "2023-06-01", "run": "two"}, {})
    assert plan_prune(store, ON).due == ()


def test_a_delivery_of_no_known_class_is_kept_and_named(store):
    delivery = deliver(store, "", "1990-01-01")
    plan = plan_prune(store, ON)
    assert plan.due == () and plan.unclassified == (delivery,)


def test_a_deletion_that_is_stopped_is_completed_by_the_next(store, monkeypatch):
    delivery = deliver(store, "identified", "2015-01-01")

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", stopped)
        with pytest.raises(KeyboardInterrupt):
            prune(store, ON, by="director", apply=True)
    assert not store.has_delivery(delivery) and len(store.deleted()) == 1
    assert verify(store).whole and prune(store, ON, by="director", apply=True).deleted == ()
    assert len(store.deleted()) == 1
    assert b"Jane" not in b"".join(contents(store).values())


def test_the_record_comes_first_and_once(store, monkeypatch):
    delivery = deliver(store, "identified", "2015-01-01")

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pmf_analysis.store.folder.remove", stopped)
        with pytest.raises(KeyboardInterrupt):
            prune(store, ON, by="director", apply=True)
    assert store.has_delivery(delivery) and len(store.deleted()) == 1
    prune(store, ON, by="director", apply=True)
    assert not store.has_delivery(delivery)
    lines = (store.folder / "data" / "deleted.jsonl").read_text().splitlines()
    assert [json.loads(line)["id"] for line in lines] == [delivery]


@pytest.mark.parametrize(
    "place", ["data/reference/units.csv", "../x", "runs/../data/raw/x", "runs"]
)
def test_only_stored_things_can_be_deleted(store, place):
    with pytest.raises(ParameterError, match="not to be deleted"):
        store.delete([place], None)
