"""From bytes to figures and receipt: known answers and broken inputs."""

from __future__ import annotations

import gzip
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pmf_analysis.errors import (
    ParameterError,
    PmfError,
    UnknownLayoutError,
    UnreadableFileError,
)
from pmf_analysis.ingest import Receipt
from pmf_analysis.tables import FIGURE
from pmf_analysis.terms import State

LONG = "indicator,service_area,cohort,period,numerator,denominator,state,note\n"
D3 = (
    "time_period,time_identifier,geographic_level,country_code,country_name,region_code,"
    "region_name,old_la_code,new_la_code,la_name,category,CPP_start,CPP_subsequent,"
    "CPP_subsequent_percent\n"
)
KENT = "Local authority,E92000001,England,E12000008,South East,886,E10000016,Kent,Plans"


def kent(year: str, *cells: str, kind: str = "Reporting year") -> str:
    return f"{year},{kind},{KENT},{','.join(cells)}\n"


def test_a_row_becomes_one_figure_per_column(read):
    extract = read(D3 + kent("2025", "1200", "c", "24.3"), "d3_plans.csv")
    assert tuple(extract.figures.columns) == FIGURE
    held = extract.figures[["line", "service_area", "period", "column", "state", "text"]]
    assert held.to_numpy().tolist() == [
        [2, "E10000016", "2024/25", "CPP_start", "final", "1200"],
        [2, "E10000016", "2024/25", "CPP_subsequent", "suppressed", "c"],
        [2, "E10000016", "2024/25", "CPP_subsequent_percent", "final", "24.3"],
    ]
    assert extract.figures["value"].isna().tolist() == [False, True, False]
    assert (extract.figures["breakdown"] == "").all()
    receipt = extract.receipt
    assert (receipt.layout, receipt.table) == ("d3_plans_starting", "d3_plans_starting")
    assert receipt.layout_version == "1 (dfe_open_data 2, common 1)"
    assert (receipt.rows_in_file, receipt.rows_read, receipt.rows_refused) == (1, 1, 0)
    assert receipt.states == {"final": 2, "suppressed": 1}


def test_the_same_file_gives_the_same_receipt_and_it_survives_json(read):
    text = D3 + kent("2025", "1200", "a text", "24.3") + kent("2025", "1", "2", "3") + "\n2,3\n"
    first, second = read(text, "d3_a.csv").receipt, read(text, "d3_a.csv").receipt
    assert first.to_json() == second.to_json()
    assert Receipt.from_dict(first.as_dict()) == first
    assert b"/" not in first.file_name.encode() and first.id == first.sha256[:16]


def test_long_layout_reads_states_cohorts_and_indicators(read):
    rows = [
        "CLA,Kent,,2024/25,1896,,,",
        "CLA,kent,UASC,2024/25,400,,provisional,first count",
        "CLA,886,,2023/24,1938,10,c,",
        "CLA,E10000016,,2022/23,,,k,",
        "NONSENSE,Kent,,2024-03,3,4,what,",
    ]
    extract = read(LONG + "\n".join(rows) + "\n")
    figures = extract.figures
    numerator = figures[figures["column"] == "numerator"]
    assert numerator["cohort"].tolist() == ["all", "UASC", "all", "all", "all"]
    assert numerator["state"].tolist() == [
        "final", "provisional", "suppressed", "rounds_to_zero", "final",
    ]  # fmt: skip
    assert numerator["value"].isna().tolist() == [False, False, True, True, False]
    assert numerator["breakdown"].tolist() == ["CLA"] * 4 + ["NONSENSE"]
    assert (figures["service_area"] == "E10000016").all()
    denominator = figures[figures["column"] == "denominator"]
    assert denominator["state"].tolist()[2:4] == ["final", "rounds_to_zero"]
    unread = [(cell.line, cell.column, cell.text) for cell in extract.receipt.unread]
    assert unread == [(4, "numerator", "c"), (6, "state", "what")]
    assert "1938" not in set(figures["text"]) and extract.receipt.labels_unknown == (
        "CLA",
        "NONSENSE",
    )


