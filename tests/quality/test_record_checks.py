"""Each kind of check of records: what it finds in a few rows made by hand, and what it leaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from math import comb

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.errors import SuiteError, TableError
from pmf_analysis.quality import load_suites, record_checks
from pmf_analysis.quality.record_checks import BROKEN, MET, NOTHING, kinds
from pmf_analysis.quality.record_checks.spread_evenly import chance_of, stands_out
from pmf_analysis.quality.records import RecordRows, RecordSources, record_rows
from pmf_analysis.quality.suites import (
    RecordColumns,
    canonical,
    expectation_id,
    suite_id,
)
from pmf_analysis.register import Context, Register, load
from pmf_analysis.register.models import Unit, Workspace

COLUMNS = RecordColumns("key", "entered", "changed", "withdrawn", "team", {})


@pytest.fixture(scope="module")
def register(root) -> Register:
    """A county with two districts, each with a team; one team has ended."""
    units = [Unit(code="K", name="County", kind="county")]
    units += [Unit(code=one, name=one, kind="district", parent="K") for one in "AB"]
    units += [
        Unit(code=f"{one}1", name=f"{one}1", kind="team", parent=one, valid_from=date(2014, 4, 1))
        for one in "AB"
    ]
    units += [
        Unit(code="A2", name="A2", kind="team", parent="A", valid_to=date(2020, 6, 30)),
        Unit(code="B2", name="B2", kind="team", parent="B", valid_from=date(2020, 7, 1)),
    ]
    shipped = load(root / "data" / "reference").rule_sets
    return Register(
        workspace=Workspace(title="T", register_name="t", county="K", report_kinds=["district"]),
        indicators={}, units={one.code: one for one in units}, rule_sets=shipped,
    )  # fmt: skip


def table(**columns: list) -> pd.DataFrame:
    """Rows with dates for what looks like one, and everything that tells versions apart."""
    count = len(next(iter(columns.values())))
    given = {
        "key": [f"R{n}" for n in range(count)], "changed": ["2020-06-01"] * count,
        "withdrawn": ["no"] * count, "team": ["A1"] * count, **columns,
    }  # fmt: skip
    dates = {
        name for name, values in given.items()
        if all(value is None or str(value)[:2] in ("19", "20") for value in values)
    }  # fmt: skip
    typed = {
        name: np.array(values, dtype="datetime64[s]") if name in dates else pd.array(values)
        for name, values in given.items()
    }
    rows = pd.DataFrame(typed)
    return rows if "entered" in rows else rows.assign(entered=rows["changed"])


Make = Callable[..., list[int]]


@pytest.fixture
def found(register: Register) -> Make:
    """What a kind of check says of each record of a table ``one``, beside others."""

    def made(kind: str, rows: pd.DataFrame, others: dict | None = None, **given: object) -> list:
        tables = {"one": rows, **(others or {})}
        sources = RecordSources(
            Context(register, date(2020, 7, 6)), register.rule_set("quality"),
            {f"record.{name}": held for name, held in tables.items()},
            dict.fromkeys(tables, COLUMNS),
        )  # fmt: skip
        assert record_checks.fault({"check": kind, **given}) == ""
        return kinds()[kind].make(sources.records("one"), given, sources).tolist()

    return made


# -- records and versions ------------------------------------------------------------------


def known(rows: pd.DataFrame) -> RecordRows:
    return record_rows("one", rows, COLUMNS)


def test_a_record_is_known_by_its_latest_version():
    rows = known(
        table(
            key=["R2", "R1", "R2"], changed=["2020-06-03", "2020-06-01", "2020-06-02"], n=[3, 1, 2]
        )
    )
    assert rows.known["n"].tolist() == [3, 1]
    assert rows.versions["n"].tolist() == [2, 3, 1]
    assert rows.record.tolist() == [0, 0, 1]


def test_of_versions_of_one_day_the_last_delivered_counts():
    assert known(table(key=["R", "R"], n=[1, 2])).known["n"].tolist() == [2]


def test_a_withdrawn_record_is_not_known():
    rows = known(
        table(key=["R", "R", "S"], changed=["2020-06-01", "2020-06-02", "2020-06-01"],
              withdrawn=["no", "yes", "no"], n=[1, 2, 3])
    )  # fmt: skip
    assert rows.known["n"].tolist() == [3]
    assert rows.record.tolist() == [-1, -1, 0]


def test_a_truth_is_read_as_yes_and_no():
    truth = pd.array([True, False, None], dtype="boolean")
    rows = known(table(n=[1, 2, 3]).assign(withdrawn=truth, met=truth))
    assert rows.known["n"].tolist() == [2, 3]
    assert rows.known["met"].fillna("").tolist() == ["no", ""]


def test_rows_without_a_key_are_records_of_their_own():
    assert len(known(table(key=[None, None, "R", "R"]))) == 3


def test_a_table_without_its_columns_is_refused():
    with pytest.raises(TableError, match="The column changed is missing"):
        known(table(n=[1]).drop(columns="changed"))


# -- one kind after another ----------------------------------------------------------------


def test_filled(found: Make):
    rows = table(a=["x", None, "x"], b=["2020-01-01", "2020-01-01", None])
    assert found("filled", rows, columns=["a", "b"]) == [MET, BROKEN, BROKEN]


def test_in_order(found: Make):
    rows = table(a=["2020-02-01"] * 4, b=["2020-02-01", "2020-01-31", "2020-03-01", None])
    assert found("in_order", rows, earlier="a", later="b") == [MET, BROKEN, MET, NOTHING]


def test_known_by(found: Make):
    rows = table(
        a=["2020-06-01", "2020-06-02", "2020-07-07", None],
        changed=["2020-06-01", "2020-06-01", "2020-07-09", "2020-06-01"],
    )
    assert found("known_by", rows, date="a") == [MET, BROKEN, BROKEN, NOTHING]


def test_refers(found: Make):
    other = table(key=["C1", "C2", "C3"], withdrawn=["no", "no", "yes"])
    rows = table(child=["C2", "C9", None, "C3"])
    asked = found("refers", rows, {"other": other}, column="child", table="other")
    assert asked == [MET, BROKEN, NOTHING, BROKEN]


def test_refers_to_one_that_says_the_same(found: Make):
    other = table(key=["C1", "C2"], who=["x", "y"])
    rows = table(child=["C1", "C2", "C9", "C1"], who=["x", "x", "x", None])
    asked = found("refers", rows, {"other": other}, column="child", table="other",
                  same={"who": "who"})  # fmt: skip
    assert asked == [MET, BROKEN, NOTHING, NOTHING]


def test_unit_there(found: Make):
    rows = table(
        team=["A1", "A9", "A2", "A2", "B2", "A1", None],
        on=["2020-01-01", "2020-01-01", "2020-06-30", "2020-07-01", "2020-06-30", None, None],
    )
    expected = [MET, BROKEN, MET, BROKEN, BROKEN, MET, NOTHING]
    assert found("unit_there", rows, column="team", date="on") == expected
    assert found("unit_there", rows, column="team")[:2] == [MET, BROKEN]


def test_what_was_before_the_register_begins_is_no_fault(found: Make):
    assert found("unit_there", table(team=["A1"], on=["2009-01-01"]), column="team",
                 date="on") == [MET]  # fmt: skip


def test_stated_once(found: Make):
    rows = table(
        key=["R", "R", "S", "S", "T", None, None],
        changed=["2020-06-01", "2020-06-01", "2020-06-01", "2020-06-02", *["2020-06-01"] * 3],
    )
    asked = found("stated_once", rows.assign(delivery="d"))
    assert asked == [BROKEN, MET, MET, NOTHING, NOTHING]
    again = rows.iloc[[0, 1]].assign(delivery=["d", "e"])  # the extract was taken again
    assert found("stated_once", again) == [MET]


def test_entered_once(found: Make):
    rows = table(a=["x", "x", "y", None, None], b=["1", "1", "1", "1", "1"])
    assert found("entered_once", rows, columns=["a", "b"]) == [MET, BROKEN, MET, NOTHING, NOTHING]


SPELLS = {"of": ["child"], "from": "a", "to": "b"}


def test_alone(found: Make):
    rows = table(
        child=["C", "C", "C", "D", "E", "E", None],
        a=["2020-01-01", "2020-01-05", "2020-01-08", "2020-01-01", "2020-01-09", "2020-01-01",
           "2020-01-01"],
        b=["2020-01-05", "2020-01-09", "2020-01-10", None, "2020-01-20", None, None],
    )  # fmt: skip
    asked = found("alone", rows, **SPELLS)
    assert asked == [MET, MET, BROKEN, MET, BROKEN, MET, NOTHING]


def test_an_end_may_still_be_on_its_way(found: Make):
    rows = table(child=["C", "C"], a=["2020-01-01", "2020-07-01"], b=[None, None])
    assert found("alone", rows, **SPELLS) == [MET, BROKEN]
    assert found("alone", rows, **SPELLS, settling_days=30) == [MET, NOTHING]


def test_unbroken(found: Make):
    whole = table(
        key=["E1", "E2", "E3", "E4"], begins=["2020-01-01"] * 4,
        ends=["2020-03-01", None, "2020-03-01", "2020-03-01"],
    )  # fmt: skip
    rows = table(
        whole=["E1", "E1", "E2", "E3", "E3", "E4", "E9"],
        a=["2020-01-01", "2020-02-01", "2020-01-02", "2020-01-01", "2020-02-02", "2020-01-01",
           "2020-01-01"],
        b=["2020-02-01", "2020-03-01", None, "2020-02-01", "2020-03-01", "2020-02-28", None],
    )  # fmt: skip
    given = {"of": "whole", "from": "a", "to": "b", "table": "whole", "begins": "begins",
             "ends": "ends"}  # fmt: skip
    asked = found("unbroken", rows, {"whole": whole}, **given)
    assert asked == [MET, MET, BROKEN, MET, BROKEN, BROKEN, NOTHING]
    recent = table(whole=["E2"], a=["2020-01-01"], b=["2020-06-20"])
    assert found("unbroken", recent, {"whole": whole}, **given) == [BROKEN]
    assert found("unbroken", recent, {"whole": whole}, **given, settling_days=30) == [MET]


def test_aged(found: Make):
    child = table(key=["C1", "C2"], born=["2002-06-01", None])
    rows = table(
        child=["C1", "C1", "C1", "C1", "C2", "C9"],
        on=["2020-05-01", "2020-06-02", "2002-05-01", "2001-01-01", "2020-01-01", "2020-01-01"],
    )
    asked = found("aged", rows, {"child": child}, date="on", child="child", table="child",
                  born="born", least=-1, below=18)  # fmt: skip
    assert asked == [MET, BROKEN, MET, BROKEN, NOTHING, NOTHING]


def test_in_time(found: Make):
    rows = table(
        key=["R", "R", "S", "T", "U"], on=[None, "2020-06-01", "2020-06-01", "2020-06-01", None],
        changed=["2020-05-01", "2020-06-15", "2020-06-16", "2020-05-28", "2020-06-01"],
    )  # fmt: skip
    assert found("in_time", rows, date="on") == [MET, BROKEN, MET, NOTHING]


def test_a_correction_makes_no_entry_late(found: Make):
    rows = table(key=["R", "R"], on=["2020-06-02", "2020-06-01"],
                 changed=["2020-06-03", "2020-08-01"])  # fmt: skip
    assert found("in_time", rows, date="on") == [MET]


def test_nobody_enters_what_is_not_due(found: Make):
    rows = table(on=["2020-05-01"], due=["2020-06-01"], changed=["2020-06-02"])
    assert found("in_time", rows, date="on") == [BROKEN]
    assert found("in_time", rows, date="on", not_before="due") == [MET]


def test_recent(found: Make):
    rows = table(on=["2019-07-01", "2019-06-30", None])
    assert found("recent", rows, date="on") == [MET, BROKEN, BROKEN]


def test_since(found: Make):
    plan = table(child=["C", "C", "D"], begins=["2019-01-01", "2020-02-01", "2020-02-01"])
    rows = table(
        child=["C", "C", "C", "D", "D", "E"],
        due=["2020-03-01", "2020-03-01", "2020-01-15", "2020-03-01", "2020-01-01", "2020-03-01"],
        on=["2020-02-01", "2020-01-31", "2020-01-10", None, "2020-01-01", "2020-03-01"],
    )
    asked = found("since", rows, {"plan": plan}, date="on", on="due", of="child", table="plan",
                  begins="begins")  # fmt: skip
    assert asked == [MET, BROKEN, MET, NOTHING, NOTHING, NOTHING]


def spread(working_days: list[int], team: str) -> pd.DataFrame:
    """Things begun on a Monday and done after so many working days; no holiday in between."""
    done = np.busday_offset(np.datetime64("2020-05-26"), working_days)
    return table(begun=["2020-05-26"] * len(done), done=[str(day) for day in done],
                 team=[team] * len(done), key=[f"{team}{n}" for n in range(len(done))])  # fmt: skip


def test_spread_evenly(found: Make):
    even = [day for day in range(6, 15) for _ in range(10)]
    heaped = even + [10] * 30
    rows = pd.concat([spread(even, "A1"), spread(heaped, "B1")], ignore_index=True)
    asked = np.array(found("spread_evenly", rows, **{"from": "begun", "to": "done", "limit": 10}))
    assert not (asked[: len(even)] == BROKEN).any()
    assert (asked == BROKEN).sum() == 40
    fewer_after = [day for day in range(6, 11) for _ in range(20)] + [12, 13]
    asked = found("spread_evenly", spread(fewer_after, "A1"),
                  **{"from": "begun", "to": "done", "limit": 10})  # fmt: skip
    assert BROKEN not in asked


def test_the_last_day_stands_out_by_chance_less_than_once_in_a_thousand():
    policy = {"days_before": 4, "share": 0.3, "chance": 0.001}
    for total in (10, 40, 150, 600):
        p = sum(
            comb(total, k) * 0.2**k * 0.8 ** (total - k)
            for k in range(total + 1)
            if stands_out(k, total - k, policy)
        )
        assert p < 0.001
    assert not stands_out(0, 0, policy)


@pytest.mark.parametrize(
    ("count", "of", "share", "chance"),
    [
        (0, 5, Fraction(1, 2), 1.0),
        (5, 5, Fraction(1, 2), 1 / 32),
        (9, 10, Fraction(1, 2), 11 / 1024),
        (1, 3, Fraction(1, 5), 61 / 125),
    ],
)
def test_the_chance_is_exact(count: int, of: int, share: Fraction, chance: float):
    assert chance_of(count, of, share) == chance


def moved(count: int, days: int, team: str) -> pd.DataFrame:
    """Records whose date a second version moves by so many days."""
    keys = [f"{team}{days}_{n}" for n in range(count)]
    first = table(key=keys, team=[team] * count, on=["2020-03-20"] * count,
                  changed=["2020-03-21"] * count)  # fmt: skip
    day = str(np.datetime64("2020-03-20") + days)
    second = table(key=keys, team=[team] * count, on=[day] * count, changed=["2020-04-21"] * count)
    return pd.concat([first, second], ignore_index=True)


@pytest.mark.parametrize(
    ("parts", "broken"),
    [
        ([(12, -10, "A1")], 12),
        ([(12, -10, "A1"), (12, 10, "A1")], 0),  # as often on as back
        ([(12, -10, "A1"), (12, 10, "B1")], 12),  # another district's corrections say nothing
        ([(200, -2, "A1")], 0),  # slips of the pen
        ([(5, -10, "A1")], 0),  # too few to tell
    ],
)
def test_not_moved_back(found: Make, parts: list, broken: int):
    rows = pd.concat([moved(*one) for one in parts], ignore_index=True)
    asked = np.array(found("not_moved_back", rows, date="on"))
    assert (asked == BROKEN).sum() == broken
    assert NOTHING not in asked


def test_every_kind_of_check_is_tried_here():
    with open(__file__, encoding="utf-8") as source:  # noqa: PTH123
        here = source.read()
    assert all(f'found("{kind}"' in here for kind in kinds())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("late", "no kind of check"),
        ({"check": "late"}, "no kind of check"),
        ({"check": ["in_time"]}, "no kind of check"),
        ({"check": "in_time"}, "lacks the argument 'date'"),
        ({"check": "in_time", "date": "a b"}, "wrong kind"),
        ({"check": "in_time", "date": "on", "days": 5}, "unknown argument 'days'"),
        ({"check": "refers", "column": "a", "table": "b", "same": {}}, "wrong kind"),
    ],
)
def test_what_a_suite_may_not_derive_is_refused(given: object, said: str):
    assert said in record_checks.fault(given)


# -- suites as files -----------------------------------------------------------------------


def suite_of(**meta: object) -> dict:
    """A suite for records of letters."""
    rule = {
        "rule_id": "LETTER-LATE", "version": "1.0.0", "characteristic": "timeliness",
        "dimension": "timeliness", "owner": "post-room", "reason": "Letters are late.",
        "tolerance": "by dimension",
    }  # fmt: skip
    return {
        "name": "letter", "id": suite_id("letter", "1.0.0"), "notes": None,
        "meta": {
            "suite_version": "1.0.0", "owner": "post-room", "approved_by": "post-room",
            "table_kind": "record.letter", "unit": "team",
            "record": {"key": "key", "entered": "entered", "changed": "changed",
                       "withdrawn": "withdrawn"},
            "derives": {"in_time": {"check": "in_time", "date": "sent_on"}},
            **meta,
        },
        "expectations": [{
            "type": "expect_column_values_to_be_in_set", "severity": "warning", "meta": rule,
            "kwargs": {"column": "in_time", "value_set": ["yes"]},
            "id": expectation_id("letter", "LETTER-LATE", "1.0.0"),
        }],
    }  # fmt: skip


def written(folder, content: dict):
    (folder / "records").mkdir()
    (folder / "records" / "letter.json").write_text(canonical(content), encoding="utf-8")
    return folder


def test_one_file_is_a_suite_for_another_table(tmp_path):
    (suite,) = load_suites(written(tmp_path, suite_of()))
    assert suite.table_kind == "record.letter"
    assert suite.records is not None
    assert json.loads(json.dumps(suite.records.derives))["in_time"]["check"] == "in_time"


@pytest.mark.parametrize(
    ("meta", "said"),
    [
        ({"table_kind": "record."}, "record.<table>"),
        ({"table_kind": "record.A b"}, "record.<table>"),
        ({"record": {"key": "key"}}, "'record'"),
        ({"unit": 7}, "no plain columns"),
        ({"unit": "a b"}, "no plain columns"),
        ({"derives": None}, "'derives'"),
        ({"derives": {"a b": {"check": "recent", "date": "on"}}}, "no plain column"),
        ({"derives": {"late": {"check": "sum", "of": "on"}}}, "no kind of check"),
    ],
)
def test_a_suite_of_records_that_cannot_be_run_is_refused(tmp_path, meta: dict, said: str):
    with pytest.raises(SuiteError, match=r"letter\.json") as caught:
        load_suites(written(tmp_path, suite_of(**meta)))
    assert said in str(caught.value)
