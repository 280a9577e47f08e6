"""The main job from a delivery to pages, with real kernels: same bytes, and nothing lost."""

from __future__ import annotations

import csv
import json
import re
import shutil
from datetime import date
from pathlib import Path

import nbformat
import pytest

from pmf_analysis import prepared, receiving, runs
from pmf_analysis.errors import ExportError, ParameterError, PublicationError
from pmf_analysis.export import pages, publishing
from pmf_analysis.main_job import run_and_export
from pmf_analysis.store import Store, create_workspace, sha256_of
from pmf_analysis.synthetic.structure import SERVICES

AREA = "Adoption"
NOTEBOOKS = ("trend", "variance", "forecast", "impact", "data_quality")
"""Those of scope area, in their order."""


def workspace_with(folder: Path, *deliveries: Path) -> Store:
    store = Store(create_workspace(folder, "medwold"))
    results = receiving.receive(store, list(deliveries))
    assert not [result.error for result in results if result.error]
    return store


def run_one(store: Store, jobs: int, **chosen):
    plan = runs.plan_run(prepared.prepare(store), [AREA], **chosen)
    return plan, run_and_export(plan, jobs)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def finished(tmp_path_factory, small_made):
    """Store, plan and result of one unit's five notebooks and its pages."""
    folder = tmp_path_factory.mktemp("first") / "w"
    store = Store(Path(shutil.copytree(small_made, folder)))
    return store, *run_one(store, jobs=2)


def test_every_notebook_of_scope_area_ran(finished):
    _, _, job = finished
    assert job.run.failures == ()
    names = [task["notebook"] for task in job.run.manifest["tasks"]]
    assert names == list(NOTEBOOKS)
    assert [path.name for path in job.pages] == [
        "index.html", "adoption.html", "forecast.html", "calibration.html",
    ]  # fmt: skip


def test_another_folder_and_other_jobs_give_the_same_bytes(finished, tmp_path, small_deliveries):
    _, plan, job = finished
    elsewhere = workspace_with(tmp_path / "another place" / "w", *small_deliveries)
    again, second = run_one(elsewhere, jobs=1)
    assert again.run_id == plan.run_id
    first_files, second_files = contents(job.run.folder), contents(second.run.folder)
    assert list(first_files) == list(second_files)
    differing = [name for name in first_files if first_files[name] != second_files[name]]
    assert differing == []


def test_no_file_of_a_run_holds_a_clock_a_path_or_a_host(finished):
    store, _, job = finished
    today = date.today().isoformat().encode()
    for name, content in contents(job.run.folder).items():
        assert str(store.folder).encode() not in content, name
        assert b"/site-packages" not in content, name
        assert today not in content, name


def test_the_manifest_names_what_went_in_and_what_came_out(finished, small_deliveries):
    store, _, job = finished
    manifest = json.loads((job.run.folder / "manifest.json").read_text(encoding="utf-8"))
    given = manifest["inputs"]["deliveries"]
    assert [one["sha256"] for one in given] == [sha256_of(path) for path in small_deliveries]
    for one in given:
        assert one["sha256"] == sha256_of(store.delivered_file(one["delivery"]))
    assert len(manifest["inputs"]["register"]) == 64
    for task in manifest["tasks"]:
        assert sha256_of(job.run.folder / task["output"]) == task["sha256"]
    for name, hashed in manifest["outputs"].items():
        assert sha256_of(job.run.folder / name) == hashed
    hashes = json.loads((job.run.folder / "export/hashes.json").read_text(encoding="utf-8"))
    assert {path.name: sha256_of(path) for path in job.pages} == hashes


def test_findings_are_kept_for_people_and_programs(finished):
    _, _, job = finished
    found = json.loads((job.run.folder / "findings.json").read_text(encoding="utf-8"))
    assert {finding["service_area"] for finding in found} == {"adoption"}
    assert all(finding["evidence"]["vintage"] == "2026-11-06" for finding in found)


def test_run_again_nothing_is_done_twice(finished):
    store, _, job = finished
    before = contents(job.run.folder)
    _, again = run_one(store, jobs=1)
    assert again.run.reused == len(NOTEBOOKS)
    assert contents(again.run.folder) == before