def test_an_indicator_code_that_nothing_rests_on_is_named(tmp_path, layouts, by_figures):
    from pmf_analysis import register
    from pmf_analysis.ingest import read_delivery
    from pmf_analysis.store import create_workspace

    workspace = by_figures(create_workspace(tmp_path / "w", "medwold"), "ASSESS-45")
    medwold = register.load(workspace / "data" / "reference")
    path = tmp_path / "monthly.csv"
    codes = ("ASSESS-45", "ASSES-45", "ICPC-15")  # the last is counted from records
    path.write_text(LONG + "".join(f"{code},Medwold,,2025-03,90,100,,\n" for code in codes))
    receipt = read_delivery(path, medwold, layouts).receipt
    assert receipt.labels_unknown == ("ASSES-45", "ICPC-15")


def test_cells_that_cannot_be_read_stand_on_the_receipt(read):
    long_text = "a text that goes on and on and on and on, and on"
    cells = ['"1,234"', "NaN", f'"{long_text}"']
    extract = read(D3 + kent("2025", *cells), "d3_x.csv")
    assert extract.figures["value"].tolist()[0] == 1234
    assert extract.figures["state"].tolist() == ["final", "not_given", "not_given"]
    assert [(cell.line, cell.column, cell.text) for cell in extract.receipt.unread] == [
        (2, "CPP_subsequent", "NaN"),
        (2, "CPP_subsequent_percent", long_text[:40]),
    ]
    assert extract.receipt.cells_unread == 2


def test_rows_that_cannot_be_read_stand_on_the_receipt_by_line(read):
    rows = [
        kent("2025", "1", "2", "3"),
        "\n",
        ",,,,,,,,,,,,,\n",
        kent("2025", "1", "2"),
        kent("2025", "1", "2", "3", "4"),
        kent("2024", "1", "2", "3", ""),
        kent("20x5", "1", "2", "3"),
        kent("2025", "1", "2", "3", kind="Season 12"),
        kent("2025", "1", "2", "3").replace("E10000016,Kent", "E99999999,Narnia"),
        kent("2025", "1", "2", "3").replace("Local authority", "Street"),
        kent("2025", "1", "2", "3").replace("886,E10000016,Kent", ",,"),
        "\n\n",
    ]
    receipt = read(D3 + "".join(rows), "d3_x.csv").receipt
    reasons = {refusal.line: refusal.reason for refusal in receipt.refusals}
    assert reasons.pop(11).startswith("geographic_level 'Street' is not one of english devolved")
    assert reasons == {
        3: "the line is blank",
        4: "every cell is empty",
        5: "13 cells where the header has 14",
        6: "15 cells where the header has 14",
        8: "time_period '20x5' (Reporting year) is no period",
        9: "time_identifier 'Season 12' is not known to layout d3_plans_starting",
        10: "area 'E99999999 886 Narnia' is not in the register",
        12: "no area in new_la_code, old_la_code, la_name",
    }
    assert (receipt.rows_in_file, receipt.rows_read, receipt.rows_refused) == (11, 2, 9)


def test_lines_are_those_of_the_file_when_a_cell_holds_a_new_line(read):
    rows = kent("2025", "1", "2", "3").replace("Plans", '"Plans\nof all\nkinds"')
    bad = kent("nonsense", "1", "2", "3")
    extract = read(D3 + rows + bad + kent("2024", "1", "2", "x"), "d3_x.csv")
    assert sorted(set(extract.figures["line"])) == [2, 6]
    assert [refusal.line for refusal in extract.receipt.refusals] == [5]


def test_duplicates_are_kept_and_named(read):
    rows = kent("2025", "1", "2", "3") + kent("2024", "1", "2", "3")
    rows += kent("2025", "1", "9", "3") + kent("2024", "1", "2", "3")
    extract = read(D3 + rows, "d3_x.csv")
    assert len(extract.figures) == 12
    found = [(each.period, each.lines, each.values_differ) for each in extract.receipt.duplicates]
    assert found == [("2024/25", (2, 4), True), ("2023/24", (3, 5), False)]


def test_several_labels_in_a_constant_column_are_kept_apart(read):
    rows = kent("2025", "1", "2", "3") + kent("2025", "4", "5", "6").replace("Plans", "Other")
    extract = read(D3 + rows, "d3_x.csv")
    assert extract.receipt.labels_unknown == ("Other", "Plans")
    assert sorted(set(extract.figures["breakdown"])) == ["Other", "Plans"]
    assert extract.receipt.duplicates == ()


def test_header_is_read_through_byte_order_mark_blanks_capitals_and_synonyms(read):
    header = D3.replace("time_period", " Time_Period ").replace("category", "Category")
    text = "\ufeff" + header + kent("2025", "1", "2", "3")
    extract = read(text.replace("\n", "\r\n"), "d3_x.csv")
    assert extract.receipt.encoding == "utf-8 with byte-order mark"
    assert extract.figures["column"].tolist()[0] == "CPP_start"


