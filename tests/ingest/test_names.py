"""Table and publication date from a file's name."""

from __future__ import annotations

from datetime import date

import pytest

from pmf_analysis.ingest.names import published_on, question_of_date, table_of

MARCH_2024 = date(2024, 3, 31)


@pytest.mark.parametrize(
    ("name", "table"),
    [("b3_cin_primary_need_2013_to_2024.csv", "b3_cin_primary_need"),
     ("la_care_leavers_activity.csv.gz", "la_care_leavers_activity"),
     ("x__published_2024.csv", "x"), ("Figures 2025-11-18.CSV", "figures"),
     ("2024.csv", ""), ("ons_mid-year_population_estimates_2012_to_2024.csv",
                        "ons_mid_year_population_estimates")],
)  # fmt: skip
def test_table_names(name, table):
    assert table_of(name) == table


@pytest.mark.parametrize(
    ("name", "expected"),
    [("medwold_2026-11-06.csv", (date(2026, 11, 6), "file name")),
     ("x__published_2024.csv", (MARCH_2024, "file name")),
     ("x__published_2025.csv", (date(2025, 1, 1), "file name")),
     ("x__published_2023.csv", (MARCH_2024, "latest period inside")),
     ("c1_2013_to_2024.csv", (MARCH_2024, "latest period inside")),
     ("2023-04-01_to_2024-03-31.csv", (MARCH_2024, "latest period inside")),
     ("x_2024-13-40.csv", (MARCH_2024, "latest period inside")),
     ("x.csv", (MARCH_2024, "latest period inside"))],
)  # fmt: skip
def test_published(name, expected):
    assert published_on(name, MARCH_2024) == expected


def test_a_date_that_is_given_goes_first():
    assert published_on("x_2026-11-06.csv", MARCH_2024, "2025-11-18") == (
        date(2025, 11, 18),
        "given",
    )


@pytest.mark.parametrize(
    ("published", "last_day", "words"),
    [(date(2024, 3, 31), MARCH_2024, ""), (date(2025, 4, 1), MARCH_2024, ""),
     (date(2025, 4, 2), MARCH_2024, "more than a year after the latest period"),
     (date(2204, 11, 6), MARCH_2024, "more than a year after the latest period"),
     (date(2024, 3, 30), MARCH_2024, "before the latest period inside was over (2024-03-31)"),
     (date(1990, 1, 1), None, ""), (date(1026, 11, 6), None, "long before")],
)  # fmt: skip
def test_a_date_that_looks_mistyped_is_asked_about(published, last_day, words):
    asked = question_of_date(published, last_day)
    assert words in asked
    assert bool(asked) == bool(words)
