"""Members of a zip file, in memory: counted, measured and unpacked within limits.

Nothing is ever written to disk, so a member's name can only mislead a reader. One that
points out of its folder, stands twice or bears control characters is refused all the same:
no honest program writes it.
"""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO

from pmf_analysis.errors import UnreadableFileError
from pmf_analysis.ingest.formats import limits
from pmf_analysis.ingest.formats.limits import LONGEST_NAME, Allowance, check_ratio
from pmf_analysis.ingest.formats.wording import damaged, locked, shown

_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_ENTRY = b"PK\x01\x02"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_FAULTS = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, RuntimeError,
    EOFError, OSError, ValueError, OverflowError, IndexError,
)  # fmt: skip


def is_zip(content: bytes) -> bool:
    """Whether the bytes begin as a zip file does."""
    return content.startswith(_STARTS)


def member_names(content: bytes) -> frozenset[str]:
    """Names of the members, as written; none where the file cannot be opened."""
    if content.count(_ENTRY) > limits.MOST_MEMBERS:
        return frozenset()
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return frozenset(archive.namelist())
    except _FAULTS:
        return frozenset()


def unpack(
    content: bytes, name: str, allowance: Allowance, wanted: Callable[[str], bool]
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Unpack the members that are wanted.

    Parameters
    ----------
    content : bytes
    name : str
        Of the file, for messages.
    allowance : Allowance
        Bytes that may still be unpacked; what is unpacked is taken off.
    wanted : callable
        Whether a member is wanted, by its name with ``/`` between folders.

    Returns
    -------
    tuple
        Name to bytes, in the order of the file; and the names of the members that were
        passed over, links among them.

    Raises
    ------
    UnreadableFileError
        If the file is damaged, a member is locked, has a name that no honest program
        writes, or there is more in it than its limits allow, whatever it says itself.
    """
    if content.count(_ENTRY) > limits.MOST_MEMBERS:
        raise UnreadableFileError(
            f"{name} holds more than {limits.MOST_MEMBERS:,} files", "an archive of a few tables",
            "Pack the tables alone and deliver it again",
        )  # fmt: skip
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            members = _checked(archive.infolist(), name)
            taken = [path for path, each in members.items() if wanted(path) and not _is_link(each)]
            _check_sizes([members[path] for path in taken], len(content), name, allowance)
            held = {path: _read(archive, members[path], name, allowance) for path in taken}
    except _FAULTS as error:
        raise damaged(name, "a whole zip file or workbook") from error
    return held, tuple(path for path in members if path not in held)


def packed(members: Mapping[str, bytes]) -> bytes:
    """Members as a zip file without compression."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for path, content in members.items():
            archive.writestr(zipfile.ZipInfo(path), content)
    return stream.getvalue()


def _checked(infos: list[zipfile.ZipInfo], name: str) -> dict[str, zipfile.ZipInfo]:
    """Members by their name with ``/`` between folders; folders are left out."""
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        path = info.orig_filename.replace("\\", "/")
        fault = _fault(path) or ("stands twice" if path in members else "")
        if fault:
            raise UnreadableFileError(
                f"{name}: the member {shown(path)} {fault}",
                "members with different, plain names inside the archive",
                "Pack the tables anew and deliver it again",
            )
        if not path.endswith("/"):
            members[path] = info
    return members


def _fault(path: str) -> str:
    if _CONTROL.search(path):
        return "has a control character in its name"
    if len(path) > LONGEST_NAME:
        return f"has a name of {len(path):,} characters"
    if path.startswith("/") or re.match(r"[A-Za-z]:", path) or ".." in path.split("/"):
        return "points out of the archive's own folder"
    return "" if path.strip("/ ") else "has no name"


def _is_link(info: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(info.external_attr >> 16)


def _check_sizes(infos: list[zipfile.ZipInfo], size: int, name: str, allowance: Allowance) -> None:
    # as the archive says; what it really holds is measured when it is unpacked
    if any(info.flag_bits & 0x1 for info in infos):
        raise locked(name)
    for info in infos:
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UnreadableFileError(
                f"{name}: the member {shown(info.filename)} is packed in a way that is not read",
                "members packed in the common way (deflate)",
                "Pack the tables anew and deliver it again",
            )
    total = sum(info.file_size for info in infos)
    check_ratio(size, total, name)
    if total > allowance.left:
        allowance.spend(total, name)


def _read(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, allowance: Allowance
) -> bytes:
    with archive.open(info) as stream:
        content = stream.read(min(info.file_size, allowance.left) + 1)
    if len(content) != info.file_size:
        raise damaged(name, "a whole zip file or workbook")
    allowance.spend(len(content), name)
    return content