def test_windows_text_is_read_and_said(read):
    text = D3 + kent("2025", "1", "2", "3").replace("Plans", "Plans \u2013 all")
    receipt = read(text.encode("windows-1252"), "d3_x.csv").receipt
    assert receipt.encoding == "windows-1252"
    assert receipt.remarks == ("The file is not UTF-8; it was read as Windows-1252.",)


def test_a_gzip_file_reads_like_the_plain_one(read):
    text = (D3 + kent("2025", "1", "2", "3")).encode()
    plain, packed = read(text, "d3_x.csv"), read(gzip.compress(text, mtime=0), "d3_x.csv.gz")
    assert plain.figures.drop(columns="delivery").equals(packed.figures.drop(columns="delivery"))
    assert packed.receipt.file_name == "d3_x.csv.gz"


def test_any_other_open_data_table_is_read_by_its_shape(read):
    header = D3.replace(
        "category,CPP_start,CPP_subsequent,CPP_subsequent_percent", "sex,age,n,share"
    )
    rows = kent("2025", "Total", "7", "1.5").replace("Plans", "Boys")
    extract = read(header + rows, "School absence 2013 to 2025.csv")
    assert extract.receipt.table == "school_absence"
    assert extract.figures["breakdown"].tolist() == ["Boys | Total"] * 2
    assert extract.figures["column"].tolist() == ["n", "share"]


def test_months_of_a_year_become_months(read):
    months = "April,May,June,July,August,September,October,November,December,January,February,March"
    header = D3.replace("CPP_start,CPP_subsequent,CPP_subsequent_percent", f"Referrals,{months}")
    cells = ["78", *map(str, range(1, 13))]
    extract = read(header + kent("2024", *cells), "c6_x.csv")
    figures = extract.figures.set_index("period")["value"]
    assert figures["2023/24"] == 78
    assert (figures["2023-04"], figures["2023-12"], figures["2024-01"], figures["2024-03"]) == (
        1, 9, 10, 12,
    )  # fmt: skip
    assert set(extract.figures["column"]) == {"referral_count"}
    assert (extract.receipt.first_period, extract.receipt.last_period) == ("2023-04", "2024-03")


def test_months_need_a_year(read):
    months = "April,May,June,July,August,September,October,November,December,January,February,March"
    header = D3.replace("CPP_start,CPP_subsequent,CPP_subsequent_percent", f"Referrals,{months}")
    rows = kent("2024", *["1"] * 13) + kent("2024", *["1"] * 13, kind="May")
    receipt = read(header + rows, "c6_x.csv").receipt
    assert [refusal.line for refusal in receipt.refusals] == [3]


def test_published_date_is_the_one_given(read):
    text = D3 + kent("2025", "1", "2", "3")
    assert read(text, "d3_x.csv").receipt.published == "2025-03-31"
    given = read(text, "d3_x.csv", published=date(2025, 11, 18)).receipt
    assert (given.published, given.published_basis) == ("2025-11-18", "given")
    with pytest.raises(ParameterError, match="no date"):
        read(text, "d3_x.csv", published="yesterday")


