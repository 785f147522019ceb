"""Write a report's files."""

from pathlib import Path

from reports.data import Report
from reports.files import replace_files
from reports.page import page
from reports.spss import spss_csv, spss_syntax
from reports.tables import balance_csv, fixed_csv, nets_csv, waves_csv
from reports.workbook import workbook

FILES = ("index.html", "report.xlsx", "balance.csv", "nets.csv", "waves.csv", "fixed_codes.csv", "spss.csv", "spss.sps")


def write_report(report: Report, folder: Path) -> dict[str, Path]:
    """Write the files of a report (`FILES`) into a folder; older ones are replaced.

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
    contents = (
        page(report).encode("utf-8"),
        workbook(report),
        balance_csv(report),
        nets_csv(report),
        waves_csv(report),
        fixed_csv(report),
        spss_csv(report),
        spss_syntax(report),
    )
    files = {name: folder / name for name in FILES}
    replace_files(dict(zip(files.values(), contents, strict=True)))
    return files
