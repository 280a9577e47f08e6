"""Roles that answer for a decision: kept and printed, so never the name or address of a person."""

from __future__ import annotations

import re

from pmf_analysis.errors import ParameterError

_ROLE = re.compile(r"[^\W\d_](?:[^\W\d_]|[ '’&,/()-]){2,79}")


def checked_role(text: str) -> str:
    """A role as it is kept and printed.

    Raises
    ------
    ParameterError
        If the text looks like an address or a number of a person, or is no role at all.
    """
    role = " ".join(text.split())
    if not _ROLE.fullmatch(role):
        shown = "an address or a text with digits" if re.search(r"[@\d]", role) else repr(role[:40])
        raise ParameterError(
            f"The role is {shown}",
            "a role such as 'head of performance', in letters, never a person's name or address",
            "Name the role that answers for it",
        )
    return role