D3_ROW = kent("2025", "1", "2", "3")
BROKEN = {
    "empty.csv": (b"", "is empty"),
    "blank.csv": (b"\n \n,,\n", "is empty"),
    "empty.csv.gz": (b"", "is empty"),
    "header_only.csv": (D3.encode(), "has a header and no row"),
    "truncated.csv.gz": (gzip.compress((D3 + D3_ROW * 500).encode())[:-40], "truncated or damaged"),
    "not_packed.csv.gz": ((D3 + D3_ROW).encode(), "not a gzip file"),
    "packed.csv": (gzip.compress(b"a"), "gzip file"),
    "workbook.csv": (b"PK\x03\x04abc", "Excel workbook"),
    "binary.csv": (bytes(range(256)) * 4, "not a text file|neither UTF-8"),
    "nul.csv": ((D3 + D3_ROW).encode().replace(b"Kent", b"Ke\x00nt"), "line 2 holds the control"),
    "utf16.csv": ((D3 + D3_ROW).encode("utf-16")[:-1], "UTF-16"),
    "twice.csv": ((D3.replace("la_name", "category") + D3_ROW).encode(), "column name twice"),
    "quotes.csv": ((D3 + D3_ROW + 'x,"y\n').encode(), "row that starts on line 3"),
    "quote_inside.csv": ((D3 + 'a,"b"c,d\n').encode(), "row that starts on line 2"),
    "figures.xlsx": (b"PK\x03\x04", "truncated or damaged"),
    "figures.docx": (b"PK\x03\x04", "no kind of file"),
    "all_refused.csv": ((D3 + D3_ROW.replace("E10000016", "Narnia")).encode(), "No row of"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_an_unreadable_file_is_one_clear_error(read, name):
    content, message = BROKEN[name]
    with pytest.raises(UnreadableFileError, match=message) as caught:
        read(content, name)
    assert name in str(caught.value) and "\n" not in str(caught.value)


def test_a_missing_file_is_one_clear_error(national, layouts, tmp_path):
    from pmf_analysis.ingest import read_delivery

    with pytest.raises(UnreadableFileError, match=r"no file absent\.csv"):
        read_delivery(tmp_path / "absent.csv", national, layouts)


def test_a_file_that_unpacks_without_end_is_stopped(read, monkeypatch):
    from pmf_analysis.ingest.formats import limits

    monkeypatch.setattr(limits, "LARGEST", 1024 * 1024)
    with pytest.raises(UnreadableFileError, match="larger than 1 MB"):
        read(gzip.compress(b"a" * 3 * 1024 * 1024), "bomb.csv.gz")


def test_every_figure_state_has_a_value_just_when_it_should(read):
    cells = ["c", "x", "z", "u", "k", "LOW", "[c]", " [X] ", "", "..", ":", "5", "-5", "-"]
    rows = "".join(kent(str(2000 + place), cell, "1", "1") for place, cell in enumerate(cells))
    figures = read(D3 + rows, "d3_x.csv").figures
    for state, value in zip(figures["state"], figures["value"], strict=True):
        assert State(state).has_value == (value == value)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=st.permutations(range(8)))
def test_the_order_of_rows_changes_nothing_but_their_lines(read, order):
    rows = [kent(str(2010 + each), str(each), "c" if each % 3 else "", "x") for each in range(6)]
    rows += [kent("2015", "5", "c", "x"), kent("20x5", "1", "2", "3")]

    def said(text: str) -> tuple:
        extract = read(text, "d3_x.csv")
        figures = extract.figures.drop(columns=["delivery", "line"])
        receipt = extract.receipt
        return (
            figures.sort_values(list(figures), ignore_index=True).to_csv(), receipt.states,
            receipt.areas, len(receipt.duplicates), sorted(one.reason for one in receipt.refusals),
        )  # fmt: skip

    assert said(D3 + "".join(rows[each] for each in order)) == said(D3 + "".join(rows))


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_CELL = st.one_of(
    st.sampled_from(
        ["Kent", "2025", "Reporting year", "Local authority", "c", "1,2", "", '"', "\n"]
    ),
    _TEXT,
)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    header=st.sampled_from([LONG, D3, "a,b\n", ""]),
    rows=st.lists(st.lists(_CELL, max_size=15), max_size=6),
    good=st.booleans(),
)
def test_any_text_is_accounted_for_or_refused_in_plain_words(read, header, rows, good):
    body = "".join(",".join(cells) + "\n" for cells in rows)
    if good:
        body = (kent("2025", "1", "2", "3") if header == D3 else "CLA,Kent,,2024/25,1,2,,\n") + body
    try:
        extract = read((header + body).encode(), "any.csv")
    except PmfError as error:
        assert str(error)
        return
    receipt = extract.receipt
    assert receipt.rows_in_file == receipt.rows_read + receipt.rows_refused
    assert len(receipt.refusals) == receipt.rows_refused
    assert len(extract.figures) == receipt.cells == sum(receipt.states.values())
    assert extract.figures["line"].nunique() == receipt.rows_read


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.binary(max_size=200), ending=st.sampled_from([".csv", ".csv.gz"]))
def test_any_bytes_are_read_or_refused_in_plain_words(read, content, ending):
    with pytest.raises(PmfError):
        read(content, f"bytes{ending}")


def test_a_missing_column_names_the_nearest_layout(read):
    text = D3.replace(",CPP_subsequent_percent", "") + kent("2025", "1", "2")
    with pytest.raises(UnknownLayoutError, match="has 6 of 7 columns of d3_plans_starting"):
        read(text, "whatever.csv")
