"""A layout file proposed for a table that none describes, for a person to complete.

What the cells show is filled in: where the area, the period, the breakdowns and the figures
stand, which marks occur, where the header is. What they cannot show is left empty beside
``# TO COMPLETE`` and keeps the file from being loaded until somebody says it: the source, the
meaning of a mark, the kind of a year. Nothing in a proposal is a cell of a table of people.
"""

from pmf_analysis.ingest.proposing.extension import propose_extension
from pmf_analysis.ingest.proposing.opening_lines import proposed_name
from pmf_analysis.ingest.proposing.proposal import propose_layout
from pmf_analysis.ingest.proposing.writing import TO_COMPLETE

__all__ = [
    "TO_COMPLETE",
    "propose_extension",
    "propose_layout",
    "proposed_name",
]
