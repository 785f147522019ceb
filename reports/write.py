"""Write a report's files."""

import re
from collections.abc import Iterator
from pathlib import Path

from models.errors import RechkiError
from reports.data import Report
from reports.files import replace_files, require_writable
from reports.gallery import gallery_of
from reports.page import page
from reports.spss import spss_csv, spss_syntax
from reports.tables import backlog_csv, balance_csv, criteria_csv, fixed_csv, measures_csv, nets_csv, waves_csv
from reports.workbook import workbook

SHARED_FILES = ("index.html", "report.xlsx", "balance.csv", "nets.csv", "waves.csv", "fixed_codes.csv")
OWN_FILES = ("measures.csv", "criteria.csv", "backlog.csv", "spss.csv", "spss.sps")  # they stay with the team
FILES = (*SHARED_FILES, *OWN_FILES)
CHARTS = "charts"
_OURS = re.compile(r"\.?(map|bars-\d+|waves-\d+)\.(svg|png)(\.part)?")


def write_report(report: Report, folder: Path) -> dict[str, Path]:
    """Write the files of a report (`FILES`, or `SHARED_FILES`) and its charts (`CHARTS`); older ones are replaced.

    Everything is rendered before the first file is touched, and every file is written under a temporary name first:
    a run that fails or is killed leaves each file either old or new, and whole. Charts of an earlier report that this
    one no longer has are removed.

    Parameters
    ----------
    report : Report
        What `reports.data.gather` collected.
    folder : Path
        Where to; made when it is not there.

    Returns
    -------
    dict of str to Path
        The files by name, and the folder of the charts where there are any.

    Raises
    ------
    RechkiError
        When the folder cannot be one, or takes no files; when the report is to be shared, and the folder holds
        anything else, which would be sent along.
    OSError
        When the folder or a file cannot be written.
    """
    require_folder(folder)
    if report.shared:
        _require_alone(folder)
    gallery = gallery_of(report)
    contents = [
        page(report, gallery).encode("utf-8"),
        workbook(report),
        balance_csv(report),
        nets_csv(report),
        waves_csv(report),
        fixed_csv(report),
    ]
    if not report.shared:
        contents += [measures_csv(report), criteria_csv(report), backlog_csv(report)]
        contents += [spss_csv(report), spss_syntax(report)]
    files = {name: folder / name for name in (SHARED_FILES if report.shared else FILES)}
    charts: dict[Path, bytes] = {}
    for drawing in gallery.for_files():
        charts[folder / CHARTS / f"{drawing.name}.svg"] = drawing.file_svg.encode("utf-8")
        charts[folder / CHARTS / f"{drawing.name}.png"] = drawing.file_png
    replace_files({**dict(zip(files.values(), contents, strict=True)), **charts})
    _remove_older(folder / CHARTS, {path.name for path in charts})
    return files | ({CHARTS: folder / CHARTS} if charts else {})


def require_folder(folder: Path) -> None:
    """Check that a report can be written into a folder; nothing is made.

    Raises
    ------
    RechkiError
        When there is a file of that name, or the folder takes no files.
    """
    require_writable(folder / name for name in FILES)


def _remove_older(folder: Path, kept: set[str]) -> None:
    for path in folder.glob("*"):
        if _OURS.fullmatch(path.name) and path.name not in kept:
            path.unlink()


def _require_alone(folder: Path) -> None:
    if others := sorted(_others(folder)):
        raise RechkiError(
            f"the folder holds {', '.join(others[:3])}, which would be sent along with a report that is to be shared",
            str(folder),
            "Give --out an empty folder.",
        )


def _others(folder: Path) -> Iterator[str]:
    """Name what stands in a folder besides the files of a report that is to be shared."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name == CHARTS and path.is_dir():
            yield from (f"{CHARTS}/{chart.name}" for chart in path.iterdir() if not _OURS.fullmatch(chart.name))
        elif path.name not in SHARED_FILES:
            yield path.name
