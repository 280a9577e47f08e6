"""Definitions that do not hold together are named with file, line and field."""

from __future__ import annotations

import shutil

import pytest

from pmf_analysis import counting, register
from pmf_analysis.errors import RegisterError


@pytest.fixture(scope="module")
def folder(reference, tmp_path_factory):
    """A copy of the register to break and mend."""
    copy = tmp_path_factory.mktemp("broken") / "reference"
    # without what no definition rests on, since it is read again for every fault
    shutil.copytree(reference, copy, ignore=shutil.ignore_patterns("layouts", "rules"))
    return copy


@pytest.fixture
def refused(folder, layouts):
    """Change an indicator's file, and say what is wrong with it."""

    def change(code, old, new):
        path = folder / "indicators" / f"{code}.yml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        try:
            with pytest.raises(RegisterError) as error:
                counting.validate(register.load(folder), layouts)
        finally:
            path.write_text(text, encoding="utf-8")
        return str(error.value)

    return change


@pytest.mark.parametrize(
    ("code", "old", "new", "said"),
    [
        ("AUDIT-GOOD", "table: case_audit", "table: audits", "table: no layout of records has it"),
        ("AUDIT-GOOD", "field: grade", "field: grad", "the table case_audit has no field 'grad'"),
        ("AUDIT-GOOD", "field: grade", "feild: grade", "given 'feild' as the kind of a condition"),
        ("AUDIT-GOOD", "in: [outstanding, good]", "one_of: [good]", "unknown field"),
        ("AUDIT-GOOD", ", in: [outstanding, good]", "", "needs is, in, not_in"),
        ("AUDIT-GOOD", "at: event_date", "at: grade", "is of type code, expected date"),
        ("AUDIT-GOOD", "at: event_date", "at: held_on", "has no field 'held_on'"),
        ("ASSESS-45", "at_most: 45", "at_most: soon", "given 'soon', expected a number"),
        ("ASSESS-45", "        at_most: 45\n", "", "needs at_least or at_most"),
        ("ASSESS-45", "from: started_on", "from: outcome", "expected date"),
        ("ASSESS-45", "{from: started_on, to: event_date}", "45", "expected a group of fields"),
        ("REREF", "table: referral, at: event_date, months: 12", "table: refs, at: x, months: 12",
         "no layout of records has the table 'refs'"),
        ("REREF", "months: 12}", "months: -1}", "given -1"),
        ("PLACE-3", "field: child.uasc", "field: child.usac", "table child has no field 'usac'"),
        ("PLACE-3", "field: child.uasc", "field: house.uasc", "needs a field house_id"),
        ("ADOPT-DAYS", "days: {from: entered_care_on, to: event_date}", "field: child_id",
         "a total needs a kind that measures"),
        ("ADOPT-DAYS", "to: event_date}\n", "to: event_date}\n      at_most: 3\n",
         "a total takes neither at_least nor at_most"),
        ("VACANCY", "team: team\n", "team: place\n", "the table post has no field 'place'"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place(refused, code, old, new, said):
    words = refused(code, old, new)
    assert said in words
    assert f"indicators/{code}.yml, line " in words


@pytest.mark.parametrize(
    ("code", "old", "new", "said"),
    [
        ("REF", "at: event_date", "at: event_date\n    latest: event_date", "exactly one of at"),
        ("REF", "frequency: month", "frequency: quarter", "records are counted by month"),
        ("REF", "kind: count", "kind: median", "median is not counted from records"),
        ("REF", "attribute_to: team_at_event\n", "", "needs attribute_to"),
        ("REF", "kind: count", "kind: mean", "a mean needs source.records.total"),
        ("REF", "kind: count", "kind: proportion", "a proportion needs source.records.numerator"),
        ("PLACE-3", "without-uasc:", "all:", "all is counted always"),
        ("REF", "units: [medwold, front-door]", "units: [kent]", "given 'kent'"),
    ],
)
def test_what_cannot_be_counted_is_refused_by_the_register(refused, code, old, new, said):
    assert said in refused(code, old, new)


def test_every_fault_is_named_at_once(folder, layouts, refused):
    other = folder / "indicators" / "NFA.yml"
    text = other.read_text(encoding="utf-8")
    other.write_text(text.replace("at: event_date", "at: on"), encoding="utf-8")
    said = refused("REF", "at: event_date", "at: on")
    other.write_text(text, encoding="utf-8")
    assert said.index("NFA.yml, line") < said.index("REF.yml, line")


def test_the_tables_that_are_read_are_known(held, layouts):
    fields = counting.fields_of(layouts)
    assert counting.tables_read(held, fields) == (
        "adoption", "allocation", "assessment", "care_episode", "case_audit", "child",
        "conference", "health", "leaver_contact", "person", "placement", "plan", "post",
        "referral", "visit",
    )  # fmt: skip
