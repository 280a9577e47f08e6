"""The levels of Medwold: within stated bounds of the public figures, and the page that says so."""

import importlib.util
import re
import statistics

import pytest

from pmf_analysis import gathering, register
from pmf_analysis.register import Context
from pmf_analysis.synthetic import DEMO_SEED, aims, volumes
from pmf_analysis.synthetic.aims import AIMS
from pmf_analysis.synthetic.measuring import County
from pmf_analysis.synthetic.plot import choose
from pmf_analysis.synthetic.setting import Setting

IDS = [aim.name for aim in AIMS]


@pytest.fixture(scope="module")
def demo(medwold):
    """The county of the demonstration, as received."""
    as_at, receipts = gathering.known_at(medwold, None)
    known = gathering.gather(medwold, receipts, Context(register.load(medwold.reference), as_at))
    whole = known.figures[(known.figures["service_area"] == "medwold").to_numpy()]
    return County(Setting.of(DEMO_SEED, stories=choose(True)), known.records, whole)


@pytest.fixture(scope="module")
def page(root):
    spec = importlib.util.spec_from_file_location(
        "write_synthetic", root / "docs" / "write_synthetic.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("aim", AIMS, ids=IDS)
def test_the_county_is_as_it_is_to_be(demo, aim):
    made = aim.measured(demo)
    assert aim.is_met_by(made), f"{aim.name}: {made:.2f}, not {aim.aimed} +/- {aim.within}"


@pytest.mark.soak
def test_five_counties_are_as_they_are_to_be(page):
    counties = [page.levels(seed) for seed in page.SEEDS]
    for place, aim in enumerate(AIMS):
        found = [one[place] for one in counties]
        assert all(map(aim.is_met_by, found)), (aim.name, found)
        assert abs(statistics.mean(found) - aim.aimed) <= aim.within, aim.name


def test_every_indicator_of_the_county_has_a_level(workspace):
    held = register.load(workspace / "data" / "reference").indicators
    assert {aim.name.split()[0] for aim in aims.INDICATORS} == set(held)


def test_aims_are_told_apart_and_fit_together():
    assert len(set(IDS)) == len(IDS)
    assert all(aim.within > 0 and aim.source for aim in AIMS)
    assert statistics.mean(aims.INDEX.values()) == pytest.approx(1, abs=0.002)
    assert sum(aim.aimed for aim in aims.SOURCES) == pytest.approx(100, abs=0.2)
    assert sum(aim.aimed for aim in aims.LEFT) == pytest.approx(99, abs=0.1)


def test_the_time_of_year_made_is_the_one_aimed_at():
    assert pytest.approx(list(aims.INDEX.values()), abs=0.011) == volumes.SEASON


def test_a_value_on_the_bound_is_within_it():
    aim = aims.Aim("", "", 10.0, 0.5, "", lambda county: 0.0)
    assert aim.is_met_by(10.5) and aim.is_met_by(9.5)
    assert not aim.is_met_by(10.51) and not aim.is_met_by(float("nan"))


def test_the_table_says_of_each_what_was_made_and_what_is_aimed_at(page):
    values = [float(place) for place, _ in enumerate(AIMS)]
    rows = page.table_of(values, [values, [value + 1 for value in values]]).splitlines()
    assert len(rows) == len(AIMS) + 2
    assert rows[2].startswith("| REF, a month | 0 | 0 | 2,003 | 40 |") or rows[2].startswith(
        "| REF, a month | 0 | 1 | 2,003 | 40 |"
    )


def test_the_page_holds_a_table_of_these_aims(page):
    text = page.PAGE.read_text("utf-8")
    told = re.search(r"<!-- levels begin -->\n(.*?)<!-- levels end -->", text, re.S)
    assert told, "docs/synthetic.md has no marks for the levels"
    blank = page.table_of([0.0] * len(AIMS), [[0.0] * len(AIMS)] * len(page.SEEDS))
    said, aimed = ([_without_made(row) for row in one.splitlines()] for one in (told[1], blank))
    assert said == aimed, "run `python docs/write_synthetic.py`"
    assert page.with_table(text, told[1]) == text


def _without_made(row):
    cells = row.split(" | ")
    return [cells[0], *cells[3:]]
