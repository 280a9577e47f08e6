"""What is counted fast is what is counted slowly."""

from __future__ import annotations

from datetime import date

import pytest

from pmf_analysis import counting
from pmf_analysis.register import Context
from pmf_analysis.register.models import COUNTED
from pmf_analysis.terms import Structure

CODES = (
    "ADOPT-DAYS", "ADOPT-SHARE", "ASSESS-45", "AUDIT-GOOD", "CIC-VISIT", "CL-EET", "CP-VISIT",
    "CPP-REPEAT", "ICPC-15", "IHA-20", "NFA", "OPEN-CASES", "PLACE-3", "REF", "REREF", "VACANCY",
)  # fmt: skip


@pytest.fixture(scope="module")
def compare(held, layouts, definitions, frames, plain):
    """Count some rows both ways, and hold every figure against the other."""
    holidays = held.rule_set("bank-holidays").values["days"]
    rules = {name: layout.record for name, layout in layouts.items()}

    def compared(rows, as_at, structure=Structure.AS_THEN):
        context = Context(held.under(structure), as_at, structure)
        records = counting.known_records(frames(rows), rules, as_at)
        figures = counting.count(records, context, "d")
        known = {
            name: plain.known(each, rules[name].model_dump(), as_at) for name, each in rows.items()
        }
        slow = plain.Tables(known, holidays)
        found = {code: ({}, {}) for code in CODES}
        for row in figures.itertuples():
            code, _, lost = row.breakdown.partition(" | ")
            month = int(row.period[:4]) * 12 + int(row.period[5:]) - 1
            if lost:
                assert (row.column, row.service_area) == ("unattributed", held.county)
                found[code][1][row.cohort, month] = row.value
            else:
                found[code][0][row.service_area, row.cohort, month, row.column] = row.value
        now = structure is Structure.AS_NOW
        for code in CODES:
            expected = plain.count(definitions[code], slow, held, as_at, now)
            assert found[code] == expected, code
        return figures

    return compared


@pytest.mark.parametrize("structure", list(Structure))
@pytest.mark.parametrize("as_at", [date(2025, 9, 10), date(2026, 3, 1)])
@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_slow_count(compare, by_chance, seed, as_at, structure):
    figures = compare(by_chance(seed, records=60), as_at, structure)
    assert len(set(figures["breakdown"])) > len(CODES) - 4
    assert set(figures["table"]) == {COUNTED}