def test_an_interrupted_run_is_completed_to_the_same_bytes(finished, tmp_path):
    store, _, job = finished
    before = contents(job.run.folder)
    copy = tmp_path / "w"
    shutil.copytree(store.folder, copy)
    left = copy / "runs" / job.run.run_id
    (left / "manifest.json").unlink()
    (left / "notebooks/adoption/trend.ipynb").unlink()
    _, again = run_one(Store(copy), jobs=1)
    assert again.run.reused == len(NOTEBOOKS) - 1
    assert contents(again.run.folder) == before


def test_executed_notebooks_carry_their_parameters_and_no_input_is_shown(finished):
    _, _, job = finished
    path = job.run.folder / "notebooks/adoption/trend.ipynb"
    executed = nbformat.read(path, as_version=4)
    assert executed.metadata.papermill.parameters["service_area"] == "adoption"
    page = (job.run.folder / "export/adoption.html").read_text(encoding="utf-8")
    assert "open_run(" not in page


def test_pages_ask_for_nothing_outside(finished):
    _, _, job = finished
    for path in job.pages:
        text = path.read_text(encoding="utf-8")
        asked = re.findall(r'(?:src|href)\s*=\s*"(?!data:|#|[a-z0-9-]+\.html)([^"]{0,80})', text)
        assert asked == []
        assert not re.search(r"@import|url\(\s*['\"]?https?:", text)
        assert "Invented data" in text


@pytest.mark.browser
def test_axe_reports_nothing_on_any_page_and_nothing_is_fetched(finished, look_at):
    _, _, job = finished
    for path in job.pages:
        assert look_at(path) == {"violations": [], "outside": []}, path.name


def test_a_page_is_made_of_the_notebooks_that_the_run_left_and_no_others(finished, tmp_path):
    _, plan, job = finished
    copy = tmp_path / "run"
    shutil.copytree(job.run.folder, copy)
    path = copy / "notebooks/adoption/trend.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("Adoption", "Adaption"), "utf-8")
    with pytest.raises(ExportError, match=r"trend\.ipynb is not what the run left"):
        pages.write_pages(plan.prepared, job.run.manifest, copy)


def test_a_deep_dive_keeps_to_its_indicator_and_is_not_what_is_published(finished, tmp_path):
    store, plan, job = finished
    dive = runs.plan_deep_dive(plan.prepared, "ADOPT-DAYS", AREA)
    dived = run_and_export(dive, jobs=1)
    assert dived.run.failures == ()
    found = json.loads((dived.run.folder / "findings.json").read_text(encoding="utf-8"))
    assert {finding["indicator"] for finding in found} == {"ADOPT-DAYS"}
    pages = {page.stem: page.read_text(encoding="utf-8") for page in dived.pages}
    assert set(pages) == {"index", "adoption", "forecast", "calibration"}
    assert "Days from entering care" in pages["adoption"]
    for text in pages.values():
        assert "Case audits graded good or better" not in text
    published = publishing.publish(store, "", tmp_path / "out")
    assert {page.parent.name for page in published} == {job.run.run_id}


def test_a_notebook_that_fails_is_said_once_and_the_rest_completes(tmp_path, small_copy):
    store = small_copy
    for name in sorted(set(NOTEBOOKS) - {"trend"}):
        (store.notebooks / f"{name}.ipynb").unlink()
    good = nbformat.read(store.notebooks / "trend.ipynb", as_version=4)
    good.cells[-1].source = "run.no_such_verb()"
    nbformat.write(good, store.notebooks / "broken.ipynb")
    _, job = run_one(store, jobs=2)
    (line,) = job.run.failures
    assert line.startswith("Adoption: broken.ipynb failed in cell ")
    assert "AttributeError" in line
    outcomes = {task["notebook"]: task["outcome"] for task in job.run.manifest["tasks"]}
    assert outcomes == {"trend": "succeeded", "broken": "failed"}
    partial = nbformat.read(job.run.folder / "notebooks/adoption/broken.ipynb", as_version=4)
    assert partial.metadata.papermill.exception.startswith("AttributeError")
    assert "could not be made" in (job.run.folder / "export/adoption.html").read_text("utf-8")
    with pytest.raises(PublicationError, match="1 failed notebook"):
        publishing.publish(store, "", tmp_path / "out")


