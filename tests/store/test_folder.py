"""Deliveries and prepared tables in and out of a workspace."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from pmf_analysis.errors import DeliveryError, ParameterError, TableError, WorkspaceError
from pmf_analysis.store import Store, sha256_of
from pmf_analysis.tables import FIGURE


def figures_of(delivery: str, table: str = "c1", areas: tuple[str, ...] = ("E1", "E2")):
    rows = [
        (delivery, table, line, area, "all", "", "2024/25", "n", float(line), "final", str(line))
        for line, area in enumerate(areas, start=2)
    ]
    return pd.DataFrame(rows, columns=list(FIGURE))


@pytest.fixture
def store(tmp_path) -> Store:
    folder = tmp_path / "w"
    folder.mkdir()
    return Store(folder)


@pytest.fixture
def deliver(store, tmp_path):
    """Make a file of some content and store it."""

    def deliver(content: str, published: str = "2025-03-31", table: str = "c1", **receipt: str):
        path = tmp_path / "c1.csv"
        path.write_text(content)
        digest = sha256_of(path)
        told = {
            "id": digest[:16], "file_name": path.name, "sha256": digest, "table": table,
            "published": published, **receipt,
        }  # fmt: skip
        return store.add_delivery(path, told, figures_of(told["id"], table)), told["id"]

    return deliver


def files_of(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_delivery_is_kept_as_delivered(store, deliver):
    added, delivery = deliver("a,b\n1,2\n")
    assert added and store.has_delivery(delivery)
    assert store.delivered_file(delivery).read_text() == "a,b\n1,2\n"
    assert [receipt["id"] for receipt in store.deliveries()] == [delivery]
    pd.testing.assert_frame_equal(store.figures([delivery]), figures_of(delivery))


def test_a_delivery_is_stored_once(store, deliver):
    deliver("a")
    before = files_of(store.folder)
    assert deliver("a")[0] is False
    assert files_of(store.folder) == before and len(store.deliveries()) == 1


def test_deliveries_come_in_the_order_of_publication(deliver, store):
    ids = [deliver(text, day)[1] for text, day in (("x", "2025-11-18"), ("y", "2024-10-31"))]
    assert [receipt["id"] for receipt in store.deliveries()] == ids[::-1]


def test_figures_by_table_and_area(store, deliver):
    first, second = deliver("x")[1], deliver("y", table="b1")[1]
    assert len(store.figures([first, second])) == 4
    assert store.figures([first, second], tables=["b1"])["delivery"].tolist() == [second] * 2
    part = store.figures([first, second], service_areas=["E2"])
    assert part["service_area"].tolist() == ["E2", "E2"]
    none = store.figures([first], tables=["d5"])
    assert tuple(none.columns) == FIGURE and none.empty
    assert store.figures([]).empty
    assert store.figures([first], service_areas=[]).empty


def test_processed_figures_can_be_made_again(store, deliver):
    _, delivery = deliver("x")
    (figures,) = (store.processed / "figures").iterdir()
    figures.unlink()
    with pytest.raises(WorkspaceError, match=r"Receive data/raw/.*c1\.csv again"):
        store.figures([delivery])
    assert deliver("x")[0] is False
    assert len(store.figures([delivery])) == 2


def test_a_file_that_changed_meanwhile_is_not_stored(store, tmp_path):
    path = tmp_path / "c1.csv"
    path.write_text("later")
    told = {
        "id": "0" * 16,
        "file_name": "c1.csv",
        "sha256": "0" * 64,
        "table": "c1",
        "published": "",
    }
    with pytest.raises(DeliveryError, match="changed while"):
        store.add_delivery(path, told, figures_of("0" * 16))
    assert files_of(store.folder) == set()


@pytest.mark.parametrize("name", ["../c1.csv", "/etc/x.csv", "a\\b.csv", "", "..", "receipt.json",
                                  "c1.csv\n", "C:x.csv", ".partial-x"])  # fmt: skip
def test_a_file_name_never_leaves_its_folder(store, deliver, name):
    with pytest.raises(DeliveryError, match="cannot be kept"):
        deliver("x", file_name=name)
    assert files_of(store.folder) == set()


@pytest.mark.parametrize("delivery", ["", "../../../../x", "A" * 16, "0" * 15])
def test_an_id_never_leaves_its_folder(store, deliver, delivery):
    with pytest.raises(ParameterError, match="no delivery id"):
        deliver("x", id=delivery)
    with pytest.raises(ParameterError):
        store.delivered_file(delivery)


def test_figures_must_be_figures(store, tmp_path):
    path = tmp_path / "c1.csv"
    path.write_text("x")
    digest = sha256_of(path)
    told = {"id": digest[:16], "file_name": "c1.csv", "sha256": digest, "published": ""}
    with pytest.raises(TableError, match="lacks"):
        store.add_delivery(path, told, pd.DataFrame({"line": [1]}))
    assert files_of(store.folder) == set()


def test_an_interrupted_delivery_is_invisible_and_cleaned(store, deliver, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("shutil.copyfile", stopped)
        # as if the process ended at once, without its own tidying
        patch.setattr("shutil.rmtree", lambda *_, **__: None)
        with pytest.raises(KeyboardInterrupt):
            deliver("x")
    assert store.deliveries() == []
    assert store.clean() == 2  # the unfinished folder, and the figures that came before it
    assert deliver("x")[0] is True and store.clean() == 0


def test_a_damaged_receipt_is_named(store, deliver):
    _, delivery = deliver("x")
    (store.raw / delivery / "receipt.json").write_text("{")
    with pytest.raises(WorkspaceError, match=rf"data/raw/{delivery}/receipt\.json is damaged"):
        store.deliveries()


def test_an_unknown_delivery_is_named(store):
    with pytest.raises(WorkspaceError, match="no delivery 0000"):
        store.figures(["0" * 16])


def test_prepared_tables(store):
    tables = {"analysis": figures_of("d"), "finding": figures_of("e").head(0)}
    assert not store.has_prepared("key1")
    assert store.put_prepared("key1", tables) is True
    assert store.put_prepared("key1", {}) is False
    assert store.has_prepared("key1") and store.prepared_names("key1") == ["analysis", "finding"]
    part = store.prepared("key1", "analysis", [("service_area", "==", "E2")], ["line", "value"])
    assert part.to_numpy().tolist() == [[3, 3.0]]
    with pytest.raises(WorkspaceError, match="one of analysis, finding"):
        store.prepared("key1", "facts")
    for key in ("../x", "", "a/b", "a..b"):
        with pytest.raises(ParameterError):
            store.has_prepared(key)


def test_prepared_tables_are_stored_together_or_not_at_all(store):
    with pytest.raises(TableError):
        store.put_prepared("k", {"good": figures_of("d"), "mixed": pd.DataFrame({"a": [1, "b"]})})
    assert not store.has_prepared("k") and files_of(store.folder) == set()


def test_the_same_deliveries_give_the_same_bytes(tmp_path):
    held = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        store = Store(tmp_path / name)
        path = tmp_path / "c1.csv"
        path.write_text("x")
        digest = sha256_of(path)
        told = {"id": digest[:16], "file_name": "c1.csv", "sha256": digest, "published": ""}
        store.add_delivery(path, told, figures_of(digest[:16]))
        store.put_prepared("k", {"t": figures_of("d")})
        held.append({each: sha256_of(store.folder / each) for each in files_of(store.folder)})
    assert held[0] == held[1] and len(held[0]) == 5


def test_the_journal_takes_a_line_for_each_event(store):
    store.append_journal({"event": "received", "file": "a\nb"})
    store.append_journal({"event": "run"})
    lines = (store.folder / "journal.jsonl").read_text().splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["received", "run"]
    assert all("at" in json.loads(line) for line in lines)


def test_several_readers_at_once_see_the_same(store):
    areas = tuple(f"E{number}" for number in range(500))
    store.put_prepared("k", {"t": figures_of("d", areas=areas)})

    def read(area: str) -> list[str]:
        rows = Store(store.folder).prepared("k", "t", [("service_area", "==", area)])
        return rows["service_area"].tolist()

    with ThreadPoolExecutor(8) as readers:
        assert list(readers.map(read, areas[:40])) == [[area] for area in areas[:40]]


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(WorkspaceError, match="no workspace"):
        Store(tmp_path / "absent")


def test_the_store_loads_no_heavy_library_until_it_is_used():
    code = (
        "import sys, pmf_analysis.store;"
        "sys.exit('pandas' in sys.modules or 'pyarrow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_workspace_named_from_here_is_found_from_anywhere(tmp_path, monkeypatch):
    (tmp_path / "w").mkdir()
    monkeypatch.chdir(tmp_path)
    store = Store(Path("w"))
    monkeypatch.chdir("/")
    assert store.folder == tmp_path / "w"
