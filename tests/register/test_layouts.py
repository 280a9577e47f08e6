"""Layout files: differences over a base, faults with file and line."""

from __future__ import annotations

import pytest

from pmf_analysis.errors import RegisterError
from pmf_analysis.register.layouts import load_layouts
from pmf_analysis.terms import State

BASE = """\
name: base
version: "2"
title: A base
source: a test
area: {columns: {"": [place]}}
period: {column: when, kinds: {"": code}}
figures: [count]
markers: {c: suppressed, z: not_applicable}
"""
CHILD = """\
name: child
version: "1"
title: A child
source: a test
extends: base
table: child
markers: {q: not_available}
figures: [number]
"""


@pytest.fixture
def load(tmp_path):
    def load(**files: str):
        for name, text in files.items():
            (tmp_path / f"{name}.yml").write_text(text)
        return load_layouts(tmp_path)

    return load


def test_a_file_holds_the_difference_only(load):
    child = load(base=BASE, child=CHILD)["child"]
    assert child.required == ("when", "place", "number")
    assert child.markers == {
        "c": State.SUPPRESSED, "z": State.NOT_APPLICABLE, "q": State.NOT_AVAILABLE,
    }  # fmt: skip
    assert child.label == "1 (base 2)"


@pytest.mark.parametrize(
    ("text", "message"),
    [(CHILD.replace("table:", "tabel:"), r"layouts/child\.yml, line 6, tabel: unknown field"),
     (CHILD.replace("q: not_available", "q: final"), "carries a number"),
     (CHILD.replace("q: not_available", "q: lost"), r"child\.yml, line 7"),
     (CHILD.replace("extends: base", "extends: bas"), r"line 5, extends: .*Did you mean base"),
     (CHILD.replace("extends: base", "extends: child"), "extends itself"),
     (CHILD.replace("name: child", "name: other"), "the file's own name"),
     (CHILD + "synonyms: {number: [when]}\n", "'when' means both when and number|both"),
     (CHILD + "synonyms: {numbr: [n]}\n", "synonyms of unknown columns: numbr"),
     (CHILD + "period: {kinds: {'': fortnight}}\n", "unknown period rule 'fortnight'"),
     ("just a text\n", r"child\.yml, line 1")],
)  # fmt: skip
def test_a_fault_names_file_and_line(load, text, message):
    with pytest.raises(RegisterError, match=message):
        load(base=BASE, child=text)


def test_a_folder_without_layouts_is_an_error(load):
    with pytest.raises(RegisterError, match="holds no layout"):
        load()


def test_the_shipped_layouts_feed_the_shipped_indicators(root):
    from pmf_analysis import register

    reference = root / "data" / "reference"
    layouts = {layout.table: layout for layout in load_layouts(reference / "layouts").values()}
    for indicator in register.load(reference).indicators.values():
        for table, label, column in (cell for one in indicator.source.all for cell in one.reads):
            layout = layouts[table]
            known = {*layout.figures, *layout.optional_figures, layout.months_of}
            assert column in known, indicator.code
            # a layout without labels, such as that of LAIT, keeps them as printed
            columns = layout.breakdown.by_column if layout.breakdown else {}
            named = [set(labels) for labels in columns.values() if labels]
            if named and label:
                assert set(label.split(" | ")) <= set().union(*named), indicator.code


def test_a_copy_with_other_synonyms_knows_those_and_not_the_first_ones(root):
    first = load_layouts(root / "data" / "reference" / "layouts")["c6_referrals_by_month"]
    assert first.meaning["referrals"] == "referral_count"
    copied = first.model_copy(update={"synonyms": {"referral_count": ("Contacts",)}})
    assert copied.meaning["contacts"] == "referral_count"
    assert "referrals" not in copied.meaning
    assert copied == first.model_copy(update={"synonyms": {"referral_count": ("Contacts",)}})
