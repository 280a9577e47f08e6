"""The command line as a person uses it: one clear message, an exit status, nothing half-done."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from pmf_analysis.store import Store, create_workspace

HEADER = "indicator,service_area,period,numerator,denominator\n"
ROWS = [
    f"ASSESS-45,{place},2025-{month:02d},{80 + month},100"
    for place in ("Ashmere", "Beltham")
    for month in range(1, 13)
]
GOOD = HEADER + "\n".join(ROWS) + "\n"


def everything(folder: Path) -> dict[str, bytes]:
    """Every file but the lock of whoever writes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".pmf" not in path.parts
    }


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_workspace_is_made_and_the_register_holds_together(pmf, tmp_path):
    assert pmf("new", tmp_path / "w")[0] == 0
    status, out, _ = pmf("--workspace", tmp_path / "w", "register", "validate", "--json")
    assert status == 0
    assert json.loads(out)["indicators"] >= 12


def test_a_folder_with_other_things_is_not_taken(pmf, tmp_path):
    write(tmp_path, "mine.txt", "mine")
    status, _, err = pmf("new", tmp_path)
    assert status == 2
    assert "mine.txt" in err


def test_an_indicator_is_listed_and_shown(pmf, workspace):
    _, out, _ = pmf("--workspace", workspace, "register", "list", "--json")
    codes = [row["code"] for row in json.loads(out)]
    assert "ASSESS-45" in codes
    status, out, _ = pmf("--workspace", workspace, "register", "show", "ASSESS-45")
    assert status == 0
    assert "owner: " in out
    status, _, err = pmf("--workspace", workspace, "register", "show", "ASSES-45")
    assert status == 2
    assert "Did you mean ASSESS-45" in err


def test_a_delivery_is_received_once(pmf, workspace, tmp_path):
    path = write(tmp_path, "figures_2026-01-10.csv", GOOD)
    status, out, _ = pmf("--workspace", workspace, "receive", path)
    assert status == 0
    assert "24 rows: 24 read, 0 refused" in out
    assert "published 2026-01-10 (file name)" in out
    _, out, _ = pmf("--workspace", workspace, "receive", path)
    assert "already received, nothing changed" in out


def test_what_cannot_be_read_is_printed_line_by_line(pmf, workspace, tmp_path):
    bad = GOOD + "ASSESS-45,Narnia,2025-01,1,2\nASSESS-45,Coldry,2025-01,many,100\n"
    status, out, _ = pmf("--workspace", workspace, "receive", write(tmp_path, "f.csv", bad))
    assert status == 0
    assert "line 26: refused" in out
    assert "Narnia" in out
    assert "line 27, numerator" in out


BROKEN = {
    "empty.csv": b"",
    "header.csv": HEADER.encode(),
    "truncated.csv.gz": gzip.compress(GOOD.encode())[:-20],
    "binary.csv": bytes(range(256)) * 40,
    "lacking.csv": GOOD.replace("numerator", "figure", 1).replace("denominator", "of", 1).encode(),
    "text.csv": b"just a line of text\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_one_clear_message_and_changes_nothing(pmf, workspace, tmp_path, name):
    path = write(tmp_path, name, BROKEN[name])
    before = everything(workspace)
    status, out, err = pmf("--workspace", workspace, "receive", path)
    assert status == 2
    said = [line for line in err.splitlines() if "was not received" in line]
    assert len(said) == 1
    assert said[0].startswith(name)
    assert "Traceback" not in out + err
    assert everything(workspace) == before


def test_a_file_that_is_not_there_is_said_to_be_missing(pmf, workspace, tmp_path):
    before = everything(workspace)
    status, out, err = pmf("--workspace", workspace, "receive", tmp_path / "no.csv")
    assert status == 2
    assert "no.csv" in out + err
    assert everything(workspace) == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "--area", "Narnia"], "Narnia"),
        (["run", "--area", "Ashmeer"], "Did you mean Ashmere"),
        (["run", "--area", "Ashmere", "-p", "servce_area=Beltham"], "Did you mean service_area"),
        (["run", "--area", "Ashmere", "-p", "service_area=Beltham"], "Use --area"),
        (["run", "--area", "Ashmere", "-p", "period=2025-06"], "Use --period"),
        (["run", "--area", "Ashmere", "-p", "as_at=2026-01-10"], "Use --as-at"),
        (["run", "--area", "Ashmere", "-p", "indicators=REREF"], "Use --indicator"),
        (["run", "--area", "Ashmere", "--notebook", "trnd"], "Did you mean trend"),
        (["run", "--area", "Ashmere", "--indicator", "ASSES-45"], "Did you mean ASSESS-45"),
        (["run", "--area", "Marwick"], "No figure was delivered for Marwick"),
        (["run", "--period", "2025-13"], "2025-13"),
        (["run", "--as-at", "yesterday"], "YYYY-MM-DD"),
        (["run", "--as-at", "2020-01-01"], "Nothing had been published by 2020-01-01"),
        (["run", "--neighbours"], "--area"),
        (["deep-dive", "--indicator", "NONE", "--area", "Ashmere"], "NONE"),
    ],
)
def test_a_wrong_parameter_stops_before_any_kernel(received, pmf, words, message):
    before = everything(received / "runs") if (received / "runs").exists() else {}
    status, out, err = pmf("--workspace", received, *words)
    assert status == 2
    assert message in err
    assert "Traceback" not in out + err
    assert (everything(received / "runs") if (received / "runs").exists() else {}) == before


