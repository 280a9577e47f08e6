"""Why a past figure moved: two deliveries, runs or dates held against each other."""

from pmf_analysis.comparing.comparing import compare
from pmf_analysis.comparing.comparison import Comparison
from pmf_analysis.comparing.directions import Moved

__all__ = ["Comparison", "Moved", "compare"]
