"""The verbs about deliveries and time, as a person uses them."""

from __future__ import annotations

import json
from pathlib import Path

import sqlalchemy

HEADER = "indicator,service_area,period,numerator,denominator\n"


def delivery(folder: Path, name: str, timely: int) -> Path:
    rows = [f"ASSESS-45,Ashmere,2025-{month:02d},80,100" for month in range(1, 12)]
    path = folder / name
    path.write_text(HEADER + "\n".join([*rows, f"ASSESS-45,Ashmere,2025-12,{timely},100"]) + "\n")
    return path


def test_compare_says_what_moved_and_writes_it(pmf, workspace, tmp_path):
    for day, timely in (("2026-01-10", 90), ("2026-02-10", 84)):
        assert (
            pmf("--workspace", workspace, "receive", delivery(tmp_path, f"m_{day}.csv", timely))[0]
            == 0
        )
    status, out, _ = pmf(
        "--workspace", workspace, "compare", "m_2026-01-10.csv", "m_2026-02-10.csv",
        "--out", tmp_path / "changes.html", "--json",
    )  # fmt: skip
    assert status == 0
    (change,) = json.loads(out)["changes"]
    assert (change["old_value"], change["new_value"], change["period"]) == (90, 84, "2025-12")
    assert "numerator" in (tmp_path / "changes.html").read_text("utf-8")


def test_unlike_things_are_not_compared(pmf, workspace, tmp_path):
    assert (
        pmf("--workspace", workspace, "receive", delivery(tmp_path, "m_2026-01-10.csv", 90))[0] == 0
    )
    status, _, said = pmf("--workspace", workspace, "compare", "m_2026-01-10.csv", "2026-01-01")
    assert status == 2
    assert "Name two of a kind" in said


def test_a_date_said_later_is_told_and_listed(pmf, workspace, tmp_path):
    path = delivery(tmp_path, "m.csv", 90)
    assert "2025-12-31 (latest period inside)" in pmf("--workspace", workspace, "receive", path)[1]
    status, out, _ = pmf("--workspace", workspace, "receive", path, "--published", "2026-01-14")
    assert status == 0
    assert "published 2026-01-14 now, 2025-12-31 before" in out
    assert "2026-01-14 (given)  m.csv" in pmf("--workspace", workspace, "store", "list")[1]
    mistyped = pmf("--workspace", workspace, "receive", path, "--published", "2206-01-14")[1]
    assert "Published 2206-01-14, more than a year after" in mistyped


def test_explain_stores_nothing_and_proposes_a_layout(pmf, workspace, tmp_path):
    path = tmp_path / "visits.csv"
    path.write_text("District,Month,Visits\nAshmere,2025-01,40\nBeltham,2025-01,c\n")
    status, out, _ = pmf("--workspace", workspace, "receive", "--explain", path)
    assert status == 0
    assert "TO COMPLETE" in out
    assert list((workspace / "data" / "raw").iterdir()) == []


def test_files_or_a_source_and_never_both(pmf, workspace):
    status, _, said = pmf("--workspace", workspace, "receive")
    assert (status, "--source" in said) == (2, True)


def test_a_database_source_is_received_like_a_file(pmf, workspace, tmp_path, monkeypatch):
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'cases.sqlite'}")
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text(
            "CREATE TABLE monthly AS SELECT 'ASSESS-45' AS indicator, 'Ashmere' AS service_area, "
            "'2025-12' AS period, 84 AS numerator, 100 AS denominator"
        ))  # fmt: skip
    engine.dispose()
    sources = workspace / "data" / "reference" / "sources"
    sources.mkdir()
    (sources / "monthly.yml").write_text(
        "name: monthly\ntitle: Monthly indicators\nsource: Reporting database\n"
        "layout: pmf_long\naddress_from: PMF_TRIAL_DATABASE\nquery: SELECT * FROM monthly\n"
    )
    words = ("--workspace", workspace, "receive", "--source", "monthly")
    assert "PMF_TRIAL_DATABASE" in pmf(*words)[2]
    monkeypatch.setenv("PMF_TRIAL_DATABASE", f"sqlite:///{tmp_path / 'cases.sqlite'}")
    status, out, _ = pmf(*words, "--json")
    (received,) = json.loads(out)
    assert status == 0
    assert received["receipt"]["origin"] == "database source monthly"
    kept = "".join(path.read_text("utf-8") for path in workspace.rglob("*.json*"))
    assert "cases.sqlite" not in kept
    assert "already received" in pmf(*words)[1]


def test_verify_names_a_changed_file(pmf, workspace, tmp_path):
    assert pmf("--workspace", workspace, "receive", delivery(tmp_path, "m.csv", 90))[0] == 0
    assert pmf("--workspace", workspace, "store", "verify")[0] == 0
    (stored,) = (workspace / "data" / "raw").glob("*/m.csv")
    stored.write_text(stored.read_text("utf-8").replace("90", "99"), "utf-8")
    status, out, _ = pmf("--workspace", workspace, "store", "verify")
    assert status == 1
    assert f"data/raw/{stored.parent.name} holds a file that is not the one delivered" in out


def test_prune_shows_before_it_deletes(pmf, workspace, tmp_path):
    assert pmf("--workspace", workspace, "receive", delivery(tmp_path, "m.csv", 90))[0] == 0
    words = ("--workspace", workspace, "store", "prune", "--on", "2099-01-01")
    status, out, _ = pmf(*words)
    assert status == 0
    assert "Rules: retention" in out
    assert pmf("--workspace", workspace, "store", "verify")[0] == 0


def test_close_needs_a_period_and_a_role(pmf, workspace):
    assert pmf("--workspace", workspace, "close", "2025-12")[0] == 2
    assert "No period is closed." in pmf("--workspace", workspace, "close", "--list")[1]
