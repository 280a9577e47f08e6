"""Breaks listed, accepted and declared: by a role, on a day, for a reason; whole or not at all."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pmf_analysis import breaks, register
from pmf_analysis.errors import ParameterError, RegisterError
from pmf_analysis.register.models import Break
from pmf_analysis.store import Store, create_workspace
from pmf_analysis.studies import proposal
from pmf_analysis.terms import BreakKind

ROLE, ON = "head of performance", date(2026, 11, 6)
WHY = 'The hub, opened in July, stays: "as agreed"'


@dataclass(frozen=True)
class Prepared:
    """What `breaks` asks of prepared tables."""

    store: Store
    register: register.Register
    rows: pd.DataFrame

    def table(self, name: str) -> pd.DataFrame:
        assert name == "proposal"
        return self.rows


@pytest.fixture
def store(workspace: Path) -> Store:
    return Store(workspace)


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory) -> Store:
    """A workspace in which every try is refused."""
    return Store(create_workspace(tmp_path_factory.mktemp("breaks") / "w", "medwold"))


@pytest.fixture
def prepared(store) -> Prepared:
    rows = pd.DataFrame(
        [
            ("ICPC-15", "east", "all", "2025-07", "proposed"),
            ("ICPC-15", "east", "all", "2024-02", "overtaken"),
            ("REREF", "medwold", "all", "2025-01", "proposed"),
        ],
        columns=["indicator", "service_area", "cohort", "period", "status"],
    )
    rows = rows.assign(reason="July 2025: the 16 figures since", rule_set="change-points 1.0")
    return Prepared(store, register.load(store.reference), rows)


def lines(store: Store) -> list[str]:
    return (store.reference / breaks.FILE).read_text("utf-8").splitlines()


def declare(store: Store, *named: str, **changes: object) -> tuple[Break, ...]:
    given = {
        "kind": "recording", "by": ROLE, "on": ON, "because": WHY, "source": "note 7",
        "below": False,
    }  # fmt: skip
    given |= changes
    indicator, area, period = named or ("REREF", "East", "2025-10")
    return breaks.declare(
        store, indicator, area, period, given["kind"], given["by"], given["on"],
        given["because"], given["source"], given["below"],
    )  # fmt: skip


def test_an_accepted_proposal_is_a_line_with_who_when_why_and_the_evidence(prepared, store):
    before = lines(store)
    made = breaks.accept(prepared, "icpc-15", "East", "2025-07", ROLE, ON, WHY)
    assert lines(store)[:-1] == before
    held = register.load(store.reference).breaks_of("ICPC-15", "east")
    (found,) = [one for one in held if one.kind is BreakKind.REBASE]
    assert found == made
    assert (found.period, found.recorded_by, found.recorded_on) == ("2025-07", ROLE, ON)
    assert found.reason == WHY
    assert found.source == "proposed by change-points 1.0: July 2025: the 16 figures since"
    last = (store.folder / "journal.jsonl").read_text("utf-8").splitlines()[-1]
    noted = json.loads(last)
    assert (noted["event"], noted["indicator"], noted["recorded_by"]) == (
        "break accepted", "ICPC-15", ROLE,
    )  # fmt: skip


def test_nothing_is_accepted_that_is_not_proposed(prepared, store):
    before = lines(store)
    with pytest.raises(ParameterError, match=r"one of 2025-07.*Did you mean 2025-07"):
        breaks.accept(prepared, "ICPC-15", "east", "2025-06", ROLE, ON, WHY)
    for named in (("ICPC-15", "east", "2024-02"), ("REREF", "east", "2025-01")):
        with pytest.raises(ParameterError, match="No restart"):
            breaks.accept(prepared, *named, ROLE, ON, WHY)
    assert lines(store) == before


def test_where_nothing_is_proposed_nothing_is_accepted(prepared):
    none = replace(prepared, rows=prepared.rows.iloc[:0])
    with pytest.raises(ParameterError, match="ICPC-15"):
        breaks.accept(none, "ICPC-15", "east", "2025-07", ROLE, ON, WHY)


def test_a_declared_change_holds_for_the_units_below_where_asked(store):
    made = declare(store, "REREF", "Front Door", "2025-10", below=True)
    assert [one.unit for one in made] == [
        "front-door", "front-door-1", "front-door-2", "front-door-3", "front-door-4",
    ]  # fmt: skip
    held = register.load(store.reference)
    assert all(held.breaks_of("REREF", one.unit)[-1] == one for one in made)
    assert declare(store, "*", "East", "2025-10", kind="category")[0].indicator == "*"
    assert declare(store, "REREF", "*", "2025-10", kind="definition")[0].unit == "*"


@pytest.mark.parametrize(
    ("named", "changes", "message"),
    [
        (("REREFS", "East", "2025-10"), {}, "Did you mean REREF"),
        (("REREF", "Eats", "2025-10"), {}, "Did you mean East"),
        (("REREF", "East", "2025-13"), {}, "cannot be read"),
        (("REREF", "East", "2025/26"), {}, "figures of REREF are monthly"),
        ((), {"kind": "recoding"}, "Did you mean recording"),
        ((), {"by": "jo@example.org"}, "role"),
        ((), {"because": "  "}, "--because"),
        ((), {"because": "=SUM(A1)"}, "begins with ="),
        ((), {"because": "x" * 501}, "501 characters"),
        ((), {"source": ""}, "--source"),
        (("", "East", "2025-10"), {}, "No indicator or unit"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(unchanged, named, changes, message):
    before = lines(unchanged)
    with pytest.raises(ParameterError, match=message):
        declare(unchanged, *named, **changes)
    assert lines(unchanged) == before


def test_a_break_is_registered_once(store):
    declare(store)
    before = lines(store)
    with pytest.raises(RegisterError, match="registered already, by head of performance"):
        declare(store)
    with pytest.raises(RegisterError, match="registered already, by register of units"):
        declare(store, "*", "North Social Work", "2025-04", kind="boundary")
    assert lines(store) == before


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_the_file_keeps_its_order_its_quotes_and_its_line_ends(store, end):
    path = store.reference / breaks.FILE
    text = '"source","indicator","unit","period","kind","reason","recorded_by","recorded_on"'
    row = '"a, b","NFA","front-door","2023-04","recording","why","role",2023-04-03'
    path.write_bytes(("\ufeff" + text + (end or "\n") + row + end).encode())
    before = path.read_bytes()
    declare(store)
    after = path.read_bytes()
    assert after.startswith(before)
    added = after[len(before) :].decode()
    ends = end or "\n"
    assert added.count(ends) == (2 if end == "" else 1)
    assert added.strip().startswith("note 7,REREF,east,2025-10,recording,")
    assert len(register.load(store.reference).breaks_of("REREF", "east")) == 1


def test_a_missing_file_is_begun(store):
    (store.reference / breaks.FILE).unlink()
    declare(store)
    assert len(lines(store)) == 2


def test_a_register_that_does_not_hold_together_is_left_as_it_was(store, monkeypatch):
    before = lines(store)
    whole, calls = register.load, []

    def load(folder):
        calls.append(folder)
        if len(calls) > 1:
            raise RegisterError("does not hold together")
        return whole(folder)

    monkeypatch.setattr(breaks.register, "load", load)
    with pytest.raises(RegisterError, match="hold together"):
        declare(store)
    assert lines(store) == before
    assert not (store.folder / "journal.jsonl").exists() or "declared" not in (
        store.folder / "journal.jsonl"
    ).read_text("utf-8")


def test_what_is_listed_is_what_was_asked_for(prepared):
    held = prepared.register
    of = breaks.Series.of
    assert {one.indicator for one in breaks.registered(held, of(held, "NFA"))} == {"NFA", "*"}
    front_door = breaks.registered(held, of(held, "nfa", "Front Door"))
    assert [one.unit for one in front_door] == ["front-door"]
    assert len(breaks.registered(held, of(held))) == len(held.breaks)
    assert breaks.proposed(prepared, of(held))["period"].tolist() == ["2025-07", "2025-01"]
    assert breaks.proposed(prepared, of(held, area="east"))["indicator"].tolist() == ["ICPC-15"]


def test_the_verbs_list_declare_and_say_how_to_undo(workspace, pmf):
    words = ("--by", ROLE, "--on", "2026-11-06", "--because", WHY, "--source", "note 7")
    at = ("--workspace", workspace, "breaks")
    status, said, _ = pmf(*at, "declare", "REREF", "East", "2025-10", "--kind", "recording", *words)
    assert status == 0
    assert "2025-10  REREF  east: change in recording. The hub" in said
    assert "delete its line" in said
    status, said, _ = pmf(*at, "list", "--area", "East", "--indicator", "REREF", "--json")
    assert status == 0
    assert [one["reason"] for one in json.loads(said)["registered"]] == [WHY]
    status, _, wrong = pmf(*at, "accept", "REREF", "East", "2025-10", *words[:4], "--because", WHY)
    assert status != 0
    assert wrong


def test_what_the_verbs_ask_of_a_proposal_is_in_its_table():
    wanted = {"indicator", "service_area", "cohort", "period", "status", "reason", "rule_set"}
    assert wanted <= set(proposal.COLUMNS)
