"""The register of Medwold, and the figures held against it."""

import csv
import shutil

import pytest

from pmf_analysis import ingest, register
from pmf_analysis.synthetic import DEMO_SEED, write_county
from pmf_analysis.synthetic.levels import all_series
from pmf_analysis.synthetic.places import (
    COUNTY,
    DISTRICTS,
    SERVICES,
    SHARE_OF_FAMILIES,
    names,
)
from pmf_analysis.synthetic.places import parents as parents_of_places
from pmf_analysis.terms import UnitKind


@pytest.fixture(scope="module")
def held(root, tmp_path_factory):
    """The register as a workspace of Medwold has it."""
    folder = tmp_path_factory.mktemp("workspace") / "reference"
    shutil.copytree(root / "data" / "synthetic" / "reference", folder)
    for part in ("layouts", "rules"):
        shutil.copytree(root / "data" / "reference" / part, folder / part)
    return register.load(folder)


def test_it_says_that_it_is_invented(held):
    assert held.workspace.synthetic
    assert "not a real place" in held.workspace.notice
    assert held.county == COUNTY


def test_places_are_the_registers_units(held):
    assert {code: unit.name for code, unit in held.units.items()} == names()
    parents = {code: unit.parent for code, unit in held.units.items() if unit.parent}
    assert parents == parents_of_places()
    assert sum(SHARE_OF_FAMILIES.values()) == pytest.approx(1)


def test_a_services_parts_are_its_districts(held):
    assert set(held.children_of(COUNTY)) == set(SERVICES)
    for service in SERVICES:
        assert set(held.children_of(service)) == set(DISTRICTS.get(service, {}))
    assert held.unit("North").code == "north-social-work"


def test_no_name_of_a_real_authority(held, root):
    with (root / "data" / "reference" / "units.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    real = {row["code"].casefold() for row in rows} | {row["name"].casefold() for row in rows}
    real |= {alias.strip().casefold() for row in rows for alias in row["aliases"].split(";")}
    assert len(rows) > 150
    for unit in held.units.values():
        invented = {text.casefold() for text in (unit.code, unit.name, *unit.aliases)}
        assert not invented & (real - {""})


def test_every_service_has_indicators_and_every_indicator_is_delivered(held):
    drawn = {(one.indicator, one.unit) for one in all_series()} | {("REF", "front-door")}
    assert {indicator for indicator, _ in drawn} == set(held.indicators)
    above = parents_of_places()
    drawn |= {(indicator, above[unit]) for indicator, unit in drawn if above[unit] in SERVICES}
    for service in SERVICES:
        assert 2 <= sum(unit == service for _, unit in drawn) <= 7
        assert ("AUDIT-GOOD", service) in drawn
    for indicator, unit in drawn:
        assert held.units[unit].kind in held.indicators[indicator].applies_to
    by_district = {indicator for indicator, unit in drawn if held.units[unit].parent in DISTRICTS}
    for code, indicator in held.indicators.items():
        assert (UnitKind.DISTRICT in indicator.applies_to) == (code in by_district)


def test_targets_are_agreed_by_a_role_on_a_date(held):
    for indicator in held.indicators.values():
        assert indicator.ask.endswith("?")
        assert indicator.risks
        for level in (*indicator.target, *indicator.floor):
            assert level.agreed_by == "director-of-childrens-services"
            assert level.agreed_on is not None and level.agreed_on < level.from_
    assert {row.indicator for row in held.target_rows} == {"ASSESS-45", "IHA-20"}


def test_duties_are_the_statutory_timescales(held):
    duties = {code for code, indicator in held.indicators.items() if indicator.duty}
    assert duties == {"ASSESS-45", "ICPC-15", "CP-VISIT", "CIC-VISIT", "IHA-20"}


def test_the_delivery_is_read_whole(held, tmp_path):
    delivery = write_county(tmp_path, DEMO_SEED)
    extract = ingest.read_delivery(delivery, held)
    receipt = extract.receipt
    assert (receipt.rows_refused, receipt.cells_unread, len(receipt.duplicates)) == (
        0,
        0,
        0,
    )
    assert receipt.rows_read == receipt.rows_in_file
    assert receipt.published == "2026-11-06"
    assert set(receipt.states) == {"final", "not_applicable", "suppressed"}
    tables = {one.source.published.table for one in held.indicators.values()}
    assert set(extract.figures["table"]) == tables
    assert set(extract.figures["breakdown"]) == set(held.indicators)
    assert set(extract.figures["service_area"]) == set(held.units)