def test_publication_needs_no_red_verdict_or_a_role_and_a_reason(tmp_path, by_figures):
    rows = [f"AUDIT-GOOD,{AREA},2025-{month:02d},6,10" for month in range(1, 13)]
    text = "\n".join(["indicator,service_area,period,numerator,denominator", *rows, rows[3]])
    path = tmp_path / "figures_2026-01-10.csv"
    path.write_text(text.replace(rows[3], rows[3], 1) + "\n", encoding="utf-8")
    by_figures(create_workspace(tmp_path / "w", "medwold"), "AUDIT-GOOD")
    store = workspace_with(tmp_path / "w", path)
    _, job = run_one(store, jobs=1, notebooks=["data_quality"])
    with pytest.raises(PublicationError, match="red for Adoption, Case audits"):
        publishing.publish(store, job.run.run_id, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(ParameterError, match="a role and a reason"):
        publishing.publish(store, job.run.run_id, tmp_path / "out", override_by="director")
    written = publishing.publish(
        store, "", tmp_path / "out", "director", "the duplicate is the same figure twice"
    )
    assert {page.stem for page in written} == {"index", "adoption", "forecast", "calibration"}
    for page in written:
        said = page.read_text(encoding="utf-8")
        assert "by decision of the director: the duplicate is the same figure twice." in said


def test_an_unknown_run_names_the_nearest(finished, tmp_path):
    store, _, job = finished
    with pytest.raises(ParameterError, match=f"Did you mean {job.run.run_id}"):
        publishing.publish(store, job.run.run_id[:-1] + "z", tmp_path)


def real_names(root: Path) -> list[str]:
    """Names of England's local authorities and regions."""
    with (root / "data/reference/units.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] in ("authority", "region")]
    assert len(rows) > 150
    return [row["name"] for row in rows]


def demonstrate(pmf, folder: Path, root: Path) -> tuple[dict, dict]:
    """What the demo of a small county printed for programs, and the manifest of its run."""
    status, out, err = pmf("demo", folder, "--scale", 0.05, "--json")
    assert (status, err) == (0, "")
    told = json.loads(out)
    assert told["failures"] == []
    run = folder / "runs" / told["run"]
    assert {Path(page).name for page in told["pages"]} == {
        path.name for path in run.rglob("*.html")
    }
    assert {Path(page).stem for page in told["pages"]} == {
        "index", "forecast", "calibration",
        *(name.lower().replace(" ", "-") for name in SERVICES.values()),
    }  # fmt: skip
    real = real_names(root)
    for page in told["pages"]:
        said = Path(page).read_text("utf-8")
        assert "Invented data" in said, page
        words = re.sub(r"<(style|script|svg)\b.*?</\1>", " ", said, flags=re.S)
        words = re.sub(r"<[^>]+>", " ", words)
        assert not [name for name in real if re.search(rf"\b{re.escape(name)}\b", words)], page
    manifest = json.loads((run / "manifest.json").read_text("utf-8"))
    assert {task["outcome"] for task in manifest["tasks"]} == {"succeeded"}
    return told, manifest


def test_the_demo_of_a_small_county_writes_every_page(pmf, tmp_path, root):
    # one notebook of five, each with a kernel of its own: soak runs them all
    create_workspace(tmp_path / "d", "medwold")
    for name in sorted(set(NOTEBOOKS) - {"data_quality"}):
        (tmp_path / "d" / "notebooks" / f"{name}.ipynb").unlink()
    told, manifest = demonstrate(pmf, tmp_path / "d", root)
    assert told["notebooks"] == len(SERVICES)
    delivered = sorted((tmp_path / "d" / "delivered").glob("*.zip"))
    given = [one["sha256"] for one in manifest["inputs"]["deliveries"]]
    assert given == [sha256_of(path) for path in delivered]


@pytest.mark.soak
def test_the_whole_demo_of_a_small_county_runs_and_again_does_nothing_twice(pmf, tmp_path, root):
    told, _ = demonstrate(pmf, tmp_path / "d", root)
    assert told["notebooks"] == 4 * len(SERVICES)
    before = contents(tmp_path / "d" / "runs")
    again, _ = demonstrate(pmf, tmp_path / "d", root)
    assert again["reused"] == told["notebooks"]
    assert contents(tmp_path / "d" / "runs") == before
