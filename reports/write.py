"""Write a report's files so that a reader never meets half of one."""

import os
from pathlib import Path

from reports.data import Report
from reports.page import page
from reports.tables import balance_csv, fixed_csv
from reports.workbook import workbook


def write_report(report: Report, folder: Path) -> dict[str, Path]:
    """Write index.html, report.xlsx, balance.csv and fixed_codes.csv; older ones are replaced.

    Everything is rendered before the first file is touched, and every file is written under a temporary name first:
    a run that fails or is killed leaves each file either old or new, and whole.

    Parameters
    ----------
    report : Report
        What `reports.data.gather` collected.
    folder : Path
        Where to; made when it is not there.

    Returns
    -------
    dict of str to Path
        The files by name.

    Raises
    ------
    OSError
        When the folder or a file cannot be written.
    """
    contents = {
        "index.html": page(report).encode("utf-8"),
        "report.xlsx": workbook(report),
        "balance.csv": balance_csv(report),
        "fixed_codes.csv": fixed_csv(report),
    }
    folder.mkdir(parents=True, exist_ok=True)
    partial = {name: folder / f".{name}.part" for name in contents}
    try:
        for name, content in contents.items():
            partial[name].write_bytes(content)
        for name, path in partial.items():
            os.replace(path, folder / name)  # noqa: PTH105 - the atomic step, under the name people look for
    finally:
        for path in partial.values():
            path.unlink(missing_ok=True)
    return {name: folder / name for name in contents}
