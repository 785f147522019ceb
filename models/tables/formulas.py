"""Formulas of a workbook (xlsx, xlsm) that were never computed: the cell has no value, and reads as blank.

Programs that write workbooks without a spreadsheet behind them (openpyxl, many exports) leave the values out; Excel and
LibreOffice compute them when the file is opened, and keep them when it is saved.
"""

import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree as ET  # in a process with bounds on memory and time

_BOOK, _PARTS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_CELL, _OF, _VALUE, _ROW = "c", "f", "v", "row"
_TEXT = "str"  # a formula's value is a text, and that may be empty
_CHUNK, _OVERLAP = 1 << 20, 64


def uncomputed(path: str) -> dict[str, list[str]]:
    """Return the cells with a formula and no value by the name of their sheet; nothing for other kinds of files."""
    if not zipfile.is_zipfile(path):
        return {}
    try:
        with zipfile.ZipFile(path) as archive:
            return {name: list(_blank(archive, part)) for name, part in _sheets(archive)}
    except (ET.ParseError, KeyError, zipfile.BadZipFile):  # the reader of the cells judges the file
        return {}


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Every sheet's name and its part of the archive."""
    if not {_BOOK, _PARTS} <= set(archive.namelist()):
        return
    targets = {part.get("Id"): part.get("Target", "") for part in ET.fromstring(archive.read(_PARTS))}  # noqa: S314
    parts = set(archive.namelist())
    for sheet in ET.fromstring(archive.read(_BOOK)).iterfind("{*}sheets/{*}sheet"):  # noqa: S314
        target = targets.get(sheet.get(_LINK), "")
        part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        if part in parts:
            yield sheet.get("name", ""), part


def _blank(archive: zipfile.ZipFile, part: str) -> Iterator[str]:
    if not _has_formulas(archive, part):  # most have none, and building the tree takes seconds
        return
    with archive.open(part) as lines:
        for _, cell in ET.iterparse(lines):  # noqa: S314
            kind = cell.tag.rpartition("}")[2]
            if kind == _CELL:
                inner = {child.tag.rpartition("}")[2]: child.text for child in cell}
                if _OF in inner and not inner.get(_VALUE) and cell.get("t") != _TEXT:
                    yield cell.get("r", "")
            if kind == _ROW:
                cell.clear()


def _has_formulas(archive: zipfile.ZipFile, part: str) -> bool:
    before = b""
    with archive.open(part) as lines:
        for chunk in iter(lambda: lines.read(_CHUNK), b""):
            if _FORMULA.search(before + chunk):
                return True
            before = chunk[-_OVERLAP:]
    return False
