"""Medwold, an invented county: seeded monthly figures with known stories planted in them."""

from pmf_analysis.synthetic.county import (
    DEMO_SEED,
    county_truth,
    make_county,
    write_county,
)
from pmf_analysis.synthetic.stories import STORIES

__all__ = ["DEMO_SEED", "STORIES", "county_truth", "make_county", "write_county"]
