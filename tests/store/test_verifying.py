"""A workspace that is whole verifies; every byte that is changed, and every stray, is named."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pmf_analysis.store import Store, canonical_json, sha256_of, verify
from pmf_analysis.store.closed import put_closed
from pmf_analysis.tables import FIGURE

RUN = "ca3d163bab05"
"""The name of a run into which nothing went."""


@pytest.fixture
def store(tmp_path) -> Store:
    """One delivery with records, prepared tables, a run with a page, and a closed period."""
    folder = tmp_path / "w"
    folder.mkdir()
    store = Store(folder)
    delivered = tmp_path / "c1.csv"
    delivered.write_text("a,b\n1,2\n")
    digest = sha256_of(delivered)
    figures = pd.DataFrame(
        [(digest[:16], "c1", 2, "E1", "all", "", "2024/25", "n", 1.0, "final", "1")],
        columns=list(FIGURE),
    )
    receipt = {
        "id": digest[:16], "file_name": "c1.csv", "sha256": digest, "table": "c1", "cells": 1,
        "published": "2025-03-31", "holds": "records", "rows_read": 2,
    }  # fmt: skip
    store.add_delivery(delivered, receipt, figures, {"episodes": pd.DataFrame({"n": [1, 2]})})
    store.put_prepared("k", {"analysis": figures})
    run = store.runs / RUN
    (run / "export").mkdir(parents=True)
    (run / "findings.json").write_text("[]")
    (run / "export" / "index.html").write_text("page")
    manifest = {
        "run_id": RUN, "tasks": [], "inputs": {},
        "outputs": {"findings.json": sha256_of(run / "findings.json")},
    }  # fmt: skip
    (run / "manifest.json").write_bytes(canonical_json(manifest))
    hashes = {"index.html": sha256_of(run / "export" / "index.html")}
    (run / "export" / "hashes.json").write_bytes(canonical_json(hashes))
    put_closed(store, "2024/25", {"by": "director", "as_at": "2025-11-18"}, {"figures": figures})
    store.append_journal({"event": "received"})
    return store


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_whole_workspace_verifies_and_stays_as_it_is(store):
    before = {path: path.read_bytes() for path in files(store.folder)}
    found = verify(store)
    assert found.whole and found.faults == ()
    wanted = {"deliveries", "records", "prepared", "runs", "pages", "closed", "journal"}
    assert {kind for kind, count in found.counts.items() if count == 1} == wanted
    assert {path: path.read_bytes() for path in files(store.folder)} == before


def test_every_file_that_is_changed_or_lost_is_named(store):
    for path in files(store.folder):
        inside = path.relative_to(store.folder).as_posix()
        if inside in (
            "journal.jsonl",
            f"runs/{RUN}/manifest.json",
            f"runs/{RUN}/export/hashes.json",
        ):
            continue
        held = path.read_bytes()
        for content in (held[:-1] + bytes([held[-1] ^ 1]), None):
            path.write_bytes(content) if content else path.unlink()
            found = verify(store)
            assert not found.whole, f"{inside} {'changed' if content else 'lost'}"
            near = {fault.where.split("/")[0] for fault in found.faults if fault.matters}
            assert near == {inside.split("/")[0]} and all(fault.do for fault in found.faults)
            path.write_bytes(held)
    assert verify(store).whole


@pytest.mark.parametrize("inside", ["data/raw/mine.csv", "data/processed/mine.txt",
                                    "data/processed/figures/mine.csv",
                                    "data/processed/prepared/k/mine.csv"])  # fmt: skip
def test_a_stray_file_is_named(store, inside):
    (store.folder / inside).write_text("x")
    (fault,) = verify(store).faults
    assert fault.where == inside and fault.matters


def test_leftovers_of_killed_writers_are_named_and_harm_nothing(store):
    left = [store.raw / ".partial-a", store.runs / RUN / ".part", store.processed / "figures"]
    left[0].mkdir()
    left[1].mkdir()
    (left[2] / f"{'0' * 16}-{'1' * 32}.parquet").write_text("of no delivery")
    found = verify(store)
    assert found.whole and len(found.faults) == 3
    assert all("was stopped" in str(fault) for fault in found.faults)
    assert store.clean() == 3
    assert verify(store).faults == ()


def test_an_unfinished_run_and_an_unfinished_publication_are_told_apart(store):
    (store.runs / RUN / "manifest.json").unlink()
    found = verify(store)
    assert found.whole and "not finished" in str(found.faults[0])
    (store.folder / "published" / RUN).mkdir(parents=True)
    assert not verify(store).whole


def test_links_out_of_the_workspace_are_named_and_not_followed(store, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("x")
    (store.raw / ("f" * 16)).symlink_to(outside)
    (store.processed / "figures" / "x.parquet").symlink_to(outside / "secret.txt")
    (store.folder / "notes").symlink_to(store.runs)  # inside: allowed
    found = verify(store)
    said = [fault.where for fault in found.faults]
    assert said == ["data/processed/figures/x.parquet", f"data/raw/{'f' * 16}"]
    assert str(outside) not in " ".join(map(str, found.faults))


def test_what_an_earlier_version_stored_still_opens_and_says_what_cannot_be_checked(store):
    (figures,) = (store.processed / "figures").iterdir()
    delivery = figures.name[:16]
    figures.rename(figures.with_name(f"{delivery}.parquet"))
    (store.processed / "prepared" / "k" / "contents.json").unlink()
    assert len(store.figures([delivery])) == 1 and len(store.prepared("k", "analysis")) == 1
    (fault,) = verify(store).faults
    assert fault.where == "data/processed/prepared/k" and "pmf run makes it again" in fault.do


def test_rows_are_held_against_the_receipt(store):
    (receipt,) = store.deliveries()
    path = store.raw / str(receipt["id"]) / "receipt.json"
    path.write_bytes(canonical_json({**receipt, "cells": 7}))
    (fault,) = verify(store).faults
    assert "holds 1 rows where 7 are on record" in fault.what


def test_a_receipt_that_was_changed_is_named(store):
    (receipt,) = store.deliveries()
    path = store.raw / str(receipt["id"]) / "receipt.json"
    written = path.read_bytes()
    path.write_bytes(written.replace(str(receipt["published"]).encode(), b"2999-01-01", 1))
    assert any("changed after it was written" in str(fault) for fault in verify(store).faults)
    path.write_bytes(written)
    assert verify(store).whole
    # a date that is said later is no such change, and its earlier receipt stays
    store.amend_published(str(receipt["id"]), date(2026, 1, 5))
    assert verify(store).whole
    # nor is a receipt of an earlier version, which has no seal
    path.write_bytes(canonical_json(receipt))
    assert verify(store).whole


def test_a_manifest_never_leads_out_of_its_folder(store):
    path = store.runs / RUN / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["outputs"] = {"../../data/raw/x": "0" * 64, "/etc/hostname": "0" * 64}
    path.write_bytes(canonical_json(manifest))
    assert {fault.what for fault in verify(store).faults} == {"lists a file outside itself"}


def test_a_kept_register_is_held_against_its_digest(store):
    (store.processed / "registers" / ("a" * 64)).mkdir(parents=True)
    assert verify(store, lambda _: "a" * 64).whole
    assert not verify(store, lambda _: "b" * 64).whole


def test_a_record_that_says_other_inputs_than_its_run_is_named(store):
    path = store.runs / RUN / "manifest.json"
    manifest = json.loads(path.read_bytes()) | {"inputs": {"as_at": "2026-11-07"}}
    path.write_bytes(canonical_json(manifest))
    assert [str(fault) for fault in verify(store).faults] == [
        f"runs/{RUN}/manifest.json is the record of another run. Make the run again with pmf run."
    ]
