"""Two in three with points outside the limits counted too, as NHS England changed the rule."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.reference import xmr
from benchmarks.reference.cases import Cases, Tally, beside

FILES = (*xmr.FILES[:2], "xmr_expected_two_sigma_inclusive.csv")


def check(cases: Cases) -> Iterator[Tally]:
    """A case is right when every point's rule is, by the rule set of that name."""
    points, lines, causes = xmr.charted(cases, "xmr-two-sigma.yml")
    expected = beside(points, cases.read(FILES[2]))
    near = (points["value"] > lines["near_upper"]) | (points["value"] < lines["near_lower"])
    right = near.to_numpy() == expected["beyond_two_sigma"].to_numpy()
    right &= causes == expected["special_cause_type_inclusive"].map(xmr.CAUSES).to_numpy()
    yield xmr.tally("xmr (inclusive two sigma)", points["case_id"], right)
