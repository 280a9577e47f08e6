"""Files of several sheets: each read by its own layout, none passed over in silence."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pmf_analysis.errors import ParameterError, UnknownLayoutError
from pmf_analysis.ingest import Extract, Receipt, read_delivery
from pmf_analysis.register.layouts import Layout

SHARED = {"version": "1", "title": "A return", "source": "A test", "part_of": "trial"}
EPISODES = Layout(
    name="trial.episodes", table="episodes", holds="records", data_class="restricted",
    fields={"CHILD": "code", "DECOM": "date"}, **SHARED,
)  # fmt: skip
HEADERS = Layout(
    name="trial.header", table="header", holds="records", data_class="identified",
    fields={"CHILD": "code", "SEX": "code"}, **SHARED,
)  # fmt: skip
COUNTS = Layout(
    name="counts", version="1", title="Counts", source="A test", table="counts",
    sheets=["count*"], area={"columns": {"": ["Area"]}},
    period={
        "found_in": "sheet_name", "find": r"(?P<period>\d{4})", "kinds": {"": "financial_year"},
    },
    figures=["n"],
)  # fmt: skip
LAYOUTS = {each.name: each for each in (EPISODES, HEADERS, COUNTS)}


@pytest.fixture
def read_zip(tmp_path: Path, national: object) -> Callable[..., Extract]:
    """Put texts into a zip file under their names, and read it."""

    def read(members: dict[str, str], **said: str) -> Extract:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for name, text in members.items():
                archive.writestr(zipfile.ZipInfo(name), text)
        path = tmp_path / "return_2025-11-18.zip"
        path.write_bytes(stream.getvalue())
        return read_delivery(path, national, LAYOUTS, **said)

    return read


MEMBERS = {
    "episodes.csv": "CHILD,DECOM\n1,2020-02-01\n2,never\n",
    "header.csv": "CHILD,SEX\n1,1\n\n3,2\n",
    "notes.csv": "Jane Example,of Kent\nsecond,row\n",
    "count 2024.csv": "Area,n\nKent,5\nNarnia,6\n",
    "count 2025.csv": "A title\n,\nArea,n\nKent,7\n",
}


def test_every_sheet_is_read_by_its_own_layout_and_accounted_for(read_zip):
    extract = read_zip(MEMBERS)
    receipt = extract.receipt
    assert {table: len(rows) for table, rows in extract.records.items()} == {
        "episodes": 2, "header": 2,
    }  # fmt: skip
    assert extract.figures[["period", "value"]].to_numpy().tolist() == [
        ["2023/24", 5.0], ["2024/25", 7.0],
    ]  # fmt: skip
    found = {one.name.rpartition("/")[2]: one for one in receipt.sheets}
    assert {name: (one.table, one.rows, one.read, one.refused) for name, one in found.items()} == {
        "episodes": ("episodes", 2, 2, 0), "header": ("header", 3, 2, 1), "notes": ("", 2, 0, 0),
        "count 2024": ("counts", 2, 1, 1), "count 2025": ("counts", 1, 1, 0),
    }  # fmt: skip
    assert found["count 2025"].rows_before_header == 2
    assert receipt.rows_in_file == 8 == receipt.rows_read + receipt.rows_refused
    assert receipt.rows_not_described == 2
    assert receipt.tables == ("counts", "episodes", "header")
    assert (receipt.holds, receipt.data_class) == ("records", "identified")
    assert [each.sheet.rpartition("/")[2] for each in receipt.refusals] == ["header", "count 2024"]
    assert [each.sheet.rpartition("/")[2] for each in receipt.unread] == ["episodes"]
    assert Receipt.from_dict(receipt.as_dict()) == receipt


def test_beside_records_no_cell_of_an_unknown_sheet_is_shown(read_zip):
    receipt = read_zip(MEMBERS).receipt
    assert b"Jane Example" not in receipt.to_json()
    assert {one.reason for one in receipt.sheets} == {"", "no layout describes it"}


def test_the_name_of_a_file_of_layouts_stands_for_its_parts(read_zip):
    extract = read_zip(MEMBERS, layout="trial")
    assert set(extract.records) == {"episodes", "header"}
    assert extract.receipt.rows_not_described == 8
    assert extract.receipt.layout == "trial"
    with pytest.raises(ParameterError, match="Did you mean trial"):
        read_zip(MEMBERS, layout="trail")


def test_a_file_of_unknown_sheets_is_one_clear_error(read_zip):
    with pytest.raises(UnknownLayoutError, match=r"No sheet of return_2025-11-18\.zip"):
        read_zip({"a.csv": "x,y\n1,2\n", "b.csv": "z\n1\n"})


def test_the_same_figures_in_two_sheets_are_named_with_both(read_zip):
    members = {"count 2025 a.csv": "Area,n\nKent,7\n", "count 2025 b.csv": "Area,n\nKent,8\n"}
    (twice,) = read_zip(members).receipt.duplicates
    assert (twice.lines, twice.values_differ) == ((2, 2), True)
    assert len(set(twice.sheets)) == 2
