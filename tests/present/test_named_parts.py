"""A share with and without a named part: what differs is shown, what is the same is not."""

from __future__ import annotations

import pandas as pd
import pytest

from pmf_analysis.present.named_parts import that_differ


def rows(*given: tuple[str, str, str, float, float]) -> pd.DataFrame:
    names = ("service_area", "cohort", "period", "shown_numerator", "shown_denominator")
    return pd.DataFrame(given, columns=list(names)).assign(indicator="PLACE-3")


@pytest.mark.parametrize(
    ("numerator", "denominator", "kept"), [(8, 48, 0), (8, 47, 1), (7, 48, 1), (None, None, 1)]
)
def test_a_part_that_is_all_children_is_left_out(
    numerator: float, denominator: float, kept: int
) -> None:
    found = that_differ(
        rows(
            ("adoption", "all", "2026-10", 8, 48),
            ("adoption", "without-uasc", "2026-10", numerator, denominator),
            ("adoption", "all", "2026-09", 7, 47),  # another month does not count
        )
    )
    assert len(found) == kept
    assert not found["cohort"].eq("all").any()


def test_a_part_without_a_whole_is_kept() -> None:
    assert len(that_differ(rows(("adoption", "without-uasc", "2026-10", 8, 48)))) == 1


def test_counts_that_neither_has_are_the_same() -> None:
    nothing = float("nan")
    both = rows(
        ("adoption", "all", "2026-10", nothing, nothing),
        ("adoption", "without-uasc", "2026-10", nothing, nothing),
    )
    assert that_differ(both).empty
