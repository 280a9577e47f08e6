"""Why a past figure moved: two deliveries, runs or dates held against each other."""

from pmf_analysis.comparing.comparing import compare
from pmf_analysis.comparing.comparison import Comparison
from pmf_analysis.comparing.directions import Moved
from pmf_analysis.comparing.writing import as_dict, json_bytes, page, write, write_csv, write_page

__all__ = [
    "Comparison",
    "Moved",
    "as_dict",
    "compare",
    "json_bytes",
    "page",
    "write",
    "write_csv",
    "write_page",
]
