"""The verbs that make a county and a workspace, and the one that holds a register together."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pmf_analysis.synthetic import DEMO_SEED, plot, write_county
from pmf_analysis.synthetic.record_tables import RECORD_TABLES

SMALL = ("--scale", 0.01, "--months", 3)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def county(tmp_path_factory) -> Path:
    """A very small county, with all that a council sends: to be copied, not changed."""
    folder = tmp_path_factory.mktemp("county") / "m"
    write_county(folder, scale=0.01, months=3, monthly=1, returns=True)
    return folder


def truth(folder: Path) -> dict:
    return json.loads((folder / "truth.json").read_text("utf-8"))


# -- pmf medwold ---------------------------------------------------------------------------


def test_deliveries_are_written_with_the_truth_and_the_way_on_is_said(pmf, tmp_path):
    status, out, err = pmf("medwold", tmp_path / "m", *SMALL, "--monthly", 2, "--seed", 8)
    assert (status, err) == (0, "")
    assert f"Wrote 3 deliveries to {tmp_path / 'm'}" in out
    assert "pmf new WORKSPACE --register medwold" in out
    assert {path.name for path in (tmp_path / "m").iterdir()} == {
        "medwold_records_2026-09-06.zip", "medwold_records_2026-10-06.zip",
        "medwold_records_2026-11-06.zip", "truth.json",
    }  # fmt: skip
    told = truth(tmp_path / "m")
    assert (told["seed"], told["scale"], told["months"]) == (8, 0.01, 3)


def test_the_same_words_give_the_same_bytes_again_and_are_told_to_programs(pmf, county, tmp_path):
    folder = tmp_path / "m"
    shutil.copytree(county, folder)  # as if made before
    words = ("--monthly", 1, "--returns", "--seed", DEMO_SEED, "--json")
    status, out, err = pmf("medwold", folder, *SMALL, *words)
    assert (status, err) == (0, "")
    assert contents(folder) == contents(county)
    told = json.loads(out)
    assert told["truth"] == str(folder / "truth.json")
    written = {Path(one).relative_to(folder).as_posix() for one in told["files"]}
    assert written | {"truth.json"} == set(contents(folder))
    assert len(told["files"]) == len(written) == 2 + 5


def test_another_seed_gives_another_county(pmf, county, tmp_path):
    assert pmf("medwold", tmp_path / "m", *SMALL, "--monthly", 1, "--seed", 4)[0] == 0
    ours, theirs = contents(tmp_path / "m"), contents(county)
    assert set(ours) < set(theirs)
    assert not [name for name, content in ours.items() if content == theirs[name]]


def test_what_is_written_is_received_as_the_verb_says(pmf, county, tmp_path):
    assert pmf("new", tmp_path / "w", "--register", "medwold")[0] == 0
    status, out, _ = pmf("--workspace", tmp_path / "w", "receive", county, "--json")
    assert status == 0
    received = {Path(one["receipt"]["file_name"]).name: one["receipt"] for one in json.loads(out)}
    assert set(received) | {"truth.json"} == {path.name for path in county.rglob("*.*")}
    assert {receipt["rows_refused"] for receipt in received.values()} == {0}
    tables = received["medwold_records_2026-10-06.zip"]["tables"]
    assert set(tables) <= set(RECORD_TABLES) and {"unit", "referral", "visit"} <= set(tables)


def test_all_stories_and_faults_are_planted_when_nothing_is_said(county):
    told = truth(county)
    names = {story["name"] for story in told["stories"]}
    assert len(names) > 8 and names < set(plot.NAMES)  # some ended before these months
    assert told["faults"]


@pytest.mark.parametrize(
    ("words", "planted"),
    [
        (["--calm"], set()),
        (["--story", "late_entry", "--story", "mix"], {"late_entry", "mix"}),
    ],
)
def test_stories_are_planted_by_their_names(pmf, tmp_path, words, planted):
    assert pmf("medwold", tmp_path / "m", *SMALL, *words)[0] == 0
    told = truth(tmp_path / "m")
    assert {story["name"] for story in told["stories"]} == planted
    assert told["faults"] == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--seed", -1], "The seed is -1. Expected: a whole number, 0 or more."),
        (["--scale", 0], "The scale is 0.0. Expected: a number from 0.01 to 100."),
        (["--scale", "nan"], "The scale is nan. Expected: a number from 0.01 to 100."),
        (["--scale", 101], "The scale is 101.0."),
        (["--months", 0], "months is 0. Expected: a whole number from 1 to 600."),
        (["--months", 30000], "months is 30000."),
        (["--monthly", 0], "monthly is 0. Expected: a whole number, 1 or more."),
        (["--story", "late_entri"], "There is no story 'late_entri'."),
        (["--story", "late_entri"], "Did you mean late_entry?"),
        (["--story", "mix", "--calm"], "Expected: one of the two."),
    ],
)
def test_what_means_nothing_is_one_line_and_nothing_is_made(pmf, tmp_path, words, message):
    status, out, err = pmf("medwold", tmp_path / "m", *words)
    assert (status, out) == (2, "")
    assert message in err
    assert len(err.splitlines()) == 1 and not err.rstrip().endswith("?.")
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize("words", [["--months", "many"], ["--scale", "half"], ["--stories"]])
def test_what_cannot_be_read_is_refused_with_the_option_named(pmf, tmp_path, words):
    status, _, err = pmf("medwold", tmp_path / "m", *words)
    assert status == 2
    assert words[0] in err and "Traceback" not in err
    assert not (tmp_path / "m").exists()


def test_a_place_that_cannot_be_written_to_is_said_before_a_county_is_made(
    pmf, tmp_path, monkeypatch
):
    from pmf_analysis.synthetic import making

    monkeypatch.setattr(making, "make_records", lambda setting: pytest.fail("it was made"))
    (tmp_path / "file").write_text("mine", "utf-8")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        status, _, err = pmf("medwold", folder)
        assert status == 2
        assert str(folder) in err and "could not be written" in err
        assert len(err.splitlines()) == 1
    assert (tmp_path / "file").read_text("utf-8") == "mine"


@pytest.mark.parametrize("words", [["--seed", 4], ["--calm"], ["--scale", 0.02]])
def test_two_counties_are_never_written_into_one_folder(pmf, county, words):
    before = contents(county)
    status, _, err = pmf("medwold", county, *SMALL, *words)
    assert status == 2
    assert f"{county} holds the deliveries of another county" in err
    assert contents(county) == before


# -- pmf demo ------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [["--scale", 0], ["--seed", -3], ["--jobs", 0]])
def test_a_demo_that_means_nothing_makes_nothing(pmf, tmp_path, words):
    status, _, err = pmf("demo", tmp_path / "d", *words)
    assert status == 2
    assert "Traceback" not in err
    assert not (tmp_path / "d").exists()


def test_a_demo_keeps_out_of_another_register_and_of_another_county(pmf, county, tmp_path):
    assert pmf("new", tmp_path / "w")[0] == 0
    before = contents(tmp_path / "w")
    status, _, err = pmf("demo", tmp_path / "w", "--scale", 0.01)
    assert status == 2
    assert "another register" in err
    assert contents(tmp_path / "w") == before
    assert pmf("new", tmp_path / "d", "--register", "medwold")[0] == 0
    shutil.copytree(county, tmp_path / "d" / "delivered")
    status, _, err = pmf("demo", tmp_path / "d", "--scale", 0.01)
    assert status == 2
    assert "another county" in err
    assert list((tmp_path / "d" / "data" / "raw").iterdir()) == []


# -- pmf register validate -----------------------------------------------------------------


def test_a_register_is_held_against_its_layouts(pmf, workspace):
    status, out, _ = pmf("--workspace", workspace, "register", "validate")
    assert status == 0
    assert "16 indicators (16 counted from records, each held against the layouts" in out
    assert "128 units" in out and " layouts, " in out and " rule sets" in out
    _, out, _ = pmf("--workspace", workspace, "register", "validate", "--json")
    assert json.loads(out)["counted_from_records"] == 16


def test_a_register_of_published_figures_says_nothing_of_records(pmf, tmp_path):
    assert pmf("new", tmp_path / "w")[0] == 0
    status, out, _ = pmf("--workspace", tmp_path / "w", "register", "validate")
    assert status == 0
    assert "records" not in out


@pytest.mark.parametrize(
    ("old", "written", "message"),
    [
        ("table: assessment", "table: asessment", "Did you mean assessment or"),
        ("at: event_date", "at: event_dat", "has no field 'event_dat'"),
    ],
)
def test_a_definition_that_no_layout_bears_out_is_named_with_its_line(
    pmf, workspace, old, written, message
):
    path = workspace / "data/reference/indicators/ASSESS-45.yml"
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, written), "utf-8")
    status, out, err = pmf("--workspace", workspace, "register", "validate")
    assert (status, out) == (2, "")
    line = text[: text.index(old)].count("\n") + 1
    assert f"indicators/ASSESS-45.yml, line {line}" in err
    assert message in err


def test_a_workspace_says_which_records_it_waits_for(pmf, workspace, tmp_path):
    path = tmp_path / "figures_2026-01-10.csv"
    path.write_text(
        "indicator,service_area,period,numerator,denominator\nREF,Medwold,2025-12,9,10\n", "utf-8"
    )
    assert pmf("--workspace", workspace, "receive", path)[0] == 0
    status, _, err = pmf("--workspace", workspace, "run")
    assert status == 2
    assert "hold no figure of any indicator" in err
    assert "Expected: records of adoption, allocation, assessment, " in err
