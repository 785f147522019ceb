"""The findings of `rechki check` on a file or on the files of a study."""

from dataclasses import dataclass
from pathlib import Path

from flows.stages import console
from flows.study import CARDS, REFUSED
from models.cards import Problem
from models.checking import Check, check_file
from models.config import Columns, default_study, load_study
from models.errors import RechkiError
from models.mending import write_refused
from models.plural import counted
from models.reading import card_files

_SHOWN = 20
_TOTALS = ("cards", "purpose_rows", "scored_rows", "phrases", "non_answers", "duplicates", "masked")
_LISTS = ("refused", "no_score", "notes")


def check_path(path: Path) -> list[Check]:
    """Check a file, or every file of a study.

    Raises
    ------
    RechkiError
        When there is nothing to check.
    """
    if not path.is_dir():
        return [check_file(path, default_study(path.stem))]
    settings = load_study(path)
    files = card_files(path / CARDS)
    if not files:
        raise RechkiError("there are no card files", str(path / CARDS), "Put the exported file there.")
    return [check_file(file, settings) for file in files]


@dataclass(frozen=True)
class Mendable:
    """Where the rows of a file that need a hand are written to; `failed` says why they could not be."""

    path: Path
    failed: str = ""


def write_mendable(path: Path, checks: list[Check]) -> dict[str, Mendable]:
    """Write the rows that need a hand beside a file, or into the study's folder for them; return where, by file."""
    written = {}
    for found in checks:
        file = Path(found.file)
        there = (path / REFUSED if path.is_dir() else file.parent) / f"{file.stem}.refused.csv"
        try:
            if found.read and write_refused(there, found.read):
                written[found.file] = Mendable(there)
        except OSError as error:  # a folder to read from only
            written[found.file] = Mendable(there, error.strerror or str(error))
    return written


def as_json(checks: list[Check], written: dict[str, Mendable], personal: bool) -> dict[str, object]:
    """Return the findings on one file or, for several, their sums and the findings on each under ``files``.

    What differs between the files (encoding, mapping …) is null in the sums.
    """
    told = [found.as_json(personal) | _place(written.get(found.file)) for found in checks]
    if len(told) == 1:
        return told[0]
    sums: dict[str, object] = {name: sum(getattr(found, name) for found in checks) for name in _TOTALS}
    lists = {name: [item for one in told for item in one[name]] for name in _LISTS}  # type: ignore[attr-defined]
    common = {
        name: told[0][name] if all(one[name] == told[0][name] for one in told) else None
        for name in ("encoding", "separator", "preset", "mapping")
    }
    return {"usable": all(found.usable for found in checks), **sums, **lists, **common, "files": told}


def _place(mendable: Mendable | None) -> dict[str, object]:
    written = str(mendable.path) if mendable and not mendable.failed else None
    failed = f"{mendable.path}: {mendable.failed}" if mendable and mendable.failed else None
    return {"refused_file": written, "refused_file_failed": failed}


def print_checks(checks: list[Check], written: dict[str, Mendable], personal: bool) -> None:
    """Print the findings in words."""
    for found in checks:
        _say(f"[bold]{found.file}[/bold]", markup=True)
        if found.preset:
            kind = f"{found.encoding}, separator {found.separator!r}" if found.separator else found.encoding
            _say(f"  read as {kind or 'a workbook'}; form: {found.preset}")
            _print_mapping(found.mapping)
        for remark in found.remarks:
            _say(f"  look at it: {remark}", style="yellow")
        if found.error:
            _say(f"  not usable: {found.error}", style="red")
            continue
        _say(
            f"  {counted(found.cards, 'card')}, {counted(found.purpose_rows, 'purpose row')} "
            f"({found.scored_rows} scored), {counted(found.phrases, 'phrase')}, "
            f"{counted(found.non_answers, 'non-answer')}, "
            f"{counted(found.duplicates, 'duplicate')}, {found.masked} personal data masked"
        )
        if found.measures:
            _say("  measures: " + ", ".join(f"{column} = {kind}" for column, kind in found.measures.items()))
        for title, problems, style in (
            ("row not taken", found.refused, "red"),
            ("no score", found.no_score, "yellow"),
            ("passed over", found.notes, "yellow"),
        ):
            _print_problems(title, problems, style)
        if personal:
            for item in found.personal:
                _say(f"  masked: row {item.row}, column {item.column!r}: {item.kind} {item.words}")
            _say("  look for what is missing here: rules and a dictionary find most personal data, not all")
        if mendable := written.get(found.file):
            _print_mendable(mendable)
        _say("  usable" if found.usable else "  not usable: no card is left")


def _print_mendable(at: Mendable) -> None:
    if at.failed:
        _say(f"  rows to mend could not be written to {at.path}: {at.failed}", style="red")
        _say("  check a copy of the file in a folder that can be written to, to have them")
    else:
        _say(f"  rows to mend: {at.path}; correct them there and drop that file into the study's cards")


def _print_mapping(columns: Columns) -> None:
    for at, row in enumerate(columns.rows, start=1):
        which = "the purpose of a line" if columns.layout == "long" else f"purpose row {at}"
        _say(f"  {which}: {row.purpose} | {row.score or '-'} | {row.why or '-'}")
    single = ((name, getattr(columns, name)) for name in ("id", "respondent", "date", "wave", "row"))
    _say("  " + ", ".join(f"{name}: {column}" for name, column in single if column))
    if columns.attributes:
        _say(f"  attributes: {', '.join(columns.attributes)}")
    if columns.ignore:
        _say(f"  left unread: {', '.join(columns.ignore)}")
    if columns.id is None:
        _say("  no id column: an answer edited later cannot be recognised as the same card")


def _print_problems(title: str, problems: tuple[Problem, ...], style: str) -> None:
    for problem in problems[:_SHOWN]:
        _say(f"  {title}: {problem}", style=style)
    if len(problems) > _SHOWN:
        _say(f"  … and {len(problems) - _SHOWN} more", style=style)


def _say(text: str, style: str | None = None, markup: bool = False) -> None:
    console.print(text, markup=markup, soft_wrap=True, style=style)
