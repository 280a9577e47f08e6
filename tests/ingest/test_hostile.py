"""Damaged and hostile files: an error of ours, or every row accounted for; never anything else."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from pmf_analysis.errors import PmfError
from pmf_analysis.ingest import read_delivery

GOOD = (
    "indicator,service_area,cohort,period,numerator,denominator,state,note\n"
    + "".join(f"REF,Kent,all,2025-{month:02d},{month},1{month},,\n" for month in range(1, 13))
).encode()
BITS = (
    b'"', b",", b"\n", b"\r", b"\x00", b"\xff", b"\xe2\x80\xae", b"=1+1", b"<script>", b"c",
    b"9" * 400, b"1e999", b"NaN", b"-0", b"2025-13", b"\xef\xbb\xbf", b";", b"\t",
    "\u0661".encode(), b"..", b"{0}",
)  # fmt: skip


SHEET = "xl/worksheets/sheet1.xml"
MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SCHEMA = "http://schemas.openxmlformats.org"


def workbook() -> dict[str, bytes]:
    """The smallest Excel workbook that holds the good file."""
    rows = "".join(
        f'<row r="{number}">'
        + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in line.split(","))
        + "</row>"
        for number, line in enumerate(GOOD.decode().splitlines(), start=1)
    )
    main, related = (
        f"{SCHEMA}/spreadsheetml/2006/main",
        f"{SCHEMA}/officeDocument/2006/relationships",
    )
    link = f'<Relationship Id="r1" Type="{related}'
    links = f'<Relationships xmlns="{SCHEMA}/package/2006/relationships">{link}'
    kind = f'ContentType="{MAIN}'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{SCHEMA}/package/2006/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" {kind}.sheet.main+xml"/>'
        f'<Override PartName="/{SHEET}" {kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'{links}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{related}"><sheets>'
        '<sheet name="figures" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{links}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        SHEET: f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>',
    }
    return {name: text.encode() for name, text in parts.items()}


def zipped(parts: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


WORKBOOK = workbook()
ZIPPED = zipped({"figures.csv": GOOD})
GZIPPED = gzip.compress(GOOD, mtime=0)


def a_csv(dice: random.Random) -> bytes:
    return damaged(dice, GOOD)


def a_sheet(dice: random.Random) -> bytes:
    """A workbook that is whole but for one of its parts."""
    part = dice.choice([SHEET, SHEET, SHEET, "xl/workbook.xml"])
    return zipped(WORKBOOK | {part: damaged(dice, WORKBOOK[part])})


def a_zip(dice: random.Random) -> bytes:
    if dice.random() < 0.5:
        return damaged(dice, ZIPPED)
    return zipped(
        {dice.choice(["a.csv", "a.csv", "a.csv", "../a.csv", "a.txt"]): damaged(dice, GOOD)}
    )


def a_gzip(dice: random.Random) -> bytes:
    if dice.random() < 0.5:
        return damaged(dice, GZIPPED)
    return gzip.compress(damaged(dice, GOOD), compresslevel=1, mtime=0)


KINDS = {"csv": a_csv, "xlsx": a_sheet, "csv.zip": a_zip, "csv.gz": a_gzip}


def damaged(dice: random.Random, good: bytes) -> bytes:
    """A good file after one to six blows."""
    content = bytearray(good)
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(content) + 1)
        blow = dice.randrange(4)
        if blow == 0:
            content[at:at] = dice.choice(BITS)
        elif blow == 1:
            del content[at : at + dice.randint(1, 40)]
        elif blow == 2 and content:
            content[min(at, len(content) - 1)] = dice.randrange(256)
        else:
            content[at:at] = content[at : at + dice.randint(1, 200)]
    return bytes(content)


def hold(
    register: object, layouts: object, folder: Path, seed: int, trials: int, kind: str = "csv"
) -> None:
    dice = random.Random(seed)
    path = folder / f"delivered_2026-01-10.{kind}"
    refused = 0
    for trial in range(trials):
        path.write_bytes(KINDS[kind](dice))
        try:
            extract = read_delivery(path, register, layouts=layouts)
        except PmfError as error:
            refused += 1
            assert str(error), f"trial {trial} of seed {seed}"
            continue
        receipt = extract.receipt
        assert receipt.rows_in_file == receipt.rows_read + receipt.rows_refused
        # damage may name one sheet twice: lines are told apart within a sheet alone
        read = [sheet.read for sheet in receipt.sheets]
        assert sum(read) == receipt.rows_read
        assert max(read) <= extract.figures["line"].nunique() <= receipt.rows_read
        numbers = extract.figures["state"].isin(["final", "provisional", "revised"])
        assert extract.figures.loc[numbers, "value"].notna().all()
        assert extract.figures.loc[~numbers, "value"].isna().all()
    assert 0 < refused < trials


@pytest.mark.parametrize(("kind", "trials"), [("csv", 60), ("xlsx", 40), ("csv.zip", 40),
                                               ("csv.gz", 40)])  # fmt: skip
def test_a_sample_of_damaged_files(
    national: object, layouts: object, tmp_path: Path, kind: str, trials: int
) -> None:
    hold(national, layouts, tmp_path, seed=1, trials=trials, kind=kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_not_damaged_is_read(
    national: object, layouts: object, tmp_path: Path, kind: str
) -> None:
    whole = {"csv": GOOD, "xlsx": zipped(WORKBOOK), "csv.zip": ZIPPED, "csv.gz": GZIPPED}
    path = tmp_path / f"delivered_2026-01-10.{kind}"
    path.write_bytes(whole[kind])
    assert read_delivery(path, national, layouts=layouts).receipt.rows_read == 12


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 6))
@pytest.mark.parametrize(("kind", "trials"), [("csv", 10_000), ("xlsx", 5_000), ("csv.zip", 5_000),
                                               ("csv.gz", 5_000)])  # fmt: skip
def test_100_000_damaged_files(
    national: object, layouts: object, tmp_path: Path, kind: str, trials: int, seed: int
) -> None:
    hold(national, layouts, tmp_path, seed, trials, kind)
