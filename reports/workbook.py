"""report.xlsx: the same numbers for those who work in a spreadsheet, a list of sheets."""

import re
from collections.abc import Callable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook

from models.inert import cell
from reports.data import Report
from reports.language import language_of
from reports.sheets import balance, charts, codebook, crosstabs, measures, quality, reasons, summary, verbatims
from reports.sheets.sheet import Sheet, add_sheet

SHEETS: tuple[Callable[[Report], Sheet | None], ...] = (
    summary.summary,
    balance.streams,
    charts.charts,
    balance.nets,
    balance.waves,
    crosstabs.by_wave,
    crosstabs.by_net,
    verbatims.phrases,
    verbatims.matrix,
    verbatims.quotes,
    *reasons.SHEETS,
    verbatims.passed,
    measures.measures,
    measures.unread,
    balance.fixed,
    codebook.codebook,
    codebook.changes,
    quality.quality,
    quality.of_reasons,
    summary.method,
)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first date a zip can hold


def workbook(report: Report) -> bytes:
    """Build the workbook: the sheets of `SHEETS` that have something to show; the same bytes for the same report."""
    t = language_of(report.settings)
    book = Workbook()
    book.remove(book.active)
    book.properties.title, book.properties.creator = cell(report.title), "Rechki"
    book.properties.created = report.made_at
    for build in SHEETS:
        if sheet := build(report):
            add_sheet(book, sheet, report.title, t)
    out = BytesIO()
    book.save(out)
    return _settled(out.getvalue(), f"{report.made_at:%Y-%m-%dT%H:%M:%SZ}")


def _settled(content: bytes, modified: str) -> bytes:
    """Take out the moment of saving, which openpyxl writes into the properties and the zip."""
    out = BytesIO()
    with ZipFile(BytesIO(content)) as saved, ZipFile(out, "w", ZIP_DEFLATED) as settled:
        for name in saved.namelist():
            part = saved.read(name)
            if name == "docProps/core.xml":
                part = _MODIFIED.sub(rb"\g<1>" + modified.encode(), part)
            settled.writestr(ZipInfo(name, _EPOCH), part, ZIP_DEFLATED)
    return out.getvalue()