@pytest.fixture(scope="module")
def received(tmp_path_factory, by_figures) -> Path:
    """A workspace with one small delivery."""
    from pmf_analysis import receiving

    folder = tmp_path_factory.mktemp("received")
    workspace = by_figures(create_workspace(folder / "w", "medwold"), "ASSESS-45")
    receiving.receive(Store(workspace), [write(folder, "figures_2026-01-10.csv", GOOD)])
    return workspace


def test_a_text_target_is_named_with_file_and_line(pmf, workspace):
    path = workspace / "data/reference/indicators/ASSESS-45.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("value: 85", "value: eighty-five"), encoding="utf-8")
    status, _, err = pmf("--workspace", workspace, "register", "validate")
    assert status == 2
    assert "ASSESS-45.yml, line" in err
    assert "eighty-five" in err


def test_an_empty_workspace_says_what_to_do(pmf, workspace):
    for verb in ("run", "check"):
        status, _, err = pmf("--workspace", workspace, verb)
        assert status == 2
        assert "pmf receive" in err


def test_outside_a_workspace_the_way_in_is_named(pmf, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, _, err = pmf("check")
    assert status == 2
    assert "pmf new" in err


def test_a_folder_that_is_no_workspace_is_said_to_be_none(pmf, tmp_path):
    for folder in (tmp_path, tmp_path / "not there"):
        status, _, err = pmf("--workspace", folder, "check")
        assert status == 2
        assert "pmf new" in err


def test_duplicated_keys_are_stored_on_the_receipt_and_fail_a_check(
    pmf, workspace, tmp_path, by_figures
):
    by_figures(workspace, "ASSESS-45")
    twice = GOOD + "ASSESS-45,Ashmere,2025-01,99,100\n"
    path = write(tmp_path, "f_2026-01-10.csv", twice)
    status, out, _ = pmf("--workspace", workspace, "receive", path)
    assert status == 0
    assert "lines 2, 26: delivered more than once" in out
    status, out, _ = pmf("--workspace", workspace, "check", "--json")
    assert status == 1
    failed = [rule for rule in json.loads(out)["rules"] if rule["status"] == "fail"]
    assert any("uniqueness" in rule["dimension"] for rule in failed)


def test_help_loads_nothing_heavy():
    program = (
        "import sys; sys.argv = ['pmf', '--help']\n"
        "from pmf_analysis import cli\n"
        "try: cli.main()\nexcept SystemExit: pass\n"
        "heavy = {'pandas', 'numpy', 'great_expectations', 'papermill', 'matplotlib'}\n"
        "sys.exit(','.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for verb in ("demo", "new", "receive", "check", "run", "deep-dive", "publish", "lab"):
        assert f" {verb} " in done.stdout
