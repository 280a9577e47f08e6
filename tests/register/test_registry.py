"""Look-ups of the register."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pmf_analysis.errors import ParameterError, RuleSetError
from pmf_analysis.register import Register, load


@pytest.fixture
def register(folder: Path) -> Register:
    """The small register."""
    return load(folder)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("OLD", "OLD"),
        ("old", "OLD"),
        ("801", "OLD"),
        ("Riverton", "NEW"),
        (" riverton  BOROUGH ", "NEW"),
        ("hill, town of", "HILL"),
        ("Narnia", None),
        ("", None),
    ],
)
def test_a_unit_is_found_by_code_name_or_spelling(
    register: Register, text: str, code: str | None
) -> None:
    found = register.find_unit(text)
    assert (found.code if found else None) == code


def test_an_unknown_name_is_told_with_the_nearest(register: Register) -> None:
    with pytest.raises(
        ParameterError, match=r"There is no unit 'Rivertown'.*Did you mean Riverton"
    ):
        register.unit("Rivertown")
    with pytest.raises(ParameterError, match="Did you mean CP-01"):
        register.indicator("CP-1")
    with pytest.raises(RuleSetError, match="Did you mean intervals"):
        register.rule_set("interval")
    assert register.indicator(" cp-01").code == "CP-01"
    assert register.rule_set("intervals").values["confidence"] == 0.95


@pytest.mark.parametrize(
    ("unit", "on", "target", "floor"),
    [
        ("NEW", date(2023, 3, 31), None, None),
        ("NEW", date(2023, 4, 30), 80, 75),
        ("NEW", date(2024, 4, 1), 85, 75),
        ("HILL", date(2024, 9, 30), 85, 75),
        ("HILL", date(2024, 10, 31), 90, 75),
    ],
)
def test_targets_hold_from_their_date_and_a_units_own_win(
    register: Register, unit: str, on: date, target: float | None, floor: float | None
) -> None:
    levels = register.target_at("CP-01", unit, on)
    assert tuple(level.value if level else None for level in levels) == (target, floor)


def test_a_row_of_the_targets_file_keeps_who_agreed_it(register: Register) -> None:
    target, _ = register.target_at("CP-01", "HILL", date(2025, 1, 1))
    assert target is not None
    assert (target.agreed_by, target.agreed_on, target.provisional) == (
        "director",
        date(2024, 9, 1),
        True,
    )


def test_neighbours_come_by_the_named_model(register: Register) -> None:
    assert register.neighbours("NEW") == ("HILL", "OLD")
    assert register.neighbours("NEW", "2024") == ("HILL", "OLD")
    assert register.neighbours("SHIRE") == ()
    with pytest.raises(ParameterError, match="There is no neighbour model '2021'"):
        register.neighbours("NEW", "2021")


def test_the_tree_of_units(register: Register) -> None:
    assert register.children_of("SHIRE") == ("HILL", "NEW", "OLD")
    assert register.children_of("HILL") == ()
    assert register.region_of("HILL") is None


def test_breaks_of_a_series_come_with_those_for_all(register: Register) -> None:
    assert [one.reason for one in register.breaks_of("CP-01", "HILL")] == [
        "After the spring",
        "A new form",
    ]
    assert [one.reason for one in register.breaks_of("CP-01", "OLD")] == ["After the spring"]
