"""zip: several files, packed; each data file in it gives its sheets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pmf_analysis.errors import UnreadableFileError
from pmf_analysis.ingest.formats import archive
from pmf_analysis.ingest.formats.choosing import (
    ending_of,
    endings_in_words,
    holds,
    is_data_file,
    known,
    read_contents,
    stem_of,
)
from pmf_analysis.ingest.formats.contents import Contents
from pmf_analysis.ingest.formats.limits import Allowance
from pmf_analysis.ingest.formats.wording import shown
from pmf_analysis.ingest.sheets import Sheet

ENDINGS = (".zip",)
KIND = "a zip file"
HOLDS = "many"

_MOST_NAMED = 20
"""Members that a remark names one by one."""


def is_of(content: bytes) -> bool:
    """Whether the bytes are a zip file, and no workbook."""
    others = [module for module in known() if module.__name__ != __name__ and not holds(module)]
    return archive.is_zip(content) and (
        not archive.member_names(content)
        or not any(module.is_of(content) for module in others if hasattr(module, "is_of"))
    )


def read(content: bytes, name: str, title: str, allowance: Allowance) -> Contents:
    """Read every data file in the archive.

    Sheets are named by the member's name without folder and ending, and in a workbook by
    ``<member>/<sheet>``; where two members would be named alike, by all of their names.

    Raises
    ------
    UnreadableFileError
        If there is no data file in it, one of them cannot be read, or see `archive.unpack`.
    """
    members, others = archive.unpack(content, name, allowance, _is_data)
    if not members:
        raise UnreadableFileError(
            f"{name} holds no data file", f"files that end in {endings_in_words()}",
            "Pack the tables and deliver it again",
        )  # fmt: skip
    titles = _titles(list(members))
    sheets: list[Sheet] = []
    remarks: list[str] = []
    encodings: set[str] = set()
    for path in list(members):
        # a sheet without a name of its own is the member's one table
        inside = read_contents(members.pop(path), f"{name}: {shown(path)}", "", allowance)
        sheets += [_named(sheet, titles[path]) for sheet in inside.sheets]
        remarks += [f"{titles[path]}: {remark}" for remark in inside.remarks]
        encodings.add(inside.encoding)
    return Contents(
        "zip", tuple(sheets), ", ".join(sorted(encodings - {""})),
        (*remarks, *_passed_over(others)),
    )  # fmt: skip


def _is_data(path: str) -> bool:
    *folders, last = path.split("/")
    hidden = last.startswith(".") or any(part.startswith((".", "__MACOSX")) for part in folders)
    many = tuple(e for module in known() if holds(module) == "many" for e in module.ENDINGS)
    return is_data_file(last) and not hidden and not ending_of(last).endswith(many)


def _titles(paths: Sequence[str]) -> dict[str, str]:
    stems = {path: stem_of(path.rsplit("/", 1)[-1]) for path in paths}
    often = Counter(stem.casefold() for stem in stems.values())
    return {
        path: stem if often[stem.casefold()] == 1 else path for path, stem in stems.items()
    }  # fmt: skip


def _named(sheet: Sheet, title: str) -> Sheet:
    return replace(sheet, name=f"{title}/{sheet.name}" if sheet.name else title)


def _passed_over(others: Sequence[str]) -> list[str]:
    if not others:
        return []
    named = ", ".join(shown(path) for path in sorted(others)[:_MOST_NAMED])
    more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
    return [f"Not read, being no data files, archives or links: {named}{more}."]
