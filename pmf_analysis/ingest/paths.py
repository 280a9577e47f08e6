"""Which files there are to receive."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pmf_analysis.errors import UnreadableFileError

ENDINGS = (".csv", ".csv.gz")


@dataclass(frozen=True)
class Found:
    """What a list of files and folders holds.

    Attributes
    ----------
    files : tuple of Path
        Files to receive: those named, and the data files of the folders named.
    passed_over : tuple of Path
        Other files of the folders, such as a README.
    """

    files: tuple[Path, ...]
    passed_over: tuple[Path, ...]


def is_data_file(path: Path) -> bool:
    """Whether a file's name ends as a delivery's does."""
    return path.name.casefold().endswith(ENDINGS)


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
                f"There is no file or folder {path}", "a .csv or .csv.gz file, or a folder of them",
                "Look at the spelling",
            )  # fmt: skip
        if not path.is_dir():
            files[path] = None
            continue
        inside = [each for each in _files_below(path) if is_data_file(each)]
        if not inside:
            raise UnreadableFileError(
                f"The folder {path} holds no data file", "files that end in .csv or .csv.gz"
            )
        files.update(dict.fromkeys(inside))
        passed_over.update(dict.fromkeys(e for e in _files_below(path) if not is_data_file(e)))
    return Found(tuple(files), tuple(passed_over))


def list_files(paths: Iterable[str | Path]) -> tuple[Path, ...]:
    """The files of ``read_paths``, without what it passed over."""
    return read_paths(paths).files


def _files_below(folder: Path) -> list[Path]:
    found = []
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith(".") for part in parts):
            found.append(path)
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())
