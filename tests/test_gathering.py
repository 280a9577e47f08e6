"""Records of the county as known on a date: late entry, units as they are now, no copy twice."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pmf_analysis import gathering, receiving, register
from pmf_analysis.register import Context
from pmf_analysis.store import Store, sha256_of
from pmf_analysis.terms import Structure

BEFORE, AFTER = date(2026, 9, 6), date(2026, 11, 6)
NOW, THEN = Structure.AS_NOW, Structure.AS_THEN
CODES = ("ASSESS-45", "CP-VISIT", "OPEN-CASES")


def figures_of(
    store: Store, on: date | None = None, structure: Structure = THEN, codes: tuple = CODES
) -> pd.Series:
    """Counts of some indicators by code, unit, period and column."""
    as_at, receipts = gathering.known_at(store, on)
    held = register.load(store.reference).under(structure)
    held = replace(held, indicators={code: held.indicators[code] for code in codes})
    gathered = gathering.gather(store, receipts, Context(held, as_at, structure))
    figures = gathered.figures[gathered.figures["cohort"] == "all"]
    key = ["breakdown", "service_area", "period", "column"]
    return figures.set_index(key)["value"].sort_index()


@pytest.fixture(scope="module")
def then(small_medwold) -> pd.Series:
    return figures_of(small_medwold)


@pytest.fixture(scope="module")
def now(small_medwold) -> pd.Series:
    return figures_of(small_medwold, structure=NOW)


def months(figures: pd.Series, code: str, unit: str, column: str = "denominator") -> dict:
    if (code, unit) not in figures.index.droplevel(["period", "column"]):
        return {}
    return figures.loc[code, unit].xs(column, level="column").to_dict()


def entered_late(store: Store, month: str) -> tuple[int, int]:
    """Ivelham's assessments completed in a month: delivered completed before, and later."""
    (_, early), (_, all_of_them) = (gathering.known_at(store, on) for on in (BEFORE, AFTER))
    rows = store.records("assessment", [str(one["id"]) for one in all_of_them])
    done = rows[
        rows["team_then"].str.startswith("ivelham-")
        & rows["event_date"].dt.strftime("%Y-%m").eq(month)
    ]
    before = done["delivery"].isin([str(one["id"]) for one in early])
    first = set(done["assessment_id"][before])
    return len(first), len(set(done["assessment_id"]) - first)


@pytest.fixture(scope="module")
def known(medwold) -> dict[date, pd.Series]:
    """Assessments of the demo county as known on two dates."""
    return {on: figures_of(medwold, on, codes=("ASSESS-45",)) for on in (BEFORE, AFTER)}


def test_what_ivelham_entered_late_joins_its_month_later_and_lowers_it(medwold, known):
    done, of = (
        {on: months(known[on], "ASSESS-45", "ivelham", column)["2026-08"] for on in known}
        for column in ("numerator", "denominator")
    )
    there, late = entered_late(medwold, "2026-08")
    assert (of[BEFORE], of[AFTER]) == (there, there + late)
    assert late > of[AFTER] / 10
    assert done[AFTER] / of[AFTER] < done[BEFORE] / of[BEFORE]


def test_no_other_district_of_the_south_grows_as_ivelham_does(known):
    grown = {}
    for unit in ("glenmouth", "harstow", "ivelham"):
        before, after = (months(known[on], "ASSESS-45", unit)["2026-08"] for on in known)
        grown[unit] = after / before
    assert grown["ivelham"] > 1.1 > max(grown["glenmouth"], grown["harstow"])


def test_months_of_a_service_are_those_of_the_districts_that_it_had(then):
    for unit, always, moved_in in (
        ("west-social-work", ("kelbourne", "lathe", "marwick"), True),
        ("north-social-work", ("ashmere", "beltham"), False),
    ):
        for month, whole in months(then, "ASSESS-45", unit).items():
            has_coldry = moved_in is (month >= "2025-04")
            parts = (*always, "coldry") if has_coldry else always
            assert whole == sum(months(then, "ASSESS-45", one)[month] for one in parts), month


def test_as_units_are_now_coldrys_past_stands_with_the_west(then, now):
    west = ("kelbourne", "lathe", "marwick", "coldry")
    whole = months(now, "ASSESS-45", "west-social-work")
    assert min(whole) < "2025-04"
    for month, count in whole.items():
        assert count == sum(months(then, "ASSESS-45", one)[month] for one in west), month
    assert whole != months(then, "ASSESS-45", "west-social-work")
    for same in ("medwold", "coldry", "east-social-work"):
        assert months(now, "ASSESS-45", same) == months(then, "ASSESS-45", same)


def test_as_units_are_now_one_team_of_harstow_has_the_past_of_two(then, now):
    gone = [months(then, "CP-VISIT", f"harstow-protection-{one}") for one in (2, 3)]
    new = "harstow-protection-4"
    assert max(max(one) for one in gone) == "2025-09"
    assert min(months(then, "CP-VISIT", new)) == "2025-10"
    before = {month: gone[0][month] + gone[1][month] for month in gone[0]}
    assert months(now, "CP-VISIT", new) == before | months(then, "CP-VISIT", new)
    for one in (2, 3):
        assert months(now, "CP-VISIT", f"harstow-protection-{one}") == {}
    assert months(now, "CP-VISIT", "harstow") == months(then, "CP-VISIT", "harstow")


def test_a_delivery_received_twice_changes_nothing(small_copy, small_deliveries, tmp_path):
    before = contents(small_copy)
    other = tmp_path / "another name.zip"
    other.write_bytes(small_deliveries[-1].read_bytes())
    received = receiving.receive(small_copy, [*small_deliveries, other])
    assert [(one.stored, one.error, one.amended) for one in received] == [(False, "", "")] * 4
    assert contents(small_copy) == before


def test_records_delivered_again_in_another_file_are_counted_once(
    small_copy, small_deliveries, tmp_path, then
):
    again = packed_anew(small_deliveries[-1], tmp_path / "again_2026-11-06.zip")
    (received,) = receiving.receive(small_copy, [again])
    assert received.stored
    assert len(small_copy.deliveries()) == len(small_deliveries) + 1
    pd.testing.assert_series_equal(figures_of(small_copy), then)


def packed_anew(path: Path, into: Path) -> Path:
    """The same members in a zip of other bytes."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(into, "w", zipfile.ZIP_STORED) as made:
        for member in old.namelist():
            made.writestr(member, old.read(member))
    return into


def contents(store: Store) -> dict[str, str]:
    """What a workspace holds, but for its journal and the lock of its one writer."""
    return {
        path.relative_to(store.folder).as_posix(): sha256_of(path)
        for path in sorted(store.folder.rglob("*"))
        if path.is_file() and path.name != "journal.jsonl" and ".pmf" not in path.parts
    }
