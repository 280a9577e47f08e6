"""Register files: what holds together loads, what does not is named with its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pmf_analysis.errors import RegisterError
from pmf_analysis.register import load

Spoil = Callable[[str, str, str], str]


def test_what_holds_together_loads(folder: Path) -> None:
    register = load(folder)
    assert list(register.indicators) == ["CP-01"]
    assert list(register.units) == ["HILL", "NEW", "OLD", "SHIRE"]
    assert [one.period for one in register.breaks] == ["2020-04", "2024-07", "2024-07"]
    assert register.neighbour_models["2024"].neighbours["NEW"] == ("HILL", "OLD")
    assert register.tolerances[0].amber_max == 0.05
    assert register.county == "SHIRE"
    with pytest.raises(TypeError):
        register.units["X"] = register.units["NEW"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("value: 80", "value: eighty",
         "indicators/CP-01.yml, line 15, target.0.value: given 'eighty', expected a number"),
        ("value: 80", "value: .nan", "line 15, target.0.value: given nan, expected a number"),
        ("{value: 75", "{value: low",
         "indicators/CP-01.yml, line 17, floor.value: given 'low', expected a number"),
        ("value: 75", "vale: 75", "line 17, floor.vale: unknown field"),
        ("polarity: high", "polarty: high", "line 11, polarty: unknown field, given 'high' "
         "(Did you mean polarity?)"),
        ("owner: head-of-safeguarding\n", "", "line 1, owner: not given"),
        ("owner: head-of-safeguarding", "owner: 7", "line 19, owner: given 7, expected a text"),
        ("kind: proportion", "kind: ratio", "line 9, kind: given 'ratio', expected 'proportion'"),
        ("from: 2024-04", "from: 2024-14", "line 16, target.1.from: given '2024-14-01'"),
        ("[county, district]", "[county, planet]", "line 18, applies_to.1: given 'planet'"),
        ("value: 75", "value: 95", "floor 95 lies above target 80"),
        ("polarity: high", "polarity: neutral", "a neutral indicator has no target"),
        ("[in_time]", "in_time", "line 7, source.published.numerator: given 'in_time', "
         "expected a list"),
        ("owner:", "owner: a\nowner:", "found duplicate key \"owner\""),
        ("code: CP-01", "code: CP-02", "line 1, code: given 'CP-02', expected 'CP-01' as the file"),
        ("objective: safe", "objective: save", "line 3, objective: given 'save', expected a file "
         "of objectives/ (Did you mean safe?)"),
        ("owner: head-of-safeguarding", 'owner: "head', "indicators/CP-01.yml, line 21: "),
        ("{column: held}", "{}", "line 8, source.published.denominator.column: not given"),
    ],
)  # fmt: skip
def test_faults_of_an_indicator_name_line_field_and_value(
    spoil: Spoil, old: str, new: str, message: str
) -> None:
    assert message in spoil("indicators/CP-01.yml", old, new)


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("units.csv", "HILL,\"Hill, Town of\",district", "HILL,\"Hill, Town of\",town",
         "units.csv, line 5, column kind: given 'town'"),
        ("units.csv", "2019-03-31", "31/03/2019",
         "units.csv, line 3, column valid_to: given '31/03/2019', expected a date"),
        ("units.csv", "HILL,", "NEW,", "units.csv, line 5, column code: given 'NEW', "
         "expected a code once only; Riverton has it too"),
        ("units.csv", "2019-04-01", "2019-03-01", "'Riverton' means both Riverton (OLD) and "
         "Riverton (NEW)"),
        ("units.csv", "803;", "802;", "'802' means both Hill, Town of (HILL) and Riverton (NEW)"),
        ("units.csv", "803;", "OLD;", "'OLD' is the code of Riverton (OLD) and a spelling of"),
        ("units.csv", ",SHIRE,2019-04-01", ",SHRE,2019-04-01", "NEW: 'SHRE' is no unit's code"),
        ("units.csv", "county,,", "county,HILL,", "SHIRE: is its own parent"),
        ("units.csv", "2019-03-31,NEW", "2019-03-31,OLD", "OLD: is its own successor"),
        ("units.csv", "SHIRE,,2019-03-31,", "SHIRE,,,", "OLD: has successors and no last day"),
        ("neighbours/2024.csv", "HILL,1,NEW", "HILL,1,SHIRE", "column neighbour: given 'SHIRE', "
         "expected a unit of the same kind, on its own"),
        ("indicators/CP-01.yml", "objective: safe", "objective: safe\nattribute_to: whoever",
         "attribute_to"),
        ("indicators/CP-01.yml", "objective: safe",
         "objective: safe\nstock: true\nattribute_to: team_at_event",
         "a stock is counted on a day and has no event"),
        ("indicators/CP-01.yml", "applies_to: [county, district]",
         "applies_to: [county]\nattribute_to: home_district",
         "attribute_to home_district needs district in applies_to"),
        ("indicators/CP-01.yml", "  published:\n    table: conferences\n    numerator: [in_time]\n"
         "    denominator: {column: held}\n",
         "  records: {table: conference, at: event_date, held_by: [HELL], "
         "numerator: [{field: x, is: y}]}\n"
         "attribute_to: team_at_event\n",
         "indicators/CP-01.yml, source.records.held_by: given 'HELL', expected the code of a unit"),
        ("units.csv", "\"Hill, Town of\"", "Hill, Town of", "line 5: given 10 cells, expected 9"),
        ("units.csv", "name,kind", "nom,kind", "line 1: column names do not fit (lacks 'name'; "
         "unknown 'nom')"),
        ("targets.csv", ",90,", ",ninety,",
         "targets.csv, line 2, column target: given 'ninety', expected a number"),
        ("targets.csv", "2024-10", "autumn", "targets.csv, line 2, column from: given 'autumn'"),
        ("targets.csv", ",90,", ",70,", "column target: given '70', expected a level that its "
         "floor 75 allows"),
        ("targets.csv", "CP-01", "CP-1", "column indicator: given 'CP-1', expected the code of an "
         "indicator (Did you mean CP-01?)"),
        ("breaks.csv", "CP-01,HILL", "CP-01,HELL", "breaks.csv, line 2, column unit: given 'HELL'"),
        ("breaks.csv", "*,*", "CP-09,*", "breaks.csv, line 3, column indicator: given 'CP-09'"),
        ("breaks.csv", "2020-04", "April 2020", "column period: given 'April 2020', expected a "
         "period's code such as 2015/16 or 2017-04"),
        ("breaks.csv", "recording,", "moved,", "column kind: given 'moved', expected 'recording'"),
        ("breaks.csv", "NEW,2024-07,rebase", "HILL,2024-07,recording", "line 4: the same indicator,"
         " unit, period, kind as line 2"),
        ("tolerances.csv", "0.05", "0.005", "column amber_max: given '0.005', expected at least"),
        ("tolerances.csv", "0.05", "5", "column amber_max: given '5', expected less than"),
        ("neighbours/2024.csv", "HILL,1,NEW", "HILL,1,ELSE", "neighbours/2024.csv, line 2, column "
         "neighbour: given 'ELSE'"),
        ("neighbours/2024.csv", "NEW,2,OLD", "NEW,1,OLD", "column rank: given '1', expected each"),
        ("neighbours/models.yml", "2024-05-01", "May", "models.yml, line 2, models.0.dated"),
        ("workspace.yml", 'model: "2024"', 'model: "2042"', "workspace.yml, line 6, "
         "neighbour_model: there is no model '2042' (Did you mean 2024?)"),
        ("workspace.yml", "county: SHIRE", "county: SHOR", "line 3, county: given 'SHOR'"),
        ("rules/intervals.yml", "values: {", "values: [{", "rules/intervals.yml, line "),
    ],
)  # fmt: skip
def test_faults_of_other_files_name_line_column_and_value(
    spoil: Spoil, name: str, old: str, new: str, message: str
) -> None:
    assert message in spoil(name, old, new)


def test_one_message_names_all_faults(folder: Path, spoil: Spoil) -> None:
    breaks = folder / "breaks.csv"
    breaks.write_text(breaks.read_text().replace("2020-04", "x").replace("rebase", "y"))
    message = spoil("indicators/CP-01.yml", "value: 80", "value: a")
    assert "target.0.value" in message
    assert "line 3, column period" in message
    assert "line 4, column kind" in message


def test_two_files_with_one_code(folder: Path) -> None:
    text = (folder / "indicators/CP-01.yml").read_text()
    (folder / "indicators/CP-02.yml").write_text(text)
    with pytest.raises(RegisterError, match=r"CP-01 is also in indicators/CP-01\.yml"):
        load(folder)


@pytest.mark.parametrize("name", ["workspace.yml", "units.csv"])
def test_a_needed_file_that_is_missing(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(RegisterError, match=f"{name} is missing"):
        load(folder)


def test_no_indicator_and_no_folder(folder: Path) -> None:
    (folder / "indicators/CP-01.yml").unlink()
    for name in ("targets.csv", "breaks.csv"):
        (folder / name).unlink()
    with pytest.raises(RegisterError, match="indicators/ holds no file"):
        load(folder)
    with pytest.raises(RegisterError, match="There is no register in nowhere"):
        load(folder / "nowhere")


def test_what_may_be_absent(folder: Path) -> None:
    for name in ("targets.csv", "breaks.csv", "tolerances.csv", "rules/intervals.yml"):
        (folder / name).unlink()
    register = load(folder)
    assert register.target_rows == register.breaks == register.tolerances == ()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"- a\n- b\n", b"!!python/name:os.x y"])
def test_a_file_that_is_no_group_of_fields(folder: Path, content: bytes) -> None:
    (folder / "indicators/CP-01.yml").write_bytes(content)
    with pytest.raises(RegisterError, match=r"indicators/CP-01\.yml"):
        load(folder)


def test_a_model_without_its_list_and_a_list_without_its_model(folder: Path) -> None:
    (folder / "neighbours/1999.csv").write_text("unit,rank,neighbour\n")
    with pytest.raises(RegisterError, match=r"1999\.csv is not listed in neighbours/models\.yml"):
        load(folder)
    (folder / "neighbours/1999.csv").unlink()
    (folder / "neighbours/models.yml").unlink()
    with pytest.raises(RegisterError, match=r"models\.yml is missing"):
        load(folder)


def test_digest_changes_with_any_file_and_with_nothing_else(folder: Path) -> None:
    before = load(folder).digest()
    (folder / ".hidden").write_text("x")
    assert load(folder).digest() == before
    (folder / "layouts").mkdir()
    (folder / "layouts/own.yml").write_text("name: own\n")
    after = load(folder).digest()
    assert after != before
    (folder / "layouts/own.yml").rename(folder / "layouts/other.yml")
    assert load(folder).digest() not in (before, after)


def test_messages_name_no_folder_of_the_machine(folder: Path, spoil: Spoil) -> None:
    assert str(folder) not in spoil("units.csv", "district", "town")


def test_a_break_may_freeze_the_limits_that_start_with_it(folder: Path, spoil: Spoil) -> None:
    path = folder / "breaks.csv"
    header, *rows = path.read_text().splitlines()
    given = [f"{row},{points}" for row, points in zip(rows, ("", "24", "13"), strict=True)]
    path.write_text("\n".join([f"{header},baseline_points", *given]) + "\n")
    held = {(one.indicator, one.unit): one.baseline_points for one in load(folder).breaks}
    assert held == {("CP-01", "HILL"): None, ("*", "*"): 24, ("CP-01", "NEW"): 13}
    assert "line 3, column baseline_points: given '0'" in spoil("breaks.csv", "note,24", "note,0")


def test_flows_are_indicators_that_count_events(spoil: Spoil) -> None:
    text = "kind: count\nstock: true\nflows: {starts: CP-02, ends: CP-01}"
    said = spoil("indicators/CP-01.yml", "kind: proportion", text)
    assert "line 11, flows: given 'CP-02', expected the code of an indicator" in said
    assert "given 'CP-01', expected an indicator that counts events by" in said
