"""Fields that stand beside the same element further up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis.ingest.sheets import sheet_of_rows
from pmf_analysis.ingest.taking import with_taken

MESSAGE = sheet_of_rows("Message/Header", [["1", "2024-03-31"]], header=["#Message", "Date"])
IDS = sheet_of_rows(
    "Message/Children/Child/ChildIdentifiers",
    [["1", "1", "C1"], ["1", "2", "C2"], ["1", "4", "C4"], ["1", "4", "C5"]],
    header=["#Message", "#Child", "LAchildID"],
)
DETAILS = sheet_of_rows(
    "Message/Children/Child/CINdetails",
    [["1", "2", "1", "a"], ["1", "1", "1", "b"], ["1", "2", "2", "c"], ["1", "3", "1", "d"],
     ["1", "4", "1", "e"]],
    header=["#Message", "#Child", "#CINdetails", "What"],
)  # fmt: skip
ALL = (MESSAGE, IDS, DETAILS)


def taken(path: str) -> list[str]:
    sheet = with_taken(DETAILS, ALL, {"new": path})
    assert sheet.header == (*DETAILS.header, "new")
    return sheet.columns[-1].cells().tolist()


def test_a_field_comes_from_the_same_child():
    assert taken("ChildIdentifiers/LAchildID") == ["C2", "C1", "C2", "", ""]


def test_a_field_of_the_whole_message_comes_to_every_row():
    assert taken("Header/Date") == ["2024-03-31"] * 5


def test_what_is_nowhere_is_not_added():
    assert with_taken(DETAILS, ALL, {"new": "ChildIdentifiers/UPN"}).header == DETAILS.header
    assert with_taken(DETAILS, ALL, {"new": "Identifiers/LAchildID"}).header == DETAILS.header


@given(st.permutations(range(5)), st.permutations(range(4)))
def test_the_order_of_elements_changes_nothing(details, ids):
    def shuffled(sheet, order):
        rows = [sheet.row(place) for place in order]
        return sheet_of_rows(sheet.name, rows, header=sheet.header)

    mixed = shuffled(DETAILS, details)
    sheet = with_taken(
        mixed, (MESSAGE, shuffled(IDS, ids), mixed), {"new": "ChildIdentifiers/LAchildID"}
    )
    got = dict(zip(sheet.columns[3].cells(), sheet.columns[-1].cells(), strict=True))
    assert got == {"a": "C2", "b": "C1", "c": "C2", "d": "", "e": ""}
