"""Which files there are to receive."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pmf_analysis.errors import UnreadableFileError
from pmf_analysis.ingest.formats import choosing
from pmf_analysis.ingest.formats.choosing import endings_in_words
from pmf_analysis.ingest.formats.wording import shown


@dataclass(frozen=True)
class Found:
    """What a list of files and folders holds.

    Attributes
    ----------
    files : tuple of Path
        Files to receive: those named, and the data files of the folders named.
    passed_over : tuple of Path
        Other files of the folders, such as a README, and symbolic links in them: a link
        may lead anywhere, so it is followed only where it is named itself.
    """

    files: tuple[Path, ...]
    passed_over: tuple[Path, ...]


def is_data_file(path: Path) -> bool:
    """Whether a file of a folder is named as a delivery is; ``readme.txt`` is not."""
    return choosing.is_data_file(path.name)


def read_paths(paths: Iterable[str | Path]) -> Found:
    """Expand folders into their data files.

    Parameters
    ----------
    paths : iterable of str or Path
        Files are kept in the order given, whatever their ending; a folder, and the
        folders in it, give their data files in the order of their names.

    Returns
    -------
    Found
        Each file once. Hidden files and folders are left out.

    Raises
    ------
    UnreadableFileError
        If a path does not exist, or a folder holds no data file.
    """
    files: dict[Path, None] = {}
    passed_over: dict[Path, None] = {}
    for path in map(Path, paths):
        if not path.exists():
            raise UnreadableFileError(
                f"There is no file or folder {shown(str(path))}",
                f"a file that ends in {endings_in_words()}, or a folder of them",
                "Look at the spelling",
            )  # fmt: skip
        if not path.is_dir():
            files[path] = None
            continue
        below = _files_below(path)
        inside = {each: None for each in below if is_data_file(each) and not each.is_symlink()}
        if not inside:
            raise UnreadableFileError(
                f"The folder {shown(str(path))} holds no data file",
                f"files that end in {endings_in_words()}",
            )
        files.update(inside)
        passed_over.update(dict.fromkeys(each for each in below if each not in inside))
    return Found(tuple(files), tuple(passed_over))


def list_files(paths: Iterable[str | Path]) -> tuple[Path, ...]:
    """The files of ``read_paths``, without what it passed over."""
    return read_paths(paths).files


def _files_below(folder: Path) -> list[Path]:
    """Files in a folder and its folders, and links to folders; no link is followed."""
    found = []
    for held, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [name for name in folders if Path(held, name).is_symlink()]
        for name in (*names, *links):
            path = Path(held, name)
            if not name.startswith(".") and (path.is_file() or path.is_symlink()):
                found.append(path)
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())
