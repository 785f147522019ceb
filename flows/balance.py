"""`rechki balance`: the served balance of a table that people have coded by hand, without a study and a server."""

from collections.abc import Sequence
from pathlib import Path

from flows.show import print_balance, tell_hidden, tell_measures
from flows.stages import console, stage
from models.coded import CodedTable, Passed, read_coded
from models.config import default_study, load_settings, unused_settings
from models.errors import RechkiError
from models.forms.layout import read_table
from models.inert import printable
from models.plural import counted
from reports.data import Report
from reports.language import language_of
from reports.outside import report_of
from reports.share import shared
from reports.words import UNTITLED
from reports.write import FILES, require_folder, write_report

_TITLE, _ON_SCREEN = 120, 20
_SETTINGS = (
    "study_id",
    "title",
    "scale",
    "cards.handed_out",
    "cards.dayfirst",
    "balance",
    "measures",
    "share",
    "report",
)


def balance_file(path: Path, out: Path | None, settings_file: Path | None, share: bool = False) -> Report:
    """Compute the served balance of a coded table; print it, and write the report where one is asked for.

    Raises
    ------
    RechkiError
        When the table or the settings cannot be used, or there is nowhere to write what is to be shared; then nothing
        is written.
    """
    if share and not out:
        raise RechkiError("--share writes a report", "--share", "Say where to: --out FOLDER.")
    title = UNTITLED if share else path.stem[:_TITLE] or path.name  # a file's name may be a person's
    settings = load_settings(settings_file, title) if settings_file else default_study(title)
    if share and settings.title == UNTITLED:
        settings = settings.model_copy(update={"title": language_of(settings)(UNTITLED)})
    if out and path.resolve() in {(out / name).resolve() for name in FILES}:
        raise RechkiError("the table would be written over", str(path), "Give --out another folder.")
    if out:
        require_folder(out)
    with stage("Reading") as at:
        found = read_coded(read_table(path), settings)
        at.words = _summary(found)
        for remark in found.table.remarks:
            at.note(remark)
        if settings_file and (unused := unused_settings(settings_file, _SETTINGS)):
            at.note(f"{settings_file.name}: not used for a table coded by hand: {', '.join(unused)}")
    _tell("not counted", found.refused, "red")
    _tell("counted without a score", found.no_score, "yellow")
    _tell("counted; look at it", found.notes, "yellow")
    with stage("Served balance") as at:
        report = report_of(found, settings, mask=share)
        report = shared(report) if share else report
        at.words = f"{counted(len(report.balance), 'code')}, {counted(len(report.nets), 'net')}"
        at.words += f", {counted(len(report.reasons.tables.table), 'criterion', 'criteria')}" if report.reasons else ""
        at.words += f"; evidence {report.evidence[:12]}"
    tell_measures(report.measured)
    tell_hidden(report)
    print_balance(report.balance, "Served balance of codings made outside Rechki")
    if out:
        for file in write_report(report, out).values():
            console.print(f"wrote {file}", markup=False, soft_wrap=True)
    return report


def _summary(found: CodedTable) -> str:
    scored = sum(row.score is not None for row in found.rows)
    return f"{counted(len(found.table.rows), 'line')}, {counted(len(found.rows), 'row')} with codes ({scored} scored)"


def _tell(title: str, passed: Sequence[Passed], style: str) -> None:
    for found in passed[:_ON_SCREEN]:
        console.print(f"    {title}: {printable(str(found))}", style=style, markup=False, soft_wrap=True)
    if len(passed) > _ON_SCREEN:
        console.print(f"    and {len(passed) - _ON_SCREEN} more {title}", style=style, markup=False)
