"""The catalogue of sentences: one file a family, found by listing the folder."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pmf_analysis.errors import RuleSetError
from pmf_analysis.findings.conditions import OPERATORS
from pmf_analysis.register import yaml_files
from pmf_analysis.terms import Severity

FOLDER = Path(__file__).parent / "catalogue"

CLAIMS = ("none", "arithmetic", "improved", "worsened")
"""What a sentence says: nothing about change, a plain higher or lower, or a real change."""

CLAIM_COLUMNS = {
    "signal": {"improved": "improvement", "worsened": "concern"},
    "screen_verdict": {"improved": "improvement", "worsened": "concern"},
    "impact_verdict": {"improved": "made_better", "worsened": "made_worse"},
}
"""Columns whose verdict goes beyond chance, with the value that bears each claim out."""

CLAIM_WORDS = re.compile(
    r"improv|worsen|deteriorat|\b(?:got|gets|getting|become|becoming|grown) (?:better|worse)"
    r"|\b(?:better|worse) than (?:before|last|it was|a year|in |on |the (?:month|quarter|year|\d))",
    re.IGNORECASE,
)
"""Words that only a sentence may hold which claims a change for better or worse."""

PAGES = ("now", "later", "none")
"""Where a family's sentences stand in a story of page one: what is now, what comes later."""

_FIELDS = ("code", "title", "why", "severity", "claims", "when", "sentence")
_OPTIONAL = ("attention", "headline", "caveat")


@dataclass(frozen=True)
class Entry:
    """A kind of finding.

    Attributes
    ----------
    code, title, why : str
    family : str
        Name of the family, which is the order and place on the page.
    severity : Severity
    claims : str
        One of `CLAIMS`.
    when : tuple of dict
        Conditions, all of which must hold (see `conditions`).
    sentence : str
        With places such as ``{shown}`` for the texts of `texts.texts`.
    attention : float
        How much it asks for a place on page one; 0 for none.
    headline : str
        What the headline says before the names of the indicators it holds for.
    page : str
        One of `PAGES`, of its family.
    caveat : bool
        Whether it only qualifies another sentence of its family, and goes where that goes.
    """

    code: str
    title: str
    why: str
    family: str
    severity: Severity
    claims: str
    when: tuple[dict[str, object], ...]
    sentence: str
    attention: float = 0.0
    headline: str = ""
    page: str = "none"
    caveat: bool = False

    @property
    def is_doubt(self) -> bool:
        """Whether it is said because the record may flatter."""
        return {"column": "claims_doubted", "given": True} in self.when

    @property
    def places(self) -> tuple[str, ...]:
        """Names of the texts that the sentence needs."""
        parsed = string.Formatter().parse(self.sentence)
        return tuple(name for _, name, _, _ in parsed if name)

    @property
    def is_borne_out(self) -> bool:
        """Whether a change for better or worse is claimed only where a verdict is a condition."""
        if self.claims not in ("improved", "worsened"):
            return not CLAIM_WORDS.search(f"{self.sentence} {self.headline}")
        wanted = [
            {"column": column, "is": verdicts[self.claims]}
            for column, verdicts in CLAIM_COLUMNS.items()
        ]
        return any(condition in self.when for condition in wanted)


@dataclass(frozen=True)
class Catalogue:
    """All kinds of finding, in the order of the page."""

    entries: tuple[Entry, ...]

    @property
    def families(self) -> tuple[str, ...]:
        """Families in the order of the page."""
        return tuple(dict.fromkeys(entry.family for entry in self.entries))

    def families_on(self, page: str) -> tuple[str, ...]:
        """Families whose sentences stand in that place of page one, in its order."""
        return tuple(dict.fromkeys(one.family for one in self.entries if one.page == page))


@cache
def load_catalogue(folder: Path = FOLDER) -> Catalogue:
    """Read every family file of a folder.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    Catalogue

    Raises
    ------
    RuleSetError
        If an entry lacks a field, has an unknown operator or claim, or repeats a code.
    """
    families = []
    for path in sorted(folder.glob("*.yml")):
        content = yaml_files.read(path).content
        entries = tuple(_entry(given, content, path.name) for given in content["findings"])
        families.append((content["order"], entries))
    ordered = tuple(
        entry for _, entries in sorted(families, key=lambda f: f[0]) for entry in entries
    )
    codes = [entry.code for entry in ordered]
    repeated = sorted({code for code in codes if codes.count(code) > 1})
    if repeated:
        raise RuleSetError(f"The catalogue has {', '.join(repeated)} twice", "each code once")
    return Catalogue(ordered)


def _entry(given: dict[str, object], content: dict[str, object], file_name: str) -> Entry:
    where = f"{file_name}, {given.get('code', 'an entry without code')}"
    missing = [field for field in _FIELDS if field not in given]
    unknown = [field for field in given if field not in _FIELDS + _OPTIONAL]
    if missing or unknown:
        raise RuleSetError(
            f"{where}: missing {missing or 'nothing'}, unknown {unknown or 'nothing'}",
            f"the fields {', '.join(_FIELDS)}",
        )
    if given["claims"] not in CLAIMS:
        raise RuleSetError(f"{where}: claims {given['claims']!r}", f"one of {', '.join(CLAIMS)}")
    page = content.get("page", "none")
    if page not in PAGES:
        raise RuleSetError(f"{file_name}: page {page!r}", f"one of {', '.join(PAGES)}")
    for condition in given["when"]:
        wrong = set(condition) - {"column"} - set(OPERATORS)
        if wrong or "column" not in condition:
            raise RuleSetError(f"{where}: condition {condition}", f"column and {list(OPERATORS)}")
    return Entry(
        code=given["code"], title=given["title"], why=given["why"],
        family=str(content["family"]), page=str(page),
        severity=Severity(given["severity"]), claims=given["claims"],
        when=tuple(given["when"]), sentence=given["sentence"],
        attention=float(given.get("attention", 0)), headline=given.get("headline", ""),
        caveat=bool(given.get("caveat", False)),
    )  # fmt: skip
